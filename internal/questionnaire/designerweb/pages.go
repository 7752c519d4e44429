// Package designerweb is the pages on which an administrator makes a form, step by step: its pages, its questions, when
// they are asked, and the version that clients fill in.
package designerweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct{ drafts *questionnaire.Drafts }

// New returns the pages.
func New(qs *questionnaire.Questionnaires) *Pages { return &Pages{qs.Drafts()} }

const (
	listPath = "/settings/questionnaires"
	onePath  = listPath + "/{design}"
)

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage := access.OfficeWith(access.Manage)
	routes := []web.Route{
		{Method: web.Get, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.newPage)},
		{Method: web.Post, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.begin), Form: newForm{}},
		{Method: web.Post, Pattern: listPath + "/edit", Policy: manage, Handler: web.Staff(p.edit), Form: editForm{}},
		{Method: web.Get, Pattern: listPath + "/import", Policy: manage, Handler: web.Staff(p.importPage)},
		{Method: web.Post, Pattern: listPath + "/import", Policy: manage, Handler: web.Staff(p.take)},
		{Method: web.Get, Pattern: onePath, Policy: manage, Handler: web.Staff(p.overview)},
		{Method: web.Get, Pattern: onePath + "/export", Policy: manage, Handler: web.Staff(p.export)},
		{Method: web.Post, Pattern: onePath + "/publish", Policy: manage, Handler: web.Staff(p.publish), Form: endForm{}},
		{Method: web.Post, Pattern: onePath + "/discard", Policy: manage, Handler: web.Staff(p.discard), Form: endForm{}},
		{Method: web.Get, Pattern: onePath + "/try", Policy: manage, Handler: web.Staff(p.try)},
		{Method: web.Post, Pattern: onePath + "/try", Policy: manage, Handler: web.Staff(p.try)},
		{Method: web.Get, Pattern: onePath + "/general", Policy: manage, Handler: web.Staff(p.generalPage)},
		{Method: web.Post, Pattern: onePath + "/general", Policy: manage, Handler: web.Staff(p.general), Form: textForm{}},
		{Method: web.Get, Pattern: onePath + "/add-page", Policy: manage, Handler: web.Staff(p.addPagePage)},
		{Method: web.Post, Pattern: onePath + "/add-page", Policy: manage, Handler: web.Staff(p.addPage), Form: textForm{}},
		{Method: web.Get, Pattern: onePath + "/pages/{key}", Policy: manage, Handler: web.Staff(p.pagePage)},
		{Method: web.Post, Pattern: onePath + "/pages/{key}", Policy: manage, Handler: web.Staff(p.page), Form: textForm{}},
		{Method: web.Post, Pattern: onePath + "/pages/{key}/act", Policy: manage, Handler: web.Staff(p.actPage), Form: actForm{}},
		{Method: web.Get, Pattern: onePath + "/pages/{key}/add", Policy: manage, Handler: web.Staff(p.kinds)},
		{Method: web.Get, Pattern: onePath + "/pages/{key}/question", Policy: manage, Handler: web.Staff(p.addQuestionPage)},
		{Method: web.Post, Pattern: onePath + "/pages/{key}/question", Policy: manage, Handler: web.Staff(p.addQuestion), Form: questionForm{}},
		{Method: web.Get, Pattern: onePath + "/questions/{key}", Policy: manage, Handler: web.Staff(p.questionPage)},
		{Method: web.Post, Pattern: onePath + "/questions/{key}", Policy: manage, Handler: web.Staff(p.question), Form: questionForm{}},
		{Method: web.Post, Pattern: onePath + "/questions/{key}/act", Policy: manage, Handler: web.Staff(p.actQuestion), Form: actForm{}},
	}
	for _, k := range conditions {
		routes = append(routes, k.routes(p)...)
	}
	return web.InModule(tenant.ModuleQuestionnaires, routes)
}

func path(d questionnaire.Draft) string { return listPath + "/" + d.ID }

func titled(c *web.Ctx, code int, title string) ui.Frame {
	if code != http.StatusOK {
		title = c.T("page.error_title", "title", title)
	}
	return c.Frame(title)
}

type newForm struct {
	Once    string `form:"once"`
	Sample  string `form:"sample"`
	TitleNL string `form:"title_nl"`
	TitleEN string `form:"title_en"`
}

// newView is the page on which a form begins.
type newView struct {
	in       newForm
	samples  []ui.Option
	problems []ui.Problem
}

