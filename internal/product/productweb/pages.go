// Package productweb is the pages of the e-loket: the catalogue, filling in before and after the log-in, and the
// administrator's products.
package productweb

import (
	"errors"
	"io"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/identity"
	"voordeur/internal/product"
	"voordeur/internal/questionnaire"
	"voordeur/internal/questionnaire/filling"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db       *db.DB
	products *product.Products
	asked    *questionnaire.Questionnaires
	dossiers *dossier.Dossiers
	ids      *identity.Identity
}

// New returns the pages.
func New(d *db.DB, ps *product.Products, qs *questionnaire.Questionnaires, ds *dossier.Dossiers, ids *identity.Identity) *Pages {
	return &Pages{d, ps, qs, ds, ids}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage, see, fill := access.OfficeWith(access.Manage), access.PortalWith(access.SeeDossiers), access.PortalWith(access.UploadDocuments)
	const one, own = "/products/{product}", "/applications/{application}"
	return web.InModule(tenant.ModuleProducts, []web.Route{
		{Method: web.Get, Pattern: "/products", Policy: access.PortalOpen, Handler: p.catalogue},
		{Method: web.Get, Pattern: one, Policy: access.PortalOpen, Handler: p.product},
		{Method: web.Post, Pattern: one + "/start", Policy: access.PortalOpen, Handler: p.start, Form: startForm{}},
		{Method: web.Get, Pattern: one + "/form", Policy: access.PortalOpen, Handler: p.fillOpen},
		{Method: web.Post, Pattern: one + "/form", Policy: access.PortalOpen, Handler: p.saveOpen},
		{Method: web.Post, Pattern: one + "/discard", Policy: access.PortalOpen, Handler: p.discardOpen},
		{Method: web.Get, Pattern: own, Policy: see, Handler: web.Client(p.fill)},
		{Method: web.Post, Pattern: own, Policy: fill, Handler: web.Client(p.save), Streams: true, Resumes: true},
		{Method: web.Post, Pattern: own + "/send", Policy: fill, Handler: web.Client(p.send)},
		{Method: web.Post, Pattern: own + "/discard", Policy: fill, Handler: web.Client(p.discard)},
		{Method: web.Get, Pattern: settingsPath, Policy: manage, Handler: web.Staff(p.list)},
		{Method: web.Get, Pattern: settingsPath + "/new", Policy: manage, Handler: web.Staff(p.fresh)},
		{Method: web.Post, Pattern: settingsPath + "/new", Policy: manage, Handler: web.Staff(p.add), Form: productForm{}},
		{Method: web.Get, Pattern: settingsPath + "/{product}", Policy: manage, Handler: web.Staff(p.edit)},
		{Method: web.Post, Pattern: settingsPath + "/{product}", Policy: manage, Handler: web.Staff(p.change), Form: productForm{}},
	})
}

func path(id string) string { return "/products/" + id }

// cookie is that of what the browser fills in for a product before the log-in.
func cookie(id string) string { return "application-" + id }

// frame is the layout's; whoever has not logged in is shown where he can, and comes back to this page then.
func frame(c *web.Ctx, title string) ui.Frame {
	f := c.Frame(title)
	if c.Scope.Account() == "" {
		f.LogIn = web.Link("/login", "next", c.R.URL.Path)
	}
	return f
}

type catalogueView struct {
	list []group
	n    int
	q    string
}

// group is the products of a category.
type group struct {
	name string
	list []product.Product
}

func (p *Pages) catalogue(c *web.Ctx) error {
	v := catalogueView{q: c.Query("q")}
	list, err := p.products.Offered(c.R.Context(), c.Scope, v.q)
	if err != nil {
		return err
	}
	if len(list) == 0 && v.q == "" && c.Scope.Account() == "" {
		return &errs.Error{Kind: errs.Unauthenticated}
	}
	v.n, v.list = len(list), byCategory(c, list)
	return c.Render(200, cataloguePage(c, frame(c, c.T("product.heading")), v))
}

// byCategory keeps the order of the products; those without a category come last.
func byCategory(c *web.Ctx, list []product.Product) []group {
	var out []group
	at := map[string]int{}
	for _, last := range []bool{false, true} {
		for _, p := range list {
			name := p.Category.In(c.Texts.Lang())
			if (name == "") != last {
				continue
			}
			i, had := at[name]
			if !had {
				i = len(out)
				at[name], out = i, append(out, group{name: name})
			}
			out[i].list = append(out[i].list, p)
		}
	}
	return out
}

