package dossierweb

import (
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/message"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// base is the address of the page that shows the dossier: its links lead to parts of that page.
func (v pageView) base() string {
	if v.as != nil {
		return asClientPath(v.d.ID, v.as.Party.ID)
	}
	return "/dossiers/" + v.d.ID
}

func asClientPath(dossierID, clientID string) string {
	return "/dossiers/" + dossierID + "/as-client/" + clientID
}

// pickClient leads to the dossier as its client sees it; when there are several, to the choice.
func (p *Pages) pickClient(c *web.Ctx, a access.Staff) error {
	d, err := p.dossiers.StaffView(c.R.Context(), a, c.Param("dossier"))
	if err != nil {
		return err
	}
	parties, err := p.dossiers.Parties(c.R.Context(), a, d.ID)
	if err != nil {
		return err
	}
	if len(parties) == 1 {
		return c.See(asClientPath(d.ID, parties[0].ID))
	}
	return c.Render(200, pickPage(c, c.Frame(c.T("asclient.title")), d, parties))
}

// asClient shows the client's own page to an employee: read-only, and nothing becomes read.
func (p *Pages) asClient(c *web.Ctx, a access.Staff) error {
	ctx := c.R.Context()
	seen, err := p.dossiers.AsClient(ctx, a, c.Param("dossier"), c.Param("client"))
	if err != nil {
		return err
	}
	v := pageView{d: seen.Dossier, as: &seen, docs: seen.Documents}
	f := c.Frame(seen.Dossier.Title)
	f.Nav, f.Who, f.Unread = nil, "", ""
	f.Banner = c.T("asclient.banner", "name", seen.Party.Name)
	if !seen.Shown {
		return c.Render(200, hiddenPage(c, f, v))
	}
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	v.settings = t.Settings
	if v.def, err = p.dossiers.Definition(ctx, p.db, a.Scope(), seen.Dossier.Type); err != nil {
		return err
	}
	if v.moments, err = p.dossiers.TimelineAsClient(ctx, a, seen, v.def); err != nil {
		return err
	}
	if v.steps, err = p.dossiers.Progress(ctx, a.Scope(), seen.Dossier); err != nil {
		return err
	}
	if v.messages, err = p.messages.ListAsClient(ctx, a, seen); err != nil {
		return err
	}
	if v.unread, err = notify.Tabs(ctx, p.db, c.Site.Tenant, seen.Account, seen.Party.ID, seen.Dossier.ID); err != nil {
		return err
	}
	if v.asked.requests, err = p.requests.AsClient(ctx, a, seen); err != nil {
		return err
	}
	if c.Site.Modules[tenant.ModuleQuestionnaires] {
		if v.asked.forms, err = p.forms.AsClient(ctx, a, seen); err != nil {
			return err
		}
	}
	if c.Site.Modules[tenant.ModuleApprovals] {
		if v.asked.approvals, err = p.approvals.AsClient(ctx, a, seen); err != nil {
			return err
		}
	}
	if err := p.needs(c, &v); err != nil {
		return err
	}
	v.tab = v.tabOf(c)
	return c.Render(200, portalPage(c, f, v))
}

// tabNames are the tabs of the client's page, in order, as far as their modules are on and he may see
// them.
func tabNames(c *web.Ctx) []string {
	names := []string{string(dossier.Correspondence), string(dossier.Documents), string(dossier.Delivered)}
	if c.May(tenant.ModuleMessages, access.SeeMessages) {
		names = append(names, message.Tab)
	}
	return names
}

// size is how many things stand in a tab.
func (v pageView) size(tab string) int {
	if tab == message.Tab {
		return len(v.messages)
	}
	return len(v.in(dossier.Category(tab)))
}

// tabOf is the tab that is asked for. A dossier that is opened without asking shows the first tab
// with something new, else the first that has something.
func (v pageView) tabOf(c *web.Ctx) string {
	names := tabNames(c)
	if tab := c.Query("tab"); slices.Contains(names, tab) {
		return tab
	}
	for _, has := range []func(string) bool{
		func(tab string) bool { return v.unread[tab] > 0 },
		func(tab string) bool { return v.size(tab) > 0 },
	} {
		if i := slices.IndexFunc(names, has); i >= 0 {
			return names[i]
		}
	}
	return string(dossier.Documents)
}

// file is the row of a document: in a preview it has nothing to click on.
func (v pageView) file(c *web.Ctx, d dossier.Document) ui.File {
	f := fileProps(c, v.base(), d, false)
	if v.as != nil {
		f.OpenHref, f.DownloadHref = "", ""
	}
	return f
}

// takesMessages reports whether the client can send a message in the dossier.
func (v pageView) takesMessages(c *web.Ctx) bool {
	return c.May(tenant.ModuleMessages, access.SendMessages) && !v.def.MessagesAreNotes() && (!v.d.Closed || v.settings.ClosedMessaging)
}

// mayWrite reports whether the page offers that: to the client himself.
func (v pageView) mayWrite(c *web.Ctx) bool { return v.as == nil && v.takesMessages(c) }

func (v pageView) writeHref() string { return "/dossiers/" + v.d.ID + "/messages/new" }
