package dossierweb

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

func (p *Pages) staffList(c *web.Ctx, a access.Staff) error {
	v, err := p.listOf(c)
	if err != nil {
		return err
	}
	if err := p.filterOf(c, &v); err != nil {
		return err
	}
	if err := p.waitingIn(c, a, &v); err != nil {
		return err
	}
	if v.page, err = p.dossiers.StaffList(c.R.Context(), a, v.filter); err != nil {
		return err
	}
	if err := p.name(c, &v); err != nil {
		return err
	}
	v.next, v.picked = nextLink(c, v.page), c.Query(pickedMark) != ""
	return c.Render(200, officeList(c, c.Frame(c.T("nav.dossiers")), v, a.Can(access.Work)))
}

// waitingIn offers the lists of what waits in a department. One that is not the employee's is not there.
func (p *Pages) waitingIn(c *web.Ctx, a access.Staff, v *listView) error {
	list, err := p.deps.Mine(c.R.Context(), a)
	if err != nil || len(list) == 0 {
		return err
	}
	v.departments = []ui.Option{{Label: c.T("dossier.of_all")}}
	for _, d := range list {
		on := d.ID == c.Query("department")
		if on {
			v.filter.Department = d.ID
		}
		v.departments = append(v.departments, ui.Option{Value: d.ID, Label: c.T("dossier.waits_in", "name", d.Name), Chosen: on})
	}
	return nil
}

type draftForm struct {
	Once       string   `form:"once"`
	Version    string   `form:"version"`
	Number     string   `form:"number"`
	Title      string   `form:"title"`
	Type       string   `form:"type"`
	Rank       string   `form:"rank"`
	Status     string   `form:"status"`
	Note       string   `form:"note"`
	Handler    string   `form:"handler"`
	Department string   `form:"department"`
	Party      []string `form:"party"`
	Template   string   `form:"template"`
	Find       string   `form:"find"` // among the clients
	Do         string   `form:"do"`
}

func (f draftForm) draft() dossier.Draft {
	rank, _ := dossiertype.ParseRank(f.Rank)
	return dossier.Draft{Number: f.Number, Title: f.Title, Rank: rank, Handler: f.Handler, Department: f.Department, Parties: f.Party, Type: f.Type, Status: f.Status, Note: f.Note, Template: f.Template}
}

// formView is the form of a new or changed dossier, with what can be chosen.
type formView struct {
	in                                   draftForm
	found                                string // what is to say of the clients that are shown
	action, back, title, general, others string
	statuses, handlers, clients, lists   []ui.Option
	ranks, departments                   []ui.Option
	kind                                 dossiertype.Ref // of its type
	def                                  dossiertype.Definition
	problems                             []ui.Problem
}

func (p *Pages) form(c *web.Ctx, a access.Staff, status int, v formView) error {
	ctx := c.R.Context()
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	if v.def, err = p.dossiers.Definition(ctx, p.db, c.Scope, v.kind); err != nil {
		return err
	}
	for _, st := range v.def.Statuses {
		v.statuses = append(v.statuses, ui.Option{Value: st.Key, Label: st.Name.In(c.Texts.Lang()), Chosen: st.Key == v.in.Status})
	}
	rank, _ := dossiertype.ParseRank(v.in.Rank)
	v.ranks = rankOptions(c, cmp.Or(rank, v.def.Rank), v.def.Threshold)
	handlers, err := p.ids.Handlers(ctx, a)
	if err != nil {
		return err
	}
	if err := p.departmentsFor(c, a, &v); err != nil {
		return err
	}
	for _, h := range handlers {
		v.handlers = append(v.handlers, ui.Option{Value: h.ID, Label: h.Name, Chosen: h.ID == v.in.Handler})
	}
	if err := p.choices(c, a, &v); err != nil {
		return err
	}
	v.lists = []ui.Option{{Label: c.T("dossier.no_list")}}
	for _, tpl := range t.Settings.Progress {
		v.lists = append(v.lists, ui.Option{Value: tpl.ID, Label: tpl.Name, Chosen: tpl.ID == v.in.Template})
	}
	return c.Render(status, officeForm(c, c.Frame(v.title), v))
}

