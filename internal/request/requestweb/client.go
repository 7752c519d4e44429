package requestweb

import (
	"errors"
	"io"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/request"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// clientView is a request as its client sees it.
type clientView struct {
	q       request.Request
	once    string
	answers bool // he may answer
	general string
}

func (p *Pages) clientPage(c *web.Ctx, a access.Client) error {
	return p.showRequest(c, a, 200, "")
}

func (p *Pages) showRequest(c *web.Ctx, a access.Client, code int, general string) error {
	q, err := p.requests.Read(c.R.Context(), a, c.Param("dossier"), c.Param("request"))
	if err != nil {
		return err
	}
	v := clientView{q: q, once: web.OnceKey(), answers: q.Waits() && a.Can(access.UploadDocuments), general: general}
	return c.Render(code, requestPage(c, c.Frame(c.T("request.needed")), v))
}

// handIn hands in what was answered. What cannot be handed in any more is said on the page itself.
func (p *Pages) handIn(c *web.Ctx, a access.Client) error {
	var f onceForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	dossierID, id := c.Param("dossier"), c.Param("request")
	_, left, err := p.requests.HandIn(c.R.Context(), a, dossierID, id, f.Once)
	switch e, _ := errors.AsType[*errs.Error](err); {
	case e != nil && e.Kind == errs.Conflict:
		return p.showRequest(c, a, 409, c.T(e.Key, e.Args...))
	case err != nil:
		return err
	case left > 0:
		return c.Done(dossierHref(dossierID)+"/requests/"+id, "request.handed_in_part", "n", left)
	}
	return c.Done(dossierHref(dossierID)+"/requests/"+id, "request.handed_in_all")
}

// answerForm is an answer as it was posted.
type answerForm struct {
	Once, Way, Said, Why string
	Resumed              bool // typed before a session ended
	Together             bool
	Uploads              []string
}

func (f *answerForm) set(name, value string) {
	switch name {
	case "once":
		f.Once = value
	case "way":
		f.Way = value
	case "said":
		f.Said = value
	case "why":
		f.Why = value
	case "resumed":
		f.Resumed = value != ""
	case "together":
		f.Together = value != ""
	case "upload":
		f.Uploads = append(f.Uploads, value)
	}
}

// answer is what the form says: of the fields the one that goes with the way.
func (f answerForm) answer() request.Answer {
	in := request.Answer{Way: request.Way(f.Way), Said: f.Said, Uploads: f.Uploads, Together: f.Together}
	if in.Way == request.ByNone {
		in.Said = f.Why
	}
	return in
}

// answerView is the page on which a client answers one item.
type answerView struct {
	q        request.Request
	item     request.Item
	in       answerForm
	kept     []ui.KeptFile
	files    tenant.FileRule
	came     []string // the files that came with the form
	problems []ui.Problem
	general  string
}

// ways are how an item can be answered.
func (v answerView) ways(c *web.Ctx) []ui.Option {
	var out []ui.Option
	for _, w := range request.Ways {
		out = append(out, ui.Option{Value: string(w), Label: c.T("request.way." + string(w)), Chosen: string(w) == v.in.Way})
	}
	return out
}

// together asks whether photos become one PDF.
func (v answerView) together(c *web.Ctx) ui.Field {
	one := ui.Option{Value: "1", Label: c.T("request.together"), Hint: c.T("request.together_hint"), Chosen: v.in.Together}
	return ui.Field{Name: "together", Label: c.T("request.together_when"), Options: []ui.Option{one}}
}

func (v answerView) upload(c *web.Ctx) ui.Upload {
	return ui.Upload{
		Texts: c.Texts, Label: c.T("document.file"), Hint: c.T("request.files_hint"), Error: ui.ErrorOf(v.problems, "file"),
		Endpoint: dossierHref(v.q.Dossier) + "/uploads", Extensions: v.files.Takes(), MaxMB: v.files.ClientMaxMB, Kept: v.kept,
	}
}

// viewOf loads an item with what of it was saved.
func (p *Pages) viewOf(c *web.Ctx, a access.Client) (answerView, error) {
	q, item, err := p.requests.ReadItem(c.R.Context(), a, c.Param("dossier"), c.Param("item"))
	if err != nil {
		return answerView{}, err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return answerView{}, err
	}
	return answerView{q: q, item: item, files: t.Settings.Files}, nil
}

func (p *Pages) answerPage(c *web.Ctx, a access.Client) error {
	v, err := p.viewOf(c, a)
	if err != nil {
		return err
	}
	if !v.q.Waits() || !v.item.Waits() { // there is nothing to answer: how it stands is on the page of the request
		return c.See(href(v.q))
	}
	v.in = saved(v.item)
	if c.Query("resume") != "" {
		if err := p.resume(c, &v); err != nil {
			return err
		}
	}
	return p.showAnswer(c, 200, v)
}

// saved is the form with what was saved of an item; of one that was rejected, with what was handed in.
func saved(i request.Item) answerForm {
	f := answerForm{Once: web.OnceKey(), Way: string(i.Draft), Together: i.Together}
	said := i.DraftSaid
	if i.Draft == "" {
		f.Way, said = string(i.Answer), i.Said
	}
	switch request.Way(f.Way) {
	case request.ByText:
		f.Said = said
	case request.ByNone:
		f.Why = said
	case "":
		f.Way = string(request.ByFiles)
	}
	for _, k := range i.Kept {
		f.Uploads = append(f.Uploads, k.ID)
	}
	return f
}

// resume fills in what was typed before a session ended.
func (p *Pages) resume(c *web.Ctx, v *answerView) error {
	parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
	if err != nil || len(parked.Fields) == 0 {
		return err
	}
	v.in = answerForm{Resumed: true}
	for _, f := range parked.Fields {
		v.in.set(f[0], f[1])
	}
	return nil
}

// showAnswer shows the form with the files that are at the server: those that wait with the item, and the sender's own.
// One that is gone was handed in by another account.
func (p *Pages) showAnswer(c *web.Ctx, code int, v answerView) error {
	for _, id := range v.in.Uploads {
		if k, ok := keptBy(v.item, id); ok {
			v.kept = append(v.kept, k)
			continue
		}
		u, err := p.dossiers.UploadOf(c.R.Context(), c.Scope, v.q.Dossier, id)
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Conflict) || errs.Is(err, errs.Forbidden) {
			continue
		}
		if err != nil {
			return err
		}
		v.kept = append(v.kept, ui.KeptFile{ID: u.ID, Name: u.FileName, Size: u.Size})
	}
	title := v.item.Name
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, answerSheet(c, c.Frame(title), v))
}

