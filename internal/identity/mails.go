package identity

import (
	"context"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/mail"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// letter is one kind of mail: its texts are identity's keys "mail.<kind>.…".
type letter struct {
	kind     string
	face     access.Face
	path     string // of the button, on the tenant's own address
	settings bool   // has a link to the switches
}

func (i *Identity) send(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string, l letter) error {
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

// Specimen writes a mail of the kind as it is sent, to somebody of that name, with the portal's own
// address where a link would be.
func (i *Identity) Specimen(ctx context.Context, t *tenant.Tenant, lang i18n.Lang, kind, name string) (mail.Message, error) {
	return i.compose(ctx, t, lang, name, letter{
		kind: kind, face: access.Portal, path: "/",
		settings: slices.Contains([]string{GroupDocuments, GroupMessages, GroupQuestionnaires}, kind),
	})
}

func (i *Identity) mailInvitation(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, address, name string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "invitation", face: access.Portal, path: "/password"})
}

func (i *Identity) mailLink(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, address, name, secret string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "link", face: face, path: "/password/" + secret})
}

func (i *Identity) mailPasswordSet(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, address, name string) error {
	return i.send(ctx, tx, t, account, address, name, letter{kind: "password_set", face: face, path: "/login"})
}

// Notify sends a mail without contents to those of the accounts that asked for this group (N47).
func (i *Identity) Notify(ctx context.Context, tx *db.Tx, tenantID string, accounts []string, group, dossier string) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		var address, name, groups string
		err := tx.QueryRow(ctx, `select email, name, case when state = 'active' then notify else '' end from account
			where tenant_id = $1 and id = $2 and face = 'portal'`, tenantID, id).Scan(&address, &name, &groups)
		if err != nil {
			return err
		}
		if !strings.Contains(" "+groups+" ", " "+group+" ") {
			continue
		}
		if err := i.send(ctx, tx, t, id, address, name, letter{kind: group, face: access.Portal, path: "/dossiers/" + dossier, settings: true}); err != nil {
			return err
		}
	}
	return nil
}
