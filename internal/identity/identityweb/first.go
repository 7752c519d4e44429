package identityweb

import (
	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// firstCookie holds the step of a first log-in, which is no session.
const firstCookie = "first"

// firstPath is the page of each stage of a first log-in.
var firstPath = map[string]string{identity.StageLetter: "/login/first", identity.StageContact: "/login/contact", identity.StageConfirm: "/login/contact"}

// firstRoutes are the pages of a first log-in with a letter, and the proof of the address given there.
func (p *Pages) firstRoutes() []web.Route {
	const proof = "/profile/proof/{token}"
	return []web.Route{
		{Method: web.Get, Pattern: "/login/first", Policy: access.PortalOpen, Handler: p.firstPage},
		{Method: web.Post, Pattern: "/login/first", Policy: access.PortalOpen, Handler: p.first, Form: changeForm{}},
		{Method: web.Get, Pattern: "/login/contact", Policy: access.PortalOpen, Handler: p.reachPage},
		{Method: web.Post, Pattern: "/login/contact", Policy: access.PortalOpen, Handler: p.reach, Form: reachForm{}},
		{Method: web.Get, Pattern: proof, Policy: access.PortalClient, Handler: web.Client(p.proofPage)},
		{Method: web.Post, Pattern: "/profile/proof", Policy: access.PortalClient, Handler: web.Client(p.proofAgain)},
		{Method: web.Post, Pattern: proof, Policy: access.PortalClient, Handler: web.Client(p.prove)},
	}
}

// loginPage is what the log-in page shows.
type loginPage struct {
	in       loginForm
	settings tenant.Settings
	ways     []federation.Connection // by which he can come in too
	alone    bool                    // and in no other way
	problems []ui.Problem
	general  string
}

// byName reports whether clients come in with a user name, the first time at least.
func (v loginPage) byName(c *web.Ctx) bool {
	return c.Site.Face == access.Portal && v.settings.Activation.Channel == tenant.ByLetter
}

func (v loginPage) title(c *web.Ctx) string {
	if v.byName(c) {
		return c.T("login.title_clients")
	}
	return c.T("login.title")
}

// goOn leads on into a first log-in.
func (p *Pages) goOnFirst(c *web.Ctx, out identity.Outcome) error {
	c.SetCookie(firstCookie, out.Step, 0)
	return c.See(firstPath[out.Stage])
}

// under is who is in his first log-in in this browser; nobody is an error.
func (p *Pages) under(c *web.Ctx) (identity.First, error) {
	step := c.Cookie(firstCookie)
	if step == "" || c.Site.Face != access.Portal {
		return identity.First{}, errs.New(errs.Unauthenticated, "login.step_over")
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return identity.First{}, err
	}
	return p.ids.First(c.R.Context(), t, step)
}

// stopFirst ends a first log-in in the middle; it goes on at the next log-in.
func (p *Pages) stopFirst(c *web.Ctx) error {
	step := c.Cookie(firstCookie)
	if step == "" {
		return nil
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	c.SetCookie(firstCookie, "", -1)
	return p.ids.EndFirst(c.R.Context(), t, step)
}

// stepOver leads back to the log-in when the step is over.
func stepOver(c *web.Ctx, err error) error {
	if !errs.Is(err, errs.Unauthenticated) {
		return err
	}
	had := c.Cookie(firstCookie) != ""
	c.SetCookie(firstCookie, "", -1)
	if had {
		c.SetFlash(web.Flash{Kind: "error", Key: "first.over"})
	}
	return c.See("/login")
}

func (p *Pages) firstPage(c *web.Ctx) error {
	f, err := p.under(c)
	if err != nil {
		return stepOver(c, err)
	}
	if f.Stage != identity.StageLetter {
		return c.See(firstPath[f.Stage])
	}
	return p.showFirst(c, 200, nil, "")
}

func (p *Pages) showFirst(c *web.Ctx, status int, wrong error, general string) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	ch := chosen(c, t, wrong)
	ch.twice = true
	return c.Render(status, firstView(c, c.Frame(titled(c, "first.title", wrong != nil || general != "")), ch, general))
}

// titled is the title of a page, which says so when something is wrong.
func titled(c *web.Ctx, key string, wrong bool) string {
	if wrong {
		return c.T("page.error_title", "title", c.T(key))
	}
	return c.T(key)
}

func (p *Pages) first(c *web.Ctx) error {
	var f changeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	out, err := p.ids.ChooseFirst(c.R.Context(), t, c.Cookie(firstCookie), identity.NewPassword{Current: f.Current, Password: f.Password, Repeat: f.Repeat}, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showFirst(c, 422, err, "")
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showFirst(c, 429, nil, c.T("login.locked"))
	case err != nil:
		return stepOver(c, err)
	case out.Stage != "":
		return p.goOnFirst(c, out)
	}
	c.SetFlash(web.Flash{Kind: "ok", Key: "password.stored"})
	return p.goOn(c, out, "/")
}

type reachForm struct {
	Home          string `form:"home"`
	Mobile        string `form:"mobile"`
	MobilePrivate string `form:"mobile_private"`
	Email         string `form:"email"`
}

func (p *Pages) reachPage(c *web.Ctx) error {
	f, err := p.under(c)
	if err != nil {
		return stepOver(c, err)
	}
	if f.Stage == identity.StageLetter {
		return c.See(firstPath[f.Stage])
	}
	in := reachForm{Home: f.Contact.Home, Mobile: f.Contact.Mobile, MobilePrivate: f.Contact.MobilePrivate, Email: f.Contact.Email}
	return c.Render(200, reachView(c, c.Frame(c.T("first.contact_title")), in, nil))
}

func (p *Pages) reach(c *web.Ctx) error {
	var f reachForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	in := identity.Numbers{Home: f.Home, Mobile: f.Mobile, MobilePrivate: f.MobilePrivate, Email: f.Email}
	err = p.ids.SaveContact(c.R.Context(), t, c.Cookie(firstCookie), in, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Invalid):
		if _, over := p.under(c); over != nil {
			return stepOver(c, over)
		}
		return c.Render(422, reachView(c, c.Frame(titled(c, "first.contact_title", true)), f, ui.Problems(c.Texts, err)))
	case err != nil:
		return stepOver(c, err)
	}
	c.SetCookie(firstCookie, "", -1)
	return c.Done("/login", "first.saved")
}

func (p *Pages) proofPage(c *web.Ctx, a access.Client) error {
	err := p.ids.CheckProof(c.R.Context(), a, c.Param("token"))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	status := 200
	if err != nil {
		status = 410
	}
	return c.Render(status, proofView(c, c.Frame(c.T("proof.title")), err == nil))
}

func (p *Pages) prove(c *web.Ctx, a access.Client) error {
	err := p.ids.Prove(c.R.Context(), a, c.Param("token"))
	if errs.Is(err, errs.NotFound) {
		return p.proofPage(c, a)
	}
	if err != nil {
		return err
	}
	return c.Done("/", "proof.done")
}

func (p *Pages) proofAgain(c *web.Ctx, a access.Client) error {
	switch err := p.ids.ProofAgain(c.R.Context(), a); {
	case errs.Is(err, errs.Conflict):
		return c.Done("/profile", "proof.done")
	case err != nil:
		return err
	}
	return c.Done("/profile", "proof.mailed")
}
