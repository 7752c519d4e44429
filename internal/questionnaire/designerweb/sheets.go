package designerweb

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// sheetView is a form about one thing of a draft.
type sheetView struct {
	d        questionnaire.Draft
	at       string // the address
	once     string
	version  string
	problems []ui.Problem
	refused  []string // why what was asked cannot be, with the places
	general  string
	theirs   []both // what a colleague made of it meanwhile
}

// both is a field that has another value now than what was typed.
type both struct{ name, now string }

func (p *Pages) sheet(c *web.Ctx, a access.Staff) (sheetView, error) {
	d, err := p.drafts.Get(c.R.Context(), a, c.Param("design"))
	return sheetView{d: d, at: c.R.URL.Path, once: web.OnceKey(), version: strconv.FormatInt(d.Version, 10)}, err
}

// posted is what every form of a sheet has: its key, and the version that its writer saw.
type posted struct{ Once, Version string }

func (in posted) edit() questionnaire.Edit {
	return questionnaire.Edit{Once: in.Once, Version: number(in.Version)}
}

// save changes the draft, and shows the sheet again with what was typed when that cannot be. Now is what stands there, to
// be compared with what was typed after a colleague's change; nil for nothing.
func (p *Pages) save(c *web.Ctx, a access.Staff, in posted, change func(*design.Form) (string, error), done func(d questionnaire.Draft, result string) error, again func(code int, v sheetView) error) error {
	result, err := p.drafts.Change(c.R.Context(), a, c.Param("design"), in.edit(), change)
	v, loadErr := p.sheet(c, a)
	if loadErr != nil {
		return loadErr
	}
	if err == nil {
		return done(v.d, result)
	}
	used, isUsed := errors.AsType[design.Used](err)
	refused, isRefused := errors.AsType[form.Refused](err)
	stale := errs.Is(err, errs.NotFound) && v.d.Version != number(in.Version)
	switch {
	case errs.Is(err, errs.Conflict), stale:
		// The new version is in the form: who saves again has read what changed.
		v.general = c.T("design.conflict")
		if stale {
			v.general = c.T("design.gone")
		}
		return again(409, v)
	case isUsed:
		v.refused = usedWords(c, v.d, used)
	case isRefused:
		v.refused = told(c, refused)
	case errs.FieldsOf(err) != nil:
		v.problems = ui.Problems(c.Texts, err)
	default:
		return err
	}
	v.version = in.Version
	return again(422, v)
}

// usedWords says where what cannot go is needed.
func usedWords(c *web.Ctx, d questionnaire.Draft, used design.Used) []string {
	l := c.Texts.Lang()
	list := make([]string, len(used))
	for i, u := range used {
		_, n := d.Form.Page(u.Page.ID)
		if u.Item == nil {
			list[i] = c.T("design.used_page", "name", u.Of.Label.In(l), "page", u.Page.Title.In(l), "n", n+1)
		} else {
			list[i] = c.T("design.used", "name", u.Of.Label.In(l), "question", u.Item.Label.In(l), "page", u.Page.Title.In(l), "n", n+1)
		}
	}
	return list
}

// other returns the fields of a form that have another value now than what was typed, in their order.
func other(c *web.Ctx, typed, now any) []both {
	var list []both
	t, n := reflect.ValueOf(typed), reflect.ValueOf(now)
	for i := range t.NumField() {
		name := t.Type().Field(i).Tag.Get("form")
		if t.Field(i).Kind() != reflect.String || name == "once" || name == "version" || name == "kind" || name == "group" {
			continue
		}
		if value := n.Field(i).String(); value != t.Field(i).String() {
			list = append(list, both{fieldName(c, name), value})
		}
	}
	return list
}

// fieldName is the label of a field: that of a text, with its language.
func fieldName(c *web.Ctx, name string) string {
	for _, l := range i18n.Langs {
		if base, ok := strings.CutSuffix(name, "_"+string(l)); ok {
			return c.T("design.in."+string(l), "field", c.T("design.field."+base))
		}
	}
	return c.T("design.field." + name)
}

// textForm is a title and an introduction, of the form or of a page.
type textForm struct {
	Once    string `form:"once"`
	Version string `form:"version"`
	TitleNL string `form:"title_nl"`
	TitleEN string `form:"title_en"`
	IntroNL string `form:"intro_nl"`
	IntroEN string `form:"intro_en"`
}

func textsOf(title, intro form.Text) textForm {
	return textForm{TitleNL: title[i18n.NL], TitleEN: english(title), IntroNL: intro[i18n.NL], IntroEN: english(intro)}
}

func (in textForm) posted() posted { return posted{in.Once, in.Version} }

func (in textForm) texts() (title, intro form.Text, err error) {
	var f errs.Fields
	title, intro = say(&f, "title", in.TitleNL, in.TitleEN, true), say(&f, "intro", in.IntroNL, in.IntroEN, false)
	return title, intro, f.Err()
}

