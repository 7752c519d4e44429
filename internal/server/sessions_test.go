package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/scan"
)

// atNoon runs a house whose clock stands still until it is told otherwise.
func atNoon(t *testing.T, f func(t *testing.T, h *house, now *clock.Manual)) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(time.Now())
		f(t, start(t, kind, scan.Off{}, now), now)
	})
}

func TestE27_SessionsPageEndsTheOthers(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, now *clock.Manual) {
		v, other := h.client("c.dewit@post.example"), h.client("c.dewit@post.example")
		s := h.staff("behandelaar@delinde.example")
		b := v.get("/profile").body
		if !strings.Contains(b, "Waar u bent ingelogd") || !strings.Contains(b, `href="/sessions"`) {
			t.Error("Mijn gegevens does not lead to the sessions")
		}
		b = v.get("/sessions").body
		if strings.Count(b, "Hier bent u nu") != 1 || strings.Count(b, "Daar uitloggen") != 1 {
			t.Error("not two sessions, of which one is this")
		}
		now.Advance(11 * time.Minute)
		if a := v.post("/sessions/end", "session", between(b, `name="session" value="`, `"`)); a.header.Get("Location") != "/confirm?next=%2Fresume" {
			t.Errorf("without recent proof: %d %s", a.status, a.header.Get("Location"))
		}
		if a := other.get("/"); a.status != 200 {
			t.Fatalf("ended without proof: %d", a.status)
		}
		v = h.client("c.dewit@post.example")
		if a := v.post("/sessions/end-others"); a.status != 303 || !strings.Contains(v.get("/sessions").body, "U bent nergens anders ingelogd.") {
			t.Errorf("end all others: %d", a.status)
		}
		if a := other.get("/"); a.status != 303 || a.header.Get("Location") != "/login" {
			t.Errorf("the other one goes on: %d", a.status)
		}
		if a := s.get("/profile"); !strings.Contains(a.body, `href="/sessions"`) || s.get("/sessions").status != 200 {
			t.Errorf("an employee: %d", a.status)
		}
	})
}

func TestSessionsEndAsTheOfficeSaysAndSayHowLongTheyHave(t *testing.T) {
	atNoon(t, func(t *testing.T, h *house, now *clock.Manual) {
		admin := h.staff("beheer@delinde.example")
		save := func(idle, hours string) answer {
			v := between(admin.get("/settings/sessions").body, `name="version" value="`, `"`)
			return admin.post("/settings/sessions", "version", v, "idle", idle, "hours", hours)
		}
		for _, bad := range [][2]string{{"4", "10"}, {"61", "10"}, {"30", "0"}, {"30", "13"}, {"x", "10"}} {
			if a := save(bad[0], bad[1]); a.status != 422 {
				t.Errorf("%v: %d", bad, a.status)
			}
		}
		v := h.client("c.dewit@post.example")
		left := func() string { return strings.TrimSpace(v.get("/session/left").body) }
		if got := left(); got != `{"in_all":36000,"left":1800}` || !strings.Contains(v.get("/").body, fmt.Sprintf(`data-idle="1800" data-ends="%d"`, now.Now().Add(10*time.Hour).Unix())) {
			t.Errorf("at first: %s", got)
		}
		if a := save("5", "1"); a.status != 303 {
			t.Fatalf("save: %d", a.status)
		}
		now.Advance(4 * time.Minute)
		if got := left(); got != `{"in_all":3360,"left":60}` {
			t.Errorf("after four minutes: %s", got)
		}
		if got := left(); got != `{"in_all":3360,"left":60}` {
			t.Errorf("asking kept it awake: %s", got)
		}
		if a := v.post("/session/stay"); strings.TrimSpace(a.body) != `{"in_all":3360,"left":300}` {
			t.Errorf("stay: %s", a.body)
		}
		for range 11 {
			now.Advance(5*time.Minute - time.Second)
			if a := v.get("/"); a.status != 200 {
				t.Fatalf("ended while in use: %d", a.status)
			}
		}
		if got := left(); got != `{"in_all":71,"left":71}` {
			t.Errorf("shortly before the end: %s", got)
		}
		now.Advance(71 * time.Second)
		if a := v.get("/"); a.status != 303 {
			t.Errorf("an hour after the log-in: %d", a.status)
		}
		if a := v.get("/session/left"); a.status != 303 {
			t.Errorf("how long is left of nothing: %d", a.status)
		}
	})
}
