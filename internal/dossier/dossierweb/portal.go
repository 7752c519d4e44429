// Package dossierweb is the pages of dossiers and their documents, for both faces.
package dossierweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/client"
	"voordeur/internal/department"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/identity"
	"voordeur/internal/message"
	"voordeur/internal/note"
	"voordeur/internal/notify"
	"voordeur/internal/product"
	"voordeur/internal/questionnaire"
	"voordeur/internal/request"
	"voordeur/internal/retention"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"

	"voordeur/internal/db"
)

// Pages are the pages of this package.
type Pages struct {
	db        *db.DB
	dossiers  *dossier.Dossiers
	messages  *message.Messages
	notes     *note.Notes
	ids       *identity.Identity
	clients   *client.Clients
	tenants   *tenant.Tenants
	products  *product.Products
	requests  *request.Requests
	forms     *questionnaire.Questionnaires
	deps      *department.Departments
	approvals *approval.Approvals
	keeps     *retention.Retention
}

// New returns the pages.
func New(d *db.DB, ds *dossier.Dossiers, ms *message.Messages, ns *note.Notes, ids *identity.Identity, cs *client.Clients, ts *tenant.Tenants, ps *product.Products, rs *request.Requests, qs *questionnaire.Questionnaires, deps *department.Departments, as *approval.Approvals, keeps *retention.Retention) *Pages {
	return &Pages{d, ds, ms, ns, ids, cs, ts, ps, rs, qs, deps, as, keeps}
}

// Routes returns the addresses of this package. Both faces have a list and a page under the same
// path; which one answers is decided by the host.
func (p *Pages) Routes() []web.Route {
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	see, m := access.PortalWith(access.SeeDossiers), tenant.ModuleDossiers
	return web.InModule(m, append(append(append(p.uploads(), p.quarantineRoutes()...), p.noteRoutes()...), []web.Route{
		{Method: web.Get, Pattern: "/dossiers", Policy: see, Module: m, Handler: web.Client(p.clientList)},
		{Method: web.Get, Pattern: "/dossiers/{dossier}", Policy: see, Module: m, Handler: web.Client(p.clientPage)},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/new", Policy: access.PortalWith(access.UploadDocuments), Module: m, Handler: web.Client(p.addPage)},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/documents/new", Policy: access.PortalWith(access.UploadDocuments), Module: m, Handler: web.Client(p.addOwn), Streams: true, Resumes: true},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/{document}", Policy: see, Module: m, Handler: web.Client(p.clientFile), Streams: true},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/{document}/open", Policy: see, Module: m, Handler: p.open},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/{document}/open", Policy: read, Handler: p.open},
		{Method: web.Get, Pattern: "/view/{ticket}/{filename}", Policy: access.DocsTicket, Handler: p.view, Streams: true},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/looks", Policy: see, Module: m, Handler: web.Client(p.looks)},
		{Method: web.Get, Pattern: "/dossiers", Policy: read, Handler: web.Staff(p.staffList)},
		{Method: web.Get, Pattern: "/dossiers/new", Policy: work, Handler: web.Staff(p.newPage)},
		{Method: web.Post, Pattern: "/dossiers/new", Policy: work, Handler: web.Staff(p.create), Form: draftForm{}},
		{Method: web.Get, Pattern: bulkPath, Policy: work, Handler: web.Staff(p.bulkPage)},
		{Method: web.Post, Pattern: bulkPath, Policy: work, Handler: web.Staff(p.bulk), Form: bulkForm{}},
		{Method: web.Get, Pattern: "/dossiers/{dossier}", Policy: read, Handler: web.Staff(p.staffPage)},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/as-client", Policy: read, Handler: web.Staff(p.pickClient)},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/as-client/{client}", Policy: read, Handler: web.Staff(p.asClient)},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/edit", Policy: work, Handler: web.Staff(p.editPage)},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/edit", Policy: work, Handler: web.Staff(p.edit), Form: draftForm{}},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/take", Policy: work, Handler: web.Staff(p.takeUp)},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/publish", Policy: work, Handler: web.Staff(p.publish), Form: onForm{}},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/steps/{step}", Policy: work, Handler: web.Staff(p.tick), Form: onForm{}},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/documents", Policy: work, Handler: web.Staff(p.add), Streams: true},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/{document}", Policy: read, Handler: web.Staff(p.staffFile), Streams: true},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/status", Policy: work, Handler: web.Staff(p.statusPage)},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/status", Policy: work, Handler: web.Staff(p.setStatus), Form: statusForm{}},
		{Method: web.Get, Pattern: "/dossiers/{dossier}/documents/{document}/rank", Policy: work, Handler: web.Staff(p.rankPage)},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/documents/{document}/rank", Policy: work, Handler: web.Staff(p.setRank), Form: rankForm{}},
		{Method: web.Post, Pattern: "/dossiers/{dossier}/documents/{document}/show", Policy: work, Handler: web.Staff(p.show), Form: onForm{}},
	}...))
}

