package identity

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/mail"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// letter is one kind of mail: its texts are identity's keys "mail.<kind>.…".
type letter struct {
	kind     string
	face     access.Face
	path     string            // of the button, on the tenant's own address
	settings bool              // has a link to the switches
	values   map[string]string // further values of its texts
	behalf   string            // the client whose news it is, when that is not the reader's own
	told     []told            // what it lists, of several changes
	dossiers int               // in how many of them, when it is about changes
}

// send queues a mail to an account, unless it has no address.
func (i *Identity) send(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string, l letter) error {
	if address == "" {
		return nil
	}
	var lang i18n.Lang
	if err := tx.QueryRow(ctx, `select language from account where tenant_id = $1 and id = $2`, t.ID, account).Scan(&lang); err != nil {
		return err
	}
	m, err := i.compose(ctx, t, lang, name, l)
	if err != nil {
		return err
	}
	m.To = address
	return notify.Queue(ctx, tx, t.Key, t.ID, notify.Outgoing{Account: account, Purpose: l.kind, Message: m})
}

// compose writes a mail in the tenant's words, to nobody yet.
func (i *Identity) compose(ctx context.Context, t *tenant.Tenant, lang i18n.Lang, name string, l letter) (mail.Message, error) {
	texts, base := t.Texts(lang), i.tenants.URL(t, l.face)
	content := mail.Content{
		Subject:    texts.T("mail."+l.kind+".subject", "office", t.Name),
		Paragraphs: strings.Split(texts.T("mail."+l.kind+".body"), "\n"),
		ButtonText: texts.T("mail." + l.kind + ".button"), ButtonURL: base + l.path,
		Values: map[string]string{"name": name, "office": t.Name},
	}
	maps.Copy(content.Values, l.values)
	if l.behalf != "" {
		content.Paragraphs, content.Values["client"] = append(content.Paragraphs, texts.T("mail.behalf")), l.behalf
	}
	switch l.kind {
	case severalChanges:
		content.Paragraphs, content.Points = append(content.Paragraphs, texts.N("mail.change.in", l.dossiers)), points(texts, l.told)
	case severalNotices:
		content.Paragraphs = append(content.Paragraphs, texts.T("mail.notices.in", "n", l.dossiers))
	}
	if l.settings && t.Settings.Modules[tenant.ModuleProfile] {
		content.SettingsURL = base + "/profile#notifications"
	}
	text, html, err := mail.Compose(ctx, mail.Layout{Texts: texts, Office: t.Name, Address: t.Settings.Mail.Address, Colour: t.Settings.Theme.Accent}, content)
	if err != nil {
		return mail.Message{}, err
	}
	return mail.Message{
		From: t.Settings.Mail.From, FromName: t.Settings.Mail.FromName, Subject: content.Subject,
		Text: text, HTML: html, UnsubscribeURL: content.SettingsURL,
	}, nil
}

// ofOffice are the kinds of mail for staff alone.
var ofOffice = []string{"quarantine", string(Noticed), severalNotices}

// Specimen writes a mail of the kind as it is sent, to somebody of that name, with the face's own
// address where a link would be.
func (i *Identity) Specimen(ctx context.Context, t *tenant.Tenant, lang i18n.Lang, kind, name string) (mail.Message, error) {
	face := access.Portal
	if slices.Contains(ofOffice, kind) {
		face = access.Office
	}
	l := letter{kind: kind, face: face, path: "/", settings: face == access.Portal && (kind == severalChanges || slices.Contains(Events, Event(kind))), dossiers: 2}
	if kind == severalChanges {
		l.told = []told{{counts: map[Event]int{StatusChanged: 1, DocumentShown: 2}}}
	}
	return i.compose(ctx, t, lang, name, l)
}

// The kinds of mail about mandates.
const (
	MandateOffered = "mandate_offered"
	MandateGiven   = "mandate_given"
	MandateActive  = "mandate_active"
	MandateEnded   = "mandate_ended"
)

// mailable returns where an active account of a client is mailed; "" where it is not: its owner has shown no
// address to be his.
func mailable(ctx context.Context, tx *db.Tx, tenantID, account string) (email, name string, err error) {
	err = tx.QueryRow(ctx, `select email, name from account where tenant_id = $1 and id = $2 and face = 'portal' and state = 'active' and email <> '' and not email_unproved`, tenantID, account).Scan(&email, &name)
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return email, name, err
}

// MailMandate mails an active account about a mandate: who acts for which client.
func (i *Identity) MailMandate(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, kind, client, who string) error {
	email, name, err := mailable(ctx, tx, t.ID, account)
	if err != nil || email == "" {
		return err
	}
	return i.send(ctx, tx, t, account, email, name, letter{kind: kind, face: access.Portal, path: "/profile/mandates", values: map[string]string{"client": client, "who": who}})
}

// mailInvitation mails the way to a first password, and nothing where nobody can have one.
func (i *Identity) mailInvitation(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string) error {
	if without, err := i.passwordless(ctx, tx, t); err != nil || without {
		return err
	}
	return i.send(ctx, tx, t, account, address, name, letter{kind: "invitation", face: access.Portal, path: "/password"})
}

func (i *Identity) mailLink(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, address, name, secret string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "link", face: face, path: "/password/" + secret})
}

func (i *Identity) mailPasswordSet(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, address, name string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "password_set", face: face, path: "/login"})
}

// mailAgain tells an account to which mail did not arrive that it is tried anew.
func (i *Identity) mailAgain(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "again", face: access.Portal, path: "/"})
}

// mailAddress tells the old or the new address of an account that the address has changed.
func (i *Identity) mailAddress(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "address", face: access.Portal, path: "/"})
}

// ConfirmApplication mails whoever sent an application that it came in, whatever else he wants to be mailed of; nothing of it stands
// in the mail.
func (i *Identity) ConfirmApplication(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	email, name, err := mailable(ctx, tx, t.ID, s.Account())
	if err != nil || email == "" {
		return err
	}
	l := letter{kind: "application", face: access.Portal, path: "/dossiers/" + dossier, behalf: s.Behalf().Name}
	if m := s.Behalf().Mandate; m != "" {
		l.path = "/namens/" + m + l.path
	}
	return i.send(ctx, tx, t, s.Account(), email, name, l)
}

// At most maxAlarms mails of one kind go to an administrator within alarmTime: who has had those knows,
// and the worklist counts on.
const (
	maxAlarms = 5
	alarmTime = time.Hour
)

const selectManagers = `select id, email, name from account where tenant_id = $1 and client_id is null and face = 'office' and role = 'administrator' and state = 'active'
	and (select count(*) from mail m where m.tenant_id = account.tenant_id and m.account_id = account.id and m.purpose = $2 and m.created_at > $3) < $4
	order by name, id`

// NotifyQuarantine mails the administrators that a document waits for what they decide.
func (i *Identity) NotifyQuarantine(ctx context.Context, tx *db.Tx, tenantID string) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	type manager struct{ id, email, name string }
	list, err := db.All(ctx, tx, func(scan db.Scan) (manager, error) {
		var m manager
		err := scan(&m.id, &m.email, &m.name)
		return m, err
	}, selectManagers, tenantID, "quarantine", db.At(tx.Now().Add(-alarmTime)), maxAlarms)
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := i.send(ctx, tx, t, m.id, m.email, m.name, letter{kind: "quarantine", face: access.Office, path: "/settings/quarantine"}); err != nil {
			return err
		}
	}
	return nil
}
