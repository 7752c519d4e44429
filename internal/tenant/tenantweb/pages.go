// Package tenantweb is the administrator's pages: the house style of his organisation, its modules,
// words, mails and rules.
package tenantweb

import (
	"voordeur/internal/access"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	tenants *tenant.Tenants
	ids     *identity.Identity
}

// New returns the pages.
func New(ts *tenant.Tenants, ids *identity.Identity) *Pages { return &Pages{ts, ids} }

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage := access.OfficeWith(access.Manage)
	routes := []web.Route{
		{Method: web.Get, Pattern: index, Policy: manage, Handler: p.index},
		{Method: web.Get, Pattern: stylePath, Policy: manage, Handler: p.stylePage},
		{Method: web.Post, Pattern: stylePath, Policy: manage, Handler: web.Staff(p.style), Form: base{}},
		{Method: web.Get, Pattern: stylePath + "/preview.css", Policy: manage, Handler: p.previewSheet},
		{Method: web.Get, Pattern: importPath, Policy: manage, Handler: p.importPage},
		{Method: web.Post, Pattern: importPath, Policy: manage, Handler: p.importTokens},
		{Method: web.Get, Pattern: filesPath, Policy: manage, Handler: p.logoPage},
		{Method: web.Post, Pattern: filesPath, Policy: manage, Handler: web.Staff(p.putLogo)},
		{Method: web.Post, Pattern: filesPath + "/remove", Policy: manage, Handler: web.Staff(p.dropLogo), Form: base{}},
		{Method: web.Post, Pattern: filesPath + "/font", Policy: manage, Handler: web.Staff(p.putFont)},
		{Method: web.Get, Pattern: mailsPath, Policy: manage, Handler: p.mails},
	}
	for _, s := range p.sections() {
		routes = append(routes,
			web.Route{Method: web.Get, Pattern: s.path, Policy: manage, Handler: p.show(s)},
			web.Route{Method: web.Post, Pattern: s.path, Policy: manage, Handler: web.Staff(p.save(s)), Form: base{}})
	}
	return routes
}

// sections are the pages that are one form.
func (p *Pages) sections() []section {
	return []section{
		{path: "/settings/modules", what: "modules", entries: modules},
		{path: labelsPath, what: "labels", entries: labels, top: labelFinder},
		{path: dossiersPath, what: "dossiers", entries: dossierEntries, apply: applyDossiers},
		{path: "/settings/sender", what: "sender", entries: sender},
		{path: mailsPath + "/{mail}", what: "mails", entries: mailEntries, title: mailTitle, back: mailsPath, bottom: p.mailPreview},
		{path: entryPath, what: "entry", entries: entryEntries},
		{path: "/settings/password", what: "password", entries: password, bottom: ruleAsRead},
		{path: "/settings/activation", what: "activation", entries: activation},
		{path: languagesPath, what: "languages", entries: languageEntries},
		{path: contactPath, what: "contact", entries: contactEntries},
		{path: "/settings/second-factor", what: "second_factor", entries: p.secondFactor},
		{path: "/settings/signing", what: "signing", entries: signing},
		{path: sessionsPath, what: "sessions", entries: sessionEntries},
		{path: accountsPath, what: "accounts", entries: accountEntries},
		{path: "/settings/files", what: "files", entries: fileRules},
		{path: "/settings/sms", what: "sms", entries: p.texting},
	}
}

const (
	index         = "/settings"
	stylePath     = "/settings/style"
	importPath    = "/settings/style/import"
	filesPath     = "/settings/logo"
	labelsPath    = "/settings/labels"
	mailsPath     = "/settings/mails"
	dossiersPath  = "/settings/dossiers"
	sessionsPath  = "/settings/sessions"
	accountsPath  = "/settings/accounts"
	contactPath   = "/settings/contact"
	entryPath     = "/settings/entry"
	languagesPath = "/settings/languages"
)

// place is a page of the index, which is not there for an organisation that has switched its module off.
type place struct{ icon, what, path, module string }

// groups are the pages of the index, in order.
var groups = []struct {
	what   string
	places []place
}{
	{"looks", []place{{"eye", "style", stylePath, ""}, {"photo", "logo", filesPath, ""}, {"checks", "modules", "/settings/modules", ""}}},
	{"words", []place{{"message", "labels", labelsPath, ""}, {"users", "languages", languagesPath, ""}, {"mail", "mails", mailsPath, ""}, {"user", "sender", "/settings/sender", ""}}},
	{"rules", []place{{"folder", "types", "/settings/types", ""}, {"folder", "dossiers", dossiersPath, ""}, {"hourglass", "retention", "/settings/retention", tenant.ModuleDossiers}, {"users", "departments", "/settings/departments", ""}, {"checks", "questionnaires", "/settings/questionnaires", tenant.ModuleQuestionnaires}, {"list-details", "products", "/settings/products", tenant.ModuleProducts}, {"key", "password", "/settings/password", ""}, {"lock", "second_factor", "/settings/second-factor", ""}, {"checks", "signing", "/settings/signing", tenant.ModuleApprovals}, {"user", "activation", "/settings/activation", ""}, {"key", "entry", entryPath, ""}, {"key", "connections", "/settings/connections", ""}, {"logout", "sessions", sessionsPath, ""}, {"users", "accounts", accountsPath, ""}, {"user", "contact", contactPath, ""}, {"paperclip", "files", "/settings/files", ""}, {"phone", "sms", "/settings/sms", ""}, {"alert-triangle", "quarantine", "/settings/quarantine", ""}}},
}

func (p *Pages) index(c *web.Ctx) error {
	return c.Render(200, indexView(c, c.Frame(c.T("nav.settings"))))
}

// now returns what the tenant is at this moment.
func (p *Pages) now(c *web.Ctx) (*tenant.Tenant, tenant.Edition, error) {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return nil, tenant.Edition{}, err
	}
	e, err := t.Edition()
	return t, e, err
}
