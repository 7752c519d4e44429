package tenantweb

import (
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// The ids that the form gives a status and a list to be added: they go along with it, so that what
// comes back is the same one.
const (
	newStatus = "new_status"
	newList   = "new_list"
)

// freshID returns the id of what may be added, the one of the posted form when there is one.
func freshID(c *web.Ctx, name string) string {
	if id := c.R.PostForm.Get(name); len(id) == 26 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return id
	}
	return web.OnceKey()
}

func dossierEntries(c *web.Ctx, e tenant.Edition) []entry {
	tiles := ""
	if e.Settings.Overview == tenant.ByTiles {
		tiles = "on"
	}
	out := []entry{{kind: tick, value: tiles, field: ui.Field{
		Name: "tiles", Label: c.T("settings.dossiers.overview"), Options: []ui.Option{{Value: "on", Label: c.T("settings.dossiers.tiles")}},
	}}}
	together := ""
	if e.Settings.Documents.Layout == tenant.InList {
		together = "on"
	}
	out = append(out, entry{kind: tick, value: together, field: ui.Field{
		Name: "documents_list", Label: c.T("settings.dossiers.documents"), Options: []ui.Option{{Value: "on", Label: c.T("settings.dossiers.documents_list")}},
	}})
	for i, st := range e.Settings.Statuses {
		list := statusEntries(c, st, strconv.Itoa(i+1))
		list[0].heading = c.T("settings.dossiers.status", "name", st.Name[c.Texts.Lang()])
		out = append(out, append(list, removal(c, "status_"+st.ID))...)
	}
	status, progress := freshID(c, newStatus), freshID(c, newList)
	out = append(out, entry{kind: hidden, value: status, field: ui.Field{Name: newStatus}}, entry{kind: hidden, value: progress, field: ui.Field{Name: newList}})
	list := statusEntries(c, tenant.Status{ID: status}, "")
	list[0].heading = c.T("settings.dossiers.add_status")
	out = append(out, optional(c, list)...)
	for _, p := range e.Settings.Progress {
		list := listEntries(c, p)
		list[0].heading = c.T("settings.dossiers.list", "name", p.Name)
		out = append(out, append(list, removal(c, "list_"+p.ID))...)
	}
	list = listEntries(c, tenant.ProgressTemplate{ID: progress})
	list[0].heading = c.T("settings.dossiers.add_list")
	return append(out, optional(c, list)...)
}

func optional(c *web.Ctx, list []entry) []entry {
	for i := range list {
		list[i].field.Optional = c.T("ui.optional")
	}
	return list
}

func statusEntries(c *web.Ctx, st tenant.Status, place string) []entry {
	at := "status_" + st.ID
	var out []entry
	for _, l := range i18n.Langs {
		out = append(out, entry{field: ui.Field{Name: at + "_" + string(l), Label: c.T("settings.dossiers.name_in", "lang", c.T("settings.lang."+string(l)))}, value: st.Name[l]})
	}
	closed := ""
	if st.Closed {
		closed = "on"
	}
	return append(out,
		entry{kind: tick, value: closed, field: ui.Field{Name: at + "_closed", Label: c.T("settings.dossiers.meaning"), Options: []ui.Option{{Value: "on", Label: c.T("settings.dossiers.closed")}}}},
		entry{value: place, field: ui.Field{Name: at + "_place", Label: c.T("settings.dossiers.place"), InputMode: "numeric", Optional: c.T("ui.optional")}})
}

func listEntries(c *web.Ctx, p tenant.ProgressTemplate) []entry {
	at := "list_" + p.ID
	return []entry{
		{value: p.Name, field: ui.Field{Name: at + "_name", Label: c.T("settings.dossiers.list_name")}},
		{value: strings.Join(p.Steps, "\n"), field: ui.Field{Name: at + "_steps", Label: c.T("settings.dossiers.list_steps"), Hint: c.T("settings.dossiers.list_hint"), Rows: 8}},
	}
}

func removal(c *web.Ctx, at string) entry {
	return entry{kind: tick, field: ui.Field{Name: at + "_gone", Label: c.T("settings.dossiers.remove"), Options: []ui.Option{{Value: "on", Label: c.T("settings.dossiers.remove_on")}}}}
}

// applyDossiers makes the statuses and the lists of what was typed.
func applyDossiers(c *web.Ctx, e *tenant.Edition, typed values) error {
	s := &e.Settings
	s.Overview = ""
	if typed["tiles"] != "" {
		s.Overview = tenant.ByTiles
	}
	s.Documents.Layout = ""
	if typed["documents_list"] != "" {
		s.Documents.Layout = tenant.InList
	}
	ids := []string{}
	for _, st := range s.Statuses {
		ids = append(ids, st.ID)
	}
	fresh := freshID(c, newStatus)
	if typed["status_"+fresh+"_nl"]+typed["status_"+fresh+"_en"] != "" {
		ids = append(ids, fresh)
	}
	s.Statuses = nil
	for _, id := range ids {
		at := "status_" + id
		if typed[at+"_gone"] != "" {
			continue
		}
		st := tenant.Status{ID: id, Name: map[i18n.Lang]string{}, Closed: typed[at+"_closed"] != ""}
		for _, l := range i18n.Langs {
			st.Name[l] = strings.TrimSpace(typed[at+"_"+string(l)])
		}
		s.Statuses = append(s.Statuses, st)
	}
	// What has no readable place stands at the end.
	place := func(st tenant.Status) int {
		if n, err := strconv.Atoi(strings.TrimSpace(typed["status_"+st.ID+"_place"])); err == nil {
			return n
		}
		return len(ids) + 1
	}
	slices.SortStableFunc(s.Statuses, func(a, b tenant.Status) int { return place(a) - place(b) })
	s.Progress = applyLists(s.Progress, freshID(c, newList), typed)
	return nil
}

func applyLists(old []tenant.ProgressTemplate, fresh string, typed values) []tenant.ProgressTemplate {
	var out []tenant.ProgressTemplate
	if typed["list_"+fresh+"_name"]+typed["list_"+fresh+"_steps"] != "" {
		old = append(slices.Clone(old), tenant.ProgressTemplate{ID: fresh})
	}
	for _, p := range old {
		at := "list_" + p.ID
		if typed[at+"_gone"] != "" {
			continue
		}
		p.Name, p.Steps = strings.TrimSpace(typed[at+"_name"]), nil
		for step := range strings.SplitSeq(typed[at+"_steps"], "\n") {
			if step = strings.TrimSpace(step); step != "" {
				p.Steps = append(p.Steps, step)
			}
		}
		out = append(out, p)
	}
	return out
}
