package designerweb

import (
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// questionView is the sheet of a question.
type questionView struct {
	sheetView
	in   questionForm
	spot design.Spot // where it stands; an Item without an id is one that is added
}

func (p *Pages) kinds(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	pg, err := pageOf(c, v.d.Form)
	if err != nil {
		return err
	}
	spot := design.Spot{Page: pg}
	if id := c.Query("group"); id != "" {
		s, ok := v.d.Form.Find(id)
		if !ok || s.Page != pg || s.Item.Kind != design.Group {
			return errs.Missing()
		}
		spot.Group = s.Item
	}
	return c.Render(200, kindsPage(c, c.Frame(c.T("design.add_question")), v, spot))
}

// fresh is the view of a question that is added.
func (p *Pages) fresh(c *web.Ctx, v sheetView, in questionForm) (questionView, error) {
	if !slices.Contains(form.Kinds, form.Kind(in.Kind)) && (form.Kind(in.Kind) != design.Group || in.Group != "") {
		return questionView{}, errs.Missing()
	}
	q := questionView{sheetView: v, in: in, spot: design.Spot{Page: &design.Page{ID: c.Param("key")}, Item: &design.Item{Kind: form.Kind(in.Kind)}}}
	if pg, _ := v.d.Form.Page(c.Param("key")); pg != nil {
		q.spot.Page, q.spot.At = pg, len(pg.Questions)
	}
	if s, ok := v.d.Form.Find(in.Group); ok {
		q.spot.Group, q.spot.At = s.Item, len(s.Item.Questions)
	}
	return q, nil
}

func (p *Pages) addQuestionPage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	if _, err := pageOf(c, v.d.Form); err != nil {
		return err
	}
	kind := c.Query("kind")
	if kind == "" { // it is chosen first
		return c.See(path(v.d) + "/pages/" + c.Param("key") + "/add")
	}
	in := questionForm{Kind: kind, Group: c.Query("group"), Required: always, How: design.Sum, Repeats: "on"}
	q, err := p.fresh(c, v, in)
	if err != nil {
		return err
	}
	return c.Render(200, questionSheet(c, c.Frame(c.T("design.add_question")), q))
}

func (p *Pages) addQuestion(c *web.Ctx, a access.Staff) error {
	var in questionForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	if _, err := p.fresh(c, v, in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		q := &design.Item{Kind: form.Kind(in.Kind)}
		if q.Kind == design.Group {
			q.Questions = []*design.Item{}
		}
		if err := in.apply(c, q); err != nil {
			return "", err
		}
		return q.ID, f.Add(q, c.Param("key"), in.Group)
	}, func(d questionnaire.Draft, _ string) error {
		return c.Done(path(d)+"#page-"+c.Param("key"), "design.question_added")
	}, func(code int, v sheetView) error {
		q, err := p.fresh(c, v, in)
		if err != nil {
			return err
		}
		return c.Render(code, questionSheet(c, titled(c, code, c.T("design.add_question")), q))
	})
}

func (p *Pages) questionPage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	s, ok := v.d.Form.Find(c.Param("key"))
	if !ok {
		return errs.Missing()
	}
	return c.Render(200, questionSheet(c, c.Frame(c.T("design.question")), questionView{sheetView: v, in: questionOf(c, s.Item), spot: s}))
}

func (p *Pages) question(c *web.Ctx, a access.Staff) error {
	var in questionForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		s, ok := f.Find(c.Param("key"))
		if !ok {
			return "", errs.Missing()
		}
		in.Kind = string(s.Item.Kind)
		return s.Page.ID, in.apply(c, s.Item)
	}, func(d questionnaire.Draft, page string) error {
		return c.Done(path(d)+"#page-"+page, "design.saved")
	}, func(code int, v sheetView) error {
		q := questionView{sheetView: v, in: in}
		if s, ok := v.d.Form.Find(c.Param("key")); ok {
			q.spot = s
			if code == 409 {
				q.theirs = other(c, in, questionOf(c, s.Item))
			}
		} else { // a colleague took it away: what was typed is still there
			q.spot = design.Spot{Page: &design.Page{}, Item: &design.Item{ID: c.Param("key"), Kind: form.Kind(in.Kind)}}
		}
		return c.Render(code, questionSheet(c, titled(c, code, c.T("design.question")), q))
	})
}

func (p *Pages) actQuestion(c *web.Ctx, a access.Staff) error {
	var in actForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		id := c.Param("key")
		if _, ok := f.Find(id); !ok {
			return "", errs.Missing()
		}
		switch in.Do {
		case remove:
			return "", f.Remove(id)
		case copying:
			return f.Copy(id)
		case moving:
			page, group, _ := strings.Cut(in.To, "/")
			return id, f.MoveTo(id, page, group)
		}
		f.Move(id, steps[in.Do])
		return id, nil
	}, func(d questionnaire.Draft, id string) error {
		s, ok := d.Form.Find(id)
		switch {
		case in.Do == copying:
			return c.Done(path(d)+"/questions/"+id, "design.copied")
		case in.Do == remove || !ok:
			return c.Done(path(d), "design.removed")
		}
		return c.Done(path(d)+"/questions/"+id, "design.moved", "n", s.At+1, "page", s.Page.Title.In(c.Texts.Lang()))
	}, p.notDone(c, a))
}

// places are the pages and groups to which a question can be moved, without the one where it stands.
func places(c *web.Ctx, f *design.Form, s design.Spot) []ui.Option {
	var list []ui.Option
	l := c.Texts.Lang()
	for i, pg := range f.Pages {
		if pg != s.Page || s.Group != nil {
			list = append(list, ui.Option{Value: pg.ID, Label: c.T("design.place_page", "n", i+1, "name", pg.Title.In(l))})
		}
		for _, g := range pg.Questions {
			if g.Kind == design.Group && g != s.Group && s.Item.Kind != design.Group {
				list = append(list, ui.Option{Value: pg.ID + "/" + g.ID, Label: c.T("design.place_group", "n", i+1, "name", g.Label.In(l))})
			}
		}
	}
	return list
}

func (v questionView) radio(c *web.Ctx, key, chosen string, values ...string) []ui.Option {
	list := make([]ui.Option, len(values))
	for i, value := range values {
		list[i] = ui.Option{Value: value, Label: c.T(key + "." + value), Chosen: value == chosen}
	}
	return list
}

// numbers are the questions whose answers can be computed with, as far as they stand before this one.
func (v questionView) numbers(c *web.Ctx, chosen string) []ui.Option {
	list := []ui.Option{{Label: c.T("design.nothing"), Chosen: chosen == ""}}
	for s := range v.d.Form.Spots {
		if s.Item.ID == v.spot.Item.ID {
			break
		}
		k := s.Item.Kind
		if k == form.Number || k == form.Amount || k == form.Computed || k == design.Group && s.Item.Repeat != nil {
			list = append(list, ui.Option{Value: s.Item.ID, Label: s.Item.Label.In(c.Texts.Lang()), Chosen: s.Item.ID == chosen})
		}
	}
	return list
}

func (v questionView) sources(c *web.Ctx) []ui.Option {
	var list []ui.Option
	for _, s := range v.spot.Item.Kind.Sources() {
		list = append(list, ui.Option{Value: s, Label: c.T("design.source." + s), Chosen: slices.Contains(v.in.Prefill, s)})
	}
	return list
}
