// Package homeweb is the first page of both faces.
package homeweb

import (
	"slices"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/home"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/notify"
	"voordeur/internal/product"
	"voordeur/internal/questionnaire"
	"voordeur/internal/request"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db        *db.DB
	dossiers  *dossier.Dossiers
	ids       *identity.Identity
	clients   *client.Clients
	parties   *federation.Federation
	asked     *questionnaire.Questionnaires
	products  *product.Products
	requests  *request.Requests
	approvals *approval.Approvals
}

// New returns the pages.
func New(d *db.DB, ds *dossier.Dossiers, ids *identity.Identity, cs *client.Clients, f *federation.Federation, qs *questionnaire.Questionnaires, ps *product.Products, rs *request.Requests, as *approval.Approvals) *Pages {
	return &Pages{d, ds, ids, cs, f, qs, ps, rs, as}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/{$}", Policy: access.PortalClient, Handler: web.Client(p.portal)},
		{Method: web.Get, Pattern: "/{$}", Policy: access.OfficeWith(access.Read), Handler: web.Staff(p.office)},
	}
}

func (p *Pages) portal(c *web.Ctx, a access.Client) error {
	items, err := home.New(c.R.Context(), p.db, a)
	if err != nil {
		return err
	}
	var n dossier.Counts
	if a.Can(access.SeeDossiers) {
		if n, err = p.dossiers.Count(c.R.Context(), a); err != nil {
			return err
		}
	}
	lost, err := notify.LostSelf(c.R.Context(), p.db, a)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	asks, err := p.ids.AsksAddress(c.R.Context(), a)
	if err != nil {
		return err
	}
	var waiting []questionnaire.Questionnaire
	if c.Site.Modules[tenant.ModuleQuestionnaires] {
		if waiting, err = p.asked.Waiting(c.R.Context(), a); err != nil {
			return err
		}
	}
	var begun []product.Application
	if c.May(tenant.ModuleProducts, access.SeeDossiers) {
		if begun, err = p.products.Waiting(c.R.Context(), a); err != nil {
			return err
		}
	}
	v := portalView{shown(c, items), n, lost, asks, waiting, begun, nil, nil}
	if c.Site.Modules[tenant.ModuleApprovals] {
		if v.approve, err = p.approvals.Waiting(c.R.Context(), a); err != nil {
			return err
		}
	}
	if c.Site.Modules[tenant.ModuleDossiers] {
		if v.asked, err = p.requests.Waiting(c.R.Context(), a); err != nil {
			return err
		}
	}
	return c.Render(200, portalHome(c, c.Frame(c.T("nav.home")), v))
}

// portalView is the client's Home.
type portalView struct {
	items    []home.Item
	dossiers dossier.Counts
	lost     string // the address to which mail does not arrive, "" when it does
	asks     bool   // he is asked for an address
	waiting  []questionnaire.Questionnaire
	begun    []product.Application // and not sent
	asked    []request.Due
	approve  []approval.Approval
}

func (p *Pages) office(c *web.Ctx, a access.Staff) error {
	items, err := home.Waiting(c.R.Context(), p.db, a)
	if err != nil {
		return err
	}
	v := officeView{items: shown(c, items)}
	if c.Site.Modules[tenant.ModuleDossiers] {
		if v.handed, err = p.requests.HandedIn(c.R.Context(), a); err != nil {
			return err
		}
	}
	if c.Site.Modules[tenant.ModuleApprovals] {
		if v.refused, err = p.approvals.ToSettle(c.R.Context(), a); err != nil {
			return err
		}
	}
	if v.lost, err = notify.CountLost(c.R.Context(), p.db, a); err != nil {
		return err
	}
	if v.letters, err = letter.Count(c.R.Context(), p.db, a); err != nil {
		return err
	}
	if a.Can(access.Work) {
		if v.unknown, err = p.clients.CountUnmatched(c.R.Context(), a); err != nil {
			return err
		}
	}
	if v.addresses, err = p.ids.CountAskedAddresses(c.R.Context(), a); err != nil {
		return err
	}
	if a.Can(access.Manage) {
		if v.resets, err = p.ids.CountResetsToConfirm(c.R.Context(), a); err != nil {
			return err
		}
		if v.ending, err = p.parties.CountEnding(c.R.Context(), a); err != nil {
			return err
		}
	}
	if a.Can(access.Manage) && c.Site.Modules[tenant.ModuleDossiers] {
		if v.held, err = p.dossiers.CountHeld(c.R.Context(), a); err != nil {
			return err
		}
	}
	return c.Render(200, officeHome(c, c.Frame(c.T("home.waiting")), v))
}

// officeView is what waits for an employee: his own marks, and how much waits for any of those who
// may do something about it.
type officeView struct {
	items                                                   []home.Item
	handed                                                  []request.Due // and to be judged
	refused                                                 []approval.Approval
	lost, held, letters, resets, unknown, addresses, ending int
}

// shown are the items of the modules that are on.
func shown(c *web.Ctx, items []home.Item) []home.Item {
	return slices.DeleteFunc(items, func(it home.Item) bool {
		return !c.Site.Modules[tenant.ModuleDossiers] || it.Kind == "message" && !c.Site.Modules[tenant.ModuleMessages]
	})
}

// greeting is by the time of day at the office.
func greeting(c *web.Ctx) string {
	part := "evening"
	switch h := i18n.Local(c.Now).Hour(); {
	case h < 5:
	case h < 12:
		part = "morning"
	case h < 18:
		part = "afternoon"
	}
	title, surname := addressed(c.Scope.Name())
	if surname == "" {
		return c.T("home.plain." + part)
	}
	return c.T("home."+part, "name", c.T("home.title."+title, "name", surname))
}

// atOnce is how many new things Home shows before "Toon meer".
const atOnce = 5

// lead says in a sentence whether there is something to read.
func lead(c *web.Ctx, list []home.Item) string {
	if len(list) == 0 {
		return ""
	}
	return c.T("home.lead")
}

// count says how much waits; where nothing does, the page says so itself.
func count(c *web.Ctx, list []home.Item) string {
	if len(list) == 0 {
		return ""
	}
	return c.Texts.N("home.waiting_n", len(list))
}

// number says how many there are of what is counted up to a hundred.
func number(c *web.Ctx, key string, n int) string { return c.Texts.N(key, n, "count", capped(n)) }

func href(it home.Item) string {
	if it.Kind == "message" {
		return "/dossiers/" + it.Dossier + "/messages/" + it.ID
	}
	return "/dossiers/" + it.Dossier
}

func icon(it home.Item) string {
	if it.Kind == "message" {
		return "mail"
	}
	return "file-text"
}

// capped shows a count that stops at a hundred.
func capped(n int) string {
	if n >= 100 {
		return "99+"
	}
	return strconv.Itoa(n)
}
