package web

import (
	"strconv"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/i18n"
	"voordeur/internal/ui"
)

// Frame returns what the layout needs around a page with this title.
func (c *Ctx) Frame(title string) ui.Frame {
	f := ui.Frame{
		Texts: c.Texts, Title: title, Office: c.Site.Name, Face: string(c.Site.Face), Version: c.Site.Program,
		ThemeURL: "/theme.css?v=" + strconv.FormatInt(c.Site.Version, 10),
	}
	f.FontURL, f.LogoWidth, f.LogoHeight = c.Site.Font, c.Site.Logo[0], c.Site.Logo[1]
	if f.LogoWidth > 0 {
		f.LogoURL = "/logo?v=" + strconv.FormatInt(c.Site.Version, 10)
	}
	if c.Flash != nil {
		f.Flash = &ui.Flash{Kind: c.Flash.Kind, Text: c.T(c.Flash.Key, c.Flash.Args...)}
	}
	if c.Scope.Account() == "" {
		return f
	}
	f.Who, f.Nav, f.Behalf = c.Scope.Name(), c.nav(), c.Scope.Behalf().Name
	f.Choices = c.choices()
	if !c.Until.End.IsZero() {
		f.Idle, f.Ends = int(c.Until.Idle/time.Second), c.Until.End.Unix()
	}
	if c.Site.Face == access.Office {
		f.Unread, f.UnreadCount = c.T("ui.notices_none"), ""
		if f.Notices = c.Notices(); f.Notices >= 100 {
			f.Unread, f.UnreadCount = c.T("ui.notices_many"), "99+"
		} else if f.Notices > 0 {
			f.Unread, f.UnreadCount = c.Texts.N("ui.notices", f.Notices), strconv.Itoa(f.Notices)
		}
		return f
	}
	switch {
	case c.Unread >= 100:
		f.Unread, f.UnreadCount = c.T("ui.unread_many"), "99+"
	case c.Unread > 0:
		f.Unread, f.UnreadCount = c.Texts.N("ui.unread", c.Unread), strconv.Itoa(c.Unread)
	}
	return f
}

// choices are the clients whose things the visitor can look at, with their addresses.
func (c *Ctx) choices() []ui.Choice {
	var out []ui.Choice
	for _, o := range c.Choice {
		it := ui.Choice{Name: o.Name, Href: "/", Ground: c.T("acting.self"), Current: o.Mandate == c.Scope.Behalf().Mandate}
		if o.Mandate != "" {
			it.Href, it.Ground = ActingPrefix+o.Mandate+"/", c.T("mandate.ground."+o.Ground)
		}
		switch {
		case o.Unread >= 100:
			it.New = c.T("acting.new", "n", "99+")
		case o.Unread > 0:
			it.New = c.T("acting.new", "n", o.Unread)
		}
		out = append(out, it)
	}
	return out
}

// By returns who did something, and for whom when he acted for somebody.
func (c *Ctx) By(author, behalf string) string {
	if behalf == "" {
		return author
	}
	return c.T("acting.by", "who", author, "client", behalf)
}

func (c *Ctx) nav() []ui.NavItem {
	items := []ui.NavItem{
		{Label: c.T("nav.home"), Href: "/", Icon: "home"},
	}
	if c.May("dossiers", access.SeeDossiers) {
		items = append(items, ui.NavItem{Label: c.T("nav.dossiers"), Href: "/dossiers", Icon: "folder"})
	}
	if c.Site.Face == access.Portal {
		if c.May("approvals", access.ApproveDocuments) {
			items = append(items, ui.NavItem{Label: c.T("nav.approvals"), Href: "/approvals", Icon: "circle-check"})
		}
		if c.Site.Modules["products"] {
			items = append(items, ui.NavItem{Label: c.T("nav.products"), Href: "/products", Icon: "list-details"})
		}
		if c.Site.Modules["profile"] {
			items = append(items, ui.NavItem{Label: c.T("nav.profile"), Href: "/profile", Icon: "user"})
		}
	} else {
		items[0].Label, items[0].Icon = c.T("nav.work"), "inbox"
		items = append(items, ui.NavItem{Label: c.T("nav.clients"), Href: "/clients", Icon: "users"})
		if a, ok := access.AsStaff(c.Scope); ok && a.Can(access.SeeJournal) {
			items = append(items, ui.NavItem{Label: c.T("nav.journal"), Href: "/journal", Icon: "list-details"})
		}
		if a, ok := access.AsStaff(c.Scope); ok && a.Can(access.Manage) {
			items = append(items, ui.NavItem{Label: c.T("nav.settings"), Href: "/settings", Icon: "settings"})
		}
	}
	for i, it := range items {
		items[i].Current = c.R.URL.Path == it.Href || it.Href != "/" && strings.HasPrefix(c.R.URL.Path, it.Href+"/")
	}
	return items
}

// Left returns how many seconds the visitor's session has left without a request, and in all.
func (c *Ctx) Left() (silent, inAll int) {
	inAll = max(0, int(c.Until.End.Sub(c.Now)/time.Second))
	return min(inAll, max(0, int(c.Until.Silence.Sub(c.Now)/time.Second))), inAll
}

// Wants returns the language that the browser asks for first among those the program speaks, or ""
// for none.
func Wants(acceptLanguage string) i18n.Lang {
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		l := i18n.Lang(strings.ToLower(strings.TrimSpace(strings.SplitN(strings.SplitN(part, ";", 2)[0], "-", 2)[0])))
		if l.Known() {
			return l
		}
	}
	return ""
}
