package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
)

// Kind is a second factor, or what stands in for one.
type Kind string

// The kinds: an authenticator app, a telephone that gets codes, a passkey, and a recovery code.
const (
	TOTP     Kind = "totp"
	SMS      Kind = "sms"
	Passkey  Kind = "passkey"
	Recovery Kind = "recovery"
)

// Factor is what an account shows besides its password. Number is that of a telephone, masked, and Landline
// whether it is only called; a passkey, of which an account can have several, has an id and a name.
type Factor struct {
	Kind        Kind
	ID, Name    string
	Number      string
	Landline    bool
	ConfirmedAt db.Time
	UsedAt      *db.Time
}

const totpPeriod = 30

// aad is the place of a factor's secret; that of an app is where it was before factors had a table.
func (k Kind) aad(tenantID, account string) string {
	if k == TOTP {
		return "account|totp_secret|" + tenantID + "|" + account
	}
	return "factor|" + string(k) + "|" + tenantID + "|" + account
}

const selectFactors = `select kind, secret, confirmed_at, used_at from factor where tenant_id = $1 and account_id = $2 order by coalesce(used_at, confirmed_at) desc, kind desc`

// last is when a factor was used, or else linked.
func (f Factor) last() time.Time {
	if f.UsedAt != nil {
		return f.UsedAt.Time
	}
	return f.ConfirmedAt.Time
}

// factors returns those of an account, the one that was used last first.
func factors(ctx context.Context, r db.Reader, t *tenant.Tenant, account string) ([]Factor, error) {
	list, err := codeFactors(ctx, r, t, account)
	if err != nil {
		return nil, err
	}
	keys, err := passkeys(ctx, r, t.ID, account)
	list = append(list, keys...)
	slices.SortStableFunc(list, func(a, b Factor) int { return b.last().Compare(a.last()) })
	return list, err
}

// codeFactors returns the factors of an account that give codes.
func codeFactors(ctx context.Context, r db.Reader, t *tenant.Tenant, account string) ([]Factor, error) {
	return db.All(ctx, r, func(scan db.Scan) (Factor, error) {
		var f Factor
		var sealed []byte
		err := scan(&f.Kind, &sealed, &f.ConfirmedAt, &f.UsedAt)
		if err != nil || f.Kind != SMS {
			return f, err
		}
		n, err := openNumber(t, sealed, SMS.aad(t.ID, account))
		f.Number, f.Landline = n.Masked(), n.Landline()
		return f, err
	}, selectFactors, t.ID, account)
}

func openNumber(t *tenant.Tenant, sealed []byte, aad string) (sms.Number, error) {
	plain, err := t.Key.Open(sealed, aad)
	if err != nil {
		return sms.Number{}, err
	}
	return sms.Stored(string(plain))
}

// storeFactor links a factor to an account, in place of the one of its kind that it had.
func storeFactor(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string, k Kind, secret string) error {
	_, err := tx.Exec(ctx, `insert into factor (tenant_id, id, account_id, kind, secret, confirmed_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (tenant_id, account_id, kind) do update set secret = $5, step = 0, confirmed_at = $6, used_at = null`,
		t.ID, tx.NewID(), account, string(k), t.Key.Seal([]byte(secret), k.aad(t.ID, account)), tx.Now())
	return err
}

// dropFactors takes every factor and recovery code from an account, and voids what was sent to it.
func dropFactors(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	if _, err := tx.Exec(ctx, `delete from factor where tenant_id = $1 and account_id = $2`, tenantID, account); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from passkey where tenant_id = $1 and account_id = $2`, tenantID, account); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, voidCodes, tenantID, account, tx.Now()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from recovery_code where tenant_id = $1 and account_id = $2`, tenantID, account)
	return err
}

// Enrolment is an app that is being linked: the secret as text and as a QR code (PNG).
type Enrolment struct {
	Secret string
	QR     []byte
}

// Grouped returns the secret as people type it over: in groups of four.
func (e Enrolment) Grouped() string {
	var groups []string
	for s := e.Secret; s != ""; s = s[min(4, len(s)):] {
		groups = append(groups, s[:min(4, len(s))])
	}
	return strings.Join(groups, " ")
}

// NewTOTP makes a secret for an authenticator app.
func NewTOTP() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// enrolSecret derives the secret of an app that is being linked from what it is linked in, a step or a
// page of a session, and the tenant's key, so that nothing is stored before the first right code.
func enrolSecret(t *tenant.Tenant, within ...string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(t.Key.MAC("enrol", within...)[:20])
}

func enrolment(t *tenant.Tenant, address, secret string) (Enrolment, error) {
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

// momentOf returns the moment whose code this is, of those that count now: the clock of a telephone
// may be half a minute off. A moment up to last was used before.
func momentOf(secret, code string, now time.Time, last int64) (int64, bool, error) {
	at := now.Unix() / totpPeriod
	for _, m := range []int64{at - 1, at, at + 1} {
		want, err := totp.GenerateCode(secret, time.Unix(m*totpPeriod, 0))
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && m > last {
			return m, true, nil
		}
	}
	return 0, false, nil
}

// useTOTP checks a code of the account's app and remembers its moment, so that it and every earlier
// one are never accepted again.
func useTOTP(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, code string) (bool, error) {
	var sealed []byte
	var last int64
	err := tx.QueryRow(ctx, `select secret, step from factor where tenant_id = $1 and account_id = $2 and kind = 'totp'`, t.ID, account).Scan(&sealed, &last)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	secret, err := t.Key.Open(sealed, TOTP.aad(t.ID, account))
	if err != nil {
		return false, err
	}
	m, right, err := momentOf(string(secret), code, tx.Now().Time, last)
	if err != nil || !right {
		return false, err
	}
	// Where two tries come at once, one finds that the other has used the code.
	n, err := tx.Exec(ctx, `update factor set step = $3, used_at = $4 where tenant_id = $1 and account_id = $2 and kind = 'totp' and step < $3`,
		t.ID, account, m, tx.Now())
	return n == 1, err
}

// linkTOTP links an app whose secret proves itself by its code.
func linkTOTP(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, secret, code string) (bool, error) {
	m, right, err := momentOf(secret, code, tx.Now().Time, 0)
	if err != nil || !right {
		return false, err
	}
	if err := storeFactor(ctx, tx, t, account, TOTP, secret); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `update factor set step = $3 where tenant_id = $1 and account_id = $2 and kind = 'totp'`, t.ID, account, m)
	return err == nil, err
}