// departmentsFor are the departments in which a dossier can wait, where the organisation has any: it needs no handler then.
func (p *Pages) departmentsFor(c *web.Ctx, a access.Staff, v *formView) error {
	list, err := p.deps.List(c.R.Context(), a)
	if err != nil || len(list) == 0 {
		return err
	}
	v.handlers = []ui.Option{{Label: c.T("dossier.no_handler_yet")}}
	v.departments = []ui.Option{{Label: c.T("dossier.no_department")}}
	for _, d := range list {
		v.departments = append(v.departments, ui.Option{Value: d.ID, Label: d.Name, Chosen: d.ID == v.in.Department})
	}
	return nil
}

// atOnce is how many clients the form of a dossier shows to choose from.
const atOnce = 10

// choices are the clients to choose from: those chosen, and below them the first that the search
// finds. What the form does not show would be taken out of the dossier by saving it.
func (p *Pages) choices(c *web.Ctx, a access.Staff, v *formView) error {
	ctx := c.R.Context()
	list, err := p.clients.Choose(ctx, a, v.in.Find, "", "")
	if err != nil {
		return err
	}
	for _, id := range v.in.Party {
		cl, err := p.clients.Get(ctx, a, id)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		v.clients = append(v.clients, option(cl, true))
	}
	list = slices.DeleteFunc(list, func(cl client.Client) bool { return slices.Contains(v.in.Party, cl.ID) })
	switch {
	case len(list) > atOnce:
		list, v.found = list[:atOnce], c.T("dossier.clients_more")
	case len(list) == 0:
		v.found = c.T("client.none")
	}
	for _, cl := range list {
		v.clients = append(v.clients, option(cl, false))
	}
	return nil
}

func option(cl client.Client, chosen bool) ui.Option {
	o := ui.Option{Value: cl.ID, Label: cl.Name, Chosen: chosen}
	if cl.Number != "" {
		o.Label += " (" + cl.Number + ")"
	}
	return o
}

func (p *Pages) newPage(c *web.Ctx, a access.Staff) error {
	types, err := p.dossiers.Types().Offered(c.R.Context(), a)
	if err != nil {
		return err
	}
	if chosen := c.R.URL.Query().Has("type"); len(types) > 0 && !chosen {
		return c.Render(200, pickType(c, c.Frame(c.T("dossier.create")), types, c.Queries("party")))
	}
	f := draftForm{Once: web.OnceKey(), Handler: a.Scope().Account(), Party: c.Queries("party"), Type: c.Query("type")}
	v, err := p.newView(c, a, f)
	if err != nil {
		return err
	}
	return p.form(c, a, 200, v)
}

// newView is the form of a new dossier of the type that was chosen. A type that is not there is refused by saving.
func (p *Pages) newView(c *web.Ctx, a access.Staff, f draftForm) (formView, error) {
	v := formView{in: f, action: "/dossiers/new", back: "/dossiers", title: c.T("dossier.create")}
	if f.Type == "" {
		return v, nil
	}
	t, err := p.dossiers.Types().Get(c.R.Context(), a, f.Type)
	if errs.Is(err, errs.NotFound) || err == nil && t.Latest == 0 {
		v.in.Type = ""
		return v, nil
	}
	v.kind = dossiertype.Ref{ID: t.ID, Number: t.Latest}
	return v, err
}

func (p *Pages) create(c *web.Ctx, a access.Staff) error {
	var f draftForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	v, err := p.newView(c, a, f)
	if err != nil {
		return err
	}
	if f.Do == "find" {
		return p.form(c, a, 200, v)
	}
	id, err := p.dossiers.Create(c.R.Context(), a, f.Once, f.draft())
	if errs.FieldsOf(err) != nil {
		v.problems = ui.Problems(c.Texts, err)
		return p.form(c, a, 422, v)
	}
	if err != nil {
		return err
	}
	return c.Done("/dossiers/"+id, "dossier.created")
}

