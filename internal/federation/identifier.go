package federation

import (
	"context"
	"fmt"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// index is by what an identifier is found: nobody who has the database alone can try all numbers on it.
func index(t *tenant.Tenant, id eid.Identifier) []byte {
	return t.Key.MAC("identifier", string(id.Kind), id.Value)
}

func identifierAAD(tenantID, id string) string { return "identifier|value|" + tenantID + "|" + id }

func putIdentifier(ctx context.Context, tx *db.Tx, t *tenant.Tenant, client string, id eid.Identifier, by string) error {
	row := tx.NewID()
	_, err := tx.Exec(ctx, `insert into identifier (tenant_id, id, client_id, kind, mac, value, added_at, added_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, row, client, string(id.Kind), index(t, id), t.Key.Seal([]byte(id.Value), identifierAAD(t.ID, row)), tx.Now(), by)
	return err
}

// Identifier is a number of a client as staff see it.
type Identifier struct {
	ID      string
	Kind    eid.Kind
	Value   string // masked, unless it was asked for
	AddedAt db.Time
	AddedBy string // the name of an employee, "" for the log-in that brought it
}

const selectIdentifiers = `select i.id, i.kind, i.value, i.added_at, coalesce(a.name, '') from identifier i
	left join account a on a.tenant_id = i.tenant_id and a.id = i.added_by where i.tenant_id = $1 and i.client_id = $2 `

func scanIdentifier(t *tenant.Tenant, whole bool) func(db.Scan) (Identifier, error) {
	return func(scan db.Scan) (Identifier, error) {
		var i Identifier
		var sealed []byte
		if err := scan(&i.ID, &i.Kind, &sealed, &i.AddedAt, &i.AddedBy); err != nil {
			return i, err
		}
		plain, err := t.Key.Open(sealed, identifierAAD(t.ID, i.ID))
		if err != nil {
			return i, fmt.Errorf("federation: identifier: %w", err)
		}
		if i.Value = string(plain); !whole {
			i.Value = eid.Identifier{Kind: i.Kind, Value: i.Value}.Masked()
		}
		return i, nil
	}
}

// Identifiers returns the numbers of a client, masked.
func (f *Federation) Identifiers(ctx context.Context, a access.Staff, client string) ([]Identifier, error) {
	t, err := f.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, f.db, scanIdentifier(t, false), selectIdentifiers+`order by i.kind, i.added_at, i.id`, t.ID, client)
}

// Reveal returns one of them whole, and the journal tells who saw it.
func (f *Federation) Reveal(ctx context.Context, a access.Staff, client, id string) (Identifier, error) {
	if !a.Can(access.Work) {
		return Identifier{}, errs.New(errs.Forbidden, "")
	}
	t, err := f.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Identifier{}, err
	}
	var found Identifier
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if found, err = db.One(ctx, tx, scanIdentifier(t, true), selectIdentifiers+`and i.id = $3`, t.ID, client, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.Scope(), of(client, id, "client.identifier_seen", found.Kind))
	})
	return found, err
}

func of(client, id, event string, k eid.Kind) audit.Entry {
	return audit.Entry{Event: event, Client: client, Objects: []audit.Object{{Kind: "identifier", ID: id}}, Detail: map[string]string{"kind": string(k)}}
}

// KindsFor returns the kinds of identifier that staff may give a client.
func KindsFor(t *tenant.Tenant) []eid.Kind {
	list := []eid.Kind{eid.KvK, eid.RSIN, eid.Branch, eid.EIDAS, eid.Pseudo}
	if t.Settings.BSN != "" {
		list = append([]eid.Kind{eid.BSN}, list...)
	}
	return list
}

// Add gives a client an identifier. One that is no such number, or another client's, is Invalid.
func (f *Federation) Add(ctx context.Context, a access.Staff, client string, kind eid.Kind, typed string) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	t, err := f.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	id, err := typedIdentifier(t, kind, typed)
	if err != nil {
		return err
	}
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.One(ctx, tx, db.Value[string], `select id from client where tenant_id = $1 and id = $2`, t.ID, client); err != nil {
			return err
		}
		had, err := db.One(ctx, tx, db.Value[string], `select client_id from identifier where tenant_id = $1 and kind = $2 and mac = $3`, t.ID, string(kind), index(t, id))
		switch {
		case err == nil && had == client: // a second click
			return nil
		case err == nil:
			return taken()
		case !errs.Is(err, errs.NotFound):
			return err
		}
		if err := putIdentifier(ctx, tx, t, client, id, a.Scope().Account()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.Scope(), audit.Entry{Event: "client.identifier_added", Client: client, Detail: map[string]string{"kind": string(kind)}})
	})
	if db.IsUnique(err, "identifier_mac") {
		err = taken()
	}
	return err
}

func taken() error {
	var f errs.Fields
	f.Add("value", "identifier.taken")
	return f.Err()
}

func typedIdentifier(t *tenant.Tenant, kind eid.Kind, typed string) (eid.Identifier, error) {
	var f errs.Fields
	known := false
	for _, k := range KindsFor(t) {
		known = known || k == kind
	}
	if !known {
		f.Add("kind", "field.choose")
		return eid.Identifier{}, f.Err()
	}
	if typed == "" {
		f.Add("value", "field.required")
		return eid.Identifier{}, f.Err()
	}
	id, err := eid.Parse(kind, typed)
	if err != nil {
		f.Add("value", "identifier.bad."+string(kind))
	}
	return id, f.Err()
}

// Remove takes an identifier from a client: nobody comes in by it any more, and the sessions of those who did end.
func (f *Federation) Remove(ctx context.Context, a access.Staff, client, id string) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		kind, err := db.One(ctx, tx, db.Value[string], `delete from identifier where tenant_id = $1 and client_id = $2 and id = $3 returning kind`, s.Tenant(), client, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and connection_id is not null and ended_at is null
			and account_id in (select id from account a where a.tenant_id = $1 and a.client_id = $2)`, s.Tenant(), client, tx.Now())
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, of(client, id, "client.identifier_removed", eid.Kind(kind)))
	})
}
