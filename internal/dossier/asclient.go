package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Preview is a dossier as one of its clients sees it.
type Preview struct {
	Dossier   Dossier
	Shown     bool // false: the client sees nothing of it yet
	Party     Party
	Account   string // whose unread marks it shows: the client's first account, "" for none
	Documents []Document
}

// AsClient loads a dossier that the employee sees the way one of its clients does, with the client's
// own predicates, and records the look. Nothing becomes read. A client who is no party is NotFound.
func (ds *Dossiers) AsClient(ctx context.Context, a access.Staff, id, clientID string) (Preview, error) {
	var p Preview
	s := a.Scope()
	own, err := ForStaff(ctx, ds.db, a, id)
	if err != nil {
		return p, err
	}
	parties, err := ds.Parties(ctx, a, id)
	if err != nil {
		return p, err
	}
	for _, party := range parties {
		if party.ID == clientID {
			p.Party = party
		}
	}
	if p.Party.ID == "" {
		return p, errs.Missing()
	}
	p.Dossier, err = db.One(ctx, ds.db, scanDossier, selectDossier+clientSees+`and d.id = $3`, s.Tenant(), clientID, id)
	switch {
	case errs.Is(err, errs.NotFound):
		p.Dossier = own
	case err != nil:
		return p, err
	default:
		p.Shown = true
	}
	if p.Account, err = ds.firstAccount(ctx, s, clientID); err != nil {
		return p, err
	}
	if p.Shown {
		p.Documents, err = db.All(ctx, ds.db, scanDocument, selectDocument+clientSeesDocument+inOrder, s.Tenant(), p.Account, id, clientID)
		if err != nil {
			return p, err
		}
	}
	return p, ds.looks.Look(ctx, s, audit.Entry{Event: "dossier.viewed_as_client", Dossier: id, Client: clientID})
}

// firstAccount returns the client's head account, or "" when it has none.
func (ds *Dossiers) firstAccount(ctx context.Context, s access.Scope, clientID string) (string, error) {
	ids, err := db.All(ctx, ds.db, db.Value[string], `select id from account where tenant_id = $1 and client_id = $2 order by role, created_at, id limit 1`, s.Tenant(), clientID)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}
