package identity_test

import (
	"context"
	"regexp"
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
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

const mobile = "06 12345678"

// texts returns the text messages that were sent, oldest first.
func texts(t *testing.T, w *worldtest.World) []string {
	t.Helper()
	w.Work(t)
	all, err := sms.ReadOutbox(w.Outbox)
	must(t, err)
	var out []string
	for _, m := range all {
		out = append(out, m.Text)
	}
	return out
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// codeOf returns the code that was sent last.
func codeOf(t *testing.T, w *worldtest.World) string {
	t.Helper()
	list := texts(t, w)
	if len(list) == 0 {
		t.Fatal("no text was sent")
	}
	return sixDigits.FindString(list[len(list)-1])
}

// other is a code that is not this one.
func other(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// rule gives the notary another rule of second factors.
func rule(t *testing.T, w *worldtest.World, r tenant.SecondFactor) {
	t.Helper()
	must(t, w.Tenants.Edit(ctx, w.Staff(t, "notaris", "Bea Beheer"), w.Tenant(t, "notaris").Version, "second_factor", func(e *tenant.Edition) error {
		e.Settings.SecondFactor = r
		return nil
	}))
}

// entered logs a client in with the password alone.
func entered(t *testing.T, w *worldtest.World) (identity.Outcome, access.Client) {
	t.Helper()
	out, err := login(w, t, "notaris", email, world.Password, "")
	must(t, err)
	return out, clientOf(t, w, out.Session)
}

// told checks that the client was mailed of what happened.
func told(t *testing.T, w *worldtest.World, phrase string) {
	t.Helper()
	if got := mails(t, w, email); !slices.ContainsFunc(got, func(text string) bool { return strings.Contains(text, phrase) }) {
		t.Errorf("nobody was mailed of %q: %q", phrase, got)
	}
}

func clientOf(t *testing.T, w *worldtest.World, token string) access.Client {
	t.Helper()
	s, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, token, "")
	must(t, err)
	a, ok := access.AsClient(s.Scope)
	if !ok {
		t.Fatal("no client")
	}
	return a
}

// withSMS links a telephone, and returns the recovery codes.
func withSMS(t *testing.T, w *worldtest.World, a access.Client, now *clock.Manual) []string {
	t.Helper()
	must(t, w.Identity.SendOwn(ctx, a, mobile))
	codes, err := w.Identity.LinkNumber(ctx, a, "once", codeOf(t, w))
	must(t, err)
	now.Advance(time.Minute)
	return codes
}

func finish(w *worldtest.World, t *testing.T, step string, with identity.Kind, code string) (identity.Outcome, error) {
	t.Helper()
	return w.Identity.Code(ctx, w.Tenant(t, "notaris"), identity.CodeAttempt{Face: access.Portal, Step: step, With: with, Code: code, Origin: "192.0.2.0/24"})
}

func TestN42_N43_ANumberIsLinkedByTheCodeThatItGets(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		out, a := entered(t, w)
		for _, bad := range []string{"", "030 123 45 60", "112", "+1 202 555 0123", "06 1234567", "abc"} {
			if f := errs.FieldsOf(w.Identity.SendOwn(ctx, a, bad)); len(f) != 1 || f[0].Name != "phone" {
				t.Errorf("%q: %v", bad, f)
			}
		}
		if n := len(texts(t, w)); n != 0 {
			t.Errorf("%d texts to numbers that are none", n)
		}
		must(t, w.Identity.SendOwn(ctx, a, mobile))
		code := codeOf(t, w)
		if list := texts(t, w); len(list) != 1 || !strings.Contains(list[0], "Notariskantoor De Linde") || !strings.Contains(list[0], "koppelen") {
			t.Errorf("texts: %q", list)
		}
		if again, _ := entered(t, w); again.Step != "" {
			t.Error("it is on before the code was filled in")
		}
		if _, err := w.Identity.LinkNumber(ctx, a, "k", other(code)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		codes, err := w.Identity.LinkNumber(ctx, a, "k", " "+code[:3]+" "+code[3:])
		must(t, err)
		if len(codes) != identity.RecoveryCodes || slices.ContainsFunc(codes, func(c string) bool { return !regexp.MustCompile(`^([0-9a-z]{4}-){3}[0-9a-z]{4}$`).MatchString(c) }) {
			t.Errorf("recovery codes: %q", codes)
		}
		if again, err := w.Identity.LinkNumber(ctx, a, "k", code); err != nil || again != nil {
			t.Errorf("the second of two clicks: %v, %v", again, err)
		}
		o, err := w.Identity.OwnFactors(ctx, a)
		must(t, err)
		if f, has := o.Has(identity.SMS); !has || f.Number != "06 •• •• •• 78" || o.Left != 10 {
			t.Errorf("own factors: %+v", o)
		}
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, out.Session, ""); err != nil {
			t.Errorf("the own session: %v", err)
		}
		told(t, w, "gekoppeld")
	})
}

