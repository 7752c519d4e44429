package server_test

import (
	"context"
	"html"
	"net/http"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
	"voordeur/internal/world"
)

// The mandates of a site: acting are in force, for the actor who tries them all, and the first of them gives all that can
// be given. That over users is never in force, even if it should stand there.
var (
	inForce = world.FixtureID(901)
	acting  = []struct{ name, id, rights string }{
		{"client acting for another", inForce, access.OwnRights.String()},
		{"client who may look alone for another", world.FixtureID(908), "dossiers:see users:manage"},
		{"client who uploads nothing for another", world.FixtureID(909), "dossiers:see messages:see messages:send"},
	}
	noMore = map[string]string{
		"expired": world.FixtureID(902), "revoked": world.FixtureID(903), "not yet begun": world.FixtureID(904), "not accepted": world.FixtureID(905),
		"somebody else's": world.FixtureID(906), "of the other tenant": world.FixtureID(907),
	}
)

// representative is whose mandates they are, and represented for whom.
const representative, represented, third = "p.vanhouten@post.example", "c.dewit@post.example", "directie@bakkerijsmit.example"

// mandates adds those to a site, and switches acting for others on.
func (s *site) mandates(ctx context.Context) {
	s.t.Helper()
	scope, err := authn.Act(ctx, s.house.DB, s.id, s.account("beheer@"+s.domain))
	must(s.t, err)
	manager, _ := access.AsStaff(scope)
	t, err := s.house.Tenants.Get(ctx, s.id)
	must(s.t, err)
	must(s.t, s.house.Tenants.Edit(ctx, manager, t.Version, "modules", func(e *tenant.Edition) error {
		e.Settings.Modules[tenant.ModuleMandates] = true
		return nil
	}))
	at := func(days int) db.Time { return db.At(s.house.DB.Clock().Now().AddDate(0, 0, days)) }
	add := func(id, account, client, rights string, starts, ends db.Time, accepted, revoked *db.Time) {
		s.exec(`insert into mandate (tenant_id, id, client_id, account_id, email, ground, rights, starts_at, ends_at, created_at, created_by, accepted_at, revoked_at)
			values ($1, $2, $3, $4, 'x@post.example', 'proxy', $5, $6, $7, $8, $9, $10, $11)`,
			s.id, id, s.clientOf(client), s.account(account), rights, starts, ends, at(-10), manager.Scope().Account(), accepted, revoked)
	}
	begun, over := at(-9), at(-1)
	for _, m := range acting {
		add(m.id, representative, represented, m.rights, begun, at(9), &begun, nil)
	}
	all := access.OwnRights.String()
	add(noMore["expired"], representative, represented, all, begun, over, &begun, nil)
	add(noMore["revoked"], representative, represented, all, begun, at(9), &begun, &over)
	add(noMore["not yet begun"], representative, represented, all, at(1), at(9), &begun, nil)
	add(noMore["not accepted"], representative, represented, all, begun, at(9), nil, nil)
	add(noMore["somebody else's"], represented, third, all, begun, at(9), &begun, nil)
	if s.id == world.Twin {
		add(noMore["of the other tenant"], representative, represented, all, begun, at(9), &begun, nil)
	}
	for _, dossier := range uploadsIn {
		s.exec(`insert into upload (tenant_id, id, dossier_id, account_id, category, file_name, media_type, size, received, sha256, blob_key, blob_size, blob_sum, created_at, client_id)
			select tenant_id, $2, $3, $4, 'delivered', file_name, media_type, size, size, sha256, blob_key, blob_size, blob_sum, created_at, $5
			from document where tenant_id = $1 and id = $6`,
			s.id, world.FixtureID(dossier*100+50), world.FixtureID(dossier), s.account(representative), s.clientOf(represented), world.FixtureID(1))
	}
}

// represents has an actor act by a mandate in force.
func (s *site) represents(a *actor, mandate, rights string) {
	s.t.Helper()
	a.base, a.client, a.rights = web.ActingPrefix+mandate, s.clientOf(represented), rights
}

// cast are the actors to whom the route means something: those who act for another have the addresses of a client's
// things alone.
func (p *probe) cast() []*actor {
	var out []*actor
	for _, a := range p.actors {
		if a.base == "" || p.face == access.Portal && web.OfClient(p.route.Pattern) {
			out = append(out, a)
		}
	}
	return out
}

// named reports whether a mark in an answer is the name of a client for whom the actor may act or was asked to, or of
// his own beside it: no more than the name.
func (p *probe) named(a *actor, text, found string) bool {
	p.t.Helper()
	names, had := a.names[p.id]
	if !had {
		names = p.list(`select c.name from client c where c.tenant_id = $1 and (c.id = (select client_id from account o where o.tenant_id = $1 and o.id = $2)
		or c.id in (select m.client_id from mandate m where m.tenant_id = $1 and m.account_id = $2))`, p.id, a.account)
		if a.names == nil {
			a.names = map[string][]string{}
		}
		a.names[p.id] = names
	}
	for i := strings.Index(text, found); i >= 0; i = strings.Index(text, found) {
		known := false
		for _, n := range names {
			known = known || strings.HasPrefix(text[i:], html.EscapeString(n))
		}
		if !known {
			return false
		}
		text = text[i+len(found):]
	}
	return true
}

// ghosts asks by mandates that do not hold, and by those of somebody else: each answer is that for a mandate that was never
// given out, and nothing changes. One's own pages exist for nobody who acts for another.
func (p *probe) ghosts() {
	p.t.Helper()
	if p.face != access.Portal {
		return
	}
	combinations := p.begin()
	ofClient, tries := web.OfClient(p.route.Pattern), 1
	if ofClient {
		tries = 2
	}
	mandates := map[string]string{"in force": inForce}
	for name, id := range noMore {
		mandates[name] = id
	}
	p.unchanged("a mandate that does not hold", func() {
		for _, a := range p.actors {
			if a.base != "" || a.tenant != p.id || a.face != access.Portal || a.dead {
				continue
			}
			for name, id := range mandates {
				holds := p.has(`select id from mandate where tenant_id = $1 and id = $2 and account_id = $3 and accepted_at is not null and revoked_at is null and starts_at <= $4 and ends_at > $4`,
					p.id, id, a.account, db.At(p.house.DB.Clock().Now()))
				if holds && ofClient || !ofClient && id != inForce && name != "expired" {
					continue
				}
				for _, wild := range combinations[:min(tries, len(combinations))] {
					got := p.by(a, id, wild)
					p.check(got.status == http.StatusNotFound, "%s: %s got %d by a mandate that is %s", p, a.name, got.status, name)
					if !holds { // one that holds stands in the switcher of its owner, on every page
						p.equal(a, "a mandate that is "+name, got, p.by(a, never, wild))
					}
				}
			}
		}
	})
}

// by asks as an actor who acts by a mandate.
func (p *probe) by(a *actor, mandate string, wild map[string]string) reply {
	p.t.Helper()
	other := *a
	other.base = web.ActingPrefix + mandate
	named := map[string]string{"by": mandate}
	for k, v := range wild {
		named[k] = v
	}
	return same(p.ask(&other, wild, nil), named)
}
