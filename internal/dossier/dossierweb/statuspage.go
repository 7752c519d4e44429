package dossierweb

import (
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

type statusForm struct {
	Version    string `form:"version"`
	Status     string `form:"status"`
	Note       string `form:"note"`
	Result     string `form:"result"`
	ResultText string `form:"result_text"`
	Reason     string `form:"reason"`
}

// statusView is the page on which a dossier gets another status.
type statusView struct {
	d                 dossier.Dossier
	def               dossiertype.Definition
	in                statusForm
	statuses, results []ui.Option
	problems          []ui.Problem
	general, others   string
}

func (p *Pages) statusPage(c *web.Ctx, a access.Staff) error {
	d, err := p.dossiers.StaffView(c.R.Context(), a, c.Param("dossier"))
	if err != nil {
		return err
	}
	v, err := p.statusOf(c, d)
	if err != nil {
		return err
	}
	return p.showStatus(c, 200, v)
}

// statusOf is the page of a dossier with its status as it is.
func (p *Pages) statusOf(c *web.Ctx, d dossier.Dossier) (statusView, error) {
	v := statusView{d: d}
	var err error
	if v.def, err = p.dossiers.Definition(c.R.Context(), p.db, c.Scope, d.Type); err != nil {
		return v, err
	}
	list, err := p.dossiers.Timeline(c.R.Context(), c.Scope, d, v.def)
	v.in = statusForm{Version: strconv.FormatInt(d.Version, 10), Status: d.Status, Result: d.Result, ResultText: d.ResultText}
	if len(list) > 0 {
		v.in.Note = list[len(list)-1].Note
	}
	return v, err
}

func (p *Pages) showStatus(c *web.Ctx, code int, v statusView) error {
	lang := c.Texts.Lang()
	for _, st := range v.def.Statuses {
		v.statuses = append(v.statuses, ui.Option{Value: st.Key, Label: statusLabel(c, st), Chosen: st.Key == v.in.Status})
	}
	if len(v.def.Results) > 0 {
		v.results = []ui.Option{{Label: c.T("dossier.result_none")}}
	}
	for _, r := range v.def.Results {
		v.results = append(v.results, ui.Option{Value: r.Key, Label: r.Name.In(lang), Chosen: r.Key == v.in.Result})
	}
	title := c.T("dossier.status_set")
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, statusSheet(c, c.Frame(title), v))
}

// statusLabel is a status to choose, with what it does.
func statusLabel(c *web.Ctx, st dossiertype.Status) string {
	label := st.Name.In(c.Texts.Lang())
	switch {
	case !st.Portal:
		return c.T("dossier.status_hidden", "name", label)
	case st.Final:
		return c.T("dossier.status_final", "name", label)
	}
	return label
}

// setStatus saves a status. When a colleague was first, the form comes back with what was typed and what he made of it.
func (p *Pages) setStatus(c *web.Ctx, a access.Staff) error {
	var f statusForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	version, err := typed(f.Version)
	if err != nil {
		return err
	}
	id := c.Param("dossier")
	err = p.dossiers.SetStatus(c.R.Context(), a, id, version, dossier.Status{Key: f.Status, Note: f.Note, Result: f.Result, ResultText: f.ResultText, Reason: f.Reason})
	if err == nil {
		return c.Done("/dossiers/"+id, "dossier.status_saved")
	}
	if errs.FieldsOf(err) == nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	d, loadErr := p.dossiers.StaffView(c.R.Context(), a, id)
	if loadErr != nil {
		return loadErr
	}
	v, loadErr := p.statusOf(c, d)
	if loadErr != nil {
		return loadErr
	}
	now := v.in
	v.in = f
	if errs.Is(err, errs.Conflict) {
		st, _ := v.def.Status(now.Status)
		v.in.Version = now.Version
		v.general, v.others = c.T("dossier.status_conflict"), c.T("dossier.status_theirs", "status", st.Name.In(c.Texts.Lang()), "note", now.Note)
		return p.showStatus(c, 409, v)
	}
	v.problems = ui.Problems(c.Texts, err)
	return p.showStatus(c, 422, v)
}

type rankForm struct {
	Rank string `form:"rank"`
}

// rankView is the page on which a document gets another rank.
type rankView struct {
	d        dossier.Dossier
	doc      dossier.Document
	ranks    []ui.Option
	problems []ui.Problem
}

func (p *Pages) rankPage(c *web.Ctx, a access.Staff) error { return p.showRank(c, a, 200, nil) }

func (p *Pages) showRank(c *web.Ctx, a access.Staff, code int, problems []ui.Problem) error {
	ctx := c.R.Context()
	d, doc, err := p.dossiers.StaffDocument(ctx, a, c.Param("dossier"), c.Param("document"))
	if err != nil {
		return err
	}
	if doc.Held() {
		return errs.New(errs.Conflict, "document.not_released")
	}
	def, err := p.dossiers.Definition(ctx, p.db, c.Scope, d.Type)
	if err != nil {
		return err
	}
	v := rankView{d, doc, rankOptions(c, doc.Rank, def.Threshold), problems}
	return c.Render(code, rankSheet(c, c.Frame(c.T("document.rank")), v))
}

// setRank says how confidential a document is.
func (p *Pages) setRank(c *web.Ctx, a access.Staff) error {
	var f rankForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	rank, _ := dossiertype.ParseRank(f.Rank)
	err := p.dossiers.SetRank(c.R.Context(), a, c.Param("dossier"), c.Param("document"), rank)
	if errs.FieldsOf(err) != nil {
		return p.showRank(c, a, 422, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier"), "document.rank_saved")
}

// rankOptions are the ranks to choose from; those above the threshold say that clients do not see them (D29).
func rankOptions(c *web.Ctx, chosen, threshold dossiertype.Rank) []ui.Option {
	var out []ui.Option
	for _, r := range dossiertype.Ranks {
		label := c.T("rank." + r.String())
		if r > threshold {
			label = c.T("dossier.rank_hidden", "rank", label)
		}
		out = append(out, ui.Option{Value: r.String(), Label: label, Chosen: r == chosen})
	}
	return out
}
