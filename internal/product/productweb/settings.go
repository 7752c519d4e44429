package productweb

import (
	"errors"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/product"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const settingsPath = "/settings/products"

type productForm struct {
	Once       string `form:"once"`
	Version    string `form:"version"`
	NameNL     string `form:"name_nl"`
	NameEN     string `form:"name_en"`
	LeadNL     string `form:"lead_nl"`
	LeadEN     string `form:"lead_en"`
	ExplainNL  string `form:"explain_nl"`
	ExplainEN  string `form:"explain_en"`
	NeedsNL    string `form:"needs_nl"`
	NeedsEN    string `form:"needs_en"`
	CostsNL    string `form:"costs_nl"`
	CostsEN    string `form:"costs_en"`
	TermNL     string `form:"term_nl"`
	TermEN     string `form:"term_en"`
	CategoryNL string `form:"category_nl"`
	CategoryEN string `form:"category_en"`
	Search     string `form:"search"`
	Form       string `form:"form"`
	Type       string `form:"type"`
	Handler    string `form:"handler"`
	Public     string `form:"public"`
	Means      string `form:"means"`
	Active     string `form:"active"`
}

func formOf(p product.Product) productForm {
	return productForm{
		Version: strconv.FormatInt(p.Version, 10), NameNL: p.Name[i18n.NL], NameEN: p.Name[i18n.EN], LeadNL: p.Lead[i18n.NL], LeadEN: p.Lead[i18n.EN],
		ExplainNL: p.Explain[i18n.NL], ExplainEN: p.Explain[i18n.EN], NeedsNL: p.Needs[i18n.NL], NeedsEN: p.Needs[i18n.EN], CostsNL: p.Costs[i18n.NL], CostsEN: p.Costs[i18n.EN],
		TermNL: p.Term[i18n.NL], TermEN: p.Term[i18n.EN], CategoryNL: p.Category[i18n.NL], CategoryEN: p.Category[i18n.EN], Search: p.Search,
		Form: p.Form, Type: p.Type, Handler: p.Handler, Public: ticked(p.Public), Means: string(p.Means), Active: ticked(p.Active),
	}
}

func ticked(on bool) string {
	if on {
		return "on"
	}
	return ""
}

func (f productForm) product(id string) product.Product {
	version, _ := strconv.ParseInt(f.Version, 10, 64) // a tampered one was changed meanwhile
	return product.Product{
		ID: id, Version: version, Form: f.Form, Type: f.Type, Handler: f.Handler, Active: f.Active != "", Public: f.Public != "", Means: product.Means(f.Means),
		Content: product.Content{
			Name: dossiertype.Say(f.NameNL, f.NameEN), Lead: dossiertype.Say(f.LeadNL, f.LeadEN), Explain: dossiertype.Say(f.ExplainNL, f.ExplainEN), Needs: dossiertype.Say(f.NeedsNL, f.NeedsEN),
			Costs: dossiertype.Say(f.CostsNL, f.CostsEN), Term: dossiertype.Say(f.TermNL, f.TermEN), Category: dossiertype.Say(f.CategoryNL, f.CategoryEN), Search: f.Search,
		},
	}
}

// productSheet is the form of a product, "" for a new one.
type productSheet struct {
	id                           string
	in                           productForm
	forms, types, handlers, with []ui.Option
	problems                     []ui.Problem
	general                      string
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	list, err := p.products.List(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, listPage(c, c.Frame(c.T("settings.products")), list))
}

func (p *Pages) fresh(c *web.Ctx, a access.Staff) error {
	return p.sheet(c, a, 200, productSheet{in: productForm{Once: web.OnceKey(), Active: "on"}})
}

func (p *Pages) edit(c *web.Ctx, a access.Staff) error {
	one, err := p.products.Get(c.R.Context(), a.Scope(), c.Param("product"))
	if err != nil {
		return err
	}
	return p.sheet(c, a, 200, productSheet{id: one.ID, in: formOf(one)})
}

// sheet shows the form with what can be chosen.
func (p *Pages) sheet(c *web.Ctx, a access.Staff, status int, v productSheet) error {
	ctx, lang := c.R.Context(), c.Texts.Lang()
	forms, err := p.asked.Forms(ctx, a)
	if err != nil {
		return err
	}
	types, err := p.dossiers.Types().Offered(ctx, a)
	if err != nil {
		return err
	}
	handlers, err := p.ids.Handlers(ctx, a)
	if err != nil {
		return err
	}
	v.forms, v.types, v.handlers = []ui.Option{{}}, []ui.Option{{}}, []ui.Option{{Label: c.T("product.handler_none")}}
	for _, f := range forms {
		v.forms = append(v.forms, ui.Option{Value: f.Name, Label: f.Title.In(lang), Chosen: f.Name == v.in.Form})
	}
	for _, t := range types {
		v.types = append(v.types, ui.Option{Value: t.ID, Label: t.Current.Name.In(lang), Chosen: t.ID == v.in.Type})
	}
	for _, h := range handlers {
		v.handlers = append(v.handlers, ui.Option{Value: h.ID, Label: h.Name, Chosen: h.ID == v.in.Handler})
	}
	for _, m := range product.AllMeans {
		key := "product.means.any"
		if m != product.AnyMeans {
			key = "product.means." + string(m)
		}
		v.with = append(v.with, ui.Option{Value: string(m), Label: c.T(key), Chosen: string(m) == v.in.Means})
	}
	title := c.T("product.new")
	if v.id != "" {
		title = v.in.NameNL
	}
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, sheetPage(c, c.Frame(title), v))
}

func (p *Pages) add(c *web.Ctx, a access.Staff) error {
	var f productForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	_, err := p.products.Add(c.R.Context(), a, f.Once, f.product(""))
	return p.kept(c, a, "", f, err, "product.added")
}

func (p *Pages) change(c *web.Ctx, a access.Staff) error {
	var f productForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("product")
	if _, err := p.products.Get(c.R.Context(), a.Scope(), id); err != nil {
		return err
	}
	return p.kept(c, a, id, f, p.products.Change(c.R.Context(), a, f.product(id)), "product.saved")
}

// kept answers a form: back to the list, or the form again with what was typed.
func (p *Pages) kept(c *web.Ctx, a access.Staff, id string, f productForm, err error, done string) error {
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return c.Done(settingsPath, done)
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		return p.sheet(c, a, 422, productSheet{id: id, in: f, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.sheet(c, a, 409, productSheet{id: id, in: f, general: c.T(e.Key, e.Args...)})
	}
	return err
}
