package server_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/sms"
	"voordeur/internal/world"
)

// text returns the code of the text message that was sent last.
func (h *house) text() string {
	h.t.Helper()
	h.work()
	all, err := sms.ReadOutbox(filepath.Join(h.dir, "outbox"))
	must(h.t, err)
	if len(all) == 0 {
		h.t.Fatal("no text message was sent")
	}
	return regexp.MustCompile(`\b\d{6}\b`).FindString(all[len(all)-1].Text)
}

// secondFactor gives the notary another rule.
func (h *house) secondFactor(pairs ...string) answer {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update factor set step = 0 where kind = 'totp'`)
		return err
	}))
	v := h.staff(admin)
	return v.post("/settings/second-factor", append([]string{"version", between(v.get("/settings/second-factor").body, `name="version" value="`, `"`), "do", "save"}, pairs...)...)
}

// onceOf is the key of a page's form.
func onceOf(a answer) string { return between(a.body, `name="once" value="`, `"`) }

// codesOn are the recovery codes that a page shows.
func codesOn(a answer) []string {
	return regexp.MustCompile(`\b(?:[0-9a-z]{4}-){3}[0-9a-z]{4}\b`).FindAllString(a.body, -1)
}

// linked links a telephone to the client of the house and returns his recovery codes.
func (v *visitor) linked() []string {
	v.h.t.Helper()
	if a := v.post("/profile/two-step/phone", "phone", "06 12345678"); a.status != 303 || a.header.Get("Location") != "/profile/two-step/phone/code" {
		v.h.t.Fatalf("a number: %d %s", a.status, a.header.Get("Location"))
	}
	page := v.get("/profile/two-step/phone/code")
	a := v.post("/profile/two-step/phone/code", "once", onceOf(page), "code", v.h.text())
	if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/profile/two-step/codes") {
		v.h.t.Fatalf("the right code: %d %s", a.status, a.header.Get("Location"))
	}
	return codesOn(v.get(a.header.Get("Location")))
}

func TestN42_N43_LinkingATelephoneOnTheOwnPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		if page := v.get("/profile"); !strings.Contains(page.body, "2-staps verificatie") || !strings.Contains(page.body, "Telefoonnummer koppelen") {
			t.Errorf("the own page: %d", page.status)
		}
		a := v.post("/profile/two-step/phone", "phone", "030 123 45 60")
		if a.status != 422 || !strings.Contains(a.body, `value="030 123 45 60"`) || !strings.Contains(a.body, `href="#phone"`) {
			t.Errorf("a number that is none: %d", a.status)
		}
		if a := v.get("/profile/two-step/phone/code"); a.status != 303 {
			t.Errorf("the page of a code that was never sent: %d", a.status)
		}
		v.post("/profile/two-step/phone", "phone", "06 12345678")
		page := v.get("/profile/two-step/phone/code")
		if !strings.Contains(page.body, "06 •• •• •• 78") || strings.Contains(page.body, "12345678") {
			t.Error("the page names the number in full, or not at all")
		}
		wrong := "000000"
		if h.text() == wrong {
			wrong = "111111"
		}
		if a := v.post("/profile/two-step/phone/code", "once", onceOf(page), "code", wrong); a.status != 422 || !strings.Contains(a.body, "De code is onjuist of verlopen.") || strings.Contains(a.body, wrong) {
			t.Errorf("a wrong code: %d", a.status)
		}
		a = v.post("/profile/two-step/phone/code", "once", onceOf(page), "code", h.text())
		at := a.header.Get("Location")
		if codes := codesOn(v.get(at)); len(codes) != 10 {
			t.Errorf("%d recovery codes on %s", len(codes), at)
		}
		v.cookies["codes"] = "" // as the answer told the browser
		if again := v.get(at); again.status != 200 || len(codesOn(again)) != 0 || !strings.Contains(again.body, "al getoond") {
			t.Error("the recovery codes are shown twice")
		}
		if page := v.get("/profile"); !strings.Contains(page.body, "Sms naar 06 •• •• •• 78") || !strings.Contains(page.body, "Nog 10 herstelcodes over.") {
			t.Error("the own page does not say that it is on")
		}
	})
}

func TestN44_N45_TheCodeIsAskedAndThereAreOtherWays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		codes := h.client(dewit).linked()
		v := h.visit(portal)
		a := v.post("/login", "email", dewit, "password", world.Password, "next", "/dossiers")
		if a.status != 303 || v.cookies["session"] != "" || a.header.Get("Location") != "/login/code?next=%2Fdossiers" {
			t.Fatalf("the password leads to %s", a.header.Get("Location"))
		}
		for _, inner := range []string{"/", "/dossiers", "/profile", "/profile/two-step/codes"} {
			if a := v.get(inner); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
				t.Errorf("%s without a code: %d", inner, a.status)
			}
		}
		page := v.get(a.header.Get("Location"))
		for _, want := range []string{"06 •• •• •• 78", "Andere manier", "Herstelcode gebruiken", "Stuur een nieuwe code"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if a := v.post("/login/code/send", "next", "/dossiers"); a.status != 303 || !strings.Contains(v.get(a.header.Get("Location")).body, "Wacht een halve minuut") {
			t.Errorf("another code at once: %d", a.status)
		}
		if a := v.post("/login/code", "code", codes[0], "with", "sms"); a.status != 422 {
			t.Errorf("a recovery code as another: %d", a.status)
		}
		delete(v.cookies, "flash")
		a = v.post("/login/code", "code", h.text(), "with", "sms", "next", "/dossiers")
		if a.status != 303 || a.header.Get("Location") != "/dossiers" {
			t.Errorf("the right code: %d %s", a.status, a.header.Get("Location"))
		}
		o := h.visit(portal)
		o.post("/login", "email", dewit, "password", world.Password)
		if page := o.get("/login/code?with=recovery"); !strings.Contains(page.body, "Vul een herstelcode in") {
			t.Error("there is no page for a recovery code")
		}
		a = o.post("/login/code", "code", codes[1], "with", "recovery")
		if a.status != 303 || !strings.Contains(o.get(a.header.Get("Location")).body, "Over: 9.") {
			t.Errorf("a recovery code: %d", a.status)
		}
	})
}

func TestN46_ChangesAskForThePasswordAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		v.linked()
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update session set created_at = $1, proved_at = null`, db.At(tx.Now().Add(-6*time.Minute)))
			return err
		}))
		for _, at := range []string{"/profile/two-step/app", "/profile/two-step/phone", "/profile/two-step/remove?kind=sms"} {
			if a := v.get(at); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/confirm") {
				t.Errorf("%s: %d %s", at, a.status, a.header.Get("Location"))
			}
		}
		a := v.post("/profile/two-step/remove", "kind", "sms")
		if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/confirm") {
			t.Fatalf("removed without the password: %d", a.status)
		}
		if page := v.get("/confirm"); !strings.Contains(page.body, "Code per sms naar 06 •• •• •• 78") {
			t.Error("the page that asks again sends no code")
		}
		v.post("/confirm/send")
		code := h.text()
		if a := v.post("/confirm", "password", "Verkeerd1", "code", code); a.status != 422 {
			t.Errorf("without the password: %d", a.status)
		}
		if a := v.post("/confirm", "password", world.Password, "code", "", "next", "/profile"); a.status != 422 {
			t.Errorf("without the code: %d", a.status)
		}
		if a := v.post("/confirm", "password", world.Password, "code", code, "next", "/profile"); a.status != 303 || a.header.Get("Location") != "/profile" {
			t.Fatalf("with both: %d", a.status)
		}
		if a := v.post("/profile/two-step/remove", "kind", "sms"); a.status != 303 || a.header.Get("Location") != "/profile#two-step" {
			t.Errorf("removed: %d %s", a.status, a.header.Get("Location"))
		}
		if o := h.client(dewit); o.cookies["session"] == "" {
			t.Error("a code is asked after it was removed")
		}
	})
}

