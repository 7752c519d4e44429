package server_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/blob"
	"voordeur/internal/client"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/federation"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/mail"
	"voordeur/internal/saml"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

// universe is two tenants with the same identifiers for other things, and a way past the program
// to see what its database really holds.
type universe struct {
	t       testing.TB
	parts   server.Parts
	house   *server.House
	handler http.Handler
	raw     *sql.DB
	watch   *sql.Conn // only looks whether anything was written
	summed  string    // how far the database was written when sums were taken
	sums    map[string]any
	tables  []string
	beside  map[string]string // tables with something of a dossier or an account, and the condition for another's
	sites   [2]*site
	asked   int // requests
	checked int // assertions
	fresh   int // counts changes, so that each has a key and an address of its own
}

// site is one of the two tenants.
type site struct {
	*universe
	id, domain string
	other      *site
	actors     []*actor
	spare      map[access.Face]string // accounts that a row may change
	spareOf    string                 // the client of the portal's spare account
}

// actor is somebody with a cookie, whatever it is worth here.
type actor struct {
	name, account, client, cookie string
	tenant                        string
	face                          access.Face
	role                          access.Role
	rights                        string              // of an extra account or a mandate, as words
	dead                          bool                // the session or the account is over
	ended                         bool                // only the session is
	base                          string              // what stands before every address while he acts for somebody
	names                         map[string][]string // of clients that he may read, by tenant
}

// begun is when the clocks of all universes start.
var begun = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// ticking is a clock that goes on by as little as there is, and only when somebody looks: no two things
// happen at the same time, and no page is another because the machine was slow.
type ticking struct{ ticks atomic.Int64 }

func newTicking() *ticking { return &ticking{} }

// Now returns a time that nobody was told before.
func (c *ticking) Now() time.Time {
	return begun.Add(time.Duration(c.ticks.Add(1)) * time.Microsecond)
}

func newUniverse(t *testing.T, d *db.DB) *universe {
	t.Helper()
	dir, ctx := t.TempDir(), context.Background()
	must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
	keys, err := crypt.OpenKeyFile(filepath.Join(dir, "key"))
	must(t, err)
	disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
	must(t, err)
	t.Cleanup(func() { must(t, disk.Close()) })
	outbox, err := mail.OpenOutbox(filepath.Join(dir, "outbox"))
	must(t, err)
	texts, err := sms.Open(sms.Config{Provider: "http", URL: "https://sms.example.nl", From: "Voordeur", Body: `{"to":"{to}","text":"{text}"}`})
	must(t, err)
	ids := &world.IDs{}
	d = d.WithIDs(ids.New)
	parts := server.Parts{
		DB: d, Keys: keys, Blobs: disk, Sender: outbox, Texts: texts, Reports: reportSecret, Scanner: scan.Off{}, Contact: "mailto:security@example.nl", Origin: tenant.Origin{Scheme: "http", Port: "8080"},
		Log: slog.New(slog.DiscardHandler), Version: "1.2.3",
	}
	h, err := server.Wire(parts)
	must(t, err)
	_, err = world.Twins(ctx, world.Builder{DB: d, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Approvals: h.Approvals, Mandates: h.Mandates, IDs: ids})
	must(t, err)
	_, err = h.Jobs.Drain(ctx)
	must(t, err)
	u := &universe{t: t, parts: parts, house: h, handler: h.Handler(), raw: dbtest.Raw(t, d)}
	h.Stop() // a stream says what it has to say, and ends
	u.watch, err = u.raw.Conn(ctx)
	must(t, err)
	t.Cleanup(func() { must(t, u.watch.Close()) })
	u.tables = u.list(tablesOf(d))
	u.columns()
	u.sites[0] = &site{universe: u, id: "notaris", domain: "delinde.example"}
	u.sites[1] = &site{universe: u, id: world.Twin, domain: "tweeling.example"}
	u.sites[0].other, u.sites[1].other = u.sites[1], u.sites[0]
	for _, s := range u.sites {
		s.populate(ctx)
	}
	for _, s := range u.sites {
		s.enlist()
	}
	return u
}

func tablesOf(d *db.DB) string {
	if d.Dialect() == db.SQLite {
		return `select name from sqlite_master where type = 'table' and name not like 'goose%' and name not like 'sqlite%' order by name`
	}
	return `select table_name from information_schema.tables where table_schema = 'public' and table_name not like 'goose%' order by table_name`
}

// list returns the only column of a query.
func (u *universe) list(query string, args ...any) []string {
	u.t.Helper()
	rows, err := u.raw.Query(query, args...)
	must(u.t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		must(u.t, rows.Scan(&s))
		out = append(out, s)
	}
	must(u.t, rows.Err())
	return out
}

func (u *universe) exec(query string, args ...any) {
	u.t.Helper()
	_, err := u.raw.Exec(query, args...)
	must(u.t, err)
}

