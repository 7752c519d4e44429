package dossier

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Verdict is what an administrator thinks of a stopped document.
type Verdict struct {
	Account, Name, Reason string
	Remove                bool
	At                    db.Time
}

// HeldDocument is a stopped document as administrators see it: everything but its bytes.
type HeldDocument struct {
	Document
	Number, DossierTitle string
	Proposal             Verdict // that it is released; Account is "" when nobody has proposed it
}

const held = `x.state in ('quarantined', 'unscannable')` // as the index says it

// selectHeld needs no predicate of who sees the dossier: an administrator sees them all.
const selectHeld = `select x.id, x.dossier_id, x.origin, x.category, coalesce(x.message_id, ''), x.title, x.file_name, x.size, x.state, x.scanned, x.found, x.flags,
	x.published_at, x.created_at, w.name, d.number, d.title,
	coalesce(v.account_id, ''), coalesce(p.name, ''), coalesce(v.reason, ''), coalesce(v.at, x.created_at)
	from document x join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id
	join account w on w.tenant_id = x.tenant_id and w.id = x.created_by
	left join document_verdict v on v.tenant_id = x.tenant_id and v.document_id = x.id and v.verdict = 'release'
	left join account p on p.tenant_id = v.tenant_id and p.id = v.account_id
	where x.tenant_id = $1 and ` + held

const (
	heldAfter = ` and (x.created_at, x.id) < ($2, $3)`
	heldFirst = ` order by x.created_at desc, x.id desc limit 26`
	heldOne   = ` and x.dossier_id = $2 and x.id = $3`
)

func scanHeld(scan db.Scan) (HeldDocument, error) {
	var h HeldDocument
	err := scan(&h.ID, &h.Dossier, &h.Origin, &h.Category, &h.Message, &h.Title, &h.FileName, &h.Size, &h.State, &h.Scanned, &h.Found, &h.Flags,
		&h.PublishedAt, &h.CreatedAt, &h.Author, &h.Number, &h.DossierTitle,
		&h.Proposal.Account, &h.Proposal.Name, &h.Proposal.Reason, &h.Proposal.At)
	return h, err
}

// HeldPage is one page of the quarantine, newest first; Next is the key of the following one.
type HeldPage struct {
	Rows []HeldDocument
	Next string
}

func manages(a access.Staff) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	return nil
}

// Quarantine returns a page of the documents that wait for what administrators decide.
func (ds *Dossiers) Quarantine(ctx context.Context, a access.Staff, after string) (HeldPage, error) {
	if err := manages(a); err != nil {
		return HeldPage{}, err
	}
	q, args := db.Join(selectHeld, heldFirst), []any{a.Scope().Tenant()}
	if at, id, ok := db.ParseKey(after); ok {
		q, args = db.Join(selectHeld, heldAfter, heldFirst), append(args, at, id)
	}
	rows, err := db.All(ctx, ds.db, scanHeld, q, args...)
	if len(rows) <= PageSize {
		return HeldPage{Rows: rows}, err
	}
	last := rows[PageSize-1]
	return HeldPage{rows[:PageSize], db.Key(last.CreatedAt, last.ID)}, err
}

// CountHeld counts the documents that wait for what administrators decide, up to a hundred.
func (ds *Dossiers) CountHeld(ctx context.Context, a access.Staff) (int, error) {
	if err := manages(a); err != nil {
		return 0, err
	}
	return db.One(ctx, ds.db, db.Value[int], `select count(*) from (select 1 from document x where x.tenant_id = $1 and `+held+` limit 100) h`, a.Scope().Tenant())
}

// Held returns one document of the quarantine and records the look at its dossier.
func (ds *Dossiers) Held(ctx context.Context, a access.Staff, dossier, id string) (HeldDocument, error) {
	if err := manages(a); err != nil {
		return HeldDocument{}, err
	}
	h, err := db.One(ctx, ds.db, scanHeld, selectHeld+heldOne, a.Scope().Tenant(), dossier, id)
	if err != nil {
		return h, err
	}
	return h, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.viewed", Dossier: dossier})
}

