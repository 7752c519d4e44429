package identity

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/jobs"
	"voordeur/internal/tenant"
)

// ResetDelay is how long the owner has to object after the second of two persons has confirmed that his
// factors are dropped.
const ResetDelay = 24 * time.Hour

// JobReset is the kind of the job that drops the factors of an account when the delay is over.
const JobReset = "identity.factor_reset"

// What becomes of a reset that was asked for.
const (
	resetDone      = "done"
	resetWithdrawn = "withdrawn"
	resetLapsed    = "lapsed" // the owner logged in with his factor
)

const maxGround = 1000

// FactorReset is one that was asked for and has not ended.
type FactorReset struct {
	Account, AskedBy, ConfirmedBy string // an account and two names
	Name, Client, ClientName      string // whose it is
	Ground                        string
	AskedAt                       db.Time
	DueAt                         *db.Time
	Own                           bool // asked by who looks
}

const selectResets = `select r.account_id, a.name, k.id, k.name, r.ground, r.asked_at, r.due_at, b.name, coalesce(c.name, ''), r.asked_by = $2
	from factor_reset r join account a on a.tenant_id = r.tenant_id and a.id = r.account_id
	join client k on k.tenant_id = a.tenant_id and k.id = a.client_id
	join account b on b.tenant_id = r.tenant_id and b.id = r.asked_by
	left join account c on c.tenant_id = r.tenant_id and c.id = r.confirmed_by
	where r.tenant_id = $1 and r.ended_at is null `

func scanReset(scan db.Scan) (FactorReset, error) {
	var r FactorReset
	err := scan(&r.Account, &r.Name, &r.Client, &r.ClientName, &r.Ground, &r.AskedAt, &r.DueAt, &r.AskedBy, &r.ConfirmedBy, &r.Own)
	return r, err
}

// ResetsOf returns the resets of a client's accounts that have not ended.
func (i *Identity) ResetsOf(ctx context.Context, a access.Staff, client string) ([]FactorReset, error) {
	s := a.Scope()
	return db.All(ctx, i.db, scanReset, selectResets+`and k.id = $3`, s.Tenant(), s.Account(), client)
}

// ResetsToConfirm returns the resets for which the administrator can be the second person, oldest first.
func (i *Identity) ResetsToConfirm(ctx context.Context, a access.Staff) ([]FactorReset, error) {
	if !a.Can(access.Manage) {
		return nil, errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return db.All(ctx, i.db, scanReset, selectResets+`and r.due_at is null and r.asked_by <> $2 order by r.asked_at, r.id limit 200`, s.Tenant(), s.Account())
}

// FactorsOf returns what the accounts of a client have linked, by account.
func (i *Identity) FactorsOf(ctx context.Context, a access.Staff, client string) (map[string][]Kind, error) {
	type row struct {
		account string
		kind    Kind
	}
	list, err := db.All(ctx, i.db, func(scan db.Scan) (row, error) {
		var r row
		err := scan(&r.account, &r.kind)
		return r, err
	}, `select f.account_id, f.kind from factor f join account a on a.tenant_id = f.tenant_id and a.id = f.account_id
		where f.tenant_id = $1 and a.client_id = $2 and a.face = 'portal' order by f.kind desc`, a.Scope().Tenant(), client)
	if err != nil {
		return nil, err
	}
	of := map[string][]Kind{}
	for _, r := range list {
		of[r.account] = append(of[r.account], r.kind)
	}
	with, err := db.All(ctx, i.db, db.Value[string], `select distinct p.account_id from passkey p join account a on a.tenant_id = p.tenant_id and a.id = p.account_id
		where p.tenant_id = $1 and a.client_id = $2 and a.face = 'portal'`, a.Scope().Tenant(), client)
	for _, account := range with {
		of[account] = append(of[account], Passkey)
	}
	return of, err
}

// CountResetsToConfirm counts them up to a hundred.
func (i *Identity) CountResetsToConfirm(ctx context.Context, a access.Staff) (int, error) {
	if !a.Can(access.Manage) {
		return 0, errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return db.One(ctx, i.db, db.Value[int], `select count(*) from (select 1 from factor_reset r where r.tenant_id = $1 and r.ended_at is null and r.due_at is null and r.asked_by <> $2 limit 100) w`,
		s.Tenant(), s.Account())
}

// AskReset asks that the factors of a client's account are dropped, on the ground of how the employee
// knows that its owner asks (N46, unclear.md Q12). Nothing happens before an administrator confirms.
func (i *Identity) AskReset(ctx context.Context, a access.Staff, client, id, ground string) error {
	ground = strings.TrimSpace(ground)
	var f errs.Fields
	switch {
	case ground == "":
		f.Add("ground", "field.required")
	case utf8.RuneCountInString(ground) > maxGround:
		f.Add("ground", "field.too_long", "max", maxGround)
	}
	if err := f.Err(); err != nil {
		return err
	}
	return i.change(ctx, a, client, id, "account.reset_asked", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		had, err := factors(ctx, tx, t, id)
		if err != nil {
			return err
		}
		if len(had) == 0 {
			return errs.New(errs.Conflict, "reset.nothing")
		}
		n, err := tx.Exec(ctx, `insert into factor_reset (tenant_id, id, account_id, ground, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant_id, account_id) where ended_at is null do nothing`, t.ID, tx.NewID(), id, ground, a.Scope().Account(), tx.Now())
		if err == nil && n == 0 { // a second click, or a colleague
			err = errUnchanged
		}
		return err
	})
}

// ConfirmReset is the second person's word: an administrator's who did not ask himself. The owner is
// mailed; a day later his factors go, unless he logs in with one or somebody withdraws it.
func (i *Identity) ConfirmReset(ctx context.Context, a access.Staff, client, id string) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	return i.change(ctx, a, client, id, "account.reset_confirmed", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		var reset, by string
		var due *db.Time
		err := tx.QueryRow(ctx, `select id, asked_by, due_at from factor_reset where tenant_id = $1 and account_id = $2 and ended_at is null`, t.ID, id).Scan(&reset, &by, &due)
		switch {
		case err != nil:
			return err
		case due != nil:
			return errUnchanged
		case by == a.Scope().Account():
			return errs.New(errs.Conflict, "reset.not_alone")
		}
		at := db.At(tx.Now().Add(ResetDelay))
		n, err := tx.Exec(ctx, `update factor_reset set confirmed_by = $3, due_at = $4 where tenant_id = $1 and id = $2 and due_at is null and ended_at is null`,
			t.ID, reset, a.Scope().Account(), at)
		if err != nil {
			return err
		}
		if n == 0 {
			return errUnchanged
		}
		if _, err := i.mailAbout(ctx, tx, t, id, "reset_coming"); err != nil {
			return err
		}
		return jobs.EnqueueAt(ctx, tx, t.ID, JobReset, at, reset)
	})
}