// has reports whether a query finds a row.
func (u *universe) has(query string, args ...any) bool {
	u.t.Helper()
	return len(u.list(query, args...)) > 0
}

// digest is a fingerprint of everything that one tenant has, whatever the order of its rows. What
// is in the tables that are left out may change.
func (u *universe) digest(tenantID string, but ...string) string {
	u.t.Helper()
	var all []part
	for _, table := range u.tables {
		if slices.Contains(but, table) {
			continue
		}
		column := "tenant_id"
		if table == "tenant" {
			column = "id"
		}
		all = append(all, part{table, "select * from " + table + " where " + column + " = $1"})
	}
	return u.prints(all, tenantID)
}

// part is some of what is in the database: a query, and its name in a fingerprint.
type part struct{ name, query string }

// prints returns a line for each part, with its name and a fingerprint of its rows. PostgreSQL makes them all
// in one query, since each costs a way there and back.
func (u *universe) prints(parts []part, args ...any) string {
	u.t.Helper()
	var b strings.Builder
	if u.parts.DB.Dialect() == db.SQLite {
		for _, p := range parts {
			fmt.Fprintf(&b, "%s %x\n", p.name, known(u, p.query, args, func() [32]byte { return u.sum(p.query, args...) }))
		}
		return b.String()
	}
	for n, p := range parts {
		if n > 0 {
			b.WriteString(" union all ")
		}
		fmt.Fprintf(&b, "select '%s ' || coalesce(sum(('x' || left(md5(r::text), 15))::bit(60)::bigint), 0)::text from (%s) r", p.name, p.query)
	}
	query := b.String() + " order by 1"
	return known(u, query, args, func() string { return strings.Join(u.list(query, args...), "\n") + "\n" })
}

// sum is a fingerprint of the rows of a query, whatever their order.
func (u *universe) sum(query string, args ...any) [32]byte {
	u.t.Helper()
	rows, err := u.raw.Query(query, args...)
	must(u.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(u.t, err)
	values, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		at[i] = &values[i]
	}
	h := sha256.New()
	var one, total [32]byte
	for rows.Next() {
		must(u.t, rows.Scan(at...))
		h.Reset()
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				_, _ = h.Write(b)
			} else {
				fmt.Fprintf(h, "%v", v)
			}
			_, _ = h.Write([]byte{0})
		}
		for i, c := range h.Sum(one[:0]) {
			total[i] ^= c
		}
	}
	must(u.t, rows.Err())
	return total
}

// written says how far the database was written: it changes with every commit, and with PostgreSQL also when
// another database of the server is written.
func (u *universe) written() (now string) {
	u.t.Helper()
	query := `select pg_current_wal_insert_lsn()::text`
	if u.parts.DB.Dialect() == db.SQLite {
		query = `pragma data_version` // of a connection that itself never writes
	}
	must(u.t, u.watch.QueryRowContext(context.Background(), query).Scan(&now))
	return now
}

// known returns the fingerprint that was taken since the database was written, or takes it: most of what the
// matrix asks changes nothing.
func known[T any](u *universe, query string, args []any, take func() T) T {
	u.t.Helper()
	if now := u.written(); now != u.summed {
		u.summed, u.sums = now, map[string]any{}
	}
	key := fmt.Sprint(query, args)
	if had, ok := u.sums[key]; ok {
		return had.(T)
	}
	got := take()
	u.sums[key] = got
	return got
}

// session makes a live session of an account and returns its cookie.
func (s *site) session(account string, face access.Face) string {
	s.t.Helper()
	secret, now := db.RandomID()+db.RandomID(), s.house.DB.Clock().Now()
	s.exec(`insert into session (tenant_id, id, account_id, face, means, created_at, seen_at, expires_at) values ($1, $2, $3, $4, 'password', $5, $5, $6)`,
		s.id, authn.HashToken(secret), account, string(face), db.At(now), db.At(now.Add(time.Hour)))
	return secret
}

// token makes a link that sets the spare account's password.
func (s *site) token(face access.Face) string {
	s.t.Helper()
	return s.tokenOf(s.spare[face], "set_password", time.Hour)
}

