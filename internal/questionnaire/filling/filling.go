// Package filling is the pages on which a form is filled in, whatever it is a part of: a page of questions that is
// saved and comes back when something is wrong, and the summary.
package filling

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Place is a form that is being filled in, and what happens with it there.
type Place struct {
	*questionnaire.Sheet
	Title, Href string // its name, and the address at which it is filled in
	Due         string // until when that can be done, in words; "" for no end
	Up, UpName  string // the page above the first one
	Today       form.Today
	// Receive takes in a file and returns its id, and FileName the name of one that is not saved yet; nil where no
	// files are taken.
	Receive  func(name string, body io.Reader) (string, error)
	FileName func(id string) (string, error)
	// Sources are what a page that was never saved can begin with; nil for nothing.
	Sources func() (form.Sources, error)
	Save    func(questionnaire.Posted) error
	// Parked is what was typed before a session ended, and Unpark forgets that; nil where there are no sessions.
	Parked func() ([][2]string, error)
	Unpark func() error
	// Foot stands below each page and the summary; nil for nothing.
	Foot templ.Component

	trial *Trial // whose it is, nil for none
	carry string // what was filled in so far in a trial
}

// pageView is a page of a form that is being filled in.
type pageView struct {
	p        Place
	page     *form.Filled
	typed    form.Answers
	begins   bool                    // it was never saved: what is known fills it in
	offers   map[string][]form.Offer // what is known for a question, by the name of its field
	once     string
	version  int64
	resumed  bool
	problems []ui.Problem
	general  string
	more     []form.Field      // that came up by what was answered
	fresh    map[string]string // names of files that have come in with this form, by upload
}

// Show shows the page that is next or asked for, or the summary.
func (p Place) Show(c *web.Ctx, summary func(ui.Frame) templ.Component) error {
	if c.Query("resume") != "" && p.Parked != nil {
		if done, err := p.resume(c); done || err != nil {
			return err
		}
	}
	page := p.Progress.Filled(c.Query("page"))
	if page == nil && p.Progress.Next != nil {
		page = p.Progress.Filled(p.Progress.Next.ID)
	}
	if page == nil {
		return c.Render(200, summary(c.Frame(p.Title)))
	}
	v := pageView{p: p, page: page, typed: p.Saved[page.Page.ID], once: web.OnceKey(), version: p.Versions[page.Page.ID]}
	came := strings.Fields(c.Query("more"))
	v.more = questions(page, func(f form.Field) bool { return slices.Contains(came, f.Name) })
	v.begins = !page.Saved
	return v.render(c, 200)
}

func (v pageView) render(c *web.Ctx, status int) error {
	if err := v.know(); err != nil {
		return err
	}
	if t := v.p.trial; t != nil {
		return c.Render(status, t.Frame(v.page.Page.Title.In(c.Texts.Lang()), trialPage(c, v)))
	}
	return c.Render(status, fillPage(c, c.Frame(v.page.Page.Title.In(c.Texts.Lang())), v))
}

// resume shows a page with what was typed before a session ended, and reports whether there was any.
func (p Place) resume(c *web.Ctx) (bool, error) {
	fields, err := p.Parked()
	if err != nil || len(fields) == 0 {
		return false, err
	}
	in := newPosted()
	for _, field := range fields {
		in.set(field[0], field[1])
	}
	in.resumed = true
	if p.Progress.Filled(in.page) == nil {
		return false, nil
	}
	return true, p.again(c, 200, in, nil, "")
}

// look is what a script asks for when an answer was given on which more of the page depends: the page as it is then.
const look = "look"

// Take takes a page: "Volgende" keeps it; a look at it, what is known, and the buttons of a group that repeats, only change the page.
func (p Place) Take(c *web.Ctx) error {
	in, problems, err := p.receive(c)
	if err != nil {
		return err
	}
	known, err := p.takes(in)
	if err != nil {
		return err
	}
	if known || in.do == look || in.repeats(p.Definition) || len(problems) > 0 {
		if p.Progress.Filled(in.page) == nil {
			return errs.New(errs.Conflict, "questionnaire.stale")
		}
		if len(problems) > 0 {
			return p.again(c, 422, in, problems, "")
		}
		return p.again(c, 200, in, nil, "")
	}
	err = p.Save(questionnaire.Posted{Once: in.once, Page: in.page, Version: in.version, Answers: in.typed, Lang: c.Texts.Lang()})
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return p.saved(c, in)
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		return p.mend(c, in, named(ui.Problems(c.Texts, err)))
	case e != nil && e.Kind == errs.Conflict && p.Progress.Filled(in.page) != nil:
		// What was typed is still there, beside the reason; a page that a colleague saved can be saved again.
		return p.again(c, 409, in, nil, c.T(e.Key, e.Args...))
	}
	return err
}

func (p Place) saved(c *web.Ctx, in *posted) error {
	if in.resumed && p.Unpark != nil {
		if err := p.Unpark(); err != nil {
			return err
		}
	}
	if more := in.more(p.Try(in.page, in.typed, p.Today)); len(more) > 0 {
		return c.See(p.asking(in.page, more))
	}
	return c.See(p.Href)
}

// mend gives a page back with what is wrong with it, and with what came up by its answers.
func (p Place) mend(c *web.Ctx, in *posted, problems []ui.Problem) error {
	v := p.typed(in)
	v.more = in.more(v.page)
	if v.problems = seen(problems, v.more); len(v.problems) == 0 {
		return v.render(c, 200)
	}
	return v.render(c, 422)
}

// again gives a page back as it was typed.
func (p Place) again(c *web.Ctx, status int, in *posted, problems []ui.Problem, general string) error {
	v := p.typed(in)
	v.problems, v.general = problems, general
	return v.render(c, status)
}

// typed is a page as it was typed.
func (p Place) typed(in *posted) pageView {
	v := pageView{
		p: p, page: p.Try(in.page, in.typed, p.Today), typed: in.typed, once: web.OnceKey(), version: p.Versions[in.page],
		resumed: in.resumed, fresh: map[string]string{},
	}
	for _, field := range v.page.Fields() {
		if field.Question.Kind == form.File && p.trial != nil {
			for _, id := range in.typed[field.Name] {
				v.fresh[id] = trialName(id)
			}
		}
		if field.Question.Kind != form.File || p.FileName == nil {
			continue
		}
		// One that is gone was delivered by the first of two clicks.
		for _, id := range in.typed[field.Name][:min(form.MaxFiles, len(in.typed[field.Name]))] {
			if name, err := p.FileName(id); err == nil {
				v.fresh[id] = name
			}
		}
	}
	return v
}

// saving says what "Volgende" does.
func (p Place) saving(c *web.Ctx) string {
	if p.trial != nil {
		return c.T("design.trial_saves")
	}
	if p.Parked == nil {
		return c.T("questionnaire.saving_here")
	}
	return strings.TrimSpace(p.Due + " " + c.T("questionnaire.saving"))
}

// number is where a page stands among those that are asked so far.
func (v pageView) number() int {
	for i, f := range v.p.Progress.Pages {
		if f.Page == v.page.Page {
			return i + 1
		}
	}
	return 1
}

// previous is the address of the page before this one, "" for none.
func (v pageView) previous() string {
	if before := v.p.Progress.Before(v.page.Page.ID); before != nil {
		return web.Link(v.p.Href, "page", before.ID)
	}
	return ""
}

// named gives problems the names of the fields of the page.
func named(list []ui.Problem) []ui.Problem {
	for i := range list {
		list[i].Field = answerPrefix + list[i].Field
	}
	return list
}