func (p *Pages) clientList(c *web.Ctx, a access.Client) error {
	v, err := p.listOf(c)
	if err != nil {
		return err
	}
	if v.settings.Overview == tenant.ByTiles && v.filter.Search == "" {
		return p.tiles(c, a, v)
	}
	if err := p.filterOf(c, &v); err != nil {
		return err
	}
	if v.page, err = p.dossiers.ClientList(c.R.Context(), a, v.filter); err != nil {
		return err
	}
	if err := p.name(c, &v); err != nil {
		return err
	}
	others, err := p.dossiers.HasClosed(c.R.Context(), a)
	if err != nil {
		return err
	}
	if !others {
		v.statuses = nil
	}
	v.next = nextLink(c, v.page)
	return c.Render(200, portalList(c, c.Frame(c.T("nav.dossiers")), v))
}

type listView struct {
	filter      dossier.Filter
	page        dossier.Page
	settings    tenant.Settings
	defs        map[dossiertype.Ref]dossiertype.Definition
	statuses    []ui.Option // empty when there is nothing to choose (N14)
	departments []ui.Option // whose waiting dossiers an employee can ask for
	picked      bool        // every row is chosen
	all         bool        // no status is ticked: the list has all of them
	next        string
}

// listOf reads search and filter from the address. A first visit asks for what is open; whoever
// unticked every status, which the form's mark tells apart, asks for all of them.
func (p *Pages) listOf(c *web.Ctx) (listView, error) {
	v := listView{filter: dossier.Filter{Search: c.Query("q"), Statuses: c.Queries("status"), After: c.Query("after")}}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return v, err
	}
	v.settings = t.Settings
	v.all = len(v.filter.Statuses) == 0 && c.Query(filteredMark) != ""
	return v, nil
}

// searchLabel says by what a dossier is found: the office has more to go by than a client.
func searchLabel(c *web.Ctx) string {
	if c.Site.Face == access.Office {
		return c.T("dossier.search_office")
	}
	return c.T("dossier.search")
}

// filterOf reads which statuses the list is asked for, and offers all of them.
func (p *Pages) filterOf(c *web.Ctx, v *listView) error {
	statuses, err := p.dossiers.Statuses(c.R.Context(), c.Scope)
	if err != nil {
		return err
	}
	asked := v.filter.Statuses
	v.filter.Statuses = nil
	for _, same := range byName(c, statuses) {
		var on, chosen bool
		for _, st := range same {
			chosen = chosen || slices.Contains(asked, st.Key)
			on = on || len(asked) == 0 && !v.all && !st.Final
		}
		v.statuses = append(v.statuses, ui.Option{Value: same[0].Key, Label: called(c, same[0]), Chosen: on || chosen})
		for _, st := range same {
			if chosen || v.all {
				v.filter.Statuses = append(v.filter.Statuses, st.Key)
			}
		}
	}
	if len(asked) > 0 && len(v.filter.Statuses) == 0 { // none of those exists, and nothing has it
		v.filter.Statuses = asked
	}
	return nil
}

