package mandate

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// JobOffer is the kind of the job that mails whoever is asked to act, if the address has an account.
const JobOffer = "mandate.offer"

const (
	maxProof = 500 // characters
	// maxOffers is how many a client may make in offerTime: each is a mail to somebody else.
	maxOffers = 10
	offerTime = 24 * time.Hour
)

// Draft is a mandate as it was filled in.
type Draft struct {
	Email, Ground    string
	Rights           access.Rights
	Starts, Ends     time.Time // the zero time is now, and never
	ProofKind, Proof string    // of staff alone
}

// check returns the address in the form in which it is compared.
func (in *Draft) check(now time.Time, grounds []string) (string, error) {
	var f errs.Fields
	key := identity.CheckEmail(&f, in.Email)
	if !slices.Contains(grounds, in.Ground) {
		f.Add("ground", "field.choose")
	}
	if in.Rights &= access.OwnRights; in.Rights == 0 {
		f.Add("rights", "mandate.no_rights")
	} else if _, whole := access.ParseRights(in.Rights.String()); !whole {
		f.Add("rights", "mandate.rights_need")
	}
	if in.Starts.Before(now) {
		in.Starts = now
	}
	if !in.Ends.IsZero() && !in.Ends.After(in.Starts) {
		f.Add("ends", "mandate.ends_early")
	}
	return key, f.Err()
}

func (in *Draft) checkProof() error {
	var f errs.Fields
	in.Proof = strings.TrimSpace(in.Proof)
	if !slices.Contains(Proofs, in.ProofKind) {
		f.Add("proof_kind", "field.choose")
	}
	switch n := utf8.RuneCountInString(in.Proof); {
	case n == 0:
		f.Add("proof", "field.required")
	case n > maxProof:
		f.Add("proof", "field.too_long", "max", maxProof)
	}
	return f.Err()
}

// Give offers a mandate to whoever has an address. Whether somebody has shows nowhere: not in the answer, not in the
// time it takes, and not in what the client sees of it. Once is the form's key.
func (ms *Mandates) Give(ctx context.Context, a access.Client, once string, in Draft) error {
	s, now := a.Scope(), ms.db.Clock().Now()
	if !a.Gives() {
		return errs.New(errs.Forbidden, "")
	}
	if err := access.RequireRecent(s, now, identity.ManageWithin); err != nil {
		return err
	}
	key, err := in.check(now, Given)
	if err == nil && !in.Rights.Within(s.Rights()) {
		err = errs.New(errs.Forbidden, "")
	}
	if err != nil {
		return err
	}
	return ms.once(ctx, s, once, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant) error {
		made, err := db.One(ctx, tx, db.Value[int], `select count(*) from mandate where tenant_id = $1 and client_id = $2 and created_at > $3`, t.ID, s.Client(), db.At(now.Add(-offerTime)))
		if err == nil && made >= maxOffers {
			err = &errs.Error{Kind: errs.Limited, Key: "mandate.too_many", RetryAfter: offerTime}
		}
		if err != nil {
			return err
		}
		account, err := ms.find(ctx, tx, t.ID, s.Client(), key)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		id := tx.NewID()
		if err := ms.insert(ctx, tx, t, s, id, s.Client(), account, in); err != nil {
			return err
		}
		if err := jobs.Enqueue(ctx, tx, t.ID, JobOffer, id); err != nil {
			return err
		}
		if err := ms.tellClient(ctx, tx, t, s.Client(), identity.MandateGiven, in.Email); err != nil {
			return err
		}
		return record(ctx, tx, s, "mandate.given", s.Client(), id, map[string]string{"offered": in.Rights.String()})
	})
}

