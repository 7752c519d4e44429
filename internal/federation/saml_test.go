package federation_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/eidsim"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/saml"
)

// party is a desk with a connection by SAML to the simulator.
type party struct {
	*desk
	sim *eidsim.Sim
	id  string
	p   eidsim.Provider
	// told is what it told us of people who have logged out there.
	told [][]byte
}

// browser follows nothing by itself.
var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func fetch(t testing.TB, do func() (*http.Response, error)) (*http.Response, string) {
	t.Helper()
	res, err := do()
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return res, string(b)
}

// bySAML connects the town with a provider of the simulator, which knows us.
func (d *desk) bySAML(means string, profile saml.Profile, p eidsim.Provider, level eid.Level) *party {
	d.t.Helper()
	at, in := d.made(means, profile, p)
	in.Level, in.Enabled = level.String(), true
	must(d.t, at.save(in))
	at.reported()
	return at
}

// RoundTrip is the line on which the provider tells us that somebody has logged out.
func (p *party) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	p.told = append(p.told, body)
	reply, err := p.f.End(ctx, p.Tenant(p.t, town), access.Portal, p.id, federation.Told{Message: body}, "")
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(reply.Message))}, err
}

// away has a visitor at the provider, who has not yet chosen.
func (p *party) away(in federation.Going) federation.Gone {
	p.t.Helper()
	if in.Purpose == "" {
		in.Purpose = federation.ToLogin
	}
	if in.Scope == (access.Scope{}) {
		in.Scope = visitor("192.0.2.0/24")
	}
	gone, err := p.f.Go(ctx, p.Tenant(p.t, town), access.Portal, p.id, in)
	must(p.t, err)
	return gone
}

// choose is somebody at the page of the provider: what he comes back with.
func (p *party) choose(gone federation.Gone, form url.Values) federation.Back {
	p.t.Helper()
	res, page := fetch(p.t, func() (*http.Response, error) { return browser.PostForm(gone.URL, form) })
	to, err := url.Parse(res.Header.Get("Location"))
	must(p.t, err)
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(to.Path, "/login/"+p.id+"/return") {
		p.t.Fatalf("%d to %s: %s", res.StatusCode, to, page)
	}
	return federation.Back{Query: to.Query(), Secret: gone.Secret, Scope: visitor("192.0.2.0/24")}
}

func who(person, level string, wrong eidsim.Misbehaviour) url.Values {
	return url.Values{"act": {"login"}, "person": {person}, "level": {level}, "wrong": {string(wrong)}}
}

// enter logs somebody in.
func (p *party) enter(form url.Values) (access.Scope, error) {
	p.t.Helper()
	a, err := p.f.Take(ctx, p.Tenant(p.t, town), access.Portal, p.id, p.choose(p.away(federation.Going{}), form))
	if err != nil {
		return access.Scope{}, err
	}
	s, ok := p.alive(access.Portal, a.Outcome.Session)
	if !ok {
		p.t.Fatal("the session does not live")
	}
	return s, nil
}

func TestD8_E2_DigiDBySAML(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		s, err := p.enter(who("yilmaz", midden, ""))
		must(t, err)
		if s.Client() != d.clientOf(yilmaz) || s.Account() != d.Login(t, town, yilmaz).ID || s.Means() != "digid+medium" {
			t.Errorf("client %s, account %s, %s", s.Client(), s.Account(), s.Means())
		}
		// What he proves anew he proves there, whatever session he has there.
		gone := p.away(federation.Going{Purpose: federation.ToConfirm, Scope: s})
		back := p.choose(gone, who("yilmaz", midden, ""))
		back.Scope = s
		a, err := p.f.Take(ctx, d.Tenant(t, town), access.Portal, p.id, back)
		if err != nil || a.Token == "" {
			t.Errorf("to prove it anew: %v", err)
		}
		s, _ = d.alive(access.Portal, a.Token)
		back = p.choose(p.away(federation.Going{Purpose: federation.ToConfirm, Scope: s}), who("veenstra", midden, ""))
		back.Scope = s
		if _, err := p.f.Take(ctx, d.Tenant(t, town), access.Portal, p.id, back); federation.Refusal(err) != "refused" {
			t.Errorf("somebody else proves it: %v", err)
		}
	})
}

