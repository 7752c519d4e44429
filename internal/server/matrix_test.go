package server_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/web"
	"voordeur/internal/world"
)

// allowedBy says whom a policy lets in. It repeats package access on purpose: the matrix must not
// ask the code under test what is right.
var allowedBy = map[string][]access.Role{
	"portal: client":         {access.RoleClient, access.RoleHead, access.RoleExtra, access.RoleRepresentative},
	"portal: person or head": {access.RoleClient, access.RoleHead},
	"office: read":           {access.RoleHandler, access.RoleAdministrator, access.RoleAuditor},
	"office: work":           {access.RoleHandler, access.RoleAdministrator},
	"office: manage":         {access.RoleAdministrator},
	"office: journal":        {access.RoleAdministrator, access.RoleAuditor},
}

// TestMatrix asks every route as every kind of actor for every kind of object, in both of two
// tenants that share all identifiers, and compares each answer with what the database says is
// right (security.md 0.1, 5.2; N15, N54).
func TestMatrix(t *testing.T) {
	for n, name := range []string{"notaris", world.Twin} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.EachWith(t, func(t *testing.T, d *db.DB, _ *ticking) {
				t.Parallel() // one database waits for its disk while the other computes
				if n > 0 && d.Dialect() != db.SQLite {
					t.Skip("the twin has what the first has: one database asks both, the other one asks the first")
				}
				u := newUniverse(t, d)
				u.sites[n].matrix()
				t.Logf("%d requests, %d assertions", u.asked, u.checked)
			}, newTicking)
		})
	}
}

// TestTheMatrixSeesWhatWasWritten shows that what is not read again did not change.
func TestTheMatrixSeesWhatWasWritten(t *testing.T) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, _ *ticking) {
		u := newUniverse(t, d)
		s := u.sites[0]
		before, theirs := u.digest(s.id), u.digest(s.other.id)
		u.exec(`update client set name = name || '!' where tenant_id = $1`, s.id)
		after := u.digest(s.id)
		if got := difference(before, after); got != "client" {
			t.Errorf("clients have other names, and what differs is %q", got)
		}
		if u.digest(s.other.id) != theirs {
			t.Error("the other tenant differs too")
		}
		u.exec(`update client set name = substr(name, 1, length(name) - 1) where tenant_id = $1`, s.id)
		if u.digest(s.id) != before {
			t.Error("clients have their names again, and it differs")
		}
	}, newTicking)
}

// probe is one row on one face of a site.
type probe struct {
	*site
	face  access.Face
	host  string
	row   row
	route web.Route
	names []string
	truth *truth
	none  map[*actor]reply // the answer for what never existed
	link  string           // a live {token} or {ticket} of the site
}

type reply struct {
	status int
	header http.Header
	body   string
}

var wildcard = regexp.MustCompile(`\{([a-z]+)(?:\.\.\.)?\}`)

func (s *site) probes() []*probe {
	s.t.Helper()
	faces := map[access.Face]bool{access.Portal: true, access.Office: true}
	for _, r := range s.house.Routes {
		faces[r.Policy.Face()] = r.Policy.Face() != ""
	}
	var out []*probe
	used := map[string]bool{}
	for _, face := range []access.Face{access.Portal, access.Office, access.Docs} {
		if !faces[face] {
			continue
		}
		host := s.list(`select host from tenant_host where tenant_id = $1 and face = $2`, s.id, string(face))[0]
		for _, route := range s.house.FaceRoutes(face) {
			name := route.Method + " " + route.Pattern
			i := slices.IndexFunc(rows, func(r row) bool { return r.route == name && r.face == route.Policy.Face() })
			if i < 0 {
				s.t.Errorf("%s %s has no row in the matrix", face, name)
				continue
			}
			used[string(rows[i].face)+name] = true
			p := &probe{site: s, face: face, host: host, row: rows[i], route: route, none: map[*actor]reply{}}
			for _, m := range wildcard.FindAllStringSubmatch(route.Pattern, -1) {
				p.names = append(p.names, m[1])
			}
			out = append(out, p)
		}
	}
	for _, r := range rows {
		if !used[string(r.face)+r.route] {
			s.t.Errorf("the row %s %s has no route", r.face, r.route)
		}
	}
	return out
}

