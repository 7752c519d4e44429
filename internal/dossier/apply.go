package dossier

import (
	"context"
	"fmt"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Applied is a dossier that a client asks for.
type Applied struct {
	Type, Title string
	Handler     string // whose it is to be; "" for whoever of its department takes it
}

// Apply begins a dossier of which the client is the initiator, in the transaction of what he sends (E4, E5), and returns
// its id. It is his at once. A type that clients cannot begin is NotFound.
func (ds *Dossiers) Apply(ctx context.Context, tx *db.Tx, a access.Client, in Applied) (string, error) {
	s := a.Scope()
	ref, def, err := ds.types.Newest(ctx, tx, s, in.Type)
	if err != nil {
		return "", err
	}
	if !def.Begins() {
		return "", errs.Missing()
	}
	number, err := nextNumber(ctx, tx, s)
	if err != nil {
		return "", err
	}
	dep, err := ds.types.Department(ctx, tx, s, in.Type)
	if err != nil {
		return "", err
	}
	handler, err := ds.handlerOf(ctx, tx, s, in.Handler, dep)
	if err != nil {
		return "", err
	}
	id := tx.NewID()
	draft := Draft{Number: number, Title: in.Title, Handler: handler, Department: dep, Parties: []string{s.Client()}, Type: in.Type, Status: def.First().Key}
	if err := insert(ctx, tx, s, id, draft, fresh{ref: ref, def: def, status: def.First()}); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `update dossier set published_at = $3 where tenant_id = $1 and id = $2`, s.Tenant(), id, tx.Now()); err != nil {
		return "", err
	}
	if _, err := ds.remark(ctx, tx, s, id); err != nil {
		return "", err
	}
	if err := ds.tellNew(ctx, tx, s, id, handler); err != nil {
		return "", err
	}
	return id, audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.published", Dossier: id, Client: s.Client()})
}

// handlerOf is who gets what a client asks for: whoever was chosen, while he works here. Otherwise it waits in the
// department, when that has people; where there is none, an administrator gets it.
func (ds *Dossiers) handlerOf(ctx context.Context, tx *db.Tx, s access.Scope, chosen, dep string) (string, error) {
	if dep != "" {
		if err := department.Works(ctx, tx, s.Tenant(), chosen); !errs.Is(err, errs.NotFound) {
			return chosen, err
		}
		if people, err := department.Manned(ctx, tx, s.Tenant(), dep); err != nil || people {
			return "", err
		}
	}
	return db.One(ctx, tx, db.Value[string], `select id from account where tenant_id = $1 and client_id is null and face = 'office' and state = 'active' and role in ('handler', 'administrator')
		order by case when id = $2 then 0 when role = 'administrator' then 1 else 2 end, name, id limit 1`, s.Tenant(), chosen)
}

// nextNumber is the next number of the year that no dossier has: an employee may have typed it. Whoever applies at the
// same moment waits for it.
func nextNumber(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
	year := i18n.Local(tx.Now().Time).Year()
	for {
		n, err := db.One(ctx, tx, db.Value[int64], `insert into dossier_counter (tenant_id, year, last) values ($1, $2, 1)
			on conflict (tenant_id, year) do update set last = dossier_counter.last + 1 returning last`, s.Tenant(), year)
		if err != nil {
			return "", err
		}
		number := fmt.Sprintf("%d-%06d", year, n)
		taken, err := db.One(ctx, tx, db.Value[int], `select count(*) from dossier where tenant_id = $1 and number = $2`, s.Tenant(), number)
		if err != nil || taken == 0 {
			return number, err
		}
	}
}

// selectApplying is the predicate of an application that is the account's own, for the client, and not sent yet.
const selectApplying = `select 1 from application where tenant_id = $1 and id = $2 and client_id = $3 and account_id = $4 and dossier_id is null`

// toApply lets an account add files to its own application.
func toApply(ctx context.Context, r db.Reader, a access.Client, id string) error {
	s := a.Scope()
	return r.QueryRow(ctx, selectApplying, s.Tenant(), id, s.Client(), s.Account()).Scan(new(int))
}

// Uploaded returns the names of an account's own complete files for an application, by id.
func Uploaded(ctx context.Context, r db.Reader, a access.Client, application string) (map[string]string, error) {
	s, names := a.Scope(), map[string]string{}
	_, err := db.All(ctx, r, func(scan db.Scan) (struct{}, error) {
		var id, name string
		err := scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, `select id, file_name from upload where tenant_id = $1 and application_id = $2 and account_id = $3 and client_id = $4 and blob_key is not null`,
		s.Tenant(), application, s.Account(), s.Client())
	return names, err
}

// Bring makes documents of a dossier of the files of the application that it came from, and returns their ids in the same order.
func (ds *Dossiers) Bring(ctx context.Context, tx *db.Tx, a access.Client, application, dossier string, uploads []string) ([]string, error) {
	s := a.Scope()
	for _, id := range uploads {
		n, err := tx.Exec(ctx, `update upload set dossier_id = $3, application_id = null where tenant_id = $1 and id = $2 and application_id = $4 and account_id = $5 and client_id = $6`,
			s.Tenant(), id, dossier, application, s.Account(), s.Client())
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return nil, err
		}
	}
	return ds.Attach(ctx, tx, s, dossier, Letter{Client: s.Client()}, uploads)
}
