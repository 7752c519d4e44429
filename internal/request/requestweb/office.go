package requestweb

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/request"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// askForm is a request as it is written; its items are fields of their own, "item.1.name".
type askForm struct {
	Once   string `form:"once"`
	To     string `form:"to"`
	Due    string `form:"due"`
	Remind string `form:"remind"`
	Word   string `form:"word"`
	Do     string `form:"do"`
	items  []request.Ask
}

// usual is how many days before the last day a client is reminded, unless somebody says otherwise.
const usual = 3

// parts are the fields of an item.
func parts(a *request.Ask) map[string]*string {
	return map[string]*string{"name": &a.Name, "explain": &a.Explain, "example": &a.Example, "kind": &a.Kind}
}

// set takes one field of a form, as it was posted or kept.
func (f *askForm) set(name, value string) {
	rest, item := strings.CutPrefix(name, "item.")
	if !item {
		if at, known := map[string]*string{"once": &f.Once, "to": &f.To, "due": &f.Due, "remind": &f.Remind, "word": &f.Word}[name]; known {
			*at = value
		}
		return
	}
	number, part, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > request.MaxItems+1 {
		return
	}
	for len(f.items) < n {
		f.items = append(f.items, request.Ask{})
	}
	if at, known := parts(&f.items[n-1])[part]; known {
		*at = value
	}
}

// bind reads the form with its items.
func (f *askForm) bind(c *web.Ctx) error {
	if err := web.Bind(c, f); err != nil {
		return err
	}
	for name, list := range c.R.PostForm {
		if strings.HasPrefix(name, "item.") {
			f.set(name, web.Clean(list[0]))
		}
	}
	return nil
}

// change does what a button of the items asks, and reports whether one was pressed: "add" adds one, "drop.2" takes the
// second away.
func (f *askForm) change() bool {
	act, number, _ := strings.Cut(f.Do, ".")
	n, err := strconv.Atoi(number)
	switch {
	case act == "add" && len(f.items) < request.MaxItems:
		f.items = append(f.items, request.Ask{})
	case act == "drop" && err == nil && n >= 1 && n <= len(f.items):
		f.items = slices.Delete(f.items, n-1, n)
	case act != "add" && act != "drop":
		return false
	}
	return true
}

// draft is the request that the form says. Items that were left empty are none, unless all were.
func (f askForm) draft() (request.Draft, []int) {
	remind, err := strconv.Atoi(cmp.Or(strings.TrimSpace(f.Remind), "0"))
	if err != nil {
		remind = -1
	}
	in := request.Draft{Client: f.To, Word: f.Word, DueOn: strings.TrimSpace(f.Due), Remind: remind}
	var at []int
	for n, a := range f.items {
		if !a.Empty() {
			in.Items, at = append(in.Items, a), append(at, n)
		}
	}
	return in, at
}

// askView is the page on which an employee asks for things.
type askView struct {
	d         dossier.Dossier
	in        askForm
	resumed   bool
	to, kinds []ui.Option
	problems  []ui.Problem
	general   string
	chosen    string // of the items, the one to go on with: "3", "" for none
}

func (v askView) action() string { return dossierHref(v.d.ID) + "/requests/new" }

// kindsOf are the kinds of documents, with that of an item chosen.
func (v askView) kindsOf(a request.Ask) []ui.Option {
	out := slices.Clone(v.kinds)
	for i := range out {
		out[i].Chosen = out[i].Value == a.Kind
	}
	return out
}

func (p *Pages) askPage(c *web.Ctx, a access.Staff) error {
	v := askView{in: askForm{Once: web.OnceKey(), Remind: strconv.Itoa(usual), items: make([]request.Ask, 1)}}
	if kind := c.Query("kind"); kind != "" { // asked from the list of what is needed
		v.in.items[0].Kind = kind
	}
	if c.Query("resume") != "" {
		parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
		if err != nil {
			return err
		}
		if len(parked.Fields) > 0 {
			v.in, v.resumed = askForm{}, true
		}
		for _, f := range parked.Fields {
			v.in.set(f[0], f[1])
		}
	}
	return p.showAsk(c, a, 200, v)
}

