package identityweb

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const (
	twoStepPath = "/profile/two-step"
	codesPath   = twoStepPath + "/codes"
	block       = "/profile#two-step"
	codesCookie = "codes"
	codesTime   = 5 * time.Minute // within which a browser shows the codes that it was given
	// proved is how lately who changes his factors has shown them. The pages ask before their forms do: a code
	// is not typed twice.
	proved = identity.FactorWithin
)

// twoStepRoutes are the client's own second factors (N42-N46).
func (p *Pages) twoStepRoutes() []web.Route {
	routes := []web.Route{
		{Method: web.Get, Pattern: twoStepPath + "/app", Handler: web.Client(p.appPage)},
		{Method: web.Post, Pattern: twoStepPath + "/app", Handler: web.Client(p.linkApp), Form: linkForm{}},
		{Method: web.Get, Pattern: twoStepPath + "/phone", Handler: web.Client(p.phonePage)},
		{Method: web.Post, Pattern: twoStepPath + "/phone", Handler: web.Client(p.askPhone), Form: phoneForm{}},
		{Method: web.Get, Pattern: twoStepPath + "/phone/code", Handler: web.Client(p.phoneCodePage)},
		{Method: web.Post, Pattern: twoStepPath + "/phone/code", Handler: web.Client(p.linkPhone), Form: linkForm{}},
		{Method: web.Get, Pattern: twoStepPath + "/remove", Handler: web.Client(p.removePage)},
		{Method: web.Post, Pattern: twoStepPath + "/remove", Handler: web.Client(p.remove), Form: removeForm{}},
		{Method: web.Post, Pattern: codesPath, Handler: web.Client(p.newCodes)},
	}
	for n := range routes {
		routes[n].Policy, routes[n].Module, routes[n].Recent = access.PortalClient, tenant.ModuleProfile, proved
	}
	return append(routes,
		web.Route{Method: web.Get, Pattern: twoStepPath + "/qr.png", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.appQR)},
		// Codes are shown after a log-in too, whatever is in the menu.
		web.Route{Method: web.Get, Pattern: codesPath, Policy: access.PortalClient, Handler: web.Client(p.codesPage)})
}

// twoStepBlock is the part of the own page about second factors, or nothing.
func (p *Pages) twoStepBlock(c *web.Ctx, a access.Client) (templ.Component, error) {
	o, err := p.ids.OwnFactors(c.R.Context(), a)
	if errs.Is(err, errs.NotFound) {
		return templ.NopComponent, nil
	}
	return twoStepView(c, o), err
}

func kindIcon(k identity.Kind) string {
	switch k {
	case identity.SMS:
		return "phone"
	case identity.Recovery:
		return "key"
	case identity.Passkey:
		return "fingerprint"
	}
	return "lock"
}

// hint names where the digits of a code are.
func (v codeView) hint() string {
	if v.with == identity.SMS {
		return smsHint(v.called)
	}
	return "code.hint"
}

func smsHint(called bool) string {
	if called {
		return "code.call_hint"
	}
	return "code.sms_hint"
}

// byTelephone is the way to a code of the account's telephone.
func (v codeView) byTelephone(c *web.Ctx) string {
	f, _ := v.step.Has(identity.SMS)
	return telephoneWay(c, f.Number, f.Landline)
}

func telephoneWay(c *web.Ctx, number string, landline bool) string {
	if landline {
		return c.T("code.way.call", "number", number)
	}
	return c.T("code.way.sms", "number", number)
}

// factorText says what a factor is, and since when.
func factorText(c *web.Ctx, f identity.Factor) string {
	return c.T("twostep.since", "date", c.Texts.Date(f.ConfirmedAt.Time))
}

type linkForm struct {
	Once string `form:"once"`
	Code string `form:"code"`
}

func (p *Pages) appPage(c *web.Ctx, a access.Client) error {
	return p.showApp(c, a, 200, linkForm{Once: web.OnceKey()}, nil)
}

