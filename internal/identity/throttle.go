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

// enter counts a try before it is made, so that tries at the same moment cannot all pass as the
// last one that is allowed. Whoever is kept out is Limited. What comes of the try decides whether the
// count stays: forgive and leave give it back.
func enter(ctx context.Context, tx *db.Tx, tenantID string, gate []string) error {
	for _, g := range gate {
		limit := maxFailures
		if strings.HasPrefix(g, originFailures) {
			limit = maxFromOrigin
		}
		var n int
		err := tx.QueryRow(ctx, `insert into throttle (tenant_id, id, failures, updated_at) values ($1, $2, 1, $3)
			on conflict (tenant_id, id) do update set failures = case when throttle.updated_at < $4 then 1 else throttle.failures + 1 end, blocked_until = null, updated_at = $3
			where throttle.blocked_until is null or throttle.blocked_until <= $3 returning failures`,
			tenantID, g, tx.Now(), db.At(tx.Now().Add(-failuresFade))).Scan(&n)
		if errs.Is(err, errs.NotFound) {
			return locked(ctx, tx, tenantID, g)
		}
		if err != nil || n < limit {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(ctx, `update throttle set blocked_until = $3 where tenant_id = $1 and id = $2`, tenantID, g, db.At(tx.Now().Add(lockTime))); err != nil {
			return err
		}
	}
	return nil
}

func locked(ctx context.Context, tx *db.Tx, tenantID, gate string) error {
	var until db.Time
	if err := tx.QueryRow(ctx, `select blocked_until from throttle where tenant_id = $1 and id = $2`, tenantID, gate).Scan(&until); err != nil {
		return err
	}
	return &errs.Error{Kind: errs.Limited, Key: "login.locked", RetryAfter: until.Sub(tx.Now().Time)}
}

// leave gives back the count of a try that was no failure.
func leave(ctx context.Context, tx *db.Tx, tenantID string, gate []string) error {
	for _, g := range gate {
		if _, err := tx.Exec(ctx, `update throttle set failures = failures - 1, blocked_until = null where tenant_id = $1 and id = $2 and failures > 0`, tenantID, g); err != nil {
			return err
		}
	}
	return nil
}

// forgive forgets the failures of the address after a success; those of its network may be somebody
// else's, so only the try itself is given back.
func forgive(ctx context.Context, tx *db.Tx, tenantID string, gate []string) error {
	for _, g := range gate {
		if strings.HasPrefix(g, originFailures) {
			if err := leave(ctx, tx, tenantID, []string{g}); err != nil {
				return err
			}
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
