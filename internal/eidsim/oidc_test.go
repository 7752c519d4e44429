package eidsim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"voordeur/internal/clock"
	"voordeur/internal/eid"
	"voordeur/internal/eidsim"
)

const (
	callback = "https://portal.example/eid/callback"
	goodbye  = "https://portal.example/bye"
)

// house is a simulator on a server, with two parties that it knows.
type house struct {
	t     *testing.T
	url   string
	sim   *eidsim.Sim
	clock *clock.Manual
	http  *http.Client
}

func simulator(t *testing.T) *house {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	h := &house{t: t, url: "http://" + s.Listener.Addr().String(), clock: clock.NewManual(time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC))}
	sim, err := eidsim.New(eidsim.Options{Base: h.url, Now: h.clock.Now, Clients: []eidsim.Client{
		{ID: "portal", Secret: "a secret: with/marks", RedirectURIs: []string{callback}, LogoutURIs: []string{goodbye}},
		{ID: "other", Secret: "another secret", RedirectURIs: []string{callback, "https://other.example/cb?x=1"}},
	}})
	must(t, err)
	h.sim = sim
	s.Config.Handler = sim
	s.Start()
	t.Cleanup(s.Close)
	h.http = s.Client()
	h.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// party is the other side of a log-in: what the product is.
type party struct {
	*house
	ctx      context.Context
	provider *oidc.Provider
	conf     oauth2.Config
	verifier string
}

func (h *house) party(p eidsim.Provider, id, secret string) *party {
	h.t.Helper()
	ctx := oidc.ClientContext(h.t.Context(), h.http)
	provider, err := oidc.NewProvider(ctx, h.url+"/oidc/"+string(p))
	must(h.t, err)
	return &party{house: h, ctx: ctx, provider: provider, verifier: oauth2.GenerateVerifier(), conf: oauth2.Config{
		ClientID: id, ClientSecret: secret, RedirectURL: callback, Endpoint: provider.Endpoint(), Scopes: []string{"openid"},
	}}
}

func (h *house) portal(p eidsim.Provider) *party {
	h.t.Helper()
	return h.party(p, "portal", "a secret: with/marks")
}

