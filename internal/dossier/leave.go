package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
)

// LeaveDepartment moves what waits in a department to another one, and types with it; what somebody handles keeps him.
// Whoever works there is told by a notice, and not by a mail for each dossier. It is department.Departments' hook.
func (ds *Dossiers) LeaveDepartment(ctx context.Context, tx *db.Tx, s access.Scope, from, to string) error {
	waiting, err := db.All(ctx, tx, db.Value[string], `select id from dossier where tenant_id = $1 and department_id = $2 and handler_id is null`, s.Tenant(), from)
	if err != nil {
		return err
	}
	if len(waiting) > 0 && to == "" {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "to", Key: "department.where_to"}}}
	}
	_, err = tx.Exec(ctx, `update dossier set department_id = nullif($3, ''), version = version + 1 where tenant_id = $1 and department_id = $2`, s.Tenant(), from, to)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		if err := relist(ctx, tx, s.Tenant(), id); err != nil {
			return err
		}
		accounts, err := workers(ctx, tx, s.Tenant(), id, dossiertype.TellInvolved)
		if err != nil {
			return err
		}
		if _, err := notify.Tell(ctx, tx, s.Tenant(), id, notify.OfWaiting, accounts...); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.changed", Dossier: id}); err != nil {
			return err
		}
	}
	return ds.types.LeaveDepartment(ctx, tx, s, from, to)
}

// WaitingIn counts what waits in a department, for the administrator who removes it.
func (ds *Dossiers) WaitingIn(ctx context.Context, a access.Staff, department string) (int, error) {
	return db.One(ctx, ds.db, db.Value[int], `select count(*) from dossier where tenant_id = $1 and department_id = $2 and handler_id is null`, a.Scope().Tenant(), department)
}
