package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/scan"
	"voordeur/internal/world/worldtest"
)

const (
	passkeysPath = "/profile/two-step/passkey"
	passkeyWrong = "Inloggen met deze passkey is niet gelukt."
)

func originOf(host string) string { return "http://" + host + ":8080" }

// withPasskey gives whoever is logged in a passkey, as his browser does.
func (v *visitor) withPasskey() *worldtest.Passkey {
	v.h.t.Helper()
	p := worldtest.NewPasskey(v.h.t, originOf(v.host))
	if a := v.post(passkeysPath, "answer", p.Make(v.h.t, v.challenge(passkeysPath))); a.status != 303 {
		v.h.t.Fatalf("making a passkey: %d", a.status)
	}
	return p
}

// challenge fetches what a page asks a passkey.
func (v *visitor) challenge(at string) []byte {
	v.h.t.Helper()
	a := v.post(at + "/ask")
	if a.status != 200 || a.header.Get("Content-Type") != "application/json" {
		v.h.t.Fatalf("%s/ask: %d %s", at, a.status, a.body)
	}
	return []byte(a.body)
}

// use answers what a page asks.
func (v *visitor) use(p *worldtest.Passkey, at string, pairs ...string) answer {
	v.h.t.Helper()
	return v.post(at, append([]string{"answer", p.Sign(v.h.t, v.challenge(at))}, pairs...)...)
}