// byName puts together the statuses that are called the same: the organisation's and those of its types have keys of
// their own, and whoever looks for one means all of them.
func byName(c *web.Ctx, list []dossiertype.Status) [][]dossiertype.Status {
	var out [][]dossiertype.Status
	for _, st := range list {
		i := slices.IndexFunc(out, func(same []dossiertype.Status) bool { return called(c, same[0]) == called(c, st) })
		if i < 0 {
			out = append(out, []dossiertype.Status{st})
			continue
		}
		out[i] = append(out[i], st)
	}
	return out
}

// filteredMark is in the address of a list whose filter was shown.
const filteredMark = "filtered"

// name finds what the statuses on a page of the list are called.
func (p *Pages) name(c *web.Ctx, v *listView) error {
	refs := make([]dossiertype.Ref, len(v.page.Rows))
	for i, r := range v.page.Rows {
		refs[i] = r.Type
	}
	var err error
	v.defs, err = p.dossiers.Definitions(c.R.Context(), p.db, c.Scope, refs...)
	return err
}

// called is what a status is called, to staff or to clients.
func called(c *web.Ctx, st dossiertype.Status) string {
	if _, staff := access.AsStaff(c.Scope); staff {
		return st.Name.In(c.Texts.Lang())
	}
	return st.Title(c.Texts.Lang())
}

// statusName is what a status of a type is called; one that it no longer has is called by its key.
func statusName(c *web.Ctx, def dossiertype.Definition, key string) string {
	if st, known := def.Status(key); known {
		return called(c, st)
	}
	return key
}

// nextLink keeps search and filter in the address of the next page.
func nextLink(c *web.Ctx, page dossier.Page) string {
	if page.Next == "" {
		return ""
	}
	q := c.R.URL.Query()
	q.Set("after", page.Next)
	return c.R.URL.Path + "?" + q.Encode()
}

// pageView is a dossier with everything its page shows.
type pageView struct {
	d        dossier.Dossier
	settings tenant.Settings
	def      dossiertype.Definition
	moments  []dossier.Moment
	steps    []dossier.Step
	docs     []dossier.Document
	messages []message.Message
	notes    []note.Note     // for staff alone
	hold     *retention.Hold // that keeps it from destruction, for staff alone; nil for none
	unread   map[string]int
	tab      string
	readings map[string][]dossier.Reading
	parties  []dossier.Party
	lost     []notify.Unreachable // of the parties
	contacts []identity.Contact   // of the parties
	once     string
	list     []ui.Problem
	asked    asked
	as       *dossier.Preview // not nil when an employee looks as the client
	office   bool
	work     bool
	manage   bool
}

func (v pageView) done() int {
	n := 0
	for _, s := range v.steps {
		if s.DoneAt != nil {
			n++
		}
	}
	return n
}

// now returns the first step that is not done, or "".
func (v pageView) now() string {
	for _, s := range v.steps {
		if s.DoneAt == nil {
			return s.Title
		}
	}
	return ""
}

// in returns the documents of a tab. What came with a message of the office stands there, not in a
// tab.
func (v pageView) in(cat dossier.Category) []dossier.Document {
	var out []dossier.Document
	for _, d := range v.docs {
		if d.Category == cat && (d.Origin == "client" || d.Message == "") {
			out = append(out, d)
		}
	}
	return out
}

func (p *Pages) load(c *web.Ctx, d dossier.Dossier) (pageView, error) {
	ctx := c.R.Context()
	v := pageView{d: d, once: web.OnceKey()}
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return v, err
	}
	v.settings = t.Settings
	if v.def, err = p.dossiers.Definition(ctx, p.db, c.Scope, d.Type); err != nil {
		return v, err
	}
	if v.moments, err = p.dossiers.Timeline(ctx, c.Scope, d, v.def); err != nil {
		return v, err
	}
	if v.steps, err = p.dossiers.Progress(ctx, c.Scope, d); err != nil {
		return v, err
	}
	if v.messages, err = p.messages.List(ctx, c.Scope, d); err != nil {
		return v, err
	}
	v.unread, err = notify.Tabs(ctx, p.db, c.Site.Tenant, c.Scope.Account(), c.Scope.Client(), d.ID)
	return v, err
}

