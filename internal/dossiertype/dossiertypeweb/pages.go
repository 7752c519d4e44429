// Package dossiertypeweb is the administrator's pages of the types of dossiers: what a type has, its draft and the
// difference that it makes, and types from a file.
package dossiertypeweb

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/department"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	types       *dossiertype.Types
	dossiers    *dossier.Dossiers
	departments *department.Departments
}

// New returns the pages.
func New(ds *dossier.Dossiers, deps *department.Departments) *Pages {
	return &Pages{ds.Types(), ds, deps}
}

const (
	listPath = "/settings/types"
	onePath  = listPath + "/{type}"
)

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage := access.OfficeWith(access.Manage)
	return slices.Concat([]web.Route{
		{Method: web.Get, Pattern: listPath, Policy: manage, Handler: web.Staff(p.list)},
		{Method: web.Get, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.newPage)},
		{Method: web.Post, Pattern: listPath + "/new", Policy: manage, Handler: web.Staff(p.create), Form: newForm{}},
		{Method: web.Post, Pattern: listPath + "/import", Policy: manage, Handler: web.Staff(p.take)},
		{Method: web.Get, Pattern: onePath, Policy: manage, Handler: web.Staff(p.page)},
		{Method: web.Get, Pattern: onePath + "/export", Policy: manage, Handler: web.Staff(p.export)},
		{Method: web.Post, Pattern: onePath + "/use", Policy: manage, Handler: web.Staff(p.use), Form: actForm{}},
		{Method: web.Post, Pattern: onePath + "/discard", Policy: manage, Handler: web.Staff(p.discard), Form: actForm{}},
		{Method: web.Post, Pattern: onePath + "/department", Policy: manage, Handler: web.Staff(p.setDepartment), Form: departmentForm{}},
		{Method: web.Get, Pattern: onePath + "/general", Policy: manage, Handler: web.Staff(p.generalPage)},
		{Method: web.Post, Pattern: onePath + "/general", Policy: manage, Handler: web.Staff(p.general), Form: generalForm{}},
	}, statuses.routes(p, onePath+"/statuses/{key}"), results.routes(p, onePath+"/results/{key}"), documents.routes(p, onePath+"/documents/{key}"))
}

func path(t dossiertype.Type) string { return listPath + "/" + t.ID }

func titled(c *web.Ctx, code int, title string) ui.Frame {
	if code != http.StatusOK {
		title = c.T("page.error_title", "title", title)
	}
	return c.Frame(title)
}

func (p *Pages) list(c *web.Ctx, a access.Staff) error { return p.showList(c, a, 200, nil) }

func (p *Pages) showList(c *web.Ctx, a access.Staff, code int, problems []ui.Problem) error {
	types, err := p.types.List(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(code, listPage(c, titled(c, code, c.T("type.title")), types, problems))
}

type newForm struct {
	Once   string `form:"once"`
	NameNL string `form:"name_nl"`
	NameEN string `form:"name_en"`
}

func (p *Pages) newPage(c *web.Ctx, _ access.Staff) error {
	return c.Render(200, freshPage(c, c.Frame(c.T("type.new")), newForm{Once: web.OnceKey()}, nil))
}

func (p *Pages) create(c *web.Ctx, a access.Staff) error {
	var f newForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	name := dossiertype.Say(f.NameNL, f.NameEN)
	id, err := p.types.Create(c.R.Context(), a, f.Once, dossiertype.Fresh(dossiertype.KeyOf(f.NameNL), name))
	if fields := errs.FieldsOf(err); fields != nil {
		return c.Render(422, freshPage(c, titled(c, 422, c.T("type.new")), f, keyless(c, fields)))
	}
	if err != nil {
		return err
	}
	return c.Done(listPath+"/"+id, "type.created")
}

// keyless turns what is wrong with a key, which nobody types, into a problem of the name it was made from. A name that
// is missing has no key either, and is told once.
func keyless(c *web.Ctx, fields errs.Fields) []ui.Problem {
	var out []ui.Problem
	for _, f := range fields {
		if f.Name == "key" {
			if fields.Has("name_nl") {
				continue
			}
			f.Name = "name_nl"
		}
		out = append(out, ui.Problem{Field: f.Name, Text: c.T(f.Key, f.Args...)})
	}
	return out
}

// take brings a type from a file. Nothing is in use before an administrator has seen the difference.
func (p *Pages) take(c *web.Ctx, a access.Staff) error {
	d, err := received(c)
	var id string
	if err == nil {
		id, err = p.types.Take(c.R.Context(), a, d)
	}
	if fields := errs.FieldsOf(err); fields != nil {
		for i := range fields {
			fields[i].Name = "file"
		}
		return p.showList(c, a, 422, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(listPath+"/"+id, "type.taken")
}

func received(c *web.Ctx) (dossiertype.Definition, error) {
	var none dossiertype.Definition
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, dossiertype.MaxFile)
	parts, err := c.R.MultipartReader()
	if err != nil {
		return none, &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return none, &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "file", Key: "upload.none"}}}
		}
		var b []byte
		if err == nil && part.FormName() == "file" {
			b, err = io.ReadAll(part)
		}
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return none, &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "file", Key: "type.file_large"}}, Err: err}
		}
		if err != nil {
			return none, &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
		}
		if len(b) > 0 {
			return dossiertype.Read(b)
		}
	}
}

