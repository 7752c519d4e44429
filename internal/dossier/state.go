package dossier

import (
	"context"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// The states of a document. Nobody, client or staff, opens one or hears of it before it is released.
const (
	Checking    = "checking"
	Released    = "released"
	Refused     = "refused"     // for good: the inspection says no, or an administrator removed it
	Quarantined = "quarantined" // the scanner found something
	Unscannable = "unscannable" // the scanner cannot look at all of it
)

// moves is which state may follow which. What is released or refused stays so.
var moves = map[string][]string{
	Checking:    {Released, Refused, Quarantined, Unscannable},
	Quarantined: {Released, Refused},
	Unscannable: {Released, Refused},
}

// outcome is a state with what led to it.
type outcome struct {
	state   string
	scanned bool
	found   string  // in the scanner's words
	flags   string  // what the inspection noticed, with spaces between
	refusal string  // why it is refused: a text "refusal.…" says so
	made    *remade // what it has from now on, nil for what was sent
	back    []page  // the photos of a document that is refused, of which the good ones go back
}

// move brings a document, loaded in the transaction, into another state: the one place that does.
// Whoever hears of it from now on is told, or what was told is taken back; administrators are told
// of what they have to decide.
func (ds *Dossiers) move(ctx context.Context, tx *db.Tx, s access.Scope, doc Document, to outcome) error {
	changed := errs.New(errs.Conflict, "document.state_changed")
	if !slices.Contains(moves[doc.State], to.state) {
		return changed
	}
	n, err := tx.Exec(ctx, `update document set state = $5, scanned = $6, found = $7, refusal = $8, flags = $9, version = version + 1
		where tenant_id = $1 and dossier_id = $2 and id = $3 and state = $4`,
		s.Tenant(), doc.Dossier, doc.ID, doc.State, to.state, to.scanned, to.found, to.refusal, to.flags)
	if err := db.Guard(n, err, changed); err != nil {
		return err
	}
	if doc.State = to.state; doc.Held() {
		if err := ds.identity.NotifyQuarantine(ctx, tx, s.Tenant()); err != nil {
			return err
		}
	}
	if doc.State == Refused {
		if err := ds.Refused(ctx, tx, s, doc); err != nil {
			return err
		}
	}
	d, err := db.One(ctx, tx, scanDossier, selectDossier+`d.tenant_id = $1 and d.id = $2`, s.Tenant(), doc.Dossier)
	if err != nil {
		return err
	}
	return ds.announce(ctx, tx, s, d, doc)
}

// Held reports whether the document waits for what administrators decide.
func (d Document) Held() bool { return d.State == Quarantined || d.State == Unscannable }

// Noticed is what the inspection noticed, for staff: a text "flag.…" says each.
func (d Document) Noticed() []string { return strings.Fields(d.Flags) }

// slow is after how long people are told why a check is not over yet.
const slow = 5 * time.Minute

// StateText says how it stands with a document that is not released, and what to do; "" when it is.
func (d Document) StateText(t *i18n.Texts, staff bool, now time.Time) string {
	side := "client"
	if staff {
		side = "staff"
	}
	switch d.State {
	case Released:
		return ""
	case Checking:
		if now.Before(d.CreatedAt.Add(slow)) {
			return t.T("document.checking")
		}
		return t.T("document.checking_slow." + side)
	case Refused:
		return t.T("document.refused."+side, "why", t.T("refusal."+d.Refusal))
	case Unscannable:
		return t.T("document.unscannable." + side)
	}
	return t.T("document.quarantined."+side, "found", d.Found)
}
