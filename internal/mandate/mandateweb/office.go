package mandateweb

import (
	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/mandate"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

type recordForm struct {
	Once      string   `form:"once"`
	Email     string   `form:"email"`
	Ground    string   `form:"ground"`
	Rights    []string `form:"rights"`
	Starts    string   `form:"starts"`
	Ends      string   `form:"ends"`
	ProofKind string   `form:"proof_kind"`
	Proof     string   `form:"proof"`
}

// officeView is who acts for a client, with the form in which staff note one more.
type officeView struct {
	client   client.Client
	list     []mandate.Mandate
	proofs   map[string]string
	work     bool
	in       recordForm
	problems []ui.Problem
}

func (p *Pages) ofClient(c *web.Ctx, a access.Staff) error {
	return p.show(c, a, 200, recordForm{Once: web.OnceKey(), Rights: words(access.OwnRights)}, nil)
}

func (p *Pages) show(c *web.Ctx, a access.Staff, status int, in recordForm, problems []ui.Problem) error {
	cl, err := p.clients.View(c.R.Context(), a, c.Param("client"))
	if err != nil {
		return err
	}
	v := officeView{client: cl, in: in, problems: problems, work: a.Can(access.Work), proofs: map[string]string{}}
	if v.list, err = p.mandates.OfClient(c.R.Context(), a, cl.ID); err != nil {
		return err
	}
	for _, m := range v.list {
		if v.proofs[m.ID], err = p.mandates.Proof(c.R.Context(), a, m); err != nil {
			return err
		}
	}
	title := c.T("mandate.of", "client", cl.Name)
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, officePage(c, c.Frame(title), v))
}

func (p *Pages) record(c *web.Ctx, a access.Staff) error {
	var f recordForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	starts, problems := day(c, "starts", f.Starts, 0)
	ends, more := day(c, "ends", f.Ends, 1)
	problems = append(problems, more...)
	var err error
	if problems == nil {
		err = p.mandates.Record(c.R.Context(), a, c.Param("client"), f.Once,
			mandate.Draft{Email: f.Email, Ground: f.Ground, Rights: chosen(f.Rights), Starts: starts, Ends: ends, ProofKind: f.ProofKind, Proof: f.Proof})
	}
	if list := append(problems, ui.Problems(c.Texts, err)...); len(list) > 0 {
		return p.show(c, a, 422, f, list)
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client")+"/mandates", "mandate.recorded_now")
}

func (p *Pages) endAsStaff(c *web.Ctx, a access.Staff) error {
	if err := p.mandates.EndAsStaff(c.R.Context(), a, c.Param("client"), c.Param("mandate")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client")+"/mandates", "mandate.ended_now")
}