// patient forgets what was tried, so that each case is its own.
func (h *house) patient() {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from throttle`)
		return err
	}))
}

// ASVS 6.3.3, 6.3.4, BIO2 5.17.01: one way in that is both steps, for clients and for staff.
func TestN44_APasskeyLogsInAloneAndAfterThePasswordAndProvesAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, in := range []struct {
			who  *visitor
			mail string
		}{{h.client(dewit), dewit}, {h.staff(admin), admin}} {
			p := in.who.withPasskey()
			if page := in.who.get("/profile"); in.who.host == portal && !strings.Contains(page.body, "U logt in met alleen een passkey") {
				t.Error("the own page does not say how one logs in")
			}
			v := h.visit(in.who.host)
			page := v.get("/login")
			if !strings.Contains(page.body, `data-passkey="get"`) || !strings.Contains(page.header.Get("Permissions-Policy"), "publickey-credentials-get=(self), publickey-credentials-create=()") {
				t.Errorf("%s: the log-in page offers none: %s", v.host, page.header.Get("Permissions-Policy"))
			}
			if a := v.use(p, "/login/passkey", "next", "/profile"); a.status != 303 || a.header.Get("Location") != "/profile" || v.cookies["session"] == "" || v.cookies["passkey"] != "" {
				t.Fatalf("%s: a passkey alone: %d to %s", v.host, a.status, a.header.Get("Location"))
			}
			if a := v.get("/profile"); a.status != 200 {
				t.Errorf("%s: what follows: %d", v.host, a.status)
			}
			before := v.cookies["session"]
			if a := v.use(p, "/confirm/passkey", "next", passkeysPath); a.status != 303 || a.header.Get("Location") != passkeysPath || v.cookies["session"] == before {
				t.Errorf("%s: proof anew: %d to %s", v.host, a.status, a.header.Get("Location"))
			}
			if a := v.get(passkeysPath); a.status != 200 || !strings.Contains(a.header.Get("Permissions-Policy"), "publickey-credentials-get=(), publickey-credentials-create=(self)") {
				t.Errorf("%s: the page that makes one: %d, %s", v.host, a.status, a.header.Get("Permissions-Policy"))
			}
			s := h.visit(in.who.host)
			s.password(in.mail)
			if a := s.use(p, "/login/code/passkey", "next", "//elsewhere.example"); a.status != 303 || a.header.Get("Location") != "/" || s.cookies["session"] == "" {
				t.Errorf("%s: after the password: %d to %s", v.host, a.status, a.header.Get("Location"))
			}
			for what, a := range map[string]answer{"no session": h.visit(v.host).post("/confirm/passkey/ask"), "no step": h.visit(v.host).post("/login/code/passkey/ask")} {
				if a.status == 200 || strings.Contains(a.body, "challenge") {
					t.Errorf("%s: %s: %d", v.host, what, a.status)
				}
			}
		}
	})
}

// ASVS 6.3.8: what is wrong, and what is nobody's, has one answer, byte for byte, and opens nothing.
func TestN7_APasskeyThatIsWrongOrUnknownHasOneAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.client(dewit).withPasskey()
		other := h.client("p.vanhouten@post.example").withPasskey()
		staff := h.staff(admin).withPasskey()
		sign := func(change func(p *worldtest.Passkey)) func(v *visitor) string {
			return func(v *visitor) string {
				bad := *p
				change(&bad)
				return bad.Sign(t, v.challenge("/login/passkey"))
			}
		}
		cases := map[string]func(v *visitor) string{
			"unknown":                  sign(func(p *worldtest.Passkey) { p.ID = make([]byte, 32) }),
			"another origin":           sign(func(p *worldtest.Passkey) { p.Origin = "http://n0taris.localhost:8080" }),
			"the origin of the office": sign(func(p *worldtest.Passkey) { p.Origin = originOf(kantor) }),
			"another RP ID":            sign(func(p *worldtest.Passkey) { p.RPID = "localhost" }),
			"nobody unlocked it":       sign(func(p *worldtest.Passkey) { p.Flags = worldtest.Present }),
			"making, not using":        sign(func(p *worldtest.Passkey) { p.Type = "webauthn.create" }),
			"the counter back":         sign(func(p *worldtest.Passkey) { p.Count = 0 }),
			"another one's name on it": sign(func(p *worldtest.Passkey) { p.ID = other.ID }),
			"another owner":            sign(func(p *worldtest.Passkey) { p.User = other.User }),
			"of the office":            func(v *visitor) string { return staff.Sign(t, v.challenge("/login/passkey")) },
			"an older challenge": func(v *visitor) string {
				old := v.challenge("/login/passkey")
				v.challenge("/login/passkey")
				return p.Sign(t, old)
			},
			"another browser's": func(v *visitor) string {
				v.challenge("/login/passkey")
				return p.Sign(t, h.visit(portal).challenge("/login/passkey"))
			},
			"no challenge":              func(*visitor) string { return p.Sign(t, []byte(`{"publicKey":{"challenge":"AAAA"}}`)) },
			"no JSON":                   func(v *visitor) string { v.challenge("/login/passkey"); return "{" },
			"no answer, as without one": func(*visitor) string { return "" },
		}
		want := ""
		for what, say := range cases {
			h.patient()
			v := h.visit(portal)
			a := v.post("/login/passkey", "answer", say(v))
			if a.status != 422 || !strings.Contains(a.body, passkeyWrong) || v.cookies["session"] != "" || v.cookies["passkey"] != "" {
				t.Errorf("%s: %d, cookies %v", what, a.status, v.cookies)
			}
			if want == "" {
				want = a.body
			}
			if a.body != want {
				t.Errorf("%s: the answer differs", what)
			}
		}

		h.patient()
		v := h.visit(portal)
		right := p.Sign(t, v.challenge("/login/passkey"))
		secret := v.cookies["passkey"]
		if a := v.post("/login/passkey", "answer", right); a.status != 303 {
			t.Fatalf("what is right: %d", a.status)
		}
		again := h.visit(portal)
		again.cookies["passkey"] = secret
		if a := again.post("/login/passkey", "answer", right); a.status != 422 || a.body != want || again.cookies["session"] != "" {
			t.Errorf("the same answer again: %d", a.status)
		}

		// It is of this organisation and this face, whatever its browser says.
		for _, host := range []string{kantor, "gemeente.localhost"} {
			there := *p
			there.Origin, there.RPID = originOf(host), host
			v := h.visit(host)
			if a := v.use(&there, "/login/passkey"); a.status != 422 || v.cookies["session"] != "" {
				t.Errorf("at %s: %d", host, a.status)
			}
		}
	})
}

func TestN44_AWrongPasskeyFinishesNoStepAndProvesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		me := h.client(dewit)
		p, other := me.withPasskey(), h.client("p.vanhouten@post.example").withPasskey()
		stranger := *other
		stranger.User = p.User
		unverified := *p
		unverified.Flags = worldtest.Present
		for what, bad := range map[string]*worldtest.Passkey{"another account's": other, "another account's in his name": &stranger, "not unlocked": &unverified} {
			h.patient()
			s := h.visit(portal)
			s.password(dewit)
			if a := s.use(bad, "/login/code/passkey", "next", "/dossiers"); a.status != 422 || !strings.Contains(a.body, passkeyWrong) || s.cookies["session"] != "" || !strings.Contains(a.body, `value="/dossiers"`) {
				t.Errorf("%s, after the password: %d", what, a.status)
			}
			before := me.cookies["session"]
			if a := me.use(bad, "/confirm/passkey", "next", "/profile"); a.status != 422 || !strings.Contains(a.body, passkeyWrong) || me.cookies["session"] != before || !strings.Contains(a.body, `value="/profile"`) {
				t.Errorf("%s, as proof: %d", what, a.status)
			}
		}
		h.patient()
		// What was asked for one purpose is worth nothing for another.
		v := h.visit(portal)
		me.cookies["passkey"] = ""
		answered := p.Sign(t, v.challenge("/login/passkey"))
		me.cookies["passkey"] = v.cookies["passkey"]
		if a := me.post("/confirm/passkey", "answer", answered, "next", "/profile"); a.status != 422 {
			t.Errorf("a challenge to log in, as proof: %d", a.status)
		}
		s := h.visit(portal)
		if a := s.post("/login/code/passkey", "answer", answered); a.status != 303 || a.header.Get("Location") != "/login" && !strings.HasPrefix(a.header.Get("Location"), "/login?") || s.cookies["session"] != "" {
			t.Errorf("without a password before it: %d to %s", a.status, a.header.Get("Location"))
		}
	})
}

func TestN46_PasskeysAreMadeRenamedAndRemovedByTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		for what, change := range map[string]func(p *worldtest.Passkey){
			"another origin":     func(p *worldtest.Passkey) { p.Origin = "http://n0taris.localhost:8080" },
			"another RP ID":      func(p *worldtest.Passkey) { p.RPID = "localhost" },
			"nobody unlocked it": func(p *worldtest.Passkey) { p.Flags = worldtest.Present },
			"using, not making":  func(p *worldtest.Passkey) { p.Type = "webauthn.get" },
		} {
			bad := worldtest.NewPasskey(t, originOf(portal))
			change(bad)
			if a := v.post(passkeysPath, "answer", bad.Make(t, v.challenge(passkeysPath))); a.status != 422 || !strings.Contains(a.body, "De passkey is niet gemaakt") {
				t.Errorf("%s: %d", what, a.status)
			}
		}
		p := v.withPasskey()
		id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from passkey where tenant_id = 'notaris'`)
		must(t, err)
		one := passkeysPath + "/" + id
		if a := v.post(one, "name", strings.Repeat("é", 61)); a.status != 422 || !strings.Contains(a.body, strings.Repeat("é", 61)) || !strings.Contains(a.body, `href="#name"`) {
			t.Errorf("a name that is too long: %d", a.status)
		}
		if a := v.post(one, "name", "<b>Mijn telefoon"); a.status != 303 || !strings.Contains(v.get("/profile").body, "&lt;b&gt;Mijn telefoon") {
			t.Errorf("another name: %d", a.status)
		}
		other, office := h.client("p.vanhouten@post.example"), h.staff(admin)
		for what, who := range map[string]*visitor{"another client": other, "an employee": office} {
			for _, at := range []string{one, one + "/remove"} {
				if a, b := who.get(at), who.post(at, "name", "Van mij"); a.status != 404 || b.status != 404 {
					t.Errorf("%s at %s: %d, %d", what, at, a.status, b.status)
				}
			}
		}
		if page := v.get(one + "/remove"); page.status != 200 || !strings.Contains(page.body, "Daarna staat 2-staps verificatie uit") {
			t.Errorf("the page that removes the last: %d", page.status)
		}
		if a := v.post(one + "/remove"); a.status != 303 {
			t.Fatalf("removing: %d", a.status)
		}
		if a := v.get(one); a.status != 404 {
			t.Errorf("what was removed: %d", a.status)
		}
		out := h.visit(portal)
		if a := out.use(p, "/login/passkey"); a.status != 422 || out.cookies["session"] != "" {
			t.Errorf("a removed passkey logs in: %d", a.status)
		}
	})
}

