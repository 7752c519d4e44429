// Package tenant is the organisations that the installation serves: their hosts, settings and keys.
package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"

	"voordeur/internal/access"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/notify"
	"voordeur/internal/web"
)

// Tenant is one organisation.
type Tenant struct {
	ID       string
	Name     string
	Settings Settings
	Version  int64
	Hosts    map[access.Face]string
	Key      *crypt.TenantKey

	sheet string // the house style as a stylesheet, made once: the dark colours take looking for
}

// Tenants finds tenants and keeps the ones it has read for as long as their version stands.
type Tenants struct {
	db     *db.DB
	keys   *crypt.Keyring
	origin Origin
	mu     sync.RWMutex
	byID   map[string]*Tenant

	// Texting is whether the operator has set up a provider of text messages, so that a page may offer
	// them; the wiring sets it.
	Texting bool
	// Calling is whether that provider also calls a telephone to speak a code.
	Calling bool
	// HEIC is whether the operator has set up who makes JPEG of photos in HEIC, so that they may come in.
	HEIC bool
	// StatusInUse reports whether a dossier has the status, so that it cannot go; the wiring sets it.
	StatusInUse func(ctx context.Context, r db.Reader, s access.Scope, status string) (bool, error)
}

// Origin is how the outside reaches this server: the scheme and the port of every address.
type Origin struct {
	Scheme string // http or https
	Port   string // "" for the scheme's own
}

// New returns the tenants of a database.
func New(d *db.DB, keys *crypt.Keyring, o Origin) *Tenants {
	return &Tenants{db: d, keys: keys, origin: o, byID: map[string]*Tenant{}}
}

// Draft is a tenant to be made.
type Draft struct {
	ID       string // short name, a-z and digits
	Name     string
	Settings Settings
	Hosts    map[access.Face]string
}

