// Package oidc logs people in by an OpenID provider: a broker that stands before DigiD and eHerkenning, or
// an office's own directory. It is the part of the client in the code flow with PKCE; every token stays here.
package oidc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"voordeur/internal/eid"
)

// Settings is a provider, and what we are to it.
type Settings struct {
	Issuer   string   `json:"issuer"` // exactly as its tokens have it
	ClientID string   `json:"client_id"`
	Scopes   []string `json:"scopes,omitempty"` // beside openid
	ACR      string   `json:"acr,omitempty"`    // the levels that are asked for, by their names and separated by spaces
	UserInfo bool     `json:"userinfo,omitempty"`
	Claims   Claims   `json:"claims"`
}

// keep is how long what a provider says of itself is kept.
const keep = time.Hour

// algorithms are the signatures that are taken: none with a shared secret, which whoever knows the client's could make.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// Clients are the providers that were asked of late.
type Clients struct {
	http  *http.Client
	now   func() time.Time
	mu    sync.Mutex
	known map[string]discovered
}

type discovered struct {
	*oidc.Provider
	more  metadata
	until time.Time
}

// metadata is what a provider says of itself beside what the library reads.
type metadata struct {
	EndSession  string `json:"end_session_endpoint"`
	NamesItself bool   `json:"authorization_response_iss_parameter_supported"`
}

// New returns the providers that are reached by a client, at the time that now tells.
func New(c *http.Client, now func() time.Time) *Clients {
	return &Clients{http: c, now: now, known: map[string]discovered{}}
}

// Discover returns an error when a provider does not answer as one: for whoever sets one up.
func (cs *Clients) Discover(ctx context.Context, issuer string) error {
	cs.mu.Lock()
	delete(cs.known, issuer)
	cs.mu.Unlock()
	_, err := cs.provider(ctx, issuer)
	return err
}

func (cs *Clients) provider(ctx context.Context, issuer string) (discovered, error) {
	now := cs.now()
	cs.mu.Lock()
	d, ok := cs.known[issuer]
	cs.mu.Unlock()
	if ok && now.Before(d.until) {
		return d, nil
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, cs.http), issuer)
	if err != nil {
		return d, fmt.Errorf("%w: %.200s", eid.ErrAway, err) // the library tells all that came
	}
	d = discovered{Provider: p, until: now.Add(keep)}
	if err := p.Claims(&d.more); err != nil {
		return d, fmt.Errorf("%w: %w", eid.ErrAway, err)
	}
	cs.mu.Lock()
	cs.known[issuer] = d
	cs.mu.Unlock()
	return d, nil
}

// Asked is what one log-in was begun with; only the browser that began it can finish it.
type Asked struct {
	State, Nonce, Verifier string
	Return                 string        // our address to which the browser comes back
	Within                 time.Duration // how lately he must have proved himself there; 0 for any log-in, even one that goes on
}

func (s Settings) config(p *oidc.Provider, secret, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: s.ClientID, ClientSecret: secret, Endpoint: p.Endpoint(), RedirectURL: back, Scopes: append([]string{oidc.ScopeOpenID}, s.Scopes...)}
}

// Away returns the address at the provider to which the browser goes.
func (cs *Clients) Away(ctx context.Context, s Settings, a Asked) (string, error) {
	d, err := cs.provider(ctx, s.Issuer)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if s.ACR != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", s.ACR))
	}
	if a.Within > 0 {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return s.config(d.Provider, "", a.Return).AuthCodeURL(a.State, options...), nil
}

// Back is what the browser came back with.
type Back struct{ Code, Error, Issuer string }

// Finish takes what a browser came back with to the provider and returns who it is. What is not as it was asked for is refused.
func (cs *Clients) Finish(ctx context.Context, s Settings, secret string, a Asked, b Back) (eid.Login, error) {
	d, err := cs.provider(ctx, s.Issuer)
	switch {
	case err != nil:
		return eid.Login{}, err
	case b.Issuer != "" && b.Issuer != s.Issuer, b.Issuer == "" && d.more.NamesItself:
		return eid.Login{}, fmt.Errorf("%w: another provider answers", eid.ErrRefused)
	case b.Error == "access_denied":
		return eid.Login{}, eid.ErrCancelled
	case b.Error != "" || b.Code == "":
		return eid.Login{}, fmt.Errorf("%w: the provider says %.60q", eid.ErrRefused, b.Error)
	}
	ctx = oidc.ClientContext(ctx, cs.http)
	token, err := s.config(d.Provider, secret, a.Return).Exchange(ctx, b.Code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return eid.Login{}, exchangeError(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if strings.Contains(raw, "{") { // a token has one form here, the compact one
		return eid.Login{}, fmt.Errorf("%w: id token", eid.ErrRefused)
	}
	id, err := d.Verifier(&oidc.Config{ClientID: s.ClientID, SupportedSigningAlgs: algorithms, Now: cs.now}).Verify(ctx, raw)
	if err != nil {
		return eid.Login{}, fmt.Errorf("%w: id token", eid.ErrRefused) // the error may have claims in it
	}
	claims, at, err := cs.check(s, a, id, token.AccessToken)
	if err != nil {
		return eid.Login{}, err
	}
	if s.UserInfo {
		if err := more(ctx, d.Provider, token, id.Subject, claims); err != nil {
			return eid.Login{}, err
		}
	}
	l, err := s.Claims.login(claims, s.Issuer, id.Subject)
	l.At = at
	return l, err
}

// exchangeError tells a provider that does not answer from one that refuses the code.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < http.StatusInternalServerError {
		return fmt.Errorf("%w: code: %.60q", eid.ErrRefused, refused.ErrorCode)
	}
	return fmt.Errorf("%w: code", eid.ErrAway)
}

