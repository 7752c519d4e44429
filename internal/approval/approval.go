// Package approval is the approval of documents (A26-A35, ADR 37): the office offers a document to a client, who agrees or
// does not. What he declares is written once, with the hash of the file, and never changed.
package approval

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// Approvals reads and changes approvals.
type Approvals struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	dossiers *dossier.Dossiers
	looks    *audit.Looks
}

// New returns the approvals of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, dossiers *dossier.Dossiers, looks *audit.Looks) *Approvals {
	as := &Approvals{db: d, tenants: tenants, identity: ids, dossiers: dossiers, looks: looks}
	ids.Ask(as.stands, identity.ApprovalOffered)
	return as
}

// The states of an approval.
const (
	Offered   = "offered"
	Agreed    = "agreed"
	Refused   = "refused"
	Withdrawn = "withdrawn"
)

// The choices of a client.
const (
	Agree  = "agree"
	Refuse = "refuse"
)

// Approval is a document that a client is asked to approve.
type Approval struct {
	ID, Dossier, DossierTitle, DossierNumber string
	Client, ClientName                       string // to whom it is offered
	Document, Title, MediaType               string
	FileName                                 string // the file as it was offered
	Size                                     int64
	SHA256                                   []byte
	Kind                                     string // what it is, as the client reads it
	DueOn                                    string // the last day, as 2026-12-31, "" for none
	State                                    string
	OfferedAt                                db.Time
	OfferedBy                                string
	WithdrawnAt                              *db.Time
	WithdrawnBy                              string
	Answer                                   Declaration // zero until there is one
	SettledAt                                *db.Time    // when the office was done with what was refused
	Shown                                    bool        // the client can open the document
	Changed                                  bool        // the file is another one by now
	Closed                                   bool        // the dossier is
}

// Declaration is what a client declared (A35). Names are those of that moment.
type Declaration struct {
	At         *db.Time
	By, Name   string // the account
	ClientName string // for whom
	Behalf     bool   // by a mandate
	Means      string
	LoggedIn   string // the means of the log-in
	OpenedAt   *db.Time
	Remark     string
}

// Waits reports whether the client can still answer.
func (q Approval) Waits() bool { return q.over() == nil }

// Answered reports whether he has.
func (q Approval) Answered() bool { return q.State == Agreed || q.State == Refused }

// Due is the last day as a time within it, the zero time for none.
func (q Approval) Due() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, q.DueOn, i18n.Local(time.Time{}).Location())
	if err != nil {
		return time.Time{}
	}
	return t.Add(12 * time.Hour)
}

// Late reports whether the last day has passed and the client can still answer.
func (q Approval) Late(now time.Time) bool {
	return q.DueOn != "" && q.Waits() && i18n.Local(now).Format(time.DateOnly) > q.DueOn
}

// Hash is that of the file, as people compare it.
func (q Approval) Hash() string { return hex.EncodeToString(q.SHA256) }

// Opens reports whether a browser may show the file.
func (q Approval) Opens() bool {
	return dossier.Document{State: dossier.Released, FileName: q.FileName, MediaType: q.MediaType, Size: q.Size}.Opens()
}

// over says why nobody can answer any more, or not now.
func (q Approval) over() error {
	switch {
	case q.State == Withdrawn:
		return errs.New(errs.Conflict, "approval.withdrawn")
	case q.Answered():
		return errs.New(errs.Conflict, "approval.answered")
	case q.Closed:
		return errs.New(errs.Conflict, "approval.closed")
	case !q.Shown:
		return errs.New(errs.Conflict, "approval.gone")
	case q.Changed:
		return errs.New(errs.Conflict, "approval.changed")
	}
	return nil
}

const selectApproval = `select a.id, a.dossier_id, d.title, d.number, a.client_id, c.name, a.document_id, x.title, x.media_type, a.file_name, a.size, a.sha256, a.kind, a.due_on, a.state,
	a.offered_at, o.name, a.withdrawn_at, coalesce(w.name, ''), a.answered_at, coalesce(a.answered_by, ''), a.answered_name, a.client_name, a.mandate_id is not null, a.means, a.session_means,
	a.opened_at, a.remark, a.settled_at, d.closed, x.sha256, ` + dossier.OfficeShows + ` from approval a
	join dossier d on d.tenant_id = a.tenant_id and d.id = a.dossier_id
	join client c on c.tenant_id = a.tenant_id and c.id = a.client_id
	join document x on x.tenant_id = a.tenant_id and x.id = a.document_id
	join account o on o.tenant_id = a.tenant_id and o.id = a.offered_by
	left join account w on w.tenant_id = a.tenant_id and w.id = a.withdrawn_by where a.tenant_id = $1 `

