package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

const (
	portalAt = "http://notaris.localhost:8080"
	officeAt = "http://kantoor.notaris.localhost:8080"
	network  = "192.0.2.0/24"
)

// withPasskey gives whoever is logged in a passkey.
func withPasskey(t *testing.T, w *worldtest.World, s access.Scope, origin string) (*worldtest.Passkey, []string) {
	t.Helper()
	p := worldtest.NewPasskey(t, origin)
	codes, err := makePasskey(t, w, s, p)
	must(t, err)
	return p, codes
}

func makePasskey(t *testing.T, w *worldtest.World, s access.Scope, p *worldtest.Passkey) ([]string, error) {
	t.Helper()
	ch, err := w.Identity.AskLink(ctx, s)
	must(t, err)
	return w.Identity.LinkPasskey(ctx, s, identity.Answer{Secret: ch.Secret, JSON: p.Make(t, ch.Options)}, "Firefox op Linux")
}

func askLogin(t *testing.T, w *worldtest.World, tenantID string, face access.Face) identity.Challenge {
	t.Helper()
	ch, err := w.Identity.AskLogin(ctx, w.Tenant(t, tenantID), face, network)
	must(t, err)
	return ch
}

func enterWith(t *testing.T, w *worldtest.World, tenantID string, face access.Face, in identity.Answer) (identity.Outcome, error) {
	t.Helper()
	return w.Identity.LoginPasskey(ctx, w.Tenant(t, tenantID), face, identity.PasskeyAttempt{Answer: in, Origin: network})
}

// loginWith logs in with a passkey alone.
func loginWith(t *testing.T, w *worldtest.World, p *worldtest.Passkey, face access.Face) (identity.Outcome, error) {
	t.Helper()
	ch := askLogin(t, w, "notaris", face)
	return enterWith(t, w, "notaris", face, identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)})
}

func refused(t *testing.T, what string, out identity.Outcome, err error) {
	t.Helper()
	if !errs.Is(err, errs.Invalid) || out.Session != "" || err.Error() != errs.New(errs.Invalid, "passkey.failed").Error() {
		t.Errorf("%s: %+v, %v", what, out, err)
	}
}

func staffScope(t *testing.T, w *worldtest.World, token string) access.Scope {
	t.Helper()
	s, err := authn.Load(ctx, w.DB, "notaris", limits, access.Office, token, "")
	must(t, err)
	return s.Scope
}

// BIO2 5.17.01: a passkey that its owner unlocks stands for both steps, for clients and for staff.
func TestAPasskeyLogsInWithoutPasswordAndCode(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		other, _ := entered(t, w)
		first, a := entered(t, w)
		p, codes := withPasskey(t, w, a.Scope(), portalAt)
		if len(codes) != identity.RecoveryCodes {
			t.Errorf("%d recovery codes come with a first factor", len(codes))
		}
		told(t, w, "Er is een passkey gemaakt")
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, other.Session, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("another session: %v", err)
		}
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, first.Session, ""); err != nil {
			t.Errorf("the own session: %v", err)
		}
		now.Advance(time.Hour)
		for range 2 {
			out, err := loginWith(t, w, p, access.Portal)
			must(t, err)
			if s := clientOf(t, w, out.Session).Scope(); out.Step != "" || out.Device == "" || s.Means() != "passkey" || s.Account() != a.Scope().Account() {
				t.Errorf("%+v by %q", out, s.Means())
			}
		}
		list, err := w.Identity.OwnPasskeys(ctx, a.Scope())
		must(t, err)
		if len(list) != 1 || list[0].Name != "Firefox op Linux" || list[0].UsedAt == nil || !list[0].UsedAt.Equal(now.Now()) {
			t.Errorf("%+v", list)
		}

		code, err := totp.GenerateCode(world.TOTP, now.Now())
		must(t, err)
		in, err := w.Identity.Code(ctx, w.Tenant(t, "notaris"), identity.CodeAttempt{Step: step(t, w), Code: code})
		must(t, err)
		k, none := withPasskey(t, w, staffScope(t, w, in.Session), officeAt)
		out, err := loginWith(t, w, k, access.Office)
		must(t, err)
		if s := staffScope(t, w, out.Session); s.Means() != "passkey" || len(none) != 0 {
			t.Errorf("an employee by %q, with %d codes", s.Means(), len(none))
		}
	})
}

