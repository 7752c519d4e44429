package identity_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// session logs in and returns the scope of the session with its secret.
func sessionWith(t *testing.T, w *worldtest.World, password string) (authn.Session, string) {
	t.Helper()
	out, err := login(w, t, "notaris", email, password, "")
	must(t, err)
	s, err := authn.Load(ctx, w.DB, "notaris", limits, "portal", out.Session, "192.0.2.0/24")
	must(t, err)
	return s, out.Session
}

func TestA6_A13_C58_TheOwnerChangesHisPassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		here, secret := sessionWith(t, w, world.Password)
		_, elsewhere := sessionWith(t, w, world.Password)
		waiting := link(t, w, email)
		had := len(mails(t, w, email))
		now.Advance(time.Minute)
		must(t, w.Identity.ChangePassword(ctx, here.Scope, identity.NewPassword{Current: world.Password, Password: "Nieuwwacht1"}))
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, "portal", secret, ""); err != nil {
			t.Errorf("his own session ended: %v", err)
		}
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, "portal", elsewhere, ""); err == nil {
			t.Error("another session goes on")
		}
		if err := w.Identity.CheckLink(ctx, w.Tenant(t, "notaris"), "portal", waiting); !errs.Is(err, errs.NotFound) {
			t.Errorf("a link that was asked for before still works: %v", err)
		}
		got := mails(t, w, email)[had:]
		if len(got) != 1 || !strings.Contains(got[0], "zojuist gewijzigd") || strings.Contains(got[0], "Nieuwwacht1") {
			t.Errorf("mailed: %q", got)
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("the old password: %v", err)
		}
		if _, err := login(w, t, "notaris", email, "Nieuwwacht1", ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

func TestA6_A13_C58_AChangeThatIsRefusedChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		s, secret := sessionWith(t, w, world.Password)
		had := len(mails(t, w, email))
		must(t, w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), w.Tenant(t, "notaris").Version, "password", func(e *tenant.Edition) error {
			e.Settings.Password.Twice = true
			return nil
		}))
		for _, c := range []struct {
			in     identity.NewPassword
			fields string
		}{
			{identity.NewPassword{Current: "Verkeerd1", Password: "Nieuwwacht1", Repeat: "Nieuwwacht1"}, "current:password.current_wrong"},
			{identity.NewPassword{Current: "", Password: "zwak", Repeat: "zwak"}, "current:field.required password:password.broken"},
			{identity.NewPassword{Current: world.Password, Password: "zwak", Repeat: "anders"}, "password:password.broken repeat:password.differ"},
			{identity.NewPassword{Current: world.Password, Password: "Nieuwwacht1", Repeat: ""}, "repeat:password.differ"},
			{identity.NewPassword{Current: world.Password, Password: world.Password, Repeat: world.Password}, "password:password.same"},
			{identity.NewPassword{Current: world.Password, Password: "Dewit1234", Repeat: "Dewit1234"}, "password:password.broken"},
		} {
			err := w.Identity.ChangePassword(ctx, s.Scope, c.in)
			var got []string
			for _, f := range errs.FieldsOf(err) {
				got = append(got, f.Name+":"+f.Key)
			}
			if strings.Join(got, " ") != c.fields {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, "portal", secret, ""); err != nil || len(mails(t, w, email)) != had {
			t.Error("something was done")
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); err != nil {
			t.Errorf("the password has changed: %v", err)
		}
	})
}

// Who finds a session open does not guess the password there.
func TestC58_TheCurrentPasswordCannotBeGuessed(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		s, _ := sessionWith(t, w, world.Password)
		change := func(current string) error {
			return w.Identity.ChangePassword(ctx, s.Scope, identity.NewPassword{Current: current, Password: "Nieuwwacht1"})
		}
		for range 5 {
			if err := change("Verkeerd1"); !errs.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
		}
		if err := change(world.Password); !errs.Is(err, errs.Limited) {
			t.Errorf("the sixth try: %v", err)
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); err != nil {
			t.Errorf("the owner cannot log in: %v", err)
		}
		now.Advance(16 * time.Minute)
		must(t, change(world.Password))
	})
}

// The same way in under the other rule (K1).
func TestN3_N4_N5_N8_K1_ALongPasswordIsEnough(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		must(t, w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), w.Tenant(t, "notaris").Version, "password", func(e *tenant.Edition) error {
			e.Settings.Password.Mode = passwords.Modern
			return nil
		}))
		tn, secret := w.Tenant(t, "notaris"), link(t, w, email)
		for _, bad := range []string{"Abcdefg1", "veertien teken", "mevrouw de wit!", "notariskantoordelinde"} {
			if _, err := w.Identity.SetPassword(ctx, tn, "portal", secret, bad, ""); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		out, err := w.Identity.SetPassword(ctx, tn, "portal", secret, "vijf koeien in de wei", "")
		if err != nil || out.Session == "" {
			t.Fatalf("%+v, %v", out, err)
		}
		if _, err := login(w, t, "notaris", email, "vijf koeien in de wei", ""); err != nil {
			t.Error(err)
		}
		if _, err := login(w, t, "notaris", email, world.Password, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("the old password: %v", err)
		}
	})
}
