package identityweb

import (
	"errors"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/sms"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const codePath = "/login/code"

// codeRoutes are the pages between the password and the session.
func (p *Pages) codeRoutes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: codePath, Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.codePage},
		{Method: web.Post, Pattern: codePath, Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.code, Form: codeForm{}},
		{Method: web.Post, Pattern: codePath + "/send", Policy: access.AnyFace, Handler: p.sendCode, Form: codeForm{}},
		{Method: web.Post, Pattern: codePath + "/number", Policy: access.AnyFace, Handler: p.sendNumber, Form: numberForm{}},
		{Method: web.Get, Pattern: "/login/enrol/qr.png", Policy: access.AnyFace, Handler: p.qr},
	}
}

func mark(on bool) string {
	if on {
		return "1"
	}
	return ""
}

// goOn leads from a right password to the code that is still asked, or into the portal.
func (p *Pages) goOn(c *web.Ctx, out identity.Outcome, next string) error {
	if out.Step == "" {
		return p.enter(c, out, next)
	}
	c.SetCookie(stepCookie, out.Step, 0)
	return c.See(web.Link(codePath, "next", next, "enrol", mark(out.Enrol)))
}

type codeForm struct {
	Code  string `form:"code"`
	Next  string `form:"next"`
	Enrol string `form:"enrol"`
	With  string `form:"with"`
	Aloud string `form:"aloud"` // the code is spoken on a call
}

// way is the page with this factor, or with the account's first.
func (f codeForm) way(with identity.Kind) string {
	return web.Link(codePath, "next", f.Next, "enrol", f.Enrol, "with", string(with), "aloud", f.Aloud)
}

// otherNumber is the page that asks for the number to link.
func (f codeForm) otherNumber() string {
	return web.Link(codePath, "next", f.Next, "enrol", "1", "with", string(identity.SMS), "number", "1")
}

// codeView is the page that asks for a code, or for the number to send one to.
type codeView struct {
	in     codeForm
	with   identity.Kind
	step   identity.Step
	number string             // where the code went, masked
	called bool               // by a call
	app    identity.Enrolment // that is being linked
	phone  string             // as typed
	ask    bool               // for the number
	list   []ui.Problem

	general string // what is wrong with no field
}

// others are the account's other ways to finish the step.
func (v codeView) others() []identity.Kind {
	if v.in.Enrol != "" {
		return slices.DeleteFunc(slices.Clone(v.step.Offers), func(k identity.Kind) bool { return k == v.with })
	}
	var list []identity.Kind
	for _, f := range v.step.Factors {
		if f.Kind != v.with && !slices.Contains(list, f.Kind) {
			list = append(list, f.Kind)
		}
	}
	if v.step.Recovery && v.with != identity.Recovery {
		list = append(list, identity.Recovery)
	}
	return list
}

func (p *Pages) codePage(c *web.Ctx) error {
	if c.Cookie(stepCookie) == "" {
		return c.See("/login")
	}
	f := codeForm{Next: c.Query("next"), Enrol: c.Query("enrol"), With: c.Query("with"), Aloud: c.Query("aloud")}
	return p.showCode(c, 200, codeView{in: f, ask: c.Query("number") != ""})
}

func (p *Pages) showCode(c *web.Ctx, status int, v codeView) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	v.step, err = p.ids.AtStep(c.R.Context(), t, c.Site.Face, c.Cookie(stepCookie))
	if errs.Is(err, errs.NotFound) {
		return c.See("/login")
	}
	if err != nil {
		return err
	}
	v.choose()
	if v.ask && v.step.PIN != nil && !v.step.PIN.Works {
		v.list = nil
	}
	if v.in.Enrol != "" && v.with == identity.TOTP {
		if v.app, err = p.ids.Enrol(c.R.Context(), t, c.Cookie(stepCookie)); err != nil {
			return err
		}
	}
	title := v.title(c)
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, codePageView(c, c.Frame(title), v))
}

// choose settles which factor the page is about: the one that is asked for if the account has it, or
// can link it, and otherwise the first.
func (v *codeView) choose() {
	var can []identity.Kind
	if v.in.Enrol != "" {
		can = v.step.Offers
	} else {
		for _, f := range v.step.Factors {
			can = append(can, f.Kind)
		}
		if v.step.Recovery {
			can = append(can, identity.Recovery)
		}
	}
	v.with = identity.TOTP
	if len(can) > 0 {
		v.with = can[0]
	}
	if asked := identity.Kind(v.in.With); slices.Contains(can, asked) {
		v.with = asked
	}
	v.in.With = string(v.with)
	if f, has := v.step.Has(identity.SMS); has && v.with == identity.SMS {
		v.number, v.called = f.Number, f.Landline || v.in.Aloud != ""
	}
	if v.in.Enrol != "" && v.with == identity.SMS {
		v.number, v.called, v.ask = v.step.Number.Masked(), v.step.Number.Landline(), v.ask || v.step.Number == (sms.Number{})
	}
}

