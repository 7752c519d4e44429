package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/jobs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

const (
	linkLife   = 30 * time.Minute
	purposeSet = "set_password"
)

// JobLink is the kind of the job that sends the second mail.
const JobLink = "identity.link"

// asked is who asked for a link; Account is "" when the address has none.
type asked struct {
	Account string
	Face    access.Face
	Origin  string
}

// RequestPassword has the second mail sent, with a link that sets a password (N2, N8). Whether the
// address is known shows neither in the answer nor in the time it takes: a job finds out.
func (i *Identity) RequestPassword(ctx context.Context, t *tenant.Tenant, face access.Face, address, origin string) error {
	var f errs.Fields
	key := CheckEmail(&f, address)
	if err := f.Err(); err != nil {
		return err
	}
	gate := []string{"link:" + string(face) + ":" + authn.HashToken(key), originFailures + "link:" + origin}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := enter(ctx, tx, t.ID, gate); err != nil {
			return err
		}
		id, err := db.One(ctx, tx, db.Value[string], `select id from account where tenant_id = $1 and face = $2 and email_key = $3`, t.ID, string(face), key)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		return jobs.Enqueue(ctx, tx, t.ID, JobLink, asked{id, face, origin})
	})
}

// LinkJob returns the job that mails a link to whoever asked for one, unless nobody has the address
// or the account is blocked.
func (i *Identity) LinkJob() jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var a asked
		if err := json.Unmarshal(j.Payload, &a); err != nil || a.Account == "" {
			return nil, err
		}
		t, err := i.tenants.Get(ctx, j.Tenant)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error { return i.sendLink(ctx, tx, t, a) }, nil
	}
}

func (i *Identity) sendLink(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a asked) error {
	if a.Face == access.Portal {
		if without, err := i.passwordless(ctx, tx, t); err != nil || without {
			return err
		}
	}
	var email, name string
	err := tx.QueryRow(ctx, `select email, name from account a where tenant_id = $1 and id = $2 and state <> 'blocked' and not email_unproved and not `+partyAlone, t.ID, a.Account).Scan(&email, &name)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	secret, err := putToken(ctx, tx, t.ID, a.Account, purposeSet, linkLife)
	if err != nil {
		return err
	}
	if err := recordFor(ctx, tx, t.ID, a.Account, a.Origin, "account.link_requested", "mail"); err != nil {
		return err
	}
	return i.mailLink(ctx, tx, t, a.Face, a.Account, email, name, secret)
}

// CheckLink reports whether a link still works, as a NotFound error when it does not (N3).
func (i *Identity) CheckLink(ctx context.Context, t *tenant.Tenant, face access.Face, secret string) error {
	_, err := i.linkOf(ctx, t, face, secret)
	return err
}

// linkOf returns the account whose password a link sets.
func (i *Identity) linkOf(ctx context.Context, t *tenant.Tenant, face access.Face, secret string) (string, error) {
	return db.One(ctx, i.db, db.Value[string], `select k.account_id from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
		where k.tenant_id = $1 and k.id = $2 and k.purpose = $4 and k.used_at is null and k.expires_at > $3 and a.face = $5 and a.state <> 'blocked'`,
		t.ID, authn.HashToken(secret), db.At(i.db.Clock().Now()), purposeSet, string(face))
}

// SetPassword stores a password through a link, ends the account's other sessions, sends the third
// mail and, in the portal, logs in at once (N5, N6, N8). A factor is still asked. The
// second of two clicks logs in with the password that the first has set.
func (i *Identity) SetPassword(ctx context.Context, t *tenant.Tenant, face access.Face, secret, password, origin string) (Outcome, error) {
	account, err := i.linkOf(ctx, t, face, secret)
	if errs.Is(err, errs.NotFound) {
		return i.clickedTwice(ctx, t, face, secret, Attempt{Password: password, Origin: origin})
	}
	if err != nil {
		return Outcome{}, err
	}
	if err := i.judge(ctx, i.db, t, account, password); err != nil {
		return Outcome{}, err
	}
	hash, err := i.hash.hash(ctx, t.ID, password)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var id string
		err := tx.QueryRow(ctx, `update account_token set used_at = $3 where tenant_id = $1 and id = $2 and purpose = $4 and used_at is null and expires_at > $3
			returning account_id`, t.ID, authn.HashToken(secret), tx.Now(), purposeSet).Scan(&id)
		if err != nil {
			return err
		}
		out, err = i.storePassword(ctx, tx, t, face, id, hash, origin)
		return err
	})
	return out, err
}

