package identityweb

import (
	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const pinPath = "/profile/pin"

// pinRoutes are the page "PIN & SMS", which links a telephone with the PIN of a letter (A22, A25). The code
// that is sent is typed where any client types one.
func (p *Pages) pinRoutes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: pinPath, Policy: access.PortalClient, Module: tenant.ModuleProfile, Recent: proved, Handler: web.Client(p.pinPage)},
		{Method: web.Post, Pattern: pinPath, Policy: access.PortalClient, Module: tenant.ModuleProfile, Recent: proved, Handler: web.Client(p.askWithPIN), Form: pinForm{}},
	}
}

// pinForm is a number and the PIN of the letter, which is not shown again.
type pinForm struct {
	Phone string `form:"phone"`
	PIN   string `form:"pin"`
}

func (p *Pages) pinPage(c *web.Ctx, a access.Client) error {
	return p.showPIN(c, a, 200, pinForm{}, nil)
}

func (p *Pages) showPIN(c *web.Ctx, a access.Client, status int, f pinForm, list []ui.Problem) error {
	v, err := p.ids.OwnPIN(c.R.Context(), a)
	if err != nil {
		return err
	}
	if !v.Works { // since the fifth wrong one; there is no field any more
		list = nil
	}
	return c.Render(status, pinView(c, c.Frame(titled(c, "pin.title", len(list) > 0)), f, v, list))
}

func (p *Pages) askWithPIN(c *web.Ctx, a access.Client) error {
	var f pinForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.SendWithPIN(c.R.Context(), a, f.Phone, f.PIN)
	switch {
	case errs.FieldsOf(err) != nil:
		return p.showPIN(c, a, 422, f, ui.Problems(c.Texts, err))
	case errs.Is(err, errs.Limited) && limitKey(err) != "code.just_sent":
		later(c, err)
		return p.showPIN(c, a, 429, f, []ui.Problem{{Field: "phone", Text: c.T(limitKey(err))}})
	case errs.Is(err, errs.Limited):
		notSent(c, err)
	case err != nil:
		return err
	}
	return c.See(twoStepPath + "/phone/code")
}

// phonePathOf is where a client links a telephone: with the PIN of a letter, or without.
func phonePathOf(o identity.OwnFactors) string {
	if o.ByPIN {
		return pinPath
	}
	return twoStepPath + "/phone"
}
