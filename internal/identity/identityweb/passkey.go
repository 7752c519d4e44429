package identityweb

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// What one does with a passkey, as a browser calls it. A page that does has it in its Permissions-Policy.
const (
	passkeyUse  = "get"
	passkeyMake = "create"
)

const (
	passkeyPath = twoStepPath + "/passkey"
	// A browser can have one challenge of each kind: who proves himself on his way to a new passkey goes on with that.
	askedCookie  = "passkey"
	makingCookie = "newpasskey"
)

// passkeyRoutes are logging in and proving oneself with a passkey, and the passkeys of an account. Where a
// page asks for one, a script fetches the challenge of ".../ask" and sends the answer as any form is sent.
func (p *Pages) passkeyRoutes() []web.Route {
	routes := []web.Route{
		{Method: web.Post, Pattern: "/login/passkey", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.withPasskeys(p.loginPasskey), Form: passkeyForm{}},
		{Method: web.Post, Pattern: "/login/passkey/ask", Policy: access.AnyFace, Handler: p.withPasskeys(p.askLogin)},
		{Method: web.Post, Pattern: codePath + "/passkey", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.withPasskeys(p.stepPasskey), Form: passkeyForm{}},
		{Method: web.Post, Pattern: codePath + "/passkey/ask", Policy: access.AnyFace, Handler: p.withPasskeys(p.askStep)},
		{Method: web.Post, Pattern: "/confirm/passkey", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.confirmPasskey, Form: passkeyForm{}},
		{Method: web.Post, Pattern: "/confirm/passkey/ask", Policy: access.AnyFace, Handler: p.askConfirm},
	}
	for _, policy := range []access.Policy{access.PortalClient, access.OfficeWith(access.Read)} {
		module := ""
		if policy == access.PortalClient {
			module = tenant.ModuleProfile
		}
		routes = append(routes, web.InModule(module, []web.Route{
			{Method: web.Get, Pattern: passkeyPath, Policy: policy, Recent: identity.FactorWithin, Passkeys: passkeyMake, Handler: p.newPasskey},
			{Method: web.Post, Pattern: passkeyPath, Policy: policy, Recent: identity.FactorWithin, Passkeys: passkeyMake, Handler: p.linkPasskey, Form: passkeyForm{}},
			{Method: web.Post, Pattern: passkeyPath + "/ask", Policy: policy, Recent: identity.FactorWithin, Handler: p.askLink},
			{Method: web.Get, Pattern: passkeyPath + "/{passkey}", Policy: policy, Handler: p.passkey},
			{Method: web.Post, Pattern: passkeyPath + "/{passkey}", Policy: policy, Handler: p.renamePasskey, Form: nameForm{}},
			{Method: web.Get, Pattern: passkeyPath + "/{passkey}/remove", Policy: policy, Recent: identity.FactorWithin, Handler: p.leavePasskey},
			{Method: web.Post, Pattern: passkeyPath + "/{passkey}/remove", Policy: policy, Recent: identity.FactorWithin, Handler: p.removePasskey},
		})...)
	}
	return routes
}

// passkeyForm is what a script sends: the answer of a passkey.
type passkeyForm struct {
	Answer string `form:"answer"`
	Next   string `form:"next"`
}

// passkeyAsk is a button that asks for a passkey.
type passkeyAsk struct {
	do, action, next, label string
	main                    bool // the act of the page
}

// challenge gives a script what it asks a passkey with, and the browser the cookie of that.
func challenge(c *web.Ctx, cookie string, ch identity.Challenge, err error) error {
	if err != nil {
		return err
	}
	c.SetCookie(cookie, ch.Secret, identity.ChallengeLife)
	c.W.Header().Set("Content-Type", "application/json")
	_, err = c.W.Write(ch.Options)
	return err
}