// clickTime is how long after the first click a second one may come.
const clickTime = time.Minute

// clickedTwice logs in when the link was used a moment ago and the password is the one that it set;
// otherwise the link is NotFound, as any that does not work.
func (i *Identity) clickedTwice(ctx context.Context, t *tenant.Tenant, face access.Face, secret string, in Attempt) (Outcome, error) {
	err := i.db.QueryRow(ctx, `select a.email_key from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
		where k.tenant_id = $1 and k.id = $2 and k.purpose = $3 and k.used_at > $4 and a.face = $5`,
		t.ID, authn.HashToken(secret), purposeSet, db.At(i.db.Clock().Now().Add(-clickTime)), string(face)).Scan(&in.Email)
	if err != nil {
		return Outcome{}, err
	}
	out, err := i.Login(ctx, t, face, in)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Limited) {
		err = errs.Missing()
	}
	return out, err
}

func (i *Identity) storePassword(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, id, hash, origin string) (Outcome, error) {
	var email, name, client string
	who := known{id: id, byEmail: true}
	err := tx.QueryRow(ctx, `update account set password_hash = $4, state = 'active', version = version + 1,
		stage = case when stage = 'letter' or stage = '' and first_login_at is null and face = 'portal' then 'contact' else stage end
		where tenant_id = $1 and id = $2 and face = $3 and state <> 'blocked' returning email, name, coalesce(client_id, ''), stage`, t.ID, id, string(face), hash).
		Scan(&email, &name, &client, &who.stage)
	if err != nil {
		return Outcome{}, err
	}
	if err := endSessions(ctx, tx, t.ID, id); err != nil {
		return Outcome{}, err
	}
	if err := letters.Over(ctx, tx, t.ID, id, letters.KindLogin); err != nil {
		return Outcome{}, err
	}
	if err := arrived(ctx, tx, t.ID, client, id); err != nil {
		return Outcome{}, err
	}
	if err := recordFor(ctx, tx, t.ID, id, origin, "account.password_set", "link"); err != nil {
		return Outcome{}, err
	}
	if err := i.mailPasswordSet(ctx, tx, t, face, id, email, name); err != nil {
		return Outcome{}, err
	}
	switch {
	case face == access.Office:
		return Outcome{Account: id}, nil
	case who.goesOn(t):
		step, err := putToken(ctx, tx, t.ID, id, purposeFirst, firstLife)
		return Outcome{Account: id, Step: step, Stage: StageContact}, err
	}
	return i.proceed(ctx, tx, t, face, id, origin)
}

// The groups of notifications that a client can switch on (N47).
const (
	GroupDocuments      = "documents"
	GroupQuestionnaires = "questionnaires"
	GroupMessages       = "messages"
	GroupApprovals      = "approvals"
)

// Profile is what a client sees under "Mijn gegevens".
type Profile struct {
	Name, Email string
	Unproved    bool // nobody has shown that mail reaches him
	Elsewhere   bool // he comes in by another party alone
	Notify      map[string]bool
	Daily       bool // he is mailed once a day
}

// Profile returns the client's own account.
func (i *Identity) Profile(ctx context.Context, a access.Client) (Profile, error) {
	p := Profile{Notify: map[string]bool{}}
	var groups string
	s := a.Scope()
	err := i.db.QueryRow(ctx, `select name, email, email_unproved and email <> '', `+partyAlone+`, notify, mail_daily from account a where tenant_id = $1 and id = $2`, s.Tenant(), s.Account()).Scan(&p.Name, &p.Email, &p.Unproved, &p.Elsewhere, &groups, &p.Daily)
	for _, g := range strings.Fields(groups) {
		p.Notify[g] = true
	}
	return p, err
}

// Group is something of which a client can have himself mailed (N47, A14).
type Group struct {
	Name   string
	Module string        // that the organisation must have
	Needs  access.Rights // of the account that is mailed
}

// Groups are all groups, in the order of the page.
var Groups = []Group{
	{GroupDocuments, tenant.ModuleDossiers, access.SeeDossiers},
	{GroupQuestionnaires, tenant.ModuleQuestionnaires, access.SeeDossiers},
	{GroupMessages, tenant.ModuleMessages, access.SeeMessages},
	{GroupApprovals, tenant.ModuleApprovals, access.ApproveDocuments},
}

