package oidc_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc"
	"voordeur/internal/eid/oidc/oidctest"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func now() time.Time { return noon }

func settings(p *oidctest.Provider, preset string) oidc.Settings {
	claims, _ := oidc.Preset(preset)
	return oidc.Settings{Issuer: p.URL, ClientID: oidctest.ClientID, Claims: claims}
}

func ask() oidc.Asked {
	return oidc.Asked{State: "state", Nonce: "nonce", Verifier: strings.Repeat("v", 52), Return: "https://portal.example/login/c/return"}
}

// loggedIn is somebody who went to the provider and came back.
func loggedIn(t *testing.T, p *oidctest.Provider, s oidc.Settings, a oidc.Asked, claims map[string]any) (eid.Login, error) {
	t.Helper()
	cs := oidc.New(eid.HTTPClient(true, nil), now)
	address, err := cs.Away(context.Background(), s, a)
	if err != nil {
		return eid.Login{}, err
	}
	q := p.Authorize(t, address, claims)
	return cs.Finish(context.Background(), s, oidctest.Secret, a, oidc.Back{Code: q.Get("code"), Issuer: q.Get("iss")})
}

// wants is a login in words, with its identifiers whole.
func words(l eid.Login) string {
	var b strings.Builder
	for _, id := range l.Legal {
		fmt.Fprintf(&b, "%s:%s ", id.Kind, id.Value)
	}
	for _, id := range l.For {
		fmt.Fprintf(&b, "for %s:%s ", id.Kind, id.Value)
	}
	fmt.Fprintf(&b, "%s", l.Level)
	for _, s := range []string{l.Branch, l.Acting, l.Name} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	return b.String()
}

func TestD8_D9_D10_BrokersAreUnderstoodAsTheirDocumentsSay(t *testing.T) {
	p := oidctest.New(t, now)
	const core = "urn:etoegang:core:"
	for _, c := range []struct {
		preset string
		claims map[string]any
		want   string
	}{
		{"digid", map[string]any{"bsn": "999990019", "acr": " urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract", "name": "J. Jansen"}, "bsn:999990019 medium J. Jansen"},
		{"digid", map[string]any{"bsn": "999990019", "acr": "x", "urn:nl-eid-gdi:1.0:LegalSubjectID": "999990020"}, "bsn:999990019 for bsn:999990020 none"},
		{"eherkenning", map[string]any{
			core + "LegalSubjectID": "90000001", "namequalifier": "urn:etoegang:1.9:EntityConcernedID:KvKnr", core + "ActingSubjectID": "ab@cd",
			"urn:etoegang:1.9:ServiceRestriction:Vestigingsnr": "000012345678", "acr": "urn:etoegang:core:assurance-class:loa3",
		}, "kvk:90000001 substantial 000012345678 ab@cd"},
		{"eherkenning", map[string]any{core + "LegalSubjectID": "001509962", "namequalifier": "urn:etoegang:1.9:EntityConcernedID:RSIN"}, "rsin:001509962 none"},
		{"eidas", map[string]any{"urn:etoegang:1.12:EntityConcernedID:PseudoID": "p-1", "acr": "http://eidas.europa.eu/LoA/high", "urn:etoegang:1.9:attribute:FirstName": "Jo", "urn:etoegang:1.9:attribute:FamilyName": "Lo"}, "pseudo:p-1 high Jo Lo"},
		{"eidas", map[string]any{"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": "DE/NL/1"}, "eidas:DE/NL/1 none"},
		{"keycloak", map[string]any{"aanvrager": map[string]any{"bsn": "999990019"}, "gemachtigde": map[string]any{"kvk": "90000001"}}, "bsn:999990019 for kvk:90000001 none"},
		{"private", map[string]any{"name": "Iets"}, "sub:" + p.URL + " s-1 none Iets"},
		{"staff", map[string]any{"name": "Iets", "amr": []string{"pwd", "mfa"}}, "sub:" + p.URL + " s-1 substantial Iets"},
	} {
		l, err := loggedIn(t, p, settings(p, c.preset), ask(), c.claims)
		if got := words(l); err != nil || got != c.want {
			t.Errorf("%s %v: %q, %v, want %q", c.preset, c.claims, got, err, c.want)
		}
	}
	// Negative: what says nobody, or a number that nobody has, is refused and not guessed at.
	for _, c := range []struct {
		preset string
		claims map[string]any
	}{
		{"digid", map[string]any{}},
		{"digid", map[string]any{"bsn": "999990018"}},
		{"digid", map[string]any{"bsn": []string{"999990019"}}},
		{"digid", map[string]any{"bsn": map[string]any{"x": "999990019"}}},
		{"digid", map[string]any{"bsn": "999990019", "urn:nl-eid-gdi:1.0:LegalSubjectID": "none"}},
		{"eherkenning", map[string]any{core + "LegalSubjectID": "90000001", "namequalifier": "urn:etoegang:1.9:EntityConcernedID:Pseudo"}},
		{"eherkenning", map[string]any{core + "LegalSubjectID": "9000000"}},
		{"eidas", map[string]any{"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": "x"}},
		{"keycloak", map[string]any{"aanvrager.bsn": "999990019"}},
	} {
		if l, err := loggedIn(t, p, settings(p, c.preset), ask(), c.claims); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s %v: %q, %v", c.preset, c.claims, words(l), err)
		}
	}
}

