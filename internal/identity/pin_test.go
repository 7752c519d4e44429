package identity_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// byPIN has the notary send PIN letters.
func byPIN(t *testing.T, w *worldtest.World, policy string) {
	t.Helper()
	rule(t, w, tenant.SecondFactor{Policy: policy, Means: []string{tenant.FactorTOTP, tenant.FactorSMS, tenant.FactorPasskey}, RecoveryCodes: true, Enrolment: tenant.EnrolPIN})
}

// pinFor sends the client a letter with a PIN, and returns what stands in it.
func pinFor(t *testing.T, w *worldtest.World, a access.Client, once string) letter.Content {
	t.Helper()
	must(t, w.Identity.PINLetter(ctx, w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account(), once, "Dorpsstraat 1\n1234 AB Dorp"))
	return printed(t, w)
}

// another is a PIN that is not this one.
func another(pin string) string {
	if pin == "0000 0000" {
		return "0000 0001"
	}
	return "0000 0000"
}

func wrongPIN(t *testing.T, what string, err error) {
	t.Helper()
	if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != "pin" {
		t.Errorf("%s: %v", what, err)
	}
}

func TestA22_A23_ATelephoneIsLinkedWithThePINOfALetter(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorOptional)
		if v, err := w.Identity.OwnPIN(ctx, a); err != nil || v.Works {
			t.Errorf("before there is a letter: %+v, %v", v, err)
		}
		wrongPIN(t, "without a letter", w.Identity.SendWithPIN(ctx, a, mobile, "1234 5678"))
		c := pinFor(t, w, a, "one")
		if len(c.Secret) != 9 || c.UserName != "" || c.Name == "" || strings.Join(c.Address, "|") != "Dorpsstraat 1|1234 AB Dorp" {
			t.Errorf("the letter: %d characters, %q", len(c.Secret), c.Address)
		}
		if v, err := w.Identity.OwnPIN(ctx, a); err != nil || !v.Works {
			t.Errorf("with a letter: %+v, %v", v, err)
		}
		if f := errs.FieldsOf(w.Identity.SendWithPIN(ctx, a, "abc", c.Secret)); len(f) != 1 || f[0].Name != "phone" {
			t.Errorf("no number: %v", f)
		}
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, strings.ReplaceAll(c.Secret, " ", "")))
		if o, err := w.Identity.OwnFactors(ctx, a); err != nil || len(o.Factors) != 0 {
			t.Errorf("linked before the code: %+v, %v", o, err)
		}
		if _, err := w.Identity.LinkNumber(ctx, a, "link", other(codeOf(t, w))); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		codes, err := w.Identity.LinkNumber(ctx, a, "link", codeOf(t, w))
		if err != nil || len(codes) != identity.RecoveryCodes {
			t.Fatalf("%d recovery codes, %v", len(codes), err)
		}
		if got := states(t, w); got != letter.Used {
			t.Errorf("the letter is %s", got)
		}
		if v, err := w.Identity.OwnPIN(ctx, a); err != nil || v.Works || !strings.HasSuffix(v.Number, "78") {
			t.Errorf("after it: %+v, %v", v, err)
		}
		wrongPIN(t, "used", w.Identity.SendWithPIN(ctx, a, mobile, c.Secret))
		now.Advance(time.Minute)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		if out.Session != "" || out.With != identity.SMS {
			t.Errorf("no code is asked: %+v", out)
		}
		sent := codeOf(t, w)
		if _, err := finish(w, t, out.Step, identity.SMS, other(sent)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong token: %v", err)
		}
		if in, err := finish(w, t, out.Step, identity.SMS, sent); err != nil || in.Session == "" {
			t.Errorf("the token: %v", err)
		}
	})
}

func TestA22_TheFifthWrongPINEndsTheLetter(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorOptional)
		c := pinFor(t, w, a, "one")
		for range 4 {
			wrongPIN(t, "wrong", w.Identity.SendWithPIN(ctx, a, mobile, another(c.Secret)))
		}
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, c.Secret)) // counts for nothing
		wrongPIN(t, "the fifth", w.Identity.SendWithPIN(ctx, a, mobile, another(c.Secret)))
		if got := states(t, w); got != letter.Worn {
			t.Errorf("the letter is %s", got)
		}
		wrongPIN(t, "right, after five", w.Identity.SendWithPIN(ctx, a, mobile, c.Secret))
		if _, err := w.Identity.LinkNumber(ctx, a, "link", codeOf(t, w)); !errs.Is(err, errs.Conflict) {
			t.Errorf("the code that was sent before the letter ended: %v", err)
		}
		if o, err := w.Identity.OwnFactors(ctx, a); err != nil || len(o.Factors) != 0 {
			t.Errorf("%+v, %v", o, err)
		}
		now.Advance(time.Minute)
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, pinFor(t, w, a, "two").Secret))
	})
}

