package identity

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	maxFailures    = 5
	maxFromOrigin  = 50
	lockTime       = 15 * time.Minute
	failuresFade   = 15 * time.Minute
	originFailures = "origin:"
)

// gateFor names the counters that a try of a secret passes: the address from this known device
// alone, or from all unknown ones together and the network it comes from. An attacker fills the last
// two, also from the owner's own network, and never the first: he cannot lock the owner out.
func gateFor(secret string, face access.Face, emailKey string, knownDevice bool, origin string) []string {
	of := func(where string) string {
		return secret + ":" + string(face) + ":" + where + ":" + authn.HashToken(emailKey)
	}
	if knownDevice {
		return []string{of("known")}
	}
	return []string{of("unknown"), originFailures + origin}
}

func (i *Identity) checkGate(ctx context.Context, tenantID string, gate []string) error {
	for _, g := range gate {
		var until *db.Time
		err := i.db.QueryRow(ctx, `select blocked_until from throttle where tenant_id = $1 and id = $2`, tenantID, g).Scan(&until)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if now := i.db.Clock().Now(); until != nil && until.After(now) {
			return &errs.Error{Kind: errs.Limited, Key: "login.locked", RetryAfter: until.Sub(now)}
		}
	}
	return nil
}

// failed counts a failure in a transaction of its own and returns the one answer for all of them.
func (i *Identity) failed(ctx context.Context, t *tenant.Tenant, account, origin string, gate []string) error {
	err := i.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		return refuse(ctx, tx, t.ID, account, origin, "password", gate)
	})
	if err != nil {
		return err
	}
	return errs.New(errs.Invalid, "login.failed")
}

func refuse(ctx context.Context, tx *db.Tx, tenantID, account, origin, means string, gate []string) error {
	for _, g := range gate {
		if err := count(ctx, tx, tenantID, g); err != nil {
			return err
		}
	}
	return recordFor(ctx, tx, tenantID, account, origin, "session.refused", means)
}

func count(ctx context.Context, tx *db.Tx, tenantID, gate string) error {
	limit := maxFailures
	if strings.HasPrefix(gate, originFailures) {
		limit = maxFromOrigin
	}
	var n int
	err := tx.QueryRow(ctx, `insert into throttle (tenant_id, id, failures, updated_at) values ($1, $2, 1, $3)
		on conflict (tenant_id, id) do update set failures = case when throttle.updated_at < $4 then 1 else throttle.failures + 1 end, updated_at = $3
		returning failures`, tenantID, gate, tx.Now(), db.At(tx.Now().Add(-failuresFade))).Scan(&n)
	if err != nil || n < limit {
		return err
	}
	_, err = tx.Exec(ctx, `update throttle set blocked_until = $3, failures = 0 where tenant_id = $1 and id = $2`, tenantID, gate, db.At(tx.Now().Add(lockTime)))
	return err
}

// forgive forgets the failures of the address; those of its network may be somebody else's.
func forgive(ctx context.Context, tx *db.Tx, tenantID string, gate []string) error {
	for _, g := range gate {
		if strings.HasPrefix(g, originFailures) {
			continue
		}
		if _, err := tx.Exec(ctx, `delete from throttle where tenant_id = $1 and id = $2`, tenantID, g); err != nil {
			return err
		}
	}
	return nil
}

// newDevice returns a cookie that proves a full login of the address in this browser.
func (i *Identity) newDevice(t *tenant.Tenant, emailKey string, now time.Time) string {
	until := strconv.FormatInt(now.Add(DeviceLife).Unix(), 10)
	return until + "." + base64.RawURLEncoding.EncodeToString(t.Key.MAC("device", emailKey, until))
}

func (i *Identity) deviceOf(t *tenant.Tenant, cookie, emailKey string) bool {
	until, mac, ok := strings.Cut(cookie, ".")
	sec, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || sec < i.db.Clock().Now().Unix() {
		return false
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(mac)
	return err == nil && hmac.Equal(sum, t.Key.MAC("device", emailKey, until))
}
