package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
)

// MailNotice mails those of the employees who want that that something happened in a dossier; nothing of it stands in the mail.
func (i *Identity) MailNotice(ctx context.Context, tx *db.Tx, tenantID string, accounts []string, dossier string) error {
	if len(accounts) == 0 {
		return nil
	}
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		type to struct{ email, name string }
		list, err := db.All(ctx, tx, func(scan db.Scan) (to, error) {
			var o to
			err := scan(&o.email, &o.name)
			return o, err
		}, `select email, name from account where tenant_id = $1 and id = $2 and face = 'office' and state = 'active' and notice_mail`, tenantID, id)
		if err != nil {
			return err
		}
		for _, o := range list {
			if err := i.send(ctx, tx, t, id, o.email, o.name, letter{kind: "notice", face: access.Office, path: "/dossiers/" + dossier}); err != nil {
				return err
			}
		}
	}
	return nil
}

// NoticeMail reports whether the employee wants a mail when there is something for him.
func (i *Identity) NoticeMail(ctx context.Context, a access.Staff) (bool, error) {
	return db.One(ctx, i.db, db.Value[bool], `select notice_mail from account where tenant_id = $1 and id = $2`, a.Scope().Tenant(), a.Scope().Account())
}

// SetNoticeMail says whether he does.
func (i *Identity) SetNoticeMail(ctx context.Context, a access.Staff, on bool) error {
	s := a.Scope()
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account set notice_mail = $3, version = version + 1 where tenant_id = $1 and id = $2 and notice_mail <> $3`, s.Tenant(), s.Account(), on)
		if err != nil || n == 0 { // it is so already
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.notice_mail_changed"})
	})
}
