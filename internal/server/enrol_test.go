package server_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/world"
)

const handlerEmail = "behandelaar@delinde.example"

// password passes the first half of an employee's log-in and returns where it leads.
func (v *visitor) password(email string) string {
	v.h.t.Helper()
	a := v.post("/login", "email", email, "password", world.Password)
	if a.status != 303 || v.cookies["step"] == "" || v.cookies["session"] != "" {
		v.h.t.Fatalf("password: %d, cookies %v", a.status, v.cookies)
	}
	return a.header.Get("Location")
}

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	must(t, err)
	return c
}

// factor returns what is kept of the handler's factor, nil for none.
func (h *house) factor() (sealed []byte) {
	h.t.Helper()
	err := h.DB.QueryRow(context.Background(), `select f.secret from factor f join account a on a.tenant_id = f.tenant_id and a.id = f.account_id
		where f.tenant_id = 'notaris' and a.email_key = $1`, handlerEmail).Scan(&sealed)
	if !errs.Is(err, errs.NotFound) {
		must(h.t, err)
	}
	return sealed
}

// secretOn returns the secret that an enrolment page shows.
func secretOn(t *testing.T, page answer) string {
	t.Helper()
	secret := strings.ReplaceAll(between(page.body, "<code>", "</code>"), " ", "")
	if page.status != 200 && page.status != 422 || len(secret) != 32 || !strings.Contains(page.body, `src="/login/enrol/qr.png"`) {
		t.Fatalf("the enrolment page: %d, secret %q", page.status, secret)
	}
	return secret
}

// The first log-in of every employee: the password leads to a page with a QR code and its secret, and
// the first right code of the app keeps that secret for every later log-in.
func TestAnEmployeeEnrolsHisFactorAtTheFirstLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		must(t, h.Identity.ResetFactor(context.Background(), "notaris", handlerEmail))
		other, v := h.visit(kantor), h.visit(kantor)
		earlier := secretOn(t, other.get(other.password(handlerEmail)))
		at := v.password(handlerEmail)
		if at != "/login/code?enrol=1" {
			t.Fatalf("the password leads to %s", at)
		}
		secret := secretOn(t, v.get(at))
		if again := secretOn(t, v.get(at)); again != secret || earlier == secret {
			t.Errorf("loaded again the page shows the same secret: %t; at another log-in: %t", again == secret, earlier == secret)
		}
		sameImage(t, v.get("/login/enrol/qr.png"), "otpauth://totp/Notariskantoor%20De%20Linde:"+handlerEmail+"?secret="+secret+"&issuer=Notariskantoor+De+Linde")

		wrong := v.post("/login/code", "code", code(t, world.TOTP, time.Now()), "enrol", "1")
		if wrong.status != 422 || secretOn(t, wrong) != secret || v.cookies["session"] != "" {
			t.Errorf("a wrong code: %d", wrong.status)
		}
		if a := v.post("/login/code", "code", code(t, secret, time.Now())); a.status != 422 {
			t.Errorf("a code without a factor and without enrolling: %d", a.status)
		}
		if sealed := h.factor(); sealed != nil {
			t.Error("a factor was kept before the first right code")
		}
		if a := v.post("/login/code", "code", code(t, secret, time.Now()), "enrol", "1"); a.status != 303 || a.header.Get("Location") != "/" {
			t.Fatalf("the right code: %d %s", a.status, a.body)
		}
		if a := v.get("/"); a.status != 200 {
			t.Errorf("the worklist after enrolling: %d", a.status)
		}
		if sealed := h.factor(); len(sealed) == 0 || bytes.Contains(sealed, []byte(secret)) {
			t.Errorf("the secret is kept as %q", sealed)
		}
		h.laterLogins(secret)
	})
}

// laterLogins checks that only codes of the secret count from now on, and none of them twice.
func (h *house) laterLogins(secret string) {
	h.t.Helper()
	v := h.visit(kantor)
	at := v.password(handlerEmail)
	if page := v.get(at); at != "/login/code" || strings.Contains(page.body, "qr.png") || strings.Contains(page.body, secret) {
		h.t.Errorf("an employee with a factor is led to %s, which shows one", at)
	}
	now := time.Now()
	for name, c := range map[string]struct{ code, enrol string }{
		"the code that enrolled": {code(h.t, secret, now), ""},
		"another one's factor":   {code(h.t, world.TOTP, now), ""},
		"a new factor":           {code(h.t, secretOn(h.t, v.get("/login/code?enrol=1")), now), "1"},
	} {
		if a := v.post("/login/code", "code", c.code, "enrol", c.enrol); a.status != 422 {
			h.t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := v.post("/login/code", "code", code(h.t, secret, now.Add(30*time.Second))); a.status != 303 {
		h.t.Errorf("the next code of the app: %d", a.status)
	}
}

func TestEnrolmentNeedsAStep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		must(t, h.Identity.ResetFactor(context.Background(), "notaris", handlerEmail))
		none, over := h.visit(kantor), h.visit(kantor)
		at := over.password(handlerEmail)
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account_token set expires_at = $1 where purpose = 'login'`, db.At(tx.Now().Add(-time.Second)))
			return err
		}))
		for name, v := range map[string]*visitor{"no step": none, "a step that is over": over} {
			if a := v.get(at); a.status != 303 || a.header.Get("Location") != "/login" {
				t.Errorf("%s: the page answers %d", name, a.status)
			}
			if a := v.get("/login/enrol/qr.png"); a.status != 404 {
				t.Errorf("%s: the QR code answers %d", name, a.status)
			}
			if a := v.post("/login/code", "code", "123456", "enrol", "1"); a.status != 303 || a.header.Get("Location") != "/login" || v.cookies["session"] != "" {
				t.Errorf("%s: a code answers %d", name, a.status)
			}
		}
		if a := h.visit(portal).get("/login/enrol/qr.png"); a.status != 404 {
			t.Errorf("the portal's QR code: %d", a.status)
		}
	})
}

// sameImage checks that an answer is the QR code of an address, dot by dot.
func sameImage(t *testing.T, a answer, address string) {
	t.Helper()
	got, err := png.Decode(strings.NewReader(a.body))
	if a.status != 200 || a.header.Get("Content-Type") != "image/png" || err != nil {
		t.Fatalf("the QR code: %d %s, %v", a.status, a.header.Get("Content-Type"), err)
	}
	key, err := otp.NewKeyFromURL(address)
	must(t, err)
	want, err := key.Image(240, 240)
	must(t, err)
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the QR code measures %v", got.Bounds())
	}
	dark := func(m image.Image, x, y int) bool {
		r, _, _, _ := m.At(x, y).RGBA()
		return r < 0x8000
	}
	for y := range 240 {
		for x := range 240 {
			if dark(got, x, y) != dark(want, x, y) {
				t.Fatalf("the QR code is not that of %s", address)
			}
		}
	}
}
