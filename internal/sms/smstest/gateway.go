// Package smstest is a gateway of text messages for tests: it takes messages as the real ones do, and
// misbehaves when told to.
package smstest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/sms"
)

// Manner is how a gateway answers.
type Manner string

// The manners. Those from Lost on have taken the message before they misbehave.
const (
	Well     Manner = "well"
	Refuses  Manner = "refuses the message"
	Stranger Manner = "does not know us"
	Busy     Manner = "asks for a pause"
	Down     Manner = "is down"
	Moved    Manner = "sends us elsewhere"
	Lost     Manner = "takes it and loses the answer"
	Hangs    Manner = "takes it and says nothing"
	Drips    Manner = "takes it and answers without end, a byte at a time"
	Breaks   Manner = "takes it and fails"
	Proxy    Manner = "takes it behind a proxy that gives up"
	Garbage  Manner = "takes it and talks garbage"
	Page     Manner = "takes it and shows a page"
	Endless  Manner = "takes it and answers without end"
	Empty    Manner = "takes it and has no words"
)

// Pause is how long a gateway that is Busy asks to be left alone.
const Pause = 30 * time.Second

// Manners are all of them.
var Manners = []Manner{Well, Refuses, Stranger, Busy, Down, Moved, Lost, Hangs, Drips, Breaks, Proxy, Garbage, Page, Endless, Empty}

// Took reports whether a gateway of that manner has sent the message.
func (m Manner) Took() bool {
	return m == Well || slices.Index(Manners, m) >= slices.Index(Manners, Lost)
}

// Message is what a gateway took.
// Voice is the language of a call.
type Message struct{ To, Text, Reference, From, Voice string }

// Gateway is a gateway in the manner of a provider.
type Gateway struct {
	t        testing.TB
	provider string
	server   *httptest.Server
	stop     chan struct{}

	mu     sync.Mutex
	manner Manner
	calls  int
	took   []Message
	seen   map[string]bool // keys, of a gateway that knows them
}

// Start returns a gateway that behaves well, until told otherwise.
func Start(t testing.TB, provider string) *Gateway {
	t.Helper()
	g := &Gateway{t: t, provider: provider, manner: Well, stop: make(chan struct{}), seen: map[string]bool{}}
	g.server = httptest.NewTLSServer(g)
	g.server.Config.ErrorLog = nil
	t.Cleanup(func() {
		close(g.stop)
		g.server.Close()
	})
	return g
}

// Key is the key that a gateway wants.
const Key = "a-key-for-tests"

// Caller is the number from which CM.com calls, and callPath where calls are asked for.
const (
	Caller   = "+31201234567"
	callPath = "/calls"
)

// Config is how to reach the gateway.
func (g *Gateway) Config() sms.Config {
	c := sms.Config{Provider: g.provider, URL: g.server.URL, Key: Key, From: "Voordeur", RootCAs: g.server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, Timeout: 500 * time.Millisecond}
	switch g.provider {
	case "spryng":
		c.Account = "SPNL0000000"
	case "bird":
		c.Account, c.Voice = "11111111-1111-1111-1111-111111111111/22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"
	case "cm":
		c.Voice, c.VoiceURL = Caller, g.server.URL+callPath
	case "http":
		c.Header, c.Body, c.Repeatable = "Authorization: Bearer {key}", `{"to":"{to}","text":"{text}","from":"{from}","ref":"{reference}","ttl":{seconds}}`, true
		c.Voice, c.VoiceURL = `{"callee":"{to}","say":"{text}","locale":"{language}","from":"{from}"}`, g.server.URL+callPath
	}
	return c
}

// Certificate is what another program trusts the gateway by, as PEM.
func (g *Gateway) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.server.Certificate().Raw})
}

// Now has the gateway answer in another manner.
func (g *Gateway) Now(m Manner) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.manner = m
}

// Calls returns how often the gateway was asked.
func (g *Gateway) Calls() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

// Took returns what the gateway has sent to telephones.
func (g *Gateway) Took() []Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.took)
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	m, wrong := g.read(r, body)
	if err != nil || wrong != "" {
		g.t.Errorf("the gateway was asked in the wrong way: %v %s\n%s", err, wrong, body)
		return
	}
	g.mu.Lock()
	manner := g.manner
	g.calls++
	if manner.Took() && !g.seen[m.Reference] {
		g.took = append(g.took, m)
		g.seen[m.Reference] = g.provider == "http" // the others do not know a message again
	}
	id := fmt.Sprintf("id-%d", len(g.took))
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	g.answer(w, r, manner, m, id)
}