func TestN43_AnExpiredOrOvertakenCodeLinksNothing(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		refused := func(what, code string) {
			t.Helper()
			if _, err := w.Identity.LinkNumber(ctx, a, "k"+what, code); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		must(t, w.Identity.SendOwn(ctx, a, mobile))
		first := codeOf(t, w)
		if err := w.Identity.SendOwn(ctx, a, mobile); !errs.Is(err, errs.Limited) {
			t.Errorf("another code at once: %v", err)
		}
		now.Advance(31 * time.Second)
		must(t, w.Identity.SendOwn(ctx, a, "06 87654321"))
		second := codeOf(t, w)
		if first != second {
			refused("the code before", first)
		}
		now.Advance(10 * time.Minute)
		refused("after ten minutes", second)
		must(t, w.Identity.SendOwn(ctx, a, mobile))
		third := codeOf(t, w)
		for range 5 {
			refused("wrong", other(third))
		}
		refused("after five wrong ones", third)
		if o, err := w.Identity.OwnFactors(ctx, a); err != nil || len(o.Factors) != 0 || o.Left != 0 {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestN44_TheCodeIsAskedAfterThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if out.Session != "" || out.Step == "" || out.Enrol || out.With != identity.SMS {
			t.Fatalf("a password alone: %+v", out)
		}
		code := codeOf(t, w)
		if list := texts(t, w); !strings.Contains(list[len(list)-1], "in te loggen") {
			t.Errorf("the text does not say what it is for: %q", list)
		}
		tn := w.Tenant(t, "notaris")
		if _, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Face: access.Office, Step: out.Step, Code: code}); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("in the office: %v", err)
		}
		if _, err := w.Identity.LinkNumber(ctx, a, "x", code); err == nil {
			t.Error("a code to log in links a telephone")
		}
		if _, err := finish(w, t, out.Step, "", other(code)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		in, err := finish(w, t, out.Step, "", code)
		must(t, err)
		if m := clientOf(t, w, in.Session).Scope().Means(); m != "password+sms" {
			t.Errorf("means %q", m)
		}
		if _, err := finish(w, t, out.Step, "", code); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the same step again: %v", err)
		}
		next, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if _, err := finish(w, t, next.Step, "", code); !errs.Is(err, errs.Invalid) {
			t.Errorf("the same code at another step: %v", err)
		}
	})
}

func TestN44_FiveWrongCodesLock(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		mine, a := entered(t, w)
		withSMS(t, w, a, now)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		code := codeOf(t, w)
		for n := range 5 {
			if _, err := finish(w, t, out.Step, "", other(code)); !errs.Is(err, errs.Invalid) {
				t.Fatalf("wrong code %d: %v", n, err)
			}
		}
		if _, err := finish(w, t, out.Step, "", code); err == nil {
			t.Error("the right code after five wrong ones")
		}
		now.Advance(time.Second)
		next, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if _, err := finish(w, t, next.Step, "", codeOf(t, w)); !errs.Is(err, errs.Limited) {
			t.Errorf("at a new step: %v", err)
		}
		own, err := w.Identity.Code(ctx, w.Tenant(t, "notaris"), identity.CodeAttempt{Step: next.Step, Code: codeOf(t, w), Device: mine.Device})
		if err != nil || own.Session == "" {
			t.Errorf("the owner's own device: %v", err)
		}
	})
}

