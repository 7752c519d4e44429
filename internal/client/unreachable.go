package client

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/notify"
)

// Unreachable returns a page of the accounts to which mail does not arrive, and records the look.
func (cs *Clients) Unreachable(ctx context.Context, a access.Staff, f notify.LostFilter) ([]notify.Unreachable, error) {
	list, err := notify.Lost(ctx, cs.db, a, f)
	if err != nil {
		return nil, err
	}
	return list, cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "client.unreachable_listed"})
}
