package departmentweb

import (
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/department"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

type removeForm struct {
	Once string `form:"once"`
	To   string `form:"to"`
}

// removeView is the page on which a department is removed, with where what waits there can go.
type removeView struct {
	d        department.Department
	in       removeForm
	waiting  int
	others   []ui.Option
	problems []ui.Problem
}

func (p *Pages) removePage(c *web.Ctx, a access.Staff) error {
	d, err := p.departments.Get(c.R.Context(), a, c.Param("department"))
	if err != nil {
		return err
	}
	return p.showRemove(c, a, 200, removeView{d: d, in: removeForm{Once: web.OnceKey()}})
}

func (p *Pages) showRemove(c *web.Ctx, a access.Staff, code int, v removeView) error {
	ctx := c.R.Context()
	var err error
	if v.waiting, err = p.dossiers.WaitingIn(ctx, a, v.d.ID); err != nil {
		return err
	}
	list, err := p.departments.List(ctx, a)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d department.Department) bool { return d.ID == v.d.ID })
	if len(list) > 0 {
		v.others = []ui.Option{{Label: c.T("department.to_none")}}
	}
	for _, d := range list {
		v.others = append(v.others, ui.Option{Value: d.ID, Label: d.Name, Chosen: d.ID == v.in.To})
	}
	title := c.T("department.remove")
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, removeSheet(c, c.Frame(title), v))
}

// remove removes a department, and says what keeps it.
func (p *Pages) remove(c *web.Ctx, a access.Staff) error {
	var f removeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx, id := c.R.Context(), c.Param("department")
	err := p.departments.Remove(ctx, a, f.Once, id, f.To)
	if err == nil {
		return c.Done(listPath, "department.removed")
	}
	if errs.FieldsOf(err) == nil {
		return err
	}
	d, loadErr := p.departments.Get(ctx, a, id)
	if loadErr != nil {
		return loadErr
	}
	return p.showRemove(c, a, 422, removeView{d: d, in: f, problems: ui.Problems(c.Texts, err)})
}