func keptBy(i request.Item, id string) (ui.KeptFile, bool) {
	for _, k := range i.Kept {
		if k.ID == id {
			return ui.KeptFile{ID: k.ID, Name: k.FileName, Size: k.Size}, true
		}
	}
	return ui.KeptFile{}, false
}

// answer saves an answer. What is wrong comes back with all that was typed and the files that had arrived; when nothing
// can be handed in any more no file stays.
func (p *Pages) answer(c *web.Ctx, a access.Client) error {
	ctx := c.R.Context()
	v, err := p.viewOf(c, a)
	if err != nil {
		return err
	}
	if err := p.receive(c, &v); err != nil {
		return err
	}
	if len(v.problems) > 0 {
		return p.showAnswer(c, 422, v)
	}
	err = p.requests.Save(ctx, a, v.q.Dossier, v.item.ID, v.in.Once, v.in.answer())
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return p.answered(c, v)
	case e != nil && e.Kind == errs.Conflict:
		if err := p.dossiers.Forget(ctx, c.Scope, v.q.Dossier, v.came, nil); err != nil {
			return err
		}
		v.general = c.T("request.not_saved", "why", c.T(e.Key, e.Args...))
		return p.showAnswer(c, 409, v)
	case errs.FieldsOf(err) != nil:
		v.problems = ui.Problems(c.Texts, err)
		return p.showAnswer(c, 422, v)
	}
	return p.dossiers.Forget(ctx, c.Scope, v.q.Dossier, v.came, err)
}

// receive reads the form with its files as they stream in. A file to which nobody waits any more is not kept.
func (p *Pages) receive(c *web.Ctx, v *answerView) error {
	return c.Parts(v.in.set, func(_, name string, r io.Reader) error {
		u, err := p.dossiers.Receive(c.R.Context(), c.Scope, v.q.Dossier, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, r)
		if text := ui.FileProblem(c.Texts, name, err); text != "" {
			v.problems = append(v.problems, ui.Problem{Field: "file", Text: text})
			return nil
		}
		if err == nil {
			v.in.Uploads, v.came = append(v.in.Uploads, u.ID), append(v.came, u.ID)
		}
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Forbidden) {
			return nil
		}
		return err
	})
}

func (p *Pages) answered(c *web.Ctx, v answerView) error {
	if v.in.Resumed {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	return c.Done(href(v.q), "request.saved")
}