// typeView is a type with the difference that its draft makes.
type typeView struct {
	t           dossiertype.Type
	changes     []string
	flaws       []flaw
	departments []ui.Option // in which its dossiers may wait; nil when there is none
	problems    []ui.Problem
	running     int // dossiers that have a version of it and are not closed
	version     bool
	general     string
}

// flaw is what must be mended before the draft can be used, with where.
type flaw struct{ text, href string }

func (p *Pages) page(c *web.Ctx, a access.Staff) error { return p.showPage(c, a, 200, "", nil) }

func (p *Pages) showPage(c *web.Ctx, a access.Staff, code int, general string, problems []ui.Problem) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	v := typeView{t: t, general: general, problems: problems}
	if v.departments, err = p.waits(c, a, t.ID); err != nil {
		return err
	}
	if t.Drafted {
		v.flaws = flawsOf(c, t)
	}
	if t.Drafted && t.Latest > 0 {
		for _, ch := range dossiertype.Compare(t.Current, t.Draft) {
			v.changes = append(v.changes, told(c, ch))
		}
		if v.version = !t.Draft.SameStructure(t.Current); v.version {
			if v.running, err = p.dossiers.Running(c.R.Context(), a, t.ID); err != nil {
				return err
			}
		}
	}
	return c.Render(code, typePage(c, titled(c, code, t.Draft.Name.In(c.Texts.Lang())), v))
}

func flawsOf(c *web.Ctx, t dossiertype.Type) []flaw {
	var out []flaw
	for _, f := range t.Draft.Check() {
		x := flaw{text: c.T(f.Field.Key, f.Args...), href: path(t) + "/general"}
		if name := fieldName(c, f.Name); name != "" {
			x.text = name + ": " + x.text
		}
		switch {
		case f.Part != dossiertype.General && f.Key == "":
			x.href = "#" + string(f.Part)
		case f.Part != dossiertype.General:
			x.href, x.text = path(t)+"/"+string(f.Part)+"/"+f.Key, nameOf(c, t.Draft, f)+": "+x.text
		}
		out = append(out, x)
	}
	return out
}

func nameOf(c *web.Ctx, d dossiertype.Definition, f dossiertype.Flaw) string {
	var name dossiertype.Words
	switch f.Part {
	case dossiertype.Statuses:
		st, _ := d.Status(f.Key)
		name = st.Name
	case dossiertype.Results:
		r, _ := d.Result(f.Key)
		name = r.Name
	case dossiertype.Documents:
		k, _ := d.Document(f.Key)
		name = k.Name
	}
	return c.T("type.part."+string(f.Part), "name", cmp.Or(name.In(c.Texts.Lang()), f.Key))
}

func (p *Pages) export(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	b, err := dossiertype.Write(t.Draft)
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", filetype.Disposition("attachment", t.Key+".json"))
	h.Set("Cache-Control", "no-store, private")
	_, err = c.W.Write(b)
	return err
}

type actForm struct {
	Version string `form:"version"`
}

func (p *Pages) use(c *web.Ctx, a access.Staff) error {
	return p.act(c, a, p.types.Use, onePathOf(c), "type.used")
}

func (p *Pages) discard(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	to := onePathOf(c)
	if t.Latest == 0 { // it goes altogether
		to = listPath
	}
	return p.act(c, a, p.types.Discard, to, "type.discarded")
}

func onePathOf(c *web.Ctx) string { return listPath + "/" + c.Param("type") }

// act does what is done with a draft, and comes back to the page when it cannot be done.
func (p *Pages) act(c *web.Ctx, a access.Staff, do func(ctx context.Context, a access.Staff, id string, version int64) error, to, done string) error {
	var f actForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := do(c.R.Context(), a, c.Param("type"), number(f.Version))
	switch {
	case errs.Is(err, errs.Conflict):
		return p.showPage(c, a, 409, c.T("error.changed_meanwhile"), nil)
	case errs.Is(err, errs.Invalid):
		return p.showPage(c, a, 422, c.T("type.flawed"), nil)
	case err != nil:
		return err
	}
	return c.Done(to, done)
}

// number reads a version or a count; nobody has -1, so that the form comes back.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
