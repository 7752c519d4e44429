// Package identityweb is the pages before and around the log-in, for both faces, and the client's
// own data.
package identityweb

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	ids     *identity.Identity
	tenants *tenant.Tenants
	parties *federation.Federation
}

// New returns the pages.
func New(ids *identity.Identity, tenants *tenant.Tenants, parties *federation.Federation) *Pages {
	return &Pages{ids, tenants, parties}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	return slices.Concat([]web.Route{
		{Method: web.Get, Pattern: "/login", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.loginPage},
		{Method: web.Post, Pattern: "/login", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.withPasswords(p.login), Form: loginForm{}},
		{Method: web.Get, Pattern: "/password", Policy: access.AnyFace, Handler: p.withPasswords(p.askPage)},
		{Method: web.Post, Pattern: "/password", Policy: access.AnyFace, Handler: p.withPasswords(p.ask), Form: askForm{}},
		{Method: web.Get, Pattern: "/password/{token}", Policy: access.AnyFace, Handler: p.withPasswords(p.setPage)},
		{Method: web.Post, Pattern: "/password/{token}", Policy: access.AnyFace, Handler: p.withPasswords(p.set), Form: setForm{}},
		{Method: web.Post, Pattern: "/logout", Policy: access.AnyFace, Handler: p.logout},
		{Method: web.Get, Pattern: "/resume", Policy: access.PortalClient, Handler: p.resume},
		{Method: web.Post, Pattern: "/resume/drop", Policy: access.PortalClient, Handler: p.unpark},
		{Method: web.Get, Pattern: "/resume", Policy: access.OfficeWith(access.Read), Handler: p.resume},
		{Method: web.Post, Pattern: "/resume/drop", Policy: access.OfficeWith(access.Read), Handler: p.unpark},
	}, p.codeRoutes(), p.confirmRoutes(), p.sessionRoutes(), p.languageRoutes(), p.contactRoutes(), p.profileRoutes(), p.changeRoutes(), p.firstRoutes(), p.twoStepRoutes(), p.pinRoutes(), p.passkeyRoutes(), p.extraRoutes(), p.wizardRoutes(), p.elsewhereRoutes())
}

const (
	sessionCookie = "session"
	deviceCookie  = "device"
	stepCookie    = "step"
)

// withPasswords is a handler that is not there where clients come in by other parties alone (K2): whoever has an old link
// or an old page reads how he gets in.
func (p *Pages) withPasswords(h web.Handler) web.Handler {
	return p.unlessAlone(h, func(c *web.Ctx, ways []federation.Connection) error {
		return c.Render(410, aloneView(c, c.Frame(c.T("login.title")), ways))
	})
}

// withPasskeys is withPasswords for what a script asks.
func (p *Pages) withPasskeys(h web.Handler) web.Handler {
	return p.unlessAlone(h, func(*web.Ctx, []federation.Connection) error { return errs.Missing() })
}

func (p *Pages) unlessAlone(h web.Handler, alone func(*web.Ctx, []federation.Connection) error) web.Handler {
	return func(c *web.Ctx) error {
		ways, err := p.alone(c)
		switch {
		case err != nil:
			return err
		case len(ways) > 0:
			return alone(c, ways)
		}
		return h(c)
	}
}

// alone returns by what clients come in, where that is by other parties alone. Employees always have passwords.
func (p *Pages) alone(c *web.Ctx) ([]federation.Connection, error) {
	if c.Site.Face != access.Portal {
		return nil, nil
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return nil, err
	}
	return p.parties.Alone(c.R.Context(), t)
}

type loginForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

func (p *Pages) loginPage(c *web.Ctx) error {
	if c.Scope.Account() != "" {
		return c.See(c.Query("next"))
	}
	if f, err := p.under(c); err == nil {
		return c.See(firstPath[f.Stage])
	}
	return p.showLogin(c, 200, loginForm{Next: c.Query("next")}, nil, "")
}

