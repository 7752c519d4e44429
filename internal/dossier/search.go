package dossier

import (
	"context"
	"slices"
	"strings"

	"voordeur/internal/db"
)

// The office's search costs about the same however many dossiers there are (ADR 0004). What was
// typed is found where a word begins, the last word may go on. When one of its words is rare the
// dossiers with that word are looked through; when all are common the viewer's list is, newest
// first, where a page of hits is soon full.
const (
	// rareWord is the number of dossiers up to which a word is rare.
	rareWord = 500
	// firstWindow and nextWindow are how many rows of the list a statement looks through, and
	// windows is how many of them a page takes at most; the next page goes on from there.
	firstWindow, nextWindow, windows = 400, 4000, 3
	// longList is the number of dossiers from which a client's list is searched as the office's is.
	longList = 1000
)

const (
	searchCount = `select count(*) from (select 1 from dossier_word where tenant_id = $1 and word >= $2 and word < $3 limit 501) w`

	searchStart = ` and ' ' || d.search like $5 escape '\' `

	// The ids are taken first: PostgreSQL, left to choose, walks the whole list instead.
	searchRare = `with hit as materialized (select distinct dossier_id from dossier_word where tenant_id = $1 and word >= $6 and word < $7) ` +
		listSelect + `from hit join dossier_list l on l.tenant_id = $1 and l.viewer = $2 and l.dossier_id = hit.dossier_id` + listJoin + `where 1 = 1 ` + searchStart
	searchRareAfter = ` and (l.updated_at, l.dossier_id) < ($8, $9) `

	windowStart = `with l as materialized (select * from dossier_list l where l.tenant_id = $1 and l.viewer = $2 `
	windowEnd   = ` order by l.updated_at desc, l.dossier_id desc limit `
	windowFirst = windowEnd + `400) `
	windowNext  = windowEnd + `4000) `
	windowHits  = listSelect + `from l` + listJoin + `where 1 = 1 ` + searchStart
	windowLast  = `select count(*), min(e.updated_at), min(e.dossier_id) from (select l.updated_at, l.dossier_id from l order by l.updated_at, l.dossier_id limit 1) e, l
		where cast($3 as text) is not null and cast($4 as text) is not null and cast($5 as text) is not null`

	searchOpen     = ` and l.closed = false and cast($4 as text) = '' `
	searchStatuses = ` and cast($4 as text) like '%|' || l.status || '|%' `
)

// long reports whether the viewer's list is too long to be looked through as a whole.
func (v view) long(ctx context.Context) (bool, error) {
	n, err := db.One(ctx, v.db, db.Value[int], `select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 limit 1000) l`, v.scope.Tenant(), v.viewer)
	return n >= longList, err
}

// words splits what is searched, or searched in.
func words(text string) []string { return strings.Fields(strings.ToLower(text)) }

// reword keeps the words of a dossier for the search.
func reword(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	if _, err := tx.Exec(ctx, `delete from dossier_word where tenant_id = $1 and dossier_id = $2`, tenantID, dossier); err != nil {
		return err
	}
	var text string
	if err := tx.QueryRow(ctx, `select search from dossier where tenant_id = $1 and id = $2`, tenantID, dossier).Scan(&text); err != nil {
		return err
	}
	for _, w := range slices.Compact(slices.Sorted(slices.Values(words(text)))) {
		if _, err := tx.Exec(ctx, `insert into dossier_word (tenant_id, word, dossier_id) values ($1, $2, $3)`, tenantID, w, dossier); err != nil {
			return err
		}
	}
	return nil
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

func (v view) search(ctx context.Context, f Filter) (Page, error) {
	typed := words(f.Search)
	rarest, fewest := span{}, rareWord+1
	for n, w := range typed {
		s := spanOf(w, n == len(typed)-1)
		count, err := db.One(ctx, v.db, db.Value[int], searchCount, v.scope.Tenant(), s.from, s.to)
		if err != nil {
			return Page{}, err
		}
		if count < fewest {
			rarest, fewest = s, count
		}
	}
	start := strings.TrimPrefix(pattern(strings.Join(typed, " ")), "%")
	if fewest > rareWord {
		return v.searchCommon(ctx, f, "% "+start)
	}
	return v.searchRare(ctx, f, "% "+start, rarest)
}

func (v view) searchArgs(f Filter, pattern string) []any {
	status := ""
	if len(f.Statuses) > 0 {
		status = "|" + strings.Join(f.Statuses, "|") + "|"
	}
	return []any{v.scope.Tenant(), v.viewer, v.scope.Account(), status, pattern}
}

func (v view) searchRare(ctx context.Context, f Filter, pattern string, word span) (Page, error) {
	q, args := db.Join(searchRare), append(v.searchArgs(f, pattern), word.from, word.to)
	if len(f.Statuses) == 0 {
		q = db.Join(q, searchOpen)
	} else {
		q = db.Join(q, searchStatuses)
	}
	if at, id, ok := db.ParseKey(f.After); ok {
		q, args = db.Join(q, searchRareAfter), append(args, at, id)
	}
	rows, err := db.All(ctx, v.db, scanRow, db.Join(q, listOrder), args...)
	return pageOf(rows), err
}

// searchCommon looks through the list window by window until a page is full. A page that is not
// full after the last window says from where the next one goes on.
func (v view) searchCommon(ctx context.Context, f Filter, pattern string) (Page, error) {
	var found []Row
	for n := range windows {
		size := nextWindow
		if n == 0 && f.After == "" {
			size = firstWindow
		}
		rows, end, err := v.window(ctx, f, pattern, size)
		found = append(found, rows...)
		if err != nil || len(found) > PageSize || end == "" {
			return pageOf(found), err
		}
		f.After = end
	}
	return Page{Rows: found, Next: f.After}, nil
}

// window returns the hits among the next rows of the list, a page's worth at most, and the key of
// the last of those rows, "" when the list ends there.
func (v view) window(ctx context.Context, f Filter, pattern string, size int) ([]Row, string, error) {
	q, args := db.Join(windowStart), v.searchArgs(f, pattern)
	if len(f.Statuses) == 0 {
		q = db.Join(q, searchOpen)
	} else {
		q = db.Join(q, searchStatuses)
	}
	if at, id, ok := db.ParseKey(f.After); ok {
		q, args = db.Join(q, listAfter), append(args, at, id)
	}
	if size == firstWindow {
		q = db.Join(q, windowFirst)
	} else {
		q = db.Join(q, windowNext)
	}
	rows, err := db.All(ctx, v.db, scanRow, db.Join(q, windowHits, listOrder), args...)
	if err != nil || len(rows) > PageSize {
		return rows, "", err
	}
	var n int
	var at *db.Time
	var id *string
	if err := v.db.QueryRow(ctx, db.Join(q, windowLast), args...).Scan(&n, &at, &id); err != nil || n < size {
		return rows, "", err
	}
	return rows, db.Key(*at, *id), nil
}
