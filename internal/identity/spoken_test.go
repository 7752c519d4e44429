package identity_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

const landline = "030 123 45 67"

// calling lets the notary have codes spoken on a call.
func calling(t *testing.T, w *worldtest.World, on bool) {
	t.Helper()
	set(t, w, func(s *tenant.Settings) { s.SMS.Voice = on })
}

var spelled = regexp.MustCompile(`(\d, ){5}\d`)

// lastSent is the message that was sent last, and the code in it.
func lastSent(t *testing.T, w *worldtest.World) (m sms.Written, code string) {
	t.Helper()
	w.Work(t)
	all, err := sms.ReadOutbox(w.Outbox)
	must(t, err)
	if len(all) == 0 {
		t.Fatal("nothing was sent")
	}
	m = all[len(all)-1]
	return m, strings.ReplaceAll(spelled.FindString(m.Text), ", ", "")
}

func TestN42_N44_ALandlineIsLinkedByACodeThatIsSpoken(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		if f := errs.FieldsOf(w.Identity.SendOwn(ctx, a, landline)); len(f) != 1 || f[0].Key != "phone.not_mobile" {
			t.Errorf("where nobody calls: %v", f)
		}
		calling(t, w, true)
		must(t, w.Identity.SendOwn(ctx, a, landline))
		m, code := lastSent(t, w)
		if !m.Voice || m.Language != "nl-NL" || m.To != "+31301234567" || len(code) != 6 || len(spelled.FindAllString(m.Text, -1)) != 2 || strings.Contains(m.Text, code) || !strings.Contains(m.Text, "Notariskantoor De Linde") {
			t.Errorf("spoken: %+v", m)
		}
		if n, err := w.Identity.OwnNumber(ctx, a); err != nil || !n.Landline() {
			t.Errorf("the number that is linked: %v, %v", n, err)
		}
		if _, err := w.Identity.LinkNumber(ctx, a, "k", other(code)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		_, err := w.Identity.LinkNumber(ctx, a, "k", code)
		must(t, err)
		now.Advance(time.Minute)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		m, code = lastSent(t, w)
		if out.Step == "" || !m.Voice || !strings.Contains(m.Text, "in te loggen") {
			t.Fatalf("after the password: %+v, %+v", out, m)
		}
		st, err := w.Identity.AtStep(ctx, w.Tenant(t, "notaris"), access.Portal, out.Step)
		if f, _ := st.Has(identity.SMS); err != nil || !f.Landline || f.Number != "0•• ••• •• 67" {
			t.Errorf("the step: %+v, %v", st, err)
		}
		if in, err := finish(w, t, out.Step, "", code); err != nil || in.Session == "" {
			t.Errorf("the code: %+v, %v", in, err)
		}
		// Who is not called any more is not sent a text in its place.
		calling(t, w, false)
		now.Advance(time.Minute)
		had := len(texts(t, w))
		out, err = login(w, t, "notaris", email, world.Password, "")
		if err != nil || out.Step == "" || out.Session != "" || len(texts(t, w)) != had {
			t.Errorf("where nobody calls any more: %+v, %v", out, err)
		}
		if err := w.Identity.SendCode(ctx, w.Tenant(t, "notaris"), access.Portal, out.Step, false); !errs.Is(err, errs.Limited) || !strings.Contains(err.Error(), "code.no_calling") {
			t.Errorf("and it does not say so: %v", err)
		}
	})
}

func TestN44_WhoAsksIsCalledWithTheCode(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account set language = 'en' where tenant_id = 'notaris' and id = $1`, a.Scope().Account())
			return err
		}))
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		sent := codeOf(t, w)
		tn := w.Tenant(t, "notaris")
		now.Advance(time.Minute)
		if err := w.Identity.SendCode(ctx, tn, access.Portal, out.Step, true); !errs.Is(err, errs.Limited) {
			t.Errorf("where nobody calls: %v", err)
		}
		if st, err := w.Identity.AtStep(ctx, tn, access.Portal, out.Step); err != nil || st.Calls || !st.Sent {
			t.Errorf("the step: %+v, %v", st, err)
		}
		calling(t, w, true)
		tn = w.Tenant(t, "notaris")
		must(t, w.Identity.SendCode(ctx, tn, access.Portal, out.Step, true))
		m, code := lastSent(t, w)
		if !m.Voice || m.Language != "en-GB" || !strings.Contains(m.Text, "Your code to log in") {
			t.Errorf("spoken: %+v", m)
		}
		if err := w.Identity.SendCode(ctx, tn, access.Portal, out.Step, true); !errs.Is(err, errs.Limited) {
			t.Errorf("called again at once: %v", err)
		}
		if _, err := finish(w, t, out.Step, "", sent); !errs.Is(err, errs.Invalid) {
			t.Errorf("the text before the call still works: %v", err)
		}
		in, err := finish(w, t, out.Step, "", code)
		if err != nil || in.Session == "" {
			t.Fatalf("the spoken code: %+v, %v", in, err)
		}
		// It is bound to its purpose, and dead after ten minutes, as one that is sent.
		s := clientOf(t, w, in.Session).Scope()
		now.Advance(time.Minute)
		must(t, w.Identity.SendToConfirm(ctx, tn, s, true))
		_, code = lastSent(t, w)
		now.Advance(11 * time.Minute)
		if _, err := w.Identity.Confirm(ctx, tn, s, identity.Proof{Password: world.Password, Code: code}); !errs.Is(err, errs.Invalid) {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}

// Calls and texts spend one budget: five a day to a number.
func TestN42_CallsAreCountedWithTexts(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		calling(t, w, true)
		withSMS(t, w, a, now)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		tn := w.Tenant(t, "notaris")
		sent := 2
		for ; sent < 10; sent++ {
			now.Advance(31 * time.Second)
			if err = w.Identity.SendCode(ctx, tn, access.Portal, out.Step, sent%2 == 0); err != nil {
				break
			}
		}
		if !errs.Is(err, errs.Limited) || sent != notify.TextsPerNumber || len(texts(t, w)) != sent {
			t.Errorf("%d, of which %d left: %v", sent, len(texts(t, w)), err)
		}
	})
}
