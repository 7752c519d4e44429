package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// NewPassword is a password that somebody chooses. Current and Repeat count where they are asked for.
type NewPassword struct {
	Current, Password, Repeat string
	same                      bool // it is the current one, or differs from it in nothing that counts
}

// Twice adds to f that a password was not typed the same two times.
func (n NewPassword) Twice(f *errs.Fields) {
	if n.Password != n.Repeat {
		f.Add("repeat", "password.differ")
	}
}

// ChangePassword gives the scope's own account another password (A6, A13, C58). Its session goes on,
// all others end, and the owner is mailed. Wrong current passwords are counted as wrong log-ins are:
// who finds a session open must not guess on.
func (i *Identity) ChangePassword(ctx context.Context, s access.Scope, in NewPassword) error {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	gate := []string{"change:" + string(faceOf(s)) + ":known:" + authn.HashToken(s.Account())}
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return err
	}
	stored, right, err := i.current(ctx, t, s.Account(), in.Current)
	if err != nil || right {
		back := i.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error { return leave(ctx, tx, t.ID, gate) })
		if err == nil {
			err = back
		}
	}
	if err != nil {
		return err
	}
	if err := i.checkChange(ctx, t, s.Account(), in, right, t.Settings.Password.Twice); err != nil {
		return err
	}
	hash, err := i.hash.hash(ctx, t.ID, in.Password)
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.putChanged(ctx, tx, t, s, stored, hash) })
}

// current returns the stored hash of an account and whether it is of the password.
func (i *Identity) current(ctx context.Context, t *tenant.Tenant, account, password string) (string, bool, error) {
	stored, err := db.One(ctx, i.db, db.Value[string], `select password_hash from account where tenant_id = $1 and id = $2 and state = 'active'`, t.ID, account)
	if err != nil {
		return "", false, err
	}
	right, err := i.hash.matches(ctx, t.ID, stored, password)
	return stored, right && stored != "", err
}

// checkChange returns everything that is wrong with a change, so that it is mended in one go.
func (i *Identity) checkChange(ctx context.Context, t *tenant.Tenant, account string, in NewPassword, right, twice bool) error {
	var f errs.Fields
	switch {
	case in.Current == "":
		f.Add("current", "field.required")
	case !right:
		f.Add("current", "password.current_wrong")
	}
	broken := i.judge(ctx, i.db, t, account, in.Password)
	switch {
	case broken != nil && !errs.Is(broken, errs.Invalid):
		return broken
	case right && (in.same || in.Password == in.Current):
		f.Add("password", "password.same")
		broken = nil
	default:
		f = append(f, errs.FieldsOf(broken)...)
	}
	if twice {
		in.Twice(&f)
	}
	if len(f) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Invalid, Fields: f, Err: broken}
}

// putChanged stores a password where the one that was checked still stands.
func (i *Identity) putChanged(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, stored, hash string) error {
	var email, name string
	err := tx.QueryRow(ctx, `update account set password_hash = $4, version = version + 1 where tenant_id = $1 and id = $2 and password_hash = $3 and state = 'active'
		returning email, name`, t.ID, s.Account(), stored, hash).Scan(&email, &name)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.Conflict, "error.changed_meanwhile")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update session set ended_at = $4 where tenant_id = $1 and account_id = $2 and id <> $3 and ended_at is null`, t.ID, s.Account(), s.Session(), tx.Now())
	if err != nil {
		return err
	}
	if err := voidTokens(ctx, tx, t.ID, s.Account()); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, s, audit.Entry{Event: "account.password_changed", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	if err != nil || email == "" {
		return err
	}
	return i.send(ctx, tx, t, s.Account(), email, name, letter{kind: "password_changed", face: faceOf(s), path: "/login"})
}

func faceOf(s access.Scope) access.Face {
	if _, client := access.AsClient(s); client {
		return access.Portal
	}
	return access.Office
}