// Verdicts returns the last fifty that led to a decision about a stopped document, newest first.
func (ds *Dossiers) Verdicts(ctx context.Context, a access.Staff) ([]Decided, error) {
	if err := manages(a); err != nil {
		return nil, err
	}
	return db.All(ctx, ds.db, scanDecided, `select x.title, x.dossier_id, d.number, v.account_id, p.name, v.reason, v.verdict = 'remove', v.at
		from document_verdict v join document x on x.tenant_id = v.tenant_id and x.id = v.document_id
		join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id
		join account p on p.tenant_id = v.tenant_id and p.id = v.account_id
		where v.tenant_id = $1 and x.state in ('released', 'refused') order by v.at desc, v.document_id, v.account_id limit 50`, a.Scope().Tenant())
}

// Decided is a verdict with what it is about.
type Decided struct {
	Title, Dossier, Number string
	Verdict
}

func scanDecided(scan db.Scan) (Decided, error) {
	var d Decided
	err := scan(&d.Title, &d.Dossier, &d.Number, &d.Account, &d.Name, &d.Reason, &d.Remove, &d.At)
	return d, err
}

const maxReason = 1000

func checkReason(reason string) (string, error) {
	var f errs.Fields
	reason = strings.TrimSpace(reason)
	if reason == "" {
		f.Add("reason", "field.required")
	} else if utf8.RuneCountInString(reason) > maxReason {
		f.Add("reason", "field.too_long", "max", maxReason)
	}
	return reason, f.Err()
}

// Judge keeps what an administrator thinks of a stopped document, and does what follows: the first
// who wants it released proposes that, the second releases it, and it is announced as any other; one
// is enough to remove it for good. It returns the state that the document has then. Who comes after
// that finds nothing.
func (ds *Dossiers) Judge(ctx context.Context, a access.Staff, dossier, id string, v Verdict) (state string, err error) {
	s := a.Scope()
	if err := manages(a); err != nil {
		return "", err
	}
	err = ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := ForWork(ctx, tx, a, dossier); err != nil { // of two at once, the second sees what the first did
			return err
		}
		h, err := db.One(ctx, tx, scanHeld, selectHeld+heldOne, s.Tenant(), dossier, id)
		if err != nil {
			return err
		}
		if v.Reason, err = checkReason(v.Reason); err != nil {
			return err
		}
		state, err = ds.follow(ctx, tx, s, h, v)
		return err
	})
	return state, err
}

// follow does what follows from a verdict.
func (ds *Dossiers) follow(ctx context.Context, tx *db.Tx, s access.Scope, h HeldDocument, v Verdict) (state string, err error) {
	to := outcome{state: Refused, scanned: h.Scanned, found: h.Found, flags: h.Flags, refusal: "removed"}
	event := "document.removed"
	switch {
	case v.Remove:
	case h.Proposal.Account == "":
		event = "document.release_proposed"
		to.state = h.State
	case h.Proposal.Account == s.Account():
		return "", errs.Fields{{Name: "reason", Key: "quarantine.another"}}.Err()
	default:
		event = "document.release_confirmed"
		to.state, to.refusal = Released, ""
	}
	if to.state != h.State {
		if err := ds.move(ctx, tx, s, h.Document, to); err != nil {
			return "", err
		}
	}
	if err := v.keep(ctx, tx, s, h.ID); err != nil {
		return "", err
	}
	return to.state, audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: h.Dossier, Objects: []audit.Object{{Kind: "document", ID: h.ID}}})
}

func (v Verdict) keep(ctx context.Context, tx *db.Tx, s access.Scope, document string) error {
	verdict := "release"
	if v.Remove {
		verdict = "remove"
	}
	_, err := tx.Exec(ctx, `insert into document_verdict (tenant_id, document_id, account_id, verdict, reason, at) values ($1, $2, $3, $4, $5, $6)`,
		s.Tenant(), document, s.Account(), verdict, v.Reason, tx.Now())
	return err
}
