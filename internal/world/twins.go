package world

import (
	"context"
	"fmt"
	"time"
)

// Twin is the second tenant of Twins.
const Twin = "tweeling"

// Twins makes the notary and a twin of it with the same identifiers for other things, for tests
// that look for forgotten predicates. Accounts change places, so that a client of one is an
// employee of the other and the handler of one is the colleague of the other; dossiers go round,
// so that each belongs to another client; and the twin has one dossier more. It needs b.IDs.
func Twins(ctx context.Context, b Builder) (Summary, error) {
	var sum Summary
	if b.IDs == nil {
		return sum, fmt.Errorf("world: twins need identifiers of their own")
	}
	now := b.DB.Clock().Now()
	defer b.setClock(time.Time{})
	twin := notary()
	twin.id, twin.name, twin.domain = Twin, "Notariskantoor De Tweeling", "tweeling.example"
	last := &twin.clients[len(twin.clients)-1]
	more := last.dossiers[0]
	more.number = "2026-09999"
	last.dossiers = append(last.dossiers, more)
	for _, o := range []office{notary(), twin} {
		if o.id == Twin {
			b.IDs.begin(swap)
		} else {
			b.IDs.begin(nil)
		}
		t, err := b.office(ctx, o, now)
		if err != nil {
			return sum, fmt.Errorf("world: %s: %w", o.id, err)
		}
		sum.Tenants = append(sum.Tenants, t)
	}
	b.IDs.expect()
	return sum, nil
}

// swap places the twin's objects. The notary's accounts 1-4 are handler, colleague, administrator
// and auditor, 5-8 are its clients; each of its clients has as many dossiers.
func swap(kind string, n int) int {
	clients := notary().clients
	perClient := len(clients[0].dossiers)
	dossiers := perClient * len(clients)
	switch {
	case kind == "account" && n <= 8:
		return []int{2, 5, 6, 7, 1, 3, 4, 8}[n-1]
	case kind == "dossier" && n <= dossiers:
		return (n-1+perClient)%dossiers + 1
	}
	return n
}