// Offered reports whether the switch of the group is there: its module is on, and the client may see it.
func (g Group) Offered(modules map[string]bool, a access.Client) bool {
	return modules[g.Module] && a.Can(g.Needs)
}

// Event is what can have happened in a dossier, of which clients are mailed (conflicts.md K7). It is the kind of the mail.
type Event string

// The events.
const (
	DocumentShown     Event = "documents"
	DocumentRemoved   Event = "removed"
	StatusChanged     Event = "status"
	MessageSent       Event = "messages"
	QuestionnaireSent Event = "questionnaires"
	RequestSent       Event = "requests"
	RequestRejected   Event = "request_rejected" // something of it is asked for again
	RequestReminder   Event = "request_reminder"
	ApprovalOffered   Event = "approvals"
	Noticed           Event = "notice" // an employee was told of something
)

// Events are those of clients, in the order in which a mail lists them.
var Events = []Event{StatusChanged, DocumentShown, DocumentRemoved, MessageSent, QuestionnaireSent, RequestSent, RequestRejected, RequestReminder, ApprovalOffered}

// groupNotices is what an employee wants who is mailed of his notices.
const groupNotices = "notices"

// group returns the group to which the event belongs, "" where it belongs to none: another status, and a document that
// goes, are changes for who asked for all of those, and nothing that the groups know (conflicts.md K7, K8).
func (e Event) group(t *tenant.Tenant) string {
	switch e {
	case DocumentShown, RequestSent, RequestRejected, RequestReminder:
		return GroupDocuments
	case MessageSent:
		return GroupMessages
	case QuestionnaireSent:
		return GroupQuestionnaires
	case ApprovalOffered:
		return GroupApprovals
	case Noticed:
		return groupNotices
	}
	if t.Settings.Contact.OneNotice {
		return GroupDocuments
	}
	return ""
}

func groupNamed(name string) Group {
	i := slices.IndexFunc(Groups, func(g Group) bool { return g.Name == name })
	return Groups[i]
}

// SetNotify switches the client's mails on and off (N47); where the organisation has one switch for all, any group is
// all of them (E8). Who has no e-mail address is asked for one first. A group that he is not offered stays as it was,
// for the day that it is offered again; unknown ones are ignored. Daily has the mails come together, once a day; what waits
// for its time goes by the new choice.
func (i *Identity) SetNotify(ctx context.Context, a access.Client, on []string, daily bool) error {
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var had, email string
		if err := tx.QueryRow(ctx, `select notify, email from account where tenant_id = $1 and id = $2`, s.Tenant(), s.Account()).Scan(&had, &email); err != nil {
			return err
		}
		if len(on) > 0 && email == "" { // D13
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "groups", Key: "profile.notify_nowhere"}}}
		}
		var keep []string
		for _, g := range Groups {
			wanted := on
			if t.Settings.Contact.OneNotice && len(on) > 0 {
				wanted = []string{g.Name}
			}
			if !g.Offered(t.Settings.Modules, a) {
				wanted = strings.Fields(had)
			}
			if slices.Contains(wanted, g.Name) {
				keep = append(keep, g.Name)
			}
		}
		groups := strings.Join(keep, " ")
		_, err = tx.Exec(ctx, `update account set notify = $3, mail_daily = $4, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), s.Account(), groups, daily)
		if err != nil {
			return err
		}
		if err := jobs.Enqueue(ctx, tx, s.Tenant(), JobNews, s.Account()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.notify_changed", Client: s.Client(), Detail: map[string]string{"groups": groups, "mailing": string(mailingOf(groups != "", daily))}})
	})
}

// StorePassword activates an account with a password, for the operator's commands and for
// fixtures; nobody is mailed and nobody is logged in.
func (i *Identity) StorePassword(ctx context.Context, tenantID, account, password string) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	if err := i.judge(ctx, i.db, t, account, password); err != nil {
		return err
	}
	hash, err := i.hash.hash(ctx, tenantID, password)
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account set password_hash = $3, state = 'active', stage = '', first_login_at = $4, version = version + 1 where tenant_id = $1 and id = $2`,
			tenantID, account, hash, tx.Now())
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "admin"), audit.Entry{Event: "account.password_set", Objects: []audit.Object{{Kind: "account", ID: account}}})
	})
}