// question is the address where a log-in begins.
func (p *party) question(options ...oauth2.AuthCodeOption) string {
	all := []oauth2.AuthCodeOption{oidc.Nonce("the nonce"), oauth2.S256ChallengeOption(p.verifier), oauth2.SetAuthURLParam("prompt", "login")}
	return p.conf.AuthCodeURL("the state", append(all, options...)...)
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (h *house) do(req *http.Request) reply {
	h.t.Helper()
	res, err := h.http.Do(req)
	must(h.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(h.t, err)
	return reply{res.StatusCode, res.Header, string(b)}
}

func (h *house) get(address string) reply {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, address, nil)
	must(h.t, err)
	return h.do(req)
}

func (h *house) post(address string, form url.Values) reply {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	must(h.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.do(req)
}

// back returns what came back to the callback.
func (h *house) back(r reply) url.Values {
	h.t.Helper()
	u, err := url.Parse(r.header.Get("Location"))
	must(h.t, err)
	if r.status != http.StatusSeeOther || u.Scheme+"://"+u.Host+u.Path != callback {
		h.t.Fatalf("%d to %s: %s", r.status, u, r.body)
	}
	return u.Query()
}

func login(person, level string, wrong eidsim.Misbehaviour) url.Values {
	return url.Values{"act": {"login"}, "person": {person}, "level": {level}, "wrong": {string(wrong)}}
}

// answer logs somebody in and returns the unchecked tokens.
func (p *party) answer(choice url.Values, options ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	p.t.Helper()
	got := p.back(p.post(p.question(options...), choice))
	if got.Get("state") != "the state" || got.Get("iss") != p.conf.Endpoint.AuthURL[:strings.LastIndex(p.conf.Endpoint.AuthURL, "/")] {
		p.t.Fatalf("came back with %v", got)
	}
	return p.conf.Exchange(p.ctx, got.Get("code"), oauth2.VerifierOption(p.verifier))
}

// verify checks a token as go-oidc does.
func (p *party) verify(token *oauth2.Token) (*oidc.IDToken, error) {
	p.t.Helper()
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		p.t.Fatal("no id_token")
	}
	return p.provider.VerifierContext(p.ctx, &oidc.Config{ClientID: p.conf.ClientID, Now: p.clock.Now}).Verify(p.ctx, raw)
}

func (p *party) claims(token *oauth2.Token) map[string]any {
	p.t.Helper()
	id, err := p.verify(token)
	must(p.t, err)
	if id.Nonce != "the nonce" {
		p.t.Errorf("nonce %q", id.Nonce)
	}
	var c map[string]any
	must(p.t, id.Claims(&c))
	return c
}

const (
	mobile   = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"
	password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
	eh3      = "urn:etoegang:core:assurance-class:loa3"
)

func TestEveryProviderLogsInWithTheClaimsOfItsKind(t *testing.T) {
	h := simulator(t)
	for name, c := range map[string]struct {
		provider      eidsim.Provider
		person, level string
		want          map[string]any
	}{
		"a citizen": {eidsim.DigiD, "yilmaz", mobile, map[string]any{"bsn": "999990019", "acr": mobile}},
		"a company": {eidsim.EHerkenning, "holding", eh3, map[string]any{
			"urn:etoegang:core:LegalSubjectID": "90000002", "namequalifier": "urn:etoegang:1.9:EntityConcernedID:KvKnr",
			"urn:etoegang:1.9:ServiceRestriction:Vestigingsnr": nil, "acr": eh3,
		}},
		"a branch": {eidsim.EHerkenning, "ketting-branch", eh3, map[string]any{
			"urn:etoegang:core:LegalSubjectID": "90000003", "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr": "900000000031",
		}},
		"a European with a BSN": {eidsim.EIDAS, "keller", "http://eidas.europa.eu/LoA/substantial", map[string]any{
			"urn:etoegang:1.12:EntityConcernedID:BSN": "999990160", "urn:etoegang:1.9:attribute:FamilyName": "Keller",
			"urn:etoegang:1.9:attribute:DateOfBirth": "1979-04-18", "acr": "http://eidas.europa.eu/LoA/substantial",
		}},
		"a European without": {eidsim.EIDAS, "peeters", "http://eidas.europa.eu/LoA/low", map[string]any{
			"urn:etoegang:1.12:EntityConcernedID:BSN": nil, "urn:etoegang:1.12:EntityConcernedID:PseudoID": "4f6b1e0c9a2d47d38f3f",
		}},
		"a European company": {eidsim.EIDAS, "lefevre", "http://eidas.europa.eu/LoA/high", map[string]any{
			"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": "NL/FR/900000123", "urn:etoegang:1.11:attribute-represented:CompanyName": "Lefèvre Immobilier SARL",
		}},
		"an employee": {eidsim.Entra, "bakker", "mfa", map[string]any{"email": "behandelaar@waterlandaanzee.example", "name": "Noor Bakker", "acr": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			p := h.portal(c.provider)
			token, err := p.answer(login(c.person, c.level, ""))
			must(t, err)
			got := p.claims(token)
			for k, v := range c.want {
				if got[k] != v {
					t.Errorf("%s is %v, not %v", k, got[k], v)
				}
			}
			info, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token))
			must(t, err)
			if info.Subject != got["sub"] || info.Subject == "" {
				t.Errorf("userinfo is of %q, the token of %v", info.Subject, got["sub"])
			}
			var again map[string]any
			must(t, info.Claims(&again))
			for k, v := range c.want {
				if k != "acr" && again[k] != v {
					t.Errorf("userinfo: %s is %v, not %v", k, again[k], v)
				}
			}
		})
	}
}

func TestWhoActsForACompanyHasAnotherNameForEveryParty(t *testing.T) {
	h := simulator(t)
	acting := func(p *party) any {
		token, err := p.answer(login("holding", eh3, ""))
		must(t, err)
		return p.claims(token)["urn:etoegang:core:ActingSubjectID"]
	}
	portal, other := acting(h.portal(eidsim.EHerkenning)), acting(h.party(eidsim.EHerkenning, "other", "another secret"))
	if portal == other || portal != acting(h.portal(eidsim.EHerkenning)) || !strings.Contains(portal.(string), "@") {
		t.Errorf("%v for one, %v for the other", portal, other)
	}
}