func TestN44_AnAppIsLinkedAndAskedAfterThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		app, err := w.Identity.NewApp(ctx, a, "page")
		must(t, err)
		if elsewhere, err := w.Identity.NewApp(ctx, a, "another"); err != nil || elsewhere.Secret == app.Secret || len(app.Grouped()) != 39 {
			t.Errorf("%q, %v", app.Grouped(), err)
		}
		code := func() string {
			c, err := totp.GenerateCode(app.Secret, now.Now())
			must(t, err)
			return c
		}
		if _, err := w.Identity.LinkApp(ctx, a, "another", code()); !errs.Is(err, errs.Invalid) {
			t.Errorf("the code of another page: %v", err)
		}
		codes, err := w.Identity.LinkApp(ctx, a, "page", code())
		must(t, err)
		if len(codes) != identity.RecoveryCodes {
			t.Errorf("%d recovery codes", len(codes))
		}
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if _, err := finish(w, t, out.Step, "", code()); !errs.Is(err, errs.Invalid) {
			t.Errorf("the code that linked it: %v", err)
		}
		now.Advance(time.Minute)
		in, err := finish(w, t, out.Step, "", code())
		must(t, err)
		// Another telephone takes the place of the first, and both kinds can stand side by side.
		again := clientOf(t, w, in.Session)
		if codes := withSMS(t, w, again, now); codes != nil {
			t.Error("a second factor makes other recovery codes")
		}
		o, err := w.Identity.OwnFactors(ctx, again)
		must(t, err)
		if len(o.Factors) != 2 || !slices.Equal(o.Offers, []identity.Kind{identity.Passkey}) {
			t.Errorf("%+v", o)
		}
		out, err = login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if _, err := finish(w, t, out.Step, identity.TOTP, code()); err != nil {
			t.Errorf("the other way: %v", err)
		}
	})
}

func TestN45_ARecoveryCodeLogsInOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		codes := withSMS(t, w, a, now)
		step := func() string {
			out, err := login(w, t, "notaris", email, world.Password, "")
			must(t, err)
			return out.Step
		}
		for _, wrong := range []string{"", "0000-0000-0000-0000", codes[0][:14], codes[0] + "0"} {
			if _, err := finish(w, t, step(), identity.Recovery, wrong); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		out, err := finish(w, t, step(), identity.Recovery, " "+strings.ToUpper(strings.ReplaceAll(codes[0], "-", " "))+" ")
		must(t, err)
		if out.Session == "" || out.Left != 9 {
			t.Errorf("%+v", out)
		}
		told(t, w, "Er is met een herstelcode ingelogd")
		if _, err := finish(w, t, step(), identity.Recovery, codes[0]); !errs.Is(err, errs.Invalid) {
			t.Errorf("a code that was used: %v", err)
		}
		more, err := w.Identity.NewRecoveryCodes(ctx, clientOf(t, w, out.Session))
		must(t, err)
		told(t, w, "nieuwe herstelcodes gemaakt")
		if _, err := finish(w, t, step(), identity.Recovery, codes[1]); !errs.Is(err, errs.Invalid) {
			t.Errorf("a code of the set before: %v", err)
		}
		if _, err := finish(w, t, step(), identity.Recovery, more[9]); err != nil {
			t.Errorf("a new code: %v", err)
		}
		b, err := db.All(ctx, w.DB, db.Value[[]byte], `select hash from recovery_code`)
		must(t, err)
		for _, h := range b {
			if strings.Contains(string(h), strings.ReplaceAll(more[0], "-", "")) {
				t.Error("a code is kept in plain")
			}
		}
	})
}

