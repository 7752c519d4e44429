package server_test

import (
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/world"
)

// never is an identifier that was never given out.
const never = "zzzzzzzzzzzzzzzzzzzzzzzzzz"

// kinds of object below a dossier, and the table that holds them.
var kinds = map[string]string{"document": "document", "message": "message", "step": "progress_step", "upload": "upload", "questionnaire": "questionnaire", "request": "request", "item": "request_item", "approval": "approval"}

// truth is what a site's database says of what is whose, read past the program.
type truth struct {
	dossiers map[string]*truthDossier
	children map[string]map[string]truthChild // by kind and id
	parked   map[string]bool                  // accounts for which a form is kept
	letter   string                           // of the tenant, with which its marks begin
}

type truthDossier struct {
	published, closed bool
	clients, staff    map[string]bool
	department        string          // in which it waits, "" when it has a handler
	waits             map[string]bool // who works there
}

type truthChild struct {
	dossier, owner string
	of             string // the client whose alone it is, "" for every party's
	client, office bool   // a client sees it; the office made it
	opens, whole   bool   // a browser shows it; all of it is in
	held           bool   // the scanner stopped it
	letter         bool   // it came with a message of the office
}

func (s *site) truth() *truth {
	s.t.Helper()
	tr := &truth{dossiers: map[string]*truthDossier{}, children: map[string]map[string]truthChild{}, parked: map[string]bool{}, letter: s.letter()}
	s.each(`select id, case when published_at is null or rank > coalesce((select case when y.portal then y.threshold else 0 end from dossier_type y
		where y.tenant_id = dossier.tenant_id and y.id = dossier.type_id), 4) then '' else 'x' end, case when closed then 'x' else '' end, '', '' from dossier where tenant_id = $1`, func(c []string) {
		tr.dossiers[c[0]] = &truthDossier{published: c[1] != "", closed: c[2] != "", clients: map[string]bool{}, staff: map[string]bool{}}
	})
	s.each(`select dossier_id, client_id, '', '', '' from dossier_party where tenant_id = $1`, func(c []string) { tr.dossiers[c[0]].clients[c[1]] = true })
	s.each(`select dossier_id, account_id, '', '', '' from dossier_staff where tenant_id = $1`, func(c []string) { tr.dossiers[c[0]].staff[c[1]] = true })
	s.each(`select id, coalesce(department_id, ''), '', '', '' from dossier where tenant_id = $1 and handler_id is null`, func(c []string) { tr.dossiers[c[0]].department, tr.dossiers[c[0]].waits = c[1], map[string]bool{} })
	s.each(`select d.id, m.account_id, '', '', '' from dossier d join department_member m on m.tenant_id = d.tenant_id and m.department_id = d.department_id where d.tenant_id = $1 and d.handler_id is null`,
		func(c []string) { tr.dossiers[c[0]].waits[c[1]] = true })
	s.each(`select account_id, '', '', '', '' from parked where tenant_id = $1`, func(c []string) { tr.parked[c[0]] = true })
	for kind, query := range map[string]string{
		"document": `select id, dossier_id, case when (origin = 'client' or published_at is not null and state = 'released') and rank <= 4 then 'x' else '' end,
			case when origin = 'office' then 'o' else '' end || case when state = 'released' and (media_type = 'application/pdf' or media_type like 'image/%') then 'v' else '' end
			|| case when state = 'quarantined' then 'h' else '' end || case when message_id is not null and origin = 'office' then 'l' else '' end,
			coalesce(client_id, '') from document where tenant_id = $1`,
		"message":       `select id, dossier_id, 'x', '', coalesce(client_id, '') from message where tenant_id = $1`,
		"step":          `select id, dossier_id, '', '', '' from progress_step where tenant_id = $1`,
		"questionnaire": `select id, dossier_id, 'x', '', client_id from questionnaire where tenant_id = $1`,
		"request":       `select id, dossier_id, 'x', '', client_id from request where tenant_id = $1`,
		"item":          `select i.id, i.dossier_id, 'x', '', r.client_id from request_item i join request r on r.tenant_id = i.tenant_id and r.id = i.request_id where i.tenant_id = $1`,
		"approval":      `select id, dossier_id, 'x', '', client_id from approval where tenant_id = $1`,
		"upload":        `select id, dossier_id, account_id, case when blob_key is not null then 'w' else '' end, client_id from upload where tenant_id = $1`,
	} {
		tr.children[kind] = map[string]truthChild{}
		s.each(query, func(c []string) {
			tr.children[kind][c[0]] = truthChild{dossier: c[1], owner: c[2], of: c[4], client: c[2] != "", office: strings.Contains(c[3], "o"), opens: strings.Contains(c[3], "v"), held: strings.Contains(c[3], "h"), whole: strings.Contains(c[3], "w"), letter: strings.Contains(c[3], "l")}
		})
	}
	return tr
}

