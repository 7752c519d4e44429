package identity

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// ManageWithin is how lately the head of a company must have proved himself before he adds or removes an
// account: whoever found his browser open must not let somebody in.
const ManageWithin = 10 * time.Minute

// Extras returns the extra accounts of the company whose head asks, in the order of their names (N48).
func (i *Identity) Extras(ctx context.Context, a access.Client) ([]Account, error) {
	if !a.Head() {
		return nil, errs.New(errs.Forbidden, "")
	}
	return db.All(ctx, i.db, scanAccount, accountColumns+`where tenant_id = $1 and face = 'portal' and client_id = $2 and role = 'extra' and removed_at is null order by name, id`,
		a.Scope().Tenant(), a.Scope().Client())
}

// Extra returns one extra account of the company whose head asks (N50).
func (i *Identity) Extra(ctx context.Context, a access.Client, id string) (Account, error) {
	if !a.Head() {
		return Account{}, errs.New(errs.Forbidden, "")
	}
	return db.One(ctx, i.db, scanAccount, accountColumns+oneOfClient+` and role = 'extra'`, a.Scope().Tenant(), a.Scope().Client(), id)
}

// InviteExtra makes an extra account of the company whose head asks, and queues its first mail (N49).
// It refuses what Invite refuses; once is the form's key.
func (i *Identity) InviteExtra(ctx context.Context, a access.Client, once, name, email string) (string, error) {
	if err := i.manages(a); err != nil {
		return "", err
	}
	return i.invite(ctx, a.Scope(), once, NewAccount{Client: a.Scope().Client(), Name: name, Email: email, Role: access.RoleExtra})
}

// ResendExtra invites an extra account that has not been activated once more.
func (i *Identity) ResendExtra(ctx context.Context, a access.Client, id, once string) error {
	return i.changeExtra(ctx, a, id, "account.reinvited", i.inviteAgain(a.Scope(), once))
}

// RemoveExtra ends an extra account for good (N51): its sessions end and its links are void at once. What
// it did keeps its name, and its address is free for another account. A head cannot remove himself:
// he is no extra account.
func (i *Identity) RemoveExtra(ctx context.Context, a access.Client, id string) error {
	if err := i.manages(a); err != nil {
		return err
	}
	return i.changeExtra(ctx, a, id, "account.removed", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		_, err := tx.Exec(ctx, `update account set state = 'blocked', removed_at = $3, email_key = 'removed:' || id, version = version + 1
			where tenant_id = $1 and id = $2`, t.ID, acc.ID, tx.Now())
		if err != nil {
			return err
		}
		if err := voidTokens(ctx, tx, t.ID, acc.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, t.ID, acc.ID)
	})
}

func (i *Identity) manages(a access.Client) error {
	if !a.Head() {
		return errs.New(errs.Forbidden, "")
	}
	return access.RequireRecent(a.Scope(), i.db.Clock().Now(), ManageWithin)
}

func (i *Identity) changeExtra(ctx context.Context, a access.Client, id, event string, f changing) error {
	if !a.Head() {
		return errs.New(errs.Forbidden, "")
	}
	return i.changeBy(ctx, a.Scope(), a.Scope().Client(), id, event, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.Role != access.RoleExtra {
			return errs.Missing()
		}
		return f(ctx, tx, t, acc)
	})
}
