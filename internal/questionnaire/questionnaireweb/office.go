package questionnaireweb

import (
	"errors"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/identity"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

type sendForm struct {
	Once string `form:"once"`
	Form string `form:"form"`
	To   string `form:"to"`
	Due  string `form:"due"`
}

// sending reads to whom: a client, or one account of it.
func (f sendForm) sending(due time.Time) questionnaire.Sending {
	client, account, _ := strings.Cut(f.To, "/")
	return questionnaire.Sending{Form: f.Form, Client: client, Account: account, Due: due}
}

// lastDay reads the last day of a questionnaire, which may be left empty.
func lastDay(c *web.Ctx, typed string) (time.Time, []ui.Problem) {
	if typed == "" {
		return time.Time{}, nil
	}
	if t, ok := c.Day(typed); ok {
		return t, nil
	}
	return time.Time{}, []ui.Problem{{Field: "due", Text: c.T("questionnaire.no_date")}}
}

// listView is the questionnaires of a dossier with the form to send one.
type listView struct {
	d         dossier.Dossier
	list      []questionnaire.Questionnaire
	forms, to []ui.Option
	in        sendForm
	work      bool
	problems  []ui.Problem
	general   string
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	return p.listWith(c, a, 200, listView{in: sendForm{Once: web.OnceKey()}})
}

func (p *Pages) listWith(c *web.Ctx, a access.Staff, status int, v listView) error {
	ctx := c.R.Context()
	var err error
	if v.d, err = p.dossiers.StaffView(ctx, a, c.Param("dossier")); err != nil {
		return err
	}
	if v.list, err = p.qs.InDossier(ctx, a, v.d); err != nil {
		return err
	}
	if v.work = a.Can(access.Work); v.work {
		if err := p.choices(c, a, &v); err != nil {
			return err
		}
	}
	return c.Render(status, listPage(c, c.Frame(c.T("questionnaire.title")), v))
}

// choices are the forms that the office knows, and to whom one can be sent: every account of a party, or one of several.
func (p *Pages) choices(c *web.Ctx, a access.Staff, v *listView) error {
	ctx := c.R.Context()
	forms, err := p.qs.Forms(ctx, a)
	if err != nil {
		return err
	}
	for _, f := range forms {
		v.forms = append(v.forms, ui.Option{Value: f.ID, Label: f.Title.In(c.Texts.Lang()), Chosen: f.ID == v.in.Form})
	}
	parties, err := p.dossiers.Parties(ctx, a, v.d.ID)
	if err != nil {
		return err
	}
	contacts, err := p.ids.ContactsAmong(ctx, a, v.d.ID)
	if err != nil {
		return err
	}
	for _, party := range parties {
		accounts := slices.DeleteFunc(slices.Clone(contacts), func(k identity.Contact) bool { return k.Client != party.ID })
		if len(accounts) < 2 {
			v.to = append(v.to, ui.Option{Value: party.ID, Label: party.Name, Chosen: v.in.To == party.ID})
			continue
		}
		v.to = append(v.to, ui.Option{Value: party.ID, Label: c.T("questionnaire.to_all", "name", party.Name), Chosen: v.in.To == party.ID})
		for _, k := range accounts {
			value := party.ID + "/" + k.Account
			v.to = append(v.to, ui.Option{Value: value, Label: c.T("questionnaire.to_one", "name", k.Name, "client", party.Name), Chosen: v.in.To == value})
		}
	}
	return nil
}

func (p *Pages) send(c *web.Ctx, a access.Staff) error {
	var f sendForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("dossier")
	due, problems := lastDay(c, f.Due)
	if len(problems) > 0 {
		return p.listWith(c, a, 422, listView{in: f, problems: problems})
	}
	err := p.qs.Send(c.R.Context(), a, id, f.Once, f.sending(due))
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return c.Done("/dossiers/"+id+"/questionnaires", "questionnaire.sent")
	case e != nil && e.Kind == errs.Invalid:
		return p.listWith(c, a, 422, listView{in: f, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.listWith(c, a, 409, listView{in: f, general: c.T(e.Key, e.Args...)})
	}
	return err
}

func (p *Pages) read(c *web.Ctx, a access.Staff) error {
	return p.readWith(c, a, 200, readView{})
}

// readView is a questionnaire as the office sees it, with the form for its last day.
type readView struct {
	*questionnaire.Filling
	work     bool
	due      string // as it was typed
	problems []ui.Problem
	general  string
}

func (p *Pages) readWith(c *web.Ctx, a access.Staff, status int, v readView) error {
	var err error
	if v.Filling, err = p.qs.Read(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), c.Texts.Lang()); err != nil {
		return err
	}
	v.work = a.Can(access.Work)
	if status == 200 && !v.Due.IsZero() {
		v.due = v.Due.Format(time.DateOnly)
	}
	return c.Render(status, readPage(c, c.Frame(v.Title.In(c.Texts.Lang())), v))
}

type dueForm struct {
	Due string `form:"due"`
}

// due sets the last day of a questionnaire.
func (p *Pages) due(c *web.Ctx, a access.Staff) error {
	var f dueForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	due, problems := lastDay(c, f.Due)
	if len(problems) > 0 {
		return p.readWith(c, a, 422, readView{due: f.Due, problems: problems})
	}
	err := p.qs.SetDue(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire"), due)
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return c.Done("/dossiers/"+c.Param("dossier")+"/questionnaires", "questionnaire.due_set")
	case e != nil && e.Kind == errs.Invalid:
		return p.readWith(c, a, 422, readView{due: f.Due, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.readWith(c, a, 409, readView{due: f.Due, general: c.T(e.Key, e.Args...)})
	}
	return err
}

func (p *Pages) withdraw(c *web.Ctx, a access.Staff) error {
	if err := p.qs.Withdraw(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire")); err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier")+"/questionnaires", "questionnaire.taken_back")
}

func (p *Pages) reopen(c *web.Ctx, a access.Staff) error {
	if err := p.qs.Reopen(c.R.Context(), a, c.Param("dossier"), c.Param("questionnaire")); err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier")+"/questionnaires", "questionnaire.opened_again")
}

// formsView is the forms that the office knows, and what can be added.
type formsView struct {
	forms   []questionnaire.Form
	drafts  []questionnaire.Draft
	samples []ui.Option
	in      addForm
	refused []string
}

type addForm struct {
	Sample string `form:"sample"`
	Source string `form:"source"`
}

func (p *Pages) forms(c *web.Ctx, a access.Staff) error { return p.formsWith(c, a, 200, formsView{}) }

func (p *Pages) formsWith(c *web.Ctx, a access.Staff, status int, v formsView) error {
	var err error
	if v.forms, err = p.qs.Forms(c.R.Context(), a); err != nil {
		return err
	}
	if v.drafts, err = p.qs.Drafts().List(c.R.Context(), a); err != nil {
		return err
	}
	v.samples = []ui.Option{{Label: c.T("questionnaire.no_sample")}}
	for name, source := range form.Samples() {
		d, err := form.Parse(source)
		if err != nil {
			return err
		}
		v.samples = append(v.samples, ui.Option{Value: name, Label: d.Title.In(c.Texts.Lang()), Chosen: name == v.in.Sample})
	}
	slices.SortFunc(v.samples[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return c.Render(status, formsPage(c, c.Frame(c.T("settings.questionnaires")), v))
}

// add makes a form known: one of the samples, or the text of a file. A bad one comes back with every place and reason.
func (p *Pages) add(c *web.Ctx, a access.Staff) error {
	var f addForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	source := []byte(f.Source)
	if f.Sample != "" {
		source = form.Samples()[f.Sample]
	}
	err := p.qs.Add(c.R.Context(), a, source)
	if refused, ok := errors.AsType[form.Refused](err); ok {
		v := formsView{in: f}
		for _, problem := range refused {
			v.refused = append(v.refused, problem.Words(c.Texts))
		}
		return p.formsWith(c, a, 422, v)
	}
	if err != nil {
		return err
	}
	return c.Done(formsPath, "questionnaire.form_known")
}
