// Package departmentweb is the pages of departments, which administrators make, and of absence.
package departmentweb

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	departments *department.Departments
	dossiers    *dossier.Dossiers
	ids         *identity.Identity
}

// New returns the pages.
func New(ds *department.Departments, dossiers *dossier.Dossiers, ids *identity.Identity) *Pages {
	return &Pages{ds, dossiers, ids}
}

const (
	listPath = "/settings/departments"
	awayPath = "/profile/absence"
)

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage, work := access.OfficeWith(access.Manage), access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: listPath, Policy: manage, Handler: web.Staff(p.list)},
		{Method: web.Get, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.fresh)},
		{Method: web.Post, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.save), Form: form{}},
		{Method: web.Get, Pattern: listPath + "/{department}", Policy: manage, Handler: web.Staff(p.edit)},
		{Method: web.Post, Pattern: listPath + "/{department}", Policy: manage, Handler: web.Staff(p.save), Form: form{}},
		{Method: web.Get, Pattern: listPath + "/remove/{department}", Policy: manage, Handler: web.Staff(p.removePage)},
		{Method: web.Post, Pattern: listPath + "/remove/{department}", Policy: manage, Handler: web.Staff(p.remove), Form: removeForm{}},
		{Method: web.Get, Pattern: listPath + "/absence/{handler}", Policy: manage, Handler: web.Staff(p.awayPage)},
		{Method: web.Post, Pattern: listPath + "/absence/{handler}", Policy: manage, Handler: web.Staff(p.setAway), Form: awayForm{}},
		{Method: web.Get, Pattern: awayPath, Policy: work, Handler: web.Staff(p.awayPage)},
		{Method: web.Post, Pattern: awayPath, Policy: work, Handler: web.Staff(p.setAway), Form: awayForm{}},
	}
}

// listView is the departments, and who is away.
type listView struct {
	departments []department.Department
	people      []person
}

type person struct {
	id, name string
	absence  department.Absence
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	ctx := c.R.Context()
	var v listView
	var err error
	if v.departments, err = p.departments.List(ctx, a); err != nil {
		return err
	}
	handlers, err := p.ids.Handlers(ctx, a)
	if err != nil {
		return err
	}
	for _, h := range handlers {
		absence, err := p.departments.Absence(ctx, a, h.ID)
		if err != nil {
			return err
		}
		v.people = append(v.people, person{h.ID, h.Name, absence})
	}
	return c.Render(200, listPage(c, c.Frame(c.T("settings.departments")), v))
}

type form struct {
	Once    string   `form:"once"`
	Version string   `form:"version"`
	Name    string   `form:"name"`
	Member  []string `form:"member"`
}

// sheetView is the form of a department, of a new one when it has no id.
type sheetView struct {
	id       string
	in       form
	people   []ui.Option
	problems []ui.Problem
	general  string
}

func (p *Pages) fresh(c *web.Ctx, a access.Staff) error {
	return p.sheet(c, a, 200, sheetView{in: form{Once: web.OnceKey()}})
}

func (p *Pages) edit(c *web.Ctx, a access.Staff) error {
	d, err := p.departments.Get(c.R.Context(), a, c.Param("department"))
	if err != nil {
		return err
	}
	return p.sheet(c, a, 200, sheetView{id: d.ID, in: formOf(d)})
}

func formOf(d department.Department) form {
	return form{Version: strconv.FormatInt(d.Version, 10), Name: d.Name, Member: d.Members}
}

func (p *Pages) sheet(c *web.Ctx, a access.Staff, status int, v sheetView) error {
	handlers, err := p.ids.Handlers(c.R.Context(), a)
	if err != nil {
		return err
	}
	for _, h := range handlers {
		v.people = append(v.people, ui.Option{Value: h.ID, Label: h.Name, Chosen: slices.Contains(v.in.Member, h.ID)})
	}
	title := c.T("department.new")
	if v.id != "" {
		title = c.T("department.change")
	}
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, sheet(c, c.Frame(title), v))
}

