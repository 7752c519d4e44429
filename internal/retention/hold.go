package retention

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
)

// Hold keeps a dossier from being destroyed until somebody lifts it.
type Hold struct {
	Reason, By           string
	SetAt                db.Time
	LiftReason, LiftedBy string
	LiftedAt             *db.Time // nil as long as it holds
}

const selectHold = `select h.reason, p.name, h.set_at, h.lift_reason, coalesce(l.name, ''), h.lifted_at from dossier_hold h
	join account p on p.tenant_id = h.tenant_id and p.id = h.set_by
	left join account l on l.tenant_id = h.tenant_id and l.id = h.lifted_by
	where h.tenant_id = $1 and h.dossier_id = $2 `

func scanHold(scan db.Scan) (Hold, error) {
	var h Hold
	err := scan(&h.Reason, &h.By, &h.SetAt, &h.LiftReason, &h.LiftedBy, &h.LiftedAt)
	return h, err
}

// Holds returns the dossier, for whoever works in it, with what holds it now, nil for nothing, and what did before.
func (r *Retention) Holds(ctx context.Context, a access.Staff, id string) (d dossier.Dossier, now *Hold, before []Hold, err error) {
	if d, err = r.dossiers.StaffView(ctx, a, id); err != nil {
		return d, nil, nil, err
	}
	if !a.Can(access.Work) {
		return d, nil, nil, errs.New(errs.Forbidden, "")
	}
	list, err := db.All(ctx, r.db, scanHold, selectHold+`order by h.set_at desc, h.id limit 50`, a.Scope().Tenant(), id)
	for n := range list {
		if list[n].LiftedAt == nil {
			now = &list[n]
		} else {
			before = append(before, list[n])
		}
	}
	return d, now, before, err
}

// Held returns what holds a dossier that was loaded for the employee, nil for nothing.
func (r *Retention) Held(ctx context.Context, a access.Staff, d dossier.Dossier) (*Hold, error) {
	list, err := db.All(ctx, r.db, scanHold, selectHold+`and h.lifted_at is null`, a.Scope().Tenant(), d.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// SetHold holds a dossier, or lifts what holds it, with a reason. What is so already is no change: the second of two clicks
// is harmless.
func (r *Retention) SetHold(ctx context.Context, a access.Staff, id, reason string, on bool) error {
	s := a.Scope()
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := dossier.ForWork(ctx, tx, a, id); err != nil {
			return err
		}
		var f errs.Fields
		reason := checkReason(&f, reason)
		if err := f.Err(); err != nil {
			return err
		}
		is, err := held(ctx, tx, s.Tenant(), id)
		if err != nil || is == on {
			return err
		}
		event := "dossier.held"
		if on {
			_, err = tx.Exec(ctx, `insert into dossier_hold (tenant_id, id, dossier_id, reason, set_at, set_by) values ($1, $2, $3, $4, $5, $6)`, s.Tenant(), tx.NewID(), id, reason, tx.Now(), s.Account())
		} else {
			event = "dossier.hold_lifted"
			_, err = tx.Exec(ctx, `update dossier_hold set lift_reason = $3, lifted_at = $4, lifted_by = $5 where tenant_id = $1 and dossier_id = $2 and lifted_at is null`, s.Tenant(), id, reason, tx.Now(), s.Account())
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: id})
	})
}

func held(ctx context.Context, r db.Reader, tenantID, id string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select exists (select 1 from dossier_hold where tenant_id = $1 and dossier_id = $2 and lifted_at is null)`, tenantID, id)
}

// Forget removes what this package keeps of a dossier that is destroyed, but for the proof. It is dossier.Dossiers' hook.
func (r *Retention) Forget(ctx context.Context, tx *db.Tx, s access.Scope, id string) error {
	if _, err := tx.Exec(ctx, `delete from dossier_hold where tenant_id = $1 and dossier_id = $2`, s.Tenant(), id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from destruction_item where tenant_id = $1 and dossier_id = $2`, s.Tenant(), id)
	return err
}
