// Package retention is what becomes of closed dossiers when their term is over: who is due, what is kept from destruction,
// what one administrator proposes to destroy and another one decides, and the proof that stays (ADR 36).
package retention

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
)

// AtOnce is how many dossiers can be proposed at once, and how many a page of the due has.
const AtOnce = 25

// Retention knows who is due, and destroys.
type Retention struct {
	db       *db.DB
	dossiers *dossier.Dossiers
	looks    *audit.Looks
}

// New returns the retention of a database.
func New(d *db.DB, ds *dossier.Dossiers, looks *audit.Looks) *Retention {
	return &Retention{d, ds, looks}
}

// Due is a closed dossier whose term is over.
type Due struct {
	ID, Number, Title, Result string
	Type                      dossiertype.Ref
	ClosedAt, ExpiresAt       db.Time
	Held                      bool
	Proposal                  string // in which it waits, "" for none
	Stays                     string // of one in a proposal that was decided: why it stayed
}

const selectDue = `select d.id, d.number, d.title, coalesce(d.type_id, ''), d.type_version, d.result, coalesce(d.closed_at, d.updated_at), coalesce(d.expires_at, d.updated_at),
	exists (select 1 from dossier_hold h where h.tenant_id = d.tenant_id and h.dossier_id = d.id and h.lifted_at is null),
	coalesce(i.destruction_id, ''), coalesce(i.stays, '') from `

const (
	due = selectDue + `dossier d left join destruction_item i on i.tenant_id = d.tenant_id and i.dossier_id = d.id and i.stays = ''
	where d.tenant_id = $1 and d.expires_at is not null and d.expires_at <= $2`
	anyType  = ` and cast($3 as text) = ''`
	ofType   = ` and d.type_id = $3`
	dueAfter = ` and (d.expires_at, d.id) > ($4, $5)`
	dueFirst = ` order by d.expires_at, d.id limit 26`
	dueOne   = ` and d.id = $3`
)

func scanDue(scan db.Scan) (Due, error) {
	var d Due
	err := scan(&d.ID, &d.Number, &d.Title, &d.Type.ID, &d.Type.Number, &d.Result, &d.ClosedAt, &d.ExpiresAt, &d.Held, &d.Proposal, &d.Stays)
	return d, err
}

// Page is one page of what is due, what has waited longest first; Next is the key of the following one.
type Page struct {
	Rows []Due
	Next string
}

func manages(a access.Staff) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	return nil
}

// Due returns a page of the dossiers whose term is over, of one type or, for "", of all. The look is recorded.
func (r *Retention) Due(ctx context.Context, a access.Staff, typeID, after string) (Page, error) {
	if err := manages(a); err != nil {
		return Page{}, err
	}
	s := a.Scope()
	q, args := db.Join(due, anyType), []any{s.Tenant(), db.At(r.db.Clock().Now()), typeID}
	if typeID != "" {
		q = db.Join(due, ofType)
	}
	if at, id, ok := db.ParseKey(after); ok {
		q, args = db.Join(q, dueAfter), append(args, at, id)
	}
	rows, err := db.All(ctx, r.db, scanDue, db.Join(q, dueFirst), args...)
	if err != nil {
		return Page{}, err
	}
	page := Page{Rows: rows}
	if len(rows) > AtOnce {
		last := rows[AtOnce-1]
		page = Page{rows[:AtOnce], db.Key(last.ExpiresAt, last.ID)}
	}
	return page, r.looks.Look(ctx, s, audit.Entry{Event: "dossier.listed"})
}

// Definitions are the types of dossiers, as those have them.
func (r *Retention) Definitions(ctx context.Context, a access.Staff, list []Due) (map[dossiertype.Ref]dossiertype.Definition, error) {
	refs := make([]dossiertype.Ref, len(list))
	for n, d := range list {
		refs[n] = d.Type
	}
	return r.dossiers.Definitions(ctx, r.db, a.Scope(), refs...)
}

const maxReason = 1000

func checkReason(f *errs.Fields, reason string) string {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		f.Add("reason", "field.required")
	} else if utf8.RuneCountInString(reason) > maxReason {
		f.Add("reason", "field.too_long", "max", maxReason)
	}
	return reason
}