// save keeps a department. When a colleague was first, the form comes back with what was typed; saving again is then a
// choice.
func (p *Pages) save(c *web.Ctx, a access.Staff) error {
	var f form
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx, id := c.R.Context(), c.Param("department")
	version, _ := strconv.ParseInt(f.Version, 10, 64) // a tampered one was changed meanwhile
	err := p.departments.Save(ctx, a, f.Once, department.Department{ID: id, Name: f.Name, Members: f.Member, Version: version})
	switch {
	case err == nil:
		return c.Done(listPath, "department.saved")
	case errs.Is(err, errs.Conflict):
		d, loadErr := p.departments.Get(ctx, a, id)
		if loadErr != nil {
			return loadErr
		}
		f.Version = formOf(d).Version
		return p.sheet(c, a, 409, sheetView{id: id, in: f, general: c.T("department.conflict", "name", d.Name)})
	case errs.FieldsOf(err) == nil:
		return err
	}
	return p.sheet(c, a, 422, sheetView{id: id, in: f, problems: ui.Problems(c.Texts, err)})
}

type awayForm struct {
	Until  string `form:"until"`
	Deputy string `form:"deputy"`
	Do     string `form:"do"`
}

// awayView is the form of an absence: of one's own, or of a colleague's.
type awayView struct {
	action, back string
	name         string // of the colleague, "" for oneself
	away         bool
	in           awayForm
	deputies     []ui.Option
	problems     []ui.Problem
}

// whose is the account whose absence the page is about.
func whose(c *web.Ctx, a access.Staff) string {
	if id := c.R.PathValue("handler"); id != "" {
		return c.Param("handler")
	}
	return a.Scope().Account()
}

func (p *Pages) awayPage(c *web.Ctx, a access.Staff) error {
	absence, err := p.departments.Absence(c.R.Context(), a, whose(c, a))
	if err != nil {
		return err
	}
	v := awayView{away: absence.Until != nil, in: awayForm{Deputy: absence.Deputy}}
	if absence.Until != nil {
		v.in.Until = lastDay(absence).Format(time.DateOnly)
	}
	return p.showAway(c, a, 200, v)
}

// lastDay is the last day of an absence: it ends with the day.
func lastDay(v department.Absence) time.Time { return i18n.Local(v.Until.Add(-time.Second)) }

func (p *Pages) showAway(c *web.Ctx, a access.Staff, status int, v awayView) error {
	handlers, err := p.ids.Handlers(c.R.Context(), a)
	if err != nil {
		return err
	}
	who := whose(c, a)
	v.action, v.back = awayPath, "/profile"
	v.deputies = []ui.Option{{Label: c.T("absence.nobody")}}
	for _, h := range handlers {
		if h.ID != who {
			v.deputies = append(v.deputies, ui.Option{Value: h.ID, Label: h.Name, Chosen: h.ID == v.in.Deputy})
		} else if c.R.PathValue("handler") != "" {
			v.name, v.action, v.back = h.Name, listPath+"/absence/"+who, listPath
		}
	}
	title := c.T("absence.title")
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, awaySheet(c, c.Frame(title), v))
}

// setAway says until when somebody is away, or that he is back.
func (p *Pages) setAway(c *web.Ctx, a access.Staff) error {
	var f awayForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx, who := c.R.Context(), whose(c, a)
	now, err := p.departments.Absence(ctx, a, who)
	if err != nil {
		return err
	}
	in, done := department.Absence{}, "absence.back_saved"
	if f.Do != "back" {
		until, ok := dayAfter(f.Until)
		if !ok {
			return p.showAway(c, a, 422, awayView{away: now.Until != nil, in: f, problems: []ui.Problem{{Field: "until", Text: c.T("absence.until_needed")}}})
		}
		in, done = department.Absence{Until: &until, Deputy: f.Deputy}, "absence.saved"
	}
	err = p.departments.SetAbsence(ctx, a, who, in)
	if errs.FieldsOf(err) != nil {
		return p.showAway(c, a, 422, awayView{away: now.Until != nil, in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	if c.R.PathValue("handler") != "" {
		return c.Done(listPath, done)
	}
	return c.Done("/profile", done)
}

var dutchDay = regexp.MustCompile(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$`)

// dayAfter is the moment at which a day ends, that was typed as a browser sends it or as people write it.
func dayAfter(typed string) (db.Time, bool) {
	typed = strings.TrimSpace(typed)
	if f := dutchDay.FindStringSubmatch(typed); f != nil {
		typed = f[3] + "-" + strings.Repeat("0", 2-len(f[2])) + f[2] + "-" + strings.Repeat("0", 2-len(f[1])) + f[1]
	}
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil || day.Year() > 2200 {
		return db.Time{}, false
	}
	return db.At(time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, i18n.Local(day).Location())), true
}