// Record notes a mandate of which staff have seen the proof. It is in force at once, or from its day on.
func (ms *Mandates) Record(ctx context.Context, a access.Staff, client, once string, in Draft) error {
	s, now := a.Scope(), ms.db.Clock().Now()
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	if err := db.Guard(1, ms.db.QueryRow(ctx, `select 1 from client where tenant_id = $1 and id = $2`, s.Tenant(), client).Scan(new(int)), nil); err != nil {
		return err
	}
	key, err := in.check(now, Grounds)
	fields := errs.FieldsOf(err)
	if err == nil || fields != nil {
		fields = append(fields, errs.FieldsOf(in.checkProof())...)
		err = fields.Err()
	}
	if err != nil {
		return err
	}
	return ms.once(ctx, s, once, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant) error {
		account, err := ms.find(ctx, tx, t.ID, client, key)
		if errs.Is(err, errs.NotFound) {
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "email", Key: "mandate.no_account"}}}
		}
		if err != nil {
			return err
		}
		id := tx.NewID()
		if err := ms.insert(ctx, tx, t, s, id, client, account, in); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update mandate set accepted_at = created_at where tenant_id = $1 and id = $2`, t.ID, id); err != nil {
			return err
		}
		if err := ms.tellBoth(ctx, tx, t, id, identity.MandateActive); err != nil {
			return err
		}
		return record(ctx, tx, s, "mandate.recorded", client, id, map[string]string{"old": "", "new": in.Rights.String()})
	})
}

func (ms *Mandates) once(ctx context.Context, s access.Scope, once string, f func(context.Context, *db.Tx, *tenant.Tenant) error) error {
	t, err := ms.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return ms.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, fresh, err := tx.Once(ctx, t.ID, s.Account(), once); err != nil || !fresh {
			return err
		}
		if err := f(ctx, tx, t); err != nil {
			return err
		}
		return tx.Finish(ctx, t.ID, s.Account(), once, "")
	})
}

// find returns the account that has an address, NotFound when nobody has it. One of the client itself needs no
// mandate, and one that has a mandate already no second one.
func (ms *Mandates) find(ctx context.Context, tx *db.Tx, tenantID, client, key string) (string, error) {
	had, err := db.One(ctx, tx, db.Value[int], `select count(*) from mandate m where m.tenant_id = $1 and m.client_id = $2 and lower(m.email) = $3
		and m.revoked_at is null and (m.ends_at is null or m.ends_at > $4) and (m.accepted_at is not null or m.created_at > $5)`, tenantID, client, key, tx.Now(), db.At(tx.Now().Add(-offerLife)))
	if err == nil && had > 0 {
		err = &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "email", Key: "mandate.already"}}}
	}
	if err != nil {
		return "", err
	}
	var id, of string
	err = tx.QueryRow(ctx, `select id, client_id from account where tenant_id = $1 and face = 'portal' and email_key = $2 and state = 'active'`, tenantID, key).Scan(&id, &of)
	if err == nil && of == client {
		err = &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "email", Key: "mandate.own"}}}
	}
	return id, err
}

func (ms *Mandates) insert(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, id, client, account string, in Draft) error {
	var ends *db.Time
	if !in.Ends.IsZero() {
		at := db.At(in.Ends)
		ends = &at
	}
	var proof []byte
	if in.Proof != "" {
		proof = t.Key.Seal([]byte(in.Proof), proofAAD(t.ID, id))
	}
	_, err := tx.Exec(ctx, `insert into mandate (tenant_id, id, client_id, account_id, email, ground, rights, starts_at, ends_at, proof_kind, proof, created_at, created_by)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		t.ID, id, client, account, strings.TrimSpace(in.Email), in.Ground, in.Rights.String(), db.At(in.Starts), ends, in.ProofKind, proof, tx.Now(), s.Account())
	return err
}

// OfferJob returns the job that mails an offer to the account to which it was made, if there is one.
func (ms *Mandates) OfferJob() jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var id string
		if err := json.Unmarshal(j.Payload, &id); err != nil {
			return nil, err
		}
		t, err := ms.tenants.Get(ctx, j.Tenant)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error {
			m, err := db.One(ctx, tx, scanMandate, selectMandate+`and m.id = $2`, t.ID, id)
			if err != nil || m.Account == "" || !m.Open(tx.Now().Time) {
				return err
			}
			return ms.identity.MailMandate(ctx, tx, t, m.Account, identity.MandateOffered, m.ClientName, "")
		}, nil
	}
}

