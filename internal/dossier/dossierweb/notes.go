package dossierweb

import (
	"errors"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const notePattern = "/dossiers/{dossier}/note"

func noteHref(dossierID string) string { return "/dossiers/" + dossierID + "/note" }

// noteRoutes are the addresses of notes: a client sends one, staff add one. The page of a dossier has the form too.
func (p *Pages) noteRoutes() []web.Route {
	send, work := access.PortalWith(access.SendMessages), access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: notePattern, Policy: send, Module: tenant.ModuleMessages, Handler: web.Client(p.writePage)},
		{Method: web.Post, Pattern: notePattern, Policy: send, Module: tenant.ModuleMessages, Handler: web.Client(p.sendNote), Form: noteForm{}, Resumes: true},
		{Method: web.Get, Pattern: notePattern, Policy: work, Module: tenant.ModuleMessages, Handler: web.Staff(p.notePage)},
		{Method: web.Post, Pattern: notePattern, Policy: work, Module: tenant.ModuleMessages, Handler: web.Staff(p.addNote), Form: noteForm{}, Resumes: true},
	}
}

type noteForm struct {
	Once    string `form:"once"`
	Body    string `form:"body"`
	Resumed string `form:"resumed"`
}

// noteView is the page on which a note is written.
type noteView struct {
	d        dossier.Dossier
	in       noteForm
	closed   bool // nothing can be sent any more
	problems []ui.Problem
	general  string
}

// begun is the form of a new note, with what was typed before a session ended.
func (p *Pages) begun(c *web.Ctx) (noteForm, error) {
	f := noteForm{Once: web.OnceKey()}
	if c.Query("resume") == "" {
		return f, nil
	}
	parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
	for _, field := range parked.Fields {
		switch field[0] {
		case "once":
			f.Once, f.Resumed = field[1], "1"
		case "body":
			f.Body = field[1]
		}
	}
	return f, err
}

func (p *Pages) writePage(c *web.Ctx, a access.Client) error {
	d, err := p.notes.PlaceFor(c.R.Context(), a, c.Param("dossier"))
	closed := errs.Is(err, errs.Conflict)
	if err != nil && !closed {
		return err
	}
	v := noteView{d: d, closed: closed}
	if v.in, err = p.begun(c); err != nil {
		return err
	}
	if closed {
		return p.writeAgain(c, 409, v)
	}
	return c.Render(200, writeSheet(c, c.Frame(c.T("note.write")), v))
}

// writeAgain shows the page with what was typed. When the dossier is closed it says so, and the text can be copied (D33).
func (p *Pages) writeAgain(c *web.Ctx, code int, v noteView) error {
	if v.closed {
		v.general = c.T("note.closed")
	}
	return c.Render(code, writeSheet(c, c.Frame(c.T("page.error_title", "title", c.T("note.write"))), v))
}

// sendNote sends what a client wrote (D32, E23, E25).
func (p *Pages) sendNote(c *web.Ctx, a access.Client) error {
	var f noteForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx, id := c.R.Context(), c.Param("dossier")
	err := p.notes.Send(ctx, a, id, f.Once, f.Body)
	if err == nil {
		return p.noted(c, f, "note.sent")
	}
	closed := errs.Is(err, errs.Conflict)
	if errs.FieldsOf(err) == nil && !closed {
		return err
	}
	d, loadErr := dossier.ForClient(ctx, p.db, a, id)
	if loadErr != nil {
		return loadErr
	}
	v := noteView{d: d, in: f, closed: closed}
	if closed {
		return p.writeAgain(c, 409, v)
	}
	v.problems = ui.Problems(c.Texts, err)
	return p.writeAgain(c, 422, v)
}

// noted leads back to the dossier: what was typed before a session ended has gone out.
func (p *Pages) noted(c *web.Ctx, f noteForm, key string) error {
	if f.Resumed != "" {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	return c.Done("/dossiers/"+c.Param("dossier"), key)
}

func (p *Pages) notePage(c *web.Ctx, a access.Staff) error {
	f, err := p.begun(c)
	if err != nil {
		return err
	}
	return p.showNote(c, a, 200, noteView{in: f})
}

func (p *Pages) showNote(c *web.Ctx, a access.Staff, code int, v noteView) error {
	var err error
	if v.d, err = dossier.ForStaff(c.R.Context(), p.db, a, c.Param("dossier")); err != nil {
		return err
	}
	def, err := p.dossiers.Definition(c.R.Context(), p.db, a.Scope(), v.d.Type)
	if err != nil {
		return err
	}
	if !def.MessagesAreNotes() {
		return errs.Missing()
	}
	title := c.T("note.add")
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, noteSheet(c, c.Frame(title), v))
}

// addNote keeps a colleague's note.
func (p *Pages) addNote(c *web.Ctx, a access.Staff) error {
	var f noteForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.notes.Add(c.R.Context(), a, c.Param("dossier"), f.Once, f.Body)
	if errs.FieldsOf(err) != nil {
		return p.showNote(c, a, 422, noteView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return p.noted(c, f, "note.added")
}

// mayNote reports whether the client's page has the frame in which he writes: to the client himself, while the dossier runs.
func (v pageView) mayNote(c *web.Ctx) bool {
	return v.as == nil && !v.d.Closed && v.def.MessagesAreNotes() && c.May(tenant.ModuleMessages, access.SendMessages)
}

// withNotes puts notes among the stages of an office's timeline, where they belong by their time.
func (v pageView) withNotes(c *web.Ctx, stages []stage) []stage {
	for i, m := range v.moments {
		stages[i].at = m.At.Time
	}
	for _, n := range v.notes {
		s := stage{
			title: c.T("note.by_colleague", "name", n.Author), when: c.Texts.DayMonth(n.At.Time, c.Now) + ", " + c.Texts.Time(n.At.Time), iso: i18n.ISO(n.At.Time),
			state: "memo", body: ui.Paragraphs(n.Body), at: n.At.Time,
		}
		if n.Client != "" {
			s.title, s.fromClient = c.T("note.by_client", "name", c.By(n.Author, n.Behalf)), true
		}
		stages = append(stages, s)
	}
	slices.SortStableFunc(stages, func(a, b stage) int { return a.at.Compare(b.at) })
	return stages
}

// takeUp makes a dossier that nobody handles the employee's own. Who comes second reads who was first, on the dossier's
// page or, when he does not see it any more, in his list.
func (p *Pages) takeUp(c *web.Ctx, a access.Staff) error {
	id := c.Param("dossier")
	err := p.dossiers.Take(c.R.Context(), a, id)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Conflict {
		c.SetFlash(web.Flash{Kind: "warning", Key: e.Key, Args: e.Args})
		return c.See("/dossiers/" + id)
	}
	if errs.Is(err, errs.NotFound) {
		var name string
		if name, err = p.dossiers.TakenBy(c.R.Context(), a, id); err == nil {
			c.SetFlash(web.Flash{Kind: "info", Key: "dossier.taken_before", Args: []any{"name", name}})
			return c.See("/dossiers")
		}
	}
	if err != nil {
		return err
	}
	return c.Done("/dossiers/"+id, "dossier.taken")
}
