package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// PageSize is the number of entries of a page of the journal.
const PageSize = 50

// Row is an entry as a page shows it, with the names that belong to its ids. A name is "" when the
// thing is no longer there.
type Row struct {
	ID, Event                   string
	At                          db.Time
	ActorKind, Actor, ActorName string
	Role                        access.Role
	Means, Origin               string
	Dossier, Number, Title      string
	Client, ClientName          string
	Objects                     []Named
	Detail                      map[string]string
}

// Behalf returns for whom it was done, "" for oneself; behalf is false when nobody was represented.
func (r Row) Behalf() (name string, behalf bool) {
	if r.Role != access.RoleRepresentative {
		return "", false
	}
	for _, o := range r.Objects {
		if o.Kind == kindMandate {
			return o.Name, true
		}
	}
	return "", false
}

// Named is an object with its title, subject or name.
type Named struct {
	Object
	Name string
}

// Filter chooses entries. Empty fields choose everything.
type Filter struct {
	Group   string    // what stands before the dot of the event
	Actor   string    // account that acted, or that an entry from before its log-in is about
	Dossier string    // id
	Client  string    // id: the client's own accounts, and everything in its dossiers
	From    time.Time // inclusive
	Until   time.Time // exclusive
	After   string    // key of the last entry of the page before
}

// Page is one page of entries, newest first; Next is the key of the following one, "" at the end.
type Page struct {
	Rows []Row
	Next string
}

const columns = `select j.tenant_id, j.id, j.at, j.event, j.actor_kind, j.actor_id, j.actor_role, j.means, j.origin, j.dossier_id, j.client_id,
	j.objects, j.detail from `

const (
	// unfiltered reads as the index of all entries does; the others must not, or planners prefer that
	// one to the index of their own.
	unfiltered = columns + `journal j where j.tenant_id || '' = $1`
	filtered   = columns + `journal j where j.tenant_id = $1`
	// inParty is what happened in the dossiers of a client. All of it is read and sorted, which costs
	// by the client's own past, not by the size of the journal.
	inParty = columns + `dossier_party p cross join journal j
	where p.tenant_id = $1 and p.client_id = $9 and j.tenant_id = p.tenant_id and j.dossier_id = p.dossier_id`
)

// Each filter is a whole fragment: one that is not asked for keeps no other from its index.
const (
	within      = ` and j.at >= $2 and (j.at, j.id) < ($3, $4)`
	inGroup     = ` and rtrim(j.event, 'abcdefghijklmnopqrstuvwxyz_') = $5` // reads as the index does
	anyGroup    = ` and cast($5 as text) = ''`
	inDossier   = ` and j.dossier_id = $6`
	anyDossier  = ` and cast($6 as text) = ''`
	anyActor    = ` and cast($7 as text) = '' and cast($8 as text) = ''`
	byActor     = ` and cast($8 as text) <> '' and j.actor_id = $7`
	aboutActor  = ` and cast($7 as text) <> '' and j.actor_id = '' and j.objects = $8`
	eitherActor = ` and (j.actor_id = $7 or j.actor_id = '' and j.objects = $8)`
	anyClient   = ` and cast($9 as text) = ''`
	ofClient    = ` and j.client_id <> '' and j.client_id = $9`
	newest      = ` order by j.at desc, j.id desc limit 51`
)

const named = `select k.id, k.at, k.event, k.actor_kind, k.actor_id, k.actor_role, coalesce(a.name, ''), k.means, k.origin, k.dossier_id,
	coalesce(d.number, ''), coalesce(d.title, ''), k.client_id, coalesce(c.name, ''), k.objects, k.detail from (`

const names = `) k left join account a on a.tenant_id = k.tenant_id and a.id = k.actor_id
	left join dossier d on d.tenant_id = k.tenant_id and d.id = k.dossier_id
	left join client c on c.tenant_id = k.tenant_id and c.id = k.client_id order by k.at desc, k.id desc`