func (v codeView) title(c *web.Ctx) string {
	switch {
	case v.ask:
		return c.T("code.number_title")
	case v.with == identity.Recovery:
		return c.T("code.recovery_title")
	case v.with == identity.Passkey:
		return c.T("passkey.step_title")
	}
	return c.T("code.title")
}

func (p *Pages) code(c *web.Ctx) error {
	var f codeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	out, err := p.ids.Code(c.R.Context(), t, identity.CodeAttempt{
		Face: c.Site.Face, Step: c.Cookie(stepCookie), Code: f.Code, With: identity.Kind(f.With), Enrol: f.Enrol != "",
		Device: c.Cookie(deviceCookie), Origin: c.Scope.Origin(),
	})
	switch {
	case errs.Is(err, errs.Unauthenticated):
		return p.stepOver(c)
	case errs.Is(err, errs.Conflict): // the letter of the PIN was revoked meanwhile
		c.SetFlash(web.Flash{Kind: "error", Key: "pin.over"})
		return c.See(f.otherNumber())
	case errs.Is(err, errs.Invalid):
		return p.showCode(c, 422, codeView{in: f, list: ui.Problems(c.Texts, err)})
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showCode(c, 429, codeView{in: f, list: []ui.Problem{{Field: "code", Text: c.T("login.locked")}}})
	case err != nil:
		return err
	}
	if out.With == identity.Recovery {
		c.SetFlash(web.Flash{Kind: "warning", Key: leftKey(out.Left), Args: []any{"n", out.Left}})
	}
	return p.enter(c, out, f.Next)
}

func (p *Pages) stepOver(c *web.Ctx) error {
	c.SetFlash(web.Flash{Kind: "error", Key: "login.step_over"})
	return c.See("/login")
}

// leftKey names what is said of the recovery codes after one was used.
func leftKey(n int) string {
	if n == 0 {
		return "twostep.used_last"
	}
	return "twostep.used_one"
}

// noneCame names the question of whom no code reached.
func (v codeView) noneCame() string {
	if v.called {
		return "code.none_called"
	}
	return "code.none_came"
}

// callsToo reports whether a telephone that gets text messages can be called instead.
func (v codeView) callsToo() bool {
	f, _ := v.step.Has(identity.SMS)
	return v.step.Calls && !f.Landline
}

// sendCode sends a code to the account's telephone, also once more.
func (p *Pages) sendCode(c *web.Ctx) error {
	var f codeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	err = p.ids.SendCode(c.R.Context(), t, c.Site.Face, c.Cookie(stepCookie), f.Aloud != "")
	switch {
	case errs.Is(err, errs.Unauthenticated):
		return p.stepOver(c)
	case errs.Is(err, errs.Limited):
		f.Aloud = ""
		notSent(c, err)
	case err != nil:
		return err
	default:
		c.SetFlash(web.Flash{Kind: "ok", Key: sentKey(f.Aloud)})
	}
	return c.See(f.way(identity.SMS))
}

// sentKey names what is said of a code that was sent.
func sentKey(aloud string) string {
	if aloud != "" {
		return "code.called"
	}
	return "code.sent"
}

// notSent says on the next page why no code was sent.
func notSent(c *web.Ctx, err error) {
	c.SetFlash(web.Flash{Kind: "warning", Key: limitKey(err)})
}

// limitKey names why no code was sent.
func limitKey(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Key
	}
	return "code.no_more"
}

type numberForm struct {
	Phone string `form:"phone"`
	PIN   string `form:"pin"`
	Next  string `form:"next"`
}

// sendNumber sends a code to a telephone that becomes the account's first factor.
func (p *Pages) sendNumber(c *web.Ctx) error {
	var f numberForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	in := codeForm{Next: f.Next, Enrol: "1", With: string(identity.SMS)}
	err = p.ids.SendToNew(c.R.Context(), t, c.Site.Face, c.Cookie(stepCookie), f.Phone, f.PIN, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Unauthenticated):
		return p.stepOver(c)
	case errs.Is(err, errs.Invalid):
		return p.showCode(c, 422, codeView{in: in, ask: true, phone: f.Phone, list: ui.Problems(c.Texts, err)})
	case errs.Is(err, errs.Limited):
		notSent(c, err)
	case err != nil:
		return err
	}
	return c.See(in.way(identity.SMS))
}

func (p *Pages) qr(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	e, err := p.ids.Enrol(c.R.Context(), t, c.Cookie(stepCookie))
	if err != nil {
		return err
	}
	return png(c, e)
}

func png(c *web.Ctx, e identity.Enrolment) error {
	c.W.Header().Set("Content-Type", "image/png")
	_, err := c.W.Write(e.QR)
	return err
}