func TestA22_ARevokedReplacedOrOldPINIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorOptional)
		staff := w.Staff(t, "notaris", office)
		first := pinFor(t, w, a, "one")
		now.Advance(time.Minute)
		second := pinFor(t, w, a, "two")
		wrongPIN(t, "replaced", w.Identity.SendWithPIN(ctx, a, mobile, first.Secret))
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, second.Secret))
		rows, err := letter.Past(ctx, w.DB, staff, db.At(w.DB.Clock().Now().Add(time.Hour)), "")
		must(t, err)
		must(t, w.Identity.RevokeLetter(ctx, staff, rows[0].ID))
		if _, err := w.Identity.LinkNumber(ctx, a, "link", codeOf(t, w)); err == nil {
			t.Error("the code of a revoked letter links")
		}
		wrongPIN(t, "revoked", w.Identity.SendWithPIN(ctx, a, mobile, second.Secret))
		third := pinFor(t, w, a, "three")
		now.Advance(letter.Life + time.Minute)
		_, a = entered(t, w)
		wrongPIN(t, "expired", w.Identity.SendWithPIN(ctx, a, mobile, third.Secret))
		if _, err := login(w, t, "notaris", email, world.Password, ""); err != nil {
			t.Errorf("revoking a PIN took the password: %v", err)
		}
		if err := w.Identity.PINLetter(ctx, staff, w.Client(t, "notaris", "de heer P. van Houten").Scope().Client(), a.Scope().Account(), "x", ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("a letter for an account of another client: %v", err)
		}
		if err := w.Identity.PINLetter(ctx, w.Staff(t, "notaris", "Ada Controle"), a.Scope().Client(), a.Scope().Account(), "x", ""); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a letter by an auditor: %v", err)
		}
	})
}

func TestA22_WithoutItsPINNothingElseIsLinkedFirst(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorOptional)
		if err := w.Identity.SendOwn(ctx, a, mobile); !errs.Is(err, errs.NotFound) {
			t.Errorf("a telephone: %v", err)
		}
		if _, err := w.Identity.NewApp(ctx, a, "app"); !errs.Is(err, errs.NotFound) {
			t.Errorf("an app: %v", err)
		}
		o, err := w.Identity.OwnFactors(ctx, a)
		must(t, err)
		if len(o.Offers) != 1 || o.Offers[0] != identity.SMS || !o.ByPIN {
			t.Errorf("%+v", o)
		}
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, pinFor(t, w, a, "one").Secret))
		_, err = w.Identity.LinkNumber(ctx, a, "link", codeOf(t, w))
		must(t, err)
		if _, err := w.Identity.NewApp(ctx, a, "app"); err != nil {
			t.Errorf("an app beside the telephone: %v", err)
		}
	})
}

func TestA22_ARequiredTelephoneIsLinkedBeforeTheSession(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorRequired)
		tn := w.Tenant(t, "notaris")
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		at, err := w.Identity.AtStep(ctx, tn, access.Portal, out.Step)
		must(t, err)
		if len(at.Offers) != 1 || at.PIN == nil || at.PIN.Works {
			t.Errorf("%+v", at)
		}
		send := func(pin string) error {
			return w.Identity.SendToNew(ctx, tn, access.Portal, out.Step, mobile, pin, "192.0.2.0/24")
		}
		wrongPIN(t, "no letter yet", send("1234 5678"))
		c := pinFor(t, w, a, "one")
		wrongPIN(t, "wrong", send(another(c.Secret)))
		must(t, send(c.Secret))
		in, err := w.Identity.Code(ctx, tn, identity.CodeAttempt{Face: access.Portal, Step: out.Step, With: identity.SMS, Code: codeOf(t, w), Enrol: true})
		if err != nil || in.Session == "" || states(t, w) != letter.Used {
			t.Errorf("%+v, %v, the letter is %s", in, err, states(t, w))
		}
		now.Advance(time.Minute)
		if out, err = login(w, t, "notaris", email, world.Password, ""); err != nil || out.Enrol {
			t.Fatalf("%+v, %v", out, err)
		}
		second, sent := pinFor(t, w, a, "two"), len(texts(t, w))
		for _, pin := range []string{second.Secret, another(second.Secret)} {
			must(t, send(pin))
		}
		if n := len(texts(t, w)); n != sent {
			t.Errorf("a step of who has a factor sends %d codes to another telephone", n-sent)
		}
		var tries int
		must(t, w.DB.QueryRow(ctx, `select sum(tries) from letter where tenant_id = 'notaris' and kind = 'pin' and state = 'printed'`).Scan(&tries))
		if tries != 0 {
			t.Errorf("a step of who has a factor wears his letter: %d tries", tries)
		}
	})
}

func TestA22_OneOfManyAtOnceLinksWithAPIN(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		byPIN(t, w, tenant.FactorOptional)
		must(t, w.Identity.SendWithPIN(ctx, a, mobile, pinFor(t, w, a, "one").Secret))
		code := codeOf(t, w)
		if n := at200(func() error {
			_, err := w.Identity.LinkNumber(ctx, a, db.RandomID(), code)
			return err
		}); n != 1 {
			t.Errorf("%d linked", n)
		}
	})
}

func TestA25_WithoutPINLettersThereIsNothingOfThem(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		if _, err := w.Identity.OwnPIN(ctx, a); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the page: %v", err)
		}
		if err := w.Identity.SendWithPIN(ctx, a, mobile, "1234 5678"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the form: %v", err)
		}
		if err := w.Identity.PINLetter(ctx, w.Staff(t, "notaris", office), a.Scope().Client(), a.Scope().Account(), "x", ""); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the letter: %v", err)
		}
		if len(texts(t, w)) != 0 {
			t.Error("a code was sent")
		}
	})
}
