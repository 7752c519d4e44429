package dossierweb

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const bulkPath = "/dossiers/bulk"

// bulkForm is an act for several dossiers: which they are, what is done, and on which state of each that was decided.
type bulkForm struct {
	Once    string   `form:"once"`
	Act     string   `form:"act"`
	From    string   `form:"from"` // the list as it was, to go back to
	Dossier []string `form:"dossier"`
	Seen    []string `form:"seen"`   // id and stamp of each, once it was looked at
	Status  string   `form:"status"` // what it is called
	Note    string   `form:"note"`
	To      string   `form:"to"` // handler-id or department-id
	Do      string   `form:"do"` // look or act
}

// bulkView is the pages of an act: the choice, what will happen, and what happened.
type bulkView struct {
	in           bulkForm
	kind         dossier.ActKind
	chosen       []dossier.Dossier
	gone         int // of those chosen, how many are not there for him
	defs         map[dossiertype.Ref]dossiertype.Definition
	statuses, to []ui.Option
	act          dossier.Act
	toName       string // of the colleague or the department
	effects      []dossier.Effect
	untried      []dossier.Dossier // to which nothing was done, because something broke
	problems     []ui.Problem
	general      string // what is wrong with the choice itself
}

// pickedMark is in the address of a list of which every row is chosen.
const pickedMark = "picked"

// address is that of the list, with every row chosen or none.
func (v listView) address(c *web.Ctx, picked bool) string {
	q := c.R.URL.Query()
	q.Del(pickedMark)
	if picked {
		q.Set(pickedMark, "all")
	}
	if len(q) == 0 {
		return "/dossiers"
	}
	return "/dossiers?" + q.Encode()
}

// pickWords are what the script says of how many are chosen.
func pickWords(c *web.Ctx) (string, error) {
	return templ.JSONString(map[string]string{"one": c.T("bulk.picked.one"), "other": c.T("bulk.picked.other"), "none": c.T("bulk.picked_none")})
}

// list is the address of the list from which one came.
func (f bulkForm) list() string {
	if web.Local(f.From) && (f.From == "/dossiers" || strings.HasPrefix(f.From, "/dossiers?")) {
		return f.From
	}
	return "/dossiers"
}

// stampOf is the state on which an act on a dossier was decided, "" for none.
func (f bulkForm) stampOf(id string) string {
	for _, seen := range f.Seen {
		if stamp, ok := strings.CutPrefix(seen, id+":"); ok {
			return stamp
		}
	}
	return ""
}

// bulkPage asks what is to be done with the dossiers that were chosen in the list.
func (p *Pages) bulkPage(c *web.Ctx, a access.Staff) error {
	return p.bulkStep(c, a, bulkForm{Once: web.OnceKey(), Act: c.Query("act"), From: c.Query("from"), Dossier: c.Queries("dossier")})
}

// bulk shows what an act will do, and does it.
func (p *Pages) bulk(c *web.Ctx, a access.Staff) error {
	var f bulkForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	return p.bulkStep(c, a, f)
}

func (p *Pages) bulkStep(c *web.Ctx, a access.Staff, f bulkForm) error {
	v, err := p.bulkOf(c, a, f)
	if err != nil {
		return err
	}
	if v.general != "" {
		return p.showBulk(c, 422, v)
	}
	// To publish there is nothing to choose.
	if f.Do == "" && v.kind != dossier.ActPublish {
		return p.showBulk(c, 200, v)
	}
	if v.problems = v.decide(c); len(v.problems) > 0 {
		return p.showBulk(c, 422, v)
	}
	if f.Do == "act" {
		return p.bulkAct(c, a, v)
	}
	for _, d := range v.chosen {
		e, err := p.dossiers.Foresee(c.R.Context(), a, d.ID, v.act)
		if err != nil {
			return err
		}
		if e.Was.ID == "" { // it went away at this very moment
			e.Was = d
		}
		v.effects = append(v.effects, e)
	}
	return p.showBulk(c, 200, v)
}

// bulkOf reads what was chosen. What cannot be is said on a page that loses nothing.
func (p *Pages) bulkOf(c *web.Ctx, a access.Staff, f bulkForm) (bulkView, error) {
	f.Dossier = distinct(f.Dossier)
	v := bulkView{in: f, kind: dossier.ActKind(f.Act)}
	if !slices.Contains([]dossier.ActKind{dossier.ActStatus, dossier.ActAssign, dossier.ActPublish}, v.kind) {
		return v, errs.New(errs.Invalid, "error.form_stale")
	}
	switch n := len(f.Dossier); {
	case n == 0:
		v.general = c.T("bulk.none")
		return v, nil
	case n > dossier.PageSize:
		v.general = c.T("bulk.too_many", "max", dossier.PageSize)
		return v, nil
	}
	var err error
	if v.chosen, err = p.dossiers.Chosen(c.R.Context(), a, f.Dossier); err != nil {
		return v, err
	}
	v.gone = len(f.Dossier) - len(v.chosen)
	refs := make([]dossiertype.Ref, len(v.chosen))
	for i, d := range v.chosen {
		refs[i] = d.Type
	}
	if v.defs, err = p.dossiers.Definitions(c.R.Context(), p.db, c.Scope, refs...); err != nil {
		return v, err
	}
	if v.kind == dossier.ActAssign {
		return v, p.assignees(c, a, &v)
	}
	v.statusNames(c)
	return v, nil
}

