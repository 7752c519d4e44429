package eidsim

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long what is handed out is good for.
const (
	codeLife  = time.Minute
	tokenLife = 5 * time.Minute
)

// wrongsOIDC are the wrong answers of this protocol.
var wrongsOIDC = []Misbehaviour{LowLevel, OtherAudience, Expired, Replayed, Unsigned, WrongKey, OtherIssuer, OtherState, OtherNonce, Never, Failure}

// grant is a log-in on its way to the party that asked for it.
type grant struct {
	provider                Provider
	client                  string
	redirect, challenge     string
	nonce, scope, sessionID string
	choice                  choice
	at                      time.Time
	redeemed                bool // its code has been used
}

func (s *Sim) oidcRoutes() {
	for _, p := range Providers() {
		path := "/oidc/" + string(p)
		s.mux.HandleFunc("GET "+path+"/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { s.discovery(w, p) })
		s.mux.HandleFunc("GET "+path+"/jwks", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.keys.public()) })
		s.mux.HandleFunc(path+"/authorize", func(w http.ResponseWriter, r *http.Request) { s.authorize(w, r, p) })
		s.mux.HandleFunc("POST "+path+"/token", func(w http.ResponseWriter, r *http.Request) { s.token(w, r, p) })
		s.mux.HandleFunc(path+"/userinfo", func(w http.ResponseWriter, r *http.Request) { s.userinfo(w, r, p) })
		s.mux.HandleFunc(path+"/logout", func(w http.ResponseWriter, r *http.Request) { s.logout(w, r, p) })
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a party that left needs no answer
}

func fault(w http.ResponseWriter, status int, code, text string) {
	answer(w, status, map[string]string{"error": code, "error_description": text})
}

func (s *Sim) discovery(w http.ResponseWriter, p Provider) {
	iss := s.Issuer(p)
	var values []string
	for _, l := range levels(p) {
		values = append(values, l.value)
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": iss, "authorization_endpoint": iss + "/authorize", "token_endpoint": iss + "/token",
		"userinfo_endpoint": iss + "/userinfo", "jwks_uri": iss + "/jwks", "end_session_endpoint": iss + "/logout",
		"scopes_supported": []string{"openid", "profile", "email"}, "response_types_supported": []string{"code"},
		"response_modes_supported": []string{"query"}, "grant_types_supported": []string{"authorization_code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"}, "acr_values_supported": values,
		"ui_locales_supported": []string{"nl", "en"}, "request_uri_parameter_supported": false,
		"authorization_response_iss_parameter_supported": true,
	})
}

// authorize asks the visitor who he wants to be, and sends him back with a code. The question comes with every
// request, so nothing is kept until there is an answer.
func (s *Sim) authorize(w http.ResponseWriter, r *http.Request, p Provider) {
	if err := r.ParseForm(); err != nil {
		refuse(w, r, "eidsim.bad_client")
		return
	}
	ask := r.Form
	client, ok := s.client(ask.Get("client_id"))
	if !ok || len(ask["client_id"]) != 1 {
		refuse(w, r, "eidsim.bad_client")
		return
	}
	redirect := ask.Get("redirect_uri")
	if len(ask["redirect_uri"]) != 1 || !slices.Contains(client.RedirectURIs, redirect) {
		refuse(w, r, "eidsim.bad_redirect")
		return
	}
	state := ask.Get("state")
	back := func(pairs ...string) {
		sendTo(w, r, redirect, append(pairs, "state", state, "iss", s.Issuer(p))...)
	}
	if code, text := objection(ask); code != "" {
		back("error", code, "error_description", text)
		return
	}
	c, ok := s.choose(w, r, question{
		provider: p, levels: levels(p), least: least(levels(p), strings.Fields(ask.Get("acr_values"))), wrongs: wrongsOIDC, answered: s.lastAnswer(p, client.ID) != "",
		origins: []string{origin(redirect)},
	})
	switch {
	case !ok: // the page has been shown
	case c.cancelled:
		back("error", "access_denied", "error_description", "the user cancelled")
	case c.wrong == Failure:
		back("error", string(Failure), "error_description", "the provider failed")
	default:
		g := &grant{
			provider: p, client: client.ID, redirect: redirect, challenge: ask.Get("code_challenge"), nonce: ask.Get("nonce"),
			scope: ask.Get("scope"), sessionID: rand.Text(), choice: c, at: s.now(),
		}
		if c.wrong == OtherState {
			state = rand.Text()
		}
		back("code", s.keep(g))
	}
}

// objection is what is wrong with a question, as an error of the protocol; "" is nothing.
func objection(ask url.Values) (code, text string) {
	for name, values := range ask {
		if len(values) > 1 {
			return "invalid_request", name + " is there more than once"
		}
	}
	switch {
	case ask.Has("request"):
		return "request_not_supported", "no request objects"
	case ask.Has("request_uri"):
		return "request_uri_not_supported", "no request objects"
	case ask.Get("response_type") != "code":
		return "unsupported_response_type", "response_type must be code"
	case ask.Has("response_mode") && ask.Get("response_mode") != "query":
		return "invalid_request", "response_mode must be query"
	case !slices.Contains(strings.Fields(ask.Get("scope")), "openid"):
		return "invalid_scope", "scope must have openid"
	case ask.Get("state") == "" || ask.Get("nonce") == "":
		return "invalid_request", "state and nonce are required"
	case ask.Get("code_challenge_method") != "S256" || len(ask.Get("code_challenge")) != 43:
		return "invalid_request", "PKCE with S256 is required"
	case slices.Contains(strings.Fields(ask.Get("prompt")), "none"):
		return "login_required", "everybody chooses at every log-in"
	}
	return "", ""
}

