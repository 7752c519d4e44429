// Package clientweb is the office's pages of clients and their accounts.
package clientweb

import (
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db       *db.DB
	clients  *client.Clients
	ids      *identity.Identity
	dossiers *dossier.Dossiers
	tenants  *tenant.Tenants
	parties  *federation.Federation
}

// New returns the pages.
func New(d *db.DB, cs *client.Clients, ids *identity.Identity, ds *dossier.Dossiers, ts *tenant.Tenants, f *federation.Federation) *Pages {
	return &Pages{d, cs, ids, ds, ts, f}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	return append(slices.Concat(p.reachRoutes(), p.resetRoutes(), p.letterRoutes(), p.rightRoutes(), p.askedRoutes()), []web.Route{
		{Method: web.Get, Pattern: "/clients", Policy: read, Handler: web.Staff(p.list)},
		{Method: web.Get, Pattern: "/clients/new", Policy: work, Handler: web.Staff(p.newPage)},
		{Method: web.Post, Pattern: "/clients/new", Policy: work, Handler: web.Staff(p.create), Form: draftForm{}},
		{Method: web.Get, Pattern: "/clients/{client}", Policy: read, Handler: web.Staff(p.page)},
		{Method: web.Post, Pattern: "/clients/{client}/accounts", Policy: work, Handler: web.Staff(p.invite), Form: accountForm{}},
		{Method: web.Post, Pattern: "/clients/{client}/accounts/{account}/resend", Policy: work, Handler: web.Staff(p.resend), Form: onceForm{}},
		{Method: web.Post, Pattern: "/clients/{client}/accounts/{account}/block", Policy: work, Handler: web.Staff(p.block)},
		{Method: web.Post, Pattern: "/clients/{client}/accounts/{account}/unblock", Policy: work, Handler: web.Staff(p.unblock)},
	}...)
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	list, err := p.clients.List(c.R.Context(), a, c.Query("q"), c.Query("name"), c.Query("id"))
	if err != nil {
		return err
	}
	next := ""
	if len(list) > client.PageSize {
		list = list[:client.PageSize]
		last := list[len(list)-1]
		next = web.Link("/clients", "q", c.Query("q"), "name", last.Name, "id", last.ID)
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	return c.Render(200, listPage(c, c.Frame(c.T("nav.clients")), listView{list, next, a.Can(access.Work), t.Settings.Activation.Channel == tenant.ByLetter}))
}

// listView is a page of the clients.
type listView struct {
	clients       []client.Client
	next          string
	work, letters bool // he may make one; the office sends letters
}

type draftForm struct {
	Once       string `form:"once"`
	Kind       string `form:"kind"`
	Name       string `form:"name"`
	Salutation string `form:"salutation"`
	Number     string `form:"number"`
}

func (p *Pages) newPage(c *web.Ctx, _ access.Staff) error {
	return c.Render(200, formPage(c, c.Frame(c.T("client.create")), draftForm{Once: web.OnceKey(), Kind: client.Person}, nil))
}

func (p *Pages) create(c *web.Ctx, a access.Staff) error {
	var f draftForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := p.clients.Create(c.R.Context(), a, f.Once, client.Draft{Kind: f.Kind, Name: f.Name, Salutation: f.Salutation, Number: f.Number})
	if errs.FieldsOf(err) != nil {
		return c.Render(422, formPage(c, c.Frame(c.T("client.create")), f, ui.Problems(c.Texts, err)))
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+id, "client.created")
}

// pageView is a client with its dossiers, its accounts, and the mails and text messages they got and did not get.
type pageView struct {
	client   client.Client
	dossiers []dossier.Row
	settings tenant.Settings
	accounts []identity.Account
	contacts []identity.Contact          // of the accounts
	numbers  map[string]identity.Numbers // that they gave at their first log-in
	mails    []notify.Sent
	texts    []notify.SentText
	lost     []notify.Unreachable // of the accounts
	factors  map[string][]identity.Kind
	resets   []identity.FactorReset
	asked    []identity.AskedAddress
	manage   bool
	ways     []federation.Connection      // by which clients come in where nobody is invited
	letters  map[string]map[string]string // the state of the newest letter, by kind and account
	in       accountForm
	problems []ui.Problem
	work     bool
}

func (p *Pages) page(c *web.Ctx, a access.Staff) error {
	return p.show(c, a, 200, accountForm{}, nil)
}

func (p *Pages) show(c *web.Ctx, a access.Staff, status int, in accountForm, problems []ui.Problem) error {
	ctx := c.R.Context()
	cl, err := p.clients.View(ctx, a, c.Param("client"))
	if err != nil {
		return err
	}
	v := pageView{client: cl, in: in, problems: problems, work: a.Can(access.Work), manage: a.Can(access.Manage)}
	if v.dossiers, err = p.dossiers.OfClient(ctx, a, cl.ID); err != nil {
		return err
	}
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	v.settings = t.Settings
	if v.ways, err = p.parties.Alone(ctx, t); err != nil {
		return err
	}
	if v.accounts, err = p.ids.OfClient(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.contacts, err = p.ids.Contacts(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.numbers, err = p.ids.NumbersOf(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.mails, err = notify.Log(ctx, p.db, c.Site.Tenant, cl.ID); err != nil {
		return err
	}
	if v.texts, err = notify.TextLog(ctx, p.db, t.Key, a, cl.ID); err != nil {
		return err
	}
	if v.lost, err = notify.LostOf(ctx, p.db, a, cl.ID); err != nil {
		return err
	}
	if v.factors, err = p.ids.FactorsOf(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.resets, err = p.ids.ResetsOf(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.asked, err = p.ids.AskedAddressesOf(ctx, a, cl.ID); err != nil {
		return err
	}
	if v.letters, err = letter.StateOf(ctx, p.db, a, cl.ID); err != nil {
		return err
	}
	if in == (accountForm{}) && len(v.accounts) == 0 {
		v.in.Name, v.in.UserName = cl.Name, strings.ToLower(cl.Number)
	}
	if v.in.Once == "" {
		v.in.Once = web.OnceKey()
	}
	return c.Render(status, clientPage(c, c.Frame(cl.Name), v))
}

type accountForm struct {
	Once  string `form:"once"`
	Name  string `form:"name"`
	Email string `form:"email"`

	UserName, Address string // of the form for a letter
}

func (p *Pages) invite(c *web.Ctx, a access.Staff) error {
	var f accountForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	cl, err := p.clients.View(c.R.Context(), a, c.Param("client"))
	if err != nil {
		return err
	}
	role, err := p.roleOfNext(c, a, cl)
	if err != nil {
		return err
	}
	_, err = p.ids.Invite(c.R.Context(), a, f.Once, identity.NewAccount{Client: cl.ID, Name: f.Name, Email: f.Email, Role: role})
	if errs.FieldsOf(err) != nil {
		return p.show(c, a, 422, f, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+cl.ID, "account.invited_now", "email", f.Email)
}

type onceForm struct {
	Once string `form:"once"`
}

func (p *Pages) resend(c *web.Ctx, a access.Staff) error {
	var f onceForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.Resend(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Once); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.resent")
}

func (p *Pages) block(c *web.Ctx, a access.Staff) error {
	if err := p.ids.Block(c.R.Context(), a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.blocked_now")
}

func (p *Pages) unblock(c *web.Ctx, a access.Staff) error {
	if err := p.ids.Unblock(c.R.Context(), a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.unblocked_now")
}