// shortName is what a tenant's id may be: it is part of the names of its files.
var shortName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Create makes a tenant with a key of its own.
func (ts *Tenants) Create(ctx context.Context, d Draft) error {
	wrapped, err := ts.keys.NewTenantKey()
	if err != nil {
		return fmt.Errorf("tenant: create: %w", err)
	}
	settings, err := json.Marshal(d.Settings)
	if err != nil {
		return fmt.Errorf("tenant: create: %w", err)
	}
	if !shortName.MatchString(d.ID) || strings.TrimSpace(d.Name) == "" || d.Hosts[access.Portal] == "" || d.Hosts[access.Office] == "" {
		return errs.New(errs.Invalid, "tenant.incomplete")
	}
	return ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, $2, $3, $4, $5)`,
			d.ID, d.Name, wrapped, string(settings), tx.Now())
		if err != nil {
			return fmt.Errorf("tenant: create: %w", err)
		}
		for face, host := range d.Hosts {
			if _, err := tx.Exec(ctx, `insert into tenant_host (host, tenant_id, face) values ($1, $2, $3)`, strings.ToLower(host), d.ID, string(face)); err != nil {
				return fmt.Errorf("tenant: host %s: %w", host, err)
			}
		}
		return nil
	})
}

// IDs returns the ids of all tenants in order.
func (ts *Tenants) IDs(ctx context.Context) ([]string, error) {
	return db.All(ctx, ts.db, db.Value[string], `select id from tenant order by id`)
}

// ByHost returns the tenant and face that a Host header names exactly; an unknown one is NotFound.
func (ts *Tenants) ByHost(ctx context.Context, host string) (*Tenant, access.Face, error) {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	var id, face string
	var version int64
	err := ts.db.QueryRow(ctx, `select h.tenant_id, h.face, t.version from tenant_host h join tenant t on t.id = h.tenant_id where h.host = $1`,
		strings.ToLower(host)).Scan(&id, &face, &version)
	if err != nil {
		return nil, "", err
	}
	t, err := ts.get(ctx, id, version)
	return t, access.Face(face), err
}

// seen is the key of the tenant that a context has.
type seen struct{}

// Seen returns a context in which Get answers with t for its id and asks nothing: a page that only reads shows its
// organisation as it was when the request came in, from the first line to the last.
func Seen(ctx context.Context, t *Tenant) context.Context { return context.WithValue(ctx, seen{}, t) }

// Get returns a tenant by id.
func (ts *Tenants) Get(ctx context.Context, id string) (*Tenant, error) {
	if t, _ := ctx.Value(seen{}).(*Tenant); t != nil && t.ID == id {
		return t, nil
	}
	version, err := db.One(ctx, ts.db, db.Value[int64], `select version from tenant where id = $1`, id)
	if err != nil {
		return nil, err
	}
	return ts.get(ctx, id, version)
}

func (ts *Tenants) get(ctx context.Context, id string, version int64) (*Tenant, error) {
	ts.mu.RLock()
	t := ts.byID[id]
	ts.mu.RUnlock()
	if t != nil && t.Version >= version {
		return t, nil
	}
	t, err := ts.load(ctx, id)
	if err != nil {
		return nil, err
	}
	ts.mu.Lock()
	ts.byID[id] = t
	ts.mu.Unlock()
	return t, nil
}

func (ts *Tenants) load(ctx context.Context, id string) (*Tenant, error) {
	t := &Tenant{ID: id, Hosts: map[access.Face]string{}}
	var wrapped []byte
	var settings string
	err := ts.db.QueryRow(ctx, `select name, wrapped_key, settings, version from tenant where id = $1`, id).Scan(&t.Name, &wrapped, &settings, &t.Version)
	if err != nil {
		return nil, err
	}
	t.Settings.SMS = notify.DefaultTextRules() // of whom was made before there were any
	if err := json.Unmarshal([]byte(settings), &t.Settings); err != nil {
		return nil, fmt.Errorf("tenant: settings of %s: %w", id, err)
	}
	t.Settings.Files.heic = ts.HEIC
	if t.Key, err = ts.keys.Open(wrapped); err != nil {
		return nil, fmt.Errorf("tenant: key of %s: %w", id, err)
	}
	t.sheet = t.Stylesheet()
	rows, err := db.All(ctx, ts.db, func(scan db.Scan) ([2]string, error) {
		var r [2]string
		err := scan(&r[0], &r[1])
		return r, err
	}, `select face, host from tenant_host where tenant_id = $1`, id)
	for _, r := range rows {
		t.Hosts[access.Face(r[0])] = r[1]
	}
	return t, err
}

// URL returns the absolute address of one of the tenant's faces, "" when it has none. It comes
// from the tenant's own record, never from a request.
func (ts *Tenants) URL(t *Tenant, face access.Face) string {
	host := t.Hosts[face]
	if host == "" {
		return ""
	}
	if ts.origin.Port != "" {
		host = net.JoinHostPort(host, ts.origin.Port)
	}
	return ts.origin.Scheme + "://" + host
}

// Site returns what a request needs to know of its tenant.
func (ts *Tenants) Site(t *Tenant, face access.Face) web.Site {
	return web.Site{
		Tenant: t.ID, Name: t.Name, Face: face, Version: t.Version,
		PortalURL: ts.URL(t, access.Portal), OfficeURL: ts.URL(t, access.Office), DocsURL: ts.URL(t, access.Docs),
		Modules: t.Settings.Modules, Languages: t.Settings.Languages, Labels: t.Settings.Labels,
		Logo: [2]int{t.Settings.Theme.Logo.Width, t.Settings.Theme.Logo.Height}, Font: t.FontURL(),
		Secure: ts.origin.Scheme == "https",
	}
}

// Texts returns the tenant's texts in a language it offers, else in its first one.
func (t *Tenant) Texts(want i18n.Lang) *i18n.Texts {
	for _, l := range t.Settings.Languages {
		if l == want {
			return i18n.For(l, t.Settings.Labels[l])
		}
	}
	first := t.Settings.Languages[0]
	return i18n.For(first, t.Settings.Labels[first])
}
