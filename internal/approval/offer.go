package approval

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// MaxKind is how long what a document is called may be: it stands in a text message.
const MaxKind = 60

// Draft is an approval as an employee offers it.
type Draft struct {
	Document, Client string
	Kind             string // what it is, as the client reads it: "Jaarrekening 2025"
	DueOn            string // as 2026-12-31, "" for none
	Replaces         string // the approval that was refused and of which this is the next version, "" for none
}

func (in Draft) check(now time.Time) errs.Fields {
	var f errs.Fields
	switch {
	case in.Kind == "":
		f.Add("kind", "approval.kind_needed")
	case utf8.RuneCountInString(in.Kind) > MaxKind:
		f.Add("kind", "field.too_long", "max", MaxKind)
	case strings.ContainsFunc(in.Kind, unicode.IsControl):
		f.Add("kind", "settings.one_line")
	}
	if in.DueOn == "" {
		return f
	}
	due, err := time.ParseInLocation(time.DateOnly, in.DueOn, i18n.Local(now).Location())
	switch {
	case err != nil:
		f.Add("due", "approval.due_bad")
	case in.DueOn < i18n.Local(now).Format(time.DateOnly):
		f.Add("due", "request.due_past")
	case due.After(now.AddDate(5, 0, 0)):
		f.Add("due", "request.due_far")
	}
	return f
}

// Offerable says why nothing can be offered in a dossier: it is over, or its client does not see it.
func Offerable(d dossier.Dossier) error {
	switch {
	case d.Closed:
		return errs.New(errs.Conflict, "approval.closed_office")
	case !d.InPortal:
		return errs.New(errs.Conflict, "approval.unpublished")
	}
	return nil
}

// Fits reports whether a document can be offered: the client sees it by itself, and did not give it.
func Fits(doc dossier.Document) bool {
	return doc.Origin == "office" && doc.Message == "" && doc.Client == "" && doc.Shown()
}

// Offer asks a client of a dossier to approve a document, and has him mailed of that. Once is the form's key: a double click
// offers it once. What he answered already is not offered again with the same file (A34, A35). It returns the id.
func (as *Approvals) Offer(ctx context.Context, a access.Staff, dossierID, once string, in Draft) (string, error) {
	s := a.Scope()
	in.Kind, in.DueOn = strings.TrimSpace(in.Kind), strings.TrimSpace(in.DueOn)
	t, err := as.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	var id string
	err = as.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := dossier.ForWork(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		had, fresh, err := tx.Once(ctx, t.ID, s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		if err := as.offerable(ctx, tx, t, d, in); err != nil {
			return err
		}
		id = tx.NewID()
		if err := insert(ctx, tx, s, id, d.ID, in); err != nil {
			return err
		}
		if err := as.replace(ctx, tx, t, a, d.ID, in.Replaces); err != nil {
			return err
		}
		if err := dossier.Touch(ctx, tx, t.ID, d.ID); err != nil {
			return err
		}
		readers, err := dossier.Readers(ctx, tx, t.ID, d.ID, in.Client, access.ApproveDocuments)
		if err != nil {
			return err
		}
		if err := as.identity.Notify(ctx, tx, t.ID, identity.Changes(readers, identity.ApprovalOffered, d.ID, id)...); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s, entry("approval.offered", Approval{ID: id, Dossier: d.ID, Client: in.Client, Document: in.Document})); err != nil {
			return err
		}
		return tx.Finish(ctx, t.ID, s.Account(), once, id)
	})
	return id, err
}

// insert keeps the file as it is now.
func insert(ctx context.Context, tx *db.Tx, s access.Scope, id, dossierID string, in Draft) error {
	_, err := tx.Exec(ctx, `insert into approval (tenant_id, id, dossier_id, client_id, document_id, kind, due_on, file_name, size, sha256, state, offered_at, offered_by)
		select x.tenant_id, cast($2 as text), x.dossier_id, cast($5 as text), x.id, cast($6 as text), cast($7 as text), x.file_name, x.size, x.sha256, 'offered', $8, cast($9 as text)
		from document x where x.tenant_id = $1 and x.dossier_id = $3 and x.id = $4`,
		s.Tenant(), id, dossierID, in.Document, in.Client, in.Kind, in.DueOn, tx.Now(), s.Account())
	return err
}

