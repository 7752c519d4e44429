// Package questionnaire is the questionnaires that an office sends to its clients within a dossier (N35-N40): which
// forms it knows, who is asked to fill in what, what was saved of each page, and the result. What is asked and
// what is a good answer decides package form.
package questionnaire

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// Questionnaires reads and changes questionnaires.
type Questionnaires struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	dossiers *dossier.Dossiers
	looks    *audit.Looks
}

// New returns the questionnaires of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, dossiers *dossier.Dossiers, looks *audit.Looks) *Questionnaires {
	qs := &Questionnaires{db: d, tenants: tenants, identity: ids, dossiers: dossiers, looks: looks}
	ids.Ask(qs.stands, identity.QuestionnaireSent)
	return qs
}

// The states of a questionnaire.
const (
	Open      = "open"
	Busy      = "busy"
	Completed = "completed"
	Withdrawn = "withdrawn"
)

// Questionnaire is a form that was sent to a client in a dossier.
type Questionnaire struct {
	ID, Form, Dossier, DossierTitle, State string
	Client, ClientName                     string
	Account, AccountName                   string // the one account that fills it in, "" for every account of the client
	CompletedBy                            string
	Closed                                 bool      // its dossier
	Due                                    time.Time // the last day on which it can be filled in, at the office's midnight; zero for no end
	Expired                                bool      // that day has passed before it was completed
	Title                                  form.Text
	SentAt                                 db.Time
	CompletedAt                            *db.Time
}

// Waits reports whether it can be filled in.
func (q Questionnaire) Waits() bool { return q.Asked() && !q.Closed && !q.Expired }

// Asked reports whether the office still asks for it: it was neither completed nor withdrawn.
func (q Questionnaire) Asked() bool { return q.State == Open || q.State == Busy }

const selectQuestionnaire = `select q.id, q.form_id, q.dossier_id, d.title, q.state, q.client_id, c.name, coalesce(q.account_id, ''), coalesce(a.name, ''), coalesce(w.name, ''), d.closed,
	f.title_nl, f.title_en, coalesce(q.due_on, ''), q.sent_at, q.completed_at from questionnaire q
	join form f on f.tenant_id = q.tenant_id and f.id = q.form_id
	join dossier d on d.tenant_id = q.tenant_id and d.id = q.dossier_id
	join client c on c.tenant_id = q.tenant_id and c.id = q.client_id
	left join account a on a.tenant_id = q.tenant_id and a.id = q.account_id
	left join account w on w.tenant_id = q.tenant_id and w.id = q.completed_by where q.tenant_id = $1 `

func (qs *Questionnaires) scan(scan db.Scan) (Questionnaire, error) {
	var q Questionnaire
	var nl, en, due string
	err := scan(&q.ID, &q.Form, &q.Dossier, &q.DossierTitle, &q.State, &q.Client, &q.ClientName, &q.Account, &q.AccountName, &q.CompletedBy, &q.Closed, &nl, &en, &due, &q.SentAt, &q.CompletedAt)
	if err != nil {
		return q, err
	}
	q.Title = form.Text{i18n.NL: nl, i18n.EN: en}
	if due != "" {
		now := qs.db.Clock().Now()
		if q.Due, err = time.ParseInLocation(time.DateOnly, due, i18n.Local(now).Location()); err != nil {
			return q, fmt.Errorf("questionnaire: %w", err)
		}
		q.Expired = q.Asked() && due < dayOf(now)
	}
	return q, nil
}

// dayOf is the day in the office, as it is kept.
func dayOf(at time.Time) string { return i18n.Local(at).Format(time.DateOnly) }

// isHis is the one predicate of a questionnaire that the client's account fills in: sent to the client, and to this account
// or to every one. $2 is the client, $3 the account.
const isHis = ` and q.client_id = $2 and (q.account_id is null or q.account_id = $3) `

// waits is the predicate of one that can still be filled in; $4 is the day.
const waits = ` and q.state in ('open', 'busy') and not d.closed and (q.due_on is null or q.due_on >= $4) `

// Waiting returns what the client still has to fill in, the oldest first, up to a hundred (N35).
func (qs *Questionnaires) Waiting(ctx context.Context, a access.Client) ([]Questionnaire, error) {
	if !a.Can(access.SeeDossiers) {
		return nil, nil
	}
	s := a.Scope()
	return db.All(ctx, qs.db, qs.scan, selectQuestionnaire+isHis+waits+`and`+dossier.ClientSees+`order by q.sent_at, q.id limit 100`, s.Tenant(), s.Client(), s.Account(), dayOf(qs.db.Clock().Now()))
}

// WaitingIn is Waiting in one dossier.
func (qs *Questionnaires) WaitingIn(ctx context.Context, a access.Client, dossierID string) ([]Questionnaire, error) {
	if !a.Can(access.SeeDossiers) {
		return nil, nil
	}
	return qs.waitingIn(ctx, a.Scope().Tenant(), a.Scope().Client(), a.Scope().Account(), dossierID)
}

// AsClient is WaitingIn for the client of a preview.
func (qs *Questionnaires) AsClient(ctx context.Context, a access.Staff, p dossier.Preview) ([]Questionnaire, error) {
	return qs.waitingIn(ctx, a.Scope().Tenant(), p.Party.ID, p.Account, p.Dossier.ID)
}