func TestAnEmployeeHasGroupsAndTheStepsThatHeTook(t *testing.T) {
	p := simulator(t).portal(eidsim.Entra)
	for level, steps := range map[string]string{"pwd": `["pwd"]`, "mfa": `["pwd","mfa"]`} {
		token, err := p.answer(login("beheer", level, ""))
		must(t, err)
		c := p.claims(token)
		amr, err := json.Marshal(c["amr"])
		must(t, err)
		groups, err := json.Marshal(c["groups"])
		must(t, err)
		if string(amr) != steps || string(groups) != `["portaal-behandelaars","portaal-beheerders"]` {
			t.Errorf("%s: %s, %s", level, amr, groups)
		}
	}
}

func TestThePageOffersTheLevelsThatAreHighEnough(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	asked := oauth2.SetAuthURLParam("acr_values", mobile+" urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard")
	page := p.get(p.question(asked))
	if strings.Contains(page.body, password) || !strings.Contains(page.body, `<option value="`+mobile+`"`) || !strings.Contains(page.body, "SmartcardPKI") {
		t.Errorf("not the levels from Midden on: %s", page.body)
	}
	if got := p.post(p.question(asked), login("yilmaz", password, "")); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `href="#level"`) {
		t.Errorf("a level below what was asked: %d", got.status)
	}
}

func TestThePageSaysThatItIsNotReal(t *testing.T) {
	h := simulator(t)
	for p, name := range map[eidsim.Provider]string{eidsim.DigiD: "DigiD", eidsim.EHerkenning: "eHerkenning", eidsim.EIDAS: "eIDAS", eidsim.Entra: "Microsoft Entra ID"} {
		page := h.get(h.portal(p).question())
		for _, want := range []string{"<title>Inloggen – SIMULATOR – geen echte " + name + "</title>", `<p class="wrap">SIMULATOR – geen echte ` + name + "</p>", `lang="nl"`} {
			if page.status != http.StatusOK || !strings.Contains(page.body, want) {
				t.Errorf("%s: %d, no %s", p, page.status, want)
			}
		}
		if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.HasSuffix(csp, "form-action 'self' https://portal.example") {
			t.Errorf("%s: policy %s", p, csp)
		}
		if english := h.get(h.portal(p).question(oauth2.SetAuthURLParam("ui_locales", "en nl"))); !strings.Contains(english.body, "no real "+name) || !strings.Contains(english.body, `lang="en"`) {
			t.Errorf("%s in English: %s", p, english.body)
		}
	}
	if home := h.get(h.url + "/"); home.status != http.StatusOK || !strings.Contains(home.body, "SIMULATOR – geen echte inlogdienst") || !strings.Contains(home.body, "999990019") {
		t.Errorf("the first page: %d, %s", home.status, home.body)
	}
	if nowhere := h.get(h.url + "/oidc/nobody/authorize"); nowhere.status != http.StatusNotFound {
		t.Errorf("a provider that is not there: %d", nowhere.status)
	}
}

