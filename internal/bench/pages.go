package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"voordeur/internal/db"
)

// Who the pages are asked as: an administrator, whose list has every dossier, an employee and a client
// of the demo, and the client to whom three dossiers in a hundred belong.
const (
	administrator = "beheer@delinde.example"
	handler       = "behandelaar@delinde.example"
	client        = "c.dewit@post.example"
	manyClient    = "seedclient0000000000000big@example.invalid"
	talkative     = "2026-01482" // the dossier of that client with most in it
)

// stage is a program with people who are logged in.
type stage struct {
	*process
	admin, handler, client, big *person
	in                          installation
}

// stage starts the program over so many dossiers and logs everybody in.
func (r *run) stage(ctx context.Context, dialect db.Dialect, dossiers int) (*stage, error) {
	in, err := r.data.seeded(ctx, dialect, dossiers)
	if err != nil {
		return nil, err
	}
	one := *r
	if dossiers != r.Many { // two programs run, and the address of profiles is one
		one.Profile = ""
	}
	return one.open(ctx, in, in)
}

// open starts the program over an installation, or a copy of one, and logs everybody in. A session of
// an earlier part of the run serves again, in the copy too: a code serves only once in half a minute.
func (r *run) open(ctx context.Context, in, of installation) (*stage, error) {
	p, err := serve(ctx, r.Config, in)
	if err != nil {
		return nil, err
	}
	s := &stage{process: p, in: in}
	for _, who := range []struct {
		into        **person
		face, email string
	}{{&s.admin, "office", administrator}, {&s.handler, "office", handler}, {&s.client, "portal", client}, {&s.big, "portal", manyClient}} {
		had := r.sessions[of.address+who.email]
		*who.into = &person{on: p, host: hostOf(who.face, seeded), cookies: had}
		if had != nil {
			if _, err := (*who.into).get(ctx, "/"); err == nil {
				continue
			}
		}
		if *who.into, err = logIn(ctx, p, who.face, seeded, who.email); err != nil {
			return nil, errors.Join(err, p.stop())
		}
		if in == of {
			r.sessions[of.address+who.email] = (*who.into).cookies
		}
	}
	return s, nil
}

// The searches: a number that one dossier has, a client by name who has ten, a word that one in twelve has, a word that none
// has, and two words of which each is common and both together are not.
const (
	rareSearch   = "/dossiers?q=S10000042&filtered=1"
	nameSearch   = "/dossiers?q=familie+proef+42&filtered=1"
	commonSearch = "/dossiers?q=linde&filtered=1"
	noSearch     = "/dossiers?q=xyzzy&filtered=1"
	seldomSearch = "/dossiers?q=lindelaan+12&filtered=1"
)

// deepPage is the page of the list that is as cheap as the first one.
const deepPage = 1000

// pages measures P1 to P4 and P6.
func (r *run) pages(ctx context.Context, dialect db.Dialect) error {
	few, err := r.stage(ctx, dialect, r.Few)
	if err != nil {
		return err
	}
	defer few.stop()
	many, err := r.stage(ctx, dialect, r.Many)
	if err != nil {
		return err
	}
	defer many.stop()
	bare, err := r.bare(ctx, many)
	if err != nil {
		return err
	}
	defer bare.stop()
	targets, err := pageTargets(ctx, few, many)
	if err != nil {
		return err
	}
	found, err := interleave(ctx, r.Config, append([]target{{"bare", &bare.subject, request("x", "/", "")}}, targets...))
	if err != nil {
		return err
	}
	r.judgePages(dialect, found)
	if err := r.tiles(ctx, dialect, many, found["client list"]); err != nil {
		return err
	}
	return r.alone(ctx, dialect, many)
}

// bare serves what the list of the office is, and nothing else.
func (r *run) bare(ctx context.Context, s *stage) (*process, error) {
	page, err := s.admin.get(ctx, "/dossiers")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(r.work, "list.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		return nil, err
	}
	return limit(r.Config, "bytes", file)
}

var links = regexp.MustCompile(`href="(/dossiers/[a-z0-9]+)(/messages/[a-z0-9]{26})?[?"#]`)

