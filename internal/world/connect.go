package world

import (
	"context"
	"fmt"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/federation"
	"voordeur/internal/saml"
)

// PartySecret is what the demo's tenants and the simulator of other parties know of each other.
const PartySecret = "demo"

// PartyClient is what a face of a tenant is called there.
func PartyClient(tenantID string, f access.Face) string { return tenantID + "-" + string(f) }

// Party is where another party of the demo is: its address for OpenID Connect, and its metadata for SAML.
type Party struct {
	Issuer   string
	Metadata []byte
}

// way is how people of a demo tenant come in elsewhere: by OpenID Connect, or by SAML where there is a profile.
type way struct {
	means, preset, name, provider, asks string
	profile                             saml.Profile
}

var (
	byDigiD       = way{means: federation.DigiD, preset: "digid", name: "DigiD", provider: "digid", asks: "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"}
	byEHerkenning = way{means: federation.EHerkenning, preset: "eherkenning", name: "eHerkenning", provider: "eherkenning", asks: "urn:etoegang:core:assurance-class:loa3"}
	byEIDAS       = way{means: federation.EIDAS, preset: "eidas", name: "eIDAS", provider: "eidas", asks: "http://eidas.europa.eu/LoA/substantial"}
	byDirectory   = way{means: federation.Directory, preset: "staff", name: "werkaccount", provider: "entra", asks: "mfa"}

	ownDigiD       = way{means: federation.DigiD, name: "DigiD", provider: "digid", profile: saml.DigiD}
	ownEHerkenning = way{means: federation.EHerkenning, name: "eHerkenning", provider: "eherkenning", profile: saml.EHerkenning}
)

// number is one by which a client of the demo is found.
type number struct {
	client string
	kind   eid.Kind
	value  string
}

// elsewhere is the log-ins of the demo's tenants at other parties. Their numbers are those of the simulator's people.
var elsewhere = []struct {
	tenant, admin, handler string
	ways                   []way
	numbers                []number
}{
	{
		"gemeente", "Ro Beheer", "Noor Bakker",
		[]way{byDigiD, byEHerkenning, byEIDAS, byDirectory},
		[]number{{"mevrouw A. Yilmaz", eid.BSN, "999990019"}, {"de heer H. Veenstra", eid.BSN, "999990020"}},
	},
	{
		"eloket", "Mo Beheer", "Iris Smeets",
		[]way{ownDigiD, ownEHerkenning},
		[]number{{"de heer J. Peters", eid.BSN, "999990032"}, {"Atletiekvereniging Heuvellopers", eid.KvK, "90000001"}},
	},
}

// Connect lets people of the demo's tenants come in by other parties, by their names. A demo that is started once more
// has the connections, and they get the parties of this run.
func Connect(ctx context.Context, b Builder, f *federation.Federation, parties map[string]Party) error {
	for _, e := range elsewhere {
		admin, err := employee(ctx, b, e.tenant, e.admin)
		if err != nil {
			return err
		}
		list, err := f.List(ctx, admin)
		if err != nil {
			return err
		}
		fresh := len(list) == 0
		for _, w := range e.ways {
			if err := w.connect(ctx, f, admin, list, parties[w.provider]); err != nil {
				return fmt.Errorf("world: %s of %s: %w", w.means, e.tenant, err)
			}
		}
		if !fresh {
			continue
		}
		handler, err := employee(ctx, b, e.tenant, e.handler)
		if err != nil {
			return err
		}
		for _, n := range e.numbers {
			id, err := db.One(ctx, b.DB, db.Value[string], `select id from client where tenant_id = $1 and name = $2`, e.tenant, n.client)
			if err != nil {
				return err
			}
			if err := f.Add(ctx, handler, id, n.kind, n.value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w way) connect(ctx context.Context, f *federation.Federation, admin access.Staff, had []federation.Connection, p Party) error {
	n := slices.IndexFunc(had, func(c federation.Connection) bool { return c.Means == w.means })
	var id string
	var err error
	if n >= 0 {
		id = had[n].ID
	} else if id, err = f.Create(ctx, admin, w.means, federation.Fresh{Means: w.means, Preset: w.preset, Profile: w.profile, Name: w.name}); err != nil {
		return err
	}
	c, err := f.Get(ctx, admin, id)
	if err != nil || n >= 0 && !c.Enabled { // somebody who tries the demo has switched it off
		return err
	}
	if c.Protocol == federation.BySAML {
		d := c.SAMLDraft()
		if n < 0 {
			d = ownDraft(c)
		}
		d.Metadata = string(p.Metadata)
		return f.ChangeSAML(ctx, admin, id, c.Version, d)
	}
	d := c.Draft()
	d.Issuer, d.ClientID, d.Secret, d.Enabled = p.Issuer, PartyClient(admin.Scope().Tenant(), c.Face), PartySecret, true
	d.ACR = w.asks
	if w.means == federation.Directory && n < 0 {
		d.Roles = map[access.Role]string{access.RoleHandler: "portaal-behandelaars", access.RoleAdministrator: "portaal-beheerders"}
	}
	return f.Put(ctx, admin, id, d)
}

// ownDraft is a new connection by SAML as an administrator fills it in.
func ownDraft(c federation.Connection) federation.SAMLDraft {
	d := c.SAMLDraft()
	d.Enabled, d.ServiceIndex = true, "1"
	d.Contacts = map[string]saml.Contact{
		federation.Technical:      {Name: "Mo Beheer", Mail: "techniek@heuvelland.example", Phone: "+31 43 555 01 00"},
		federation.Administrative: {Name: "Mo Beheer", Mail: "beheer@heuvelland.example", Phone: "+31 43 555 01 00"},
	}
	if c.NamesServices() {
		d.Services = "urn:etoegang:DV:00000000000000000000:services:9052"
	}
	return d
}

// employee acts as one of a tenant.
func employee(ctx context.Context, b Builder, tenantID, name string) (access.Staff, error) {
	id, err := db.One(ctx, b.DB, db.Value[string], `select id from account where tenant_id = $1 and face = 'office' and name = $2`, tenantID, name)
	if err != nil {
		return access.Staff{}, err
	}
	return b.actor(ctx, tenantID, id)
}