func TestWhatWasChosenStaysInAnotherLanguageAndAfterAMistake(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	chosen := login("veenstra", mobile, eidsim.WrongKey)
	chosen.Set("act", "en")
	for name, form := range map[string]url.Values{
		"another language": chosen,
		"a mistake":        login("veenstra", mobile, eidsim.Replayed),
	} {
		got := p.post(p.question(), form)
		for _, want := range []string{`value="veenstra" checked`, `<option value="` + mobile + `" selected`, `<option value="` + form.Get("wrong") + `" selected`, "<details class=\"fold\" open"} {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: no %s in %s", name, want, got.body)
			}
		}
	}
	for name, form := range map[string]url.Values{
		"nobody": login("", mobile, ""), "somebody of another provider": login("holding", mobile, ""), "no level": login("yilmaz", "", ""),
		"what the protocol cannot do wrong": login("yilmaz", mobile, "inresponseto"),
	} {
		if got := p.post(p.question(), form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "utrecht-alert--error summary") {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestAQuestionMayBePosted(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	u, err := url.Parse(p.question())
	must(t, err)
	asked := u.Query()
	u.RawQuery = ""
	page := p.post(u.String(), asked)
	if page.status != http.StatusOK || !strings.Contains(page.body, `name="code_challenge" value="`+asked.Get("code_challenge")) {
		t.Fatalf("%d: %s", page.status, page.body)
	}
	for k, v := range login("yilmaz", mobile, "") {
		asked[k] = v
	}
	if got := p.back(p.post(u.String(), asked)); got.Get("code") == "" {
		t.Errorf("came back with %v", got)
	}
}

func TestEveryMisbehaviourIsWhatItSays(t *testing.T) {
	h := simulator(t)
	refused := func(wrong eidsim.Misbehaviour, because string) {
		t.Helper()
		p := h.portal(eidsim.DigiD)
		token, err := p.answer(login("yilmaz", mobile, wrong))
		must(t, err)
		if _, err := p.verify(token); err == nil || !strings.Contains(err.Error(), because) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	refused(eidsim.OtherAudience, "expected audience")
	refused(eidsim.Unsigned, "alg")
	refused(eidsim.WrongKey, "failed to verify signature")
	refused(eidsim.OtherIssuer, "issued by a different provider")
	refused(eidsim.Expired, "token is expired")

	p := h.portal(eidsim.DigiD)
	token, err := p.answer(login("yilmaz", mobile, eidsim.OtherNonce))
	must(t, err)
	id, err := p.verify(token)
	must(t, err)
	if id.Nonce == "" || id.Nonce == "the nonce" {
		t.Errorf("the nonce is %q", id.Nonce)
	}
	if got := p.back(p.post(p.question(), login("yilmaz", mobile, eidsim.OtherState))); got.Get("state") == "" || got.Get("state") == "the state" || got.Get("code") == "" {
		t.Errorf("the state: %v", got)
	}
	if got := p.back(p.post(p.question(), login("yilmaz", mobile, eidsim.Failure))); got.Get("error") != "server_error" || got.Get("state") != "the state" || got.Has("code") {
		t.Errorf("a failure: %v", got)
	}
	for asked, want := range map[string]any{mobile: password, password: nil} {
		token, err := p.answer(login("yilmaz", mobile, eidsim.LowLevel), oauth2.SetAuthURLParam("acr_values", asked))
		must(t, err)
		if got := p.claims(token)["acr"]; got != want {
			t.Errorf("below %s: %v", asked, got)
		}
	}
}

func TestTheLastAnswerComesAgain(t *testing.T) {
	h := simulator(t)
	p := h.portal(eidsim.DigiD)
	if got := p.post(p.question(), login("yilmaz", mobile, eidsim.Replayed)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("without an answer before: %d", got.status)
	}
	first, err := p.answer(login("veenstra", mobile, ""), oidc.Nonce("an older nonce"))
	must(t, err)
	again, err := p.answer(login("yilmaz", mobile, eidsim.Replayed))
	must(t, err)
	id, err := p.verify(again)
	must(t, err)
	if id.Nonce != "an older nonce" || again.Extra("id_token") != first.Extra("id_token") {
		t.Errorf("another answer, with the nonce %q", id.Nonce)
	}
	other := h.party(eidsim.DigiD, "other", "another secret")
	if got := other.post(other.question(), login("yilmaz", mobile, eidsim.Replayed)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("another party gets the answer of the first: %d", got.status)
	}
}

func TestTheAnswerNeverComes(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	code := p.back(p.post(p.question(), login("yilmaz", mobile, eidsim.Never))).Get("code")
	ctx, giveUp := context.WithCancel(p.ctx)
	done := make(chan error)
	go func() {
		_, err := p.conf.Exchange(ctx, code, oauth2.VerifierOption(p.verifier))
		done <- err
	}()
	// Another request comes through while that one waits, and the asker is still asking.
	if got := p.get(p.question()); got.status != http.StatusOK {
		t.Errorf("meanwhile: %d", got.status)
	}
	giveUp()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestWhoCancelsComesBackWithoutACode(t *testing.T) {
	p := simulator(t).portal(eidsim.EHerkenning)
	got := p.back(p.post(p.question(), url.Values{"act": {"cancel"}}))
	if got.Get("error") != "access_denied" || got.Get("state") != "the state" || got.Has("code") {
		t.Errorf("%v", got)
	}
}

func TestAStrangerIsNotSentAnywhere(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	for name, change := range map[string]func(url.Values){
		"another client":       func(q url.Values) { q.Set("client_id", "nobody") },
		"two clients":          func(q url.Values) { q.Add("client_id", "other") },
		"no client":            func(q url.Values) { q.Del("client_id") },
		"an address below":     func(q url.Values) { q.Set("redirect_uri", callback+"/x") },
		"an address with more": func(q url.Values) { q.Set("redirect_uri", callback+"?x=1") },
		"that of another":      func(q url.Values) { q.Set("redirect_uri", "https://other.example/cb?x=1") },
		"two addresses":        func(q url.Values) { q.Add("redirect_uri", callback) },
		"no address":           func(q url.Values) { q.Del("redirect_uri") },
	} {
		u, err := url.Parse(p.question())
		must(t, err)
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		for _, got := range []reply{p.get(u.String()), p.post(u.String(), login("yilmaz", mobile, ""))} {
			if got.status != http.StatusBadRequest || got.header.Get("Location") != "" || !strings.Contains(got.body, "SIMULATOR") {
				t.Errorf("%s: %d to %s", name, got.status, got.header.Get("Location"))
			}
		}
	}
}

func TestABadQuestionComesBackAsAnError(t *testing.T) {
	p := simulator(t).portal(eidsim.DigiD)
	for name, c := range map[string]struct{ key, value, want string }{
		"no PKCE":                {"code_challenge", "", "invalid_request"},
		"plain PKCE":             {"code_challenge_method", "plain", "invalid_request"},
		"no nonce":               {"nonce", "", "invalid_request"},
		"no state":               {"state", "", "invalid_request"},
		"the implicit flow":      {"response_type", "id_token", "unsupported_response_type"},
		"another way of answer":  {"response_mode", "fragment", "invalid_request"},
		"no openid":              {"scope", "email", "invalid_scope"},
		"nobody to be asked":     {"prompt", "none", "login_required"},
		"a request object":       {"request", "e30.e30.", "request_not_supported"},
		"a request from outside": {"request_uri", "https://portal.example/r", "request_uri_not_supported"},
	} {
		got := p.back(p.get(p.question(oauth2.SetAuthURLParam(c.key, c.value))))
		if got.Get("error") != c.want || got.Has("code") {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := p.back(p.get(p.question() + "&nonce=twice")); got.Get("error") != "invalid_request" {
		t.Errorf("two nonces: %v", got)
	}
}

func TestACodeIsForOnePartyOnceAndForAMinute(t *testing.T) {
	h := simulator(t)
	code := func(p *party) string {
		t.Helper()
		return p.back(p.post(p.question(), login("yilmaz", mobile, ""))).Get("code")
	}
	refused := func(name string, p *party, code, verifier, want string) {
		t.Helper()
		_, err := p.conf.Exchange(p.ctx, code, oauth2.VerifierOption(verifier))
		var e *oauth2.RetrieveError
		if !errors.As(err, &e) || e.ErrorCode != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := h.portal(eidsim.DigiD)

	c := code(p)
	token, err := p.conf.Exchange(p.ctx, c, oauth2.VerifierOption(p.verifier))
	must(t, err)
	_, err = p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token))
	must(t, err)
	refused("twice", p, c, p.verifier, "invalid_grant")
	if _, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token)); err == nil {
		t.Error("the token of a code that came twice still works")
	}

	refused("of another verifier", p, code(p), oauth2.GenerateVerifier(), "invalid_grant")
	refused("without a verifier", p, code(p), "", "invalid_grant")
	other := h.party(eidsim.DigiD, "other", "another secret")
	refused("of another party", other, code(p), p.verifier, "invalid_grant")
	elsewhere := h.portal(eidsim.EHerkenning)
	refused("of another provider", elsewhere, code(p), p.verifier, "invalid_grant")
	refused("made up", p, "AAAA", p.verifier, "invalid_grant")
	wrong := h.party(eidsim.DigiD, "portal", "not the secret")
	refused("with a wrong secret", wrong, code(p), p.verifier, "invalid_client")
	stranger := h.party(eidsim.DigiD, "nobody", "")
	refused("of a stranger", stranger, code(p), p.verifier, "invalid_client")

	c = code(p)
	moved := *p
	moved.conf.RedirectURL = callback + "/x"
	refused("with another address", &moved, c, p.verifier, "invalid_grant")

	c = code(p)
	h.clock.Advance(61 * time.Second)
	refused("after a minute", p, c, p.verifier, "invalid_grant")

	got := p.post(p.conf.Endpoint.TokenURL, url.Values{"grant_type": {"password"}, "client_id": {"portal"}, "client_secret": {"a secret: with/marks"}})
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "unsupported_grant_type") {
		t.Errorf("another grant: %d, %s", got.status, got.body)
	}
}

func TestASecretComesInTheHeadOrInTheForm(t *testing.T) {
	h := simulator(t)
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
		p := h.portal(eidsim.DigiD)
		p.conf.Endpoint.AuthStyle = style
		token, err := p.answer(login("yilmaz", mobile, ""))
		must(t, err)
		p.claims(token)
		p.conf.ClientSecret = "not the secret"
		if _, err := p.answer(login("yilmaz", mobile, "")); err == nil {
			t.Errorf("style %d takes another secret", style)
		}
	}
}

func TestAnAccessTokenEnds(t *testing.T) {
	h := simulator(t)
	p := h.portal(eidsim.DigiD)
	token, err := p.answer(login("yilmaz", mobile, ""))
	must(t, err)
	if _, err := h.portal(eidsim.EHerkenning).provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token)); err == nil {
		t.Error("another provider takes it")
	}
	h.clock.Advance(7 * time.Minute)
	if _, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token)); err == nil {
		t.Error("it works after its time")
	}
	if got := h.get(h.url + "/oidc/digid/userinfo"); got.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got.status)
	}
}

