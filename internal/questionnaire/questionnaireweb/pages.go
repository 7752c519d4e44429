// Package questionnaireweb is the pages of questionnaires: filling in, the result, and the office's side.
package questionnaireweb

import (
	"errors"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/identity"
	"voordeur/internal/questionnaire"
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

// pageView is a page of a questionnaire that is being filled in.
type pageView struct {
	f        *questionnaire.Filling
	page     *form.Filled
	typed    form.Answers
	sources  map[string]string // from where a field was filled in, by its name
	once     string
	version  int64
	resumed  bool
	problems []ui.Problem
	general  string
	fresh    map[string]string // names of files that have come in with this form, by upload
}

// fill shows the page that is next or asked for, the summary, or the result.
func (p *Pages) fill(c *web.Ctx, a access.Client) error {
	f, err := p.qs.Fill(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), c.Texts.Lang())
	if err != nil {
		return err
	}
	frame := c.Frame(f.Title.In(c.Texts.Lang()))
	if !f.Waits() {
		return c.Render(200, resultPage(c, frame, f))
	}
	if c.Query("resume") != "" {
		if done, err := p.resume(c, f); done || err != nil {
			return err
		}
	}
	page := f.State.Filled(c.Query("page"))
	if page == nil && f.State.Next != nil {
		page = f.State.Filled(f.State.Next.ID)
	}
	if page == nil {
		return c.Render(200, summaryPage(c, frame, f))
	}
	v := pageView{f: f, page: page, typed: f.Saved[page.Page.ID], once: web.OnceKey(), version: f.Versions[page.Page.ID]}
	if !page.Saved {
		if err := p.offer(c, a, &v); err != nil {
			return err
		}
	}
	return p.render(c, 200, v)
}

// offer fills in, on a page that was never saved, what is known already.
func (p *Pages) offer(c *web.Ctx, a access.Client, v *pageView) error {
	from, err := p.qs.Sources(c.R.Context(), a, v.f)
	if err != nil {
		return err
	}
	v.typed, v.sources = form.Answers{}, map[string]string{}
	for _, field := range v.page.Fields() {
		if offers := v.f.State.Offers(field, from); len(offers) > 0 {
			for name, answer := range offers[0].Answers {
				v.typed[name] = answer
			}
			v.sources[field.Name] = sourceText(offers[0].Source)
		}
	}
	return nil
}

func (p *Pages) render(c *web.Ctx, status int, v pageView) error {
	return c.Render(status, fillPage(c, c.Frame(v.page.Page.Title.In(c.Texts.Lang())), v))
}

// resume shows a page with what was typed before a session ended, and reports whether there was any.
func (p *Pages) resume(c *web.Ctx, f *questionnaire.Filling) (bool, error) {
	parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
	if err != nil || len(parked.Fields) == 0 {
		return false, err
	}
	in := newPosted()
	for _, field := range parked.Fields {
		in.set(field[0], field[1])
	}
	in.resumed = true
	if f.State.Filled(in.page) == nil {
		return false, nil
	}
	return true, p.again(c, 200, f, in, nil, "")
}

// save takes a page: "Volgende" keeps it, the buttons of a group that repeats only change the page.
func (p *Pages) save(c *web.Ctx, a access.Client) error {
	f, err := p.qs.Fill(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), c.Texts.Lang())
	if err != nil {
		return err
	}
	in, problems, err := p.receive(c, f)
	if err != nil {
		return err
	}
	if in.repeats(f.Definition) || len(problems) > 0 {
		if f.State.Filled(in.page) == nil {
			return errs.New(errs.Conflict, "questionnaire.stale")
		}
		if len(problems) > 0 {
			return p.again(c, 422, f, in, problems, "")
		}
		return p.again(c, 200, f, in, nil, "")
	}
	err = p.qs.Save(c.R.Context(), a, f.Dossier, f.ID, questionnaire.Posted{Once: in.once, Page: in.page, Version: in.version, Answers: in.typed, Lang: c.Texts.Lang()})
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return p.saved(c, f, in)
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		return p.again(c, 422, f, in, named(ui.Problems(c.Texts, err)), "")
	case e != nil && e.Kind == errs.Conflict && f.State.Filled(in.page) != nil:
		// What was typed is still there, beside the reason; a page that a colleague saved can be saved again.
		return p.again(c, 409, f, in, nil, c.T(e.Key, e.Args...))
	}
	return err
}

func (p *Pages) saved(c *web.Ctx, f *questionnaire.Filling, in *posted) error {
	if in.resumed {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	return c.See(href(f.Questionnaire))
}

// again gives a page back as it was typed.
func (p *Pages) again(c *web.Ctx, status int, f *questionnaire.Filling, in *posted, problems []ui.Problem, general string) error {
	v := pageView{
		f: f, page: f.Try(in.page, in.typed, p.qs.Today(f, c.Texts.Lang())), typed: in.typed, once: web.OnceKey(), version: f.Versions[in.page],
		resumed: in.resumed, problems: problems, general: general, fresh: map[string]string{},
	}
	for _, field := range v.page.Fields() {
		if field.Question.Kind != form.File {
			continue
		}
		// One that is gone was delivered by the first of two clicks.
		for _, id := range in.typed[field.Name][:min(form.MaxFiles, len(in.typed[field.Name]))] {
			if u, err := p.dossiers.UploadOf(c.R.Context(), c.Scope, f.Dossier, id); err == nil {
				v.fresh[id] = u.FileName
			}
		}
	}
	return p.render(c, status, v)
}

func (p *Pages) complete(c *web.Ctx, a access.Client) error {
	id := c.Param("questionnaire")
	if err := p.qs.Complete(c.R.Context(), a, c.Param("dossier"), id, c.Texts.Lang()); err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier")+"/questionnaires/"+id, "questionnaire.done")
}

// number is where a page stands among those that are asked so far.
func (v pageView) number() int {
	for i, f := range v.f.State.Pages {
		if f.Page == v.page.Page {
			return i + 1
		}
	}
	return 1
}

// previous is the address of the page before this one, "" for none.
func (v pageView) previous() string {
	if before := v.f.State.Before(v.page.Page.ID); before != nil {
		return web.Link(href(v.f.Questionnaire), "page", before.ID)
	}
	return ""
}

func sourceText(source string) string {
	if strings.HasPrefix(source, "client.") {
		return "questionnaire.from_client"
	}
	return "questionnaire.from_earlier"
}

// named gives problems the names of the fields of the page.
func named(list []ui.Problem) []ui.Problem {
	for i := range list {
		list[i].Field = answerPrefix + list[i].Field
	}
	return list
}