// skew is by how much clocks may differ.
const skew = time.Minute

// check holds an ID token to what was asked, beyond what the library checks.
func (cs *Clients) check(s Settings, a Asked, id *oidc.IDToken, access string) (answer, time.Time, error) {
	claims := answer{}
	if err := id.Claims(&claims); err != nil {
		return nil, time.Time{}, fmt.Errorf("%w: claims", eid.ErrRefused)
	}
	now := cs.now()
	party := claims.text(Path{"azp"})
	at := now
	seconds, told := claims["auth_time"].(float64)
	if told {
		at = time.Unix(int64(seconds), 0)
	}
	why := ""
	switch {
	case id.Nonce == "" || id.Nonce != a.Nonce:
		why = "nonce"
	case id.Subject == "":
		why = "subject"
	case len(id.Audience) > 1 && party == "", party != "" && party != s.ClientID:
		why = "authorised party"
	case id.IssuedAt.IsZero() || id.IssuedAt.After(now.Add(skew)):
		why = "issued"
	case a.Within > 0 && (!told || at.Before(now.Add(-a.Within))):
		why = "too long ago"
	case at.After(now.Add(skew)):
		why = "log-in to come"
	}
	if why == "" && id.AccessTokenHash != "" && id.VerifyAccessToken(access) != nil {
		why = "access token"
	}
	if why != "" {
		return nil, at, fmt.Errorf("%w: %s", eid.ErrRefused, why)
	}
	return claims, at, nil
}

// more adds what the provider says at its userinfo to the claims; what the signed token says stands.
func more(ctx context.Context, p *oidc.Provider, token *oauth2.Token, subject string, into answer) error {
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("%w: userinfo", eid.ErrAway)
	}
	if info.Subject != subject {
		return fmt.Errorf("%w: userinfo is of somebody else", eid.ErrRefused)
	}
	var extra answer
	if err := info.Claims(&extra); err != nil {
		return fmt.Errorf("%w: userinfo", eid.ErrRefused)
	}
	for k, v := range extra {
		if _, had := into[k]; !had {
			into[k] = v
		}
	}
	return nil
}

// Over is whom a provider says has logged out there: one session, or all of somebody.
type Over struct {
	ID               string // of the message, which counts once
	Subject, Session string
	Expires          time.Time
}

// LoggedOut checks a logout token, with which a provider tells behind the browser's back that somebody has
// logged out there or may no longer come in (OpenID Connect Back-Channel Logout 1.0; ASVS 10.5.5).
func (cs *Clients) LoggedOut(ctx context.Context, s Settings, token string) (Over, error) {
	d, err := cs.provider(ctx, s.Issuer)
	if err != nil {
		return Over{}, err
	}
	t, err := d.Verifier(&oidc.Config{ClientID: s.ClientID, SupportedSigningAlgs: algorithms, Now: cs.now}).VerifyLogout(oidc.ClientContext(ctx, cs.http), token)
	now := cs.now()
	if err != nil || t.TokenID == "" || t.IssuedAt.After(now.Add(skew)) || t.Subject == "" && t.SessionID == "" || !typed(token) {
		return Over{}, fmt.Errorf("%w: logout token", eid.ErrRefused)
	}
	return Over{ID: t.TokenID, Subject: t.Subject, Session: t.SessionID, Expires: t.Expiry}, nil
}

// typed reports whether a token says of itself that it is for logging out, as the standard asks of new
// providers, or nothing: it is never an access token or another kind.
func typed(token string) bool {
	head, _, _ := strings.Cut(token, ".")
	var h struct {
		Typ string `json:"typ"`
	}
	b, err := decode(head)
	if err != nil || json.Unmarshal(b, &h) != nil {
		return false
	}
	return h.Typ == "" || strings.EqualFold(h.Typ, "logout+jwt") || strings.EqualFold(h.Typ, "jwt")
}

func decode(part string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(part) }

// Out returns the address at a provider where the browser logs out too and then comes back (OpenID Connect RP-Initiated
// Logout 1.0), "" when it has none. It says which program asks, and not who logs out: no token was kept.
func (cs *Clients) Out(ctx context.Context, s Settings, back string) (string, error) {
	d, err := cs.provider(ctx, s.Issuer)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(d.more.EndSession)
	if err != nil || !eid.Confidential(u) || !d.has(u.Host, s.Issuer) {
		return "", nil
	}
	q := u.Query()
	q.Set("client_id", s.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// has reports whether a host is one where people log in at the provider: an address elsewhere is not offered to them.
func (d discovered) has(host, issuer string) bool {
	for _, its := range []string{issuer, d.Endpoint().AuthURL} {
		if u, err := url.Parse(its); err == nil && u.Host == host {
			return true
		}
	}
	return false
}