// matrix asks what changes nothing first, and then what is allowed to.
func (s *site) matrix() {
	list := s.probes()
	for _, p := range list {
		p.refusals()
	}
	for _, p := range list {
		p.looks()
	}
	s.silence(list)
	for _, p := range list {
		p.ghosts()
	}
	slices.SortStableFunc(list, func(a, b *probe) int { return bit(a.row.last) - bit(b.row.last) })
	for _, p := range list {
		p.changes()
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// may says whether an account of the portal has a right: the head all of them, a person all but over
// users, an extra account those that it was given, and who acts for another those of the mandate (A20, A21).
func (a *actor) may(right string) bool {
	switch a.role {
	case access.RoleHead:
		return true
	case access.RoleClient:
		return right != "users:manage"
	}
	return (a.role == access.RoleExtra || a.base != "" && right != "users:manage") && slices.Contains(strings.Fields(a.rights), right)
}

// gate says whether the policy lets the actor in.
func (p *probe) gate(a *actor) bool {
	if p.route.Policy.Open() {
		return true
	}
	if word, ok := strings.CutPrefix(p.route.Policy.String(), "portal: "); ok && strings.Contains(word, ":") {
		return p.roleOn(a, p.face) != "" && a.may(word)
	}
	roles, known := allowedBy[p.route.Policy.String()]
	if !known {
		p.t.Fatalf("the matrix does not know the policy %q", p.route.Policy)
	}
	return slices.Contains(roles, p.roleOn(a, p.face))
}

func (p *probe) allowed(a *actor, wild map[string]string) bool {
	return p.gate(a) && p.reaches(p.truth, a, p.face, p.row, wild)
}

// unchanged runs f, which may change nothing in either tenant, but for the tables of this one that
// are named.
func (p *probe) unchanged(what string, f func(), but ...string) {
	p.t.Helper()
	mine, theirs := p.digest(p.id, but...), p.digest(p.other.id)
	f()
	p.check(p.digest(p.id, but...) == mine, "%s: %s changed something:\n%s", p, what, difference(mine, p.digest(p.id, but...)))
	p.check(p.digest(p.other.id) == theirs, "%s: %s changed something of the other tenant:\n%s", p, what, difference(theirs, p.digest(p.other.id)))
}

func difference(before, after string) string {
	var out []string
	b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range b {
		if b[i] != a[i] {
			out = append(out, strings.Fields(a[i])[0])
		}
	}
	return strings.Join(out, ", ")
}

func (p *probe) check(ok bool, format string, args ...any) {
	p.t.Helper()
	p.checked++
	if !ok {
		p.t.Errorf(format, args...)
	}
}

func (p *probe) String() string { return string(p.face) + " " + p.row.route }

// begin reads what is true now and returns the identifiers to try.
func (p *probe) begin() []map[string]string {
	p.t.Helper()
	p.awake()
	p.revive()
	p.messaging(p.row.notes)
	p.truth, p.link = p.site.truth(), p.live()
	return slices.DeleteFunc(p.combinations(p.names, p.face), func(wild map[string]string) bool { return p.row.dead && wild["token"] == "mine" })
}

// refusals asks for everything that is refused, and compares each answer with the one for what
// never existed. Nothing of it leaves a trace.
func (p *probe) refusals() {
	p.t.Helper()
	combinations := p.begin()
	kept := p.list(`select account_id from parked where tenant_id = $1 order by 1`, p.id)
	p.unchanged("a refused request", func() {
		for _, a := range p.cast() {
			for _, wild := range combinations {
				if !p.allowed(a, wild) {
					p.refused(a, wild, p.ask(a, wild, nil))
				}
			}
			if p.parks(a) {
				p.exec(`delete from parked where tenant_id = $1 and account_id = $2`, p.id, a.account)
			}
		}
	}, "parked")
	p.check(slices.Equal(p.list(`select account_id from parked where tenant_id = $1 order by 1`, p.id), kept), "%s: a form was kept for somebody else", p)
	for _, a := range p.cast() {
		p.badFields(a, combinations)
	}
}

// refused compares the answer to a refused request with what it must be.
func (p *probe) refused(a *actor, wild map[string]string, got reply) {
	p.t.Helper()
	none, had := p.none[a]
	if over := p.gate(a) && p.over(a, wild); !had || over {
		nothing := map[string]string{}
		for _, n := range p.names {
			nothing[n] = never
		}
		if over {
			nothing["dossier"] = wild["dossier"]
		}
		none = same(p.ask(a, nothing, nil), nothing)
		if !over {
			p.none[a] = none
		}
	}
	want := p.refusal(a, wild)
	p.check(got.status == want, "%s: %s got %d for %v, want %d", p, a.name, got.status, wild, want)
	if want == http.StatusSeeOther {
		p.check(strings.HasPrefix(got.header.Get("Location"), "/login"), "%s: %s is sent to %s", p, a.name, got.header.Get("Location"))
	}
	p.equal(a, wild, same(got, wild), none)
}

// refusal is the status with which an actor is refused.
func (p *probe) refusal(a *actor, wild map[string]string) int {
	nobody, program := p.roleOn(a, p.face) == "", slices.Contains(p.row.header, "Tus-Resumable")
	switch {
	case p.gate(a) && slices.Contains(p.names, "token"):
		return http.StatusGone
	case p.gate(a) && p.over(a, wild):
		return p.row.closed
	case p.gate(a):
		return http.StatusNotFound
	case p.parks(a), nobody && p.reads() && !program:
		return http.StatusSeeOther
	case nobody:
		return http.StatusUnauthorized
	}
	return http.StatusForbidden
}

// reads says whether the route only shows.
func (p *probe) reads() bool {
	return p.route.Method == http.MethodGet || p.route.Method == http.MethodHead
}

// parks says whether what the actor typed is kept until he has logged in again: his session on this
// face ended a moment ago.
func (p *probe) parks(a *actor) bool {
	return p.route.Method == http.MethodPost && (p.route.Form != nil || p.route.Resumes) && len(p.row.form) > 0 && !p.route.Policy.Open() &&
		a.ended && a.tenant == p.id && a.face == p.face
}

// over says whether the dossier is closed for what a client asks, of which he hears before anything
// else.
func (p *probe) over(a *actor, wild map[string]string) bool {
	d := p.truth.dossiers[wild["dossier"]]
	return p.row.closed != 0 && p.face == access.Portal && d != nil && d.closed && p.truth.sees(a, p.roleOn(a, p.face), wild["dossier"])
}

func (p *probe) equal(a *actor, what any, got, none reply) {
	p.t.Helper()
	p.check(got.status == none.status, "%s: %s can tell %v from what never existed: %d, not %d", p, a.name, what, got.status, none.status)
	p.check(maps.EqualFunc(got.header, none.header, slices.Equal), "%s: %s can tell %v from what never existed: %v, not %v", p, a.name, what, got.header, none.header)
	at := 0
	for at < len(got.body) && at < len(none.body) && got.body[at] == none.body[at] {
		at++
	}
	p.check(got.body == none.body, "%s: %s can tell %v from what never existed at %.80q, not %.80q", p, a.name, what, got.body[at:], none.body[at:])
}

// echoed is a field of a form that comes back to whoever is not logged in.
var echoed = regexp.MustCompile(`<input type="hidden" name="[^"]*" value="[^"]*">`)

// same takes out of an answer the identifiers that the request itself named, and the form that it
// was; its length is that of what is left.
func same(r reply, wild map[string]string) reply {
	length := strconv.Itoa(len(r.body))
	if r.status == http.StatusUnauthorized {
		r.body = echoed.ReplaceAllString(r.body, "")
	}
	header := http.Header{}
	for name, list := range r.header {
		for _, v := range list {
			header.Add(name, without(v, wild))
		}
	}
	body := without(r.body, wild)
	if header.Get("Content-Length") == length {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return reply{r.status, header, body}
}

var once = regexp.MustCompile(`name="once" value="[a-z0-9]+"`)

func without(s string, wild map[string]string) string {
	for _, id := range wild {
		s = strings.ReplaceAll(s, id, "ID")
	}
	return once.ReplaceAllString(s, "once")
}

// badFields asks for what the actor may have, with identifiers in fields that he may not use.
func (p *probe) badFields(a *actor, combinations []map[string]string) {
	p.t.Helper()
	if len(p.row.ids)+len(p.row.inQuery) == 0 {
		return
	}
	i := slices.IndexFunc(combinations, func(wild map[string]string) bool { return p.ready(a, wild) })
	if i < 0 {
		return
	}
	wild := combinations[i]
	// The form that comes back shows what it is about, which is a look.
	p.unchanged("a refused identifier in a field", func() {
		for name, kind := range p.row.ids {
			p.badField(a, wild, name, kind)
		}
		for name, kind := range p.row.inQuery {
			p.badQuery(a, wild, name, kind)
		}
	}, "journal")
}

// ready says whether the actor may do what the row does, and the dossier is in the state for it.
func (p *probe) ready(a *actor, wild map[string]string) bool {
	return p.allowed(a, wild) && (p.row.closed == 0 && !p.row.running || !p.truth.dossiers[wild["dossier"]].closed)
}

func (p *probe) badField(a *actor, wild map[string]string, name, kind string) {
	p.t.Helper()
	none := p.ask(a, wild, map[string]string{name: never})
	bad := p.row.bad
	if kind == "upload" && p.face == access.Portal && !a.may("dossiers:upload") {
		bad = http.StatusForbidden
	}
	p.check(none.status == bad, "%s: %s got %d for an unknown %s, want %d", p, a.name, none.status, name, bad)
	for _, id := range p.choices(kind, nil, wild, p.face) {
		if !p.mayUse(p.truth, a, kind, id, wild) {
			p.equal(a, name+"="+id, same(p.ask(a, wild, map[string]string{name: id}), nil), same(none, nil))
		}
	}
}

// badQuery tries identifiers in the address. What they choose is the actor's own in any case, so
// the marks in the answers tell; here only the status is compared.
func (p *probe) badQuery(a *actor, wild map[string]string, name, kind string) {
	p.t.Helper()
	none := p.ask(a, wild, map[string]string{name: never})
	for _, id := range p.choices(kind, nil, wild, p.face) {
		got := p.ask(a, wild, map[string]string{name: id})
		p.check(got.status == none.status, "%s: %s got %d for %s=%s, %d for what never existed", p, a.name, got.status, name, id, none.status)
	}
}

// maxLooks is how many of the things that an actor may see are looked at, for each route.
const maxLooks = 5

// looks asks for the pages that are allowed: each leaves one look, or nothing at all.
func (p *probe) looks() {
	p.t.Helper()
	if !p.reads() {
		return
	}
	combinations := p.begin()
	theirs := p.digest(p.other.id)
	quiet := func(f func()) { f() }
	if p.row.event == "" && !p.row.away {
		quiet = func(f func()) { p.unchanged("a page that is no look", f) }
	}
	quiet(func() {
		for _, a := range p.cast() {
			n := 0
			for _, wild := range combinations {
				if n < maxLooks && p.allowed(a, wild) {
					p.look(a, wild)
					n++
				}
			}
		}
	})
	p.check(p.digest(p.other.id) == theirs, "%s: a look changed something of the other tenant", p)
}

func (p *probe) look(a *actor, wild map[string]string) {
	p.t.Helper()
	before, others := p.journalled(), p.aside(wild["dossier"], a.account)
	got := p.ask(a, wild, nil)
	p.check(p.aside(wild["dossier"], a.account) == others, "%s: %s looked, and something of another dossier or account changed", p, a.name)
	if p.row.shows != nil {
		want := p.row.shows(p.truth, a)
		p.check(strings.Contains(got.body, want), "%s: %s does not see %q", p, a.name, want)
	}
	want := p.row.want
	if d := p.truth.dossiers[wild["dossier"]]; p.row.closed != 0 && d.closed && p.face == access.Portal {
		want = p.row.closed
	}
	stopped := p.truth.children["document"][wild["document"]].held && !p.row.held
	if stopped {
		want = http.StatusConflict
	}
	p.check(got.status == want || p.row.also != 0 && got.status == p.row.also, "%s: %s got %d for %v, want %d", p, a.name, got.status, wild, want)
	added := p.entriesFrom(before)
	if p.row.event == "" || stopped || p.row.opens && !p.truth.children["document"][wild["document"]].opens {
		p.check(len(added) == 0, "%s: %s left %v", p, a.name, added)
		return
	}
	p.check(len(added) == 1 && added[0] == p.row.event+" "+a.account, "%s: %s left %v in the journal, want one %s of %s", p, a.name, added, p.row.event, a.account)
}

// changes does once for every actor what he may change. The journal tells of it, and the other
// tenant does not notice.
func (p *probe) changes() {
	p.t.Helper()
	if p.reads() {
		return
	}
	combinations := p.begin()
	theirs := p.digest(p.other.id)
	for _, a := range p.cast() {
		i := slices.IndexFunc(combinations, func(wild map[string]string) bool { return p.ready(a, wild) })
		if i < 0 {
			continue
		}
		p.change(a, combinations[i], nil)
		for name, kind := range p.row.ids {
			for _, id := range p.choices(kind, nil, combinations[i], p.face) {
				if p.mayUse(p.truth, a, kind, id, combinations[i]) {
					p.change(a, combinations[i], map[string]string{name: id})
					break
				}
			}
		}
	}
	p.check(p.digest(p.other.id) == theirs, "%s: a change reached the other tenant: %s", p, difference(theirs, p.digest(p.other.id)))
}

func (p *probe) change(a *actor, wild, fields map[string]string) {
	p.t.Helper()
	if p.row.ready != "" {
		args := []any{p.id}
		if len(p.names) > 0 && strings.Contains(p.row.ready, "$2") {
			args = append(args, wild[p.names[len(p.names)-1]])
		}
		p.exec(p.row.ready, args...)
	}
	p.fresh++
	p.link = p.goodToken()
	before, others, own := p.journalled(), p.aside(wild["dossier"], ""), p.accounts(a)
	got := p.ask(a, wild, fields)
	p.check(!p.row.own || p.accounts(a) == own, "%s: %s changed something of another account", p, a.name)
	p.check(p.aside(wild["dossier"], "") == others, "%s: %s changed something of another dossier", p, a.name)
	p.consistent()
	p.check(got.status == p.row.want || p.row.also != 0 && got.status == p.row.also, "%s: %s got %d for %v %v, want %d", p, a.name, got.status, wild, fields, p.row.want)
	if p.row.quiet {
		return
	}
	told := slices.ContainsFunc(p.entriesFrom(before), func(e string) bool { return strings.HasPrefix(e, p.row.event+" ") })
	p.check(told, "%s: %s left no %s in the journal", p, a.name, p.row.event)
}
