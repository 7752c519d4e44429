package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/jobs"
)

// Mailing is when an account is mailed of what happened.
type Mailing string

// The ways.
const (
	Directly Mailing = "directly"
	Daily    Mailing = "daily"
	Never    Mailing = "never"
)

// Mailings are all of them, in the order of the page.
var Mailings = []Mailing{Directly, Daily, Never}

// mailingOf reads what an account has: whether it is mailed, and whether once a day.
func mailingOf(mailed, daily bool) Mailing {
	switch {
	case !mailed:
		return Never
	case daily:
		return Daily
	}
	return Directly
}

// NoticeMail returns when the employee is mailed that there is something for him.
func (i *Identity) NoticeMail(ctx context.Context, a access.Staff) (Mailing, error) {
	return db.One(ctx, i.db, func(scan db.Scan) (Mailing, error) {
		var mailed, daily bool
		err := scan(&mailed, &daily)
		return mailingOf(mailed, daily), err
	}, `select notice_mail, mail_daily from account where tenant_id = $1 and id = $2`, a.Scope().Tenant(), a.Scope().Account())
}

// SetNoticeMail says when he is. What waits for its time goes by the new choice.
func (i *Identity) SetNoticeMail(ctx context.Context, a access.Staff, m Mailing) error {
	if m != Directly && m != Daily && m != Never {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "mail", Key: "field.choose"}}}
	}
	s := a.Scope()
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account set notice_mail = $3, mail_daily = $4, version = version + 1 where tenant_id = $1 and id = $2 and (notice_mail <> $3 or mail_daily <> $4)`,
			s.Tenant(), s.Account(), m != Never, m == Daily)
		if err != nil || n == 0 { // it is so already
			return err
		}
		if err := jobs.Enqueue(ctx, tx, s.Tenant(), JobNews, s.Account()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.notice_mail_changed", Detail: map[string]string{"mailing": string(m)}})
	})
}