func (p *Pages) newPage(c *web.Ctx, _ access.Staff) error {
	return p.showNew(c, 200, newView{in: newForm{Once: web.OnceKey()}})
}

func (p *Pages) showNew(c *web.Ctx, code int, v newView) error {
	v.samples = []ui.Option{{Label: c.T("design.no_sample")}}
	for name, source := range form.Samples() {
		f, err := design.Read(source)
		if err != nil {
			return err
		}
		v.samples = append(v.samples, ui.Option{Value: name, Label: f.Title.In(c.Texts.Lang()), Chosen: name == v.in.Sample})
	}
	slices.SortFunc(v.samples[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return c.Render(code, newPage(c, titled(c, code, c.T("design.new")), v))
}

func (p *Pages) begin(c *web.Ctx, a access.Staff) error {
	var in newForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	var f errs.Fields
	start := questionnaire.Start{Sample: in.Sample}
	if in.Sample == "" {
		start.Title = say(&f, "title", in.TitleNL, in.TitleEN, true)
	}
	if len(f) > 0 {
		return p.showNew(c, 422, newView{in: in, problems: ui.Problems(c.Texts, f.Err())})
	}
	id, err := p.drafts.Begin(c.R.Context(), a, in.Once, start)
	if err != nil {
		return err
	}
	return c.Done(listPath+"/"+id, "design.begun")
}

type editForm struct {
	Once string `form:"once"`
	Form string `form:"form"`
}

// edit opens the draft of a form, or makes it.
func (p *Pages) edit(c *web.Ctx, a access.Staff) error {
	var in editForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	if in.Form == "" {
		return errs.Missing()
	}
	id, err := p.drafts.Begin(c.R.Context(), a, in.Once, questionnaire.Start{Form: in.Form})
	if err != nil {
		return err
	}
	return c.See(listPath + "/" + id)
}

// importView is the page on which a form comes from a file.
type importView struct {
	once     string
	problems []ui.Problem
	refused  []string
	general  string
}

func (p *Pages) importPage(c *web.Ctx, _ access.Staff) error {
	return c.Render(200, importPage(c, c.Frame(c.T("design.import")), importView{once: web.OnceKey()}))
}

// take makes a draft of a file. Nobody fills it in before an administrator has seen the difference.
func (p *Pages) take(c *web.Ctx, a access.Staff) error {
	once, source, err := received(c)
	var id string
	if err == nil {
		id, err = p.drafts.Take(c.R.Context(), a, once, source)
	}
	if err == nil {
		return c.Done(listPath+"/"+id, "design.taken")
	}
	v, code := importView{once: web.OnceKey()}, 422
	e, _ := errors.AsType[*errs.Error](err)
	refused, isRefused := errors.AsType[form.Refused](err)
	switch {
	case isRefused:
		v.refused = told(c, refused)
	case errs.FieldsOf(err) != nil:
		v.problems = ui.Problems(c.Texts, err)
	case e != nil && e.Kind == errs.Conflict:
		v.general, code = c.T(e.Key), 409
	default:
		return err
	}
	return c.Render(code, importPage(c, titled(c, code, c.T("design.import")), v))
}

// told is what package form says of a definition.
func told(c *web.Ctx, refused form.Refused) []string {
	list := make([]string, len(refused))
	for i, problem := range refused {
		list[i] = problem.Words(c.Texts)
	}
	return list
}

// received reads the form with the file.
func received(c *web.Ctx) (once string, source []byte, err error) {
	wrong := func(key string, err error) error {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "file", Key: key}}, Err: err}
	}
	err = c.Parts(func(name, value string) {
		if name == "once" {
			once = value
		}
	}, func(_, _ string, r io.Reader) error {
		if source, err = io.ReadAll(io.LimitReader(r, form.MaxBytes+1)); len(source) > form.MaxBytes {
			return wrong("design.file_large", nil)
		}
		source = []byte(strings.TrimPrefix(string(source), "\ufeff"))
		return err
	})
	if err == nil && len(source) == 0 {
		err = wrong("upload.none", nil)
	}
	return once, source, err
}

// overviewView is a draft with what it changes.
type overviewView struct {
	d       questionnaire.Draft
	open    []flaw
	changes []string
	refused []string
	general string
}

// flaw is what is not finished yet, with where it can be finished.
type flaw struct{ text, href string }

func (p *Pages) overview(c *web.Ctx, a access.Staff) error {
	return p.showOverview(c, a, 200, overviewView{})
}