func (p *Pages) showAsk(c *web.Ctx, a access.Staff, code int, v askView) error {
	ctx := c.R.Context()
	var err error
	if v.d, err = p.dossiers.StaffView(ctx, a, c.Param("dossier")); err != nil {
		return err
	}
	if err := request.Askable(v.d); err != nil && code == 200 {
		return err
	}
	parties, err := p.dossiers.Parties(ctx, a, v.d.ID)
	if err != nil {
		return err
	}
	for _, party := range parties {
		v.to = append(v.to, ui.Option{Value: party.ID, Label: party.Name, Chosen: party.ID == v.in.To})
	}
	def, err := p.dossiers.Definition(ctx, p.db, c.Scope, v.d.Type)
	if err != nil {
		return err
	}
	v.kinds = []ui.Option{{Label: c.T("document.type_none")}}
	for _, k := range request.Kinds(def) {
		v.kinds = append(v.kinds, ui.Option{Value: k.Key, Label: k.Name.In(c.Texts.Lang())})
		v.name(c, k)
	}
	if len(v.in.items) == 0 {
		v.in.items = make([]request.Ask, 1)
	}
	title := c.T("request.ask")
	if code != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, askSheet(c, c.Frame(title), v))
}

// name calls a new item after its kind.
func (v *askView) name(c *web.Ctx, k dossiertype.DocumentType) {
	if first := v.in.items; len(first) == 1 && first[0] == (request.Ask{Kind: k.Key}) && c.R.Method == web.Get {
		first[0].Name, first[0].Explain = k.Name.In(c.Texts.Lang()), k.Explain.In(c.Texts.Lang())
	}
}

// ask sends a request, or changes the number of its items. What is wrong comes back with all that was typed.
func (p *Pages) ask(c *web.Ctx, a access.Staff) error {
	v := askView{}
	if err := v.in.bind(c); err != nil {
		return err
	}
	if v.in.change() {
		v.chosen = strconv.Itoa(len(v.in.items))
		return p.showAsk(c, a, 200, v)
	}
	in, at := v.in.draft()
	id, err := p.requests.Send(c.R.Context(), a, c.Param("dossier"), v.in.Once, in)
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		if c.R.PostForm.Get("resumed") != "" {
			if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
				return err
			}
		}
		return c.Done(dossierHref(c.Param("dossier"))+"/requests/"+id, "request.sent")
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		v.problems = moved(ui.Problems(c.Texts, err), at)
		return p.showAsk(c, a, 422, v)
	case e != nil && e.Kind == errs.Conflict:
		v.general = c.T(e.Key, e.Args...)
		return p.showAsk(c, a, 409, v)
	}
	return err
}

// moved names the fields of items by where they stand in the form: empty ones between them were left out.
func moved(list []ui.Problem, at []int) []ui.Problem {
	for i, p := range list {
		rest, item := strings.CutPrefix(p.Field, "item.")
		number, part, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(number); item && err == nil && n <= len(at) {
			list[i].Field = request.FieldOf(at[n-1], part)
		}
	}
	return list
}

func (p *Pages) staffPage(c *web.Ctx, a access.Staff) error {
	q, err := p.requests.Open(c.R.Context(), a, c.Param("dossier"), c.Param("request"))
	if err != nil {
		return err
	}
	return c.Render(200, staffSheet(c, c.Frame(c.T("request.one")), q, a.Can(access.Work)))
}

func (p *Pages) withdraw(c *web.Ctx, a access.Staff) error {
	if err := p.requests.Withdraw(c.R.Context(), a, c.Param("dossier"), c.Param("request")); err != nil {
		return err
	}
	return c.Done(dossierHref(c.Param("dossier")), "request.taken_back")
}

type judgeForm struct {
	Version string `form:"version"`
	Reason  string `form:"reason"`
	Do      string `form:"do"`
}

// judgeView is one item with what was handed in of it.
type judgeView struct {
	q        request.Request
	item     request.Item
	in       judgeForm
	kind     string
	work     bool
	problems []ui.Problem
	general  string
}

func (p *Pages) judgePage(c *web.Ctx, a access.Staff) error {
	return p.showJudge(c, a, 200, judgeView{})
}

func (p *Pages) showJudge(c *web.Ctx, a access.Staff, code int, v judgeView) error {
	ctx := c.R.Context()
	var err error
	if v.q, err = p.requests.OpenItem(ctx, a, c.Param("dossier"), c.Param("item")); err != nil {
		return err
	}
	v.item, v.work = v.q.Item(c.Param("item")), a.Can(access.Work)
	v.in.Version = strconv.FormatInt(v.item.Version, 10)
	d, err := dossier.ForStaff(ctx, p.db, a, v.q.Dossier)
	if err != nil {
		return err
	}
	def, err := p.dossiers.Definition(ctx, p.db, c.Scope, d.Type)
	if err != nil {
		return err
	}
	kind, _ := def.Document(v.item.Kind)
	v.kind = kind.Name.In(c.Texts.Lang())
	return c.Render(code, judgeSheet(c, c.Frame(v.item.Name), v))
}