func TestK14_TheOfficeSaysWhetherClientsHaveASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, bad := range map[string][]string{
			"no policy": {"policy", "sometimes", "means", "totp"}, "a means that is none": {"policy", "optional", "means", "fax"}, "no means": {"policy", "required"},
		} {
			if a := h.secondFactor(bad...); a.status != 422 {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		if a := h.secondFactor("policy", "off"); a.status != 303 {
			t.Fatalf("off: %d", a.status)
		}
		v := h.client(dewit)
		if page := v.get("/profile"); strings.Contains(page.body, "2-staps") {
			t.Error("off: the own page speaks of it")
		}
		if a := v.get("/profile/two-step/app"); a.status != 404 {
			t.Errorf("off: an app is linked: %d", a.status)
		}
		if a := h.secondFactor("policy", "required", "means", "sms", "means", "totp", "recovery", "on"); a.status != 303 {
			t.Fatalf("required: %d", a.status)
		}
		v = h.visit(portal)
		a := v.post("/login", "email", dewit, "password", world.Password, "next", "/dossiers")
		if a.header.Get("Location") != "/login/code?enrol=1&next=%2Fdossiers" {
			t.Fatalf("required leads to %s", a.header.Get("Location"))
		}
		secret := secretOn(t, v.get(a.header.Get("Location")))
		if page := v.get("/login/code?enrol=1&with=sms"); !strings.Contains(page.body, `name="phone"`) || !strings.Contains(page.body, "Liever een app") {
			t.Error("there is no choice")
		}
		if a := v.post("/login/code/number", "phone", "abc"); a.status != 422 || !strings.Contains(a.body, `value="abc"`) {
			t.Errorf("a number that is none: %d", a.status)
		}
		a = v.post("/login/code", "code", code(t, secret, time.Now()), "enrol", "1", "with", "totp", "next", "/dossiers")
		if a.status != 303 || a.header.Get("Location") != "/profile/two-step/codes?next=%2Fdossiers" {
			t.Fatalf("linked: %d %s", a.status, a.header.Get("Location"))
		}
		page := v.get(a.header.Get("Location"))
		if len(codesOn(page)) != 10 || !strings.Contains(page.body, `href="/dossiers"`) {
			t.Error("the recovery codes are not shown on the way")
		}
		if page := v.get("/profile"); strings.Contains(page.body, "App verwijderen") {
			t.Error("required: the last factor can be removed")
		}
		if a := v.post("/profile/two-step/remove", "kind", "totp"); a.status != 409 {
			t.Errorf("required: the last factor is removed: %d", a.status)
		}
	})
}