// statusNames offers the statuses of the chosen dossiers by what they are called: those of different types are others.
func (v *bulkView) statusNames(c *web.Ctx) {
	for _, d := range v.chosen {
		for _, st := range v.defs[d.Type].Statuses {
			name := called(c, st)
			if !slices.ContainsFunc(v.statuses, func(o ui.Option) bool { return o.Value == name }) {
				v.statuses = append(v.statuses, ui.Option{Value: name, Label: statusLabel(c, st), Chosen: name == v.in.Status})
			}
		}
	}
}

const toHandler, toDepartment = "handler-", "department-"

// assignees are the colleagues and the departments to which dossiers can go.
func (p *Pages) assignees(c *web.Ctx, a access.Staff, v *bulkView) error {
	handlers, err := p.ids.Handlers(c.R.Context(), a)
	if err != nil {
		return err
	}
	deps, err := p.deps.List(c.R.Context(), a)
	if err != nil {
		return err
	}
	v.to = []ui.Option{{Label: c.T("bulk.to_choose")}}
	for _, h := range handlers {
		v.to = append(v.to, ui.Option{Value: toHandler + h.ID, Label: h.Name, Chosen: v.in.To == toHandler+h.ID})
	}
	for _, d := range deps {
		v.to = append(v.to, ui.Option{Value: toDepartment + d.ID, Label: c.T("bulk.to_department", "name", d.Name), Chosen: v.in.To == toDepartment+d.ID})
	}
	return nil
}

// decide makes an act of what was filled in, or says what is to be mended.
func (v *bulkView) decide(c *web.Ctx) []ui.Problem {
	v.act = dossier.Act{Kind: v.kind}
	switch v.kind {
	case dossier.ActStatus:
		if !slices.ContainsFunc(v.statuses, func(o ui.Option) bool { return o.Chosen }) {
			return []ui.Problem{{Field: "status", Text: c.T("field.choose")}}
		}
		v.act.Note, v.act.Status = strings.TrimSpace(v.in.Note), map[dossiertype.Ref]string{}
		for ref, def := range v.defs {
			for _, st := range def.Statuses {
				if called(c, st) == v.in.Status {
					v.act.Status[ref] = st.Key
				}
			}
		}
		return ui.Problems(c.Texts, v.act.Check())
	case dossier.ActAssign:
		i := slices.IndexFunc(v.to, func(o ui.Option) bool { return o.Chosen && o.Value != "" })
		if i < 0 {
			return []ui.Problem{{Field: "to", Text: c.T("field.choose")}}
		}
		v.toName = v.to[i].Label
		if id, ok := strings.CutPrefix(v.in.To, toDepartment); ok {
			v.act.Department = id
		} else {
			v.act.Handler = strings.TrimPrefix(v.in.To, toHandler)
		}
	}
	return nil
}

// bulkAct does the act to one dossier after the other. What breaks stops it: the page says to which ones it was done, and
// the same form goes on with the others.
func (p *Pages) bulkAct(c *web.Ctx, a access.Staff, v bulkView) error {
	for i, d := range v.chosen {
		e, err := p.dossiers.Do(c.R.Context(), a, v.in.Once, d.ID, v.in.stampOf(d.ID), v.act)
		if err != nil && i == 0 {
			return err
		}
		if err != nil {
			c.Report(err)
			v.untried = v.chosen[i:]
			break
		}
		if e.Was.ID == "" {
			e.Was = d
		}
		v.effects = append(v.effects, e)
	}
	f := c.Frame(c.T("bulk.result." + string(v.kind)))
	return c.Render(200, bulkResult(c, f, v))
}

func (p *Pages) showBulk(c *web.Ctx, code int, v bulkView) error {
	title := c.T("bulk.title." + string(v.kind))
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	if len(v.effects) > 0 {
		return c.Render(code, bulkPreview(c, c.Frame(title), v))
	}
	return c.Render(code, bulkChoice(c, c.Frame(title), v))
}

// able are the effects of those to which it can be done.
func (v bulkView) able() []dossier.Effect {
	return slices.DeleteFunc(slices.Clone(v.effects), func(e dossier.Effect) bool { return e.Why != nil || e.Same })
}

// unable are the effects of those to which it cannot, or need not.
func (v bulkView) unable() []dossier.Effect {
	return slices.DeleteFunc(slices.Clone(v.effects), func(e dossier.Effect) bool { return e.Why == nil && !e.Same })
}

// changed are those that somebody changed after they were looked at.
func (v bulkView) changed() []dossier.Effect {
	return slices.DeleteFunc(slices.Clone(v.effects), func(e dossier.Effect) bool { return e.Why == nil || e.Why.Key != "bulk.changed" })
}

// distinct keeps the first of what stands there twice.
func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
