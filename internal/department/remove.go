package department

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Hold is NotFound for a department that the organisation has not; one that it has is not removed before the transaction
// ends, so that nothing is put where nobody looks.
func Hold(ctx context.Context, tx *db.Tx, tenantID, id string) error {
	n, err := tx.Exec(ctx, `update department set version = version where tenant_id = $1 and id = $2`, tenantID, id)
	return db.Guard(n, err, errs.Missing())
}

// Remove removes a department. What waits in it goes to another one in the same act, or it stays: without another one that
// is Invalid. Once is the form's key: the second of two clicks is harmless.
func (ds *Departments) Remove(ctx context.Context, a access.Staff, once, id, to string) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			return err
		}
		if err := Hold(ctx, tx, s.Tenant(), id); err != nil {
			return err
		}
		if err := heir(ctx, tx, s, id, to); err != nil {
			return err
		}
		if err := ds.Leaving(ctx, tx, s, id, to); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from department_member where tenant_id = $1 and department_id = $2`, s.Tenant(), id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from department where tenant_id = $1 and id = $2`, s.Tenant(), id); err != nil {
			return err
		}
		objects := []audit.Object{{Kind: "department", ID: id}}
		if to != "" {
			objects = append(objects, audit.Object{Kind: "department", ID: to})
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "department.removed", Objects: objects})
	})
}

// heir refuses to leave what waits to a department that is not there, or to the one that goes.
func heir(ctx context.Context, tx *db.Tx, s access.Scope, id, to string) error {
	if to == "" {
		return nil
	}
	err := Hold(ctx, tx, s.Tenant(), to)
	if to == id || errs.Is(err, errs.NotFound) {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "to", Key: "field.choose"}}}
	}
	return err
}
