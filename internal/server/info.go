package server

import (
	"net/http"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// toWrite is the section on how a client writes: a message, or what becomes a note.
const toWrite = "message"

// section is a part of a page that explains: its texts are prefix.id.title and .text, and .link
// when it leads to a page. With a module it stands only where the organisation has that.
type section struct{ id, href, module string }

// The pages that explain. Help is another one for each face.
var (
	helpForClients = []section{
		{"start", "", ""},
		{"password", "/password", ""},
		{"login", "", ""},
		{"dossier", "/dossiers", ""},
		{"document", "", ""},
		{"request", "", tenant.ModuleDossiers},
		{"approval", "/approvals", tenant.ModuleApprovals},
		{toWrite, "", ""},
		{"questionnaire", "", tenant.ModuleQuestionnaires},
		{"product", "/products", tenant.ModuleProducts},
		{"mail", "/profile#notifications", ""},
		{"who", "", ""},
		{"failure", "", ""},
	}
	helpForStaff = []section{
		{"start", "", ""},
		{"login", "", ""},
		{"client", "/clients", ""},
		{"dossier", "/dossiers", ""},
		{"bulk", "", ""},
		{"document", "", ""},
		{"request", "", tenant.ModuleDossiers},
		{"approval", "", tenant.ModuleApprovals},
		{"message", "", ""},
		{"note", "/notices", ""},
		{"work", "/", ""},
		{"keep", "", ""},
		{"forms", "", tenant.ModuleQuestionnaires},
		{"who", "", ""},
		{"failure", "", ""},
	}
	accessibility = []section{{"intro", "", ""}, {"done", "", ""}, {"limits", "", ""}, {"report", "", ""}}
	privacy       = []section{{"what", "", ""}, {"why", "", ""}, {"who", "", ""}, {"safe", "", ""}, {"cookies", "", ""}, {"long", "", ""}, {"rights", "", ""}}
)

// explained is a section in the visitor's language.
type explained struct {
	id, title, href, link string
	parts                 []part
}

// part is a paragraph, or a list when it has items.
type part struct {
	text    string
	items   []string
	ordered bool
}

func explain(c *web.Ctx, office, prefix string, sections []section) []explained {
	list := make([]explained, 0, len(sections))
	for _, s := range sections {
		if s.module != "" && !c.Site.Modules[s.module] {
			continue
		}
		key := prefix + "." + s.id
		e := explained{id: s.id, title: c.T(key + ".title"), parts: parts(c.T(key+".text", "office", office))}
		if s.href != "" {
			e.href, e.link = s.href, c.T(key+".link")
		}
		list = append(list, e)
	}
	return list
}

// parts splits a text at blank lines; lines that begin with "- " or a number are a list.
func parts(text string) []part {
	var list []part
	for _, p := range ui.Paragraphs(text) {
		lines := strings.Split(p, "\n")
		switch {
		case strings.HasPrefix(p, "- "):
			for n, l := range lines {
				lines[n] = strings.TrimPrefix(l, "- ")
			}
			list = append(list, part{items: lines})
		case strings.HasPrefix(p, "1. "):
			for n, l := range lines {
				if _, rest, ok := strings.Cut(l, ". "); ok {
					lines[n] = rest
				}
			}
			list = append(list, part{items: lines, ordered: true})
		default:
			list = append(list, part{text: p})
		}
	}
	return list
}

// info serves a page that explains, with who to turn to at its end.
func (a *App) info(title, lead, prefix string, sections []section) web.Handler {
	return func(c *web.Ctx) error {
		t, err := a.Tenants.Get(c.R.Context(), c.Site.Tenant)
		if err != nil {
			return err
		}
		return c.Render(http.StatusOK, infoPage(c, c.Frame(c.T(title)), lead, explain(c, t.Name, prefix, sections), contactOf(t)))
	}
}

// help is the help for the side on which the visitor stands.
func (a *App) help(c *web.Ctx) error {
	prefix, sections := "help.portal", helpForClients
	if c.Site.Face == access.Office {
		prefix, sections = "help.office", helpForStaff
	}
	t, err := a.Tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if c.Site.Face == access.Portal && t.Settings.MessagesAreNotes() {
		sections = slices.Clone(sections)
		sections[slices.Index(sections, section{toWrite, "", ""})] = section{"note", "", ""}
	}
	return a.info("ui.help", "help.lead", prefix, sections)(c)
}

// contact is how the organisation can be reached.
type contact struct{ name, address, email string }

func contactOf(t *tenant.Tenant) contact {
	return contact{t.Name, t.Settings.Mail.Address, t.Settings.Mail.From}
}
