package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/letter"
)

// posted has the notary send PIN letters, sends the client one and returns its PIN, and the employee who sent it.
func (h *house) posted() (pin string, s *visitor) {
	h.t.Helper()
	boss := h.staff(admin)
	if a := boss.post("/settings/second-factor", boss.form("/settings/second-factor", "policy", "optional", "means", "sms", "means", "totp", "recovery", "on", "enrolment", "pin_letter")...); a.status != 303 {
		h.t.Fatalf("settings: %d %s", a.status, a.body)
	}
	client, account := h.clientOf(dewit), h.accountOf(dewit)
	s = h.staff("behandelaar@delinde.example")
	at := "/clients/" + client + "/accounts/" + account + "/pin"
	if a := s.get("/clients/" + client); !strings.Contains(a.body, `href="`+at+`"`) {
		h.t.Error("the client's page does not lead to a letter with a PIN")
	}
	if a := s.get(at); a.status != 200 || !strings.Contains(a.body, "Brief met pincode") {
		h.t.Errorf("the page of the letter: %d", a.status)
	}
	if a := s.post(at, "once", "long", "address", strings.Repeat("Straat\n", 9)); a.status != 422 || !strings.Contains(a.body, "Straat") {
		h.t.Errorf("an address that is too long: %d", a.status)
	}
	for range 2 { // a double click
		if a := s.post(at, "once", "pin", "address", "Dorpsstraat 1"); a.status != 303 || a.header.Get("Location") != "/letters" {
			h.t.Fatalf("the letter: %d %s", a.status, a.body)
		}
	}
	ctx := context.Background()
	t, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	scope, err := authn.Act(ctx, h.DB, "notaris", h.accountOf("behandelaar@delinde.example"))
	must(h.t, err)
	staff, _ := access.AsStaff(scope)
	rows, err := letter.Waiting(ctx, h.DB, staff)
	must(h.t, err)
	if len(rows) != 1 || rows[0].Kind != letter.KindPIN {
		h.t.Fatalf("what waits: %+v", rows)
	}
	c, _, err := letter.Print(ctx, h.DB, t, staff, rows[0].ID)
	must(h.t, err)
	if a := s.post("/letters/" + rows[0].ID + "/print"); a.status != 200 || !strings.HasPrefix(a.body, "%PDF-") || !strings.Contains(a.header.Get("Content-Disposition"), "pincode") {
		h.t.Errorf("printed: %d %v", a.status, a.header)
	}
	if a := s.get("/clients/" + client); !strings.Contains(a.body, "pincode per brief: Afgedrukt") || strings.Contains(a.body, c.Secret) {
		h.t.Error("the client's page does not say how it stands with the PIN, or says the PIN")
	}
	return c.Secret, s
}

func TestA22_A23_TheClientLinksATelephoneWithThePINOfHisLetter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		pin, staff := h.posted()
		v := h.client(dewit)
		if a := v.get("/profile"); !strings.Contains(a.body, `href="/profile/pin"`) || strings.Contains(a.body, `href="/profile/two-step/phone"`) || strings.Contains(a.body, `href="/profile/two-step/app"`) {
			t.Error("his own page does not lead to PIN & SMS, or to more than that")
		}
		if a := v.get("/profile/two-step/phone"); a.status != 303 || a.header.Get("Location") != "/profile/pin" {
			t.Errorf("without the PIN: %d %s", a.status, a.header.Get("Location"))
		}
		if a := v.post("/profile/two-step/phone", "phone", "06 12345678"); a.status != 404 {
			t.Errorf("without the PIN: %d", a.status)
		}
		if a := v.get("/profile/pin"); a.status != 200 || !strings.Contains(a.body, "PIN &amp; SMS") || !strings.Contains(a.body, `name="pin"`) {
			t.Errorf("the page: %d", a.status)
		}
		if a := v.post("/profile/pin", "phone", "06 12345678", "pin", "0000 000x"); a.status != 422 || !strings.Contains(a.body, "06 12345678") || !strings.Contains(a.body, "Deze pincode klopt niet") || strings.Contains(a.body, "000x") {
			t.Errorf("a wrong PIN: %d", a.status)
		}
		if a := v.post("/profile/pin", "phone", "06", "pin", pin); a.status != 422 || strings.Contains(a.body, pin) {
			t.Errorf("no number: %d", a.status)
		}
		if a := v.post("/profile/pin", "phone", "06 12345678", "pin", pin); a.status != 303 || a.header.Get("Location") != "/profile/two-step/phone/code" {
			t.Fatalf("the right PIN: %d %s", a.status, a.body)
		}
		if a := v.post("/profile/two-step/phone/code", "once", "link", "code", h.text()); a.status != 303 {
			t.Fatalf("the code: %d %s", a.status, a.body)
		}
		if a := v.get("/profile/pin"); a.status != 200 || strings.Contains(a.body, `name="pin"`) || !strings.Contains(a.body, "Nu gekoppeld: 06") {
			t.Errorf("after it: %d", a.status)
		}
		if a := staff.get("/clients/" + h.clientOf(dewit)); !strings.Contains(a.body, "pincode per brief: Gebruikt") {
			t.Error("staff do not see that the PIN was used")
		}
	})
}

func TestA22_AfterFiveWrongPINsThePageSaysWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		pin, staff := h.posted()
		v := h.client(dewit)
		for n := range 5 {
			if a := v.post("/profile/pin", "phone", "06 12345678", "pin", "x"); a.status != 422 || (n == 4) != strings.Contains(a.body, "Er is geen pincode die werkt.") {
				t.Errorf("try %d: %d", n+1, a.status)
			}
		}
		if a := v.post("/profile/pin", "phone", "06 12345678", "pin", pin); a.status != 422 {
			t.Errorf("the right one after that: %d", a.status)
		}
		if a := staff.get("/letters"); !strings.Contains(a.body, "Te vaak verkeerd geprobeerd") {
			t.Error("staff do not see it")
		}
	})
}

func TestA25_WithoutPINLettersThePageIsForbidden(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		if a := v.get("/profile"); strings.Contains(a.body, "/profile/pin") {
			t.Error("his own page leads there")
		}
		if a := v.get("/profile/pin"); a.status != 403 {
			t.Errorf("the page: %d", a.status)
		}
		if a := v.post("/profile/pin", "phone", "06 12345678", "pin", "12345678"); a.status != 403 {
			t.Errorf("the form: %d", a.status)
		}
		client, account := h.clientOf(dewit), h.accountOf(dewit)
		s := h.staff("behandelaar@delinde.example")
		if a := s.get("/clients/" + client); strings.Contains(a.body, "/pin\"") {
			t.Error("staff are led to a letter with a PIN")
		}
		if a := s.get("/clients/" + client + "/accounts/" + account + "/pin"); a.status != 403 {
			t.Errorf("the page of a letter: %d", a.status)
		}
		if a := s.post("/clients/"+client+"/accounts/"+account+"/pin", "once", "x"); a.status != 403 {
			t.Errorf("a letter: %d", a.status)
		}
	})
}
