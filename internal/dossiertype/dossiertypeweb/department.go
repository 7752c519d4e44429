package dossiertypeweb

import (
	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

type departmentForm struct {
	Department string `form:"department"`
}

// waits are the departments in which dossiers of a type can wait, nil where the organisation has none.
func (p *Pages) waits(c *web.Ctx, a access.Staff, id string) ([]ui.Option, error) {
	list, err := p.departments.List(c.R.Context(), a)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	now, err := p.types.DepartmentOf(c.R.Context(), a, id)
	out := []ui.Option{{Label: c.T("type.department_none")}}
	for _, d := range list {
		out = append(out, ui.Option{Value: d.ID, Label: d.Name, Chosen: d.ID == now})
	}
	return out, err
}

// setDepartment says in which department dossiers of a type wait.
func (p *Pages) setDepartment(c *web.Ctx, a access.Staff) error {
	var f departmentForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("type")
	err := p.types.SetDepartment(c.R.Context(), a, id, f.Department)
	if errs.FieldsOf(err) != nil {
		return p.showPage(c, a, 422, "", ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(listPath+"/"+id, "type.department_saved")
}
