package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	// draftLife is how long an account that is not confirmed waits, and maxDrafts how many of one maker do.
	draftLife  = 24 * time.Hour
	maxDrafts  = 10
	maxDraftID = 40
)

// Draft is an account that somebody is about to make (A16, A17). It is kept for him alone, sealed, so that it
// survives going back, loading anew and a session that ends; nothing of it counts before MakeExtra.
type Draft struct {
	ID    string `json:"-"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Words string `json:"rights"` // "" before they were chosen
}

// Rights returns what was chosen.
func (d Draft) Rights() access.Rights {
	r, _ := access.ParseRights(d.Words)
	return r
}

func draftAAD(tenantID, account, id string) string {
	return "account_draft|" + tenantID + "|" + account + "|" + id
}

// DraftExtra keeps the data of an account to be made, and refuses what Invite refuses; id is the key of the
// first form, so that the second of two clicks keeps the same.
func (i *Identity) DraftExtra(ctx context.Context, a access.Client, id, name, email string) error {
	if err := a.Require(access.ManageUsers); err != nil {
		return err
	}
	key, err := checkNew(name, email)
	if err != nil {
		return err
	}
	return i.redraft(ctx, a, id, func(ctx context.Context, tx *db.Tx, _ *tenant.Tenant, d *Draft) error {
		n, err := db.One(ctx, tx, db.Value[int], `select count(*) from account where tenant_id = $1 and face = 'portal' and email_key = $2`, a.Scope().Tenant(), key)
		if err == nil && n > 0 {
			err = errs.Fields{{Name: "email", Key: "email.taken"}}.Err()
		}
		d.Name, d.Email = name, email
		return err
	})
}

// DraftRights keeps what was ticked for an account to be made; one that is not there is NotFound.
func (i *Identity) DraftRights(ctx context.Context, a access.Client, id string, ticked []string) error {
	if err := a.Require(access.ManageUsers); err != nil {
		return err
	}
	return i.redraft(ctx, a, id, func(_ context.Context, _ *db.Tx, t *tenant.Tenant, d *Draft) error {
		if d.Email == "" {
			return errs.Missing()
		}
		if !t.Settings.Users.Rights {
			return errs.New(errs.Forbidden, "error.module_off")
		}
		rights, err := choose(Offered(t.Settings.Modules, a.Scope().Rights()), 0, ticked)
		d.Words = rights.String()
		return err
	})
}

// redraft changes a draft, or begins it.
func (i *Identity) redraft(ctx context.Context, a access.Client, id string, change func(context.Context, *db.Tx, *tenant.Tenant, *Draft) error) error {
	if id == "" || len(id) > maxDraftID {
		return errs.New(errs.Invalid, "error.form_stale")
	}
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := i.draft(ctx, tx, t, a, id)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := change(ctx, tx, t, &d); err != nil {
			return err
		}
		b, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("identity: draft: %w", err)
		}
		if err := forgetDrafts(ctx, tx, s, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into account_draft (tenant_id, account_id, id, content, at) values ($1, $2, $3, $4, $5)
			on conflict (tenant_id, account_id, id) do update set content = $4, at = $5`, t.ID, s.Account(), id, t.Key.Seal(b, draftAAD(t.ID, s.Account(), id)), tx.Now())
		return err
	})
}

// forgetDrafts drops what waited too long in the organisation, and of one maker what is more than he may have.
func forgetDrafts(ctx context.Context, tx *db.Tx, s access.Scope, but string) error {
	if _, err := tx.Exec(ctx, `delete from account_draft where tenant_id = $1 and at < $2`, s.Tenant(), db.At(tx.Now().Add(-draftLife))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from account_draft where tenant_id = $1 and account_id = $2 and id in
		(select o.id from account_draft o where o.tenant_id = $1 and o.account_id = $2 and o.id <> $3 order by o.at desc, o.id limit 100 offset $4)`,
		s.Tenant(), s.Account(), but, maxDrafts-1)
	return err
}

// DraftOf returns an account that the same person is about to make; any other is NotFound.
func (i *Identity) DraftOf(ctx context.Context, a access.Client, id string) (Draft, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Draft{}, err
	}
	return i.draft(ctx, i.db, t, a, id)
}

func (i *Identity) draft(ctx context.Context, r db.Reader, t *tenant.Tenant, a access.Client, id string) (Draft, error) {
	d := Draft{ID: id}
	sealed, err := db.One(ctx, r, db.Value[[]byte], `select content from account_draft where tenant_id = $1 and account_id = $2 and id = $3 and at > $4`,
		t.ID, a.Scope().Account(), id, db.At(i.db.Clock().Now().Add(-draftLife)))
	if err != nil {
		return d, err
	}
	plain, err := t.Key.Open(sealed, draftAAD(t.ID, a.Scope().Account(), id))
	if err != nil {
		return d, fmt.Errorf("identity: draft: %w", err)
	}
	return d, json.Unmarshal(plain, &d)
}

// MakeExtra makes the account of a draft and queues its first mail. The second of two clicks finds it made;
// a draft that is gone is NotFound.
func (i *Identity) MakeExtra(ctx context.Context, a access.Client, id string) (Draft, error) {
	if err := i.manages(a); err != nil {
		return Draft{}, err
	}
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return Draft{}, err
	}
	d, err := i.draft(ctx, i.db, t, a, id)
	if errs.Is(err, errs.NotFound) {
		return i.made(ctx, s, id, err)
	}
	if err != nil {
		return d, err
	}
	rights := d.Rights()
	switch {
	case !t.Settings.Users.Rights:
		rights = basic(s)
	case rights == 0:
		return d, errs.Fields{{Name: "rights", Key: "rights.none"}}.Err()
	case !rights.Within(s.Rights()): // he had more when he chose them
		return d, errs.New(errs.Forbidden, "rights.not_yours")
	}
	_, err = i.inviteWith(ctx, s, draftKey(id), NewAccount{Client: s.Client(), Name: d.Name, Email: d.Email, Role: access.RoleExtra, Rights: rights}, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from account_draft where tenant_id = $1 and account_id = $2 and id = $3`, t.ID, s.Account(), id)
		return err
	})
	return d, err
}

func draftKey(id string) string { return "draft:" + id }

// made returns what became of a draft that is gone: the data of the account that was made of it, or missing.
func (i *Identity) made(ctx context.Context, s access.Scope, id string, missing error) (Draft, error) {
	d := Draft{ID: id}
	err := i.db.QueryRow(ctx, `select a.name, a.email from once o join account a on a.tenant_id = o.tenant_id and a.id = o.result
		where o.tenant_id = $1 and o.account_id = $2 and o.key = $3`, s.Tenant(), s.Account(), draftKey(id)).Scan(&d.Name, &d.Email)
	if errs.Is(err, errs.NotFound) {
		return d, missing
	}
	return d, err
}

// basic is what somebody gives an extra account where rights are not chosen: never more than he has.
func basic(s access.Scope) access.Rights { return access.ExtraRights & s.Rights() }