func TestN46_OffAndAnotherNumber(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		elsewhere, _ := entered(t, w)
		mine, a2 := entered(t, w)
		withSMS(t, w, a2, now)
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, elsewhere.Session, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("another session after linking: %v", err)
		}
		must(t, w.Identity.SendOwn(ctx, a2, "+32 470 12 34 56"))
		_, err := w.Identity.LinkNumber(ctx, a2, "second", codeOf(t, w))
		must(t, err)
		o, err := w.Identity.OwnFactors(ctx, a2)
		must(t, err)
		if f, _ := o.Has(identity.SMS); len(o.Factors) != 1 || f.Number != "+32 •• •• •• 56" || o.Left != 10 {
			t.Errorf("another number: %+v", o)
		}
		must(t, w.Identity.Unlink(ctx, a2, identity.SMS))
		must(t, w.Identity.Unlink(ctx, a2, identity.SMS)) // a second click
		if _, err := authn.Load(ctx, w.DB, "notaris", limits, access.Portal, mine.Session, ""); err != nil {
			t.Errorf("the own session: %v", err)
		}
		told(t, w, "gehaald")
		if out, _ := entered(t, w); out.Session == "" {
			t.Error("a code is asked after it was switched off")
		}
		if _, err := w.Identity.NewRecoveryCodes(ctx, a2); !errs.Is(err, errs.Conflict) {
			t.Errorf("recovery codes without a factor: %v", err)
		}
	})
}

func TestK14_ThePolicyOfTheOrganisation(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		rule(t, w, tenant.SecondFactor{Policy: tenant.FactorOff})
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if out.Session == "" {
			t.Error("off: a code is asked")
		}
		if _, err := w.Identity.OwnFactors(ctx, a); !errs.Is(err, errs.NotFound) {
			t.Errorf("off: %v", err)
		}
		if err := w.Identity.SendOwn(ctx, a, mobile); !errs.Is(err, errs.NotFound) {
			t.Errorf("off: a telephone is linked: %v", err)
		}
		rule(t, w, tenant.SecondFactor{Policy: tenant.FactorRequired, Means: []string{tenant.FactorTOTP}})
		if out, err = login(w, t, "notaris", email, world.Password, ""); err != nil || out.Step == "" || out.Enrol {
			t.Errorf("required, with a factor of before: %+v, %v", out, err)
		}
		if err := w.Identity.SendOwn(ctx, a, mobile); !errs.Is(err, errs.NotFound) {
			t.Errorf("a means that is not offered: %v", err)
		}
		if err := w.Identity.Unlink(ctx, a, identity.SMS); !errs.Is(err, errs.Conflict) {
			t.Errorf("required: the last factor goes: %v", err)
		}
		if o, err := w.Identity.OwnFactors(ctx, a); err != nil || len(o.Factors) != 1 || !o.Required {
			t.Errorf("required: %+v, %v", o, err)
		}
	})
}

func TestK14_RequiredLeadsToLinkingBeforeTheSession(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		rule(t, w, tenant.SecondFactor{Policy: tenant.FactorRequired, Means: []string{tenant.FactorSMS}, RecoveryCodes: true})
		tn := w.Tenant(t, "notaris")
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if out.Session != "" || !out.Enrol || out.Step == "" {
			t.Fatalf("%+v", out)
		}
		app, err := w.Identity.Enrol(ctx, tn, out.Step)
		must(t, err)
		c, err := totp.GenerateCode(app.Secret, now.Now())
		must(t, err)
		attempt := identity.CodeAttempt{Face: access.Portal, Step: out.Step, With: identity.TOTP, Code: c, Enrol: true}
		if _, err := w.Identity.Code(ctx, tn, attempt); !errs.Is(err, errs.Invalid) {
			t.Errorf("a means that is not offered: %v", err)
		}
		must(t, w.Identity.SendToNew(ctx, tn, access.Portal, out.Step, mobile, "", ""))
		attempt.With, attempt.Code = identity.SMS, codeOf(t, w)
		in, err := w.Identity.Code(ctx, tn, attempt)
		must(t, err)
		if in.Session == "" || len(in.Codes) != identity.RecoveryCodes {
			t.Errorf("%+v", in)
		}
		next, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if next.Enrol {
			t.Error("it is to be linked again")
		}
		if err := w.Identity.SendToNew(ctx, tn, access.Portal, next.Step, "06 87654321", "", ""); err != nil {
			t.Error(err)
		}
		if list := texts(t, w); len(list) != 2 {
			t.Errorf("a step of who has a factor links another: %q", list)
		}
	})
}

