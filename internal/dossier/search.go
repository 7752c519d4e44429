package dossier

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// A long list is searched by words, which costs about the same however many dossiers there are (ADR 4, 38). What was typed
// is found where a word begins, in any order; the last word may go on. When one of the words is rare the dossiers with it are
// looked through; when all are common the viewer's list is, newest first, where a page of hits is soon full. The office
// finds by number, title, clients and documents, a client by number and title.
const (
	// rareWord is the number of dossiers up to which a word is rare.
	rareWord = 500
	// firstWindow and nextWindow are how many rows of the list a statement looks through, and
	// windows is how many of them a page takes at most; the next page goes on from there.
	firstWindow, nextWindow, windows = 400, 4000, 3
	// longList is the number of dossiers from which a client's list is searched as the office's is.
	longList = 1000
	// mostWords is how many words are looked for, the rarest of what was typed.
	mostWords = 6
)

// $1 to $3 are tenant, viewer and account, $4 the statuses as |a|b|, $5 and $6 the key after which the page begins, $7
// whether only a dossier's own words count, and from $8 on the words, each from one up to and without another.
const (
	searchCount = `select count(*) from (select 1 from dossier_word w where w.tenant_id = $1 and w.word >= $2 and w.word < $3 and (w.own or cast($4 as boolean) = false) limit 501) c`

	hasWord = `exists (select 1 from dossier_word w where w.tenant_id = l.tenant_id and w.dossier_id = l.dossier_id and (w.own or cast($7 as boolean) = false) and w.word `
	hasRest = ` and (cast($10 as text) = '' or ` + hasWord + `>= $10 and w.word < $11)) and (cast($12 as text) = '' or ` + hasWord + `>= $12 and w.word < $13)) and (cast($14 as text) = '' or ` + hasWord +
		`>= $14 and w.word < $15)) and (cast($16 as text) = '' or ` + hasWord + `>= $16 and w.word < $17)) and (cast($18 as text) = '' or ` + hasWord + `>= $18 and w.word < $19)) `

	searchAfter    = ` and (l.updated_at, l.dossier_id) < ($5, $6) `
	searchOpen     = ` and l.closed = false and cast($4 as text) = '' `
	searchStatuses = ` and cast($4 as text) like '%|' || l.status || '|%' `

	// The ids are taken first: PostgreSQL, left to choose, walks the whole list instead.
	rareHits = `with hit as materialized (select distinct w.dossier_id from dossier_word w where w.tenant_id = $1 and w.word >= $8 and w.word < $9 and (w.own or cast($7 as boolean) = false)) `
	rareFrom = `from hit join dossier_list l on l.tenant_id = $1 and l.viewer = $2 and l.dossier_id = hit.dossier_id` + listJoin + `where 1 = 1 ` + hasRest + searchAfter

	windowStart = `with l as materialized (select * from dossier_list l where l.tenant_id = $1 and l.viewer = $2 ` + searchAfter
	windowEnd   = ` order by l.updated_at desc, l.dossier_id desc limit `
	windowFirst = windowEnd + `400) `
	windowNext  = windowEnd + `4000) `
	windowFrom  = `from l` + listJoin + `where ` + hasWord + `>= $8 and w.word < $9) ` + hasRest
	windowLast  = `select count(*), min(e.updated_at), min(e.dossier_id) from (select l.updated_at, l.dossier_id from l order by l.updated_at, l.dossier_id limit 1) e, l
		where cast($3 as text) is not null`
)

// long reports whether the viewer's list is too long to be looked through as a whole.
func (v view) long(ctx context.Context) (bool, error) {
	n, err := db.One(ctx, v.db, db.Value[int], `select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 limit 1000) l`, v.scope.Tenant(), v.viewer)
	return n >= longList, err
}

// span is the words from one up to and without another.
type span struct{ from, to string }

// spanOf returns the words that are w or, when it was the last one typed, begin with it. Nothing
// of Unicode sorts behind U+10FFFF; a word ends before it goes on with any letter.
func spanOf(w string, last bool) span {
	if last {
		return span{w, w + "\U0010ffff"}
	}
	return span{w, w + "\x01"}
}

