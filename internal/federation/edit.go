package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc"
	"voordeur/internal/errs"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// List returns all connections of the organisation.
func (f *Federation) List(ctx context.Context, a access.Staff) ([]Connection, error) {
	if !a.Can(access.Manage) {
		return nil, errs.New(errs.Forbidden, "")
	}
	return db.All(ctx, f.db, scanConnection, selectConnection+`order by face desc, created_at, id`, a.Scope().Tenant())
}

// Get returns one of List.
func (f *Federation) Get(ctx context.Context, a access.Staff, id string) (Connection, error) {
	if !a.Can(access.Manage) {
		return Connection{}, errs.New(errs.Forbidden, "")
	}
	return db.One(ctx, f.db, scanConnection, selectConnection+`and id = $2`, a.Scope().Tenant(), id)
}

// HasSecret reports whether the other party has given us a secret.
func (c Connection) HasSecret() bool { return len(c.sealed) > 0 }

// defaultLevel is the least that lets somebody in, until an administrator says otherwise.
func defaultLevel(means string) eid.Level {
	switch means {
	case Other:
		return 0
	case DigiD:
		return eid.Medium
	}
	return eid.Substantial
}

// Fresh is a connection to be made: by OpenID Connect with a preset, or by SAML with a profile.
type Fresh struct {
	Means, Preset, Name string
	Profile             saml.Profile
}

// profiles are the agreements by which a means can be connected by SAML.
var profiles = map[string][]saml.Profile{
	DigiD:       {saml.DigiD, saml.TVS},
	EHerkenning: {saml.EHerkenning, saml.TVS},
	EIDAS:       {saml.EIDAS, saml.TVS},
}

// settings is what a new connection begins with.
func (in Fresh) settings(wrong *errs.Fields) (protocol string, of Settings) {
	if in.Profile != "" {
		if !slices.Contains(profiles[in.Means], in.Profile) {
			wrong.Add("profile", "field.choose")
		}
		return BySAML, Settings{SAML: SAML{Profile: in.Profile}}
	}
	claims, known := oidc.Preset(in.Preset)
	if !known {
		wrong.Add("preset", "field.choose")
	}
	return ByOIDC, Settings{OIDC: oidc.Settings{Claims: claims}}
}

