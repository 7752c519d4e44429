// Package mandateweb is the pages of who acts for whom: the client's own, and those of staff.
package mandateweb

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/mandate"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const ownPath = "/profile/mandates"

// Pages are the pages of this package.
type Pages struct {
	db       *db.DB
	mandates *mandate.Mandates
	clients  *client.Clients
}

// New returns the pages.
func New(d *db.DB, ms *mandate.Mandates, cs *client.Clients) *Pages { return &Pages{d, ms, cs} }

// Routes returns the addresses of this package. The client's are his own: none of them exists while he acts for
// somebody else.
func (p *Pages) Routes() []web.Route {
	const one, ofClient = ownPath + "/{mandate}", "/clients/{client}/mandates"
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	return web.InModule(tenant.ModuleMandates, []web.Route{
		{Method: web.Get, Pattern: ownPath, Policy: access.PortalClient, Handler: web.Client(p.own)},
		{Method: web.Get, Pattern: ownPath + "/new", Policy: access.PortalGiver, Handler: web.Client(p.newPage)},
		{Method: web.Post, Pattern: ownPath + "/new", Policy: access.PortalGiver, Recent: identity.ManageWithin, Handler: web.Client(p.give), Form: giveForm{}},
		{Method: web.Get, Pattern: one, Policy: access.PortalClient, Handler: web.Client(p.one)},
		{Method: web.Post, Pattern: one + "/accept", Policy: access.PortalClient, Handler: web.Client(p.accept)},
		{Method: web.Post, Pattern: one + "/end", Policy: access.PortalClient, Handler: web.Client(p.end)},
		{Method: web.Get, Pattern: ofClient, Policy: read, Handler: web.Staff(p.ofClient)},
		{Method: web.Post, Pattern: ofClient, Policy: work, Handler: web.Staff(p.record), Form: recordForm{}},
		{Method: web.Post, Pattern: ofClient + "/{mandate}/end", Policy: work, Handler: web.Staff(p.endAsStaff)},
	})
}

func ownOne(id string) string { return ownPath + "/" + url.PathEscape(id) }

// ownView is the page of who acts for the client and for whom he acts.
type ownView struct {
	byMe, forMe []mandate.Mandate
	manages     bool
}

func (p *Pages) own(c *web.Ctx, a access.Client) error {
	v := ownView{manages: a.Gives()}
	var err error
	if v.byMe, err = p.mandates.ByMe(c.R.Context(), a); err != nil {
		return err
	}
	if v.forMe, err = p.mandates.ForMe(c.R.Context(), a); err != nil {
		return err
	}
	return c.Render(200, ownPage(c, c.Frame(c.T("mandate.title")), v))
}

type giveForm struct {
	Once   string   `form:"once"`
	Email  string   `form:"email"`
	Ground string   `form:"ground"`
	Rights []string `form:"rights"`
	Ends   string   `form:"ends"`
}

func (p *Pages) newPage(c *web.Ctx, a access.Client) error {
	return c.Render(200, givePage(c, c.Frame(c.T("mandate.give")), a, giveForm{Once: web.OnceKey(), Ground: mandate.Proxy, Rights: words(a.Scope().Rights() & access.OwnRights)}, nil, ""))
}

func (p *Pages) give(c *web.Ctx, a access.Client) error {
	var f giveForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	in := mandate.Draft{Email: f.Email, Ground: f.Ground, Rights: chosen(f.Rights)}
	ends, problems := day(c, "ends", f.Ends, 1)
	in.Ends = ends
	var err error
	if problems == nil {
		err = p.mandates.Give(c.R.Context(), a, f.Once, in)
	}
	if list := append(problems, ui.Problems(c.Texts, err)...); len(list) > 0 {
		return c.Render(422, givePage(c, c.Frame(c.T("page.error_title", "title", c.T("mandate.give"))), a, f, list, ""))
	}
	if errs.Is(err, errs.Limited) {
		return c.Render(429, givePage(c, c.Frame(c.T("page.error_title", "title", c.T("mandate.give"))), a, f, nil, c.T("mandate.too_many")))
	}
	if err != nil {
		return err
	}
	return c.Done(ownPath, "mandate.given_now", "email", f.Email)
}