func TestLoggingOutEndsTheSessionAndLeadsBack(t *testing.T) {
	h := simulator(t)
	p := h.portal(eidsim.DigiD)
	token, err := p.answer(login("yilmaz", mobile, ""))
	must(t, err)
	hint, ok := token.Extra("id_token").(string)
	if !ok {
		t.Fatal("no id_token")
	}
	logout := func(q url.Values) reply { return h.get(h.url + "/oidc/digid/logout?" + q.Encode()) }
	for name, q := range map[string]url.Values{
		"an address that is not known": {"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://elsewhere.example/"}},
		"an address without a party":   {"post_logout_redirect_uri": {goodbye}},
		"a token that is no token":     {"id_token_hint": {"x.y.z"}},
		"the token of another party":   {"id_token_hint": {hint}, "client_id": {"other"}},
	} {
		if got := logout(q); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if got := h.get(h.url + "/oidc/eidas/logout?" + url.Values{"id_token_hint": {hint}}.Encode()); got.status != http.StatusBadRequest {
		t.Errorf("the token of another provider: %d", got.status)
	}
	_, err = p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token))
	must(t, err)

	got := logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {goodbye}, "state": {"s"}})
	if to := got.header.Get("Location"); got.status != http.StatusSeeOther || to != goodbye+"?state=s" {
		t.Errorf("%d to %s", got.status, to)
	}
	if _, err := p.provider.UserInfo(p.ctx, oauth2.StaticTokenSource(token)); err == nil {
		t.Error("the session goes on")
	}
	if got := logout(url.Values{"id_token_hint": {hint}}); got.status != http.StatusOK || !strings.Contains(got.body, "U bent uitgelogd") {
		t.Errorf("without an address: %d", got.status)
	}
}

