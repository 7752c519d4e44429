package department

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Absence is until when an employee is away, and who stands in for him. Its zero is an employee who is there.
type Absence struct {
	Until  *db.Time // the moment at which he is back
	Deputy string   // the account of who stands in, "" for nobody
}

// absent lets an employee say that he is away himself, and an administrator anybody.
func absent(ctx context.Context, r db.Reader, a access.Staff, account string) error {
	if account != a.Scope().Account() && !a.Can(access.Manage) {
		return errs.Missing()
	}
	return Works(ctx, r, a.Scope().Tenant(), account)
}

// Absence returns that of an employee: his own, or anybody's for an administrator. Any other is NotFound.
func (ds *Departments) Absence(ctx context.Context, a access.Staff, account string) (Absence, error) {
	if err := absent(ctx, ds.db, a, account); err != nil {
		return Absence{}, err
	}
	list, err := db.All(ctx, ds.db, scanAbsence, selectAbsence, a.Scope().Tenant(), account, db.At(ds.db.Clock().Now()))
	if err != nil || len(list) == 0 {
		return Absence{}, err
	}
	return list[0], nil
}

// selectAbsence has none of an absence that is over.
const selectAbsence = `select until, coalesce(deputy_id, '') from absence where tenant_id = $1 and account_id = $2 and until > $3`

func scanAbsence(scan db.Scan) (Absence, error) {
	var v Absence
	err := scan(&v.Until, &v.Deputy)
	return v, err
}

// SetAbsence says until when an employee is away and who stands in for him; a zero Absence that he is back.
func (ds *Departments) SetAbsence(ctx context.Context, a access.Staff, account string, in Absence) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := absent(ctx, tx, a, account); err != nil {
			return err
		}
		if err := in.check(ctx, tx, s, account); err != nil {
			return err
		}
		event := "account.away"
		if in.Until == nil {
			event = "account.back"
			n, err := tx.Exec(ctx, `delete from absence where tenant_id = $1 and account_id = $2`, s.Tenant(), account)
			if err != nil || n == 0 { // he was there already
				return err
			}
		} else {
			_, err := tx.Exec(ctx, `insert into absence (tenant_id, account_id, until, deputy_id) values ($1, $2, $3, nullif($4, ''))
				on conflict (tenant_id, account_id) do update set until = excluded.until, deputy_id = excluded.deputy_id`, s.Tenant(), account, *in.Until, in.Deputy)
			if err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: []audit.Object{{Kind: "account", ID: account}}})
	})
}

func (in *Absence) check(ctx context.Context, tx *db.Tx, s access.Scope, account string) error {
	var f errs.Fields
	if in.Until != nil && !in.Until.After(tx.Now().Time) {
		f.Add("until", "absence.past")
	}
	if in.Deputy == "" {
		return f.Err()
	}
	if in.Deputy == account { // nobody stands in for himself
		f.Add("deputy", "field.choose")
		return f.Err()
	}
	err := Works(ctx, tx, s.Tenant(), in.Deputy)
	if errs.Is(err, errs.NotFound) {
		f.Add("deputy", "field.choose")
		err = nil
	}
	if err != nil {
		return err
	}
	return f.Err()
}

// Deputies returns who stands in now for any of the accounts, and is not one of them.
func Deputies(ctx context.Context, tx *db.Tx, tenantID string, accounts []string) ([]string, error) {
	had, out := map[string]bool{}, []string(nil)
	for _, id := range accounts {
		had[id] = true
	}
	for _, id := range accounts {
		list, err := db.All(ctx, tx, db.Value[string], `select v.deputy_id from absence v cross join account y
			where y.tenant_id = v.tenant_id and y.id = v.deputy_id and v.tenant_id = $1 and v.account_id = $2 and v.until > $3 and y.state = 'active' and y.role in ('handler', 'administrator')`, tenantID, id, tx.Now())
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if !had[d] {
				had[d], out = true, append(out, d)
			}
		}
	}
	return out, nil
}
