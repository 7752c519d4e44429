package client

import (
	"context"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Arrive makes a client of whom nothing is known but that he logged in by another party (D27). He is in no list
// but that of Unmatched.
func Arrive(ctx context.Context, tx *db.Tx, s access.Scope, kind, name string) (string, error) {
	id := tx.NewID()
	_, err := tx.Exec(ctx, `insert into client (tenant_id, id, kind, name, search, created_at, unmatched_at) values ($1, $2, $3, $4, $5, $6, $6)`,
		s.Tenant(), id, kind, name, strings.ToLower(name), tx.Now())
	if err != nil {
		return "", err
	}
	return id, audit.Record(ctx, tx, s, audit.Entry{Event: "client.arrived", Client: id})
}

// Unmatched is a client who logged in by another party and whom nobody here has recognised yet.
type Unmatched struct {
	Client
	Since db.Time
}

// ListUnmatched returns them, who came last first, and records the look.
func (cs *Clients) ListUnmatched(ctx context.Context, a access.Staff) ([]Unmatched, error) {
	if !a.Can(access.Work) {
		return nil, errs.New(errs.Forbidden, "")
	}
	list, err := db.All(ctx, cs.db, func(scan db.Scan) (Unmatched, error) {
		var u Unmatched
		err := scan(&u.ID, &u.Kind, &u.Name, &u.Salutation, &u.Number, &u.Version, &u.Since)
		return u, err
	}, `select c.id, c.kind, c.name, c.salutation, c.number, c.version, c.unmatched_at from client c where c.tenant_id = $1 and c.unmatched_at is not null
		order by c.unmatched_at desc, c.id limit 200`, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return list, cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "client.unmatched_listed"})
}

// CountUnmatched counts them up to a hundred.
func (cs *Clients) CountUnmatched(ctx context.Context, a access.Staff) (int, error) {
	return db.One(ctx, cs.db, db.Value[int], `select count(*) from (select 1 from client c where c.tenant_id = $1 and c.unmatched_at is not null limit 100) w`, a.Scope().Tenant())
}

// Accept makes one of Unmatched a client like any other, under the name that staff give him.
func Accept(ctx context.Context, tx *db.Tx, s access.Scope, id, name string) error {
	var f errs.Fields
	if name = checkName(&f, name); len(f) > 0 {
		return f.Err()
	}
	n, err := tx.Exec(ctx, `update client set unmatched_at = null, name = $3, search = $4, version = version + 1 where tenant_id = $1 and id = $2 and unmatched_at is not null`,
		s.Tenant(), id, name, strings.ToLower(name))
	return db.Guard(n, err, errs.Missing())
}

// Stranger returns one of Unmatched and records the look.
func (cs *Clients) Stranger(ctx context.Context, a access.Staff, id string) (Client, error) {
	c, err := db.One(ctx, cs.db, scanClient, selectClient+`and c.id = $2 and c.unmatched_at is not null`, a.Scope().Tenant(), id)
	if err != nil {
		return c, err
	}
	return c, cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "client.viewed", Client: id})
}