// productView is a product with what the visitor can do.
type productView struct {
	p    product.Product
	open bool // he has begun it before he logged in
	own  bool // he has begun it as a client
	may  bool // he may start
	met  bool // he has logged in by the means that it needs
}

// shown loads a product that the visitor may see: one that is offered, and before the log-in one that says so.
func (p *Pages) shown(c *web.Ctx) (product.Product, error) {
	one, err := p.products.Get(c.R.Context(), c.Scope, c.Param("product"))
	switch {
	case err != nil:
		return one, err
	case !one.Offered():
		return one, errs.Missing()
	case c.Scope.Account() == "" && !one.Public:
		return one, &errs.Error{Kind: errs.Unauthenticated}
	}
	return one, nil
}

func (p *Pages) product(c *web.Ctx) error {
	one, err := p.shown(c)
	if err != nil {
		return err
	}
	v := productView{p: one, may: true, met: true}
	if _, err := p.products.Held(c.R.Context(), c.Scope, c.Cookie(cookie(one.ID)), one.ID); err == nil {
		v.open = true
	} else if !errs.Is(err, errs.NotFound) {
		return err
	}
	if a, client := access.AsClient(c.Scope); client {
		v.may, v.met = a.Can(access.UploadDocuments), one.Means.Met(c.Scope)
		begun, err := p.products.Waiting(c.R.Context(), a)
		if err != nil {
			return err
		}
		for _, b := range begun {
			v.own = v.own || b.Product == one.ID
		}
	}
	return c.Render(200, productPage(c, frame(c, one.Name.In(c.Texts.Lang())), v))
}

type startForm struct {
	Fresh string `form:"fresh"` // not what was begun before
	Take  string `form:"take"`  // what was filled in before the log-in
}

func (p *Pages) start(c *web.Ctx) error {
	var f startForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx, id := c.R.Context(), c.Param("product")
	if _, err := p.products.Get(ctx, c.Scope, id); err != nil {
		return err
	}
	a, client := access.AsClient(c.Scope)
	if !client {
		return p.startOpen(c, id, f)
	}
	var made string
	var err error
	if f.Take != "" {
		if made, err = p.products.Claim(ctx, a, c.Cookie(cookie(id))); errs.Is(err, errs.NotFound) {
			return c.Done(path(id), "product.held_over")
		}
		if err == nil {
			c.SetCookie(cookie(id), "", -1)
		}
	} else {
		made, err = p.products.Start(ctx, a, id, f.Fresh != "")
	}
	if err != nil {
		return err
	}
	return c.See("/applications/" + made)
}

