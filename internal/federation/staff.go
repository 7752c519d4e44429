package federation

import (
	"context"
	"fmt"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// roleOf is the highest role that the groups of an employee give him, "" for none.
func (c Connection) roleOf(groups []string) access.Role {
	has := map[access.Role]bool{}
	for _, g := range groups {
		has[c.Settings.Roles[g]] = true
	}
	for _, r := range []access.Role{access.RoleAdministrator, access.RoleHandler, access.RoleAuditor} {
		if has[r] {
			return r
		}
	}
	return ""
}

// staff returns the account of an employee, with the role that his groups give him now. Who is in none of them has
// no sessions from then on; who lost a role begins anew with the other.
func (f *Federation) staff(ctx context.Context, tx *db.Tx, t *tenant.Tenant, c Connection, had string, key []byte, origin string, l eid.Login) (string, error) {
	role := c.roleOf(l.Groups)
	s := authn.Nobody(t.ID, origin)
	switch {
	case had == "" && role == "":
		return "", fmt.Errorf("%w: in no group that has a role", ErrUnknown)
	case had == "":
		account, err := f.ids.CreateElsewhere(ctx, tx, s, identity.NewElsewhere{Face: access.Office, Role: role, Name: orElse(l.Name, l.Email), Email: l.Email})
		if errs.Is(err, errs.Invalid) { // somebody has the address: he links it himself
			return "", fmt.Errorf("%w: an account with this address is not linked", ErrUnknown)
		}
		if err != nil {
			return "", err
		}
		_, err = tx.Exec(ctx, putLink, t.ID, c.ID, key, account, tx.Now())
		return account, err
	}
	was, err := db.One(ctx, tx, db.Value[string], `select role from account where tenant_id = $1 and id = $2`, t.ID, had)
	if err != nil || access.Role(was) == role {
		return had, err
	}
	if err := f.ids.ChangeRole(ctx, tx, s, had, role); err != nil {
		return "", err
	}
	if role == "" {
		return "", fmt.Errorf("%w: in no group that has a role any more", ErrUnknown)
	}
	return had, nil
}

// link makes the account of an employee the one of his name in the directory, by which alone he comes in from then on.
func (f *Federation) link(ctx context.Context, tx *db.Tx, t *tenant.Tenant, c Connection, r request, s access.Scope, l eid.Login) error {
	if s.Session() == "" || r.session != s.Session() {
		return fmt.Errorf("%w: another session", eid.ErrRefused)
	}
	key := person(t, c, l)
	had, err := linked(ctx, tx, t.ID, c.ID, key)
	if err != nil || had == s.Account() {
		return err
	}
	if had != "" {
		return fmt.Errorf("%w: it is of another account", ErrUnclear)
	}
	if _, err := tx.Exec(ctx, putLink, t.ID, c.ID, key, s.Account(), tx.Now()); err != nil {
		return err
	}
	if err := f.ids.OnlyElsewhere(ctx, tx, t.ID, s.Account()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "account.directory_linked", Objects: []audit.Object{{Kind: "account", ID: s.Account()}, {Kind: "connection", ID: c.ID}}})
}
