package identity_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// Whoever comes when too many wait is told so at once, known or not, and it does not count as a
// wrong password.
func TestTooManyLoginsAtOnceAreToldToComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		secret := link(t, w, email)
		free := w.Identity.FillHashing("notaris")
		busy := func(what string, err error) {
			t.Helper()
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Unavailable || e.RetryAfter != 5*time.Second {
				t.Errorf("%s: %v", what, err)
			}
		}
		for range 6 {
			_, err := login(w, t, "notaris", email, world.Password, "")
			busy("a known address", err)
			_, err = login(w, t, "notaris", "nobody@x.nl", "Verkeerd1", "")
			busy("an unknown address", err)
		}
		_, err := w.Identity.SetPassword(ctx, w.Tenant(t, "notaris"), access.Portal, secret, "Nieuwwacht1", "")
		busy("a new password", err)
		free()
		if _, err := login(w, t, "notaris", email, world.Password, ""); err != nil {
			t.Errorf("once there is room: %v", err)
		}
		if _, err := w.Identity.SetPassword(ctx, w.Tenant(t, "notaris"), access.Portal, secret, "Nieuwwacht1", ""); err != nil {
			t.Errorf("the link was used up by a busy server: %v", err)
		}
	})
}

// What waits for a core waits no longer than its visitor, and gives its place back.
func TestALoginWaitsForACoreAsLongAsItsVisitor(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		free, tn := w.Identity.TakeCores("notaris"), w.Tenant(t, "notaris")
		try := func(ctx context.Context) <-chan error {
			done := make(chan error, 1)
			go func() {
				_, err := w.Identity.Login(ctx, tn, access.Portal, identity.Attempt{Email: email, Password: world.Password})
				done <- err
			}()
			return done
		}
		left, leave := context.WithCancel(ctx)
		gone, patient := try(left), try(ctx)
		for w.Identity.Hashing().Load().Waiting < 2 {
			runtime.Gosched()
		}
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("a visitor who left: %v", err)
		}
		select {
		case err := <-patient:
			t.Errorf("a hash was made on a core that is taken: %v", err)
		default:
		}
		free()
		if err := <-patient; err != nil {
			t.Errorf("the one who waited: %v", err)
		}
		if left := w.Identity.Hashing().Load(); left.Running+left.Waiting != 0 {
			t.Errorf("places are lost: %+v", left)
		}
	})
}

// A password that is longer than any that can be set costs no hash.
func TestATooLongPasswordIsWrongWithoutAHash(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		defer w.Identity.FillHashing("notaris")()
		if _, err := login(w, t, "notaris", email, strings.Repeat("Aa1", 100), ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v", err)
		}
	})
}

// The queue that one office's log-ins fill is its own.
func TestAnotherOfficeHasAQueueOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		free := w.Identity.FillHashing("elsewhere")
		done := make(chan error, 1)
		go func() {
			_, err := login(w, t, "notaris", email, world.Password, "")
			done <- err
		}()
		for w.Identity.Hashing().Load().Waiting < 51 { // the cores are taken, so he is the one more
			runtime.Gosched()
		}
		free()
		if err := <-done; err != nil {
			t.Errorf("beside another office's full queue: %v", err)
		}
	})
}