// answer reads the form of a passkey; its challenge is used up.
func (p *Pages) answer(c *web.Ctx, cookie string) (passkeyForm, identity.PasskeyAttempt, *tenant.Tenant, error) {
	var f passkeyForm
	if err := web.Bind(c, &f); err != nil {
		return f, identity.PasskeyAttempt{}, nil, err
	}
	in := identity.PasskeyAttempt{
		Answer: identity.Answer{Secret: c.Cookie(cookie), JSON: f.Answer},
		Device: c.Cookie(deviceCookie), Origin: c.Scope.Origin(),
	}
	if c.Cookie(cookie) != "" {
		c.SetCookie(cookie, "", -time.Second)
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	return f, in, t, err
}

func (p *Pages) askLogin(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	ch, err := p.ids.AskLogin(c.R.Context(), t, c.Site.Face, c.Scope.Origin())
	return challenge(c, askedCookie, ch, err)
}

func (p *Pages) loginPasskey(c *web.Ctx) error {
	f, in, t, err := p.answer(c, askedCookie)
	if err != nil {
		return err
	}
	if f.Answer == "" { // without the script there is no such button
		return p.showLogin(c, 422, loginForm{Next: f.Next}, nil, c.T("passkey.failed"))
	}
	out, err := p.ids.LoginPasskey(c.R.Context(), t, c.Site.Face, in)
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showLogin(c, 422, loginForm{Next: f.Next}, nil, c.T("passkey.failed"))
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showLogin(c, 429, loginForm{Next: f.Next}, nil, c.T("login.locked"))
	case err != nil:
		return err
	}
	if out.Stage != "" {
		return p.goOnFirst(c, out)
	}
	return p.enter(c, out, f.Next)
}

func (p *Pages) askStep(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	ch, err := p.ids.AskStep(c.R.Context(), t, c.Site.Face, c.Cookie(stepCookie))
	return challenge(c, askedCookie, ch, err)
}

func (p *Pages) stepPasskey(c *web.Ctx) error {
	f, in, t, err := p.answer(c, askedCookie)
	if err != nil {
		return err
	}
	out, err := p.ids.Code(c.R.Context(), t, identity.CodeAttempt{
		Face: c.Site.Face, Step: c.Cookie(stepCookie), With: identity.Passkey, Answer: in.Answer, Device: in.Device, Origin: in.Origin,
	})
	v := codeView{in: codeForm{Next: f.Next, With: string(identity.Passkey)}}
	switch {
	case errs.Is(err, errs.Unauthenticated):
		return p.stepOver(c)
	case errs.Is(err, errs.Invalid):
		v.general = c.T("passkey.failed")
		return p.showCode(c, 422, v)
	case errs.Is(err, errs.Limited):
		later(c, err)
		v.general = c.T("login.locked")
		return p.showCode(c, 429, v)
	case err != nil:
		return err
	}
	return p.enter(c, out, f.Next)
}

func (p *Pages) askConfirm(c *web.Ctx) error {
	if c.Scope.Account() == "" {
		return &errs.Error{Kind: errs.Unauthenticated}
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	ch, err := p.ids.AskConfirm(c.R.Context(), t, c.Scope)
	return challenge(c, askedCookie, ch, err)
}

func (p *Pages) confirmPasskey(c *web.Ctx) error {
	f, in, t, err := p.answer(c, askedCookie)
	if err != nil {
		return err
	}
	if c.Scope.Account() == "" {
		return c.See(web.Link("/login", "next", f.Next))
	}
	if f.Answer == "" {
		return p.showConfirm(c, 422, confirmForm{Next: f.Next}, nil, c.T("passkey.failed"))
	}
	token, err := p.ids.ConfirmPasskey(c.R.Context(), t, c.Scope, in)
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showConfirm(c, 422, confirmForm{Next: f.Next}, nil, c.T("passkey.failed"))
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showConfirm(c, 429, confirmForm{Next: f.Next}, nil, c.T("login.locked"))
	case err != nil:
		return err
	}
	c.SetCookie(sessionCookie, token, 0)
	return c.See(f.Next)
}

func (p *Pages) newPasskey(c *web.Ctx) error { return p.showNewPasskey(c, 200, "") }

