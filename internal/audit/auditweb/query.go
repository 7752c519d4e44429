package auditweb

import (
	"cmp"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/federation"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// groups are the kinds of event that can be filtered on: what stands before the dot of an event.
var groups = []string{"dossier", "dossier_type", "document", "message", "note", "questionnaire", "request", "approval", "product", "application", "progress", "client", "account", "department", "destruction", "mandate", "letter", "session", "connection", "tenant", "journal", "seal"}

// query is the address of a page of the journal: everything that was asked for stands in it.
type query struct {
	Group, Who, Actor, Dossier, Client, ClientID, From, To, After string
}

func queryOf(c *web.Ctx) query {
	get := func(name string) string { return strings.TrimSpace(c.Query(name)) }
	q := query{
		Who: get("who"), Actor: get("actor"), Dossier: get("dossier"), Client: get("client"), ClientID: get("client_id"),
		From: get("from"), To: get("to"), After: get("after"),
	}
	for _, g := range groups {
		if g == get("group") {
			q.Group = g
		}
	}
	return q
}

func (q query) link() string {
	return web.Link("/journal", "group", q.Group, "who", q.Who, "actor", q.Actor, "dossier", q.Dossier, "client", q.Client,
		"client_id", q.ClientID, "from", q.From, "to", q.To, "after", q.After)
}

// next is the address of the following page, "" when there is none.
func (v listView) next() string {
	if v.page.Next == "" {
		return ""
	}
	q := v.in
	q.After = v.page.Next
	return q.link()
}

func (q query) filtered() bool {
	q.After = ""
	return q != query{}
}

// detail is what the journal keeps of a look at itself: ids and dates, no names.
func (q query) detail(f audit.Filter) map[string]string {
	d := map[string]string{}
	for name, value := range map[string]string{"group": f.Group, "actor": f.Actor, "from": q.From, "to": q.To} {
		if value != "" {
			d[name] = value
		}
	}
	return d
}

func groupOptions(c *web.Ctx, chosen string) []ui.Option {
	out := []ui.Option{{Label: c.T("journal.group.all")}}
	for _, g := range groups {
		out = append(out, ui.Option{Value: g, Label: c.T("journal.group." + g), Chosen: g == chosen})
	}
	return out
}

// dateType is that of a field for a date. A browser shows nothing of a value that is no date, so one
// that must be mended stands in a field of text.
func dateType(list []ui.Problem, field string) string {
	if ui.ErrorOf(list, field) != "" {
		return "text"
	}
	return "date"
}

// actor is who an entry is by, in words. What happened before a log-in is by a visitor, and names
// the account it was about.
func actor(c *web.Ctx, r audit.Row) string {
	switch {
	case r.ActorName != "":
		behalf, _ := r.Behalf()
		return c.By(r.ActorName, behalf)
	case r.ActorKind == "system":
		return c.T("journal.system")
	case r.ActorKind == "visitor":
		if n := about(r); n != "" {
			return n
		}
		return c.T("journal.visitor")
	}
	return c.T("journal.gone")
}

func about(r audit.Row) string {
	for _, o := range r.Objects {
		if o.Kind == "account" {
			return o.Name
		}
	}
	return ""
}

func role(c *web.Ctx, r audit.Row) string {
	switch {
	case r.Role == access.RoleSystem:
		return ""
	case r.Role == "":
		return c.T("journal.not_logged_in")
	}
	return c.T("journal.role." + string(r.Role))
}

// person is the account that the name of an entry leads to, for a filter on him.
func person(r audit.Row) string {
	if r.ActorKind == "staff" || r.ActorKind == "client" {
		return r.Actor
	}
	for _, o := range r.Objects {
		if o.Kind == "account" && r.ActorKind == "visitor" {
			return o.ID
		}
	}
	return ""
}

// things are the names of what an entry is about, as far as its sentence does not say it.
func things(r audit.Row) string {
	var list []string
	for _, o := range r.Objects {
		_, behalf := r.Behalf() // then the mandate's client stands beside who acted
		if o.Name != "" && !(o.Kind == "account" && r.ActorKind == "visitor") && !(o.Kind == "mandate" && behalf) {
			list = append(list, o.Name)
		}
	}
	return strings.Join(list, ", ")
}

// rightLines say what an account or a mandate gave before and gives since, as far as the entry notes it.
func rightLines(c *web.Ctx, r audit.Row) []string {
	var out []string
	if list, noted := rightsIn(c, r, "offered"); noted {
		out = append(out, c.T("journal.rights_offered", "rights", list))
	}
	if list, noted := rightsIn(c, r, "old"); noted {
		out = append(out, c.T("journal.rights_old", "rights", list))
	}
	if list, noted := rightsIn(c, r, "new"); noted {
		out = append(out, c.T("journal.rights_new", "rights", list))
	}
	return out
}

func rightsIn(c *web.Ctx, r audit.Row, detail string) (list string, noted bool) {
	stored, noted := r.Detail[detail]
	rights, _ := access.ParseRights(stored)
	return cmp.Or(strings.Join(c.RightTexts(rights), ", "), c.T("journal.rights_none")), noted
}

func means(c *web.Ctx, r audit.Row) string {
	m := r.Means
	if m == "" {
		m = r.Detail["means"]
	}
	if m == "" {
		m = "none"
	}
	if party, level, leveled := strings.Cut(m, "+"); leveled && slices.Contains(federation.Means, party) {
		return c.T("journal.means."+party) + ", " + c.T("connection.level."+level)
	}
	return c.T("journal.means." + strings.ReplaceAll(m, "+", "_"))
}
