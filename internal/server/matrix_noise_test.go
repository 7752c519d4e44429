package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// long ago is when all noise happened, by which it is known again.
var longAgo = db.At(time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC))

// variants are other ways to ask for a page than its row's: each filter makes a statement of its
// own.
var variants = map[string][]string{
	"GET /dossiers":    {"", "?q=gezocht", "?status=closed", "?status=closed&q=x", "?after=KEY", "?after=KEY&q=gezocht", "?after=KEY&status=closed", "?after=KEY&status=closed&q=gezocht"},
	"GET /clients":     {"", "?q=reserve"},
	"GET /unreachable": {"", "?mine=1", "?name=KEY&id=KEY", "?mine=1&name=A"},
}

// silence shows that what others read, did not read and were sent shows on nobody's page: every
// page is asked for, the other tenant and the spare accounts get noise, and each page is the same.
func (s *site) silence(list []*probe) {
	s.t.Helper()
	s.awake()
	at, err := db.At(s.house.DB.Clock().Now()).Value()
	must(s.t, err)
	key := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprint(at) + "|zz"))
	pages := map[string]reply{}
	ask := func(compare bool) {
		for _, p := range list {
			// Asking for notes changes the settings, whose version stands on many pages.
			if p.route.Method == http.MethodGet && !p.route.Policy.Open() && !p.row.moving && !p.row.notes && !slices.Contains(p.names, "document") && !slices.Contains(p.names, "message") {
				p.silent(p.begin(), pages, key, compare)
			}
		}
	}
	ask(false)
	s.noise()
	ask(true)
	for _, table := range []string{"unread where at", "document_read where first_at", "message_read where first_at", "mail where created_at", "unreachable where at"} {
		s.exec(`delete from `+table+` = $1`, longAgo)
	}
}

// silent asks for a page in every way, as everybody who may, for a few of his things.
func (p *probe) silent(combinations []map[string]string, pages map[string]reply, key string, compare bool) {
	p.t.Helper()
	ways := variants[p.row.route]
	if ways == nil {
		ways = []string{""}
	}
	for _, a := range p.cast() {
		n := 0
		for _, wild := range combinations {
			if n == 3 || !p.allowed(a, wild) {
				continue
			}
			n++
			for _, way := range ways {
				got := same(p.askAt(a, wild, nil, strings.ReplaceAll(way, "KEY", key)), nil)
				name := fmt.Sprint(p, " ", a.name, " ", wild, " ", way)
				if compare {
					p.equal(a, "the noise of others on "+name, got, pages[name])
				}
				pages[name] = got
			}
		}
	}
}

// noise gives every account of the other tenant, and the spare ones here, a mark on everything,
// has the other tenant's read everything, and sends them mail that does not arrive.
func (s *site) noise() {
	s.t.Helper()
	for _, what := range []struct{ tenant, accounts string }{
		{s.other.id, `a.id <> ''`},
		{s.id, `a.id in ('` + s.spare[access.Portal] + `', '` + s.spare[access.Office] + `')`},
	} {
		from := ` join account a on a.tenant_id = o.tenant_id and ` + what.accounts + ` where o.tenant_id = $1 on conflict do nothing`
		s.exec(`insert into unread (tenant_id, client_id, account_id, kind, object_id, dossier_id, tab, at) select o.tenant_id, coalesce(a.client_id, ''), a.id, 'document', o.id, o.dossier_id, o.category, $2 from document o`+from, what.tenant, longAgo)
		s.exec(`insert into unread (tenant_id, client_id, account_id, kind, object_id, dossier_id, tab, at) select o.tenant_id, coalesce(a.client_id, ''), a.id, 'message', o.id, o.dossier_id, 'messages', $2 from message o`+from, what.tenant, longAgo)
	}
	s.exec(`insert into document_read (tenant_id, document_id, account_id, first_at, last_at) select o.tenant_id, o.id, a.id, $2, $2 from document o
		join account a on a.tenant_id = o.tenant_id where o.tenant_id = $1 on conflict do nothing`, s.other.id, longAgo)
	s.exec(`insert into message_read (tenant_id, message_id, account_id, first_at) select o.tenant_id, o.id, a.id, $2 from message o
		join account a on a.tenant_id = o.tenant_id where o.tenant_id = $1 on conflict do nothing`, s.other.id, longAgo)
	s.exec(`insert into mail (tenant_id, id, account_id, purpose, address, subject, state, created_at) select tenant_id, 'noise-' || id, id, 'link', 'x@post.example', 'ruis', 'sent', $2
		from account where tenant_id = $1`, s.other.id, longAgo)
	s.exec(`insert into unreachable (tenant_id, account_id, address, why, words, at) select tenant_id, id, 'x@post.example', 'full', 'ruis', $2
		from account where tenant_id = $1 and face = 'portal' on conflict do nothing`, s.other.id, longAgo)
}
