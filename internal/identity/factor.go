package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const totpPeriod = 30

func totpAAD(tenantID, account string) string {
	return "account|totp_secret|" + tenantID + "|" + account
}

func storeTOTP(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, secret string) error {
	_, err := tx.Exec(ctx, `update account set totp_secret = $3, totp_step = 0, version = version + 1 where tenant_id = $1 and id = $2`,
		t.ID, account, t.Key.Seal([]byte(secret), totpAAD(t.ID, account)))
	return err
}

// Enrolment is a factor that is being made: the secret as text and as a QR code (PNG).
type Enrolment struct {
	Secret string
	QR     []byte
}

// NewTOTP makes a secret for an authenticator app.
func NewTOTP() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// Enrol returns the secret that belongs to a step: derived from the step's secret and the tenant's
// key, so that nothing is stored before the first right code.
func (i *Identity) Enrol(ctx context.Context, t *tenant.Tenant, step string) (Enrolment, error) {
	_, address, err := i.step(ctx, t.ID, step)
	if err != nil {
		return Enrolment{}, err
	}
	secret := enrolSecret(t, step)
	key, err := otp.NewKeyFromURL("otpauth://totp/" + url.PathEscape(t.Name+":"+address) + "?secret=" + secret + "&issuer=" + url.QueryEscape(t.Name))
	if err != nil {
		return Enrolment{}, err
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return Enrolment{}, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: secret, QR: b.Bytes()}, nil
}

func enrolSecret(t *tenant.Tenant, step string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(t.Key.MAC("enrol", step)[:20])
}

// step returns whose a step is, with the key of his address.
func (i *Identity) step(ctx context.Context, tenantID, secret string) (account, emailKey string, err error) {
	var tries int
	err = i.db.QueryRow(ctx, `select k.account_id, k.tries, a.email_key from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
		where k.tenant_id = $1 and k.id = $2 and k.purpose = 'login' and k.used_at is null and k.expires_at > $3`,
		tenantID, authn.HashToken(secret), db.At(i.db.Clock().Now())).Scan(&account, &tries, &emailKey)
	if err == nil && tries >= maxCodes {
		err = errs.Missing()
	}
	return account, emailKey, err
}

// noSpace takes the spaces out of a code, which people type as they see it.
func noSpace(code string) string { return strings.Join(strings.Fields(code), "") }

// CodeAttempt is a try to finish a step.
type CodeAttempt struct {
	Step, Code string
	Enrol      bool   // the code is of a factor that is being made
	Device     string // the device cookie, "" for an unknown browser
	Origin     string // network prefix
}

// Code finishes a step with a code of the authenticator app; with Enrol it also stores the factor.
// A code is used once. Five wrong ones end the step, and are counted for the account as wrong
// passwords are: who knows the password could begin steps without end.
func (i *Identity) Code(ctx context.Context, t *tenant.Tenant, in CodeAttempt) (Outcome, error) {
	account, key, err := i.step(ctx, t.ID, in.Step)
	if errs.Is(err, errs.NotFound) {
		return Outcome{}, errs.New(errs.Unauthenticated, "login.step_over")
	}
	if err != nil {
		return Outcome{}, err
	}
	gate := gateFor("code", access.Office, key, i.deviceOf(t, in.Device, key), in.Origin)
	in.Code = noSpace(in.Code)
	var out Outcome
	right := false
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := enter(ctx, tx, t.ID, gate)
		if err != nil {
			return err
		}
		if out, right, err = i.tryCode(ctx, tx, t, account, in); err != nil {
			return err
		}
		if right {
			return forgive(ctx, tx, t.ID, gate)
		}
		return recordFor(ctx, tx, t.ID, account, in.Origin, "session.refused", "password+totp")
	})
	if err == nil && !right {
		var f errs.Fields
		f.Add("code", "code.wrong")
		err = f.Err()
	}
	return out, err
}

// tryCode counts the try of a step and opens a session when the code is right.
func (i *Identity) tryCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string, in CodeAttempt) (Outcome, bool, error) {
	n, err := tx.Exec(ctx, `update account_token set tries = tries + 1 where tenant_id = $1 and id = $2 and used_at is null and tries < $3`,
		t.ID, authn.HashToken(in.Step), maxCodes)
	if err != nil || n == 0 {
		return Outcome{}, false, err
	}
	if right, err := i.useCode(ctx, tx, t, account, in.Step, in.Code, in.Enrol); err != nil || !right {
		return Outcome{}, false, err
	}
	if _, err := tx.Exec(ctx, `update account_token set used_at = $3 where tenant_id = $1 and id = $2`, t.ID, authn.HashToken(in.Step), tx.Now()); err != nil {
		return Outcome{}, false, err
	}
	out, err := i.openSession(ctx, tx, t, access.Office, account, "password+totp", in.Origin)
	return out, err == nil, err
}

// useCode checks a code against the account's factor and remembers its step in time, so that it
// and every earlier one are never accepted again.
func (i *Identity) useCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, step, code string, enrol bool) (bool, error) {
	var sealed []byte
	var last int64
	err := tx.QueryRow(ctx, `select totp_secret, totp_step from account where tenant_id = $1 and id = $2`, t.ID, account).Scan(&sealed, &last)
	if err != nil || enrol != (len(sealed) == 0) {
		return false, err
	}
	secret := enrolSecret(t, step)
	if !enrol {
		plain, err := t.Key.Open(sealed, totpAAD(t.ID, account))
		if err != nil {
			return false, err
		}
		secret = string(plain)
	}
	now := tx.Now().Unix() / totpPeriod
	for _, at := range []int64{now - 1, now, now + 1} {
		want, err := totp.GenerateCode(secret, time.Unix(at*totpPeriod, 0))
		if err != nil {
			return false, err
		}
		if want != code || at <= last {
			continue
		}
		if enrol {
			if err := storeTOTP(ctx, tx, t, account, secret); err != nil {
				return false, err
			}
		}
		// Where two tries come at once, one finds that the other has used the code.
		n, err := tx.Exec(ctx, `update account set totp_step = $3 where tenant_id = $1 and id = $2 and totp_step < $3`, t.ID, account, at)
		return n == 1, err
	}
	return false, nil
}

// ResetFactor drops an employee's factor, so that the next login makes a new one. It is for the
// operator, who has established who asks.
func (i *Identity) ResetFactor(ctx context.Context, tenantID, email string) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var id string
		err := tx.QueryRow(ctx, `update account set totp_secret = null, totp_step = 0, version = version + 1
			where tenant_id = $1 and face = 'office' and email_key = $2 returning id`, tenantID, strings.ToLower(email)).Scan(&id)
		if err != nil {
			return err
		}
		if err := endSessions(ctx, tx, tenantID, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "admin"), audit.Entry{Event: "account.factor_reset", Objects: []audit.Object{{Kind: "account", ID: id}}})
	})
}