func (p *Pages) startOpen(c *web.Ctx, id string, f startForm) error {
	ctx := c.R.Context()
	if f.Fresh == "" {
		if _, err := p.products.Held(ctx, c.Scope, c.Cookie(cookie(id)), id); err == nil {
			return c.See(path(id) + "/form")
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
	} else if err := p.products.DiscardOpen(ctx, c.Scope, c.Cookie(cookie(id))); err != nil {
		return err
	}
	secret, err := p.products.StartOpen(ctx, c.Scope, id)
	if errs.Is(err, errs.Unauthenticated) {
		return c.See(web.Link("/login", "next", path(id)))
	}
	if err != nil {
		return err
	}
	c.SetCookie(cookie(id), secret, 0)
	return c.See(path(id) + "/form")
}

// placeOf is where an application is filled in.
func (p *Pages) placeOf(c *web.Ctx, f *product.Filling) filling.Place {
	name := f.Name.In(c.Texts.Lang())
	return filling.Place{Sheet: f.Sheet, Title: name, Up: path(f.Product), UpName: name, Today: p.products.Today(c.Texts.Lang())}
}

// open is the place of what is filled in before the log-in.
func (p *Pages) open(c *web.Ctx) (filling.Place, error) {
	ctx, id := c.R.Context(), c.Param("product")
	secret := c.Cookie(cookie(id))
	f, err := p.products.FillOpen(ctx, c.Scope, secret, id, c.Texts.Lang())
	if err != nil {
		return filling.Place{}, err
	}
	place := p.placeOf(c, f)
	place.Href = path(id) + "/form"
	place.Save = func(in questionnaire.Posted) error { return p.products.SaveOpen(ctx, c.Scope, secret, in) }
	place.Foot = foot(c, path(id)+"/discard", c.T("product.kept_open"))
	return place, nil
}

func (p *Pages) fillOpen(c *web.Ctx) error {
	place, err := p.open(c)
	if errs.Is(err, errs.NotFound) {
		one, err := p.products.Get(c.R.Context(), c.Scope, c.Param("product"))
		if err != nil {
			return err
		}
		return c.See(path(one.ID))
	}
	if err != nil {
		return err
	}
	return place.Show(c, func(f ui.Frame) templ.Component { return openSummary(c, f, place, c.Param("product")) })
}

func (p *Pages) saveOpen(c *web.Ctx) error {
	place, err := p.open(c)
	if errs.Is(err, errs.NotFound) {
		return p.over(c)
	}
	if err != nil {
		return err
	}
	return place.Take(c)
}

// over gives back what was typed for a form that is not kept any more.
func (p *Pages) over(c *web.Ctx) error {
	one, err := p.products.Get(c.R.Context(), c.Scope, c.Param("product"))
	if err != nil {
		return err
	}
	typed, err := filling.Typed(c)
	if err != nil {
		return err
	}
	return c.Render(410, overPage(c, frame(c, c.T("product.over")), one, typed))
}

func (p *Pages) discardOpen(c *web.Ctx) error {
	id := c.Param("product")
	if _, err := p.products.Get(c.R.Context(), c.Scope, id); err != nil {
		return err
	}
	if err := p.products.DiscardOpen(c.R.Context(), c.Scope, c.Cookie(cookie(id))); err != nil {
		return err
	}
	c.SetCookie(cookie(id), "", -1)
	return c.Done("/products", "product.discarded")
}

// own is the place of a client's application.
func (p *Pages) own(c *web.Ctx, a access.Client) (*product.Filling, filling.Place, error) {
	ctx, id := c.R.Context(), c.Param("application")
	f, err := p.products.Fill(ctx, a, id, c.Texts.Lang())
	if err != nil {
		return nil, filling.Place{}, err
	}
	place := p.placeOf(c, f)
	place.Href = "/applications/" + id
	place.Receive = func(name string, body io.Reader) (string, error) {
		u, err := p.dossiers.Receive(ctx, c.Scope, id, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, body)
		return u.ID, err
	}
	place.FileName = func(file string) (string, error) {
		u, err := p.dossiers.UploadOf(ctx, c.Scope, id, file)
		return u.FileName, err
	}
	place.Sources = func() (form.Sources, error) { return p.asked.Sources(ctx, a, f.Definition.ID, "") }
	place.Save = func(in questionnaire.Posted) error { return p.products.Save(ctx, a, id, in) }
	place.Parked = func() ([][2]string, error) {
		parked, err := p.ids.ParkedAt(ctx, c.Scope, c.Path())
		return parked.Fields, err
	}
	place.Unpark = func() error { return p.ids.Unpark(ctx, c.Scope) }
	place.Foot = foot(c, place.Href+"/discard", c.T("product.kept", "date", c.Texts.Date(f.EndsAt.Time)))
	return f, place, nil
}

func (p *Pages) fill(c *web.Ctx, a access.Client) error { return p.fillWith(c, a, 200, "") }

func (p *Pages) fillWith(c *web.Ctx, a access.Client, status int, general string) error {
	f, place, err := p.own(c, a)
	if err != nil {
		return err
	}
	if f.Dossier != "" {
		return c.See("/dossiers/" + f.Dossier)
	}
	summary := func(frame ui.Frame) templ.Component { return ownSummary(c, frame, place, f, general) }
	if general != "" {
		return c.Render(status, summary(c.Frame(c.T("page.error_title", "title", place.Title))))
	}
	return place.Show(c, summary)
}

func (p *Pages) save(c *web.Ctx, a access.Client) error {
	f, place, err := p.own(c, a)
	if err != nil {
		return err
	}
	if f.Dossier != "" {
		return errs.New(errs.Conflict, "product.sent_already")
	}
	return place.Take(c)
}

func (p *Pages) send(c *web.Ctx, a access.Client) error {
	ctx := c.R.Context()
	made, err := p.products.Send(ctx, a, c.Param("application"), c.Texts.Lang())
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Conflict {
		return p.fillWith(c, a, 409, c.T(e.Key, e.Args...))
	}
	if err != nil {
		return err
	}
	d, err := dossier.ForClient(ctx, p.db, a, made)
	if err != nil {
		return err
	}
	return c.Done("/dossiers/"+made, "product.sent", "number", d.Number)
}

func (p *Pages) discard(c *web.Ctx, a access.Client) error {
	if err := p.products.Discard(c.R.Context(), a, c.Param("application")); err != nil {
		return err
	}
	return c.Done("/products", "product.discarded")
}
