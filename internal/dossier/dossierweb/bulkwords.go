package dossierweb

import (
	"slices"
	"strings"

	"voordeur/internal/dossier"
	"voordeur/internal/web"
)

// whyNot says why nothing is done to a dossier.
func whyNot(c *web.Ctx, e dossier.Effect) string {
	if e.Why == nil {
		return c.T("bulk.same")
	}
	return c.T(e.Why.Key, append(slices.Clone(e.Why.Args), "rank", c.T("rank."+e.Was.Rank.String()))...)
}

// effectLines say what an act makes of a dossier: for the office, and for its clients.
func (v bulkView) effectLines(c *web.Ctx, e dossier.Effect) []string {
	name := func(key string) string { return statusName(c, v.defs[e.Now.Type], key) }
	switch v.kind {
	case dossier.ActStatus:
		return []string{c.T("bulk.status_from", "from", name(e.Was.Status), "to", name(e.Now.Status)), v.statusSeen(c, e)}
	case dossier.ActAssign:
		return []string{c.T("bulk.handler_from", "from", v.held(c, e.Was), "to", v.held(c, e.Now)), v.handlerSeen(c, e)}
	}
	return []string{c.T("bulk.sees_dossier", "found", strings.Join(v.findings(c, e), ", "))}
}

// statusSeen says what clients read of a status.
func (v bulkView) statusSeen(c *web.Ctx, e dossier.Effect) string {
	def := v.defs[e.Now.Type]
	st, _ := def.Status(e.Now.Status)
	shown, _ := def.Status(e.Now.Shown)
	lang := c.Texts.Lang()
	switch {
	case !e.Now.InPortal:
		return c.T("bulk.sees_nothing")
	case st.Portal && e.Now.Note != "":
		return c.T("bulk.sees_status_note", "status", st.Title(lang), "note", e.Now.Note)
	case st.Portal:
		return c.T("bulk.sees_status", "status", st.Title(lang))
	case e.Now.Shown == "":
		return c.T("bulk.sees_no_status")
	}
	return c.T("bulk.sees_old_status", "status", shown.Title(lang))
}

// held is who handles a dossier, or where it waits.
func (v bulkView) held(c *web.Ctx, d dossier.Dossier) string {
	if d.Handler.ID == "" && d.Department.ID != "" {
		return c.T("bulk.to_department", "name", d.Department.Name)
	}
	return handledBy(c, d.Handler.Name)
}

func (v bulkView) handlerSeen(c *web.Ctx, e dossier.Effect) string {
	switch {
	case !e.Now.InPortal:
		return c.T("bulk.sees_nothing")
	case e.Now.Handler.ID != "":
		return c.T("bulk.sees_handler", "name", e.Now.Handler.Name)
	}
	return c.T("bulk.sees_department", "name", e.Now.Department.Name)
}

// maxFindings is how many titles of documents stand in a line.
const maxFindings = 5

// findings are what a client finds in a dossier that is published.
func (v bulkView) findings(c *web.Ctx, e dossier.Effect) []string {
	st, _ := v.defs[e.Now.Type].Status(e.Now.Shown)
	out := []string{c.T("bulk.found_title", "title", e.Now.Title)}
	if e.Now.Shown != "" {
		out = append(out, c.T("bulk.found_status", "status", st.Title(c.Texts.Lang())))
	}
	for i, title := range e.Documents {
		if i == maxFindings {
			out = append(out, c.Texts.N("bulk.found_more", len(e.Documents)-i))
			break
		}
		out = append(out, c.T("bulk.found_document", "title", title))
	}
	if e.Messages > 0 {
		out = append(out, c.Texts.N("bulk.found_messages", e.Messages))
	}
	return out
}

// mailedLine says who of the clients is mailed, and once.
func mailedLine(c *web.Ctx, e dossier.Effect) string {
	var names []string
	for _, m := range e.Mailed {
		name := m.Name
		if m.For != "" {
			name = c.T("bulk.mailed_for", "name", m.Name, "client", m.For)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return c.T("bulk.mailed_nobody")
	}
	return c.T("bulk.mailed", "names", strings.Join(names, ", "))
}

// toldLine says to the office who of it is told.
func (v bulkView) toldLine(c *web.Ctx) string {
	switch {
	case v.kind != dossier.ActAssign || v.act.Handler == c.Scope.Account():
		return ""
	case v.act.Handler != "":
		return c.T("bulk.told_handler", "name", v.toName)
	}
	return c.T("bulk.told_department", "name", v.toName)
}

// partyNames are the clients of a dossier.
func partyNames(e dossier.Effect) string {
	var names []string
	for _, p := range e.Parties {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}