func (p *Pages) editPage(c *web.Ctx, a access.Staff) error {
	d, err := p.dossiers.StaffView(c.R.Context(), a, c.Param("dossier"))
	if err != nil {
		return err
	}
	f, err := p.formOf(c, a, d)
	if err != nil {
		return err
	}
	return p.form(c, a, 200, editView(c, d, f))
}

func (p *Pages) formOf(c *web.Ctx, a access.Staff, d dossier.Dossier) (draftForm, error) {
	f := draftForm{Version: strconv.FormatInt(d.Version, 10), Number: d.Number, Title: d.Title, Rank: d.Rank.String(), Handler: d.Handler.ID, Department: d.Department.ID}
	parties, err := p.dossiers.Parties(c.R.Context(), a, d.ID)
	for _, party := range parties {
		f.Party = append(f.Party, party.ID)
	}
	return f, err
}

func editView(c *web.Ctx, d dossier.Dossier, f draftForm) formView {
	at := "/dossiers/" + d.ID
	return formView{in: f, action: at + "/edit", back: at, title: c.T("dossier.edit"), kind: d.Type}
}

// edit saves a change. When a colleague was first, the form comes back with what was typed and,
// beside it, what he made of it; saving again is then a choice.
func (p *Pages) edit(c *web.Ctx, a access.Staff) error {
	var f draftForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	version, err := typed(f.Version)
	if err != nil {
		return err
	}
	id := c.Param("dossier")
	if f.Do == "find" {
		return p.findParty(c, a, id, f)
	}
	err = p.dossiers.Edit(c.R.Context(), a, id, version, f.draft())
	if err == nil {
		return c.Done("/dossiers/"+id, "dossier.saved")
	}
	if errs.FieldsOf(err) == nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	d, loadErr := p.dossiers.StaffView(c.R.Context(), a, id)
	if loadErr != nil {
		return loadErr
	}
	v := editView(c, d, f)
	if errs.Is(err, errs.Conflict) {
		v.in.Version = strconv.FormatInt(d.Version, 10)
		v.general = c.T("dossier.conflict")
		v.others = c.T("dossier.theirs", "number", d.Number, "title", d.Title)
		return p.form(c, a, 409, v)
	}
	v.problems = ui.Problems(c.Texts, err)
	return p.form(c, a, 422, v)
}

// findParty shows the form of a dossier as it was typed, with the clients that were searched for.
func (p *Pages) findParty(c *web.Ctx, a access.Staff, id string, f draftForm) error {
	d, err := p.dossiers.StaffView(c.R.Context(), a, id)
	if err != nil {
		return err
	}
	return p.form(c, a, 200, editView(c, d, f))
}

// given is how somebody is reached, and since when it is so by his own word.
func given(c *web.Ctx, what string, at *db.Time, byOwner bool) string {
	if at == nil || !byOwner {
		return what
	}
	return c.T("contact.given", "what", what, "date", c.Texts.ShortDate(at.Time))
}

func (p *Pages) staffPage(c *web.Ctx, a access.Staff) error {
	return p.showStaffPage(c, a, 200, nil)
}

