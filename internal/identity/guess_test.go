package identity_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

const handler = "behandelaar@delinde.example"

// step begins a log-in of the handler with the right password.
func step(t *testing.T, w *worldtest.World) string {
	t.Helper()
	out, err := w.Identity.Login(ctx, w.Tenant(t, "notaris"), access.Office, identity.Attempt{Email: handler, Password: world.Password})
	must(t, err)
	return out.Step
}

func TestACodeCannotBeGuessedStepAfterStep(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		tn := w.Tenant(t, "notaris")
		code := func() string {
			c, err := totp.GenerateCode(world.TOTP, now.Now())
			must(t, err)
			return c
		}
		mine, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: step(t, w), Code: code()})
		must(t, err)
		now.Advance(time.Minute)
		for n := range 5 {
			if _, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: step(t, w), Code: "000000"}); !errs.Is(err, errs.Invalid) {
				t.Fatalf("wrong code %d: %v", n, err)
			}
		}
		if _, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: step(t, w), Code: code()}); !errs.Is(err, errs.Limited) {
			t.Errorf("a new step after five wrong codes: %v", err)
		}
		if _, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: step(t, w), Code: code(), Device: mine.Device}); err != nil {
			t.Errorf("the owner was locked out: %v", err)
		}
		now.Advance(16 * time.Minute)
		if _, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: step(t, w), Code: code()}); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
}

func TestACodeIsUsedOnceUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		tn, at := w.Tenant(t, "notaris"), step(t, w)
		code, err := totp.GenerateCode(world.TOTP, now.Now())
		must(t, err)
		var sessions atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if out, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Step: at, Code: code}); err == nil && out.Session != "" {
					sessions.Add(1)
				}
			})
		}
		all.Wait()
		if n := sessions.Load(); n != 1 {
			t.Errorf("one code opened %d sessions", n)
		}
	})
}

func TestN7_OthersOnTheSameNetworkDoNotLockTheOwnersDevice(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		mine, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		for n := range 50 {
			if _, err := login(w, t, "notaris", fmt.Sprintf("niemand%d@post.example", n), "Verkeerd1", ""); !errs.Is(err, errs.Invalid) {
				t.Fatalf("guess %d: %v", n, err)
			}
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); !errs.Is(err, errs.Limited) {
			t.Errorf("an unknown device on a network that guesses: %v", err)
		}
		if _, err := login(w, t, "notaris", email, world.Password, mine.Device); err != nil {
			t.Errorf("the owner's device: %v", err)
		}
	})
}

func TestN7_TriesAtTheSameMomentAreCountedBeforeTheyAreMade(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		var refused, limited atomic.Int32
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() {
				_, err := login(w, t, "notaris", email, fmt.Sprintf("Verkeerd%d", n), "")
				switch {
				case errs.Is(err, errs.Invalid):
					refused.Add(1)
				case errs.Is(err, errs.Limited):
					limited.Add(1)
				default:
					t.Errorf("guess %d: %v", n, err)
				}
			})
		}
		all.Wait()
		if refused.Load() != 5 || limited.Load() != 7 {
			t.Errorf("%d guesses were made and %d kept out, want 5 and 7", refused.Load(), limited.Load())
		}
	})
}

func TestN7_ARightPasswordTakesItsOwnTryBack(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		for n := range 60 { // more than a network may fail
			if _, err := login(w, t, "notaris", email, world.Password, ""); err != nil {
				t.Fatalf("log-in %d: %v", n, err)
			}
		}
	})
}