func scanRow(scan db.Scan) (Row, error) {
	var r Row
	var objects, detail string
	err := scan(&r.ID, &r.At, &r.Event, &r.ActorKind, &r.Actor, &r.Role, &r.ActorName, &r.Means, &r.Origin, &r.Dossier,
		&r.Number, &r.Title, &r.Client, &r.ClientName, &objects, &detail)
	if err != nil {
		return r, err
	}
	var list []Object
	if err := json.Unmarshal([]byte(objects), &list); err != nil {
		return r, fmt.Errorf("audit: objects of %s: %w", r.ID, err)
	}
	for _, o := range list {
		r.Objects = append(r.Objects, Named{Object: o})
	}
	if err := json.Unmarshal([]byte(detail), &r.Detail); err != nil {
		return r, fmt.Errorf("audit: detail of %s: %w", r.ID, err)
	}
	return r, nil
}

// List returns a page of the tenant's journal.
func List(ctx context.Context, r db.Reader, a access.Staff, f Filter) (Page, error) {
	if !a.Can(access.SeeJournal) {
		return Page{}, errs.New(errs.Forbidden, "")
	}
	about := ""
	if f.Actor != "" {
		b, err := json.Marshal([]Object{{Kind: "account", ID: f.Actor}})
		if err != nil {
			return Page{}, fmt.Errorf("audit: %w", err)
		}
		about = string(b)
	}
	from, until, id := bounds(f)
	rows, err := source(ctx, r, f, a.Scope().Tenant(), from, until, id, dotted(f.Group), f.Dossier, f.Actor, about, f.Client)
	if err != nil {
		return Page{}, fmt.Errorf("audit: list: %w", err)
	}
	return page(ctx, r, a.Scope(), rows)
}

// source runs the statement that fits the filter. Two of them are a union, so that each half is a
// range of its own index.
func source(ctx context.Context, r db.Reader, f Filter, args ...any) ([]Row, error) {
	filters := db.Join(within, anyGroup)
	if f.Group != "" {
		filters = db.Join(within, inGroup)
	}
	if f.Dossier != "" {
		filters = db.Join(filters, inDossier)
	} else {
		filters = db.Join(filters, anyDossier)
	}
	q := db.Join(filtered, filters, anyActor, anyClient, newest)
	switch {
	case f.Client == "" && f.Actor == "" && f.Group == "" && f.Dossier == "":
		q = db.Join(unfiltered, filters, anyActor, anyClient, newest)
	case f.Client != "":
		actor := db.Join(anyActor)
		if f.Actor != "" {
			actor = db.Join(eitherActor)
		}
		q = db.Join(`select * from (`, filtered, filters, actor, ofClient, `union`, inParty, filters, actor, `) j`, newest)
	case f.Actor != "":
		q = db.Join(`select * from (select * from (`, filtered, filters, byActor, anyClient, newest, `) x
			union all select * from (`, filtered, filters, aboutActor, anyClient, newest, `) y) j`, newest)
	}
	return db.All(ctx, r, scanRow, db.Join(named, q, names), args...)
}

// OfDossier returns a page of the entries about a dossier that the caller has loaded for his actor.
func OfDossier(ctx context.Context, r db.Reader, s access.Scope, dossier, after string) (Page, error) {
	f := Filter{Dossier: dossier, After: after}
	from, until, id := bounds(f)
	rows, err := source(ctx, r, f, s.Tenant(), from, until, id, "", dossier, "", "", "")
	if err != nil {
		return Page{}, fmt.Errorf("audit: of dossier: %w", err)
	}
	return page(ctx, r, s, rows)
}

func page(ctx context.Context, r db.Reader, s access.Scope, rows []Row) (Page, error) {
	p := Page{Rows: rows}
	if len(rows) > PageSize {
		p = Page{Rows: rows[:PageSize], Next: db.Key(rows[PageSize-1].At, rows[PageSize-1].ID)}
	}
	return p, nameObjects(ctx, r, s.Tenant(), p.Rows)
}

// epoch is earlier and never is later than any entry.
var (
	epoch = time.Unix(0, 0)
	never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
)

// bounds returns the range that from, until and after leave together.
func bounds(f Filter) (from, until db.Time, id string) {
	from, until = db.At(f.From), db.At(never)
	if f.From.IsZero() {
		from = db.At(epoch)
	}
	if !f.Until.IsZero() {
		until = db.At(f.Until)
	}
	if at, last, ok := db.ParseKey(f.After); ok && at.Before(until.Time) {
		return from, at, last
	}
	return from, until, ""
}

func dotted(group string) string {
	if group == "" {
		return ""
	}
	return group + "."
}