func (p *Pages) generalPage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	return c.Render(200, textSheet(c, c.Frame(c.T("design.general")), v, textsOf(v.d.Form.Title, v.d.Form.Intro), nil))
}

func (p *Pages) general(c *web.Ctx, a access.Staff) error {
	var in textForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		title, intro, err := in.texts()
		f.Title, f.Intro = title, intro
		return "", err
	}, func(d questionnaire.Draft, _ string) error { return c.Done(path(d), "design.saved") },
		func(code int, v sheetView) error {
			if code == 409 {
				v.theirs = other(c, in, textsOf(v.d.Form.Title, v.d.Form.Intro))
			}
			return c.Render(code, textSheet(c, titled(c, code, c.T("design.general")), v, in, nil))
		})
}

func (p *Pages) addPagePage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	return c.Render(200, textSheet(c, c.Frame(c.T("design.add_page")), v, textForm{}, &design.Page{}))
}

func (p *Pages) addPage(c *web.Ctx, a access.Staff) error {
	var in textForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		title, intro, err := in.texts()
		if err != nil {
			return "", err
		}
		return f.AddPage(title, intro), nil
	}, func(d questionnaire.Draft, id string) error {
		return c.Done(path(d)+"/pages/"+id+"/add", "design.page_added")
	}, func(code int, v sheetView) error {
		return c.Render(code, textSheet(c, titled(c, code, c.T("design.add_page")), v, in, &design.Page{}))
	})
}

// pageOf is the page of the address.
func pageOf(c *web.Ctx, f *design.Form) (*design.Page, error) {
	if pg, _ := f.Page(c.Param("key")); pg != nil {
		return pg, nil
	}
	return nil, errs.Missing()
}

func (p *Pages) pagePage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	pg, err := pageOf(c, v.d.Form)
	if err != nil {
		return err
	}
	return c.Render(200, textSheet(c, c.Frame(c.T("design.page")), v, textsOf(pg.Title, pg.Intro), pg))
}

func (p *Pages) page(c *web.Ctx, a access.Staff) error {
	var in textForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		pg, err := pageOf(c, f)
		if err != nil {
			return "", err
		}
		pg.Title, pg.Intro, err = in.texts()
		return pg.ID, err
	}, func(d questionnaire.Draft, id string) error { return c.Done(path(d)+"#page-"+id, "design.saved") },
		func(code int, v sheetView) error {
			pg, err := pageOf(c, v.d.Form)
			if err != nil { // a colleague took it away: what was typed is still there
				pg = &design.Page{ID: c.Param("key")}
			} else if code == 409 {
				v.theirs = other(c, in, textsOf(pg.Title, pg.Intro))
			}
			return c.Render(code, textSheet(c, titled(c, code, c.T("design.page")), v, in, pg))
		})
}

// actForm is what is done with a page or a question as a whole.
type actForm struct {
	Once    string `form:"once"`
	Version string `form:"version"`
	Do      string `form:"do"`
	To      string `form:"to"` // a page, or a page and a group of it
}

// posted has a key for each act: whoever goes back and chooses another has not clicked twice.
func (in actForm) posted() posted { return posted{in.Once + in.Do, in.Version} }

// What an act can be.
const (
	up, down, remove, copying, moving = "up", "down", "remove", "copy", "move"
)

// steps is how many places an act moves something.
var steps = map[string]int{up: -1, down: 1}

func (p *Pages) actPage(c *web.Ctx, a access.Staff) error {
	var in actForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		pg, err := pageOf(c, f)
		if err != nil {
			return "", err
		}
		if in.Do == remove {
			return "", f.RemovePage(pg.ID)
		}
		f.MovePage(pg.ID, steps[in.Do])
		return pg.ID, nil
	}, func(d questionnaire.Draft, id string) error {
		if in.Do == remove {
			return c.Done(path(d), "design.page_removed")
		}
		_, n := d.Form.Page(id)
		return c.Done(path(d)+"/pages/"+id, "design.page_moved", "n", n+1)
	}, p.notDone(c, a))
}

// notDone shows the sheet of what could not be moved or taken away, with the reason.
func (p *Pages) notDone(c *web.Ctx, a access.Staff) func(int, sheetView) error {
	return func(code int, v sheetView) error {
		v.at = strings.TrimSuffix(v.at, "/act")
		v.version = strconv.FormatInt(v.d.Version, 10)
		if code == 409 {
			v.general = c.T("design.act_conflict")
		}
		var sheet templ.Component
		frame := titled(c, code, c.T("design.page"))
		if pg, err := pageOf(c, v.d.Form); err == nil && strings.Contains(v.at, "/pages/") {
			sheet = textSheet(c, frame, v, textsOf(pg.Title, pg.Intro), pg)
		} else if s, ok := v.d.Form.Find(c.Param("key")); ok {
			sheet = questionSheet(c, frame, questionView{sheetView: v, in: questionOf(c, s.Item), spot: s})
		} else {
			return p.showOverview(c, a, code, overviewView{general: v.general})
		}
		return c.Render(code, sheet)
	}
}
