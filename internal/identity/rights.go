package identity

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// Offered returns the rights that somebody who has mine can give: those of the modules that are on.
func Offered(modules map[string]bool, mine access.Rights) []access.Rights {
	var out []access.Rights
	for _, r := range access.AllRights() {
		module, _, _ := strings.Cut(r.String(), ":")
		if r.Within(mine) && (modules[module] || r == access.ManageUsers) {
			out = append(out, r)
		}
	}
	return out
}

// choose returns the rights that were ticked among those offered. What an account had that is not offered
// it keeps. Whoever asks for more than he is offered made the request himself (A18, A21).
func choose(offered []access.Rights, had access.Rights, ticked []string) (access.Rights, error) {
	var within, chosen access.Rights
	for _, r := range offered {
		within |= r
	}
	for _, word := range ticked {
		r, whole := wordOf(word)
		if !whole || !r.Within(within) {
			return 0, errs.New(errs.Forbidden, "rights.not_yours")
		}
		chosen |= r
	}
	chosen |= had &^ within
	if _, whole := access.ParseRights(chosen.String()); !whole {
		return 0, errs.Fields{{Name: "rights", Key: "rights.needs"}}.Err()
	}
	if chosen == 0 {
		return 0, errs.Fields{{Name: "rights", Key: "rights.none"}}.Err()
	}
	return chosen, nil
}

func wordOf(word string) (access.Rights, bool) {
	for _, r := range access.AllRights() {
		if r.String() == word {
			return r, true
		}
	}
	return 0, false
}

// NewRights is how an extra account is to be. Was is what it had when the form was shown.
type NewRights struct {
	Name   string
	Was    string
	Ticked []string
}

// ChangeExtra changes the name and the rights of one of Extras (A18): the rights hold at its next request.
// Where the organisation does not hand out rights only the name changes.
func (i *Identity) ChangeExtra(ctx context.Context, a access.Client, id string, in NewRights) error {
	if err := i.manages(a); err != nil {
		return err
	}
	detail := map[string]string{}
	return i.changeExtra(ctx, a, id, "account.changed", detail, i.altered(a.Scope().Rights(), in, detail))
}

// ChangeRights is ChangeExtra by an employee, who may give all that the client has.
func (i *Identity) ChangeRights(ctx context.Context, a access.Staff, client, id string, in NewRights) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	mine, err := i.RightsOfClient(ctx, a, client)
	if err != nil {
		return err
	}
	detail := map[string]string{}
	return i.changeNoting(ctx, a.Scope(), client, id, "account.changed", detail, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.Role != access.RoleExtra {
			return errs.Missing()
		}
		return i.altered(mine, in, detail)(ctx, tx, t, acc)
	})
}

// RightsOfClient returns what accounts of a client can be given: a person has no users to manage.
func (i *Identity) RightsOfClient(ctx context.Context, a access.Staff, client string) (access.Rights, error) {
	kind, err := db.One(ctx, i.db, db.Value[string], `select kind from client where tenant_id = $1 and id = $2`, a.Scope().Tenant(), client)
	if kind == "company" {
		return access.RightsOf(access.RoleHead, ""), err
	}
	return access.OwnRights, err
}

// altered changes name and rights of an account, and notes in detail what they were and are.
func (i *Identity) altered(mine access.Rights, in NewRights, detail map[string]string) changing {
	return func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		name, err := checkName(in.Name)
		if err != nil {
			return err
		}
		rights := acc.Rights
		if t.Settings.Users.Rights {
			if rights, err = choose(Offered(t.Settings.Modules, mine), acc.Rights, in.Ticked); err != nil {
				return err
			}
		}
		if name == acc.Name && rights == acc.Rights {
			return errUnchanged
		}
		if t.Settings.Users.Rights && in.Was != acc.Rights.String() {
			return errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		if _, err := tx.Exec(ctx, `update account set name = $3, rights = $4, version = version + 1 where tenant_id = $1 and id = $2`, t.ID, acc.ID, name, rights.String()); err != nil {
			return err
		}
		if rights == acc.Rights {
			return nil
		}
		detail["old"], detail["new"] = acc.Rights.String(), rights.String()
		if acc.State != Active || acc.Email == "" {
			return nil
		}
		return i.send(ctx, tx, t, acc.ID, acc.Email, name, letter{kind: "rights_changed", face: access.Portal, path: "/"})
	}
}

func checkName(typed string) (string, error) {
	var f errs.Fields
	name := strings.TrimSpace(typed)
	switch {
	case name == "":
		f.Add("name", "field.required")
	case utf8.RuneCountInString(name) > maxName:
		f.Add("name", "field.too_long", "max", maxName)
	}
	return name, f.Err()
}