func (g *Gateway) answer(w http.ResponseWriter, r *http.Request, manner Manner, m Message, id string) {
	switch manner {
	case Refuses:
		g.refuse(w, m)
	case Stranger:
		w.WriteHeader(http.StatusUnauthorized)
	case Busy:
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	case Down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case Moved:
		http.Redirect(w, r, g.server.URL+"/elsewhere", http.StatusTemporaryRedirect)
	case Lost:
		panic(http.ErrAbortHandler)
	case Hangs:
		g.hang(r)
	case Drips:
		for range 1000 {
			if _, err := io.WriteString(w, " "); err != nil || g.slept(r, 20*time.Millisecond) {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	case Breaks:
		w.WriteHeader(http.StatusInternalServerError)
	case Proxy:
		w.WriteHeader(http.StatusGatewayTimeout)
	case Garbage:
		fmt.Fprint(w, `{"data":["`)
	case Page:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>Welcome</title>")
	case Endless:
		for range 100 {
			fmt.Fprint(w, strings.Repeat(" ", 1<<10))
		}
	case Empty:
		w.WriteHeader(http.StatusOK)
	default:
		g.accept(w, m, id)
	}
}

func (g *Gateway) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-g.stop:
	}
}

func (g *Gateway) slept(r *http.Request, d time.Duration) bool {
	select {
	case <-r.Context().Done():
	case <-g.stop:
	case <-time.After(d):
		return false
	}
	return true
}

// accept answers as the provider's documentation does.
func (g *Gateway) accept(w http.ResponseWriter, m Message, id string) {
	switch g.provider {
	case "spryng":
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"data":{"requestId":"request-%s","messageIds":["%s"]}}`, id, id)
	case "cm":
		if m.Voice != "" {
			fmt.Fprintf(w, `{"type":"call-queued","call-id":"%s","instruction-id":"%s","caller":"%s","callee":"%s","success":true}`, id, m.Reference, m.From, m.To)
			return
		}
		fmt.Fprintf(w, `{"details":"Created 1 message(s)","errorCode":0,"messages":[{"to":"%s","status":"Accepted","reference":"%s","parts":1,"messageDetails":null,"messageErrorCode":0}]}`, m.To, m.Reference)
	case "bird":
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"id":"%s","reference":"%s","status":"accepted","direction":"outgoing"}`, id, m.Reference)
	}
}

func (g *Gateway) refuse(w http.ResponseWriter, m Message) {
	w.WriteHeader(http.StatusBadRequest)
	switch g.provider {
	case "spryng":
		fmt.Fprintf(w, `{"errors":[{"errorCode":"invalidMsisdn","errorMessage":"%s is no number"}]}`, m.To)
	case "cm":
		fmt.Fprintf(w, `{"details":"Created 0 message(s)","errorCode":201,"messages":[{"to":"%s","status":"Rejected","reference":"%s","parts":0,"messageDetails":"Gsm '%s' is not a number.","messageErrorCode":303}]}`, m.To, m.Reference, m.To)
	case "bird":
		fmt.Fprint(w, `{"code":"InvalidPayload","message":"the request did not pass validation"}`)
	}
}

// read understands a request as the provider does.
func (g *Gateway) read(r *http.Request, body []byte) (m Message, wrong string) {
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return m, "no JSON"
	}
	key, want := "", Key
	switch g.provider {
	case "spryng":
		key = r.Header.Get("X-Api-Key")
		m = Message{text(v, "recipients", 0, "msisdn"), text(v, "body", "text"), text(v, "metaData", "reference"), text(v, "from"), ""}
	case "cm":
		key = r.Header.Get("X-CM-PRODUCTTOKEN")
		m = Message{"+" + strings.TrimPrefix(text(v, "messages", "msg", 0, "to", 0, "number"), "00"), text(v, "messages", "msg", 0, "body", "content"), text(v, "messages", "msg", 0, "reference"), text(v, "messages", "msg", 0, "from"), ""}
	case "bird":
		key, want = r.Header.Get("Authorization"), "AccessKey "+Key
		m = Message{text(v, "receiver", "contacts", 0, "identifierValue"), text(v, "body", "text", "text"), text(v, "reference"), "", ""}
	default:
		key, want = r.Header.Get("Authorization"), "Bearer "+Key
		m = Message{text(v, "to"), text(v, "text"), r.Header.Get("Idempotency-Key"), text(v, "from"), ""}
	}
	if strings.HasSuffix(r.URL.Path, callPath) {
		m = g.call(r, v)
	}
	if key != want {
		return m, "with another key"
	}
	if m.To == "" || m.Text == "" || m.Reference == "" {
		return m, "without what it needs"
	}
	return m, ""
}

// call understands a request for a call. Bird knows no reference.
func (g *Gateway) call(r *http.Request, v any) Message {
	switch g.provider {
	case "cm":
		return Message{text(v, "callee"), text(v, "prompt"), text(v, "instruction-id"), text(v, "caller"), text(v, "voice", "language")}
	case "bird":
		return Message{text(v, "to"), text(v, "callFlow", 0, "options", "text"), "none", "", text(v, "callFlow", 0, "options", "locale")}
	case "http":
		return Message{text(v, "callee"), text(v, "say"), r.Header.Get("Idempotency-Key"), text(v, "from"), text(v, "locale")}
	}
	return Message{}
}

// text follows names and places into what was decoded from JSON, "" when they lead nowhere.
func text(v any, path ...any) string {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return ""
			}
			v = l[p]
		}
	}
	s, _ := v.(string)
	return s
}