func (p *Pages) showApp(c *web.Ctx, a access.Client, status int, f linkForm, list []ui.Problem) error {
	e, err := p.ids.NewApp(c.R.Context(), a, f.Once)
	if err != nil {
		return err
	}
	return c.Render(status, appView(c, c.Frame(titled(c, "twostep.add.totp", len(list) > 0)), f, e, list))
}

func (p *Pages) appQR(c *web.Ctx, a access.Client) error {
	e, err := p.ids.NewApp(c.R.Context(), a, c.Query("once"))
	if err != nil {
		return err
	}
	return png(c, e)
}

func (p *Pages) linkApp(c *web.Ctx, a access.Client) error {
	var f linkForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	codes, err := p.ids.LinkApp(c.R.Context(), a, f.Once, f.Code)
	if errs.FieldsOf(err) != nil {
		return p.showApp(c, a, 422, f, ui.Problems(c.Texts, err))
	}
	return p.linked(c, a, codes, "twostep.linked.totp", err)
}

// linked goes on after a factor was linked: to its recovery codes when it is the first.
func (p *Pages) linked(c *web.Ctx, a access.Client, codes []string, key string, err error) error {
	switch {
	case err != nil:
		return err
	case len(codes) == 0:
		return c.Done(block, key)
	}
	c.SetFlash(web.Flash{Kind: "ok", Key: key})
	return p.showCodes(c, a.Scope().Account(), codes, "")
}

type phoneForm struct {
	Phone string `form:"phone"`
}

func (p *Pages) phonePage(c *web.Ctx, a access.Client) error {
	o, err := p.ids.OwnFactors(c.R.Context(), a)
	if err != nil {
		return err
	}
	if o.ByPIN {
		return c.See(pinPath)
	}
	if _, err := p.ids.OwnNumber(c.R.Context(), a); err != nil {
		return err
	}
	return p.showPhone(c, 200, phoneForm{}, nil)
}

func (p *Pages) showPhone(c *web.Ctx, status int, f phoneForm, list []ui.Problem) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	return c.Render(status, phoneView(c, c.Frame(titled(c, "twostep.add.sms", len(list) > 0)), f, p.ids.Calls(t), list))
}

// numberHint names what helps to fill in a number.
func numberHint(calls bool) string {
	if calls {
		return "twostep.number_hint_calls"
	}
	return "twostep.number_hint"
}

func (p *Pages) askPhone(c *web.Ctx, a access.Client) error {
	var f phoneForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.SendOwn(c.R.Context(), a, f.Phone)
	switch {
	case errs.FieldsOf(err) != nil:
		return p.showPhone(c, 422, f, ui.Problems(c.Texts, err))
	case errs.Is(err, errs.Limited) && limitKey(err) != "code.just_sent":
		later(c, err)
		return p.showPhone(c, 429, f, []ui.Problem{{Field: "phone", Text: c.T(limitKey(err))}})
	case errs.Is(err, errs.Limited):
		notSent(c, err)
	case err != nil:
		return err
	}
	return c.See(twoStepPath + "/phone/code")
}

func (p *Pages) phoneCodePage(c *web.Ctx, a access.Client) error {
	return p.showPhoneCode(c, a, 200, linkForm{Once: web.OnceKey()}, nil)
}

func (p *Pages) showPhoneCode(c *web.Ctx, a access.Client, status int, f linkForm, list []ui.Problem) error {
	number, err := p.ids.OwnNumber(c.R.Context(), a)
	if err != nil {
		return err
	}
	if number == (sms.Number{}) {
		c.SetFlash(web.Flash{Kind: "warning", Key: "twostep.code_over"})
		return c.See(twoStepPath + "/phone")
	}
	return c.Render(status, phoneCodeView(c, c.Frame(titled(c, "twostep.add.sms", len(list) > 0)), f, number, list))
}

// sentTo names what is said of a number to which a code went.
func sentTo(n sms.Number) string {
	if n.Landline() {
		return "code.called_to"
	}
	return "code.sent_to"
}