func TestK14_WherePasskeysAreNotOfferedNothingAsksForOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(dewit)
		p := v.withPasskey()
		if a := h.secondFactor("policy", "optional", "means", "passkey"); a.status != 422 || !strings.Contains(a.body, "Niet elke browser kan een passkey gebruiken.") {
			t.Errorf("passkeys alone: %d", a.status)
		}
		if a := h.secondFactor("policy", "optional", "means", "sms"); a.status != 303 {
			t.Fatalf("no passkeys any more: %d", a.status)
		}
		out := h.visit(portal)
		if page := out.get("/login"); strings.Contains(page.body, "data-passkey") {
			t.Error("the log-in page offers one")
		}
		for _, at := range []string{"/login/passkey/ask", passkeysPath + "/ask"} {
			if a := v.post(at); a.status != 404 {
				t.Errorf("%s: %d", at, a.status)
			}
		}
		if a := out.post("/login/passkey", "answer", p.Sign(t, []byte(`{"publicKey":{"challenge":"AAAA"}}`))); a.status != 422 || out.cookies["session"] != "" {
			t.Errorf("a passkey alone: %d", a.status)
		}
		if a := v.get(passkeysPath); a.status != 404 {
			t.Errorf("the page that makes one: %d", a.status)
		}
		if page := v.get("/profile"); !strings.Contains(page.body, "daarna met iets uit deze lijst") || strings.Contains(page.body, "met alleen een passkey") {
			t.Error("the own page says otherwise")
		}
		out.password(dewit)
		if a := out.use(p, "/login/code/passkey"); a.status != 303 || out.cookies["session"] == "" {
			t.Errorf("what was made keeps working after the password: %d", a.status)
		}
	})
}

