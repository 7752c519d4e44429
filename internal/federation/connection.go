// Package federation is people who come in by another party: DigiD, eHerkenning and eIDAS, mostly by a broker,
// and an office's own directory (ADR 22). It finds whose things they may see, by exact identifiers alone.
package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// Federation sends people to other parties and takes them back.
type Federation struct {
	db        *db.DB
	tenants   *tenant.Tenants
	ids       *identity.Identity
	log       *slog.Logger
	inside    bool
	providers *oidc.Clients
	said      sync.Map // of described, by tenant and connection
	// Renamed is called in the transaction in which staff give a client another name. The wiring sets it.
	Renamed func(ctx context.Context, tx *db.Tx, s access.Scope, client string) error
}

// New returns the connections of a database. inside is whether other parties may be on this machine or its network, as
// in tests and the demo.
func New(d *db.DB, ts *tenant.Tenants, ids *identity.Identity, log *slog.Logger, inside bool) *Federation {
	now := func() time.Time { return d.Clock().Now() }
	return &Federation{
		db: d, tenants: ts, ids: ids, log: log, inside: inside, providers: oidc.New(eid.HTTPClient(inside, nil), now),
		Renamed: func(context.Context, *db.Tx, access.Scope, string) error { return nil },
	}
}

// The means by which people prove who they are.
const (
	DigiD       = "digid"
	EHerkenning = "eherkenning"
	EIDAS       = "eidas"
	Other       = "other" // iDIN, itsme, a client's own directory
	Directory   = "directory"
)

// Means are all of them.
var Means = []string{DigiD, EHerkenning, EIDAS, Other, Directory}

// MeansOf returns the means of a face, in the order of the pages.
func MeansOf(f access.Face) []string {
	if f == access.Office {
		return []string{Directory}
	}
	return []string{DigiD, EHerkenning, EIDAS, Other}
}

// takes are the registers that a means may say something of: a broker that sends more is not believed for that.
var takes = map[string][]eid.Kind{
	DigiD:       {eid.BSN},
	EHerkenning: {eid.KvK, eid.RSIN, eid.Branch, eid.BSN},
	EIDAS:       {eid.BSN, eid.EIDAS, eid.Pseudo},
	Other:       {eid.Sub},
	Directory:   {eid.Sub},
}

// The protocols that connections speak.
const (
	ByOIDC = "oidc"
	BySAML = "saml"
)

// Settings is how a party is reached, and what its answers mean.
type Settings struct {
	OIDC oidc.Settings `json:"oidc,omitzero"`
	SAML SAML          `json:"saml,omitzero"`
	// Roles are the groups of a directory and the roles that they give; who is in none does not come in.
	Roles map[string]access.Role `json:"roles,omitempty"`
}

// Connection is another party by which people come in.
type Connection struct {
	ID, Means, Protocol, Name string
	Face                      access.Face
	Level                     eid.Level // the least that lets somebody in
	Enabled                   bool
	Settings                  Settings
	Version                   int64
	sealed                    []byte
}

// strict reports whether the means is one of those for which the law sets when a session ends.
func (c Connection) strict() bool {
	return slices.Contains([]string{DigiD, EHerkenning, EIDAS}, c.Means)
}

const selectConnection = `select id, face, means, protocol, name, level, settings, secret, enabled, version from connection where tenant_id = $1 `

func scanConnection(scan db.Scan) (Connection, error) {
	var c Connection
	var settings string
	err := scan(&c.ID, &c.Face, &c.Means, &c.Protocol, &c.Name, &c.Level, &settings, &c.sealed, &c.Enabled, &c.Version)
	if err == nil {
		err = json.Unmarshal([]byte(settings), &c.Settings)
	}
	return c, err
}

func secretAAD(tenantID, id string) string { return "connection|secret|" + tenantID + "|" + id }

// secret returns what only the program and the other party know.
func (c Connection) secret(t *tenant.Tenant) (string, error) {
	if len(c.sealed) == 0 {
		return "", nil
	}
	plain, err := t.Key.Open(c.sealed, secretAAD(t.ID, c.ID))
	if err != nil {
		return "", fmt.Errorf("federation: secret of %s: %w", c.ID, err)
	}
	return string(plain), nil
}

// Offered returns the connections by which one can come in on a face, in the order in which they are shown.
func (f *Federation) Offered(ctx context.Context, t *tenant.Tenant, face access.Face) ([]Connection, error) {
	return offered(ctx, f.db, t, face)
}

func offered(ctx context.Context, r db.Reader, t *tenant.Tenant, face access.Face) ([]Connection, error) {
	list, err := db.All(ctx, r, scanConnection, selectConnection+`and face = $2 and enabled order by created_at, id`, t.ID, string(face))
	list = slices.DeleteFunc(list, func(c Connection) bool { return !usable(t, c) })
	slices.SortStableFunc(list, func(a, b Connection) int {
		return slices.Index(MeansOf(face), a.Means) - slices.Index(MeansOf(face), b.Means)
	})
	return list, err
}

// Ways returns Offered, and whether clients come in by those alone: Alone, for who needs them all the same.
func (f *Federation) Ways(ctx context.Context, t *tenant.Tenant, face access.Face) (ways []Connection, alone bool, err error) {
	ways, err = f.Offered(ctx, t, face)
	return ways, face == access.Portal && t.Settings.Login.NoPassword && len(ways) > 0, err
}

// Alone returns the ways of Offered where clients come in by those alone, nil where they have passwords: also where
// the organisation wants none and has no other way for them (K2).
func (f *Federation) Alone(ctx context.Context, t *tenant.Tenant) ([]Connection, error) {
	return alone(ctx, f.db, t)
}

func alone(ctx context.Context, r db.Reader, t *tenant.Tenant) ([]Connection, error) {
	if !t.Settings.Login.NoPassword {
		return nil, nil
	}
	return offered(ctx, r, t, access.Portal)
}

// Passwordless reports whether there are ways of Alone.
func Passwordless(ctx context.Context, r db.Reader, t *tenant.Tenant) (bool, error) {
	list, err := alone(ctx, r, t)
	return len(list) > 0, err
}

// Called is what people call a connection.
func (c Connection) Called() string {
	switch c.Means {
	case DigiD:
		return "DigiD"
	case EHerkenning:
		return "eHerkenning"
	case EIDAS:
		return "eIDAS"
	}
	return c.Name
}

// Names are what people call connections, one after the other, with the word between the last two.
func Names(list []Connection, or string) string {
	var names []string
	for _, c := range list {
		if name := c.Called(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " " + or + " " + names[last]
	}
	return strings.Join(names, "")
}

// usable reports whether the organisation may use a connection: DigiD gives nothing but a BSN.
func usable(t *tenant.Tenant, c Connection) bool { return c.Means != DigiD || t.Settings.BSN != "" }

// Connection returns one of Offered.
func (f *Federation) Connection(ctx context.Context, t *tenant.Tenant, face access.Face, id string) (Connection, error) {
	c, err := db.One(ctx, f.db, scanConnection, selectConnection+`and face = $2 and id = $3 and enabled`, t.ID, string(face), id)
	if err == nil && !usable(t, c) {
		err = errs.Missing()
	}
	return c, err
}
