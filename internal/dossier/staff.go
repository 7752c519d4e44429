package dossier

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// selectWorkers are those who are told of a dossier, as its type has it ($3): who is involved in it, or the one who handles
// it alone, if he can be told; and who works in its department, always or as long as nobody handles it (D35, E24).
const selectWorkers = `select a.id from dossier_staff w cross join account a cross join dossier d
	where a.tenant_id = w.tenant_id and a.id = w.account_id and w.tenant_id = $1 and w.dossier_id = $2 and a.state = 'active' and d.tenant_id = w.tenant_id and d.id = w.dossier_id
	and (cast($3 as text) <> 'handler' or a.id = d.handler_id or not exists (select 1 from account h where h.tenant_id = d.tenant_id and h.id = d.handler_id and h.state = 'active'))
	union select a.id from dossier d join department_member b on b.tenant_id = d.tenant_id and b.department_id = d.department_id
	cross join account a where a.tenant_id = b.tenant_id and a.id = b.account_id and d.tenant_id = $1 and d.id = $2 and (d.handler_id is null or cast($3 as text) = 'department')
	and a.state = 'active' and a.role in ('handler', 'administrator') order by 1`

// workers returns the accounts of those who are told of a dossier, as its type has it.
func workers(ctx context.Context, tx *db.Tx, tenantID, id string, told dossiertype.Told) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], selectWorkers, tenantID, id, string(told))
}

// TellStaff tells those who work on a dossier, whom its type says, of what somebody else did in it.
func (ds *Dossiers) TellStaff(ctx context.Context, tx *db.Tx, s access.Scope, id string, about notify.About) error {
	var ref dossiertype.Ref
	handled := false
	if err := tx.QueryRow(ctx, `select coalesce(type_id, ''), type_version, handler_id is not null from dossier where tenant_id = $1 and id = $2`, s.Tenant(), id).Scan(&ref.ID, &ref.Number, &handled); err != nil {
		return err
	}
	def, err := ds.Definition(ctx, tx, s, ref)
	if err != nil {
		return err
	}
	accounts, err := workers(ctx, tx, s.Tenant(), id, def.Told)
	if err != nil {
		return err
	}
	if handled && def.Told == dossiertype.TellDepartment { // or they could not see of what they are told
		if err := ds.takeIn(ctx, tx, s.Tenant(), id, accounts); err != nil {
			return err
		}
	}
	return ds.tellEach(ctx, tx, s, id, about, accounts)
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
		if err := ds.takeIn(ctx, tx, s.Tenant(), id, deputies); err != nil {
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

// takeIn makes employees involved in a dossier, so that it is in their lists.
func (ds *Dossiers) takeIn(ctx context.Context, tx *db.Tx, tenantID, id string, accounts []string) error {
	if err := involve(ctx, tx, tenantID, id, accounts...); err != nil {
		return err
	}
	return relist(ctx, tx, tenantID, id)
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

// selectTaker is who handles a dossier, for an employee of the department in which it waited who has opened its page: when
// he was involved in it he would see it now. $1 is the tenant, $2 the account.
const selectTaker = `select h.name from dossier d join account h on h.tenant_id = d.tenant_id and h.id = d.handler_id
	where d.tenant_id = $1 and d.id = $3 and exists (select 1 from department_member b where b.tenant_id = d.tenant_id and b.department_id = d.department_id and b.account_id = $2)
	and exists (select 1 from journal j where j.tenant_id = d.tenant_id and j.dossier_id = d.id and j.actor_id = $2 and j.event = 'dossier.viewed')`

// TakenBy returns the name of who was first, to an employee whom Take found nothing for: he saw the dossier while it waited
// in his department. For anybody else it is NotFound too.
func (ds *Dossiers) TakenBy(ctx context.Context, a access.Staff, id string) (string, error) {
	return db.One(ctx, ds.db, db.Value[string], selectTaker, a.Scope().Tenant(), a.Scope().Account(), id)
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