func (p *Pages) clientPage(c *web.Ctx, a access.Client) error {
	d, err := p.dossiers.ClientView(c.R.Context(), a, c.Param("dossier"))
	if err != nil {
		return err
	}
	v, err := p.load(c, d)
	if err != nil {
		return err
	}
	if v.docs, err = p.dossiers.ClientDocuments(c.R.Context(), a, d); err != nil {
		return err
	}
	if v.asked.requests, err = p.requests.InDossier(c.R.Context(), a.Scope(), d.ID); err != nil {
		return err
	}
	if c.Site.Modules[tenant.ModuleQuestionnaires] {
		if v.asked.forms, err = p.forms.WaitingIn(c.R.Context(), a, d.ID); err != nil {
			return err
		}
	}
	if v.asked.approvals, err = p.approvalsFor(c, a, d.ID); err != nil {
		return err
	}
	if err := p.needs(c, &v); err != nil {
		return err
	}
	v.tab = v.tabOf(c)
	return c.Render(200, portalPage(c, c.Frame(d.Title), v))
}

func (v pageView) tabs(c *web.Ctx) []ui.Tab {
	var out []ui.Tab
	for _, name := range tabNames(c) {
		t := ui.Tab{Label: c.T("dossier.tab." + name), Href: web.Link(v.base(), "tab", name) + "#onderdelen", Count: strconv.Itoa(v.size(name)), Current: v.tab == name}
		if u := v.unread[name]; u > 0 {
			t.New = c.T("dossier.new", "n", u)
		}
		out = append(out, t)
	}
	return out
}

func (p *Pages) clientFile(c *web.Ctx, a access.Client) error {
	f, err := p.dossiers.ClientFile(c.R.Context(), a, c.Param("dossier"), c.Param("document"))
	if err != nil {
		return err
	}
	return serve(c, f)
}

// serve streams a file as an attachment, with ranges. Nothing is shown inline on the portal's own
// origin.
func serve(c *web.Ctx, f dossier.File) error {
	defer f.Close()
	h := c.W.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", filetype.Disposition("attachment", f.FileName))
	h.Set("Cache-Control", "no-store, private")
	http.ServeContent(c.W, c.R, "", f.CreatedAt.Time, f.Content)
	return nil
}

func extension(d dossier.Document) string {
	return d.FileName[strings.LastIndex(d.FileName, ".")+1:]
}

// fileKind is what sort of file it is, in words.
func fileKind(c *web.Ctx, d dossier.Document) string {
	if t, ok := filetype.Lookup(extension(d)); ok {
		return c.T(t.Label)
	}
	return c.T("page.file")
}

// fileProps is a document's row, in words for staff or for the client.
func fileProps(c *web.Ctx, base string, d dossier.Document, staff bool) ui.File {
	f := ui.File{Icon: ui.FileIcon(extension(d)), Name: d.Title, Meta: c.T("document.meta", "type", fileKind(c, d), "size", c.Texts.Size(d.Size), "date", c.Texts.ShortDate(d.CreatedAt.Time), "who", c.By(d.Author, d.Behalf))}
	if d.SentAs != "" {
		f.Meta += " · " + c.T("document.sent_as", "name", d.SentAs)
	}
	if f.State = d.StateText(c.Texts, staff, c.Now); f.State == "" {
		f.DownloadHref, f.OpenHref = base+"/documents/"+d.ID, openHref(c, base, d)
	}
	if d.Unread {
		f.New = c.T("ui.new")
	}
	return f
}

// typed turns what a version field holds into a number; a tampered one is a stale form.
func typed(version string) (int64, error) {
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return 0, errs.New(errs.Invalid, "error.form_stale")
	}
	return n, nil
}
