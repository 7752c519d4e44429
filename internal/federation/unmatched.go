package federation

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Match says who somebody is that nobody knew: his identifiers and his accounts are from now on those of a client
// of the office, and he sees its dossiers at his next page. What else he had made while he was nobody ends.
func (f *Federation) Match(ctx context.Context, a access.Staff, stranger, to string) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := db.One(ctx, tx, db.Value[string], `select coalesce(matched_to, '') from client where tenant_id = $1 and id = $2 and (unmatched_at is not null or matched_to is not null)`, s.Tenant(), stranger)
		switch {
		case err != nil:
			return err
		case was == to: // a second click
			return nil
		case was != "":
			return errs.New(errs.Conflict, "unmatched.done_already")
		}
		kind, err := db.One(ctx, tx, db.Value[string], `select kind from client where tenant_id = $1 and id = $2 and unmatched_at is null and matched_to is null`, s.Tenant(), to)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update client set unmatched_at = null, matched_to = $3, version = version + 1 where tenant_id = $1 and id = $2 and unmatched_at is not null and kind = $4`,
			s.Tenant(), stranger, to, kind)
		if err := db.Guard(n, err, errs.New(errs.Conflict, "unmatched.other_kind")); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update identifier set client_id = $3, added_by = $4 where tenant_id = $1 and client_id = $2`, s.Tenant(), stranger, to, s.Account()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update account set client_id = $3, version = version + 1 where tenant_id = $1 and client_id = $2`, s.Tenant(), stranger, to); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "client.matched", Client: to, Objects: []audit.Object{{Kind: "client", ID: stranger}}})
	})
}

// Accept says that somebody whom nobody knew is a client by himself, under a name.
func (f *Federation) Accept(ctx context.Context, a access.Staff, stranger, name string) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := client.Accept(ctx, tx, s, stranger, name); err != nil {
			return err
		}
		if err := f.Renamed(ctx, tx, s, stranger); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "client.accepted", Client: stranger})
	})
}
