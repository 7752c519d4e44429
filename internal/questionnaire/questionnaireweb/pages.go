// Package questionnaireweb is the pages of questionnaires: filling in, the result, and the office's side.
package questionnaireweb

import (
	"io"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/form"
	"voordeur/internal/identity"
	"voordeur/internal/questionnaire"
	"voordeur/internal/questionnaire/filling"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	qs       *questionnaire.Questionnaires
	dossiers *dossier.Dossiers
	ids      *identity.Identity
}

// New returns the pages.
func New(qs *questionnaire.Questionnaires, ds *dossier.Dossiers, ids *identity.Identity) *Pages {
	return &Pages{qs, ds, ids}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read, work, manage := access.OfficeWith(access.Read), access.OfficeWith(access.Work), access.OfficeWith(access.Manage)
	see, fill := access.PortalWith(access.SeeDossiers), access.PortalWith(access.UploadDocuments)
	const all, one = "/dossiers/{dossier}/questionnaires", "/dossiers/{dossier}/questionnaires/{questionnaire}"
	return web.InModule(tenant.ModuleQuestionnaires, []web.Route{
		{Method: web.Get, Pattern: "/actions", Policy: see, Handler: web.Client(p.actions)},
		{Method: web.Get, Pattern: one, Policy: see, Handler: web.Client(p.fill)},
		{Method: web.Post, Pattern: one, Policy: fill, Handler: web.Client(p.save), Streams: true, Resumes: true},
		{Method: web.Post, Pattern: one + "/complete", Policy: fill, Handler: web.Client(p.complete)},
		{Method: web.Get, Pattern: all, Policy: read, Handler: web.Staff(p.list)},
		{Method: web.Post, Pattern: all, Policy: work, Handler: web.Staff(p.send), Form: sendForm{}},
		{Method: web.Get, Pattern: one, Policy: read, Handler: web.Staff(p.read)},
		{Method: web.Post, Pattern: one + "/withdraw", Policy: work, Handler: web.Staff(p.withdraw)},
		{Method: web.Post, Pattern: one + "/due", Policy: work, Handler: web.Staff(p.due), Form: dueForm{}},
		{Method: web.Post, Pattern: one + "/reopen", Policy: work, Handler: web.Staff(p.reopen)},
		{Method: web.Get, Pattern: formsPath, Policy: manage, Handler: web.Staff(p.forms)},
		{Method: web.Post, Pattern: formsPath, Policy: manage, Handler: web.Staff(p.add), Form: addForm{}},
	})
}

const formsPath = "/settings/questionnaires"

func href(q questionnaire.Questionnaire) string {
	return "/dossiers/" + q.Dossier + "/questionnaires/" + q.ID
}

func (p *Pages) actions(c *web.Ctx, a access.Client) error {
	waiting, err := p.qs.Waiting(c.R.Context(), a)
	if err != nil {
		return err
	}
	filled, err := p.qs.Filled(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, actionsPage(c, c.Frame(c.T("home.actions")), waiting, filled))
}

// place is where a questionnaire is filled in.
func (p *Pages) place(c *web.Ctx, a access.Client, f *questionnaire.Filling) filling.Place {
	ctx, at := c.R.Context(), href(f.Questionnaire)
	return filling.Place{
		Sheet: f.Sheet, Title: f.Title.In(c.Texts.Lang()), Due: until(c, f.Questionnaire), Href: at, Up: "/actions", UpName: c.T("home.actions"), Today: p.qs.Today(f, c.Texts.Lang()),
		Receive: func(name string, body io.Reader) (string, error) {
			u, err := p.dossiers.Receive(ctx, c.Scope, f.Dossier, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, body)
			return u.ID, err
		},
		FileName: func(id string) (string, error) {
			u, err := p.dossiers.UploadOf(ctx, c.Scope, f.Dossier, id)
			return u.FileName, err
		},
		Sources: func() (form.Sources, error) { return p.qs.Sources(ctx, a, f.Definition.ID, f.ID) },
		Save:    func(in questionnaire.Posted) error { return p.qs.Save(ctx, a, f.Dossier, f.ID, in) },
		Parked: func() ([][2]string, error) {
			parked, err := p.ids.ParkedAt(ctx, c.Scope, c.Path())
			return parked.Fields, err
		},
		Unpark: func() error { return p.ids.Unpark(ctx, c.Scope) },
	}
}

// fill shows the page that is next or asked for, the summary, or the result.
func (p *Pages) fill(c *web.Ctx, a access.Client) error {
	f, err := p.qs.Fill(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), c.Texts.Lang())
	if err != nil {
		return err
	}
	if !f.Waits() {
		return c.Render(200, resultPage(c, c.Frame(f.Title.In(c.Texts.Lang())), f))
	}
	place := p.place(c, a, f)
	return place.Show(c, func(frame ui.Frame) templ.Component { return summaryPage(c, frame, place) })
}

// save takes a page.
func (p *Pages) save(c *web.Ctx, a access.Client) error {
	f, err := p.qs.Fill(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), c.Texts.Lang())
	if err != nil {
		return err
	}
	return p.place(c, a, f).Take(c)
}

func (p *Pages) complete(c *web.Ctx, a access.Client) error {
	id := c.Param("questionnaire")
	if err := p.qs.Complete(c.R.Context(), a, c.Param("dossier"), id, c.Texts.Lang()); err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier")+"/questionnaires/"+id, "questionnaire.done")
}