func TestE1_E3_D9_CompaniesAndEuropeansBySAML(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		firm := d.clientOf("de heer H. Veenstra")
		must(t, d.f.Add(ctx, d.recently(handler), firm, eid.KvK, "90000001"))
		company := d.bySAML(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning, eid.Substantial)
		s, err := company.enter(who("heuvellopers", eh3, ""))
		must(t, err)
		if s.Client() != firm || s.Means() != "eherkenning+substantial" {
			t.Errorf("client %s, %s", s.Client(), s.Means())
		}
		if _, err := company.enter(who("heuvellopers", eh3, eidsim.LowLevel)); federation.Refusal(err) != "level" {
			t.Errorf("a lower level: %v", err)
		}
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, "999990160"))
		europe := d.bySAML(federation.EIDAS, saml.EIDAS, eidsim.EIDAS, eid.Substantial)
		s, err = europe.enter(who("keller", eh3, ""))
		must(t, err)
		if s.Client() != d.clientOf(yilmaz) {
			t.Errorf("the European is client %s", s.Client())
		}
	})
}

func TestD8_E2_WhoDoesNotGetThereBySAMLIsNotLoggedIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		good := who("yilmaz", midden, "")
		used := p.choose(p.away(federation.Going{}), good)
		_, err := p.f.Take(ctx, home, access.Portal, p.id, used)
		must(t, err)
		with := func(change func(*federation.Back)) federation.Back {
			b := p.choose(p.away(federation.Going{}), good)
			change(&b)
			return b
		}
		late := with(func(*federation.Back) {})
		d.now.Advance(identity.AwayLife + time.Second)
		before := d.count("session.started")
		cases := map[string]struct {
			back federation.Back
			want string
		}{
			"he cancelled":       {p.choose(p.away(federation.Going{}), url.Values{"act": {"cancel"}}), "cancelled"},
			"the same twice":     {used, "refused"},
			"too late":           {late, "refused"},
			"another browser":    {with(func(b *federation.Back) { b.Secret = strings.Repeat("x", 52) }), "refused"},
			"no cookie":          {with(func(b *federation.Back) { b.Secret = "" }), "refused"},
			"another RelayState": {with(func(b *federation.Back) { b.Query.Set("RelayState", "x") }), "refused"},
			"no RelayState":      {with(func(b *federation.Back) { b.Query.Del("RelayState") }), "refused"},
			"two artifacts":      {with(func(b *federation.Back) { b.Query.Add("SAMLart", "x") }), "refused"},
			"no artifact":        {with(func(b *federation.Back) { b.Query.Del("SAMLart") }), "refused"},
			"half an artifact":   {with(func(b *federation.Back) { b.Query.Set("SAMLart", b.Query.Get("SAMLart")[:20]) }), "refused"},
			"another's artifact": {with(func(b *federation.Back) { b.Query.Set("SAMLart", used.Query.Get("SAMLart")) }), "refused"},
		}
		for wrong, want := range map[eidsim.Misbehaviour]string{
			eidsim.LowLevel: "level", eidsim.OtherAudience: "refused", eidsim.Expired: "refused", eidsim.Replayed: "refused", eidsim.Unsigned: "refused", eidsim.WrongKey: "refused",
			eidsim.OtherIssuer: "refused", eidsim.OtherState: "refused", eidsim.OtherRequest: "refused", eidsim.Failure: "refused",
		} {
			cases["the provider: "+string(wrong)] = struct {
				back federation.Back
				want string
			}{p.choose(p.away(federation.Going{}), who("yilmaz", midden, wrong)), want}
		}
		for name, c := range cases {
			a, err := p.f.Take(ctx, home, access.Portal, p.id, c.back)
			if got := federation.Refusal(err); got != c.want || a.Outcome.Session != "" {
				t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), bsn) {
				t.Errorf("%s: the error tells whose it was", name)
			}
		}
		if n := d.count("session.started"); n != before {
			t.Errorf("%d sessions were opened", n-before)
		}
		// Another organisation has no such connection, and neither has the office; nobody reads there what ours says.
		for face, at := range map[access.Face]string{access.Portal: "notaris", access.Office: town} {
			if _, err := d.f.Metadata(ctx, d.Tenant(t, at), face, p.id); !errs.Is(err, errs.NotFound) {
				t.Errorf("metadata, %s of %s: %v", face, at, err)
			}
			if _, err := d.f.Post(ctx, d.Tenant(t, at), face, p.id, "x", "x"); !errs.Is(err, errs.NotFound) {
				t.Errorf("an answer, %s of %s: %v", face, at, err)
			}
		}
	})
}