// isHis is the one predicate of an approval that a client sees: it was offered to him. $2 is the client.
const isHis = ` and a.client_id = $2 `

// remarkPlace is where a remark is sealed.
func remarkPlace(tenantID, id string) string { return "approval|remark|" + tenantID + "|" + id }

func scanApproval(t *tenant.Tenant) func(db.Scan) (Approval, error) {
	return func(scan db.Scan) (Approval, error) {
		var q Approval
		var remark, now []byte
		d := &q.Answer
		err := scan(&q.ID, &q.Dossier, &q.DossierTitle, &q.DossierNumber, &q.Client, &q.ClientName, &q.Document, &q.Title, &q.MediaType, &q.FileName, &q.Size, &q.SHA256, &q.Kind, &q.DueOn, &q.State,
			&q.OfferedAt, &q.OfferedBy, &q.WithdrawnAt, &q.WithdrawnBy, &d.At, &d.By, &d.Name, &d.ClientName, &d.Behalf, &d.Means, &d.LoggedIn,
			&d.OpenedAt, &remark, &q.SettledAt, &q.Closed, &now, &q.Shown)
		if err != nil {
			return q, err
		}
		q.Changed = !bytes.Equal(now, q.SHA256)
		if len(remark) > 0 {
			plain, err := t.Key.Open(remark, remarkPlace(t.ID, q.ID))
			if err != nil {
				return q, err
			}
			d.Remark = string(plain)
		}
		return q, nil
	}
}

// forClient loads an approval of a dossier that the client sees; any other is NotFound. Who may not approve is Forbidden (A20).
func forClient(ctx context.Context, r db.Reader, t *tenant.Tenant, a access.Client, dossierID, id string) (Approval, error) {
	if err := a.Require(access.ApproveDocuments); err != nil {
		return Approval{}, err
	}
	if _, err := dossier.ForClient(ctx, r, a, dossierID); err != nil {
		return Approval{}, err
	}
	return db.One(ctx, r, scanApproval(t), selectApproval+isHis+`and a.dossier_id = $3 and a.id = $4`, t.ID, a.Scope().Client(), dossierID, id)
}

// forStaff loads an approval of a dossier that the employee sees; any other is NotFound.
func forStaff(ctx context.Context, r db.Reader, t *tenant.Tenant, a access.Staff, dossierID, id string) (Approval, error) {
	if _, err := dossier.ForStaff(ctx, r, a, dossierID); err != nil {
		return Approval{}, err
	}
	return db.One(ctx, r, scanApproval(t), selectApproval+`and a.dossier_id = $2 and a.id = $3`, t.ID, dossierID, id)
}

// Read returns an approval for a client with when his account first opened the document, nil for not yet, and records the look.
func (as *Approvals) Read(ctx context.Context, a access.Client, dossierID, id string) (Approval, *db.Time, error) {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Approval{}, nil, err
	}
	q, err := forClient(ctx, as.db, t, a, dossierID, id)
	if err != nil {
		return q, nil, err
	}
	opened, err := openedAt(ctx, as.db, a.Scope(), q)
	if err != nil {
		return q, nil, err
	}
	return q, opened, as.looks.Look(ctx, a.Scope(), entry("approval.read", q))
}

// openedAt is when the account first opened the document, nil for never.
func openedAt(ctx context.Context, r db.Reader, s access.Scope, q Approval) (*db.Time, error) {
	list, err := db.All(ctx, r, db.Value[db.Time], `select first_at from document_read where tenant_id = $1 and document_id = $2 and account_id = $3`, s.Tenant(), q.Document, s.Account())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Open returns an approval for an employee with who of the client opened the document, and records the look.
func (as *Approvals) Open(ctx context.Context, a access.Staff, dossierID, id string) (Approval, []dossier.Reading, error) {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Approval{}, nil, err
	}
	q, err := forStaff(ctx, as.db, t, a, dossierID, id)
	if err != nil {
		return q, nil, err
	}
	readings, err := as.dossiers.Readings(ctx, a, dossier.Dossier{ID: q.Dossier})
	if err != nil {
		return q, nil, err
	}
	return q, readings[q.Document], as.looks.Look(ctx, a.Scope(), entry("approval.read", q))
}

func entry(event string, q Approval) audit.Entry {
	return audit.Entry{Event: event, Dossier: q.Dossier, Client: q.Client, Objects: []audit.Object{{Kind: "approval", ID: q.ID}, {Kind: "document", ID: q.Document}}}
}