func (p *Pages) showStaffPage(c *web.Ctx, a access.Staff, status int, problems []ui.Problem) error {
	ctx := c.R.Context()
	d, err := p.dossiers.StaffView(ctx, a, c.Param("dossier"))
	if err != nil {
		return err
	}
	if err := p.dossiers.Noticed(ctx, a, d.ID); err != nil {
		return err
	}
	v, err := p.load(c, d)
	if err != nil {
		return err
	}
	if v.docs, err = p.dossiers.StaffDocuments(ctx, a, d); err != nil {
		return err
	}
	if v.notes, err = p.notes.List(ctx, a, d.ID); err != nil {
		return err
	}
	if v.hold, err = p.keeps.Held(ctx, a, d); err != nil {
		return err
	}
	if v.readings, err = p.dossiers.Readings(ctx, a, d); err != nil {
		return err
	}
	if v.parties, err = p.dossiers.Parties(ctx, a, d.ID); err != nil {
		return err
	}
	if v.lost, err = notify.LostAmong(ctx, p.db, a, d.ID); err != nil {
		return err
	}
	if v.contacts, err = p.ids.ContactsAmong(ctx, a, d.ID); err != nil {
		return err
	}
	if v.asked.requests, err = p.requests.InDossier(ctx, a.Scope(), d.ID); err != nil {
		return err
	}
	if c.Site.Modules[tenant.ModuleApprovals] {
		if v.asked.approvals, err = p.approvals.InDossier(ctx, a, d.ID); err != nil {
			return err
		}
	}
	if err := p.needs(c, &v); err != nil {
		return err
	}
	v.office, v.work, v.manage, v.list = true, a.Can(access.Work), a.Can(access.Manage), problems
	return c.Render(status, officePage(c, c.Frame(d.Title), v))
}

type onForm struct {
	On string `form:"on"`
}

func (p *Pages) publish(c *web.Ctx, a access.Staff) error {
	var f onForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.dossiers.Publish(c.R.Context(), a, c.Param("dossier"), f.On != ""); err != nil {
		return err
	}
	key := "dossier.hidden_now"
	if f.On != "" {
		key = "dossier.shown_now"
	}
	return c.Done("/dossiers/"+c.Param("dossier"), key)
}

func (p *Pages) tick(c *web.Ctx, a access.Staff) error {
	var f onForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.dossiers.Tick(c.R.Context(), a, c.Param("dossier"), c.Param("step"), f.On != ""); err != nil {
		return err
	}
	return c.Done("/dossiers/"+c.Param("dossier"), "dossier.saved")
}

func (p *Pages) show(c *web.Ctx, a access.Staff) error {
	var f onForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.dossiers.Show(c.R.Context(), a, c.Param("dossier"), c.Param("document"), f.On != ""); err != nil {
		return err
	}
	key := "document.hidden_now"
	if f.On != "" {
		key = "document.shown_now"
	}
	return c.Done("/dossiers/"+c.Param("dossier"), key)
}

func (p *Pages) staffFile(c *web.Ctx, a access.Staff) error {
	f, err := p.dossiers.StaffFile(c.R.Context(), a, c.Param("dossier"), c.Param("document"))
	if err != nil {
		return err
	}
	return serve(c, f)
}

// add takes one or more files of a plain form; each that is wrong is named, the others stay.
func (p *Pages) add(c *web.Ctx, a access.Staff) error {
	in, once, n, files := dossier.NewUpload{Category: dossier.Documents}, "", 0, 0
	var problems []ui.Problem
	err := c.Parts(func(name, value string) {
		switch value = strings.TrimSpace(value); {
		case name == "category" && value == string(dossier.Correspondence):
			in.Category = dossier.Correspondence
		case name == "type":
			in.Type = value
		case name == "once":
			once = value
		}
	}, func(_, name string, r io.Reader) error {
		files++
		in.FileName, in.Once = name, keyOf(once, files)
		_, err := p.dossiers.Receive(c.R.Context(), a.Scope(), c.Param("dossier"), in, r)
		if found := ui.FileProblem(c.Texts, name, err); found != "" {
			problems = append(problems, ui.Problem{Field: "file", Text: found})
			return nil
		}
		if err == nil {
			n++
		}
		return err
	})
	if err != nil {
		return err
	}
	if n == 0 && len(problems) == 0 {
		problems = []ui.Problem{{Field: "file", Text: c.T("upload.none")}}
	}
	if len(problems) > 0 {
		return p.showStaffPage(c, a, 422, problems)
	}
	c.SetFlash(web.Flash{Kind: "ok", Key: "upload.added", Args: []any{"n", n}})
	return c.See("/dossiers/" + c.Param("dossier"))
}

// keyOf is the key of one file of a form that has a key.
func keyOf(once string, n int) string {
	if once == "" {
		return ""
	}
	return once + "-" + strconv.Itoa(n)
}