func TestN46_TwoPersonsOfTheOfficeDropTheFactors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.client(dewit).linked()
		var account, client string
		must(t, h.DB.QueryRow(context.Background(), `select id, client_id from account where tenant_id = 'notaris' and email_key = $1`, dewit).Scan(&account, &client))
		at := "/clients/" + client + "/accounts/" + account + "/reset"
		s := h.staff("behandelaar@delinde.example")
		if a := s.get("/clients/" + client); !strings.Contains(a.body, "2-staps verificatie: sms") || !strings.Contains(a.body, at) {
			t.Error("the client's page does not say what he has")
		}
		if a := s.post(at, "ground", " "); a.status != 422 {
			t.Errorf("without a ground: %d", a.status)
		}
		if a := s.post(at, "ground", "Was op kantoor <b>"); a.status != 303 {
			t.Fatalf("asked: %d", a.status)
		}
		if a := s.post(at + "/confirm"); a.status != 403 {
			t.Errorf("confirmed by a handler: %d", a.status)
		}
		boss := h.staff(admin)
		if a := boss.get("/"); !strings.Contains(a.body, `href="/resets"`) {
			t.Error("the administrator is not told that something waits")
		}
		if a := boss.get("/resets"); a.status != 200 || !strings.Contains(a.body, "Was op kantoor &lt;b&gt;") || !strings.Contains(a.body, `href="/clients/`+client+`"`) {
			t.Errorf("what waits for the administrator: %d", a.status)
		}
		if a := s.get("/"); strings.Contains(a.body, `href="/resets"`) {
			t.Error("a handler is told too")
		}
		if a := s.get("/resets"); a.status != 403 {
			t.Errorf("a handler sees what waits: %d", a.status)
		}
		if a := boss.get("/clients/" + client); !strings.Contains(a.body, "Was op kantoor &lt;b&gt;") || !strings.Contains(a.body, at+"/confirm") {
			t.Error("the administrator cannot confirm")
		}
		if a := boss.post(at + "/confirm"); a.status != 303 {
			t.Errorf("confirmed: %d", a.status)
		}
		if a := boss.get("/resets"); !strings.Contains(a.body, "Er wacht niets op u.") {
			t.Error("what is confirmed still waits")
		}
		if a := s.get("/clients/" + client); strings.Contains(a.body, at+"/confirm") || !strings.Contains(a.body, at+"/withdraw") || !strings.Contains(a.body, "heeft het bevestigd") {
			t.Error("the page after it was confirmed")
		}
		if a := s.post(at + "/withdraw"); a.status != 303 {
			t.Errorf("withdrawn: %d", a.status)
		}
	})
}