// day reads a date as the office's own midnight, days later; "" is the zero time.
func day(c *web.Ctx, field, typed string, days int) (time.Time, []ui.Problem) {
	if typed == "" {
		return time.Time{}, nil
	}
	if t, ok := c.Day(typed); ok {
		return t.AddDate(0, 0, days), nil
	}
	return time.Time{}, []ui.Problem{{Field: field, Text: c.T("mandate.no_date")}}
}

func (p *Pages) one(c *web.Ctx, a access.Client) error {
	m, err := p.mandates.Mine(c.R.Context(), a, c.Param("mandate"))
	if err != nil {
		return err
	}
	return c.Render(200, onePage(c, c.Frame(title(c, a, m)), a, m))
}

func (p *Pages) accept(c *web.Ctx, a access.Client) error {
	if err := p.mandates.Accept(c.R.Context(), a, c.Param("mandate")); err != nil {
		return err
	}
	return c.Done(ownOne(c.Param("mandate")), "mandate.accepted_now")
}

func (p *Pages) end(c *web.Ctx, a access.Client) error {
	if err := p.mandates.End(c.R.Context(), a, c.Param("mandate")); err != nil {
		return err
	}
	return c.Done(ownPath, "mandate.ended_now")
}

// title says who acts for whom, as the one who reads it sees it.
func title(c *web.Ctx, a access.Client, m mandate.Mandate) string {
	if m.Account == a.Scope().Account() {
		return c.T("mandate.by_me", "client", m.ClientName)
	}
	return c.T("mandate.for_me", "who", who(m))
}

// who is the name of who acts, or the address as long as nobody has accepted.
func who(m mandate.Mandate) string {
	if m.AccountName == "" {
		return m.Email
	}
	return m.AccountName
}

// period says from when until when.
func period(c *web.Ctx, m mandate.Mandate) string {
	if m.EndsAt == nil {
		return c.T("mandate.since", "from", c.Texts.Date(m.StartsAt.Time))
	}
	return c.T("mandate.between", "from", c.Texts.Date(m.StartsAt.Time), "until", c.Texts.Date(m.EndsAt.Add(-time.Second)))
}

func state(c *web.Ctx, m mandate.Mandate) string { return c.T("mandate.state." + m.State(c.Now)) }

func grounds(c *web.Ctx, list []string, chosen string) []ui.Option {
	var out []ui.Option
	for _, g := range list {
		out = append(out, ui.Option{Value: g, Label: c.T("mandate.ground." + g), Chosen: g == chosen})
	}
	return out
}

func proofs(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, k := range mandate.Proofs {
		out = append(out, ui.Option{Value: k, Label: c.T("mandate.proof." + k), Chosen: k == chosen})
	}
	return out
}

func stateIcon(c *web.Ctx, m mandate.Mandate) string {
	switch m.State(c.Now) {
	case mandate.InForce:
		return "user-check"
	case mandate.Offered, mandate.Coming:
		return "hourglass"
	}
	return "user-off"
}

// endLabel is the word on the button that ends it: who was asked declines.
func endLabel(c *web.Ctx, a access.Client, m mandate.Mandate) string {
	if m.State(c.Now) == mandate.Offered && m.Account == a.Scope().Account() {
		return c.T("mandate.decline")
	}
	return c.T("mandate.end")
}

func words(r access.Rights) []string { return strings.Fields(r.String()) }

// chosen are the rights that were ticked; a word that was tampered with is none.
func chosen(list []string) access.Rights {
	var r access.Rights
	for _, w := range access.AllRights() {
		if slices.Contains(list, w.String()) {
			r |= w
		}
	}
	return r
}

// offered are the rights that somebody has to give, in the modules that are on.
func offered(c *web.Ctx, give access.Rights) []access.Rights {
	return identity.Offered(c.Site.Modules, give&access.OwnRights)
}

// rightsText says what a mandate gives, in words.
func rightsText(c *web.Ctx, m mandate.Mandate) string {
	return strings.Join(c.RightTexts(m.Rights), ", ")
}
