package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

const (
	stepLife = 10 * time.Minute // between password and code
	maxCodes = 5
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
	Stage   string // where a first log-in goes on, "" when there is none or it is over
	Account string
	With    Kind     // the factor that finished a step, or that the step asks first
	Codes   []string // recovery codes to show, this once
	Left    int      // recovery codes, after one was used
}

// Login checks a password. Wrong and unknown give the same error. A try is counted, and the count
// committed, before the password is looked at (security.md 0.4).
func (i *Identity) Login(ctx context.Context, t *tenant.Tenant, face access.Face, in Attempt) (Outcome, error) {
	key := strings.ToLower(strings.TrimSpace(in.Email))
	known := i.deviceOf(t, in.Device, key)
	gate := gateFor("login", face, key, known, in.Origin)
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) })
	if err != nil {
		return Outcome{}, err
	}
	who, right, err := i.knows(ctx, t, face, key, in.Password)
	switch {
	case err != nil: // busy, or the database is away: nobody failed
		return Outcome{}, errors.Join(err, i.giveBack(ctx, t.ID, gate))
	case !right:
		return Outcome{}, i.failed(ctx, t, who, in.Origin)
	case who.goesOn(t):
		return i.startFirst(ctx, t, who, gate)
	}
	var out Outcome
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if out, err = i.proceed(ctx, tx, t, face, who.id, in.Origin); err != nil {
			return err
		}
		if out.Step != "" {
			return leave(ctx, tx, t.ID, gate)
		}
		return forgive(ctx, tx, t.ID, gate)
	})
	return out, err
}

// giveBack takes back the count of a try that nobody could judge.
func (i *Identity) giveBack(ctx context.Context, tenantID string, gate []string) error {
	return i.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error { return leave(ctx, tx, tenantID, gate) })
}

// known is the account of an address; its id is "" for an address without one.
type known struct {
	id      string
	stage   string // how far its first log-in is
	byEmail bool   // the name that was typed is its e-mail address
}

// knows checks the password of an address. It takes as long for one without an account, whose id is "".
func (i *Identity) knows(ctx context.Context, t *tenant.Tenant, face access.Face, emailKey, password string) (known, bool, error) {
	var who known
	var hash, state string
	err := i.db.QueryRow(ctx, `select id, password_hash, state, stage, email_key = $3 from account
		where tenant_id = $1 and face = $2 and (email_key = $3 or login_name = $3)`, t.ID, string(face), emailKey).
		Scan(&who.id, &hash, &state, &who.stage, &who.byEmail)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return who, false, err
	}
	if who.stage == StageLetter {
		password = fromPaper(password)
	}
	ok, err := i.hash.matches(ctx, t.ID, hash, password)
	if err != nil || !ok || hash == "" {
		return who, false, err
	}
	if who.stage == StageLetter && state == Invited {
		ok, err = letters.Works(ctx, i.db, t.ID, who.id, letters.KindLogin, db.At(i.db.Clock().Now()))
		return who, ok, err
	}
	return who, state == Active, nil
}

// failed records a failure and returns the one answer for all of them.
func (i *Identity) failed(ctx context.Context, t *tenant.Tenant, who known, origin string) error {
	err := i.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		if who.stage == StageLetter {
			if err := letters.Tried(ctx, tx, t.ID, who.id, letters.KindLogin); err != nil {
				return err
			}
		}
		return recordFor(ctx, tx, t.ID, who.id, origin, "session.refused", "password")
	})
	if err != nil {
		return err
	}
	return errs.New(errs.Invalid, "login.failed")
}

// openSession is the one function that makes sessions.
func (i *Identity) openSession(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, means, origin string) (Outcome, error) {
	out := Outcome{Session: NewSecret(), Account: account}
	id := authn.HashToken(out.Session)
	var first *db.Time
	var key string
	err := tx.QueryRow(ctx, `select first_login_at, email_key from account where tenant_id = $1 and id = $2 and face = $3 and state = 'active'`,
		t.ID, account, string(face)).Scan(&first, &key)
	if err != nil {
		return Outcome{}, err
	}
	out.First, out.Device = first == nil, i.newDevice(t, key, tx.Now().Time)
	_, err = tx.Exec(ctx, `insert into session (tenant_id, id, account_id, face, means, created_at, seen_at, expires_at, language)
		select $1, $2, $3, $4, $5, $6, $6, $7, language from account where tenant_id = $1 and id = $3`,
		t.ID, id, account, string(face), means, tx.Now(), db.At(tx.Now().Add(t.Settings.Sessions.Limits().Life)))
	if err != nil {
		return Outcome{}, err
	}
	// Whoever gets in has his first log-in behind him. Where the address has taken its place (K12), the name of the letter is given up.
	_, err = tx.Exec(ctx, `update account set last_login_at = $3, first_login_at = coalesce(first_login_at, $3), stage = '',
		login_name = case when stage = 'confirm' then null else login_name end where tenant_id = $1 and id = $2`,
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
		_, err := tx.Exec(ctx, `update session set seen_at = $3, silent_until = case when silent_until is null then silent_until else $4 end
			where tenant_id = $1 and id = $2 and ended_at is null`, s.Tenant(), s.Session(), tx.Now(), db.At(tx.Now().Add(authn.Silence)))
		return err
	})
}
