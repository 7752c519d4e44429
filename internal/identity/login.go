package identity

import (
	"context"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	sessionLife = 10 * time.Hour
	stepLife    = 10 * time.Minute // between password and code
	maxCodes    = 5
	// DeviceLife is how long a browser counts as the owner's own after a full login.
	DeviceLife = 180 * 24 * time.Hour
)

// Attempt is a try to log in.
type Attempt struct {
	Email, Password string
	Device          string // the device cookie, "" for an unknown browser
	Origin          string // network prefix
}

// Outcome is what a try led to: a session, or a step that a second factor must finish.
type Outcome struct {
	Session string // the secret for the session's cookie
	Device  string // the value for the device cookie
	First   bool   // the account's first login (N5)
	Step    string // the secret of the step, when a factor is still asked
	Enrol   bool   // the account has no factor yet and must make one
	Account string
}

// Login checks a password. Wrong and unknown give the same error; counters of failures are
// committed before the answer, apart from everything else (security.md 0.4).
func (i *Identity) Login(ctx context.Context, t *tenant.Tenant, face access.Face, in Attempt) (Outcome, error) {
	key := strings.ToLower(strings.TrimSpace(in.Email))
	known := i.deviceOf(t, in.Device, key)
	gate := gateFor("login", face, key, known, in.Origin)
	if err := i.checkGate(ctx, t.ID, gate); err != nil {
		return Outcome{}, err
	}
	var id, hash, state, role string
	var totp []byte
	err := i.db.QueryRow(ctx, `select id, password_hash, state, role, totp_secret from account where tenant_id = $1 and face = $2 and email_key = $3`,
		t.ID, string(face), key).Scan(&id, &hash, &state, &role, &totp)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Outcome{}, err
	}
	ok, err := i.hash.matches(ctx, hash, in.Password)
	if err != nil {
		return Outcome{}, err
	}
	if !ok || hash == "" || state != Active {
		return Outcome{}, i.failed(ctx, t, id, in.Origin, gate)
	}
	if face == access.Office {
		return i.startStep(ctx, t, id, len(totp) == 0)
	}
	return i.finish(ctx, t, access.Portal, id, "password", in.Origin, gate)
}

func (i *Identity) startStep(ctx context.Context, t *tenant.Tenant, account string, enrol bool) (Outcome, error) {
	var secret string
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		secret, err = putToken(ctx, tx, t.ID, account, "login", stepLife)
		return err
	})
	return Outcome{Step: secret, Enrol: enrol, Account: account}, err
}

// finish is the one function that makes sessions.
func (i *Identity) finish(ctx context.Context, t *tenant.Tenant, face access.Face, account, means, origin string, gate []string) (Outcome, error) {
	var out Outcome
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = i.openSession(ctx, tx, t, face, account, means, origin)
		if err != nil {
			return err
		}
		return forgive(ctx, tx, t.ID, gate)
	})
	return out, err
}

func (i *Identity) openSession(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, means, origin string) (Outcome, error) {
	out := Outcome{Session: newSecret(), Account: account}
	id := authn.HashToken(out.Session)
	var first *db.Time
	var key string
	err := tx.QueryRow(ctx, `select first_login_at, email_key from account where tenant_id = $1 and id = $2 and face = $3 and state = 'active'`,
		t.ID, account, string(face)).Scan(&first, &key)
	if err != nil {
		return Outcome{}, err
	}
	out.First, out.Device = first == nil, i.newDevice(t, key, tx.Now().Time)
	_, err = tx.Exec(ctx, `insert into session (tenant_id, id, account_id, face, means, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $6, $7)`,
		t.ID, id, account, string(face), means, tx.Now(), db.At(tx.Now().Add(sessionLife)))
	if err != nil {
		return Outcome{}, err
	}
	_, err = tx.Exec(ctx, `update account set last_login_at = $3, first_login_at = coalesce(first_login_at, $3) where tenant_id = $1 and id = $2`,
		t.ID, account, tx.Now())
	if err != nil {
		return Outcome{}, err
	}
	return out, recordFor(ctx, tx, t.ID, account, origin, "session.started", means)
}

func recordFor(ctx context.Context, tx *db.Tx, tenantID, account, origin, event, means string) error {
	return audit.Record(ctx, tx, authn.Nobody(tenantID, origin), audit.Entry{
		Event:   event,
		Objects: []audit.Object{{Kind: "account", ID: account}}, Detail: map[string]string{"means": means},
	})
}

// Logout ends the scope's session (N53).
func (i *Identity) Logout(ctx context.Context, s access.Scope) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and id = $2 and ended_at is null`, s.Tenant(), s.Session(), tx.Now())
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "session.ended"})
	})
}

// Touch notes that a session is in use.
func (i *Identity) Touch(ctx context.Context, s access.Scope) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update session set seen_at = $3 where tenant_id = $1 and id = $2 and ended_at is null`, s.Tenant(), s.Session(), tx.Now())
		return err
	})
}
