// Package federationweb is the office's pages of log-ins by other parties: the connections, whom they brought
// and nobody knows, and the numbers of clients by which they are found.
package federationweb

import (
	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	parties *federation.Federation
	clients *client.Clients
	tenants *tenant.Tenants
}

// New returns the pages.
func New(f *federation.Federation, cs *client.Clients, ts *tenant.Tenants) *Pages {
	return &Pages{f, cs, ts}
}

const (
	listPath      = "/settings/connections"
	onePath       = listPath + "/{connection}"
	unmatchedPath = "/unmatched"
	numbersPath   = "/clients/{client}/identifiers"
)

const within = identity.FactorWithin

var manage = access.OfficeWith(access.Manage)

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	work := access.OfficeWith(access.Work)
	return append(p.keyRoutes(), []web.Route{
		{Method: web.Get, Pattern: listPath, Policy: manage, Handler: web.Staff(p.list)},
		{Method: web.Get, Pattern: listPath + "/new", Policy: manage, Recent: within, Handler: web.Staff(p.newPage)},
		{Method: web.Post, Pattern: listPath + "/new", Policy: manage, Recent: within, Handler: web.Staff(p.create), Form: newForm{}},
		{Method: web.Get, Pattern: onePath, Policy: manage, Recent: within, Handler: web.Staff(p.page)},
		{Method: web.Post, Pattern: onePath, Policy: manage, Recent: within, Handler: web.Staff(p.change), TextFile: "metadata"},
		{Method: web.Get, Pattern: unmatchedPath, Policy: work, Handler: web.Staff(p.unmatched)},
		{Method: web.Get, Pattern: unmatchedPath + "/{stranger}", Policy: work, Handler: web.Staff(p.stranger)},
		{Method: web.Post, Pattern: unmatchedPath + "/{stranger}/match", Policy: work, Handler: web.Staff(p.match), Form: matchForm{}},
		{Method: web.Post, Pattern: unmatchedPath + "/{stranger}/accept", Policy: work, Handler: web.Staff(p.accept), Form: acceptForm{}},
		{Method: web.Get, Pattern: numbersPath, Policy: work, Handler: web.Staff(p.numbers)},
		{Method: web.Post, Pattern: numbersPath, Policy: work, Handler: web.Staff(p.add), Form: numberForm{}},
		{Method: web.Post, Pattern: numbersPath + "/{identifier}/show", Policy: work, Handler: web.Staff(p.reveal)},
		{Method: web.Post, Pattern: numbersPath + "/{identifier}/remove", Policy: work, Handler: web.Staff(p.remove)},
	}...)
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	list, err := p.parties.List(c.R.Context(), a)
	if err != nil {
		return err
	}
	ending, err := p.parties.Endings(c.R.Context(), a, list)
	if err != nil {
		return err
	}
	return c.Render(200, listPage(c, c.Frame(c.T("connection.title")), list, ending))
}

type newForm struct {
	Once string `form:"once"`
	Kind string `form:"kind"` // means and preset
	Name string `form:"name"`
}

// kinds are what an administrator chooses from: a means, and what the broker before it sends or by which agreement it is
// spoken to. Those of a group stand together.
var kinds = []struct {
	word, group, means, preset string
	profile                    saml.Profile
}{
	{"digid", "broker", federation.DigiD, "digid", ""},
	{"eherkenning", "broker", federation.EHerkenning, "eherkenning", ""},
	{"eidas", "broker", federation.EIDAS, "eidas", ""},
	{"digid_keycloak", "broker", federation.DigiD, "keycloak", ""},
	{"eherkenning_keycloak", "broker", federation.EHerkenning, "keycloak", ""},
	{"other", "broker", federation.Other, "private", ""},
	{"digid_saml", "own", federation.DigiD, "", saml.DigiD},
	{"eherkenning_saml", "own", federation.EHerkenning, "", saml.EHerkenning},
	{"eidas_saml", "own", federation.EIDAS, "", saml.EIDAS},
	{"digid_tvs", "router", federation.DigiD, "", saml.TVS},
	{"eherkenning_tvs", "router", federation.EHerkenning, "", saml.TVS},
	{"eidas_tvs", "router", federation.EIDAS, "", saml.TVS},
	{"directory", "staff", federation.Directory, "staff", ""},
}

func (p *Pages) newPage(c *web.Ctx, _ access.Staff) error {
	return p.showNew(c, 200, newForm{Once: web.OnceKey()}, nil)
}

