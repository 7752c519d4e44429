package productweb

import (
	"slices"

	"voordeur/internal/i18n"
	"voordeur/internal/product"
	"voordeur/internal/web"
)

// standing says in the administrator's list whether a product is offered, and to whom.
func standing(c *web.Ctx, p product.Product) string {
	switch {
	case !p.Active:
		return c.T("product.state.inactive")
	case !p.Offered():
		return c.T("product.state.hidden")
	case p.Public:
		return c.T("product.state.public")
	}
	return c.T("product.state.offered")
}

func (v productSheet) action() string {
	if v.id == "" {
		return settingsPath + "/new"
	}
	return settingsPath + "/" + v.id
}

func optional(c *web.Ctx, must bool) string {
	if must {
		return ""
	}
	return c.T("ui.optional")
}

// hint is the hint of a text of a product, where there is one.
func hint(c *web.Ctx, name string) string {
	if key := "product.hint." + name; c.T(key) != key {
		return c.T(key)
	}
	return ""
}

func speaks(c *web.Ctx, l i18n.Lang) bool { return slices.Contains(c.Site.Languages, l) }