// ASVS 6.4.3: a link that sets a password leads to the factor.
func TestN8_N44_ANewPasswordDropsNoFactor(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		out, err := w.Identity.SetPassword(ctx, w.Tenant(t, "notaris"), access.Portal, link(t, w, email), "Nieuwwacht1", "")
		must(t, err)
		if out.Session != "" || out.Step == "" {
			t.Fatalf("a link alone made a session: %+v", out)
		}
		if in, err := finish(w, t, out.Step, "", codeOf(t, w)); err != nil || in.Session == "" {
			t.Errorf("%v", err)
		}
	})
}

// at200 does f 200 times at once and returns how often it succeeded.
func at200(f func() error) int32 {
	var n atomic.Int32
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if f() == nil {
				n.Add(1)
			}
		})
	}
	all.Wait()
	return n.Load()
}

func TestN43_N44_N45_TwoHundredAtOnceAndOneSucceeds(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		must(t, w.Identity.SendOwn(ctx, a, mobile))
		code := codeOf(t, w)
		var codes []string
		var mu sync.Mutex
		if n := at200(func() error {
			list, err := w.Identity.LinkNumber(ctx, a, db.RandomID(), code)
			mu.Lock()
			codes = append(codes, list...)
			mu.Unlock()
			return err
		}); n != 1 || len(codes) != identity.RecoveryCodes {
			t.Fatalf("one code linked %d times, with %d recovery codes", n, len(codes))
		}
		now.Advance(time.Minute)
		for with, code := range map[identity.Kind]func() string{identity.SMS: func() string { return codeOf(t, w) }, identity.Recovery: func() string { return codes[3] }} {
			out, err := login(w, t, "notaris", email, world.Password, "")
			must(t, err)
			c := code()
			n := at200(func() error {
				_, err := finish(w, t, out.Step, with, c)
				return err
			})
			if n != 1 {
				t.Errorf("one %s code opened %d sessions", with, n)
			}
			now.Advance(20 * time.Minute) // what the 199 filled is forgotten
		}
	})
}

// One recovery code at two steps is used at one of them.
func TestN45_ARecoveryCodeAtManyStepsWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		codes := withSMS(t, w, a, now)
		var steps []string
		for n := range 4 {
			out, err := login(w, t, "notaris", email, world.Password, "")
			must(t, err)
			steps = append(steps, out.Step)
			// A later step voids the one before: here they live side by side, as only a fault could have it.
			must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update account_token set expires_at = $1 where purpose = 'login'`, db.At(tx.Now().Add(time.Duration(n+5)*time.Minute)))
				return err
			}))
		}
		var n atomic.Int32
		var all sync.WaitGroup
		for _, s := range steps {
			all.Go(func() {
				if _, err := finish(w, t, s, identity.Recovery, codes[0]); err == nil {
					n.Add(1)
				}
			})
		}
		all.Wait()
		if n.Load() != 1 {
			t.Errorf("one recovery code opened %d sessions", n.Load())
		}
	})
}

func TestN44_WhoProvesHimselfAnewIsSentACodeForThatSessionAlone(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		tn := w.Tenant(t, "notaris")
		enter := func() (identity.Outcome, string) {
			now.Advance(time.Second)
			out, err := login(w, t, "notaris", email, world.Password, "")
			must(t, err)
			code := codeOf(t, w)
			in, err := finish(w, t, out.Step, "", code)
			must(t, err)
			return in, code
		}
		in, used := enter()
		s := clientOf(t, w, in.Session).Scope()
		asks, err := w.Identity.ToConfirm(ctx, tn, s)
		must(t, err)
		if asks.App || asks.Sent || asks.Number != "06 •• •• •• 78" {
			t.Errorf("%+v", asks)
		}
		refused := func(what, code string, s access.Scope) {
			t.Helper()
			if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password, Code: code}); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("no code", "", s)
		refused("the code of the log-in", used, s)
		other, _ := enter()
		now.Advance(time.Second)
		must(t, w.Identity.SendToConfirm(ctx, tn, s, false))
		code := codeOf(t, w)
		refused("in another session", code, clientOf(t, w, other.Session).Scope())
		token, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password, Code: code})
		must(t, err)
		next := clientOf(t, w, token).Scope()
		if next.Means() != "password+sms" {
			t.Errorf("proved by %s", next.Means())
		}
		refused("the same code again", code, next)
	})
}