// WithdrawReset ends a reset before it happens.
func (i *Identity) WithdrawReset(ctx context.Context, a access.Staff, client, id string) error {
	return i.change(ctx, a, client, id, "account.reset_withdrawn", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		ended, err := endReset(ctx, tx, t.ID, id, resetWithdrawn)
		if err == nil && !ended {
			err = errUnchanged
		}
		return err
	})
}

func endReset(ctx context.Context, tx *db.Tx, tenantID, account, outcome string) (bool, error) {
	n, err := tx.Exec(ctx, `update factor_reset set ended_at = $3, outcome = $4 where tenant_id = $1 and account_id = $2 and ended_at is null`,
		tenantID, account, tx.Now(), outcome)
	return n > 0, err
}

// lapseReset ends the reset of somebody who has his factor after all.
func lapseReset(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	ended, err := endReset(ctx, tx, tenantID, account, resetLapsed)
	if err != nil || !ended {
		return err
	}
	return audit.Record(ctx, tx, authn.System(tenantID, JobReset), audit.Entry{
		Event: "account.reset_lapsed", Objects: []audit.Object{{Kind: "account", ID: account}},
	})
}

// ResetJob returns the job that drops the factors of an account, unless its reset has ended.
func (i *Identity) ResetJob() jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var reset string
		if err := json.Unmarshal(j.Payload, &reset); err != nil {
			return nil, err
		}
		t, err := i.tenants.Get(ctx, j.Tenant)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error { return i.reset(ctx, tx, t, reset) }, nil
	}
}

func (i *Identity) reset(ctx context.Context, tx *db.Tx, t *tenant.Tenant, id string) error {
	var account string
	err := tx.QueryRow(ctx, `update factor_reset set ended_at = $3, outcome = $4 where tenant_id = $1 and id = $2 and ended_at is null and due_at <= $3 returning account_id`,
		t.ID, id, tx.Now(), resetDone).Scan(&account)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := dropFactors(ctx, tx, t.ID, account); err != nil {
		return err
	}
	return i.tell(ctx, tx, t, authn.System(t.ID, JobReset), account, "account.factors_dropped", changed{"reset_done", ""})
}

// ResetFactor drops an employee's factors, so that the next login makes a new one. It is for the
// operator, who has established who asks.
func (i *Identity) ResetFactor(ctx context.Context, tenantID, email string) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := db.One(ctx, tx, db.Value[string], `select id from account where tenant_id = $1 and face = 'office' and email_key = $2`, tenantID, strings.ToLower(email))
		if err != nil {
			return err
		}
		if err := dropFactors(ctx, tx, tenantID, id); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, tenantID, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "admin"), audit.Entry{Event: "account.factor_reset", Objects: []audit.Object{{Kind: "account", ID: id}}})
	})
}
