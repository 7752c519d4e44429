package approvalweb

import (
	"errors"
	"path"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// offerForm is an approval as it is offered.
type offerForm struct {
	Once     string `form:"once"`
	Document string `form:"document"`
	To       string `form:"to"`
	Kind     string `form:"kind"`
	Due      string `form:"due"`
	Replaces string `form:"replaces"`
	Resumed  string `form:"resumed"`
}

// set takes one field of a form that was kept.
func (f *offerForm) set(name, value string) {
	if at, known := map[string]*string{"once": &f.Once, "document": &f.Document, "to": &f.To, "kind": &f.Kind, "due": &f.Due, "replaces": &f.Replaces}[name]; known {
		*at = value
	}
}

// offerView is the page on which an employee offers a document.
type offerView struct {
	d             dossier.Dossier
	in            offerForm
	documents, to []ui.Option
	problems      []ui.Problem
	general       string
}

// offerPage begins with the document whose page led here, or with the approval that was refused.
func (p *Pages) offerPage(c *web.Ctx, a access.Staff) error {
	v := offerView{in: offerForm{Once: web.OnceKey(), Document: c.Query("document"), Replaces: c.Query("replaces")}}
	if c.Query("resume") != "" {
		parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
		if err != nil {
			return err
		}
		for _, f := range parked.Fields {
			v.in.set(f[0], f[1])
			v.in.Resumed = "1"
		}
	}
	return p.showOffer(c, a, 200, v)
}

func (p *Pages) showOffer(c *web.Ctx, a access.Staff, code int, v offerView) error {
	ctx := c.R.Context()
	var err error
	if v.d, err = p.dossiers.StaffView(ctx, a, c.Param("dossier")); err != nil {
		return err
	}
	if err := approval.Offerable(v.d); err != nil && code == 200 {
		return err
	}
	docs, err := p.dossiers.StaffDocuments(ctx, a, v.d)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if !approval.Fits(doc) {
			continue
		}
		v.documents = append(v.documents, ui.Option{Value: doc.ID, Label: doc.Title, Hint: c.T("request.file_meta", "name", doc.FileName, "size", c.Texts.Size(doc.Size)), Chosen: doc.ID == v.in.Document})
		if doc.ID == v.in.Document && v.in.Kind == "" && code == 200 {
			v.in.Kind = short(doc)
		}
	}
	parties, err := p.dossiers.Parties(ctx, a, v.d.ID)
	if err != nil {
		return err
	}
	for _, party := range parties {
		v.to = append(v.to, ui.Option{Value: party.ID, Label: party.Name, Chosen: party.ID == v.in.To})
	}
	title := c.T("approval.offer")
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, offerSheet(c, c.Frame(title), v))
}

// short is a title without the ending of a file, as far as it fits.
func short(doc dossier.Document) string {
	r := []rune(strings.TrimSuffix(doc.Title, path.Ext(doc.FileName)))
	return strings.TrimSpace(string(r[:min(len(r), approval.MaxKind)]))
}

func (p *Pages) offer(c *web.Ctx, a access.Staff) error {
	var f offerForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := p.approvals.Offer(c.R.Context(), a, c.Param("dossier"), f.Once, approval.Draft{Document: f.Document, Client: f.To, Kind: f.Kind, DueOn: f.Due, Replaces: f.Replaces})
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		if f.Resumed != "" {
			if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
				return err
			}
		}
		return c.Done(dossierHref(c.Param("dossier"))+"/approvals/"+id, "approval.offered_now")
	case errs.FieldsOf(err) != nil:
		return p.showOffer(c, a, 422, offerView{in: f, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.showOffer(c, a, 409, offerView{in: f, general: c.T(e.Key, e.Args...)})
	}
	return err
}

// staffView is an approval as staff see it.
type staffView struct {
	q       approval.Approval
	seen    []dossier.Reading
	work    bool
	general string
}

func (p *Pages) staffPage(c *web.Ctx, a access.Staff) error {
	return p.showStaff(c, a, 200, "")
}

func (p *Pages) showStaff(c *web.Ctx, a access.Staff, code int, general string) error {
	q, seen, err := p.approvals.Open(c.R.Context(), a, c.Param("dossier"), c.Param("approval"))
	if err != nil {
		return err
	}
	return c.Render(code, staffSheet(c, c.Frame(q.Kind), staffView{q, seen, a.Can(access.Work), general}))
}

func (p *Pages) withdraw(c *web.Ctx, a access.Staff) error {
	err := p.approvals.Withdraw(c.R.Context(), a, c.Param("dossier"), c.Param("approval"))
	if e, _ := errors.AsType[*errs.Error](err); e != nil && e.Kind == errs.Conflict { // the client was first
		return p.showStaff(c, a, 409, c.T(e.Key, e.Args...))
	}
	if err != nil {
		return err
	}
	return c.Done(dossierHref(c.Param("dossier"))+"/approvals/"+c.Param("approval"), "approval.taken_back")
}

func (p *Pages) settle(c *web.Ctx, a access.Staff) error {
	if err := p.approvals.Settle(c.R.Context(), a, c.Param("dossier"), c.Param("approval")); err != nil {
		return err
	}
	return c.Done(dossierHref(c.Param("dossier"))+"/approvals/"+c.Param("approval"), "approval.settled_now")
}