func (p *Pages) showNew(c *web.Ctx, status int, in newForm, problems []ui.Problem) error {
	title := c.T("connection.new")
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, newConnection(c, c.Frame(title), in, problems))
}

func (p *Pages) create(c *web.Ctx, a access.Staff) error {
	var f newForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	in := federation.Fresh{Name: f.Name}
	for _, k := range kinds {
		if k.word == f.Kind {
			in.Means, in.Preset, in.Profile = k.means, k.preset, k.profile
		}
	}
	if in.Means == "" {
		var missing errs.Fields
		missing.Add("kind", "field.choose")
		return p.showNew(c, 422, f, ui.Problems(c.Texts, missing.Err()))
	}
	id, err := p.parties.Create(c.R.Context(), a, f.Once, in)
	if errs.FieldsOf(err) != nil {
		return p.showNew(c, 422, f, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(listPath+"/"+id, "connection.made_now")
}

// connectionView is a connection with what was typed of it.
type connectionView struct {
	con      federation.Connection
	back     string // our addresses that the other party must know
	over     string
	out      string
	version  int64
	in       federation.Draft
	problems []ui.Problem
	general  string
}

func (p *Pages) page(c *web.Ctx, a access.Staff) error {
	con, err := p.parties.Get(c.R.Context(), a, c.Param("connection"))
	if err != nil {
		return err
	}
	if con.Protocol == federation.BySAML {
		return p.showSAML(c, 200, samlView{con: con, version: con.Version, in: con.SAMLDraft()})
	}
	return p.show(c, 200, connectionView{con: con, version: con.Version, in: con.Draft()})
}

func (p *Pages) show(c *web.Ctx, status int, v connectionView) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	v.back = p.parties.Return(t, v.con)
	v.out = p.parties.LoggedOut(t, v.con)
	v.over = p.parties.Over(t, v.con)
	return c.Render(status, connectionPage(c, titled(c, status, v.con.Name), v))
}

func (p *Pages) change(c *web.Ctx, a access.Staff) error {
	con, err := p.parties.Get(c.R.Context(), a, c.Param("connection"))
	if err != nil {
		return err
	}
	if con.Protocol == federation.BySAML {
		return p.changeSAML(c, a, con)
	}
	d, version, err := read(c, con)
	if err != nil {
		return err
	}
	err = p.parties.Change(c.R.Context(), a, con.ID, version, d)
	switch {
	case errs.FieldsOf(err) != nil:
		return p.show(c, 422, connectionView{con: con, version: version, in: d, problems: ui.Problems(c.Texts, err)})
	case errs.Is(err, errs.Conflict): // what was typed stays; it is stored over what a colleague made of it when it is sent again
		return p.show(c, 409, connectionView{con: con, version: con.Version, in: d, general: c.T("error.changed_meanwhile")})
	case err != nil:
		return err
	}
	return c.Done(listPath, "connection.saved", "name", d.Name)
}

// changeForm is the part of the form that every connection has. It has no type on its route: what is typed when a
// session has ended is kept for later, and the secret of another party never is.
type changeForm struct {
	Version  string `form:"version"`
	Name     string `form:"name"`
	Issuer   string `form:"issuer"`
	ClientID string `form:"client_id"`
	Secret   string `form:"secret"`
	Scopes   string `form:"scopes"`
	ACR      string `form:"acr"`
	Level    string `form:"level"`
	UserInfo string `form:"userinfo"`
	Enabled  string `form:"enabled"`
}

func read(c *web.Ctx, con federation.Connection) (federation.Draft, int64, error) {
	var f changeForm
	if err := web.Bind(c, &f); err != nil {
		return federation.Draft{}, 0, err
	}
	d := federation.Draft{
		Name: f.Name, Issuer: f.Issuer, ClientID: f.ClientID, Secret: f.Secret, Scopes: f.Scopes, ACR: f.ACR, Level: f.Level, UserInfo: f.UserInfo != "", Enabled: f.Enabled != "",
		Claims: map[string]string{}, Roles: map[access.Role]string{},
	}
	for _, name := range federation.Paths(con.Means) {
		d.Claims[name] = web.Clean(c.R.PostForm.Get("claim_" + name))
	}
	for _, r := range federation.RolesOffered {
		d.Roles[r] = web.Clean(c.R.PostForm.Get("groups_" + string(r)))
	}
	return d, number(f.Version), nil
}
