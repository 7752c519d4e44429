// Package eidsim plays the other side of a log-in, for tests and the demo: brokers of DigiD, eHerkenning and
// eIDAS, and an organisation's own directory of employees. Nobody in it exists, everybody can log in as anybody,
// and every page says so. It gives wrong answers too, when it is asked to. It keeps all in memory and has no
// part in a program that serves people.
package eidsim

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/beevik/etree"
	"github.com/go-jose/go-jose/v4"

	assets "voordeur/web"
)

// Client is a party that has people logged in here.
type Client struct {
	ID, Secret   string
	RedirectURIs []string // where answers go, compared in full
	LogoutURIs   []string // where people may go after they have logged out
}

// Options are what a simulator is made of.
type Options struct {
	Base    string // of its addresses, as "http://eid.localhost:8080"
	Clients []Client
	Now     func() time.Time
	HTTP    *http.Client // to tell parties that a session ended; nil is the usual one
}

// maxBody is how long a message may be.
const maxBody = 256 << 10

// Sim is the simulator.
type Sim struct {
	base    string
	clients []Client
	now     func() time.Time
	http    *http.Client
	mux     *http.ServeMux
	keys    keys

	mu     sync.Mutex
	codes  map[string]*grant
	tokens map[string]*grant // by access token
	last   map[string]string // the answer of before, by provider and client

	parties   []party                   // that speak SAML
	artifacts map[string]*saved         // by artifact
	before    map[string]*etree.Element // the answer of before, by provider and party
	sessions  map[session]string        // its index
}

// keys are made at the start and kept nowhere.
type keys struct {
	right       *rsa.PrivateKey
	certificate []byte // of it
	id          string
}

// New makes a simulator with keys of its own.
func New(o Options) (*Sim, error) {
	if u, err := url.Parse(o.Base); err != nil || u.Path != "" || !loopback(u.Hostname()) || o.Now == nil {
		return nil, errors.New("eidsim: a base of scheme and host on loopback, and a clock, are needed")
	}
	s := &Sim{
		base: o.Base, clients: o.Clients, now: o.Now, http: cmp.Or(o.HTTP, http.DefaultClient), mux: http.NewServeMux(),
		codes: map[string]*grant{}, tokens: map[string]*grant{}, last: map[string]string{},
		artifacts: map[string]*saved{}, before: map[string]*etree.Element{}, sessions: map[session]string{},
	}
	var err error
	if s.keys, err = newKeys(s.now()); err != nil {
		return nil, err
	}
	s.mux.Handle("GET /assets/", assets.Handler())
	s.mux.HandleFunc("GET /{$}", s.home)
	s.oidcRoutes()
	s.samlRoutes()
	return s, nil
}

// loopback reports whether a host is this machine and no other (RFC 6761 for the names).
func loopback(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}

func newKeys(now time.Time) (keys, error) {
	right, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return keys{}, err
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SIMULATOR"}, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, about, about, right.Public(), right)
	if err != nil {
		return keys{}, err
	}
	return keys{right: right, certificate: certificate, id: rand.Text()}, nil
}

// of is the key that signs an answer: the right one, or one that nobody has seen.
func (k keys) of(wrong Misbehaviour) (*rsa.PrivateKey, error) {
	if wrong == WrongKey {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return k.right, nil
}

// public is the set of keys that others check signatures with.
func (k keys) public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.right.Public(), KeyID: k.id, Algorithm: string(jose.RS256), Use: "sig"}}}
}

// ServeHTTP answers people's browsers and the parties that ask for people.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy(""))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// Issuer returns the name of a provider's OpenID Connect side, which is where its discovery document is.
func (s *Sim) Issuer(p Provider) string { return s.base + "/oidc/" + string(p) }

// Register adds a party that speaks OpenID Connect.
func (s *Sim) Register(c Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, c)
}

func (s *Sim) client(id string) (Client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.clients, func(c Client) bool { return c.ID == id })
	if i < 0 {
		return Client{}, false
	}
	return s.clients[i], true
}