func TestD8_OneSAMLAnswerIsUsedOnceByTwoHundred(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		back := p.choose(p.away(federation.Going{}), who("yilmaz", midden, ""))
		home := d.Tenant(t, town)
		if in := crowd(func() bool {
			a, err := d.f.Take(ctx, home, access.Portal, p.id, back)
			return err == nil && a.Outcome.Session != ""
		}); in != 1 {
			t.Errorf("%d came in", in)
		}
	})
}

// A party without artifacts has the browser post its answer, from another site and so without our cookie.
func TestE1_AnAnswerThatIsPostedWaitsForItsBrowser(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		gone := p.away(federation.Going{})
		relay := p.choose(gone, who("yilmaz", midden, "")).Query.Get("RelayState")
		for range 2 { // the first is kept
			_, err := d.f.Post(ctx, home, access.Portal, p.id, relay, "not an answer")
			must(t, err)
		}
		if all := d.dump("connection_request", "answer"); strings.Contains(all, "not an answer") || all == "" {
			t.Error("it is not kept, or not sealed")
		}
		stranger := federation.Back{Query: url.Values{"RelayState": {relay}}, Secret: strings.Repeat("x", 52), Scope: visitor("")}
		if _, err := d.f.Take(ctx, home, access.Portal, p.id, stranger); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("another browser: %v", err)
		}
		if _, err := d.f.Take(ctx, home, access.Portal, p.id, federation.Back{Query: url.Values{"RelayState": {relay}}, Secret: gone.Secret, Scope: visitor("")}); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("what is no answer: %v", err)
		}
		if _, err := d.f.Post(ctx, home, access.Portal, p.id, "nobody is away with this", "x"); err != nil {
			t.Errorf("an answer that nobody waits for: %v", err)
		}
		other := d.connect(federation.EIDAS, "eidas", nil)
		if _, err := d.f.Post(ctx, home, access.Portal, other, relay, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a connection of another protocol: %v", err)
		}
	})
}

func TestD8_E27_WhoLogsOutAtDigiDHasLoggedOutHere(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		phone, desktop, other := p.come("yilmaz"), p.come("yilmaz"), p.come("veenstra")
		person := eidsim.At(eidsim.DigiD)[0]
		must(t, p.sim.EndSessions(ctx, person))
		for name, c := range map[string]struct {
			session string
			lives   bool
		}{"her phone": {phone, false}, "her desktop": {desktop, false}, "somebody else": {other, true}} {
			if _, lives := d.alive(access.Portal, c.session); lives != c.lives {
				t.Errorf("%s: lives is %v", name, lives)
			}
		}
		if n := d.count("session.ended_by_party"); n != 1 || len(p.told) != 1 {
			t.Fatalf("%d in the journal, told %d times", n, len(p.told))
		}
		// Said once more it ends nothing new, and who changes it ends nothing.
		again := p.come("yilmaz")
		for name, message := range map[string][]byte{
			"of another": bytes.Replace(p.told[0], []byte(bsn), []byte("999990020"), 1),
			"unsigned":   regexp.MustCompile(`(?s)<ds:Signature.*</ds:Signature>`).ReplaceAll(p.told[0], nil),
			"nothing":    nil,
			"not XML":    []byte("logout"),
		} {
			if _, err := p.f.End(ctx, home, access.Portal, p.id, federation.Told{Message: message}, ""); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if reply, err := p.f.End(ctx, home, access.Portal, p.id, federation.Told{Message: p.told[0]}, ""); err != nil || reply.Message == nil {
			t.Errorf("once more: %v", err)
		}
		if _, lives := d.alive(access.Portal, again); !lives {
			t.Error("an old message ended a new session")
		}
		// As long as it holds it is remembered, also while only a difference of clocks lets it hold.
		d.now.Advance(16 * time.Minute)
		later := p.come("yilmaz")
		if _, err := p.f.End(ctx, home, access.Portal, p.id, federation.Told{Message: p.told[0]}, ""); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
		if _, lives := d.alive(access.Portal, later); !lives {
			t.Error("a message that was forgotten ended a new session")
		}
	})
}

