// Package oidctest is an OpenID provider for tests, which says what a test has it say.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The one client that a provider knows.
const (
	ClientID = "voordeur"
	Secret   = "a secret of the client"
)

// Provider is one that runs for a test.
type Provider struct {
	URL    string
	Key    *rsa.PrivateKey // that it publishes
	Stray  *rsa.PrivateKey // that it does not
	EC     *ecdsa.PrivateKey
	Now    func() time.Time
	Alter  func(Token) string // writes the token; nil for the right one
	Info   map[string]any     // what userinfo says
	Down   bool               // answers nothing but errors
	End    string             // where it says that people log out
	t      testing.TB
	mu     sync.Mutex
	codes  map[string]asked
	Tokens int // that were given out
}

type asked struct {
	nonce, challenge, back string
	claims                 map[string]any
}

// Token is a token before it is signed.
type Token struct {
	Claims map[string]any
	Head   map[string]any
}

// New starts a provider; it stops with the test.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{Now: now, t: t, codes: map[string]asked{}}
	var err error
	if p.Key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if p.Stray, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if p.EC, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.URL, p.End = s.URL, s.URL+"/end"
	return p
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked and left needs no answer
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.End,
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"}, "authorization_response_iss_parameter_supported": true,
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: p.Key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"},
		{Key: p.EC.Public(), KeyID: "2", Algorithm: "ES256", Use: "sig"},
	}})
}

// Authorize is somebody who logs in at the provider: it takes the address to which the browser was sent and returns
// what the browser brings back.
func (p *Provider) Authorize(t testing.TB, address string, claims map[string]any) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != ClientID || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		t.Fatalf("asked with %v", q)
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = asked{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri"), claims}
	p.mu.Unlock()
	return url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	if plain, err := url.QueryUnescape(secret); ok && err == nil {
		secret = plain
	}
	p.mu.Lock()
	a, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if id != ClientID || secret != Secret || !known || base64.RawURLEncoding.EncodeToString(sum[:]) != a.challenge || a.back != r.FormValue("redirect_uri") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := p.Now()
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "sub": "s-1", "nonce": a.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "auth_time": now.Unix()}
	maps.Copy(claims, a.claims)
	write := p.Sign
	if p.Alter != nil {
		write = p.Alter
	}
	p.mu.Lock()
	p.Tokens++
	p.mu.Unlock()
	answer(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": write(Token{Claims: claims})})
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer(w, p.Info)
}

// Sign writes a token as the provider does.
func (p *Provider) Sign(t Token) string { return p.SignWith(jose.RS256, p.Key, "1", t) }

// SignWith writes it with another algorithm or key.
func (p *Provider) SignWith(alg jose.SignatureAlgorithm, key any, id string, t Token) string {
	o := (&jose.SignerOptions{}).WithHeader("kid", id)
	for k, v := range t.Head {
		o = o.WithHeader(jose.HeaderKey(k), v)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	b, err := json.Marshal(t.Claims)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	j, err := s.Sign(b)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	out, err := j.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	return out
}