// Accept takes a mandate that was offered to the account. One that is no longer offered is a Conflict.
func (ms *Mandates) Accept(ctx context.Context, a access.Client, id string) error {
	s := a.Scope()
	t, err := ms.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return ms.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update mandate set accepted_at = $4, version = version + 1 where tenant_id = $1 and id = $2 and account_id = $3 and accepted_at is null
			and revoked_at is null and (ends_at is null or ends_at > $4) and created_at > $5`, t.ID, id, s.Account(), tx.Now(), db.At(tx.Now().Add(-offerLife)))
		if err != nil {
			return err
		}
		m, err := db.One(ctx, tx, scanMandate, selectMandate+ofAccount+`and m.id = $3`, t.ID, s.Account(), id)
		if err != nil {
			return err
		}
		if n == 0 {
			if m.AcceptedAt != nil && m.Open(tx.Now().Time) { // the second of two clicks
				return nil
			}
			return errs.New(errs.Conflict, "mandate.not_offered")
		}
		if err := ms.tellBoth(ctx, tx, t, id, identity.MandateActive); err != nil {
			return err
		}
		return record(ctx, tx, s, "mandate.accepted", m.Client, id, map[string]string{"old": "", "new": m.Rights.String()})
	})
}

// End ends a mandate for good: by whoever acts, or by any account of the client for whom. What has ended stays so.
func (ms *Mandates) End(ctx context.Context, a access.Client, id string) error {
	m, err := ms.Mine(ctx, a, id)
	if err != nil {
		return err
	}
	return ms.end(ctx, a.Scope(), m.Client, id)
}

// EndAsStaff is End by an employee.
func (ms *Mandates) EndAsStaff(ctx context.Context, a access.Staff, client, id string) error {
	if _, err := db.One(ctx, ms.db, scanMandate, selectMandate+ofClient+`and m.id = $3`, a.Scope().Tenant(), client, id); err != nil {
		return err
	}
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	return ms.end(ctx, a.Scope(), client, id)
}

func (ms *Mandates) end(ctx context.Context, s access.Scope, client, id string) error {
	t, err := ms.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return ms.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update mandate set revoked_at = $4, revoked_by = $5, version = version + 1 where tenant_id = $1 and client_id = $2 and id = $3 and revoked_at is null
			and (ends_at is null or ends_at > $4)`, t.ID, client, id, tx.Now(), s.Account())
		if err != nil || n == 0 {
			return err
		}
		m, err := db.One(ctx, tx, scanMandate, selectMandate+ofClient+`and m.id = $3`, t.ID, client, id)
		if err != nil {
			return err
		}
		if m.Account != "" {
			if err := notify.Forget(ctx, tx, t.ID, m.Account, client); err != nil {
				return err
			}
		}
		if err := ms.tellBoth(ctx, tx, t, id, identity.MandateEnded); err != nil {
			return err
		}
		rights := map[string]string{"offered": m.Rights.String()}
		if m.AcceptedAt != nil {
			rights = map[string]string{"old": m.Rights.String(), "new": ""}
		}
		return record(ctx, tx, s, "mandate.ended", client, id, rights)
	})
}

// tellBoth mails whoever acts, and the client for whom. Before it is accepted the client reads the address, not a name.
func (ms *Mandates) tellBoth(ctx context.Context, tx *db.Tx, t *tenant.Tenant, id, kind string) error {
	m, err := db.One(ctx, tx, scanMandate, selectMandate+`and m.id = $2`, t.ID, id)
	if err != nil {
		return err
	}
	who := m.AccountName
	if who == "" {
		who = m.Email
	}
	if m.Account != "" {
		if err := ms.identity.MailMandate(ctx, tx, t, m.Account, kind, m.ClientName, who); err != nil {
			return err
		}
	}
	return ms.tellClient(ctx, tx, t, m.Client, kind, who)
}

func (ms *Mandates) tellClient(ctx context.Context, tx *db.Tx, t *tenant.Tenant, client, kind, who string) error {
	name, err := db.One(ctx, tx, db.Value[string], `select name from client where tenant_id = $1 and id = $2`, t.ID, client)
	if err != nil {
		return err
	}
	accounts, err := db.All(ctx, tx, db.Value[string], `select id from account where tenant_id = $1 and client_id = $2 and face = 'portal' and role = 'client'`, t.ID, client)
	for _, id := range accounts {
		if err := ms.identity.MailMandate(ctx, tx, t, id, kind, name, who); err != nil {
			return err
		}
	}
	return err
}

// record notes an event with the rights before and after it.
func record(ctx context.Context, tx *db.Tx, s access.Scope, event, client, id string, rights map[string]string) error {
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Client: client, Objects: []audit.Object{{Kind: "mandate", ID: id}}, Detail: rights})
}
