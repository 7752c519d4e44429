package identity

import (
	"context"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// NewAddress is the address that staff give an account. Was is the one that they saw: when a
// colleague has changed it meanwhile, nothing changes.
type NewAddress struct{ Was, Email string }

// ChangeAddress gives a portal account another address, which is also what it logs in with. Links
// that went to the old one are void. The new address is mailed, and so is the old one unless mail did
// not arrive there: whose account it is hears of it.
func (i *Identity) ChangeAddress(ctx context.Context, a access.Staff, client, id string, in NewAddress) error {
	var f errs.Fields
	key := CheckEmail(&f, in.Email)
	if err := f.Err(); err != nil {
		return err
	}
	email := strings.TrimSpace(in.Email)
	return i.change(ctx, a, client, id, "account.email_changed", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		switch {
		case acc.Email == email:
			return errUnchanged
		case acc.Email != in.Was:
			return errs.Fields{{Name: "email", Key: "email.changed_meanwhile", Args: []any{"email", acc.Email}}}.Err()
		}
		_, err := tx.Exec(ctx, `update account set email = $3, email_key = $4, email_at = $5, email_by = 'office', email_unproved = (stage = 'letter'), version = version + 1 where tenant_id = $1 and id = $2`,
			t.ID, id, email, key, tx.Now())
		if err != nil {
			return taken(err)
		}
		if err := voidTokens(ctx, tx, t.ID, id); err != nil {
			return err
		}
		return i.mailMoved(ctx, tx, t, acc, email)
	})
}

func voidTokens(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	_, err := tx.Exec(ctx, `update account_token set expires_at = $3 where tenant_id = $1 and account_id = $2 and used_at is null and expires_at > $3`,
		tenantID, account, tx.Now())
	return err
}

// mailMoved mails an account that has another address: an invitation where none was taken up.
func (i *Identity) mailMoved(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account, email string) error {
	lost, err := notify.Found(ctx, tx, t.ID, acc.ID)
	if err != nil || acc.State == Blocked || acc.Stage == StageLetter { // a letter tells him
		return err
	}
	if acc.State == Invited {
		return i.mailInvitation(ctx, tx, t, acc.ID, email, acc.Name)
	}
	if !lost && acc.Email != "" {
		if err := i.mailAddress(ctx, tx, t, acc.ID, acc.Email, acc.Name); err != nil {
			return err
		}
	}
	return i.mailAddress(ctx, tx, t, acc.ID, email, acc.Name)
}

// MailAgain mails an account to which mail did not arrive once more: when nothing comes back, it can
// be reached again. One that was not activated is invited. A double click sends one mail.
func (i *Identity) MailAgain(ctx context.Context, a access.Staff, client, id, once string) error {
	return i.change(ctx, a, client, id, "account.mailed_again", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.State == Blocked {
			return errs.New(errs.Conflict, "account.is_blocked")
		}
		lost, err := notify.SentAnew(ctx, tx, t.ID, id)
		if err != nil {
			return err
		}
		if !lost {
			return errs.New(errs.Conflict, "account.is_reachable")
		}
		_, fresh, err := tx.Once(ctx, t.ID, a.Scope().Account(), once)
		if err != nil {
			return err
		}
		without, err := i.passwordless(ctx, tx, t)
		switch {
		case err != nil:
			return err
		case !fresh:
			return errUnchanged
		case acc.State == Invited && acc.Stage != StageLetter && !without:
			return i.mailInvitation(ctx, tx, t, id, acc.Email, acc.Name)
		}
		return i.mailAgain(ctx, tx, t, id, acc.Email, acc.Name)
	})
}

// Reached notes that an employee has reached the holder of an account in another way, and that mail
// arrives.
func (i *Identity) Reached(ctx context.Context, a access.Staff, client, id string) error {
	return i.change(ctx, a, client, id, "account.reached", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		lost, err := notify.Found(ctx, tx, t.ID, id)
		if err == nil && !lost {
			err = errUnchanged
		}
		return err
	})
}

// arrived notes that a mail arrived, since somebody followed the link in it.
func arrived(ctx context.Context, tx *db.Tx, tenantID, client, account string) error {
	lost, err := notify.Found(ctx, tx, tenantID, account)
	if err != nil || !lost {
		return err
	}
	return audit.Record(ctx, tx, authn.System(tenantID, JobLink), audit.Entry{
		Event: "account.reached", Client: client, Objects: []audit.Object{{Kind: "account", ID: account}},
	})
}