// least is the lowest level of those that a question accepts.
func least(all []level, wanted []string) level {
	return all[max(0, slices.IndexFunc(all, func(l level) bool { return slices.Contains(wanted, l.value) }))]
}

// sendTo sends the visitor to an address with these pairs in its query.
func sendTo(w http.ResponseWriter, r *http.Request, address string, pairs ...string) {
	u, err := url.Parse(address)
	if err != nil {
		refuse(w, r, "eidsim.bad_redirect")
		return
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
}

// keep returns the code for a log-in, and forgets what has expired.
func (s *Sim) keep(g *grant) string {
	code := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	over := func(_ string, g *grant) bool { return s.now().After(g.at.Add(codeLife + tokenLife)) }
	maps.DeleteFunc(s.codes, over)
	maps.DeleteFunc(s.tokens, over)
	s.codes[code] = g
	return code
}

func lastKey(p Provider, client string) string { return string(p) + " " + client }

func (s *Sim) lastAnswer(p Provider, client string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[lastKey(p, client)]
}

// token gives the tokens for a code.
func (s *Sim) token(w http.ResponseWriter, r *http.Request, p Provider) {
	if err := r.ParseForm(); err != nil {
		fault(w, http.StatusBadRequest, "invalid_request", "not a form")
		return
	}
	client, ok := s.authenticated(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="eidsim"`)
		fault(w, http.StatusUnauthorized, "invalid_client", "the client or its secret is not right")
		return
	}
	if r.PostForm.Get("grant_type") != "authorization_code" {
		fault(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type must be authorization_code")
		return
	}
	g := s.redeem(r.PostForm.Get("code"), p, client.ID)
	verifier := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if g == nil || g.redirect != r.PostForm.Get("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(verifier[:]) {
		fault(w, http.StatusBadRequest, "invalid_grant", "the code is not known, not of this client, used, expired, or came with another redirect_uri or code_verifier")
		return
	}
	if g.choice.wrong == Never {
		<-r.Context().Done() // until the asker gives up, or the simulator stops
		return
	}
	id, err := s.idToken(g)
	if err != nil {
		fault(w, http.StatusInternalServerError, "server_error", "the token could not be signed")
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"access_token": s.admit(g), "token_type": "Bearer", "expires_in": int(tokenLife / time.Second), "scope": g.scope, "id_token": id,
	})
}

// authenticated returns the client that asks, which says who it is in one of two ways.
func (s *Sim) authenticated(r *http.Request) (Client, bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		var err1, err2 error
		id, err1 = url.QueryUnescape(id) // RFC 6749, 2.3.1
		secret, err2 = url.QueryUnescape(secret)
		if err1 != nil || err2 != nil || r.PostForm.Has("client_secret") {
			return Client{}, false
		}
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	c, ok := s.client(id)
	return c, ok && c.Secret != "" && subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) == 1
}

// redeem returns the log-in for a code, once. A code that comes twice was stolen: what it gave the first time
// ends (RFC 6749, 4.1.2).
func (s *Sim) redeem(code string, p Provider, client string) *grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.codes[code]
	if g == nil || g.provider != p || g.client != client || s.now().After(g.at.Add(codeLife)) {
		return nil
	}
	if g.redeemed {
		s.end(g.sessionID)
		return nil
	}
	g.redeemed = true
	return g
}

// admit returns an access token.
func (s *Sim) admit(g *grant) string {
	token := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = g
	return token
}

// end takes the access tokens of a session away; the lock is held.
func (s *Sim) end(session string) {
	maps.DeleteFunc(s.tokens, func(_ string, g *grant) bool { return g.sessionID == session })
}

// userinfo says to the holder of an access token who logged in.
func (s *Sim) userinfo(w http.ResponseWriter, r *http.Request, p Provider) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g := s.tokens[token]
	s.mu.Unlock()
	if !bearer || g == nil || g.provider != p || s.now().After(g.at.Add(codeLife+tokenLife)) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		fault(w, http.StatusUnauthorized, "invalid_token", "the token is not known, or has expired")
		return
	}
	answer(w, http.StatusOK, claims(g))
}

// logout ends a session that the party itself ended, and sends the visitor back to it if it wants that.
func (s *Sim) logout(w http.ResponseWriter, r *http.Request, p Provider) {
	if err := r.ParseForm(); err != nil {
		refuse(w, r, "eidsim.bad_logout")
		return
	}
	clientID, session := r.Form.Get("client_id"), ""
	if hint := r.Form.Get("id_token_hint"); hint != "" {
		was, err := s.hinted(hint, p)
		if err != nil || clientID != "" && clientID != was.Audience {
			refuse(w, r, "eidsim.bad_logout")
			return
		}
		clientID, session = was.Audience, was.Session
	}
	to := r.Form.Get("post_logout_redirect_uri")
	if client, ok := s.client(clientID); to != "" && (!ok || !slices.Contains(client.LogoutURIs, to)) {
		refuse(w, r, "eidsim.bad_logout")
		return
	}
	s.mu.Lock()
	s.end(session)
	s.mu.Unlock()
	if to != "" {
		sendTo(w, r, to, "state", r.Form.Get("state"))
		return
	}
	t := texts(r)
	show(w, r, http.StatusOK, messageView(t, t.T("eidsim.logged_out"), t.T("eidsim.logged_out_lead"), ""))
}