// judge approves or rejects an answer. When a colleague was first, or the client handed in something else, the page shows
// how it stands now, with the reason that was typed.
func (p *Pages) judge(c *web.Ctx, a access.Staff) error {
	var f judgeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Version, 10, 64)
	if err != nil || f.Do != "approve" && f.Do != "reject" {
		return errs.New(errs.Invalid, "error.form_stale")
	}
	id := c.Param("dossier")
	err = p.requests.Judge(c.R.Context(), a, id, c.Param("item"), request.Verdict{Version: version, Approve: f.Do == "approve", Reason: f.Reason})
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return p.judged(c, a, f)
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		return p.showJudge(c, a, 422, judgeView{in: f, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.showJudge(c, a, 409, judgeView{in: f, general: c.T(e.Key, e.Args...)})
	}
	return err
}

func (p *Pages) judged(c *web.Ctx, a access.Staff, f judgeForm) error {
	q, err := p.requests.OpenItem(c.R.Context(), a, c.Param("dossier"), c.Param("item"))
	if err != nil {
		return err
	}
	key := "request.approved_now"
	switch {
	case q.State == request.Done:
		key = "request.done_now"
	case f.Do == "reject":
		key = "request.rejected_now"
	}
	return c.Done(href(q), key)
}

type markForm struct {
	Version string `form:"version"`
	State   string `form:"state"`
	Reason  string `form:"reason"`
}

// markView is the page on which an employee says how it stands with a document that a dossier needs.
type markView struct {
	d        dossier.Dossier
	now      request.Check
	in       markForm
	problems []ui.Problem
	general  string
}

func (v markView) states(c *web.Ctx) []ui.Option {
	var out []ui.Option
	for _, s := range []request.State{request.Received, request.Approved, request.Rejected} {
		out = append(out, ui.Option{Value: string(s), Label: c.T("request.state." + string(s)), Chosen: string(s) == v.in.State})
	}
	return out
}

func (p *Pages) markPage(c *web.Ctx, a access.Staff) error {
	return p.showMark(c, a, 200, markView{})
}

func (p *Pages) showMark(c *web.Ctx, a access.Staff, code int, v markView) error {
	ctx := c.R.Context()
	d, err := dossier.ForStaff(ctx, p.db, a, c.Param("dossier"))
	if err != nil {
		return err
	}
	kind, err := p.requests.Needs(ctx, p.db, c.Scope, d, c.Param("required"))
	if err != nil {
		return err
	}
	if v.d, err = p.dossiers.StaffView(ctx, a, d.ID); err != nil {
		return err
	}
	def, err := p.dossiers.Definition(ctx, p.db, c.Scope, d.Type)
	if err != nil {
		return err
	}
	docs, err := p.dossiers.StaffDocuments(ctx, a, d)
	if err != nil {
		return err
	}
	list, err := p.requests.InDossier(ctx, c.Scope, d.ID)
	if err != nil {
		return err
	}
	checks, err := p.requests.Checklist(ctx, c.Scope, d, def, docs, list)
	if err != nil {
		return err
	}
	for _, k := range checks {
		if k.Kind.Key == kind.Key {
			v.now = k
		}
	}
	if code == 200 {
		v.in = markForm{State: string(v.now.State), Reason: v.now.Reason}
	}
	v.in.Version = strconv.FormatInt(v.now.Version, 10)
	return c.Render(code, markSheet(c, c.Frame(kind.Name.In(c.Texts.Lang())), v))
}

// mark keeps what an employee says. When a colleague was first the page shows what he said, with what was typed.
func (p *Pages) mark(c *web.Ctx, a access.Staff) error {
	var f markForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Version, 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "error.form_stale")
	}
	id := c.Param("dossier")
	err = p.requests.Mark(c.R.Context(), a, id, c.Param("required"), request.Mark{Version: version, State: request.State(f.State), Reason: f.Reason})
	switch e, _ := errors.AsType[*errs.Error](err); {
	case err == nil:
		return c.Done(dossierHref(id), "request.marked")
	case e != nil && e.Kind == errs.Invalid && e.Fields != nil:
		return p.showMark(c, a, 422, markView{in: f, problems: ui.Problems(c.Texts, err)})
	case e != nil && e.Kind == errs.Conflict:
		return p.showMark(c, a, 409, markView{in: f, general: c.T(e.Key, e.Args...)})
	}
	return err
}
