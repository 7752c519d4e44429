package client

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
)

// LettersListed records that an employee looked at the letters to clients.
func (cs *Clients) LettersListed(ctx context.Context, a access.Staff) error {
	return cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "letter.listed"})
}

// ResetsListed records that an administrator looked at whose second factors are to be dropped.
func (cs *Clients) ResetsListed(ctx context.Context, a access.Staff) error {
	return cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "account.resets_listed"})
}

// AddressesListed records that an employee looked at the addresses that wait for a decision.
func (cs *Clients) AddressesListed(ctx context.Context, a access.Staff) error {
	return cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "account.addresses_listed"})
}