// pageTargets are the pages by name.
func pageTargets(ctx context.Context, few, many *stage) ([]target, error) {
	found, err := many.client.get(ctx, "/dossiers?q="+talkative)
	if err != nil {
		return nil, err
	}
	dossier := links.FindStringSubmatch(found)[1]
	body, err := many.client.get(ctx, dossier+"?tab=messages")
	if err != nil {
		return nil, err
	}
	var message string
	for _, m := range links.FindAllStringSubmatch(body, -1) {
		if m[2] != "" {
			message = m[1] + m[2]
		}
	}
	if message == "" {
		return nil, errors.New("the dossier has no message")
	}
	targets := []target{
		many.admin.asks("office list", "/dossiers"), few.admin.asks("office list, few", "/dossiers"),
		many.big.asks("client list", "/dossiers"),
		many.handler.asks("office dossier", dossier), many.client.asks("client dossier", dossier),
		many.handler.asks("office message", message), many.client.asks("client message", message),
		many.handler.asks("worklist", "/"), many.client.asks("Home", "/"),
		many.admin.asks("search, rare", rareSearch), many.admin.asks("search, a name", nameSearch), many.admin.asks("search, common", commonSearch),
		many.admin.asks("search, nowhere", noSearch), many.admin.asks("search, seldom together", seldomSearch),
	}
	for _, s := range []struct {
		name string
		on   *stage
	}{{"office list, deep", many}, {"office list, few, deep", few}} {
		path, err := s.on.admin.page(ctx, "/dossiers", deepPage)
		if err != nil {
			return nil, err
		}
		targets = append(targets, s.on.admin.asks(s.name, path))
	}
	return targets, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// cost is a row about the processor time of a page, against that of another one.
func costRow(id, name string, dialect db.Dialect, s, limit sample, of string, goal float64) Row {
	w := pageRow(id, name, dialect, s)
	w.Unit, w.Ours, w.Limit, w.Of, w.Goal, w.Most = "ms CPU", ms(s.cost()), ms(limit.cost()), of, goal, true
	return w
}

func pageRow(id, name string, dialect db.Dialect, s sample) Row {
	return Row{
		ID: id, Name: name, Database: string(dialect), Unit: "/s", Ours: s.rate(),
		CPU: s.cost().Seconds() * 1000, P50: ms(s.quantile(0.5)), P99: ms(s.quantile(0.99)),
	}
}

func (r *run) judgePages(dialect db.Dialect, found map[string]sample) {
	r.report.Add(pageRow("", "bare net/http, same bytes", dialect, found["bare"]))
	for _, list := range []string{"office list", "client list"} {
		w := pageRow("P1", list, dialect, found[list])
		w.Limit, w.Of, w.Goal = found["bare"].rate(), "bare", 0.18
		if dialect == db.Postgres {
			w.Goal = 0.12
		}
		r.report.Add(w)
	}
	for _, page := range []struct{ name, list string }{
		{"office dossier", "office list"},
		{"office message", "office list"},
		{"worklist", "office list"},
		{"client dossier", "client list"},
		{"client message", "client list"},
		{"Home", "client list"},
	} {
		r.report.Add(costRow("P2", page.name, dialect, found[page.name], found[page.list], "list", 1.5))
	}
	r.report.Add(costRow("P3", "first page", dialect, found["office list"], found["office list, few"], "few", 1.1))
	r.report.Add(costRow("P3", "thousandth page", dialect, found["office list, deep"], found["office list, few, deep"], "few", 1.1))
	for _, search := range []string{"search, rare", "search, a name", "search, common", "search, nowhere", "search, seldom together"} {
		r.report.Add(costRow("P4", search, dialect, found[search], found["office list"], "list", 2))
	}
	for _, list := range []string{"office list", "client list"} {
		s := found[list]
		r.report.Add(Row{ID: "P6", Name: list + ", p99 of all at once", Database: string(dialect), Unit: "ms", Ours: ms(s.quantile(0.99)), Goal: 25, Most: true})
	}
}

// alone measures what one visitor waits when nobody else asks.
func (r *run) alone(ctx context.Context, dialect db.Dialect, s *stage) error {
	c := r.Config
	c.Conns = 1
	lists := []target{s.admin.asks("office list", "/dossiers"), s.big.asks("client list", "/dossiers")}
	found, err := interleave(ctx, c, lists)
	if err != nil {
		return err
	}
	goal := 0.5
	if dialect == db.Postgres {
		goal = 0.9
	}
	for _, t := range lists {
		r.report.Add(Row{ID: "P6", Name: t.name + ", p50 alone", Database: string(dialect), Unit: "ms", Ours: ms(found[t.name].quantile(0.5)), Goal: goal, Most: true})
	}
	return nil
}