func TestEveryNumberIsOneOfItsKindAndNobodysIsReal(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range eidsim.People() {
		if seen[p.ID] || !slices.Contains(eidsim.Providers(), p.At) {
			t.Errorf("%s is there twice, or nowhere", p.ID)
		}
		seen[p.ID] = true
		if p.At == eidsim.Entra {
			continue
		}
		if got, err := eid.Parse(p.Legal.Kind, p.Legal.Value); err != nil || got != p.Legal {
			t.Errorf("%s: %v", p.ID, err)
		}
		if p.RSIN != "" {
			if _, err := eid.Parse(eid.RSIN, p.RSIN); err != nil || !strings.HasPrefix(p.RSIN, "99999") {
				t.Errorf("%s: RSIN: %v", p.ID, err)
			}
		}
		if kind := p.Legal.Kind; kind == eid.BSN && !strings.HasPrefix(p.Legal.Value, "99999") || kind == eid.KvK && !strings.HasPrefix(p.Legal.Value, "900000") {
			t.Errorf("%s has a number that may be somebody's", p.ID)
		}
	}
	for _, p := range eidsim.Providers() {
		if len(eidsim.At(p)) < 2 {
			t.Errorf("nobody to choose from at %s", p)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	now := clock.System{}.Now
	for _, o := range []eidsim.Options{{}, {Base: "http://eid.localhost"}, {Base: "eid.localhost", Now: now}, {Base: "http://eid.localhost/x", Now: now}, {Base: "http://192.0.2.1:80", Now: now}, {Base: "https://eid.example", Now: now}, {Base: "http://eidlocalhost", Now: now}} {
		if _, err := eidsim.New(o); err == nil {
			t.Errorf("%+v was taken", o.Base)
		}
	}
}
