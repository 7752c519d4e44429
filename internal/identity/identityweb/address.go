package identityweb

import (
	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const addressPath = "/profile/address"

type addressForm struct {
	Street   string `form:"street"`
	Postcode string `form:"postcode"`
	City     string `form:"city"`
	Country  string `form:"country"`
}

// addressWord is what leads to the form.
func addressWord(c *web.Ctx, now identity.Address) string {
	if now == (identity.Address{}) {
		return c.T("address.give")
	}
	return c.T("address.title")
}

// addressPage is where a client says where he lives (A15); where he may not, it is not there.
func (p *Pages) addressPage(c *web.Ctx, a access.Client) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if t.Settings.Contact.Whole().Address != tenant.Edit {
		return errs.Missing()
	}
	now, err := p.ids.Contact(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, addressView(c, c.Frame(c.T("address.title")), addressForm(now.Address), nil))
}

func (p *Pages) changeAddress(c *web.Ctx, a access.Client) error {
	var f addressForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.GiveAddress(c.R.Context(), a, identity.Address(f))
	if errs.FieldsOf(err) != nil {
		list := ui.Problems(c.Texts, err)
		return c.Render(422, addressView(c, c.Frame(titled(c, "address.title", true)), f, list))
	}
	if err != nil {
		return err
	}
	return c.Done("/profile", "contact.saved")
}
