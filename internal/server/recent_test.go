package server_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/web"
	"voordeur/internal/world"
)

type vaultForm struct {
	Word     string `form:"word"`
	Password string `form:"password"`
}

// withVault runs a house with a page and a form more, which ask for recent proof.
func withVault(t *testing.T, kind db.Dialect, now clock.Clock, got *string) *house {
	t.Helper()
	h := start(t, kind, scan.Off{}, now)
	page := func(c *web.Ctx) error { _, err := c.W.Write([]byte("the vault")); return err }
	put := func(c *web.Ctx) error {
		var f vaultForm
		if err := web.Bind(c, &f); err != nil {
			return err
		}
		*got = f.Word + "/" + f.Password
		return c.See("/vault")
	}
	late := func(c *web.Ctx) error {
		var f vaultForm
		if err := web.Bind(c, &f); err != nil {
			return err
		}
		if err := access.RequireRecent(c.Scope, c.Now, 10*time.Minute); err != nil {
			return err
		}
		return put(c)
	}
	deps := h.Deps
	deps.Routes = slices.Concat(deps.Routes, []web.Route{
		{Method: web.Get, Pattern: "/vault", Policy: access.PortalClient, Recent: 10 * time.Minute, Handler: page},
		{Method: web.Post, Pattern: "/vault", Policy: access.PortalClient, Recent: 10 * time.Minute, Handler: put, Form: vaultForm{}},
		{Method: web.Post, Pattern: "/vault/late", Policy: access.PortalClient, Handler: late, Form: vaultForm{}},
	})
	app, err := server.New(deps)
	must(t, err)
	h.http.Close()
	h.http = httptest.NewServer(app.Handler())
	t.Cleanup(h.http.Close)
	return h
}

func TestWhatNeedsProofWaitsForItWithWhatWasTyped(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := &clock.Manual{}
		now.Set(time.Now())
		got := ""
		h := withVault(t, kind, now, &got)
		v := h.client("c.dewit@post.example")
		if a := v.get("/vault"); a.body != "the vault" {
			t.Fatalf("right after the log-in: %d %.200s", a.status, a.body)
		}
		now.Advance(11 * time.Minute)
		if a := v.get("/vault?x=1"); a.status != 303 || a.header.Get("Location") != "/confirm?next=%2Fvault%3Fx%3D1" {
			t.Errorf("eleven minutes later: %d %s", a.status, a.header.Get("Location"))
		}
		old := v.cookies["session"]
		if a := v.post("/confirm", "password", "Fout12345", "next", "/vault"); a.status != 422 || !strings.Contains(a.body, "Uw wachtwoord is niet juist.") || v.cookies["session"] != old {
			t.Errorf("a wrong password: %d", a.status)
		}
		for _, at := range []string{"/vault", "/vault/late"} {
			got = ""
			if a := v.post(at, "word", "sesam", "password", "Geheim123"); a.status != 303 || a.header.Get("Location") != "/confirm?next=%2Fresume" || got != "" {
				t.Fatalf("%s without proof: %d %s %q", at, a.status, a.header.Get("Location"), got)
			}
			if a := v.post("/confirm", "password", world.Password, "next", "/resume"); a.header.Get("Location") != "/resume" || v.cookies["session"] == old {
				t.Fatalf("%s confirmed: %d %s", at, a.status, a.header.Get("Location"))
			}
			b := v.get("/resume").body
			if !strings.Contains(b, `action="`+at+`"`) || !strings.Contains(b, `value="sesam"`) || !strings.Contains(b, "Afronden") || strings.Contains(b, "Geheim123") {
				t.Errorf("%s: the form is not there, or with the password", at)
			}
			if v.post(at, "word", "sesam"); got != "sesam/" {
				t.Errorf("%s sent on: %q", at, got)
			}
			now.Advance(11 * time.Minute)
		}
		ghost := h.visit(portal)
		ghost.cookies["session"] = old
		if a := ghost.get("/vault"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("the old token: %d %s", a.status, a.header.Get("Location"))
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event like 'session.confirm%'`)
		must(t, err)
		if n != 3 {
			t.Errorf("%d entries in the journal, want 3", n)
		}
	})
}

func TestConfirmLeadsNowhereElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client("c.dewit@post.example")
		for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", ""} {
			if a := v.post("/confirm", "password", world.Password, "next", next); a.header.Get("Location") != "/" {
				t.Errorf("%q leads to %s", next, a.header.Get("Location"))
			}
		}
		for _, a := range []answer{h.visit(portal).get("/confirm?next=%2Fprofile"), h.visit(portal).post("/confirm", "password", world.Password, "next", "/profile")} {
			if a.status != 303 || a.header.Get("Location") != "/login?next=%2Fprofile" {
				t.Errorf("nobody: %d %s", a.status, a.header.Get("Location"))
			}
		}
		if a := h.staff("behandelaar@delinde.example").get("/confirm"); !strings.Contains(a.body, `name="code"`) || strings.Contains(v.get("/confirm").body, `name="code"`) {
			t.Error("not asked for the factors that the account has")
		}
	})
}
