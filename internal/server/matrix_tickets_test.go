package server_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

// live returns what stands for {token} or {ticket} when it is good.
func (p *probe) live() string {
	p.t.Helper()
	switch {
	case slices.Contains(p.names, "token"):
		return p.goodToken()
	case slices.Contains(p.names, "ticket"):
		return p.liveTicket()
	}
	return ""
}

// named returns an actor of the site.
func (s *site) named(name string) *actor {
	s.t.Helper()
	i := slices.IndexFunc(s.actors, func(a *actor) bool { return a.name == name })
	if i < 0 {
		s.t.Fatalf("there is no actor %q", name)
	}
	return s.actors[i]
}

// holder is whose ticket the live one is.
func (s *site) holder() *actor { return s.named("client") }

// liveTicket shows a document that its holder sees.
func (s *site) liveTicket() string {
	s.t.Helper()
	return s.ticket(s.holder(), access.Portal, s.document("shown"), time.Minute)
}

// document finds one of the holder's by what it is: its dossier and its identifier.
func (s *site) document(what string) [2]string {
	s.t.Helper()
	party := `exists (select 1 from dossier_party p where p.tenant_id = d.tenant_id and p.dossier_id = d.id and p.client_id = '` + s.holder().client + `')`
	visible := `x.published_at is not null and x.state = 'released' and d.published_at is not null and x.media_type `
	where := map[string]string{
		"shown":     visible + `= 'application/pdf' and ` + party,
		"workbook":  visible + `like '%sheet%' and ` + party,
		"foreign":   visible + `= 'application/pdf' and not ` + party,
		"internal":  `x.published_at is null and x.media_type = 'application/pdf' and d.published_at is not null and ` + party,
		"hidden":    `x.published_at is not null and d.published_at is null and ` + party,
		"stopped":   `x.published_at is not null and x.state = 'quarantined' and d.published_at is not null and ` + party,
		"delivered": `x.origin = 'client' and x.media_type = 'application/pdf' and not ` + party,
	}[what]
	both := s.list(`select d.id || ' ' || x.id from document x join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id where x.tenant_id = $1 and `+where+` order by 1`, s.id)
	if len(both) == 0 {
		s.t.Fatalf("the world of %s has no document that is %s", s.id, what)
	}
	dossier, id, _ := strings.Cut(both[0], " ")
	return [2]string{dossier, id}
}

// ticket seals a ticket as the program does, for things for which it would not.
func (s *site) ticket(a *actor, face access.Face, document [2]string, life time.Duration) string {
	s.t.Helper()
	t, err := s.house.Tenants.Get(context.Background(), s.id)
	must(s.t, err)
	until := s.house.DB.Clock().Now().Add(life).Unix()
	plain := fmt.Sprintf("%s|%s|%s|%s|%s|%d", face, authn.HashToken(a.cookie), strings.TrimPrefix(a.base, web.ActingPrefix), document[0], document[1], until)
	return base64.RawURLEncoding.EncodeToString(t.Key.Seal([]byte(plain), "view|ticket|"+t.ID))
}

// deadTickets show nothing: too old, of who is no longer logged in, of a session of another tenant
// or of the other side, and for documents that their holder does not see or that no browser shows.
func (s *site) deadTickets() []string {
	s.t.Helper()
	shown := s.document("shown")
	out := []string{s.ticket(s.holder(), access.Portal, shown, -time.Second), s.ticket(s.holder(), access.Office, shown, time.Minute)}
	for _, name := range []string{"logged-out client", "blocked client", "client of another tenant", "client of another dossier", "handler"} {
		out = append(out, s.ticket(s.named(name), access.Portal, shown, time.Minute))
	}
	for _, what := range []string{"workbook", "foreign", "internal", "hidden", "stopped", "delivered"} {
		out = append(out, s.ticket(s.holder(), access.Portal, s.document(what), time.Minute))
	}
	foreign := s.document("foreign")
	return append(out, s.ticket(s.holder(), access.Portal, [2]string{shown[0], foreign[1]}, time.Minute), s.ticket(s.holder(), access.Portal, [2]string{foreign[0], shown[1]}, time.Minute))
}

// keepForms keeps for two accounts what they typed when their session ended.
func (s *site) keepForms() {
	s.t.Helper()
	ctx := context.Background()
	t, err := s.house.Tenants.Get(ctx, s.id)
	must(s.t, err)
	for _, name := range []string{"client of another dossier", "handler not involved"} {
		a := s.named(name)
		form := identity.Parked{Path: "/profile/notifications", Fields: [][2]string{{"groups", s.letter() + "p" + a.account[24:] + " "}}}
		must(s.t, s.house.Identity.Park(ctx, t, a.face, a.cookie, form))
	}
}
