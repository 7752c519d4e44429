package identity

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// ManageWithin is how lately whoever manages the accounts of a company must have proved himself before he adds or changes
// an account: whoever found his browser open must not let somebody in.
const ManageWithin = 10 * time.Minute

// Extras returns the other extra accounts of the company for which somebody asks who manages them, in the
// order of their names (N48).
func (i *Identity) Extras(ctx context.Context, a access.Client) ([]Account, error) {
	if err := a.Require(access.ManageUsers); err != nil {
		return nil, err
	}
	return db.All(ctx, i.db, scanAccount, accountColumns+`where tenant_id = $1 and face = 'portal' and client_id = $2 and role = 'extra' and id <> $3 and removed_at is null order by name, id`,
		a.Scope().Tenant(), a.Scope().Client(), a.Scope().Account())
}

// Extra returns one of Extras (N50).
func (i *Identity) Extra(ctx context.Context, a access.Client, id string) (Account, error) {
	if err := a.Require(access.ManageUsers); err != nil {
		return Account{}, err
	}
	return db.One(ctx, i.db, scanAccount, accountColumns+oneOfClient+` and role = 'extra' and id <> $4`, a.Scope().Tenant(), a.Scope().Client(), id, a.Scope().Account())
}

// InviteExtra makes an extra account of the company for which somebody asks who manages its accounts, and queues its first mail (N49).
// It refuses what Invite refuses; once is the form's key.
func (i *Identity) InviteExtra(ctx context.Context, a access.Client, once, name, email string) (string, error) {
	if err := i.manages(a); err != nil {
		return "", err
	}
	return i.invite(ctx, a.Scope(), once, NewAccount{Client: a.Scope().Client(), Name: name, Email: email, Role: access.RoleExtra, Rights: basic(a.Scope())})
}

// ResendExtra invites an extra account that has not been activated once more.
func (i *Identity) ResendExtra(ctx context.Context, a access.Client, id, once string) error {
	return i.changeExtra(ctx, a, id, "account.reinvited", nil, i.inviteAgain(a.Scope(), once))
}

// RemoveExtra ends an extra account for good (N51): its sessions end and its links are void at once. What
// it did keeps its name, and its address is free for another account. Nobody can
// remove the head, who is no extra account, nor himself (A19).
func (i *Identity) RemoveExtra(ctx context.Context, a access.Client, id string) error {
	if err := i.manages(a); err != nil {
		return err
	}
	return i.changeExtra(ctx, a, id, "account.removed", nil, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		_, err := tx.Exec(ctx, `update account set state = 'blocked', removed_at = $3, email_key = 'removed:' || id, version = version + 1
			where tenant_id = $1 and id = $2`, t.ID, acc.ID, tx.Now())
		if err != nil {
			return err
		}
		if err := endAsked(ctx, tx, t.ID, acc.ID, addressWithdrawn); err != nil {
			return err
		}
		if err := voidTokens(ctx, tx, t.ID, acc.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, t.ID, acc.ID)
	})
}

func (i *Identity) manages(a access.Client) error {
	if err := a.Require(access.ManageUsers); err != nil {
		return err
	}
	return access.RequireRecent(a.Scope(), i.db.Clock().Now(), ManageWithin)
}

func (i *Identity) changeExtra(ctx context.Context, a access.Client, id, event string, detail map[string]string, f changing) error {
	if err := a.Require(access.ManageUsers); err != nil {
		return err
	}
	return i.changeNoting(ctx, a.Scope(), a.Scope().Client(), id, event, detail, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.Role != access.RoleExtra || acc.ID == a.Scope().Account() {
			return errs.Missing()
		}
		return f(ctx, tx, t, acc)
	})
}
