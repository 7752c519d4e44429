// Package client is the persons and companies for whom the office works.
package client

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/bulkhead"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Clients reads and changes clients.
type Clients struct {
	db    *db.DB
	looks *audit.Looks
	// Searches bounds what searches for clients. The wiring sets it.
	Searches *bulkhead.Bulkhead
}

// New returns the clients of a database.
func New(d *db.DB, looks *audit.Looks) *Clients { return &Clients{db: d, looks: looks} }

// Kinds of client.
const (
	Person  = "person"
	Company = "company"
)

// Client is a person or a company.
type Client struct {
	ID, Kind, Name, Salutation, Number string
	Version                            int64
}

const selectClient = `select c.id, c.kind, c.name, c.salutation, c.number, c.version from client c where c.tenant_id = $1 `

func scanClient(scan db.Scan) (Client, error) {
	var c Client
	err := scan(&c.ID, &c.Kind, &c.Name, &c.Salutation, &c.Number, &c.Version)
	return c, err
}

// PageSize is the number of rows of a list page.
const PageSize = 50

// List returns clients by name, from after the given name and id on, and records the look with what
// was searched for.
func (cs *Clients) List(ctx context.Context, a access.Staff, search, afterName, afterID string) ([]Client, error) {
	list, err := cs.Choose(ctx, a, search, afterName, afterID)
	if err != nil {
		return nil, err
	}
	return list, cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "client.listed", Detail: audit.Searched(search)})
}

// Choose is List for a form in which a client is chosen: the look is that of its page.
func (cs *Clients) Choose(ctx context.Context, a access.Staff, search, afterName, afterID string) ([]Client, error) {
	search = strings.ToLower(strings.TrimSpace(search))
	if search != "" {
		leave, err := cs.Searches.Enter(ctx, a.Scope().Tenant())
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	return db.All(ctx, cs.db, scanClient, selectClient+`and c.unmatched_at is null and c.matched_to is null and c.search like $2 escape '\' and (c.name, c.id) > ($3, $4) order by c.name, c.id limit 51`,
		a.Scope().Tenant(), "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(search)+"%", afterName, afterID)
}

// Get returns a client by id, as List does.
func (cs *Clients) Get(ctx context.Context, a access.Staff, id string) (Client, error) {
	return db.One(ctx, cs.db, scanClient, selectClient+`and c.id = $2`, a.Scope().Tenant(), id)
}

// View loads a client for an employee and records the look.
func (cs *Clients) View(ctx context.Context, a access.Staff, id string) (Client, error) {
	c, err := cs.Get(ctx, a, id)
	if err != nil {
		return c, err
	}
	return c, cs.looks.Look(ctx, a.Scope(), audit.Entry{Event: "client.viewed", Client: id})
}

// checkName returns a name as it is kept, or adds what is wrong with it.
func checkName(f *errs.Fields, name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		f.Add("name", "field.required")
	} else if utf8.RuneCountInString(name) > 200 {
		f.Add("name", "field.too_long", "max", 200)
	}
	return name
}

// Draft is a client as staff fill it in.
type Draft struct{ Kind, Name, Salutation, Number string }

// Create makes a client. Once is the form's key.
func (cs *Clients) Create(ctx context.Context, a access.Staff, once string, in Draft) (string, error) {
	var f errs.Fields
	in.Name = checkName(&f, in.Name)
	if in.Kind != Person && in.Kind != Company {
		f.Add("kind", "field.choose")
	}
	if err := f.Err(); err != nil {
		return "", err
	}
	if !a.Can(access.Work) {
		return "", errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	var id string
	err := cs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		_, err = tx.Exec(ctx, `insert into client (tenant_id, id, kind, name, salutation, number, search, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			s.Tenant(), id, in.Kind, in.Name, in.Salutation, in.Number, strings.ToLower(in.Name+" "+in.Number), tx.Now())
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s, audit.Entry{Event: "client.created", Client: id}); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}