func (p *Pages) showOverview(c *web.Ctx, a access.Staff, code int, v overviewView) error {
	d, err := p.drafts.Get(c.R.Context(), a, c.Param("design"))
	if err != nil {
		return err
	}
	v.d = d
	wrong, open, err := d.Form.Check()
	if err != nil {
		return err
	}
	v.refused = append(v.refused, told(c, wrong)...)
	for _, problem := range open {
		v.open = append(v.open, openFlaw(c, d, problem))
	}
	if d.Current != nil {
		for _, ch := range design.Compare(d.Current, d.Form) {
			v.changes = append(v.changes, c.T("design.change."+ch.What, "name", ch.Name.In(c.Texts.Lang())))
		}
	}
	return c.Render(code, overviewPage(c, titled(c, code, d.Title.In(c.Texts.Lang())), v))
}

func openFlaw(c *web.Ctx, d questionnaire.Draft, problem form.Problem) flaw {
	l := c.Texts.Lang()
	switch problem.Key {
	case "form.bad.empty_page":
		if n := problem.Place.Page; n >= 1 && n <= len(d.Form.Pages) {
			pg := d.Form.Pages[n-1]
			return flaw{c.T("design.open.page", "name", pg.Title.In(l)), path(d) + "/pages/" + pg.ID + "/add"}
		}
	case "form.bad.empty_group":
		if s, ok := d.Form.Find(problem.Place.ID); ok {
			return flaw{c.T("design.open.group", "name", s.Item.Label.In(l)), web.Link(path(d)+"/pages/"+s.Page.ID+"/add", "group", s.Item.ID)}
		}
	}
	return flaw{c.T("design.open.form"), path(d) + "/add-page"}
}

func (p *Pages) export(c *web.Ctx, a access.Staff) error {
	d, err := p.drafts.Get(c.R.Context(), a, c.Param("design"))
	if err != nil {
		return err
	}
	b, err := d.Form.Write()
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", filetype.Disposition("attachment", d.Name+".json"))
	h.Set("Cache-Control", "no-store, private")
	_, err = c.W.Write(b)
	return err
}

type endForm struct {
	Once    string `form:"once"`
	Version string `form:"version"`
	Number  string `form:"number"` // of the version to which the difference was shown
}

func (p *Pages) publish(c *web.Ctx, a access.Staff) error {
	return p.end(c, a, "design.published", func(ctx context.Context, id string, in questionnaire.Edit, number int64) error {
		return p.drafts.Publish(ctx, a, id, in, number)
	})
}

func (p *Pages) discard(c *web.Ctx, a access.Staff) error {
	return p.end(c, a, "design.discarded", func(ctx context.Context, id string, in questionnaire.Edit, _ int64) error {
		return p.drafts.Discard(ctx, a, id, in)
	})
}

// end does what ends a draft, and comes back to the overview when it cannot be done.
func (p *Pages) end(c *web.Ctx, a access.Staff, done string, do func(ctx context.Context, id string, in questionnaire.Edit, number int64) error) error {
	var in endForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	err := do(c.R.Context(), c.Param("design"), questionnaire.Edit{Once: in.Once, Version: number(in.Version)}, number(in.Number))
	_, isRefused := errors.AsType[form.Refused](err)
	switch {
	case err == nil:
		return c.Done(listPath, done)
	case errs.Is(err, errs.Conflict):
		return p.showOverview(c, a, 409, overviewView{general: c.T("design.ended_conflict")})
	case isRefused:
		return p.showOverview(c, a, 422, overviewView{general: c.T("design.not_finished")})
	}
	return err
}

// number reads a version or a count; nobody has -1, so that the form comes back.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// say makes a text of what was typed. Without English it has the Dutch words in both, which the check tells.
func say(f *errs.Fields, name, nl, en string, needed bool) form.Text {
	nl, en = strings.TrimSpace(nl), strings.TrimSpace(en)
	switch {
	case nl == "" && (needed || en != ""):
		f.Add(name+"_nl", "field.required")
		return nil
	case nl == "":
		return nil
	case en == "":
		en = nl
	}
	return form.Text{i18n.NL: nl, i18n.EN: en}
}

// english is the English of a text as its field shows it: nothing where it has the Dutch words.
func english(t form.Text) string {
	if t[i18n.EN] == t[i18n.NL] {
		return ""
	}
	return t[i18n.EN]
}
