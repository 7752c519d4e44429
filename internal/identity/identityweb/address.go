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
func addressWord(c *web.Ctx, v contactView) string {
	if v.now.Address == (identity.Address{}) && !v.asked.Waits() {
		return c.T("address.give")
	}
	return c.T("address.title")
}

// accepted reports whether the client's address is one that staff accepted.
func (v contactView) accepted() bool {
	return v.asked.Outcome == identity.AddressAccepted && v.now.AddressAt != nil && v.now.AddressAt.Equal(v.asked.AskedAt.Time)
}

// addressForms is the form with the address as it is, or as the client last asked for it.
type addressForms struct {
	in       addressForm
	approval bool // staff decide about it
	problems []ui.Problem
}

// addressPage is where a client says where he lives (A15); where he may not, it is not there.
func (p *Pages) addressPage(c *web.Ctx, a access.Client) error {
	v, err := p.addressForms(c)
	if err != nil {
		return err
	}
	now, err := p.ids.Contact(c.R.Context(), a)
	if err != nil {
		return err
	}
	asked, err := p.ids.OwnAskedAddress(c.R.Context(), a)
	if err != nil {
		return err
	}
	v.in = addressForm(now.Address)
	if asked.Waits() {
		v.in = addressForm(asked.Address)
	}
	return c.Render(200, addressView(c, c.Frame(c.T("address.title")), v))
}

func (p *Pages) addressForms(c *web.Ctx) (addressForms, error) {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return addressForms{}, err
	}
	rule := t.Settings.Contact.Whole()
	if rule.Address != tenant.Edit {
		return addressForms{}, errs.Missing()
	}
	return addressForms{approval: rule.AddressApproval}, nil
}

func (p *Pages) changeAddress(c *web.Ctx, a access.Client) error {
	var f addressForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	asked, err := p.ids.GiveAddress(c.R.Context(), a, identity.Address(f))
	if errs.FieldsOf(err) != nil {
		v, missing := p.addressForms(c)
		if missing != nil {
			return missing
		}
		v.in, v.problems = f, ui.Problems(c.Texts, err)
		return c.Render(422, addressView(c, c.Frame(titled(c, "address.title", true)), v))
	}
	if err != nil {
		return err
	}
	if asked {
		return c.Done("/profile", "address.asked_now", "office", c.Site.Name)
	}
	return c.Done("/profile", "contact.saved")
}

type withdrawForm struct {
	Asked string `form:"asked"`
}

// withdrawAddress takes back the address that the client saw waiting; one about which there is a decision
// meanwhile stays as it is decided.
func (p *Pages) withdrawAddress(c *web.Ctx, a access.Client) error {
	var f withdrawForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.WithdrawAddress(c.R.Context(), a, f.Asked)
	if errs.Is(err, errs.Conflict) {
		c.SetFlash(web.Flash{Kind: "error", Key: "address.too_late", Base: web.BaseOf(c.At("/profile"))})
		return c.See("/profile")
	}
	if err != nil {
		return err
	}
	return c.Done("/profile", "address.withdrawn_now")
}