// called is the code that was spoken last.
func (h *house) called() string {
	h.t.Helper()
	h.work()
	all, err := sms.ReadOutbox(filepath.Join(h.dir, "outbox"))
	must(h.t, err)
	if len(all) == 0 || !all[len(all)-1].Voice {
		h.t.Fatal("nobody was called")
	}
	return strings.ReplaceAll(regexp.MustCompile(`(\d, ){5}\d`).FindString(all[len(all)-1].Text), ", ", "")
}

// rested lets another code be sent at once.
func (h *house) rested() {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update sent_code set created_at = $1`, db.At(tx.Now().Add(-time.Minute)))
		return err
	}))
}

func TestN42_N44_WhoAsksIsCalledWhereTheOfficeSaysSo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		v.linked()
		h.rested()
		at := func() *visitor {
			o := h.visit(portal)
			if a := o.post("/login", "email", dewit, "password", world.Password); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login/code") {
				t.Fatalf("the password: %d %s", a.status, a.header.Get("Location"))
			}
			h.rested()
			return o
		}
		o := at()
		if b := o.get("/login/code").body; strings.Contains(b, "Bel mij met de code") {
			t.Error("a call is offered where nobody calls")
		}
		if a := o.post("/login/code/send", "aloud", "1"); a.status != 303 || !strings.Contains(o.get(a.header.Get("Location")).body, "kunnen u nu niet bellen") {
			t.Errorf("asked all the same: %d", a.status)
		}
		boss := h.staff(admin)
		if b := boss.get("/settings/sms").body; !strings.Contains(b, "Bellen met een code") {
			t.Error("the administrator has no choice")
		}
		if a := boss.post("/settings/sms", boss.form("/settings/sms", "per_day", "500", "countries", "NL", "voice", "on")...); a.status != 303 {
			t.Fatalf("settings: %d %s", a.status, a.body)
		}
		if b := o.get("/login/code").body; !strings.Contains(b, "Bel mij met de code") {
			t.Error("no call is offered")
		}
		a := o.post("/login/code/send", "aloud", "1", "next", "/dossiers")
		if b := o.get(a.header.Get("Location")).body; a.status != 303 || !strings.Contains(b, "Wij bellen u op 06 •• •• •• 78") || !strings.Contains(b, "U wordt zo gebeld.") {
			t.Errorf("asked: %d %s", a.status, mainOf(b))
		}
		code := h.called()
		if a := o.post("/login/code", "code", code, "with", "sms", "next", "/dossiers"); a.status != 303 || a.header.Get("Location") != "/dossiers" {
			t.Errorf("the spoken code: %d %s", a.status, a.header.Get("Location"))
		}
		if b := h.staff(handlerEmail).get("/clients/" + h.clientOf(dewit)).body; !strings.Contains(b, "Gebeld naar 06 •• •• •• 78") || strings.Contains(b, code) {
			t.Error("staff do not see that he was called")
		}
		if b := o.get("/confirm").body; !strings.Contains(b, "Bel mij met de code") {
			t.Error("no call is offered to whoever proves himself")
		}
		h.rested()
		if b := o.get("/profile/two-step/phone").body; !strings.Contains(b, "Een vast nummer kan ook") {
			t.Error("the page does not say that a landline will do")
		}
		if a := o.post("/profile/two-step/phone", "phone", "030 123 45 67"); a.status != 303 {
			t.Fatalf("a landline: %d %s", a.status, mainOf(a.body))
		}
		page := o.get("/profile/two-step/phone/code")
		if !strings.Contains(page.body, "Wij bellen u op 0•• ••• •• 67") {
			t.Error("the page does not say that he is called")
		}
		if a := o.post("/profile/two-step/phone/code", "once", onceOf(page), "code", h.called()); a.status != 303 {
			t.Errorf("the landline's code: %d", a.status)
		}
		if b := o.get("/profile").body; !strings.Contains(b, "Bellen naar 0•• ••• •• 67") {
			t.Error("the own page does not say that he is called")
		}
		h.rested()
		o = at()
		if b := o.get("/login/code").body; !strings.Contains(b, "Wij bellen u op 0•• ••• •• 67") || !strings.Contains(b, "De 6 cijfers die u hoort.") || strings.Contains(b, "Bel mij met de code") {
			t.Error("the page of the code is not about a call")
		}
	})
}