// ASVS 6.3.3, 6.5.x: what is signed must be all of it right.
func TestAPasskeyThatSaysSomethingElseIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		right := *p
		for what, change := range map[string]func(p *worldtest.Passkey){
			"another address":              func(p *worldtest.Passkey) { p.Origin = "http://n0taris.localhost:8080" },
			"another scheme":               func(p *worldtest.Passkey) { p.Origin = "https://notaris.localhost:8080" },
			"another port":                 func(p *worldtest.Passkey) { p.Origin = "http://notaris.localhost:8081" },
			"the address in capitals":      func(p *worldtest.Passkey) { p.Origin = "http://NOTARIS.localhost:8080" },
			"the address with a path":      func(p *worldtest.Passkey) { p.Origin = portalAt + "/" },
			"the address of the office":    func(p *worldtest.Passkey) { p.Origin = officeAt },
			"another host that it is for":  func(p *worldtest.Passkey) { p.RPID = "kantoor.notaris.localhost" },
			"a domain above it":            func(p *worldtest.Passkey) { p.RPID = "localhost" },
			"nobody unlocked it":           func(p *worldtest.Passkey) { p.Flags = worldtest.Present },
			"nobody was there":             func(p *worldtest.Passkey) { p.Flags = worldtest.Verified },
			"a key that can leave now":     func(p *worldtest.Passkey) { p.Flags |= worldtest.BackupEligible },
			"a copy of what cannot leave":  func(p *worldtest.Passkey) { p.Flags |= worldtest.BackedUp },
			"what is signed at making one": func(p *worldtest.Passkey) { p.Type = "webauthn.create" },
			"another owner":                func(p *worldtest.Passkey) { p.User = world.FixtureID(1) },
			"no owner":                     func(p *worldtest.Passkey) { p.User = "" },
			"a passkey that nobody has":    func(p *worldtest.Passkey) { p.ID = bytes.Repeat([]byte{7}, 32) },
			"the counter gone back":        func(p *worldtest.Passkey) { p.Count = 0 },
		} {
			bad := right
			change(&bad)
			out, err := loginWith(t, w, &bad, access.Portal)
			refused(t, what, out, err)
			must(t, forgive(w))
		}
		// Another key under the name of this one.
		forged := worldtest.NewPasskey(t, portalAt)
		forged.ID, forged.User, forged.Count = p.ID, p.User, 50
		out, err := loginWith(t, w, forged, access.Portal)
		refused(t, "another key", out, err)
		must(t, forgive(w))
		if _, err := loginWith(t, w, &right, access.Portal); err != nil {
			t.Errorf("what is right: %v", err)
		}
		// A copy, which counts on from where the first has been.
		older := right
		older.Count = 0
		for range 2 {
			older.Count = 1
			out, err := loginWith(t, w, &older, access.Portal)
			refused(t, "a copy", out, err)
		}
		if n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'session.refused'`); err != nil || n < 20 {
			t.Errorf("%d refusals in the journal, %v", n, err)
		}
	})
}

// forgive forgets what was tried.
func forgive(w *worldtest.World) error {
	return w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from throttle where tenant_id = 'notaris'`)
		return err
	})
}

