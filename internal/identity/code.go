package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/notify"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
)

const (
	codeLife = 10 * time.Minute
	// A next code for the same act is sent after half a minute, and at most maxSends for all acts of an
	// account in a day: whoever knows a password must not have a telephone ring all night.
	codePause = 30 * time.Second
	maxSends  = 10
	sendsTime = 24 * time.Hour
)

// The purposes of a code that is sent.
const (
	forLogin    = "login"
	forLink     = "link"
	forConfirm  = "confirm"
	forApproval = "approve"
)

// act is what a sent code is for: nothing else accepts it.
type act struct {
	account, purpose string
	action           string    // which one of its kind: the step, the session, what is said of which approval
	about            Statement // of an approval, for the words of the message
}

func (a act) mac(t *tenant.Tenant, id, code string) []byte {
	return t.Key.MAC("sent_code", id, a.account, a.purpose, a.action, code)
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("identity: code: %w", err)
	}
	return fmt.Sprintf("%06d", n.Int64()), nil
}

// mayWait is the error of a code that is not sent, since others were.
func mayWait(key string, wait time.Duration) error {
	return &errs.Error{Kind: errs.Limited, Key: key, RetryAfter: wait}
}

// maySend returns a Limited error when a code for the same act went out a moment ago, or too many did
// today.
func maySend(ctx context.Context, tx *db.Tx, tenantID string, a act) error {
	var n, now int
	err := tx.QueryRow(ctx, `select count(*), coalesce(sum(case when purpose = $4 and action = $5 and created_at > $6 then 1 else 0 end), 0)
		from sent_code where tenant_id = $1 and account_id = $2 and created_at > $3`,
		tenantID, a.account, db.At(tx.Now().Add(-sendsTime)), a.purpose, a.action, db.At(tx.Now().Add(-codePause))).Scan(&n, &now)
	switch {
	case err != nil:
		return err
	case now > 0:
		return mayWait("code.just_sent", codePause)
	case n >= maxSends:
		return mayWait("code.no_more", sendsTime)
	}
	return nil
}

// Calls reports whether a code can be spoken on a call: the provider and the organisation make them.
func (i *Identity) Calls(t *tenant.Tenant) bool { return i.tenants.Calling && t.Settings.SMS.Voice }

// voices are the languages in which a code is spoken.
var voices = map[i18n.Lang]string{i18n.NL: "nl-NL", i18n.EN: "en-GB"}

// wording is a message with a code: a text, or what is spoken on a call, digit by digit.
func wording(t *tenant.Tenant, lang i18n.Lang, purpose, code string, aloud bool) (body, voice string) {
	texts := t.Texts(lang)
	if aloud {
		return texts.T("sms.spoken."+purpose, "office", t.Name, "code", digits(code)), voices[texts.Lang()]
	}
	return texts.T("sms."+purpose, "office", t.Name, "code", code), ""
}

// digits is a code as it is read, digit by digit.
func digits(code string) string { return strings.Join(strings.Split(code, ""), ", ") }

// sendCode sends a code for an act to a number, and voids the ones before it. It is spoken on a call when that is
// asked, and to a landline. A Limited error is handed
// on by whoever commits all the same, so that the journal tells of it.
func (i *Identity) sendCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, to sms.Number, aloud bool) error {
	if !i.tenants.Texting { // no more, since the number was linked
		return mayWait("code.no_texting", time.Hour)
	}
	aloud = aloud || to.Landline()
	if aloud && !i.Calls(t) {
		return mayWait("code.no_calling", time.Hour)
	}
	// The row of the account is what two requests at once wait for each other at.
	var lang i18n.Lang
	if err := tx.QueryRow(ctx, `update account set version = version where tenant_id = $1 and id = $2 returning language`, t.ID, a.account).Scan(&lang); err != nil {
		return err
	}
	if err := maySend(ctx, tx, t.ID, a); err != nil {
		return err
	}
	code, err := newCode()
	if err != nil {
		return err
	}
	id, until := tx.NewID(), db.At(tx.Now().Add(codeLife))
	// A budget that is spent ends it here, and what was sent before stays good.
	body, voice := a.message(t, lang, code, aloud)
	err = notify.QueueText(ctx, tx, t.Key, t.ID, t.Settings.SMS, notify.Text{Account: a.account, Purpose: a.purpose, To: to, Expires: until, Body: body, Voice: voice})
	if err != nil {
		return err
	}
	return storeCode(ctx, tx, t, a, sent{id, code, until, to})
}