func (p *Pages) showLogin(c *web.Ctx, status int, f loginForm, list []ui.Problem, general string) error {
	title := c.T("login.title")
	if len(list) > 0 || general != "" {
		title = c.T("page.error_title", "title", title)
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	ways, alone, err := p.parties.Ways(c.R.Context(), t, c.Site.Face)
	if err != nil {
		return err
	}
	return c.Render(status, loginView(c, c.Frame(title), loginPage{in: f, settings: t.Settings, ways: ways, alone: alone, problems: list, general: general}))
}

func (p *Pages) login(c *web.Ctx) error {
	var f loginForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	var missing errs.Fields
	if strings.TrimSpace(f.Email) == "" {
		missing.Add("email", "field.required")
	}
	if f.Password == "" {
		missing.Add("password", "field.required")
	}
	if err := missing.Err(); err != nil {
		return p.showLogin(c, 422, f, ui.Problems(c.Texts, err), "")
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	out, err := p.ids.Login(c.R.Context(), t, c.Site.Face, identity.Attempt{Email: f.Email, Password: f.Password, Device: c.Cookie(deviceCookie), Origin: c.Scope.Origin()})
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showLogin(c, 422, f, nil, c.T("login.failed"))
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showLogin(c, 429, f, nil, c.T("login.locked"))
	case err != nil:
		return err
	}
	if out.Stage != "" {
		return p.goOnFirst(c, out)
	}
	return p.goOn(c, out, f.Next)
}

// enter sets the cookies of a new session and goes where the visitor wanted to be. The session that
// the browser had until now ends: nobody has its cookie any more but whoever took it.
func (p *Pages) enter(c *web.Ctx, out identity.Outcome, next string) error {
	if c.Scope.Session() != "" {
		if err := p.ids.Logout(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	// The session is there, and a full disk must not make a refusal of it: it goes without the words of its
	// browser then.
	_ = p.ids.InBrowser(c.R.Context(), c.Site.Tenant, out.Session, identity.Browser(c.R.UserAgent()))
	c.SetCookie(sessionCookie, out.Session, 0)
	c.SetCookie(deviceCookie, out.Device, identity.DeviceLife)
	c.SetCookie(stepCookie, "", -1)
	c.SetCookie(firstCookie, "", -1)
	if len(out.Codes) > 0 {
		return p.showCodes(c, out.Account, out.Codes, next)
	}
	if out.First && c.Site.Face == access.Portal && c.Site.Modules[tenant.ModuleProfile] {
		return c.See("/profile")
	}
	if next == "" || strings.HasPrefix(next, "/login") {
		next = "/"
	}
	return c.See(next)
}

func (p *Pages) logout(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if c.Scope.Session() != "" {
		if err := p.ids.Logout(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	if err := p.stopFirst(c); err != nil {
		return err
	}
	c.SetCookie(sessionCookie, "", -1)
	c.W.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	next, away, err := p.parties.Onward(c.R.Context(), t, c.Site.Face, c.Scope, c.Cookie(awayCookie))
	if err != nil {
		return err
	}
	if away != "" {
		c.SetCookie(awayCookie, away, 0)
	}
	return c.Done(cmp.Or(next, "/login"), "login.logged_out")
}

type askForm struct {
	Email string `form:"email"`
}

func (p *Pages) askPage(c *web.Ctx) error {
	return c.Render(200, askView(c, c.Frame(c.T("password.set_title")), askForm{}, nil, ""))
}

func (p *Pages) ask(c *web.Ctx) error {
	var f askForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	err = p.ids.RequestPassword(c.R.Context(), t, c.Site.Face, f.Email, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Invalid):
		return c.Render(422, askView(c, c.Frame(c.T("password.set_title")), f, ui.Problems(c.Texts, err), ""))
	case errs.Is(err, errs.Limited):
		later(c, err)
		return c.Render(429, askView(c, c.Frame(c.T("password.set_title")), f, nil, c.T("password.too_often")))
	case err != nil:
		return err
	}
	return c.Render(200, sentView(c, c.Frame(c.T("password.sent_title"))))
}

type setForm struct {
	Password string `form:"password"`
	Repeat   string `form:"repeat"`
}

func (p *Pages) setPage(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if err := p.ids.CheckLink(c.R.Context(), t, c.Site.Face, c.Param("token")); err != nil {
		return p.deadLink(c, err)
	}
	return p.showSet(c, t, 200, nil)
}

func (p *Pages) showSet(c *web.Ctx, t *tenant.Tenant, status int, err error) error {
	action := "/password/" + url.PathEscape(c.Param("token"))
	return c.Render(status, setView(c, c.Frame(c.T("password.choose_title")), action, chosen(c, t, err)))
}

func (p *Pages) deadLink(c *web.Ctx, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	return c.Render(410, deadView(c, c.Frame(c.T("password.dead_title"))))
}

func (p *Pages) set(c *web.Ctx) error {
	var f setForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	var differ errs.Fields
	if t.Settings.Password.Twice {
		identity.NewPassword{Password: f.Password, Repeat: f.Repeat}.Twice(&differ)
	}
	if err := differ.Err(); err != nil {
		return p.showSet(c, t, 422, err)
	}
	out, err := p.ids.SetPassword(c.R.Context(), t, c.Site.Face, c.Param("token"), f.Password, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showSet(c, t, 422, err)
	case err != nil:
		return p.deadLink(c, err)
	}
	if out.Stage != "" {
		return p.goOnFirst(c, out)
	}
	if out.Session == "" && out.Step == "" {
		return c.Done("/login", "password.stored_login")
	}
	c.SetFlash(web.Flash{Kind: "ok", Key: "password.stored"})
	return p.goOn(c, out, "/")
}