func TestAChallengeWorksOnceForItsPurposeItsBrowserAndItsAccount(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		tn := w.Tenant(t, "notaris")
		login := func() identity.Challenge { return askLogin(t, w, "notaris", access.Portal) }

		one, two := login(), login()
		out, err := enterWith(t, w, "notaris", access.Portal, identity.Answer{Secret: one.Secret, JSON: p.Sign(t, two.Options)})
		refused(t, "the challenge of another browser", out, err)
		used := identity.Answer{Secret: two.Secret, JSON: p.Sign(t, two.Options)}
		if _, err := enterWith(t, w, "notaris", access.Portal, used); err != nil {
			t.Fatal(err)
		}
		out, err = enterWith(t, w, "notaris", access.Portal, used)
		refused(t, "the same answer again", out, err)
		late := login()
		now.Advance(identity.ChallengeLife + time.Second)
		out, err = enterWith(t, w, "notaris", access.Portal, identity.Answer{Secret: late.Secret, JSON: p.Sign(t, late.Options)})
		refused(t, "after ten minutes", out, err)
		out, err = enterWith(t, w, "notaris", access.Portal, identity.Answer{JSON: p.Sign(t, login().Options)})
		refused(t, "without a cookie", out, err)

		ch, err := w.Identity.AskConfirm(ctx, tn, a.Scope())
		must(t, err)
		out, err = enterWith(t, w, "notaris", access.Portal, identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)})
		refused(t, "a challenge to prove oneself", out, err)
		ask := login()
		if _, err := w.Identity.ConfirmPasskey(ctx, tn, a.Scope(), identity.PasskeyAttempt{Answer: identity.Answer{Secret: ask.Secret, JSON: p.Sign(t, ask.Options)}, Origin: network}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a challenge to log in proves: %v", err)
		}
		must(t, forgive(w))
		if _, err := enterWith(t, w, "gemeente", access.Portal, identity.Answer{Secret: ask.Secret, JSON: p.Sign(t, ask.Options)}); !errs.Is(err, errs.Invalid) {
			t.Errorf("in another organisation: %v", err)
		}
		out, err = enterWith(t, w, "notaris", access.Office, identity.Answer{Secret: ask.Secret, JSON: p.Sign(t, ask.Options)})
		refused(t, "in the office", out, err)
		foreign := askLogin(t, w, "gemeente", access.Portal)
		p.Origin, p.RPID = "http://gemeente.localhost:8080", "gemeente.localhost"
		out, err = enterWith(t, w, "gemeente", access.Portal, identity.Answer{Secret: foreign.Secret, JSON: p.Sign(t, foreign.Options)})
		refused(t, "a passkey of another organisation", out, err)
	})
}

func TestAnAssertionWorksOnceUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		for what, count := range map[string]uint32{"with a counter": 1000, "without": 0} {
			must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update passkey set sign_count = 0 where tenant_id = 'notaris'`)
				return err
			}))
			p.Count = count
			ch := askLogin(t, w, "notaris", access.Portal)
			in := identity.PasskeyAttempt{Answer: identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}}
			var sessions atomic.Int32
			var all sync.WaitGroup
			for n := range 200 {
				all.Go(func() {
					one := in
					one.Origin = fmt.Sprintf("192.0.%d.0/24", n)
					if out, err := w.Identity.LoginPasskey(ctx, w.Tenant(t, "notaris"), access.Portal, one); err == nil && out.Session != "" {
						sessions.Add(1)
					}
				})
			}
			all.Wait()
			if n := sessions.Load(); n != 1 {
				t.Errorf("%s: one answer opened %d sessions", what, n)
			}
			must(t, forgive(w))
		}
	})
}

func TestN44_APasskeyIsOfferedAfterThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		p, codes := withPasskey(t, w, a.Scope(), portalAt)
		tn := w.Tenant(t, "notaris")
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if out.Session != "" || out.Step == "" || out.Enrol || out.With != identity.Passkey {
			t.Fatalf("the password alone: %+v", out)
		}
		try := func(step string, in identity.Answer) (identity.Outcome, error) {
			return w.Identity.Code(ctx, tn, identity.CodeAttempt{Face: access.Portal, Step: step, With: identity.Passkey, Answer: in, Origin: network})
		}
		ch, err := w.Identity.AskStep(ctx, tn, access.Portal, out.Step)
		must(t, err)
		if !bytes.Contains(ch.Options, []byte("allowCredentials")) {
			t.Errorf("the browser is not told which passkey: %s", ch.Options)
		}
		other, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		in := identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}
		if got, err := try(other.Step, in); !errs.Is(err, errs.Invalid) || got.Session != "" {
			t.Errorf("at another step: %v", err)
		}
		if _, err := w.Identity.AskStep(ctx, tn, access.Portal, out.Step); !errs.Is(err, errs.Unauthenticated) { // a new step ends the older one
			t.Errorf("at a step that is over: %v", err)
		}
		ch, err = w.Identity.AskStep(ctx, tn, access.Portal, other.Step)
		must(t, err)
		in = identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}
		done, err := try(other.Step, in)
		must(t, err)
		if m := clientOf(t, w, done.Session).Scope().Means(); m != "password+passkey" {
			t.Errorf("means %q", m)
		}
		if _, err := try(other.Step, in); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("again: %v", err)
		}
		now.Advance(time.Second)
		next, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if in, err := finish(w, t, next.Step, identity.Recovery, codes[0]); err != nil || in.Session == "" {
			t.Errorf("a recovery code in place of the passkey: %v", err)
		}
	})
}

func TestAPasskeyOfAnotherAccountFinishesNoStep(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withPasskey(t, w, a.Scope(), portalAt)
		mine, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		out, err := login(w, t, "notaris", secondClient(t, w), world.Password, "")
		must(t, err)
		their, _ := withPasskey(t, w, clientOf(t, w, out.Session).Scope(), portalAt)
		tn := w.Tenant(t, "notaris")
		ch, err := w.Identity.AskStep(ctx, tn, access.Portal, mine.Step)
		must(t, err)
		for _, user := range []string{their.User, a.Scope().Account()} {
			their.User = user
			if got, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Face: access.Portal, Step: mine.Step, With: identity.Passkey, Answer: identity.Answer{Secret: ch.Secret, JSON: their.Sign(t, ch.Options)}, Origin: network}); !errs.Is(err, errs.Invalid) || got.Session != "" {
				t.Errorf("%v", err)
			}
			ch, err = w.Identity.AskStep(ctx, tn, access.Portal, mine.Step)
			must(t, err)
		}
	})
}

func secondClient(t *testing.T, w *worldtest.World) string {
	t.Helper()
	list, err := db.All(ctx, w.DB, db.Value[string], `select email_key from account a where tenant_id = 'notaris' and face = 'portal' and state = 'active' and stage = '' and email_key <> $1 and password_hash <> ''
		and not exists (select 1 from factor f where f.tenant_id = a.tenant_id and f.account_id = a.id) order by email_key`, email)
	must(t, err)
	return list[0]
}

func TestAPasskeyProvesItAgain(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		out, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		tn := w.Tenant(t, "notaris")
		now.Advance(6 * time.Minute)
		if _, err := w.Identity.AskLink(ctx, a.Scope()); !errs.Is(err, errs.Unproved) {
			t.Errorf("another passkey without proof: %v", err)
		}
		if asks, err := w.Identity.ToConfirm(ctx, tn, a.Scope()); err != nil || !asks.Only() {
			t.Errorf("%+v, %v", asks, err)
		}
		if _, err := w.Identity.Confirm(ctx, tn, a.Scope(), identity.Proof{Password: world.Password, Origin: network}); !errs.Is(err, errs.Invalid) {
			t.Errorf("the password alone: %v", err)
		}
		ch, err := w.Identity.AskConfirm(ctx, tn, a.Scope())
		must(t, err)
		in := identity.PasskeyAttempt{Answer: identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}, Origin: network}
		bad := in
		bad.Answer.JSON = strings.Replace(in.Answer.JSON, `"signature":"`, `"signature":"AA`, 1)
		if _, err := w.Identity.ConfirmPasskey(ctx, tn, a.Scope(), bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong signature: %v", err)
		}
		if _, err := w.Identity.ConfirmPasskey(ctx, tn, a.Scope(), in); !errs.Is(err, errs.Invalid) {
			t.Errorf("the challenge was used up by the wrong one: %v", err)
		}
		ch, err = w.Identity.AskConfirm(ctx, tn, a.Scope())
		must(t, err)
		token, err := w.Identity.ConfirmPasskey(ctx, tn, a.Scope(), identity.PasskeyAttempt{Answer: identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}, Origin: network})
		must(t, err)
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, out.Session, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("the old token: %v", err)
		}
		if _, err := w.Identity.AskLink(ctx, clientOf(t, w, token).Scope()); err != nil {
			t.Errorf("with proof: %v", err)
		}
	})
}

func TestPasskeysHaveNamesAndGo(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		s := a.Scope()
		p, _ := withPasskey(t, w, s, portalAt)
		q := worldtest.NewPasskey(t, portalAt)
		q.AAGUID = [16]byte{0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40, 0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e, 0x83, 0x49}
		now.Advance(time.Minute)
		_, err := makePasskey(t, w, s, q)
		must(t, err)
		list, err := w.Identity.OwnPasskeys(ctx, s)
		must(t, err)
		if len(list) != 2 || list[0].Name != "Bitwarden" || list[1].Name != "Firefox op Linux" {
			t.Fatalf("%+v", list)
		}
		for _, bad := range []string{"", "  ", strings.Repeat("é", 61)} {
			if f := errs.FieldsOf(w.Identity.RenamePasskey(ctx, s, list[0].ID, bad)); len(f) != 1 || f[0].Name != "name" {
				t.Errorf("%q: %v", bad, f)
			}
		}
		must(t, w.Identity.RenamePasskey(ctx, s, list[0].ID, " <b>Thuis</b> "))
		if k, err := w.Identity.OwnPasskey(ctx, s, list[0].ID); err != nil || k.Name != "<b>Thuis</b>" {
			t.Errorf("%+v, %v", k, err)
		}
		other, err := login(w, t, "notaris", secondClient(t, w), world.Password, "")
		must(t, err)
		them := clientOf(t, w, other.Session).Scope()
		for what, err := range map[string]error{
			"look":   only(w.Identity.OwnPasskey(ctx, them, list[0].ID)),
			"rename": w.Identity.RenamePasskey(ctx, them, list[0].ID, "Van mij"),
			"remove": w.Identity.RemovePasskey(ctx, them, list[0].ID),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s at another's: %v", what, err)
			}
		}
		must(t, w.Identity.RemovePasskey(ctx, s, list[0].ID))
		told(t, w, "Er is een passkey van uw account")
		if err := w.Identity.RemovePasskey(ctx, s, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("again: %v", err)
		}
		out, err := loginWith(t, w, q, access.Portal)
		refused(t, "a passkey that was removed", out, err)
		if _, err := loginWith(t, w, p, access.Portal); err != nil {
			t.Errorf("the one that stays: %v", err)
		}
		rule(t, w, tenant.SecondFactor{Policy: tenant.FactorRequired, Means: []string{tenant.FactorTOTP, tenant.FactorPasskey}})
		if err := w.Identity.RemovePasskey(ctx, s, list[1].ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("the last one where everybody must have one: %v", err)
		}
		rule(t, w, tenant.SecondFactor{Policy: tenant.FactorOptional, Means: []string{tenant.FactorTOTP}, RecoveryCodes: true})
		must(t, w.Identity.RemovePasskey(ctx, s, list[1].ID))
		o, err := w.Identity.OwnFactors(ctx, a)
		must(t, err)
		if len(o.Factors) != 0 || o.Left != 0 || slices.Contains(o.Offers, identity.Passkey) {
			t.Errorf("%+v", o)
		}
	})
}

func only[T any](_ T, err error) error { return err }

func TestNoPasskeyIsMadeOfWhatIsNotRight(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		s := a.Scope()
		for what, change := range map[string]func(p *worldtest.Passkey){
			"another address":             func(p *worldtest.Passkey) { p.Origin = "http://n0taris.localhost:8080" },
			"another host that it is for": func(p *worldtest.Passkey) { p.RPID = "localhost" },
			"nobody unlocked it":          func(p *worldtest.Passkey) { p.Flags = worldtest.Present },
			"what is signed at logging in": func(p *worldtest.Passkey) {
				p.Type = "webauthn.get"
			},
			"a copy of what cannot leave": func(p *worldtest.Passkey) { p.Flags |= worldtest.BackedUp },
		} {
			p := worldtest.NewPasskey(t, portalAt)
			change(p)
			if _, err := makePasskey(t, w, s, p); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		ch, err := w.Identity.AskLink(ctx, s)
		must(t, err)
		p := worldtest.NewPasskey(t, portalAt)
		in := identity.Answer{Secret: ch.Secret, JSON: p.Make(t, ch.Options)}
		for what, bad := range map[string]identity.Answer{
			"no cookie":   {JSON: in.JSON},
			"not JSON":    {Secret: "x", JSON: "{"},
			"broken CBOR": {Secret: "x", JSON: strings.Replace(in.JSON, `"attestationObject":"o2`, `"attestationObject":"_2`, 1)},
			"nothing":     {},
			"very much":   {Secret: "x", JSON: strings.Repeat(" ", 1<<17) + in.JSON},
		} {
			if _, err := w.Identity.LinkPasskey(ctx, s, bad, "x"); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.Identity.LinkPasskey(ctx, s, in, "Eerste"); err != nil {
			t.Fatal(err)
		}
		if codes, err := w.Identity.LinkPasskey(ctx, s, in, "Eerste"); err != nil || codes != nil {
			t.Errorf("the second of two clicks: %v", err)
		}
		other, err := login(w, t, "notaris", secondClient(t, w), world.Password, "")
		must(t, err)
		if _, err := makePasskey(t, w, clientOf(t, w, other.Session).Scope(), p); !errs.Is(err, errs.Invalid) {
			t.Errorf("one that somebody else has: %v", err)
		}
		var options struct {
			PublicKey struct {
				ExcludeCredentials     []struct{ ID string }
				AuthenticatorSelection struct{ ResidentKey, UserVerification string }
				Attestation            string
			} `json:"publicKey"`
		}
		ch, err = w.Identity.AskLink(ctx, s)
		must(t, err)
		must(t, json.Unmarshal(ch.Options, &options))
		if k := options.PublicKey; len(k.ExcludeCredentials) != 1 || k.AuthenticatorSelection.ResidentKey != "required" || k.AuthenticatorSelection.UserVerification != "required" || k.Attestation != "none" && k.Attestation != "" {
			t.Errorf("%s", ch.Options)
		}
		now.Advance(6 * time.Minute)
		if _, err := w.Identity.LinkPasskey(ctx, s, in, "x"); !errs.Is(err, errs.Unproved) {
			t.Errorf("without proof: %v", err)
		}
	})
}

func TestK14_WherePasskeysAreOffTheyOpenNothing(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		_, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		ch := askLogin(t, w, "notaris", access.Portal)
		for what, r := range map[string]tenant.SecondFactor{
			"off":              {Policy: tenant.FactorOff, Means: []string{tenant.FactorTOTP, tenant.FactorPasskey}},
			"without passkeys": {Policy: tenant.FactorOptional, Means: []string{tenant.FactorTOTP}},
		} {
			rule(t, w, r)
			if _, err := w.Identity.AskLogin(ctx, w.Tenant(t, "notaris"), access.Portal, network); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: asked: %v", what, err)
			}
			if _, err := w.Identity.AskLink(ctx, a.Scope()); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: another one: %v", what, err)
			}
			if _, err := w.Identity.AskLogin(ctx, w.Tenant(t, "notaris"), access.Office, network); err != nil {
				t.Errorf("%s: staff: %v", what, err)
			}
		}
		out, err := enterWith(t, w, "notaris", access.Portal, identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)})
		refused(t, "a challenge from before", out, err)
	})
}

func TestAPasskeyObeysWhatEveryLogInObeys(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		mine, a := entered(t, w)
		p, _ := withPasskey(t, w, a.Scope(), portalAt)
		tn := w.Tenant(t, "notaris")
		// Five wrong ones lock, but not the owner's own browser.
		copied := *p
		for n := range 5 {
			copied.Flags = worldtest.Present
			out, err := loginWith(t, w, &copied, access.Portal)
			refused(t, fmt.Sprint("wrong ", n), out, err)
		}
		if _, err := loginWith(t, w, p, access.Portal); !errs.Is(err, errs.Limited) {
			t.Errorf("after five wrong ones: %v", err)
		}
		ch := askLogin(t, w, "notaris", access.Portal)
		in := identity.PasskeyAttempt{Answer: identity.Answer{Secret: ch.Secret, JSON: p.Sign(t, ch.Options)}, Origin: network, Device: mine.Device}
		if out, err := w.Identity.LoginPasskey(ctx, tn, access.Portal, in); err != nil || out.Session == "" {
			t.Errorf("the owner's browser: %v", err)
		}
		// One that nobody has counts the same.
		nobody := worldtest.NewPasskey(t, portalAt)
		nobody.User = p.User
		for range 5 {
			out, err := loginWith(t, w, nobody, access.Portal)
			refused(t, "nobody's", out, err)
		}
		if _, err := loginWith(t, w, nobody, access.Portal); !errs.Is(err, errs.Limited) {
			t.Errorf("nobody's after five wrong ones: %v", err)
		}
		must(t, forgive(w))
		// Who only asks fills the table no further than this.
		for n := 0; ; n++ {
			_, err := w.Identity.AskLogin(ctx, tn, access.Portal, "198.51.100.0/24")
			if errs.Is(err, errs.Limited) && n == 50 {
				break
			}
			if err != nil || n > 50 {
				t.Fatalf("asked %d times: %v", n, err)
			}
		}
		now.Advance(identity.ChallengeLife + time.Second)
		askLogin(t, w, "notaris", access.Portal)
		if n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from passkey_challenge where tenant_id = 'notaris'`); err != nil || n != 1 {
			t.Errorf("%d challenges are kept, %v", n, err)
		}

		staff := w.Staff(t, "notaris", office)
		client := a.Scope().Client()
		must(t, w.Identity.Block(ctx, staff, client, a.Scope().Account()))
		out, err := loginWith(t, w, p, access.Portal)
		refused(t, "a blocked account", out, err)
		must(t, w.Identity.Unblock(ctx, staff, client, a.Scope().Account()))
		// Factors that are dropped take the passkeys with them.
		must(t, w.Identity.AskReset(ctx, staff, client, a.Scope().Account(), "Was op kantoor"))
		must(t, w.Identity.ConfirmReset(ctx, w.Staff(t, "notaris", "Bea Beheer"), client, a.Scope().Account()))
		if of, err := w.Identity.FactorsOf(ctx, staff, client); err != nil || !slices.Contains(of[a.Scope().Account()], identity.Passkey) {
			t.Errorf("%v, %v", of, err)
		}
		now.Advance(identity.ResetDelay + time.Minute)
		w.Work(t)
		out, err = loginWith(t, w, p, access.Portal)
		refused(t, "after the factors were dropped", out, err)
	})
}