// sent is a code that goes to a number.
type sent struct {
	id, code string
	until    db.Time
	to       sms.Number
}

// storeCode keeps what a code is recognised by, voids the ones before it, and forgets those of another
// day. Linking keeps the number with the code.
func storeCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, c sent) error {
	if _, err := tx.Exec(ctx, `delete from sent_code where tenant_id = $1 and account_id = $2 and created_at <= $3`, t.ID, a.account, db.At(tx.Now().Add(-sendsTime))); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, voidCodes+` and purpose = $4`, t.ID, a.account, tx.Now(), a.purpose); err != nil {
		return err
	}
	var number []byte
	if a.purpose == forLink {
		number = t.Key.Seal([]byte(c.to.E164()), numberAAD(t.ID, c.id))
	}
	_, err := tx.Exec(ctx, `insert into sent_code (tenant_id, id, account_id, purpose, action, mac, number, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, c.id, a.account, a.purpose, a.action, a.mac(t, c.id, c.code), number, tx.Now(), c.until)
	return err
}

func numberAAD(tenantID, id string) string { return "sent_code|number|" + tenantID + "|" + id }

// voidCodes ends every code that was sent to an account and not used.
const voidCodes = `update sent_code set expires_at = $3 where tenant_id = $1 and account_id = $2 and used_at is null and expires_at > $3`

// useSent checks a code that was sent for an act and uses it up. A try is counted before it is made;
// after five the code is dead. It returns the sealed number of a link with the id of its code.
func useSent(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, code string) (id string, number []byte, right bool, err error) {
	var mac []byte
	err = tx.QueryRow(ctx, `update sent_code set tries = tries + 1 where tenant_id = $1 and account_id = $2 and purpose = $3 and action = $4
		and used_at is null and expires_at > $5 and tries < $6 returning id, mac, number`,
		t.ID, a.account, a.purpose, a.action, tx.Now(), maxCodes).Scan(&id, &mac, &number)
	if errs.Is(err, errs.NotFound) {
		return "", nil, false, nil
	}
	if err != nil || !hmac.Equal(mac, a.mac(t, id, code)) {
		return "", nil, false, err
	}
	n, err := tx.Exec(ctx, `update sent_code set used_at = $3 where tenant_id = $1 and id = $2 and used_at is null`, t.ID, id, tx.Now())
	return id, number, n == 1, err
}

// useSMS checks a code that was sent to the account's telephone.
func useSMS(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, code string) (bool, error) {
	_, _, right, err := useSent(ctx, tx, t, a, code)
	if err != nil || !right {
		return false, err
	}
	n, err := tx.Exec(ctx, `update factor set used_at = $3 where tenant_id = $1 and account_id = $2 and kind = 'sms'`, t.ID, a.account, tx.Now())
	return n == 1, err
}

// linkSMS links the telephone to which a code was sent.
func linkSMS(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, code string) (bool, error) {
	id, sealed, right, err := useSent(ctx, tx, t, a, code)
	if err != nil || !right {
		return false, err
	}
	n, err := openNumber(t, sealed, numberAAD(t.ID, id))
	if err != nil {
		return false, err
	}
	return true, storeFactor(ctx, tx, t, a.account, SMS, n.E164())
}

// sendToFactor sends a code for an act to the account's telephone, or speaks it on a call; without one it is NotFound.
func (i *Identity) sendToFactor(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a act, aloud bool) error {
	sealed, err := db.One(ctx, tx, db.Value[[]byte], `select secret from factor where tenant_id = $1 and account_id = $2 and kind = 'sms'`, t.ID, a.account)
	if err != nil {
		return err
	}
	n, err := openNumber(t, sealed, SMS.aad(t.ID, a.account))
	if err != nil {
		return err
	}
	return i.sendCode(ctx, tx, t, a, n, aloud)
}