// change gives a claim another value; nil takes it away.
func change(name string, v any) func(*oidctest.Provider) {
	return func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			if tk.Claims[name] = v; v == nil {
				delete(tk.Claims, name)
			}
			return p.Sign(tk)
		}
	}
}

func raw(head, body string, sign func(string) string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	token := b64([]byte(head)) + "." + b64([]byte(body))
	return token + "." + sign(token)
}

func body(tk oidctest.Token) string {
	b, err := json.Marshal(tk.Claims)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func nothing(string) string { return "" }

// forged are tokens that must not let anybody in.
var forged = map[string]func(*oidctest.Provider){
	"other issuer":            change("iss", "https://other.example"),
	"issuer with a slash":     func(p *oidctest.Provider) { change("iss", p.URL+"/")(p) },
	"issuer in capitals":      func(p *oidctest.Provider) { change("iss", strings.ToUpper(p.URL))(p) },
	"no issuer":               change("iss", nil),
	"issuer is a list":        func(p *oidctest.Provider) { change("iss", []string{p.URL})(p) },
	"other audience":          change("aud", "other"),
	"no audience":             change("aud", nil),
	"empty audience":          change("aud", []string{}),
	"audience in capitals":    change("aud", "VOORDEUR"),
	"audiences without party": change("aud", []string{oidctest.ClientID, "other"}),
	"party of another":        change("azp", "other"),
	"audience is a number":    change("aud", 1),
	"expired":                 change("exp", noon.Add(-time.Second).Unix()),
	"no expiry":               change("exp", nil),
	"expiry is text":          change("exp", "soon"),
	"expiry of long ago":      change("exp", 0),
	"negative expiry":         change("exp", -1),
	"not yet":                 change("nbf", noon.Add(time.Hour).Unix()),
	"issued to come":          change("iat", noon.Add(time.Hour).Unix()),
	"never issued":            change("iat", nil),
	"issued is text":          change("iat", "now"),
	"log-in to come":          change("auth_time", noon.Add(time.Hour).Unix()),
	"other nonce":             change("nonce", "other"),
	"no nonce":                change("nonce", nil),
	"empty nonce":             change("nonce", ""),
	"nonce in capitals":       change("nonce", "NONCE"),
	"nonce is a list":         change("nonce", []string{"nonce"}),
	"no subject":              change("sub", nil),
	"empty subject":           change("sub", ""),
	"subject is a number":     change("sub", 1),
	"other access token":      change("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
	"claim of elsewhere":      change("_claim_names", map[string]string{"bsn": "missing"}),
	"BSN that nobody has":     change("bsn", "999990018"),
	"BSN is a list":           change("bsn", []string{"999990019", "999990020"}),
	"BSN is true":             change("bsn", true),
	"no BSN":                  change("bsn", nil),
	"empty token":             func(p *oidctest.Provider) { p.Alter = func(oidctest.Token) string { return "" } },
	"no token at all":         func(p *oidctest.Provider) { p.Alter = func(oidctest.Token) string { return "a.b.c" } },
	"two parts": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return strings.Join(strings.Split(p.Sign(tk), ".")[:2], ".") }
	},
	"a part too many": func(p *oidctest.Provider) { p.Alter = func(tk oidctest.Token) string { return p.Sign(tk) + ".e30" } },
	"unsigned, none": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return raw(`{"alg":"none"}`, body(tk), nothing) }
	},
	"unsigned, None": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return raw(`{"alg":"None"}`, body(tk), nothing) }
	},
	"unsigned, no algorithm": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return raw(`{}`, body(tk), nothing) }
	},
	"unsigned, says RS256": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return raw(`{"alg":"RS256","kid":"1"}`, body(tk), nothing) }
	},
	"signed with the secret": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			return p.SignWith(jose.HS256, []byte(strings.Repeat(oidctest.Secret, 2)), "1", tk)
		}
	},
	"signed with a key that nobody published": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return p.SignWith(jose.RS256, p.Stray, "1", tk) }
	},
	"signed with such a key under a new name": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { return p.SignWith(jose.RS256, p.Stray, "9", tk) }
	},
	"the key comes with the token": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			tk.Head = map[string]any{"jwk": jose.JSONWebKey{Key: p.Stray.Public(), KeyID: "1", Algorithm: "RS256"}}
			return p.SignWith(jose.RS256, p.Stray, "1", tk)
		}
	},
	"the key is elsewhere": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			tk.Head = map[string]any{"jku": "https://other.example/keys"}
			return p.SignWith(jose.RS256, p.Stray, "1", tk)
		}
	},
	"something that must be understood": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			tk.Head = map[string]any{"crit": []string{"unknown"}, "unknown": true}
			return p.Sign(tk)
		}
	},
	"changed after it was signed": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			parts := strings.Split(p.Sign(tk), ".")
			tk.Claims["bsn"] = "999990020"
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(body(tk)))
			return strings.Join(parts, ".")
		}
	},
	"signature of another algorithm": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			parts := strings.Split(p.Sign(tk), ".")
			parts[0] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"PS256","kid":"1"}`))
			return strings.Join(parts, ".")
		}
	},
	"signature of zeros": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			return raw(`{"alg":"RS256","kid":"1"}`, body(tk), func(string) string { return base64.RawURLEncoding.EncodeToString(make([]byte, 256)) })
		}
	},
	"signature cut off": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string { s := p.Sign(tk); return s[:len(s)-4] }
	},
	"the claims are no object": func(p *oidctest.Provider) {
		p.Alter = func(oidctest.Token) string { return p.Sign(oidctest.Token{}) }
	},
	"JSON of the whole": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			parts := strings.Split(p.Sign(tk), ".")
			return fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2])
		}
	},
	"very large": func(p *oidctest.Provider) {
		p.Alter = func(tk oidctest.Token) string {
			tk.Claims["x"] = strings.Repeat("x", 2<<20)
			return p.Sign(tk)
		}
	},
}

func TestD8_ForgedTokensLetNobodyIn(t *testing.T) {
	p := oidctest.New(t, now)
	claims := map[string]any{"bsn": "999990019"}
	s := settings(p, "digid")
	if len(forged) < 50 {
		t.Fatalf("only %d forgeries", len(forged))
	}
	for name, forge := range forged {
		p.Alter = nil
		if _, err := loggedIn(t, p, s, ask(), claims); err != nil {
			t.Fatalf("before %q: %v", name, err)
		}
		forge(p)
		before := p.Tokens
		l, err := loggedIn(t, p, s, ask(), claims)
		if err == nil || !errors.Is(err, eid.ErrRefused) && !errors.Is(err, eid.ErrAway) {
			t.Errorf("%s: %q, %v", name, words(l), err)
		}
		if p.Tokens != before+1 {
			t.Errorf("%s: no token came that far", name)
		}
		if err != nil && strings.Contains(err.Error(), "99999") {
			t.Errorf("%s: the error tells a number: %v", name, err)
		}
	}
	// An algorithm with another key that the provider does publish is right.
	p.Alter = func(tk oidctest.Token) string { return p.SignWith(jose.ES256, p.EC, "2", tk) }
	if _, err := loggedIn(t, p, s, ask(), claims); err != nil {
		t.Error(err)
	}
}

func TestD8_WhatABrowserBringsBackIsHeldToWhatItLeftWith(t *testing.T) {
	p := oidctest.New(t, now)
	s, ctx := settings(p, "digid"), context.Background()
	cs := oidc.New(eid.HTTPClient(true, nil), now)
	a := ask()
	address, err := cs.Away(ctx, s, a)
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() oidc.Back {
		q := p.Authorize(t, address, map[string]any{"bsn": "999990019"})
		return oidc.Back{Code: q.Get("code"), Issuer: q.Get("iss")}
	}
	if _, err := cs.Finish(ctx, s, oidctest.Secret, a, fresh()); err != nil {
		t.Fatal(err)
	}
	used := fresh()
	if _, err := cs.Finish(ctx, s, oidctest.Secret, a, used); err != nil {
		t.Fatal(err)
	}
	other := a
	other.Verifier = strings.Repeat("w", 52)
	elsewhere := a
	elsewhere.Return = "https://other.example/"
	for name, c := range map[string]struct {
		a      oidc.Asked
		secret string
		back   oidc.Back
		want   error
	}{
		"a code twice":            {a, oidctest.Secret, used, eid.ErrRefused},
		"a code of nobody":        {a, oidctest.Secret, oidc.Back{Code: "x", Issuer: p.URL}, eid.ErrRefused},
		"no code":                 {a, oidctest.Secret, oidc.Back{Issuer: p.URL}, eid.ErrRefused},
		"another provider's":      {a, oidctest.Secret, oidc.Back{Code: fresh().Code, Issuer: "https://other.example"}, eid.ErrRefused},
		"of which nobody says":    {a, oidctest.Secret, oidc.Back{Code: fresh().Code}, eid.ErrRefused},
		"of another browser":      {other, oidctest.Secret, fresh(), eid.ErrRefused},
		"for another address":     {elsewhere, oidctest.Secret, fresh(), eid.ErrRefused},
		"without the secret":      {a, "", fresh(), eid.ErrRefused},
		"with the wrong secret":   {a, "x", fresh(), eid.ErrRefused},
		"he cancelled":            {a, oidctest.Secret, oidc.Back{Error: "access_denied", Issuer: p.URL}, eid.ErrCancelled},
		"the provider has failed": {a, oidctest.Secret, oidc.Back{Error: "server_error", Issuer: p.URL}, eid.ErrRefused},
	} {
		if l, err := cs.Finish(ctx, s, c.secret, c.a, c.back); !errors.Is(err, c.want) {
			t.Errorf("%s: %q, %v, want %v", name, words(l), err, c.want)
		}
	}
	p.Down = true
	if _, err := cs.Finish(ctx, s, oidctest.Secret, a, oidc.Back{Code: "x", Issuer: p.URL}); !errors.Is(err, eid.ErrAway) {
		t.Errorf("a provider that is down: %v", err)
	}
	if _, err := oidc.New(eid.HTTPClient(true, nil), now).Away(ctx, s, a); !errors.Is(err, eid.ErrAway) {
		t.Errorf("a provider that was never there: %v", err)
	}
}

func TestD8_WhoConfirmsHasProvedHimselfNow(t *testing.T) {
	p := oidctest.New(t, now)
	s, a := settings(p, "digid"), ask()
	a.Within = 5 * time.Minute
	if _, err := loggedIn(t, p, s, a, map[string]any{"bsn": "999990019"}); err != nil {
		t.Fatal(err)
	}
	for name, claims := range map[string]map[string]any{
		"long ago":    {"bsn": "999990019", "auth_time": noon.Add(-time.Hour).Unix()},
		"nobody says": {"bsn": "999990019", "auth_time": nil},
	} {
		if _, err := loggedIn(t, p, s, a, claims); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestD9_UserinfoAddsToTheTokenAndDoesNotReplaceIt(t *testing.T) {
	p := oidctest.New(t, now)
	s := settings(p, "eherkenning")
	s.UserInfo = true
	const core = "urn:etoegang:core:"
	p.Info = map[string]any{"sub": "s-1", core + "LegalSubjectID": "90000001", core + "ActingSubjectID": "other"}
	l, err := loggedIn(t, p, s, ask(), map[string]any{core + "ActingSubjectID": "ab@cd"})
	if got := words(l); err != nil || got != "kvk:90000001 none ab@cd" {
		t.Errorf("%q, %v", got, err)
	}
	p.Info["sub"] = "s-2"
	if _, err := loggedIn(t, p, s, ask(), nil); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("of somebody else: %v", err)
	}
}

func TestE27_AProviderTellsThatSomebodyLoggedOut(t *testing.T) {
	p := oidctest.New(t, now)
	s, ctx := settings(p, "staff"), context.Background()
	cs := oidc.New(eid.HTTPClient(true, nil), now)
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{
			"iss": p.URL, "aud": oidctest.ClientID, "iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(), "jti": "1", "sub": "s-1", "sid": "session",
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
		}
		for k, v := range change {
			if c[k] = v; v == nil {
				delete(c, k)
			}
		}
		return c
	}
	over, err := cs.LoggedOut(ctx, s, p.Sign(oidctest.Token{Claims: claims(nil), Head: map[string]any{"typ": "logout+jwt"}}))
	if err != nil || over.Subject != "s-1" || over.Session != "session" || over.ID != "1" {
		t.Fatalf("%+v, %v", over, err)
	}
	for name, token := range map[string]string{
		"an ID token":      p.Sign(oidctest.Token{Claims: claims(map[string]any{"events": nil, "nonce": "n"})}),
		"with a nonce":     p.Sign(oidctest.Token{Claims: claims(map[string]any{"nonce": "n"})}),
		"other audience":   p.Sign(oidctest.Token{Claims: claims(map[string]any{"aud": "x"})}),
		"other issuer":     p.Sign(oidctest.Token{Claims: claims(map[string]any{"iss": "x"})}),
		"expired":          p.Sign(oidctest.Token{Claims: claims(map[string]any{"exp": noon.Add(-time.Minute).Unix()})}),
		"to come":          p.Sign(oidctest.Token{Claims: claims(map[string]any{"iat": noon.Add(time.Hour).Unix()})}),
		"without a number": p.Sign(oidctest.Token{Claims: claims(map[string]any{"jti": nil})}),
		"of nobody":        p.Sign(oidctest.Token{Claims: claims(map[string]any{"sub": nil, "sid": nil})}),
		"of another kind":  p.Sign(oidctest.Token{Claims: claims(nil), Head: map[string]any{"typ": "at+jwt"}}),
		"by another":       p.SignWith(jose.RS256, p.Stray, "1", oidctest.Token{Claims: claims(nil)}),
		"unsigned":         raw(`{"alg":"none"}`, body(oidctest.Token{Claims: claims(nil)}), nothing),
		"nothing":          "",
	} {
		if over, err := cs.LoggedOut(ctx, s, token); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %+v, %v", name, over, err)
		}
	}
}

func TestE27_WhoLogsOutIsSentToHisProviderAlone(t *testing.T) {
	p := oidctest.New(t, now)
	s := settings(p, "staff")
	host := strings.TrimPrefix(p.URL, "http://")
	for name, c := range map[string]struct{ end, to string }{
		"as it is":         {p.URL + "/end", p.URL + "/end?client_id=voordeur&post_logout_redirect_uri=https%3A%2F%2Fportal.example%2Flogin"},
		"with a query":     {p.URL + "/end?policy=b2c", p.URL + "/end?client_id=voordeur&policy=b2c&post_logout_redirect_uri=https%3A%2F%2Fportal.example%2Flogin"},
		"none":             {"", ""},
		"of another":       {"https://elsewhere.example/end", ""},
		"of another here":  {"http://127.0.0.1:1/end", ""},
		"not by TLS":       {"http://elsewhere.example/end", ""},
		"a script":         {"javascript:alert(1)//" + host, ""},
		"with a name":      {"http://" + host + "@elsewhere.example/end", ""},
		"of somebody":      {"http://somebody@" + host + "/end", ""},
		"without a host":   {"/end", ""},
		"that is no URL":   {"http://[", ""},
		"with a fragment":  {p.URL + "/end#here", ""},
		"that says who we": {p.URL + "/end?client_id=another", p.URL + "/end?client_id=voordeur&post_logout_redirect_uri=https%3A%2F%2Fportal.example%2Flogin"},
	} {
		p.End = c.end
		to, err := oidc.New(eid.HTTPClient(true, nil), now).Out(context.Background(), s, "https://portal.example/login")
		if err != nil || to != c.to {
			t.Errorf("%s: %q, %v", name, to, err)
		}
	}
	p.Down = true
	if to, err := oidc.New(eid.HTTPClient(true, nil), now).Out(context.Background(), s, ""); to != "" || !errors.Is(err, eid.ErrAway) {
		t.Errorf("no answer: %q, %v", to, err)
	}
}

func TestD8_OtherPartiesAreNotInside(t *testing.T) {
	p := oidctest.New(t, now)
	if err := oidc.New(eid.HTTPClient(false, nil), now).Discover(context.Background(), p.URL); !errors.Is(err, eid.ErrAway) {
		t.Errorf("an address on this machine: %v", err)
	}
	if err := oidc.New(eid.HTTPClient(true, nil), now).Discover(context.Background(), p.URL); err != nil {
		t.Error(err)
	}
}

func TestD8_PathsAreListsSinceNamesHaveDots(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "bsn": "bsn", " urn:etoegang:1.9:x ": "urn:etoegang:1.9:x", `["aanvrager","bsn"]`: `["aanvrager","bsn"]`, `["a"]`: "a",
		`[`: "!", `[]`: "!", `["a",""]`: "!", `[1]`: "!",
	} {
		p, err := oidc.ParsePath(in)
		got := p.String()
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzIDToken(f *testing.F) {
	f.Add(`{"alg":"RS256","kid":"1"}`, `{"iss":"x","bsn":"999990019"}`, "AA")
	f.Add(`{"alg":"none"}`, `{}`, "")
	f.Add(`{"alg":"HS256"}`, `[]`, "e30")
	p := oidctest.New(f, now)
	s := settings(p, "digid")
	cs := oidc.New(eid.HTTPClient(true, nil), now)
	a := ask()
	address, err := cs.Away(context.Background(), s, a)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, head, claims, signature string) {
		p.Alter = func(oidctest.Token) string { return raw(head, claims, func(string) string { return signature }) }
		q := p.Authorize(t, address, nil)
		if l, err := cs.Finish(context.Background(), s, oidctest.Secret, a, oidc.Back{Code: q.Get("code"), Issuer: q.Get("iss")}); err == nil {
			t.Errorf("%q came in", words(l))
		}
	})
}