func (s *site) each(query string, f func([]string)) {
	s.t.Helper()
	rows, err := s.raw.Query(query, s.id)
	must(s.t, err)
	defer rows.Close()
	for rows.Next() {
		c := make([]string, 5)
		must(s.t, rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4]))
		f(c)
	}
	must(s.t, rows.Err())
}

// roleOn is what an actor is on a face of the site: "" when his cookie is worth nothing there.
func (s *site) roleOn(a *actor, face access.Face) access.Role {
	if a.dead || a.tenant != s.id || a.face != face {
		return ""
	}
	return a.role
}

// sees says whether the actor sees a dossier.
func (tr *truth) sees(a *actor, role access.Role, dossier string) bool {
	d := tr.dossiers[dossier]
	switch {
	case d == nil:
		return false
	case role == access.RoleClient || role == access.RoleHead || role == access.RoleExtra || role == access.RoleRepresentative:
		return d.published && d.clients[a.client]
	case role == access.RoleHandler:
		return d.staff[a.account] || d.waits[a.account]
	}
	return role == access.RoleAdministrator || role == access.RoleAuditor
}

// reaches says whether the actor reaches what an address names.
func (s *site) reaches(tr *truth, a *actor, face access.Face, r row, wild map[string]string) bool {
	role := s.roleOn(a, face)
	for kind, id := range wild {
		switch kind {
		case "dossier":
			if !tr.sees(a, role, id) && !r.mine {
				return false
			}
		case "client":
			if d, below := wild["dossier"]; below && (tr.dossiers[d] == nil || !tr.dossiers[d].clients[id]) {
				return false
			}
			if !s.has(`select id from client where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "account":
			if face == access.Portal && !s.has(`select id from account where tenant_id = $1 and id = $2 and client_id = $3 and role = 'extra' and id <> $4`, s.id, id, a.client, a.account) ||
				face == access.Office && !s.has(`select id from account where tenant_id = $1 and id = $2 and client_id = $3`, s.id, id, wild["client"]) ||
				r.extra && !s.has(`select id from account where tenant_id = $1 and id = $2 and role = 'extra'`, s.id, id) {
				return false
			}
		case "mail":
			if id != "invitation" {
				return false
			}
		case "filename":
			if id != "document.pdf" {
				return false
			}
		case "secret":
			if id != reportSecret {
				return false
			}
		case "token", "ticket":
			if id != "mine" || r.dead {
				return false
			}
		case "connection":
			settings := strings.Contains(r.route, "/settings/")
			if settings && !s.has(`select id from connection where tenant_id = $1 and id = $2`, s.id, id) ||
				!settings && !s.has(`select id from connection where tenant_id = $1 and id = $2 and face = $3 and enabled`, s.id, id, string(face)) ||
				r.saml && !s.has(`select id from connection where tenant_id = $1 and id = $2 and protocol = 'saml'`, s.id, id) {
				return false
			}
		case "type":
			if !s.has(`select id from dossier_type where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "design":
			if !s.has(`select id from form_draft where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "key":
			// Of a form only what its draft has: it gets pages and questions at addresses of their own.
			if id == never || strings.Contains(r.route, "{design}") && id == "new" {
				return false
			}
		case "required":
			if id == never || !s.has(`select id from dossier where tenant_id = $1 and id = $2 and type_id = 'type1'`, s.id, wild["dossier"]) {
				return false
			}
		case "identifier":
			if !s.has(`select id from identifier where tenant_id = $1 and id = $2 and client_id = $3`, s.id, id, wild["client"]) {
				return false
			}
		case "stranger":
			if !s.has(`select id from client where tenant_id = $1 and id = $2 and unmatched_at is not null`, s.id, id) {
				return false
			}
		case "passkey":
			if !s.has(`select id from passkey where tenant_id = $1 and id = $2 and account_id = $3`, s.id, id, a.account) {
				return false
			}
		case "mandate":
			mine := face == access.Office && s.has(`select id from mandate where tenant_id = $1 and id = $2 and client_id = $3`, s.id, id, wild["client"]) ||
				face == access.Portal && s.has(`select id from mandate where tenant_id = $1 and id = $2 and (account_id = $3 or client_id = $4)`, s.id, id, a.account, a.client)
			if !mine || r.offered && !s.has(`select id from mandate where tenant_id = $1 and id = $2 and account_id = $3`, s.id, id, a.account) {
				return false
			}
		case "product":
			if !s.has(`select id from product where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "application":
			if !s.has(`select id from application where tenant_id = $1 and id = $2 and account_id = $3 and client_id = $4`, s.id, id, a.account, a.client) {
				return false
			}
		case "notice":
			if !s.has(`select id from notice where tenant_id = $1 and id = $2 and account_id = $3`, s.id, id, a.account) {
				return false
			}
		case "department":
			if !s.has(`select id from department where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "handler":
			if !s.mayUse(tr, a, kind, id, wild) {
				return false
			}
		case "destruction":
			if !s.has(`select id from destruction where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		case "letter":
			if !s.has(`select id from letter where tenant_id = $1 and id = $2`, s.id, id) {
				return false
			}
		default:
			c, ok := tr.children[kind][id]
			if !ok || c.dossier != wild["dossier"] || r.office && !c.office || r.held && !c.held || kind == "upload" && c.owner != a.account ||
				face == access.Portal && (kind == "document" && (!c.client || c.letter && !a.may("messages:see")) || !c.isFor(a)) {
				return false
			}
		}
	}
	return true
}

// mayUse says whether the actor may put an identifier into a field.
func (s *site) mayUse(tr *truth, a *actor, kind, id string, wild map[string]string) bool {
	switch kind {
	case "dossier":
		return tr.sees(a, s.roleOn(a, access.Office), id)
	case "client":
		return s.has(`select id from client where tenant_id = $1 and id = $2`, s.id, id)
	case "person":
		return s.has(`select id from client where tenant_id = $1 and id = $2 and kind = 'person' and unmatched_at is null and matched_to is null`, s.id, id)
	case "deputy":
		return id != a.account && s.mayUse(tr, a, "handler", id, wild)
	case "department":
		return s.has(`select id from department where tenant_id = $1 and id = $2`, s.id, id)
	case "handler":
		return s.has(`select id from account where tenant_id = $1 and id = $2 and face = 'office' and state = 'active' and role in ('handler', 'administrator')`, s.id, id)
	}
	c, ok := tr.children[kind][id]
	return ok && c.dossier == wild["dossier"] && (kind != "upload" || c.owner == a.account && c.whole) && (a.face != access.Portal || c.isFor(a))
}

// isFor says whether a client's account may see what one party alone sees.
func (c truthChild) isFor(a *actor) bool { return c.of == "" || c.of == a.client }

// interesting returns the identifiers of a kind with which a route is tried, below the parent that
// is already chosen.
func (s *site) interesting(kind string, wild map[string]string) []string {
	s.t.Helper()
	switch kind {
	case "dossier":
		return append(s.list(`select id from dossier where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "connection":
		return append(s.list(`select id from connection where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "type":
		return append(s.list(`select id from dossier_type where tenant_id in ($1, $2) and id like 'type%' group by id order by id`, s.id, s.other.id), never)
	case "design":
		return append(s.list(`select id from form_draft where tenant_id in ($1, $2) and id like 'draft%' group by id order by id`, s.id, s.other.id), never)
	case "key":
		return []string{"ontvangen", "new", never}
	case "required":
		return []string{"ontvangen", never}
	case "identifier":
		return append(s.list(`select id from identifier where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "stranger":
		return append(s.list(`select id from client where tenant_id in ($1, $2) and unmatched_at is not null group by id order by id`, s.id, s.other.id), world.FixtureID(1), never)
	case "person":
		return append(s.list(`select id from client where tenant_id in ($1, $2) and kind = 'person' and unmatched_at is null and matched_to is null group by id order by id limit 4`, s.id, s.other.id), s.spareOf, s.other.spareOf, never)
	case "client":
		return append(s.list(`select id from client where tenant_id in ($1, $2) group by id order by id limit 5`, s.id, s.other.id), never)
	case "passkey":
		return append(s.list(`select id from passkey where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "mandate":
		return append(s.list(`select id from mandate where tenant_id in ($1, $2) group by id order by id limit 12`, s.id, s.other.id), never)
	case "product", "application":
		return append(s.list(`select id from `+kind+` where tenant_id in ($1, $2) and (id like 'product%' or id like 'app%') group by id order by id`, s.id, s.other.id), never)
	case "notice":
		return append(s.list(`select max(id) from notice where tenant_id in ($1, $2) group by tenant_id, account_id order by 1`, s.id, s.other.id), never)
	case "department":
		return append(s.list(`select id from department where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "destruction":
		return append(s.list(`select id from destruction where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "letter":
		return append(s.list(`select id from letter where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), never)
	case "handler", "deputy":
		return append(s.list(`select id from account where tenant_id in ($1, $2) group by id order by id`, s.id, s.other.id), s.other.spare[access.Office], never)
	case "account":
		if _, below := wild["client"]; !below {
			return append(s.list(`select id from account where tenant_id in ($1, $2) and face = 'portal' group by id order by id`, s.id, s.other.id), s.spare[access.Portal], s.other.spare[access.Portal], never)
		}
		own := s.list(`select id from account where tenant_id = $1 and client_id = $2 order by id`, s.id, wild["client"])
		theirs := s.list(`select id from account where tenant_id = $1 and client_id = $2 order by id`, s.other.id, wild["client"])
		return append(append(own, theirs...), world.FixtureID(1), world.FixtureID(2), world.FixtureID(5), s.spare[access.Portal], s.other.spare[access.Portal], never)
	}
	table, d := kinds[kind], wild["dossier"]
	out := s.list(`select id from `+table+` where tenant_id = $1 and dossier_id = $2 order by id limit 9`, s.id, d)
	// Of siblings and strangers, of the other tenant's dossier with this identifier, and of the
	// other tenant only.
	out = append(out, s.list(`select min(id) from `+table+` where tenant_id = $1 and dossier_id <> $2 group by dossier_id order by 1 limit 4`, s.id, d)...)
	out = append(out, s.list(`select id from `+table+` where tenant_id = $1 and dossier_id = $2 order by id limit 3`, s.other.id, d)...)
	out = append(out, s.list(`select o.id from `+table+` o where o.tenant_id = $1 and not exists (select 1 from `+table+` m where m.tenant_id = $2 and m.id = o.id) order by o.id limit 1`, s.other.id, s.id)...)
	return append(out, never)
}

// parents are the dossiers below which children are tried: of each client an open one, the
// unpublished one, the colleague's, and the one that only the twin has.
var parents = []int{1, 2, 4, 6, 8, 10, 12, 13}

// combinations returns every choice of identifiers for the names in a pattern.
func (s *site) combinations(names []string, face access.Face) []map[string]string {
	all := []map[string]string{{}}
	for _, name := range names {
		var next []map[string]string
		for _, had := range all {
			for _, id := range s.choices(name, names, had, face) {
				wild := map[string]string{name: id}
				for k, v := range had {
					wild[k] = v
				}
				next = append(next, wild)
			}
		}
		all = next
	}
	return all
}

func (s *site) choices(name string, names []string, had map[string]string, face access.Face) []string {
	switch name {
	case "token":
		return append(s.deadTokens(face), "mine", s.other.token(face), never)
	case "ticket":
		return append(s.deadTickets(), "mine", s.other.liveTicket(), never)
	case "mail":
		return []string{"invitation", never}
	case "secret":
		return []string{reportSecret, never}
	case "filename":
		return []string{"document.pdf", "image", never}
	}
	if name == "dossier" && len(names) > 1 {
		out := []string{never}
		for _, n := range parents {
			out = append(out, world.FixtureID(n))
		}
		return out
	}
	seen := map[string]bool{}
	var out []string
	for _, id := range s.interesting(name, had) {
		if !seen[id] {
			out, seen[id] = append(out, id), true
		}
	}
	return out
}
