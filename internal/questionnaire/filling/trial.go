package filling

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Trial is a form that is tried out. What is filled in stands in the page alone and comes back with it, so that nothing is
// kept of it.
type Trial struct {
	Definition *form.Definition
	Title      string
	Href       string // at which it is tried out
	Today      form.Today
	// Frame is the page around what the client sees.
	Frame func(title string, content templ.Component) templ.Component
}

// trialCarry is the field in which the pages that were filled in come back.
const trialCarry = "carry"

// back is the button that shows the page before, without keeping this one.
const back = "back."

// Show shows the first page.
func (t Trial) Show(c *web.Ctx) error { return t.show(c, form.Saved{}, "") }

// place is the form with what was filled in so far.
func (t Trial) place(saved form.Saved) (Place, error) {
	carry, err := json.Marshal(saved)
	sheet := questionnaire.NewSheet(t.Definition, saved, map[string]int64{}, t.Today)
	for _, answers := range saved {
		for _, values := range answers {
			for _, id := range values {
				sheet.Files[id] = trialName(id)
			}
		}
	}
	return Place{Sheet: sheet, Title: t.Title, Href: t.Href, Today: t.Today, trial: &t, carry: string(carry)}, err
}

// show shows a page that stands or is next, or the summary.
func (t Trial) show(c *web.Ctx, saved form.Saved, page string) error {
	p, err := t.place(saved)
	if err != nil {
		return err
	}
	f := p.Progress.Filled(page)
	if f == nil && p.Progress.Next != nil {
		f = p.Progress.Filled(p.Progress.Next.ID)
	}
	if f == nil {
		return c.Render(200, t.Frame(c.T("questionnaire.check"), trialEnd(c, p)))
	}
	return pageView{p: p, page: f, typed: saved[f.Page.ID], once: web.OnceKey()}.render(c, 200)
}

// trialFile makes an id of the name of a file, as far as it goes into one, and trialName the name of that.
func trialFile(name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(name[:min(len(name), 48)]))
}

func trialName(id string) string {
	name, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil { // no file, but another answer
		return ""
	}
	return web.Clean(string(name))
}

// Take takes a page, and shows what comes after it.
func (t Trial) Take(c *web.Ctx) error {
	in, saved := newPosted(), form.Saved{}
	set := func(name, value string) {
		if name != trialCarry {
			in.set(name, value)
		} else if json.Unmarshal([]byte(value), &saved) != nil {
			saved = form.Saved{} // a tampered one: the trial begins again
		}
	}
	// A file is not taken in: its name stands for it.
	err := c.Parts(set, func(field, name string, _ io.Reader) error {
		if answer, ok := strings.CutPrefix(field, answerPrefix); ok && len(in.typed[answer]) < form.MaxFiles {
			in.typed[answer] = append(in.typed[answer], trialFile(name))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p, err := t.place(saved)
	if err != nil {
		return err
	}
	if page, ok := strings.CutPrefix(in.do, back); ok {
		return t.show(c, saved, page)
	}
	if p.Progress.Filled(in.page) == nil {
		return t.show(c, saved, "")
	}
	if in.do == look || in.repeats(t.Definition) {
		return p.again(c, 200, in, nil, "")
	}
	f, err := t.Definition.Save(saved, in.page, in.typed, t.Today)
	if errs.FieldsOf(err) != nil {
		return p.mend(c, in, named(ui.Problems(c.Texts, err)))
	}
	if err != nil {
		return err
	}
	if len(in.more(f)) > 0 {
		return p.mend(c, in, nil)
	}
	saved[in.page] = f.Answers
	return t.show(c, saved, "")
}