// leave logs somebody out here, and returns the secret of his browser once something leads to the party.
func (p *party) leave(token string) string {
	p.t.Helper()
	home := p.Tenant(p.t, town)
	s, ok := p.alive(access.Portal, token)
	if !ok {
		p.t.Fatal("he has no session")
	}
	must(p.t, p.Identity.Logout(ctx, s))
	path, secret, err := p.f.Onward(ctx, home, access.Portal, s, "")
	must(p.t, err)
	_, to, err := p.f.Out(ctx, home, access.Portal, p.id, secret)
	must(p.t, err)
	if path != "/login/"+p.id+"/out" || to != "/login/"+p.id+"/bye" {
		p.t.Fatalf("he goes on to %q, and then to %q", path, to)
	}
	if again, _, err := p.f.Onward(ctx, home, access.Portal, s, secret); err != nil || again != "" {
		p.t.Errorf("once more: %q, %v", again, err)
	}
	return secret
}

// bye goes to the party to log out, and returns what he comes back with.
func (p *party) bye(secret string, wrong eidsim.Misbehaviour) federation.Back {
	p.t.Helper()
	home := p.Tenant(p.t, town)
	c, err := p.f.Connection(ctx, home, access.Portal, p.id)
	must(p.t, err)
	gone, err := p.f.Bye(ctx, home, c, secret)
	must(p.t, err)
	res, page := fetch(p.t, func() (*http.Response, error) {
		return browser.PostForm(gone.URL, url.Values{"act": {"logout"}, "wrong": {string(wrong)}})
	})
	to, err := url.Parse(res.Header.Get("Location"))
	must(p.t, err)
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(to.Path, "/login/"+p.id+"/logout") {
		p.t.Fatalf("%d to %s: %s", res.StatusCode, to, page)
	}
	return federation.Back{Query: to.Query(), Raw: to.RawQuery, Secret: secret}
}

// come logs somebody in and returns the token of his session.
func (p *party) come(person string) string {
	p.t.Helper()
	a, err := p.f.Take(ctx, p.Tenant(p.t, town), access.Portal, p.id, p.choose(p.away(federation.Going{}), who(person, midden, "")))
	must(p.t, err)
	return a.Outcome.Session
}

func TestE27_D8_WhoLogsOutHereLogsOutAtDigiD(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		token := p.come("yilmaz")
		if all := d.dump("session", "far"); all == "" || strings.Contains(all, bsn) {
			t.Fatal("what ends the session there is not kept, or not sealed")
		}
		secret := p.leave(token)
		if _, lives := d.alive(access.Portal, token); lives {
			t.Error("he is still in here")
		}
		if all := d.dump("session", "far"); all != "" {
			t.Error("the session that is over keeps it")
		}
		if all := d.dump("connection_farewell", "content"); all == "" || strings.Contains(all, bsn) {
			t.Error("the farewell is not kept, or not sealed")
		}
		back := p.bye(secret, "")
		if strings.Contains(back.Raw, bsn) {
			t.Error("his number comes back")
		}
		if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, back); err != nil {
			t.Errorf("it says that he has logged out: %v", err)
		}
		must(t, p.sim.EndSessions(ctx, eidsim.At(eidsim.DigiD)[0]))
		if len(p.told) != 0 {
			t.Error("he was still logged in there")
		}
		if all := d.dump("connection_farewell", "content"); all != "" {
			t.Error("the farewell is kept after the answer")
		}
		if _, to, err := p.f.Out(ctx, home, access.Portal, p.id, secret); err != nil || to != "" {
			t.Errorf("after that he is led to %q, %v", to, err)
		}
		secret = p.leave(p.come("yilmaz"))
		if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, p.bye(secret, eidsim.Partly)); !errors.Is(err, federation.ErrPartly) {
			t.Errorf("not everywhere: %v", err)
		}
		// Who has proved himself anew has another session there, and that one is ended.
		token = p.come("yilmaz")
		s, _ := d.alive(access.Portal, token)
		confirmed := p.choose(p.away(federation.Going{Purpose: federation.ToConfirm, Scope: s}), who("yilmaz", midden, ""))
		confirmed.Scope = s
		a, err := p.f.Take(ctx, home, access.Portal, p.id, confirmed)
		must(t, err)
		secret = p.leave(a.Token)
		if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, p.bye(secret, "")); err != nil {
			t.Errorf("who has proved himself anew: %v", err)
		}
	})
}

