package identity_test

import (
	"testing"
	"time"

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

func alive(w *worldtest.World, l authn.Limits, token string) bool {
	_, err := authn.Load(ctx, w.DB, "notaris", l, access.Portal, token, "")
	return err == nil
}

func TestE27_OwnSessionsAreSeenAndEnded(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		here, s := session(t, w)
		must(t, w.Identity.InBrowser(ctx, "notaris", here, identity.Agent{Browser: "Firefox", System: "Windows"}))
		now.Advance(time.Minute)
		phone, _ := session(t, w)
		tablet, _ := session(t, w)
		gone, ended := session(t, w)
		must(t, w.Identity.Logout(ctx, ended))
		stranger, err := login(w, t, "notaris", "p.vanhouten@post.example", world.Password, "")
		must(t, err)
		list, err := w.Identity.Sessions(ctx, s)
		must(t, err)
		if len(list) != 3 || !list[0].This || list[0].Agent.Browser != "Firefox" || list[1].This || list[1].Agent.Browser != "" || !list[0].Began.Before(list[1].Began) {
			t.Fatalf("%+v", list)
		}
		theirs, err := w.Identity.Sessions(ctx, load(t, w, access.Portal, stranger.Session))
		must(t, err)
		for name, ref := range map[string]string{"somebody else's": theirs[0].Ref, "none": "", "under its own id": authn.HashToken(phone), "under its token": phone} {
			if err := w.Identity.EndSession(ctx, s, ref); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, w.Identity.EndSession(ctx, s, list[1].Ref))
		if alive(w, limits, phone) == alive(w, limits, tablet) {
			t.Error("not one of the two sessions has ended")
		}
		must(t, w.Identity.EndOthers(ctx, s))
		must(t, w.Identity.EndOthers(ctx, s))
		for name, token := range map[string]string{"phone": phone, "tablet": tablet, "gone": gone} {
			if alive(w, limits, token) {
				t.Errorf("%s is still logged in", name)
			}
		}
		if !alive(w, limits, here) || !alive(w, limits, stranger.Session) {
			t.Error("ended too much")
		}
		n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'session.ended_elsewhere'`)
		must(t, err)
		if n != 2 {
			t.Errorf("%d entries in the journal, want 2", n)
		}
		now.Advance(11 * time.Minute)
		if err := w.Identity.EndOthers(ctx, s); !errs.Is(err, errs.Unproved) {
			t.Errorf("without recent proof: %v", err)
		}
	})
}

func TestASessionEndsWhenItsOfficeSays(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		short := tenant.SessionRule{IdleMinutes: 5, Hours: 1}.Limits()
		token, s := session(t, w)
		for range 12 {
			if !alive(w, short, token) {
				t.Fatal("ended while in use")
			}
			now.Advance(5*time.Minute - time.Second)
			must(t, w.Identity.Touch(ctx, s))
		}
		now.Advance(13 * time.Second)
		if alive(w, short, token) || !alive(w, limits, token) {
			t.Error("an hour after it began it still goes on, or not where the office allows ten")
		}
		token, _ = session(t, w)
		now.Advance(5*time.Minute + time.Second)
		if alive(w, short, token) || !alive(w, limits, token) {
			t.Error("five minutes of silence")
		}
	})
}

func TestBrowserIsReadCoarsely(t *testing.T) {
	for ua, want := range map[string]identity.Agent{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:135.0) Gecko/20100101 Firefox/135.0":                                                        {Browser: "Firefox", System: "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0":           {Browser: "Edge", System: "Windows"},
		"Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Mobile Safari/537.36":                  {Browser: "Chrome", System: "Android"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1": {Browser: "Safari", System: "iPhone"},
		"Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/133.0 Mobile/15E148 Safari/604.1":           {Browser: "Chrome", System: "iPad"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15":                   {Browser: "Safari", System: "Mac"},
		"curl/8.5.0": {}, "": {}, "<script>|Chrome": {},
	} {
		if got := identity.Browser(ua); got != want {
			t.Errorf("%s: %v", ua, got)
		}
	}
}