// Create makes a connection that lets nobody in yet: the other party must know its address first. One by SAML has a key
// of ours at once. Once is the form's key.
func (f *Federation) Create(ctx context.Context, a access.Staff, once string, in Fresh) (string, error) {
	if !a.Can(access.Manage) {
		return "", errs.New(errs.Forbidden, "")
	}
	face := access.Portal
	if in.Means == Directory {
		face = access.Office
	}
	var wrong errs.Fields
	checkName(&wrong, &in.Name)
	protocol, of := in.settings(&wrong)
	if !slices.Contains(MeansOf(face), in.Means) {
		wrong.Add("means", "field.choose")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	settings, err := json.Marshal(of)
	if err != nil {
		return "", fmt.Errorf("federation: %w", err)
	}
	s := a.Scope()
	t, err := f.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	var ours keys
	if protocol == BySAML {
		if ours.Current, err = f.newKey(t, face); err != nil {
			return "", err
		}
	}
	var id string
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		var sealed []byte
		if protocol == BySAML {
			if sealed, err = ours.seal(t, id); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `insert into connection (tenant_id, id, face, means, protocol, name, level, settings, secret, enabled, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			s.Tenant(), id, string(face), in.Means, protocol, in.Name, int64(defaultLevel(in.Means)), string(settings), sealed, false, tx.Now())
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s, changedEntry(id, "connection.made")); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

func changedEntry(id, event string) audit.Entry {
	return audit.Entry{Event: event, Objects: []audit.Object{{Kind: "connection", ID: id}}}
}

func checkName(f *errs.Fields, name *string) {
	*name = strings.TrimSpace(*name)
	switch n := utf8.RuneCountInString(*name); {
	case n == 0:
		f.Add("name", "field.required")
	case n > 60:
		f.Add("name", "field.too_long", "max", 60)
	}
}

// Draft is a connection by OpenID Connect as an administrator fills it in; Claims are paths as they are typed, by their names.
type Draft struct {
	Name, Issuer, ClientID, Secret string // an empty secret leaves the one that is there
	Scopes, ACR                    string
	Level                          string
	UserInfo, Enabled              bool
	Claims                         map[string]string
	Roles                          map[access.Role]string // the groups that give a role, one on each line
}

// Draft returns the connection as a form shows it, without its secret.
func (c Connection) Draft() Draft {
	o := c.Settings.OIDC
	d := Draft{
		Name: c.Name, Issuer: o.Issuer, ClientID: o.ClientID, Scopes: strings.Join(o.Scopes, " "), ACR: o.ACR, Level: c.Level.String(), UserInfo: o.UserInfo, Enabled: c.Enabled,
		Claims: map[string]string{}, Roles: map[access.Role]string{},
	}
	for _, name := range Paths(c.Means) {
		d.Claims[name] = Path(&o.Claims, name).String()
	}
	for _, group := range slices.Sorted(maps.Keys(c.Settings.Roles)) {
		d.Roles[c.Settings.Roles[group]] += group + "\n"
	}
	return d
}

// Paths are the claims that a means may say something with, by the names that a form has for them.
func Paths(means string) []string {
	switch means {
	case DigiD:
		return []string{"bsn", "for_bsn", "role", "service", "name", "level"}
	case EHerkenning:
		return []string{"company", "company_kind", "acting", "branch", "for_bsn", "for_company", "role", "service", "name", "level"}
	case EIDAS:
		return []string{"bsn", "pseudo", "eidas", "name", "given", "family", "level"}
	case Directory:
		return []string{"name", "email", "groups", "level"}
	}
	return []string{"name", "level"}
}

// Path returns the field of a name.
func Path(c *oidc.Claims, name string) *oidc.Path {
	return map[string]*oidc.Path{
		"bsn": &c.BSN, "company": &c.Company, "company_kind": &c.CompanyKind, "eidas": &c.EIDAS, "pseudo": &c.Pseudo, "branch": &c.Branch, "acting": &c.Acting,
		"for_bsn": &c.ForBSN, "for_company": &c.ForCompany, "role": &c.Role, "service": &c.Service, "name": &c.Name, "given": &c.Given, "family": &c.Family, "email": &c.Email, "level": &c.Level, "groups": &c.Groups,
	}[name]
}

// RolesOffered are the roles that groups of a directory can give, in the order of the page.
var RolesOffered = []access.Role{access.RoleAdministrator, access.RoleHandler, access.RoleAuditor}

const (
	maxLine   = 500
	maxGroups = 100
)

// read fills a connection in, and returns what is wrong with it.
func (d Draft) read(t *tenant.Tenant, c *Connection) error {
	var f errs.Fields
	c.Name = d.Name
	checkName(&f, &c.Name)
	c.readLevel(&f, d.Level)
	o := &c.Settings.OIDC
	o.Issuer, o.ClientID, o.ACR, o.Scopes, o.UserInfo = strings.TrimSpace(d.Issuer), strings.TrimSpace(d.ClientID), strings.TrimSpace(d.ACR), strings.Fields(d.Scopes), d.UserInfo
	for name, value := range map[string]string{"issuer": o.Issuer, "client_id": o.ClientID, "secret": d.Secret, "acr": o.ACR, "scopes": d.Scopes} {
		if len(value) > maxLine {
			f.Add(name, "field.too_long", "max", maxLine)
		}
	}
	if o.Issuer != "" && !address(o.Issuer) {
		f.Add("issuer", "connection.not_https")
	}
	for _, name := range Paths(c.Means) {
		p, err := oidc.ParsePath(d.Claims[name])
		if err != nil || len(d.Claims[name]) > maxLine {
			f.Add("claim_"+name, "connection.bad_path")
			continue
		}
		*Path(&o.Claims, name) = p
	}
	c.Settings.Roles = nil
	if c.Means == Directory {
		d.roles(&f, c)
	}
	if c.Enabled = d.Enabled; c.Enabled {
		if o.Issuer == "" {
			f.Add("issuer", "field.required")
		}
		if o.ClientID == "" {
			f.Add("client_id", "field.required")
		}
		if !usable(t, *c) {
			f.Add("enabled", "connection.no_bsn")
		}
	}
	return f.Err()
}

// readLevel takes the lowest level as a form has it.
func (c *Connection) readLevel(f *errs.Fields, typed string) {
	c.Level = -1
	for _, l := range append([]eid.Level{0}, eid.Levels()...) {
		if typed == l.String() {
			c.Level = l
		}
	}
	// A citizen's or a company's data, and the whole office, are behind more than a name and a password (BIO2 5.17.01).
	if c.Level < 0 || c.Means != Other && c.Level < eid.Basic || c.Means == Directory && c.Level < eid.Substantial {
		f.Add("level", "connection.level_too_low")
	}
}

func (d Draft) roles(f *errs.Fields, c *Connection) {
	c.Settings.Roles = map[string]access.Role{}
	for _, r := range RolesOffered {
		for line := range strings.Lines(d.Roles[r]) {
			line = strings.TrimSpace(line)
			switch had, twice := c.Settings.Roles[line]; {
			case line == "":
			case twice && had != r:
				f.Add("groups_"+string(r), "connection.group_twice", "group", line)
			case len(line) > maxLine || len(c.Settings.Roles) >= maxGroups:
				f.Add("groups_"+string(r), "connection.too_many_groups", "max", maxGroups)
				return
			default:
				c.Settings.Roles[line] = r
			}
		}
	}
	if d.Enabled && len(c.Settings.Roles) == 0 {
		f.Add("groups_"+string(access.RoleAdministrator), "connection.no_groups")
	}
}

// address reports whether a provider can be at an address, which has nothing that is no part of an issuer's name.
func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && eid.Confidential(u) && u.RawQuery == ""
}

// Change keeps what an administrator made of a connection, as it was at version. One that is switched on answers
// at its address, or it is Invalid; one that is switched off ends the sessions that began by it.
func (f *Federation) Change(ctx context.Context, a access.Staff, id string, version int64, d Draft) error {
	t, c, err := f.drafted(ctx, a, id, d)
	if err != nil {
		return err
	}
	if c.Enabled {
		if err := f.providers.Discover(ctx, c.Settings.OIDC.Issuer); err != nil {
			f.log.Warn("connection", "tenant", t.ID, "connection", c.ID, "err", err)
			var wrong errs.Fields
			wrong.Add("issuer", "connection.no_answer")
			return wrong.Err()
		}
	}
	return f.store(ctx, a, t, c, version, d.Secret)
}

// Put keeps a connection as it is told, without asking whether the other party answers: for fixtures, whose party
// is not there yet.
func (f *Federation) Put(ctx context.Context, a access.Staff, id string, d Draft) error {
	t, c, err := f.drafted(ctx, a, id, d)
	if err != nil {
		return err
	}
	return f.store(ctx, a, t, c, c.Version, d.Secret)
}

// drafted returns a connection as it would be with a draft.
func (f *Federation) drafted(ctx context.Context, a access.Staff, id string, d Draft) (*tenant.Tenant, Connection, error) {
	t, c, err := f.own(ctx, a, id, ByOIDC)
	if err == nil {
		err = d.read(t, &c)
	}
	return t, c, err
}

// own returns a connection of the organisation that speaks a protocol.
func (f *Federation) own(ctx context.Context, a access.Staff, id, protocol string) (*tenant.Tenant, Connection, error) {
	c, err := f.Get(ctx, a, id)
	if err == nil && c.Protocol != protocol {
		err = errs.Missing()
	}
	if err != nil {
		return nil, c, err
	}
	t, err := f.tenants.Get(ctx, a.Scope().Tenant())
	return t, c, err
}

func (f *Federation) store(ctx context.Context, a access.Staff, t *tenant.Tenant, c Connection, version int64, secret string) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("federation: %w", err)
	}
	if secret != "" {
		c.sealed = t.Key.Seal([]byte(secret), secretAAD(t.ID, c.ID))
	}
	return f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update connection set name = $4, level = $5, settings = $6, secret = $7, enabled = $8, version = version + 1 where tenant_id = $1 and id = $2 and version = $3`,
			t.ID, c.ID, version, c.Name, int64(c.Level), string(settings), c.sealed, c.Enabled)
		if err := db.Guard(n, err, errs.New(errs.Conflict, "error.changed_meanwhile")); err != nil {
			return err
		}
		if !c.Enabled {
			if _, err := tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and connection_id = $2 and ended_at is null`, t.ID, c.ID, tx.Now()); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, a.Scope(), changedEntry(c.ID, "connection.changed"))
	})
}