func TestE27_D8_AWrongAnswerToALogOutIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		company := d.bySAML(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning, eid.Substantial)
		home := d.Tenant(t, town)
		good := func() federation.Back { return p.bye(p.leave(p.come("yilmaz")), "") }
		with := func(change func(*federation.Back)) federation.Back {
			b := good()
			change(&b)
			return b
		}
		used, other := good(), good()
		_, err := p.f.SaidBye(ctx, home, access.Portal, p.id, used)
		must(t, err)
		late := good()
		d.now.Advance(identity.AwayLife + time.Second)
		cases := map[string]federation.Back{
			"the same twice":     used,
			"too late":           late,
			"another browser":    with(func(b *federation.Back) { b.Secret = strings.Repeat("x", 52) }),
			"no cookie":          with(func(b *federation.Back) { b.Secret = "" }),
			"another RelayState": with(func(b *federation.Back) { b.Query.Set("RelayState", "x") }),
			"no RelayState":      with(func(b *federation.Back) { b.Query.Del("RelayState") }),
			"another's answer":   with(func(b *federation.Back) { b.Raw = other.Raw }),
			"nothing":            with(func(b *federation.Back) { b.Raw = "" }),
			"two answers":        with(func(b *federation.Back) { b.Raw += "&SAMLResponse=x" }),
		}
		for _, wrong := range []eidsim.Misbehaviour{
			eidsim.Failure, eidsim.OtherAudience, eidsim.Expired, eidsim.Replayed, eidsim.Unsigned, eidsim.WrongKey, eidsim.OtherIssuer, eidsim.OtherState, eidsim.OtherRequest,
		} {
			cases["the provider: "+string(wrong)] = p.bye(p.leave(p.come("yilmaz")), wrong)
		}
		for name, b := range cases {
			_, err := p.f.SaidBye(ctx, home, access.Portal, p.id, b)
			if !errors.Is(err, eid.ErrRefused) || strings.Contains(err.Error(), bsn) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// An answer is of one connection, and of no other organisation, face or protocol.
		at := good()
		if _, err := p.f.SaidBye(ctx, home, access.Portal, company.id, at); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("at another connection: %v", err)
		}
		for name, c := range map[string]struct {
			tenant, id string
			face       access.Face
		}{
			"another organisation": {"notaris", p.id, access.Portal}, "the office": {town, p.id, access.Office}, "another protocol": {town, d.connect(federation.EIDAS, "eidas", nil), access.Portal},
		} {
			if _, err := p.f.SaidBye(ctx, d.Tenant(t, c.tenant), c.face, c.id, at); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := p.f.PostReply(ctx, d.Tenant(t, c.tenant), c.face, c.id, "x", "x"); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s, posted: %v", name, err)
			}
		}
		if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, at); err != nil {
			t.Errorf("it served nobody, and him not either: %v", err)
		}
		// An answer to a log-in is none to a log-out, and the reverse.
		out := good()
		out.Scope = visitor("192.0.2.0/24")
		if _, err := p.f.Take(ctx, home, access.Portal, p.id, out); federation.Refusal(err) != "refused" {
			t.Errorf("a log-out lets somebody in: %v", err)
		}
		in := p.choose(p.away(federation.Going{}), who("yilmaz", midden, ""))
		if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, in); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("a log-in ends something: %v", err)
		}
	})
}

