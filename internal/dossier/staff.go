package dossier

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// selectWorkers are those who work on a dossier: who is involved in it, and as long as nobody handles it who works in
// its department (D35, E24).
const selectWorkers = `select a.id from dossier_staff w cross join account a
	where a.tenant_id = w.tenant_id and a.id = w.account_id and w.tenant_id = $1 and w.dossier_id = $2 and a.state = 'active'
	union select a.id from dossier d join department_member b on b.tenant_id = d.tenant_id and b.department_id = d.department_id
	cross join account a where a.tenant_id = b.tenant_id and a.id = b.account_id and d.tenant_id = $1 and d.id = $2 and d.handler_id is null and a.state = 'active' and a.role in ('handler', 'administrator') order by 1`

// TellStaff tells those who work on a dossier of what somebody else did in it.
func (ds *Dossiers) TellStaff(ctx context.Context, tx *db.Tx, s access.Scope, id string, about notify.About) error {
	workers, err := db.All(ctx, tx, db.Value[string], selectWorkers, s.Tenant(), id)
	if err != nil {
		return err
	}
	return ds.tellEach(ctx, tx, s, id, about, workers)
}

// tellNew tells the handler of a dossier that it is his, or its department that it waits for somebody.
func (ds *Dossiers) tellNew(ctx context.Context, tx *db.Tx, s access.Scope, id, handler string) error {
	if handler == "" {
		return ds.TellStaff(ctx, tx, s, id, notify.OfWaiting)
	}
	return ds.tellEach(ctx, tx, s, id, notify.OfTurn, []string{handler})
}

// tellEach tells accounts, and who stands in for those that are away, of what another one did. Who stands in is involved
// from then on, or he could not see of what he is told.
func (ds *Dossiers) tellEach(ctx context.Context, tx *db.Tx, s access.Scope, id string, about notify.About, accounts []string) error {
	accounts = slices.DeleteFunc(slices.Clone(accounts), func(a string) bool { return a == s.Account() })
	deputies, err := department.Deputies(ctx, tx, s.Tenant(), accounts)
	if err != nil {
		return err
	}
	if len(deputies) > 0 {
		if err := involve(ctx, tx, s.Tenant(), id, deputies...); err != nil {
			return err
		}
		if err := relist(ctx, tx, s.Tenant(), id); err != nil {
			return err
		}
	}
	accounts = append(accounts, slices.DeleteFunc(deputies, func(a string) bool { return a == s.Account() })...)
	first, err := notify.Tell(ctx, tx, s.Tenant(), id, about, accounts...)
	if err != nil {
		return err
	}
	readers := make([]notify.Reader, len(first))
	for n, account := range first {
		readers[n].Account = account
	}
	return ds.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.Noticed, id, "")...)
}

// Take makes a dossier that nobody handles the employee's own; when a colleague was first it is a Conflict. Taking what
// one has is no change: the second of two clicks is harmless.
func (ds *Dossiers) Take(ctx context.Context, a access.Staff, id string) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := ForWork(ctx, tx, a, id)
		if err != nil || d.Handler.ID == s.Account() {
			return err
		}
		if d.Handler.ID != "" {
			return errs.New(errs.Conflict, "dossier.taken_by", "name", d.Handler.Name)
		}
		if _, err := tx.Exec(ctx, `update dossier set handler_id = $3, updated_at = $4, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id, s.Account(), tx.Now()); err != nil {
			return err
		}
		if err := involve(ctx, tx, s.Tenant(), id, s.Account()); err != nil {
			return err
		}
		told, err := ds.reshow(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if err := ds.identity.Notify(ctx, tx, s.Tenant(), told...); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.taken", Dossier: id})
	})
}

// Noticed marks what the employee was told of a dossier as read: he looks at it.
func (ds *Dossiers) Noticed(ctx context.Context, a access.Staff, id string) error {
	s := a.Scope()
	news, err := db.One(ctx, ds.db, db.Value[bool], `select exists (select 1 from notice where tenant_id = $1 and account_id = $2 and dossier_id = $3 and read_at is null)`, s.Tenant(), s.Account(), id)
	if err != nil || !news {
		return err
	}
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return notify.Seen(ctx, tx, s.Tenant(), s.Account(), id) })
}
