package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// session logs a client in and returns his session.
func session(t *testing.T, w *worldtest.World) (string, access.Scope) {
	t.Helper()
	out, err := login(w, t, "notaris", email, world.Password, "")
	must(t, err)
	return out.Session, load(t, w, access.Portal, out.Session)
}

func load(t *testing.T, w *worldtest.World, face access.Face, token string) access.Scope {
	t.Helper()
	s, err := authn.Load(ctx, w.DB, "notaris", limits, face, token, "192.0.2.0/24")
	must(t, err)
	return s.Scope
}

func TestConfirmProvesAndGivesANewToken(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		old, s := session(t, w)
		now.Advance(11 * time.Minute)
		recent := func(s access.Scope) error { return access.RequireRecent(s, now.Now(), 10*time.Minute) }
		if err := recent(s); !errs.Is(err, errs.Unproved) {
			t.Errorf("eleven minutes after the log-in: %v", err)
		}
		if err := recent(authn.Nobody("notaris", "")); !errs.Is(err, errs.Unproved) {
			t.Errorf("nobody: %v", err)
		}
		tn := w.Tenant(t, "notaris")
		token, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password})
		must(t, err)
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, old, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("the old token still works: %v", err)
		}
		must(t, recent(load(t, w, access.Portal, token)))
		if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password}); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("under the token that was replaced: %v", err)
		}
	})
}

func TestConfirmCountsAndGivesNothingForAWrongPassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		token, s := session(t, w)
		tn := w.Tenant(t, "notaris")
		now.Advance(11 * time.Minute)
		for n := range 5 {
			if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: "Fout12345", Origin: "192.0.2.0/24"}); !errs.Is(err, errs.Invalid) {
				t.Fatalf("try %d: %v", n, err)
			}
		}
		if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password, Origin: "192.0.2.0/24"}); !errs.Is(err, errs.Limited) {
			t.Errorf("the sixth try: %v", err)
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); !errs.Is(err, errs.Limited) {
			t.Errorf("the log-in does not know of the tries: %v", err)
		}
		if err := access.RequireRecent(load(t, w, access.Portal, token), now.Now(), 10*time.Minute); !errs.Is(err, errs.Unproved) {
			t.Errorf("wrong passwords proved something: %v", err)
		}
	})
}

func TestConfirmAsksStaffForTheirCodeToo(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		tn := w.Tenant(t, "notaris")
		out, err := w.Identity.Login(ctx, tn, access.Office, identity.Attempt{Email: "behandelaar@delinde.example", Password: world.Password})
		must(t, err)
		code := func() string {
			c, err := totp.GenerateCode(world.TOTP, now.Now())
			must(t, err)
			return c
		}
		used := code()
		out, err = w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: out.Step, Code: used})
		must(t, err)
		s := load(t, w, access.Office, out.Session)
		asks, err := w.Identity.ToConfirm(ctx, tn, s)
		must(t, err)
		if !asks.App || asks.Number != "" {
			t.Error("an employee is asked for no code")
		}
		for name, in := range map[string]identity.Proof{
			"no code": {Password: world.Password}, "a used code": {Password: world.Password, Code: used},
			"a code without the password": {Password: "Fout12345", Code: used},
		} {
			if _, err := w.Identity.Confirm(ctx, tn, s, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		now.Advance(time.Minute)
		token, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password, Code: " " + code()[:3] + " " + code()[3:]})
		must(t, err)
		if means := load(t, w, access.Office, token).Means(); means != "password+totp" {
			t.Errorf("proved by %s", means)
		}
		if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: strings.Repeat("x", 300)}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a password that is too long: %v", err)
		}
	})
}