func (s *site) tokenOf(account, purpose string, life time.Duration) string {
	s.t.Helper()
	secret, now := db.RandomID()+db.RandomID(), s.house.DB.Clock().Now()
	s.exec(`insert into account_token (tenant_id, id, account_id, purpose, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
		s.id, authn.HashToken(secret), account, purpose, db.At(now), db.At(now.Add(life)))
	return secret
}

// deadTokens are links of every kind that opens nothing on the face: used, expired, made for
// another end, of a blocked account, and of an account that is on this face in the other tenant
// only.
func (s *site) deadTokens(face access.Face) []string {
	s.t.Helper()
	used := s.token(face)
	// A while ago: the second of two clicks on a form is another matter.
	s.exec(`update account_token set used_at = $3 where tenant_id = $1 and id = $2`, s.id, authn.HashToken(used), db.At(s.house.DB.Clock().Now().Add(-time.Hour)))
	out := []string{used, s.tokenOf(s.spare[face], "set_password", -time.Hour), s.tokenOf(s.spare[face], "login", time.Hour)}
	out = append(out, s.tokenOf(s.list(`select id from account where tenant_id = $1 and face = $2 and state = 'blocked'`, s.id, string(face))[0], "set_password", time.Hour))
	swapped := s.list(`select a.id from account a join account b on b.id = a.id where a.tenant_id = $1 and b.tenant_id = $2 and a.face <> $3 and b.face = $3 and b.state = 'active'`,
		s.id, s.other.id, string(face))
	return append(out, s.tokenOf(swapped[0], "set_password", time.Hour))
}

func (s *site) account(email string) string {
	s.t.Helper()
	return s.list(`select id from account where tenant_id = $1 and email_key = $2`, s.id, email)[0]
}

// populate adds what the world lacks: accounts to spend, uploads that wait, a dossier in which the
// colleague takes part, and names that tell in any answer whose thing it shows.
func (s *site) populate(ctx context.Context) {
	scope, err := authn.Act(ctx, s.house.DB, s.id, s.account("behandelaar@"+s.domain))
	must(s.t, err)
	handler, _ := access.AsStaff(scope)
	s.spare = map[access.Face]string{}
	s.spareOf, err = s.house.Clients.Create(ctx, handler, "spare", client.Draft{Kind: client.Person, Name: "Reserve"})
	must(s.t, err)
	s.spare[access.Portal], err = s.house.Identity.Invite(ctx, handler, "spare-account", identity.NewAccount{Client: s.spareOf, Name: "Reserve", Email: "reserve@post.example", Role: access.RoleClient})
	must(s.t, err)
	s.spare[access.Office], err = s.house.Identity.CreateStaff(ctx, s.house.DB, s.id, identity.NewStaff{Name: "Reserve", Email: "reserve@" + s.domain, Role: access.RoleHandler, Password: world.Password})
	must(s.t, err)
	_, err = s.house.Identity.CreateStaff(ctx, s.house.DB, s.id, identity.NewStaff{Name: "Weg", Email: "weg@" + s.domain, Role: access.RoleAdministrator, Password: world.Password})
	must(s.t, err)
	gone, err := s.house.Identity.Invite(ctx, handler, "gone-account", identity.NewAccount{Client: s.clientOf("c.dewit@post.example"), Name: "Weg", Email: "weg@post.example", Role: access.RoleExtra})
	must(s.t, err)
	for _, e := range extras[1:] {
		id, err := s.house.Identity.Invite(ctx, handler, e.email, identity.NewAccount{Client: s.clientOf("directie@bakkerijsmit.example"), Name: e.name, Email: e.email, Role: access.RoleExtra})
		must(s.t, err)
		s.exec(`update account set state = 'active', rights = $3 where tenant_id = $1 and id = $2`, s.id, id, e.rights)
	}
	s.handOut(ctx)
	must(s.t, s.house.Identity.InviteByLetter(ctx, handler, "letter", identity.NewLetter{Client: s.spareOf, Name: "Per brief", UserName: "perbrief", Role: access.RoleExtra}))
	s.exec(`update account set state = 'blocked' where tenant_id = $1 and (id = $2 or email_key = $3)`, s.id, gone, "weg@"+s.domain)
	s.exec(`insert into dossier_staff (tenant_id, dossier_id, account_id) values ($1, $2, $3)`, s.id, world.FixtureID(12), s.account("collega@"+s.domain))
	s.exec(`insert into dossier_list (tenant_id, viewer, dossier_id, closed, updated_at) select tenant_id, $3, id, closed, updated_at from dossier where tenant_id = $1 and id = $2`,
		s.id, world.FixtureID(12), "staff:"+s.account("collega@"+s.domain))
	s.secondParty()
	s.uploads()
	s.mandates(ctx)
	s.parties(ctx)
	s.kinds(ctx)
	s.sells()
	s.designs()
	s.needs()
	s.asks()
	s.stop()
	s.offers()
	s.mark()
	s.talks(ctx, handler)
	s.proposes()
}

// proposes adds a proposal to destroy a dossier that is due, and one of which a dossier is gone. The twin has one of the
// identifiers for another proposal.
func (s *site) proposes() {
	s.t.Helper()
	now, by := db.At(s.house.DB.Clock().Now()), s.account("beheer@"+s.domain)
	for n, id := range []string{"dst1", "dst" + s.id} {
		s.exec(`insert into destruction (tenant_id, id, reason, proposed_at, proposed_by) values ($1, $2, $3, $4, $5)`, s.id, id, s.letter()+mark+hidden, now, by)
		s.exec(`insert into destruction_item (tenant_id, destruction_id, dossier_id, expires_at) values ($1, $2, $3, $4)`, s.id, id, world.FixtureID(n+1), now)
	}
}

// talks adds a department in which a dossier waits, and notes that no client may see. The twin has one of its identifiers for
// another department.
func (s *site) talks(ctx context.Context, handler access.Staff) {
	s.t.Helper()
	now := db.At(s.house.DB.Clock().Now())
	for n, id := range []string{"dep1", "dep" + s.id} {
		s.exec(`insert into department (tenant_id, id, name, created_at) values ($1, $2, $3, $4)`, s.id, id, s.letter()+"m afdeling "+id, now)
		s.exec(`insert into department_member (tenant_id, department_id, account_id) values ($1, $2, $3)`, s.id, id, s.account([]string{"collega@", "reserve@"}[n]+s.domain))
	}
	s.exec(`update dossier set handler_id = null, department_id = 'dep1' where tenant_id = $1 and id = $2`, s.id, world.FixtureID(3))
	s.exec(`insert into dossier_list (tenant_id, viewer, dossier_id, closed, status, updated_at) select tenant_id, 'department:dep1', id, closed, status, updated_at from dossier where tenant_id = $1 and id = $2`, s.id, world.FixtureID(3))
	s.messaging(true)
	for _, n := range []int{1, 2, 3} {
		must(s.t, s.house.Notes.Add(ctx, handler, world.FixtureID(n), fmt.Sprint("note", n), mark+hidden+" notitie"))
	}
	s.messaging(false)
}

// messaging says whether clients' messages become notes.
func (s *site) messaging(notes bool) {
	s.t.Helper()
	have := s.list(`select settings from tenant where id = $1`, s.id)[0]
	var all map[string]any
	must(s.t, json.Unmarshal([]byte(have), &all))
	if all["messaging"] == tenant.AsNotes == notes {
		return
	}
	delete(all, "messaging")
	if notes {
		all["messaging"] = tenant.AsNotes
	}
	b, err := json.Marshal(all)
	must(s.t, err)
	s.exec(`update tenant set settings = $2, version = version + 1 where id = $1`, s.id, string(b))
}

// ourKey is a key of ours for connections by SAML, as PEM. It is made once, for that takes a while.
var ourKey = sync.OnceValues(func() (saml.Key, []byte) {
	k, err := saml.NewKey(begun, "matrix")
	if err != nil {
		panic(err)
	}
	pem, err := k.MarshalPEM()
	if err != nil {
		panic(err)
	}
	return k, pem
})

// sealedKey is how it is stored with a connection, as its key and as the next one.
func sealedKey(t *tenant.Tenant, connection string) []byte {
	_, pem := ourKey()
	plain, err := json.Marshal(map[string][]byte{"Current": pem, "Next": pem})
	if err != nil {
		panic(err)
	}
	return t.Key.Seal(plain, "connection|secret|"+t.ID+"|"+connection)
}

// samlParty is a connection by SAML as it is stored.
var samlParty = sync.OnceValue(func() string {
	k, _ := ourKey()
	theirs := `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="urn:them">` +
		`<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(k.Certificate.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://127.0.0.1:1/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
	s, err := json.Marshal(federation.Settings{SAML: federation.SAML{Profile: saml.EHerkenning, Metadata: theirs, Services: []string{"urn:etoegang:DV:1:services:1"}}})
	if err != nil {
		panic(err)
	}
	return string(s)
})

// samlParties adds two by SAML, one of each face.
func (s *site) samlParties(t *tenant.Tenant, ids []string, now db.Time) {
	for n, face := range []string{"portal", "office"} {
		s.exec(`insert into connection (tenant_id, id, face, means, protocol, name, level, settings, secret, enabled, created_at) values ($1, $2, $3, $4, 'saml', $5, 3, $6, $7, true, $8)`,
			s.id, ids[n], face, federation.EHerkenning, s.letter()+"p", samlParty(), sealedKey(t, ids[n]), now)
	}
}

// parties adds ways to log in elsewhere, one of them off, somebody whom one of them brought and nobody knows, and
// numbers of clients. Nobody answers at the address of the parties: federation_test.go has those that do. The twin
// has the identifiers of the other for other things.
func (s *site) parties(ctx context.Context) {
	s.t.Helper()
	t, err := s.house.Tenants.Get(ctx, s.id)
	must(s.t, err)
	now := db.At(s.house.DB.Clock().Now())
	ids := []string{"party1", "party2", "party3", "party5", "party6"}
	if s.id == world.Twin {
		ids = []string{"party2", "party1", "party4", "party6", "party7"}
	}
	for n, c := range []struct{ face, means, enabled string }{{"portal", "other", "true"}, {"office", "directory", "true"}, {"portal", "other", "false"}} {
		s.exec(`insert into connection (tenant_id, id, face, means, protocol, name, level, settings, enabled, created_at) values ($1, $2, $3, $4, 'oidc', $5, 0, $6, `+c.enabled+`, $7)`,
			s.id, ids[n], c.face, c.means, s.letter()+"p", `{"oidc":{"issuer":"http://127.0.0.1:1","client_id":"x","claims":{}}}`, now)
	}
	s.samlParties(t, ids[3:], now)
	of := s.list(`select min(id) from client where tenant_id = $1`, s.id)[0]
	for n := range 2 {
		id := fmt.Sprintf("number%d", n+1)
		if n == 1 && s.id == world.Twin {
			id = "number3"
		}
		s.exec(`insert into identifier (tenant_id, id, client_id, kind, mac, value, added_at, added_by) values ($1, $2, $3, 'kvk', $4, $5, $6, '')`,
			s.id, id, of, []byte(id), t.Key.Seal([]byte("9000000"+id[6:]), "identifier|value|"+s.id+"|"+id), now)
	}
	for _, id := range []string{"stranger", "stranger" + s.id} {
		s.exec(`insert into client (tenant_id, id, kind, name, search, created_at, unmatched_at) values ($1, $2, 'person', 'Vreemd', 'vreemd', $3, $3)`, s.id, id, now)
	}
}

// handOut lets companies choose rights for their people, in steps.
func (s *site) handOut(ctx context.Context) {
	s.t.Helper()
	scope, err := authn.Act(ctx, s.house.DB, s.id, s.account("beheer@"+s.domain))
	must(s.t, err)
	manager, _ := access.AsStaff(scope)
	t, err := s.house.Tenants.Get(ctx, s.id)
	must(s.t, err)
	must(s.t, s.house.Tenants.Edit(ctx, manager, t.Version, "accounts", func(e *tenant.Edition) error {
		e.Settings.Users = tenant.UserRule{Rights: true, Wizard: true}
		e.Settings.Upload = tenant.UploadRule{Routes: tenant.UploadRoutes, Required: tenant.UploadFields}
		e.Settings.Modules[tenant.ModuleProducts], e.Settings.Modules[tenant.ModuleApprovals] = true, true
		e.Settings.Signing.Means = []string{tenant.SignLogin} // accounts link apps while they are asked
		return nil
	}))
}

// secondParty adds a client to a dossier that has one, of which he sees what is for every party: one
// message with what came with it, and what the office has published.
func (s *site) secondParty() {
	s.t.Helper()
	id := world.FixtureID(2)
	other := s.list(`select c.id from client c join account a on a.tenant_id = c.tenant_id and a.client_id = c.id and a.state = 'active' where c.tenant_id = $1
		and not exists (select 1 from dossier_party p where p.tenant_id = c.tenant_id and p.dossier_id = $2 and p.client_id = c.id) order by c.id desc`, s.id, id)[0]
	s.exec(`insert into dossier_party (tenant_id, dossier_id, client_id, added_at) select tenant_id, id, $3, updated_at from dossier where tenant_id = $1 and id = $2`, s.id, id, other)
	s.exec(`insert into dossier_list (tenant_id, viewer, dossier_id, closed, status, updated_at) select tenant_id, 'client:' || $3, id, closed, status, updated_at from dossier
		where tenant_id = $1 and id = $2 and published_at is not null`, s.id, id, other)
	everybodys := s.list(`select min(id) from message where tenant_id = $1 and dossier_id = $2 and direction = 'inbound'`, s.id, id)[0]
	s.exec(`update message set client_id = null where tenant_id = $1 and id = $2`, s.id, everybodys)
	s.exec(`update document set client_id = null where tenant_id = $1 and message_id = $2`, s.id, everybodys)
}

func (s *site) clientOf(email string) string {
	s.t.Helper()
	return s.list(`select client_id from account where tenant_id = $1 and email_key = $2`, s.id, email)[0]
}

// uploads puts one complete file of each of the eight accounts in some dossiers. In the twin the
// same identifier is the next account's.
func (s *site) uploads() {
	shift := 0
	if s.id == world.Twin {
		shift = 1
	}
	for _, dossier := range uploadsIn {
		for account := range 8 {
			s.exec(`insert into upload (tenant_id, id, dossier_id, account_id, category, file_name, media_type, size, received, sha256, blob_key, blob_size, blob_sum, created_at, client_id)
				select tenant_id, $2, $3, $4, 'delivered', file_name, media_type, size, size, sha256, blob_key, blob_size, blob_sum, created_at,
				coalesce((select a.client_id from account a where a.tenant_id = document.tenant_id and a.id = $4), '')
				from document where tenant_id = $1 and id = $5`,
				s.id, world.FixtureID(dossier*100+account+1), world.FixtureID(dossier), world.FixtureID((account+shift)%8+1), world.FixtureID(1))
		}
	}
}

var uploadsIn = []int{1, 2, 6, 10, 12}

// stop puts the last document of every dossier with more of them in quarantine: what the client sent
// and what the office shows him.
func (s *site) stop() {
	last := `in (select max(id) from document where tenant_id = $1 and media_type = 'application/pdf' group by dossier_id, origin having count(*) > 1)`
	s.exec(`update document set state = 'quarantined', found = 'Voordeur.Test' where tenant_id = $1 and id `+last, s.id)
	s.exec(`delete from unread where tenant_id = $1 and kind = 'document' and object_id `+last, s.id)
}

// mark gives everything a name by which an answer betrays it: the tenant's letter, the dossier's
// number, and a word for what the client must not see of it.
func (s *site) mark() {
	dossier := s.letter() + `' || substr(id, 25) || 'x '`
	inside := s.letter() + `' || substr(dossier_id, 25) || 'x '`
	s.exec(`update dossier set title = '` + dossier + ` || title, search = search || ' gezocht' where tenant_id = '` + s.id + `'`)
	s.exec(`update message set subject = '` + inside + ` || subject where tenant_id = '` + s.id + `'`)
	s.exec(`update document set title = '` + inside + ` || title, file_name = '` + inside + ` || file_name where tenant_id = '` + s.id + `'`)
	s.exec(`update document set title = '` + mark + hidden + `' || title where tenant_id = '` + s.id + `' and origin = 'office' and (published_at is null or state <> 'released' or rank > 4)`)
	s.exec(`update request_item set name = '` + inside + ` || name where tenant_id = '` + s.id + `'`)
	s.exec(`update approval set kind = '` + inside + ` || kind where tenant_id = '` + s.id + `'`)
	s.exec(`update progress_step set title = '` + inside + ` || title where tenant_id = '` + s.id + `'`)
	alone := s.letter() + `c' || substr(client_id, 25) || ' '`
	s.exec(`update message set subject = '` + alone + ` || subject where client_id is not null and tenant_id = '` + s.id + `'`)
	s.exec(`update document set title = '` + alone + ` || title, file_name = '` + alone + ` || file_name where client_id is not null and tenant_id = '` + s.id + `'`)
	s.exec(`update client set name = '` + s.letter() + `c' || substr(id, 25) || ' ' || name where tenant_id = '` + s.id + `'`)
	s.exec(`update account set name = '` + s.letter() + `a ' || name where tenant_id = '` + s.id + `'`)
	for _, file := range []string{"logo", "font"} {
		s.exec(`insert into tenant_file (tenant_id, kind, media_type, content, created_at) values ($1, $2, 'text/plain', $3, $4)`, s.id, file, []byte("of "+s.letter()), db.At(s.house.DB.Clock().Now()))
	}
	s.exec(`update mail set subject = '` + s.letter() + `m ' || subject where tenant_id = '` + s.id + `'`)
}

// sells adds products, one for everybody and one for who has logged in, and an application of each client's account, whose
// identifier is made of the account's.
func (s *site) sells() {
	s.t.Helper()
	now := db.At(s.house.DB.Clock().Now())
	for n, id := range []string{"product1", "product" + s.id} {
		name := "Loket"
		if n == 1 {
			name = s.letter() + "m loket"
		}
		s.exec(`insert into product (tenant_id, id, form, type_id, handler_id, active, public, means, content, created_at, changed_at) values ($1, $2, 'koopovereenkomst', 'type1', $3, true, `+[]string{"true", "false"}[n]+`, '', $4, $5, $5)`,
			s.id, id, s.account("behandelaar@"+s.domain), `{"name":{"nl":"`+name+`"},"lead":{"nl":"x"}}`, now)
	}
	for _, account := range s.list(`select id from account where tenant_id = $1 and face = 'portal'`, s.id) {
		s.exec(begunAgain, s.id, "app"+account)
	}
}

// designs adds forms that are being made: one with an identifier that both tenants have, and one of this tenant's own.
func (s *site) designs() {
	s.t.Helper()
	for _, id := range []string{"draft1", "draft" + s.id} {
		s.exec(`insert into form_draft (tenant_id, id, name, title_nl, title_en, source, changed_at, changed_by) values ($1, $2, $2, $3, $3, $4, $5, $6)`,
			s.id, id, s.letter()+"m concept", draftSource, db.At(s.house.DB.Clock().Now()), s.account("beheer@"+s.domain))
	}
}

// kinds adds types of dossiers. One is not in the portal, so that a dossier of it is hidden though it is published, as one
// that is too confidential; and so is a document.
func (s *site) kinds(ctx context.Context) {
	s.t.Helper()
	scope, err := authn.Act(ctx, s.house.DB, s.id, s.account("beheer@"+s.domain))
	must(s.t, err)
	manager, _ := access.AsStaff(scope)
	types, now := s.house.Dossiers.Types(), db.At(s.house.DB.Clock().Now())
	ids := []string{"type1", "type2", "type" + s.id}
	for n, id := range ids {
		def := dossiertype.Fresh(id, dossiertype.Words{i18n.NL: s.letter() + "m soort", i18n.EN: s.letter() + "m kind"})
		def.Explain = dossiertype.Words{i18n.NL: "Uitleg"}
		def.Results = []dossiertype.Result{{Key: "ontvangen", Name: def.Name}}
		def.Documents = append(def.Documents, dossiertype.DocumentType{Key: "ontvangen", Name: def.Name, Deliver: true, Required: true})
		s.exec(`insert into dossier_type (tenant_id, id, key, portal, threshold, offered, latest, draft, created_at, changed_at) values ($1, $2, $2, false, 1, false, 0, '', $3, $3)`, s.id, id, now)
		must(s.t, types.Change(ctx, manager, id, 1, func(d *dossiertype.Definition) error { *d = def; return nil }))
		must(s.t, types.Use(ctx, manager, id, 2))
		if n == 1 { // out of the portal once a dossier has it
			s.exec(`update dossier set type_id = $3, type_version = 1, status = 'ontvangen', shown_status = 'ontvangen', closed = false where tenant_id = $1 and id = $2`, s.id, world.FixtureID(7), id)
			must(s.t, types.Change(ctx, manager, id, 3, func(d *dossiertype.Definition) error { d.Portal = false; return nil }))
			must(s.t, types.Use(ctx, manager, id, 4))
		}
	}
	handler, _ := access.AsStaff(scope)
	d, err := dossier.ForStaff(ctx, s.house.DB, handler, world.FixtureID(9))
	must(s.t, err)
	parties, err := s.house.Dossiers.Parties(ctx, handler, d.ID)
	must(s.t, err)
	draft := dossier.Draft{Number: d.Number, Title: d.Title, Handler: d.Handler.ID, Rank: dossiertype.Confidential}
	for _, p := range parties {
		draft.Parties = append(draft.Parties, p.ID)
	}
	must(s.t, s.house.Dossiers.Edit(ctx, handler, d.ID, d.Version, draft))
	secret := s.list(`select max(id) from document where tenant_id = $1 and dossier_id = $2 and origin = 'office' and published_at is not null and message_id is null`, s.id, world.FixtureID(5))[0]
	must(s.t, s.house.Dossiers.SetRank(ctx, handler, world.FixtureID(5), secret, dossiertype.Secret))
}

// needs makes a dossier one of a type that needs a document.
func (s *site) needs() {
	s.exec(`update dossier set type_id = 'type1', type_version = 1 where tenant_id = $1 and id = $2`, s.id, world.FixtureID(10))
}

// asks asks the first client of every dossier for two things. In the twin the same identifiers are those of the next dossier.
func (s *site) asks() {
	s.t.Helper()
	now := db.At(s.house.DB.Clock().Now())
	dossiers := s.list(`select id from dossier where tenant_id = $1 order by id`, s.id)
	for n, dossier := range dossiers {
		of := n
		if s.id == world.Twin {
			of = (n + 1) % len(dossiers)
		}
		request := world.FixtureID(700 + of)
		client := s.list(`select min(client_id) from dossier_party where tenant_id = $1 and dossier_id = $2`, s.id, dossier)[0]
		s.exec(`insert into request (tenant_id, id, dossier_id, client_id, word, due_on, remind_days, state, sent_at, sent_by) values ($1, $2, $3, $4, '', '2999-12-31', 0, 'open', $5, $6)`,
			s.id, request, dossier, client, now, s.account("behandelaar@"+s.domain))
		for k := range 2 {
			s.exec(`insert into request_item (tenant_id, id, request_id, dossier_id, position, name, explanation, example, document_type, state) values ($1, $2, $3, $4, $5, 'Stuk', '', '', '', 'open')`,
				s.id, world.FixtureID(800+2*of+k), request, dossier, k)
		}
	}
}

// offers offers the first client of every dossier a document that the office shows.
func (s *site) offers() {
	s.t.Helper()
	now := db.At(s.house.DB.Clock().Now())
	dossiers := s.list(`select id from dossier where tenant_id = $1 order by id`, s.id)
	for n, dossier := range dossiers {
		of := n
		if s.id == world.Twin {
			of = (n + 1) % len(dossiers)
		}
		s.exec(`insert into approval (tenant_id, id, dossier_id, client_id, document_id, kind, file_name, size, sha256, state, offered_at, offered_by)
			select x.tenant_id, cast($3 as text), x.dossier_id, (select min(client_id) from dossier_party p where p.tenant_id = x.tenant_id and p.dossier_id = x.dossier_id), x.id, 'Jaarstuk', x.file_name, x.size, x.sha256, 'offered', $4, cast($5 as text)
			from document x where x.tenant_id = $1 and x.dossier_id = $2 and x.origin = 'office' and x.message_id is null and x.client_id is null and x.published_at is not null and x.state = 'released' and x.rank <= 4
			order by x.id limit 1`, s.id, dossier, world.FixtureID(920+of), now, s.account("behandelaar@"+s.domain))
	}
}

// letter begins everything that is this tenant's.
func (s *site) letter() string { return mark + strings.ToUpper(s.id[:1]) }

// extras are the extra accounts of one company: without each of the rights, and with that over users.
var extras = []struct{ name, email, rights string }{
	{"extra", "kim@bakkerijsmit.example", "dossiers:see dossiers:upload messages:see messages:send"},
	{"extra that sees no dossiers", "dossiers@bakkerijsmit.example", "users:manage"},
	{"extra that uploads nothing", "upload@bakkerijsmit.example", "dossiers:see messages:see messages:send"},
	{"extra that sees no messages", "messages@bakkerijsmit.example", "dossiers:see dossiers:upload"},
	{"extra that sends nothing", "send@bakkerijsmit.example", "dossiers:see dossiers:upload messages:see"},
}

// enlist gives every kind of actor of the matrix a cookie.
func (s *site) enlist() {
	add := func(name, email string, face access.Face, role access.Role, of *site, dead bool) *actor {
		a := &actor{name: name, account: of.account(email), tenant: of.id, face: face, role: role, dead: dead}
		if face == access.Portal {
			a.client = of.clientOf(email)
		}
		a.cookie = of.session(a.account, face)
		s.actors = append(s.actors, a)
		return a
	}
	s.actors = append(s.actors, &actor{name: "anonymous", dead: true})
	add("client", "c.dewit@post.example", access.Portal, access.RoleClient, s, false)
	add("client of another dossier", "p.vanhouten@post.example", access.Portal, access.RoleClient, s, false)
	add("client of another tenant", "c.dewit@post.example", access.Portal, access.RoleClient, s.other, true)
	add("employee of another tenant", "beheer@"+s.other.domain, access.Office, access.RoleAdministrator, s.other, true)
	add("head", "directie@bakkerijsmit.example", access.Portal, access.RoleHead, s, false)
	for _, e := range extras {
		add(e.name, e.email, access.Portal, access.RoleExtra, s, false).rights = e.rights
	}
	for _, m := range acting {
		s.represents(add(m.name, representative, access.Portal, access.RoleRepresentative, s, false), m.id, m.rights)
	}
	add("handler not involved", "collega@"+s.domain, access.Office, access.RoleHandler, s, false)
	add("handler", "behandelaar@"+s.domain, access.Office, access.RoleHandler, s, false)
	add("administrator", "beheer@"+s.domain, access.Office, access.RoleAdministrator, s, false)
	add("auditor", "auditor@"+s.domain, access.Office, access.RoleAuditor, s, false)
	add("blocked client", "weg@post.example", access.Portal, access.RoleExtra, s, true)
	add("blocked employee", "weg@"+s.domain, access.Office, access.RoleAdministrator, s, true)
	for _, a := range []*actor{
		add("logged-out client", "c.dewit@post.example", access.Portal, access.RoleClient, s, true),
		add("logged-out employee", "beheer@"+s.domain, access.Office, access.RoleAdministrator, s, true),
	} {
		s.exec(`update session set ended_at = created_at where tenant_id = $1 and id = $2`, s.id, authn.HashToken(a.cookie))
		a.ended = true
	}
	s.exec(`insert into factor (tenant_id, id, account_id, kind, secret, confirmed_at) select tenant_id, id, id, 'totp', $2, created_at from account
		where tenant_id = $1 and face = 'portal'`, s.id, []byte("sealed"))
	for _, id := range s.list(`select id from account where tenant_id = $1`, s.id) {
		s.exec(passkeyOf, s.id, id, []byte("key of "+id))
	}
	s.keepForms()
}

// passkeyOf gives an account a passkey.
const passkeyOf = `insert into passkey (tenant_id, id, account_id, face, credential, public_key, name, sign_count, backup_eligible, backed_up, created_at)
	select tenant_id, id, id, face, $3, $3, 'Passkey', 0, false, false, created_at from account where tenant_id = $1 and id = $2`

// revive undoes what the route before did to the sessions of others.
func (s *site) revive() {
	for _, a := range s.actors {
		if !a.dead && a.tenant == s.id {
			s.exec(`update session set ended_at = null where tenant_id = $1 and id = $2`, s.id, authn.HashToken(a.cookie))
			s.exec(`update account set state = 'active', removed_at = null, rights = case when role = 'extra' then $3 else rights end where tenant_id = $1 and id = $2`, s.id, a.account, a.rights)
		}
	}
}

// awake keeps sessions from being noted as in use half-way, which writes, and their owners proved, for longer
// than the busiest machine takes for one row.
func (u *universe) awake() {
	u.exec(`update session set seen_at = $1, proved_at = $1`, db.At(u.house.DB.Clock().Now().Add(20*time.Minute)))
}