// asked is a search on its way.
type asked struct {
	view
	f     Filter
	own   bool
	spans []span // the rarest word first
}

func (v view) search(ctx context.Context, f Filter) (Page, error) {
	_, client := access.AsClient(v.scope)
	q := asked{view: v, f: f, own: client}
	type counted struct {
		span
		n int
	}
	var list []counted
	typed := words(f.Search)
	for i, w := range typed {
		s := spanOf(w, i == len(typed)-1)
		if slices.ContainsFunc(list, func(c counted) bool { return c.span == s }) {
			continue
		}
		n, err := db.One(ctx, v.db, db.Value[int], searchCount, v.scope.Tenant(), s.from, s.to, q.own)
		if err != nil {
			return Page{}, err
		}
		list = append(list, counted{s, n})
	}
	slices.SortStableFunc(list, func(a, b counted) int { return cmp.Compare(a.n, b.n) })
	for _, c := range list[:min(len(list), mostWords)] {
		q.spans = append(q.spans, c.span)
	}
	if list[0].n > rareWord {
		return q.common(ctx)
	}
	return q.rare(ctx)
}

// noEnd is a key behind every row of a list.
var noEnd = db.At(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))

func (q asked) args() []any {
	status := ""
	if len(q.f.Statuses) > 0 {
		status = "|" + strings.Join(q.f.Statuses, "|") + "|"
	}
	at, id, ok := db.ParseKey(q.f.After)
	if !ok {
		at, id = noEnd, ""
	}
	args := []any{q.scope.Tenant(), q.viewer, q.scope.Account(), status, at, id, q.own}
	for n := range mostWords {
		s := span{}
		if n < len(q.spans) {
			s = q.spans[n]
		}
		args = append(args, s.from, s.to)
	}
	return args
}

func (q asked) rare(ctx context.Context) (Page, error) {
	text := db.Join(rareHits, listSelect, rareFrom)
	if q.own {
		text = db.Join(rareHits, clientSelect, rareFrom)
		if !q.scope.Rights().Has(access.SeeMessages) {
			text = db.Join(rareHits, quietSelect, rareFrom)
		}
	}
	if len(q.f.Statuses) == 0 {
		text = db.Join(text, searchOpen)
	} else {
		text = db.Join(text, searchStatuses)
	}
	rows, err := db.All(ctx, q.db, scanRow, db.Join(text, listOrder), q.args()...)
	return pageOf(rows), err
}

// common looks through the list window by window until a page is full. A page that is not full after the last window says
// from where the next one goes on.
func (q asked) common(ctx context.Context) (Page, error) {
	var found []Row
	for n := range windows {
		size := nextWindow
		if n == 0 && q.f.After == "" {
			size = firstWindow
		}
		rows, end, err := q.window(ctx, size)
		found = append(found, rows...)
		if err != nil || len(found) > PageSize || end == "" {
			return pageOf(found), err
		}
		q.f.After = end
	}
	return Page{Rows: found, Next: q.f.After}, nil
}

// window returns the hits among the next rows of the list, a page's worth at most, and the key of
// the last of those rows, "" when the list ends there.
func (q asked) window(ctx context.Context, size int) ([]Row, string, error) {
	text := db.Join(windowStart, searchStatuses)
	if len(q.f.Statuses) == 0 {
		text = db.Join(windowStart, searchOpen)
	}
	if size == firstWindow {
		text = db.Join(text, windowFirst)
	} else {
		text = db.Join(text, windowNext)
	}
	hits := db.Join(text, listSelect, windowFrom, listOrder)
	if q.own {
		hits = db.Join(text, clientSelect, windowFrom, listOrder)
		if !q.scope.Rights().Has(access.SeeMessages) {
			hits = db.Join(text, quietSelect, windowFrom, listOrder)
		}
	}
	args := q.args()
	rows, err := db.All(ctx, q.db, scanRow, hits, args...)
	if err != nil || len(rows) > PageSize {
		return rows, "", err
	}
	var n int
	var at *db.Time
	var id *string
	if err := q.db.QueryRow(ctx, db.Join(text, windowLast), args[:6]...).Scan(&n, &at, &id); err != nil || n < size {
		return rows, "", err
	}
	return rows, db.Key(*at, *id), nil
}