func (qs *Questionnaires) waitingIn(ctx context.Context, tenantID, client, account, dossierID string) ([]Questionnaire, error) {
	return db.All(ctx, qs.db, qs.scan, selectQuestionnaire+isHis+waits+`and`+dossier.ClientSees+`and q.dossier_id = $5 order by q.sent_at, q.id`, tenantID, client, account, dayOf(qs.db.Clock().Now()), dossierID)
}

// Filled returns what the client has completed, the newest first, up to a hundred.
func (qs *Questionnaires) Filled(ctx context.Context, a access.Client) ([]Questionnaire, error) {
	s := a.Scope()
	return db.All(ctx, qs.db, qs.scan, selectQuestionnaire+isHis+`and q.state = 'completed' and`+dossier.ClientSees+`order by q.completed_at desc, q.id desc limit 100`, s.Tenant(), s.Client(), s.Account())
}

// InDossier returns the questionnaires of a dossier that was loaded for the employee, the newest first.
func (qs *Questionnaires) InDossier(ctx context.Context, a access.Staff, d dossier.Dossier) ([]Questionnaire, error) {
	return db.All(ctx, qs.db, qs.scan, selectQuestionnaire+`and q.dossier_id = $2 order by q.sent_at desc, q.id desc`, a.Scope().Tenant(), d.ID)
}

// forClient loads a questionnaire of a dossier that the client sees; any other is NotFound.
func (qs *Questionnaires) forClient(ctx context.Context, r db.Reader, a access.Client, dossierID, id string) (Questionnaire, error) {
	if _, err := dossier.ForClient(ctx, r, a, dossierID); err != nil {
		return Questionnaire{}, err
	}
	s := a.Scope()
	return db.One(ctx, r, qs.scan, selectQuestionnaire+isHis+`and q.dossier_id = $4 and q.id = $5`, s.Tenant(), s.Client(), s.Account(), dossierID, id)
}

// forStaff loads a questionnaire of a dossier that the employee sees; any other is NotFound.
func (qs *Questionnaires) forStaff(ctx context.Context, r db.Reader, a access.Staff, dossierID, id string) (Questionnaire, error) {
	return db.One(ctx, r, qs.scan, selectQuestionnaire+`and q.dossier_id = $2 and q.id = $3`, a.Scope().Tenant(), dossierID, id)
}

// Definition loads a version of a form.
func Definition(ctx context.Context, r db.Reader, tenantID, formID string) (*form.Definition, error) {
	source, err := db.One(ctx, r, db.Value[string], `select source from form where tenant_id = $1 and id = $2`, tenantID, formID)
	if err != nil {
		return nil, err
	}
	d, err := form.Parse([]byte(source))
	if err != nil {
		return nil, fmt.Errorf("questionnaire: form %s: %w", formID, err)
	}
	return d, nil
}

func aad(tenantID, id, page string) string {
	return "questionnaire|page|" + tenantID + "|" + id + "|" + page
}

// pages are what was saved of a questionnaire, and how many times each page was.
type pages struct {
	saved    form.Saved
	versions map[string]int64
}

func load(ctx context.Context, r db.Reader, t *tenant.Tenant, id string) (pages, error) {
	p := pages{form.Saved{}, map[string]int64{}}
	_, err := db.All(ctx, r, func(scan db.Scan) (struct{}, error) {
		var page string
		var sealed []byte
		var version int64
		err := scan(&page, &sealed, &version)
		if err == nil {
			p.saved[page], err = Unseal(t, sealed, aad(t.ID, id, page))
		}
		p.versions[page] = version
		return struct{}{}, err
	}, `select page, answers, version from questionnaire_page where tenant_id = $1 and questionnaire_id = $2`, t.ID, id)
	return p, err
}

// Seal returns the answers of a page as they are kept in a place.
func Seal(t *tenant.Tenant, a form.Answers, place string) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("questionnaire: %w", err)
	}
	return t.Key.Seal(plain, place), nil
}

// Unseal returns the answers of a page that were kept in a place.
func Unseal(t *tenant.Tenant, sealed []byte, place string) (form.Answers, error) {
	plain, err := t.Key.Open(sealed, place)
	if err != nil {
		return nil, err
	}
	var a form.Answers
	if err := json.Unmarshal(plain, &a); err != nil {
		return nil, fmt.Errorf("questionnaire: %w", err)
	}
	return a, nil
}

// today is the day on which answers are looked at: the present one, or that of the completion.
func (q Questionnaire) today(now time.Time, lang i18n.Lang) form.Today {
	if q.CompletedAt != nil {
		now = q.CompletedAt.Time
	}
	return form.Today{Day: dayOf(now), Lang: lang}
}

// over says why a questionnaire cannot be filled in.
func (q Questionnaire) over() error {
	switch {
	case q.State == Withdrawn:
		return errs.New(errs.Conflict, "questionnaire.withdrawn")
	case q.State == Completed:
		return errs.New(errs.Conflict, "questionnaire.completed")
	case q.Closed:
		return errs.New(errs.Conflict, "questionnaire.closed")
	case q.Expired:
		return errs.New(errs.Conflict, "questionnaire.expired")
	}
	return nil
}