func (p *Pages) linkPhone(c *web.Ctx, a access.Client) error {
	var f linkForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	codes, err := p.ids.LinkNumber(c.R.Context(), a, f.Once, f.Code)
	if errs.Is(err, errs.Conflict) { // the letter was revoked meanwhile
		c.SetFlash(web.Flash{Kind: "error", Key: "pin.over"})
		return c.See(pinPath)
	}
	if errs.FieldsOf(err) != nil {
		return p.showPhoneCode(c, a, 422, f, ui.Problems(c.Texts, err))
	}
	return p.linked(c, a, codes, "twostep.linked.sms", err)
}

type removeForm struct {
	Kind string `form:"kind"`
}

func (p *Pages) removePage(c *web.Ctx, a access.Client) error {
	o, err := p.ids.OwnFactors(c.R.Context(), a)
	if err != nil {
		return err
	}
	f, has := o.Has(identity.Kind(c.Query("kind")))
	if !has {
		return c.See(block)
	}
	return c.Render(200, removeView(c, c.Frame(c.T("twostep.remove."+string(f.Kind))), o, f))
}

func (p *Pages) remove(c *web.Ctx, a access.Client) error {
	var f removeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.Unlink(c.R.Context(), a, identity.Kind(f.Kind)); err != nil {
		return err
	}
	return c.Done(block, "twostep.removed")
}

func (p *Pages) newCodes(c *web.Ctx, a access.Client) error {
	codes, err := p.ids.NewRecoveryCodes(c.R.Context(), a)
	if err != nil {
		return err
	}
	return p.showCodes(c, a.Scope().Account(), codes, "")
}

// showCodes goes to the page with recovery codes, which the browser takes there: it shows them once.
func (p *Pages) showCodes(c *web.Ctx, account string, codes []string, next string) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	c.SetCookie(codesCookie, identity.SealCodes(t, account, codes), codesTime)
	return c.See(web.Link(codesPath, "next", next))
}

func (p *Pages) codesPage(c *web.Ctx, a access.Client) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	codes := identity.OpenCodes(t, a.Scope().Account(), c.Cookie(codesCookie))
	if c.Cookie(codesCookie) != "" {
		c.SetCookie(codesCookie, "", -1)
	}
	return c.Render(200, codesView(c, c.Frame(c.T("twostep.codes")), codes, onward(c)))
}

// onward is where a client goes on to from his codes.
func onward(c *web.Ctx) string {
	switch next := c.Query("next"); {
	case next != "" && web.Local(next):
		return next
	case c.Site.Modules[tenant.ModuleProfile]:
		return block
	}
	return "/"
}

func addPath(o identity.OwnFactors, k identity.Kind) string {
	switch k {
	case identity.SMS:
		return phonePathOf(o)
	case identity.Passkey:
		return passkeyPath
	}
	return twoStepPath + "/app"
}

// factorName names a factor, a telephone with the end of its number.
func factorName(c *web.Ctx, f identity.Factor) string {
	if f.Kind == identity.SMS && f.Landline {
		return c.T("twostep.kind.call", "number", f.Number)
	}
	if f.Kind == identity.SMS {
		return c.T("twostep.kind.sms", "number", f.Number)
	}
	return c.T("twostep.kind.totp")
}

// twoStepState names the text that says how its owner logs in now. A passkey is enough alone for as long as it is offered.
func twoStepState(o identity.OwnFactors) string {
	offered := slices.Contains(o.Offers, identity.Passkey)
	switch {
	case len(o.Factors) == 0 && offered:
		return "passkey.off"
	case len(o.Factors) == 0:
		return "twostep.off"
	case !slices.ContainsFunc(o.Factors, func(f identity.Factor) bool { return f.Kind == identity.Passkey }):
		return "twostep.on"
	case offered:
		return "passkey.on_alone"
	default:
		return "passkey.on"
	}
}