func TestN44_TwoHundredTimesTheSamePasskeyAtOnceIsOneSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.client(dewit).withPasskey()
		first := h.visit(portal)
		first.password(dewit)
		said := p.Sign(t, first.challenge("/login/code/passkey"))
		var in atomic.Int32
		var all sync.WaitGroup
		for range 200 {
			v := h.visit(portal)
			for k, c := range first.cookies {
				v.cookies[k] = c
			}
			all.Go(func() {
				if a := v.post("/login/code/passkey", "answer", said); a.status >= http.StatusInternalServerError && a.status != http.StatusServiceUnavailable {
					t.Errorf("an answer of %d", a.status)
				}
				if v.cookies["session"] != "" {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if n := in.Load(); n != 1 {
			t.Errorf("one answer of a passkey opened %d sessions", n)
		}
	})
}

// ASVS 7.5.1. Another name changes nothing of how one gets in, and asks for no proof.
func TestN46_PasskeysAskForProofBeforeTheyChange(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := &clock.Manual{}
		now.Set(time.Now())
		h := start(t, kind, scan.Off{}, now)
		v, other := h.client(dewit), h.client(dewit)
		p := v.withPasskey()
		if a := other.get("/profile"); a.status != 303 {
			t.Errorf("another session after a passkey was made: %d", a.status)
		}
		id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from passkey where tenant_id = 'notaris'`)
		must(t, err)
		one := passkeysPath + "/" + id
		second := worldtest.NewPasskey(t, originOf(portal))
		made := second.Make(t, v.challenge(passkeysPath))
		now.Advance(6 * time.Minute)
		for _, at := range []string{passkeysPath, one + "/remove"} {
			for _, a := range []answer{v.get(at), v.post(at, "answer", made)} {
				if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/confirm") {
					t.Errorf("%s without proof: %d to %s", at, a.status, a.header.Get("Location"))
				}
			}
		}
		if a := v.script(passkeysPath + "/ask"); a.status != 401 && a.status != 403 || strings.Contains(a.body, "challenge") {
			t.Errorf("a script that asks without proof: %d", a.status)
		}
		if a := v.post(one, "name", "Thuis"); a.status != 303 || strings.HasPrefix(a.header.Get("Location"), "/confirm") {
			t.Errorf("another name: %d to %s", a.status, a.header.Get("Location"))
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from passkey where tenant_id = 'notaris'`)
		must(t, err)
		if n != 1 {
			t.Errorf("%d passkeys", n)
		}
		if a := v.use(p, "/confirm/passkey", "next", one+"/remove"); a.status != 303 {
			t.Fatalf("proof with the passkey: %d", a.status)
		}
		if a := v.post(one + "/remove"); a.status != 303 || strings.HasPrefix(a.header.Get("Location"), "/confirm") {
			t.Errorf("removing with proof: %d to %s", a.status, a.header.Get("Location"))
		}
	})
}

// script posts as a script of the page does.
func (v *visitor) script(path string) answer {
	v.h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, v.h.http.URL+path, http.NoBody)
	must(v.h.t, err)
	req.Host = v.host
	req.Header.Set("Accept", "application/problem+json")
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(v.h.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.h.t, err)
	return answer{res.StatusCode, res.Header, string(b)}
}