// A party that answers in a form has the browser post it, from another site and so without our cookie.
func TestE27_AnAnswerToALogOutThatIsPostedWaitsForItsBrowser(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		back := p.bye(p.leave(p.come("yilmaz")), "")
		relay := back.Query.Get("RelayState")
		for range 2 { // the first is kept
			_, err := p.f.PostReply(ctx, home, access.Portal, p.id, relay, "not an answer")
			must(t, err)
		}
		if all := d.dump("connection_farewell", "answer"); all == "" || strings.Contains(all, "not an answer") {
			t.Error("it is not kept, or not sealed")
		}
		if _, err := p.f.PostReply(ctx, home, access.Portal, p.id, "nobody is away with this", "x"); err != nil {
			t.Errorf("an answer that nobody waits for: %v", err)
		}
		for name, secret := range map[string]string{"another browser": strings.Repeat("x", 52), "its own, with what is no answer": back.Secret} {
			if _, err := p.f.SaidBye(ctx, home, access.Portal, p.id, federation.Back{Query: url.Values{"RelayState": {relay}}, Secret: secret}); !errors.Is(err, eid.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if all := d.dump("connection_farewell", "answer"); all != "" {
			t.Error("its own did not use it up")
		}
	})
}

func TestE27_WhatEndsASessionElsewhereIsNotKeptLongerThanThatSession(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p := d.bySAML(federation.DigiD, saml.DigiD, eidsim.DigiD, eid.Medium)
		home := d.Tenant(t, town)
		p.come("yilmaz")
		one := d.dump("session", "far")
		d.now.Advance(16 * time.Minute) // of silence
		p.come("veenstra")
		if now := d.dump("session", "far"); one == "" || now == "" || strings.Contains(now, one) {
			t.Error("of the session that is over it is still there, or of the new one it is not")
		}
		// Where the party has no log-out nothing is kept, and nothing leads there.
		in := p.con().SAMLDraft()
		metadata := in.Metadata
		in.Metadata = regexp.MustCompile(`<md:SingleLogoutService[^>]*/>`).ReplaceAllString(in.Metadata, "")
		must(t, p.save(in))
		d.now.Advance(16 * time.Minute)
		none := func(name string) {
			t.Helper()
			token := p.come("yilmaz")
			if all := d.dump("session", "far"); all != "" {
				t.Errorf("%s: it is kept for nothing", name)
			}
			s, _ := d.alive(access.Portal, token)
			must(t, d.Identity.Logout(ctx, s))
			if path, _, err := p.f.Onward(ctx, home, access.Portal, s, ""); err != nil || path != "" {
				t.Errorf("%s: he goes on to %q, %v", name, path, err)
			}
		}
		none("without an address")
		// The same where the office does not want it, also of who came before it said so.
		in.Metadata, in.Logout = metadata, true
		must(t, p.save(in))
		before := p.come("veenstra")
		in.Logout = false
		must(t, p.save(in))
		s, _ := d.alive(access.Portal, before)
		must(t, d.Identity.Logout(ctx, s))
		if path, _, err := p.f.Onward(ctx, home, access.Portal, s, ""); err != nil || path != "" {
			t.Errorf("who came before: he goes on to %q, %v", path, err)
		}
		none("not wanted")
		// Who is on his way there when that changes, or whose party cannot be reached any more, has logged out here.
		in.Logout = true
		must(t, p.save(in))
		secret := p.leave(p.come("yilmaz"))
		in.Logout = false
		must(t, p.save(in))
		if _, err := p.f.Bye(ctx, home, p.con(), secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("on his way: %v", err)
		}
		in.Logout = true
		must(t, p.save(in))
		s, _ = d.alive(access.Portal, p.come("yilmaz"))
		must(t, d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update connection set settings = '{"saml":{"metadata":"x"}}' where tenant_id = $1 and id = $2`, town, p.id)
			return err
		}))
		must(t, d.Identity.Logout(ctx, s))
		if path, cookie, err := p.f.Onward(ctx, home, access.Portal, s, ""); err != nil || path != "" || cookie != "" {
			t.Errorf("of a party that is broken he goes on to %q, %v", path, err)
		}
	})
}