func (p *Pages) showNewPasskey(c *web.Ctx, status int, general string) error {
	if err := p.ids.MayLinkPasskey(c.R.Context(), c.Scope); err != nil {
		return err
	}
	return c.Render(status, newPasskeyView(c, c.Frame(titled(c, "twostep.add.passkey", general != "")), general))
}

func (p *Pages) askLink(c *web.Ctx) error {
	ch, err := p.ids.AskLink(c.R.Context(), c.Scope)
	return challenge(c, makingCookie, ch, err)
}

func (p *Pages) linkPasskey(c *web.Ctx) error {
	_, in, _, err := p.answer(c, makingCookie)
	if err != nil {
		return err
	}
	codes, err := p.ids.LinkPasskey(c.R.Context(), c.Scope, in.Answer, agentWords(c, identity.Browser(c.R.UserAgent())))
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showNewPasskey(c, 422, c.T("passkey.not_made"))
	case err != nil:
		return err
	case len(codes) == 0:
		return c.Done(block, "passkey.made")
	}
	c.SetFlash(web.Flash{Kind: "ok", Key: "passkey.made"})
	return p.showCodes(c, c.Scope.Account(), codes, "")
}

type nameForm struct {
	Name string `form:"name"`
}

func onePasskey(id string) string { return passkeyPath + "/" + url.PathEscape(id) }

func (p *Pages) passkey(c *web.Ctx) error {
	k, err := p.ids.OwnPasskey(c.R.Context(), c.Scope, c.Param("passkey"))
	if err != nil {
		return err
	}
	return c.Render(200, passkeyView(c, c.Frame(c.T("passkey.rename")), k, nameForm{k.Name}, nil))
}

func (p *Pages) renamePasskey(c *web.Ctx) error {
	var f nameForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	k, err := p.ids.OwnPasskey(c.R.Context(), c.Scope, c.Param("passkey"))
	if err == nil {
		err = p.ids.RenamePasskey(c.R.Context(), c.Scope, k.ID, f.Name)
	}
	if errs.FieldsOf(err) != nil {
		list := ui.Problems(c.Texts, err)
		return c.Render(422, passkeyView(c, c.Frame(titled(c, "passkey.rename", true)), k, f, list))
	}
	if err != nil {
		return err
	}
	return c.Done(block, "passkey.renamed")
}

func (p *Pages) leavePasskey(c *web.Ctx) error {
	k, err := p.ids.OwnPasskey(c.R.Context(), c.Scope, c.Param("passkey"))
	if err != nil {
		return err
	}
	last, err := p.ids.LastFactor(c.R.Context(), c.Scope)
	if err != nil {
		return err
	}
	return c.Render(200, removePasskeyView(c, c.Frame(c.T("twostep.remove.passkey")), k, last))
}

func (p *Pages) removePasskey(c *web.Ctx) error {
	if err := p.ids.RemovePasskey(c.R.Context(), c.Scope, c.Param("passkey")); err != nil {
		return err
	}
	return c.Done(block, "passkey.removed")
}

// passkeysBlock is the part of an employee's own page about passkeys; an app he links at his first log-in.
func (p *Pages) passkeysBlock(c *web.Ctx) (templ.Component, error) {
	list, err := p.ids.OwnPasskeys(c.R.Context(), c.Scope)
	return passkeysView(c, list), err
}

// passkeyText says when a passkey was made and used.
func passkeyText(c *web.Ctx, f identity.Factor) string {
	text := c.T("passkey.since", "date", c.Texts.Date(f.ConfirmedAt.Time))
	if f.UsedAt == nil {
		return text + " " + c.T("passkey.never")
	}
	return text + " " + c.T("passkey.used", "date", c.Texts.DateTime(f.UsedAt.Time))
}

// passkeyWords are what the script says when it comes to nothing.
func passkeyWords(c *web.Ctx, a passkeyAsk) (string, error) {
	words := map[string]string{"cancelled": c.T("passkey.cancelled"), "failed": c.T("passkey.away")}
	if a.do == passkeyMake {
		words["cancelled"], words["there"] = c.T("passkey.stopped"), c.T("passkey.there")
	}
	return templ.JSONString(words)
}