func (as *Approvals) offerable(ctx context.Context, tx *db.Tx, t *tenant.Tenant, d dossier.Dossier, in Draft) error {
	if err := Offerable(d); err != nil {
		return err
	}
	file, err := db.All(ctx, tx, db.Value[[]byte], `select x.sha256 from document x where x.tenant_id = $1 and x.dossier_id = $2 and x.id = $3 and`+dossier.OfficeShows, t.ID, d.ID, in.Document)
	if err != nil {
		return err
	}
	f := in.check(tx.Now().Time)
	if len(file) == 0 {
		f.Add("document", "approval.document_needed")
	}
	n, err := db.One(ctx, tx, db.Value[int], `select count(*) from dossier_party where tenant_id = $1 and dossier_id = $2 and client_id = $3`, t.ID, d.ID, in.Client)
	if err != nil {
		return err
	}
	if n == 0 {
		f.Add("to", "field.choose")
	}
	if err := f.Err(); err != nil {
		return err
	}
	had, err := db.All(ctx, tx, db.Value[string], `select state from approval where tenant_id = $1 and dossier_id = $2 and client_id = $3 and state <> 'withdrawn'
		and (sha256 = $4 or document_id = $5 and state = 'offered')`, t.ID, d.ID, in.Client, file[0], in.Document)
	switch {
	case err != nil || len(had) == 0:
		return err
	case slices.Contains(had, Offered):
		return errs.New(errs.Conflict, "approval.offered_already")
	case slices.Contains(had, Agreed):
		return errs.New(errs.Conflict, "approval.agreed_already")
	}
	return errs.New(errs.Conflict, "approval.refused_already")
}

// replace is done with the approval of which another version is offered.
func (as *Approvals) replace(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a access.Staff, dossierID, id string) error {
	if id == "" {
		return nil
	}
	q, err := forStaff(ctx, tx, t, a, dossierID, id)
	if err != nil {
		return err
	}
	return settle(ctx, tx, a.Scope(), q)
}

func settle(ctx context.Context, tx *db.Tx, s access.Scope, q Approval) error {
	n, err := tx.Exec(ctx, `update approval set settled_at = $3 where tenant_id = $1 and id = $2 and state = 'refused' and settled_at is null`, s.Tenant(), q.ID, tx.Now())
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(ctx, tx, s, entry("approval.settled", q))
}

// Settle says that the office is done with what a client did not agree with. What is already so stays.
func (as *Approvals) Settle(ctx context.Context, a access.Staff, dossierID, id string) error {
	return as.change(ctx, a, dossierID, id, settle)
}

// Withdraw takes back what waits for an answer; the client is asked for it no more. What was answered stays as it is.
func (as *Approvals) Withdraw(ctx context.Context, a access.Staff, dossierID, id string) error {
	return as.change(ctx, a, dossierID, id, func(ctx context.Context, tx *db.Tx, s access.Scope, q Approval) error {
		switch {
		case q.State == Withdrawn:
			return nil
		case q.Answered():
			return errs.New(errs.Conflict, "approval.answered_office")
		}
		n, err := tx.Exec(ctx, `update approval set state = 'withdrawn', withdrawn_at = $3, withdrawn_by = $4 where tenant_id = $1 and id = $2 and state = 'offered'`, s.Tenant(), q.ID, tx.Now(), s.Account())
		if err := db.Guard(n, err, errs.New(errs.Conflict, "approval.answered_office")); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, entry("approval.withdrawn", q))
	})
}

// change does something to an approval in a dossier that is held.
func (as *Approvals) change(ctx context.Context, a access.Staff, dossierID, id string, do func(context.Context, *db.Tx, access.Scope, Approval) error) error {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	return as.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := dossier.ForWork(ctx, tx, a, dossierID); err != nil {
			return err
		}
		q, err := forStaff(ctx, tx, t, a, dossierID, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, a.Scope(), q)
	})
}
