package dossier

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
)

// PageSize is the number of rows of a list page.
const PageSize = 25

// Row is a dossier in a list.
type Row struct {
	ID, Number, Title, Status, Handler string
	Type                               dossiertype.Ref
	Closed, Published                  bool
	StartedAt, UpdatedAt               db.Time
	DueAt                              *db.Time
	Unread                             int
	Client                             string // one of its parties, for staff alone
	Parties                            int
}

// Filter chooses what a list shows. Statuses are ids; none means every open dossier.
type Filter struct {
	Search   string
	Statuses []string
	Closed   bool   // what is over, where no status is asked for
	After    string // key of the last row of the page before, "" for the first page
	// Department asks an employee's list for what waits in a department of his, "" for all that he sees.
	Department string
}

// Page is one page of a list; Next is the key of the following page, "" on the last one.
type Page struct {
	Rows []Row
	Next string
}

const (
	listHead   = `select d.id, d.number, d.title, coalesce(d.type_id, ''), d.type_version, l.status, coalesce(h.name, ''), d.closed, `
	listUnread = `, d.created_at, d.due_at, l.updated_at,
	(select count(*) from unread u where u.tenant_id = d.tenant_id and u.dossier_id = d.id and u.account_id = $3`
	// Whose a dossier is, and whether it is shown, staff alone read: a client's list has only what is, and does not pay for it.
	listSelect = listHead + InPortal + listUnread + `), coalesce((select c.name from dossier_party q join client c on c.tenant_id = q.tenant_id and c.id = q.client_id where q.tenant_id = d.tenant_id and q.dossier_id = d.id
		order by q.client_id limit 1), ''),
	(select count(*) from dossier_party q where q.tenant_id = d.tenant_id and q.dossier_id = d.id) `
	listJoin = ` join dossier d on d.tenant_id = l.tenant_id and d.id = l.dossier_id
	left join account h on h.tenant_id = d.tenant_id and h.id = d.handler_id `
	listWhere    = `where l.tenant_id = $1 and l.viewer = $2 `
	clientSelect = listHead + `true` + listUnread + ` and 'client:' || u.client_id = $2), '', 0 `
	// Whoever may not see messages is not told that there are new ones.
	quietSelect = listHead + `true` + listUnread + ` and 'client:' || u.client_id = $2 and u.kind = 'document'), '', 0 `
	// A page is cut out of the list before anything is joined to it. Joined first, PostgreSQL thinks that
	// it gains by planning for each viewer anew, which takes longer than reading the page.
	pageFrom = `from (select l.tenant_id, l.dossier_id, l.status, l.updated_at from dossier_list l ` + listWhere
	pageJoin = `) l` + listJoin + `order by l.updated_at desc, l.dossier_id desc`
	// A search reads the list until it has found a page.
	searchFrom = `from dossier_list l` + listJoin + listWhere
)

// Each filter is a whole fragment, so that none of them keeps the others from the index. $4 is the
// status that is asked for, or several as |a|b|, and $5 the pattern of a search.
const (
	listOpen     = ` and l.closed = false and cast($4 as text) = '' `
	listClosed   = ` and l.closed = true and cast($4 as text) = '' `
	listStatus   = ` and l.status = cast($4 as text) `
	listStatuses = ` and cast($4 as text) like '%|' || l.status || '|%' `
	pageAfter    = ` and (l.updated_at, l.dossier_id) < ($5, $6) `
	listSearch   = ` and d.search like $5 escape '\' `
	listAfter    = ` and (l.updated_at, l.dossier_id) < ($6, $7) `
	listOrder    = ` order by l.updated_at desc, l.dossier_id desc limit 26`
)

func scanRow(scan db.Scan) (Row, error) {
	var r Row
	err := scan(&r.ID, &r.Number, &r.Title, &r.Type.ID, &r.Type.Number, &r.Status, &r.Handler, &r.Closed, &r.Published, &r.StartedAt, &r.DueAt, &r.UpdatedAt, &r.Unread, &r.Client, &r.Parties)
	return r, err
}

// ClientList returns a page of the dossiers that the client sees (N12-N14).
func (ds *Dossiers) ClientList(ctx context.Context, a access.Client, f Filter) (Page, error) {
	if err := a.Require(access.SeeDossiers); err != nil {
		return Page{}, err
	}
	v := view{ds.db, a.Scope(), "client:" + a.Scope().Client()}
	if strings.TrimSpace(f.Search) == "" {
		return v.list(ctx, f)
	}
	leave, err := ds.Searches.Enter(ctx, a.Scope().Tenant())
	if err != nil {
		return Page{}, err
	}
	defer leave()
	long, err := v.long(ctx)
	if err != nil {
		return Page{}, err
	}
	if long {
		return v.search(ctx, f)
	}
	rows, err := v.found(ctx, f)
	return pageOf(rows), err
}

// StaffList returns a page of the dossiers in which the employee is involved; an administrator
// and an auditor see all of them. The look is recorded with what was searched for (NEN 7513).
func (ds *Dossiers) StaffList(ctx context.Context, a access.Staff, f Filter) (Page, error) {
	page, err := ds.staffList(ctx, a, f)
	if err != nil {
		return page, err
	}
	return page, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.listed", Detail: audit.Searched(f.Search)})
}

func (ds *Dossiers) staffList(ctx context.Context, a access.Staff, f Filter) (Page, error) {
	v := view{ds.db, a.Scope(), viewerOf(a)}
	if f.Department != "" {
		mine, err := db.One(ctx, ds.db, db.Value[bool], selectMember, a.Scope().Tenant(), f.Department, a.Scope().Account(), a.SeesAll())
		if err != nil {
			return Page{}, err
		}
		if !mine {
			return Page{}, errs.Missing()
		}
		v.viewer = "department:" + f.Department
	}
	if strings.TrimSpace(f.Search) == "" {
		return v.list(ctx, f)
	}
	leave, err := ds.Searches.Enter(ctx, a.Scope().Tenant())
	if err != nil {
		return Page{}, err
	}
	defer leave()
	return v.search(ctx, f)
}

// OfClient returns the dossiers of a client among those that StaffList has, newest first.
func (ds *Dossiers) OfClient(ctx context.Context, a access.Staff, client string) ([]Row, error) {
	return db.All(ctx, ds.db, scanRow, listSelect+`from dossier_party p join dossier_list l on l.tenant_id = p.tenant_id and l.dossier_id = p.dossier_id and l.viewer = $2`+
		listJoin+`where p.tenant_id = $1 and p.client_id = $4 order by l.updated_at desc, l.dossier_id desc limit 50`, a.Scope().Tenant(), viewerOf(a), a.Scope().Account(), client)
}

// selectMember is whether an employee may see what waits in a department.
const selectMember = `select exists (select 1 from department p where p.tenant_id = $1 and p.id = $2 and (cast($4 as boolean) or exists
	(select 1 from department_member m where m.tenant_id = p.tenant_id and m.department_id = p.id and m.account_id = $3)))`

// viewerOf names the list that an employee reads.
func viewerOf(a access.Staff) string {
	if a.SeesAll() {
		return "all"
	}
	return "staff:" + a.Scope().Account()
}

// view is the list of one viewer, read for an account whose unread marks it shows.
type view struct {
	db     *db.DB
	scope  access.Scope
	viewer string
}

// list reads a page without a search. Each status is read by key for itself and the pages are
// merged: a filter over the list in order would pass by every dossier of another status.
func (v view) list(ctx context.Context, f Filter) (Page, error) {
	if len(f.Statuses) <= 1 {
		rows, err := v.rows(ctx, f)
		return pageOf(rows), err
	}
	var all []Row
	for _, status := range slices.Compact(slices.Sorted(slices.Values(f.Statuses))) {
		rows, err := v.rows(ctx, Filter{Statuses: []string{status}, After: f.After})
		if err != nil {
			return Page{}, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b Row) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt.Time), strings.Compare(b.ID, a.ID))
	})
	return pageOf(all), nil
}

// rows reads one row more than a page of the list, in its order, of one status at most.
func (v view) rows(ctx context.Context, f Filter) ([]Row, error) {
	q := db.Join(listSelect, pageFrom)
	if c, client := access.AsClient(v.scope); client && c.Can(access.SeeMessages) {
		q = db.Join(clientSelect, pageFrom)
	} else if client {
		q = db.Join(quietSelect, pageFrom)
	}
	switch {
	case len(f.Statuses) > 0:
		q = db.Join(q, listStatus)
	case f.Closed:
		q = db.Join(q, listClosed)
	default:
		q = db.Join(q, listOpen)
	}
	args := []any{v.scope.Tenant(), v.viewer, v.scope.Account(), f.statusArg()}
	if at, id, ok := db.ParseKey(f.After); ok {
		q = db.Join(q, pageAfter)
		args = append(args, at, id)
	}
	return db.All(ctx, v.db, scanRow, db.Join(q, listOrder, pageJoin), args...)
}

// found reads one row more than a page of what a search finds in a client's list that is short.
func (v view) found(ctx context.Context, f Filter) ([]Row, error) {
	q := db.Join(clientSelect, searchFrom)
	if !v.scope.Rights().Has(access.SeeMessages) {
		q = db.Join(quietSelect, searchFrom)
	}
	switch len(f.Statuses) {
	case 0:
		q = db.Join(q, listOpen)
	case 1:
		q = db.Join(q, listStatus)
	default:
		q = db.Join(q, listStatuses)
	}
	q = db.Join(q, listSearch)
	args := []any{v.scope.Tenant(), v.viewer, v.scope.Account(), f.statusArg(), pattern(f.Search)}
	if at, id, ok := db.ParseKey(f.After); ok {
		q = db.Join(q, listAfter)
		args = append(args, at, id)
	}
	return db.All(ctx, v.db, scanRow, db.Join(q, listOrder), args...)
}

// statusArg is the statuses as $4 wants them.
func (f Filter) statusArg() string {
	if len(f.Statuses) <= 1 {
		return strings.Join(f.Statuses, "")
	}
	return "|" + strings.Join(f.Statuses, "|") + "|"
}

func pageOf(rows []Row) Page {
	if len(rows) <= PageSize {
		return Page{Rows: rows}
	}
	last := rows[PageSize-1]
	return Page{Rows: rows[:PageSize], Next: db.Key(last.UpdatedAt, last.ID)}
}

// Counts are the figures on Home: open dossiers and all of them, capped at 100 (N11).
type Counts struct{ Open, Total int }

// Count counts the dossiers that the client sees.
func (ds *Dossiers) Count(ctx context.Context, a access.Client) (Counts, error) {
	var c Counts
	if err := a.Require(access.SeeDossiers); err != nil {
		return c, err
	}
	err := ds.db.QueryRow(ctx, `select (select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 and l.closed = false limit 100) o),
		(select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 limit 100) t)`,
		a.Scope().Tenant(), "client:"+a.Scope().Client()).Scan(&c.Open, &c.Total)
	return c, err
}

// HasClosed reports whether the client sees dossiers with another status than the default list
// shows; without them there is nothing to filter (N14).
func (ds *Dossiers) HasClosed(ctx context.Context, a access.Client) (bool, error) {
	var n int
	err := ds.db.QueryRow(ctx, `select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 and l.closed = true limit 1) o`,
		a.Scope().Tenant(), "client:"+a.Scope().Client()).Scan(&n)
	return n > 0, err
}

// relist rewrites the rows from which the lists of all who see the dossier are read.
func relist(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	if _, err := tx.Exec(ctx, `delete from dossier_list where tenant_id = $1 and dossier_id = $2`, tenantID, dossier); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into dossier_list (tenant_id, viewer, dossier_id, closed, status, updated_at)
		select d.tenant_id, 'all', d.id, d.closed, d.status, d.updated_at from dossier d where d.tenant_id = $1 and d.id = $2
		union all select d.tenant_id, 'staff:' || w.account_id, d.id, d.closed, d.status, d.updated_at from dossier d
			join dossier_staff w on w.tenant_id = d.tenant_id and w.dossier_id = d.id where d.tenant_id = $1 and d.id = $2
		union all select d.tenant_id, 'department:' || d.department_id, d.id, d.closed, d.status, d.updated_at from dossier d
			where d.tenant_id = $1 and d.id = $2 and d.handler_id is null and d.department_id is not null
		union all select d.tenant_id, 'client:' || p.client_id, d.id, d.closed, d.shown_status, d.updated_at from dossier d
			join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id
			where d.tenant_id = $1 and d.id = $2 and `+InPortal, tenantID, dossier)
	if err != nil {
		return err
	}
	return reword(ctx, tx, tenantID, dossier)
}

// Touch brings a dossier to the top of every list it is in.
func Touch(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	if _, err := tx.Exec(ctx, `update dossier set updated_at = $3 where tenant_id = $1 and id = $2`, tenantID, dossier, tx.Now()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update dossier_list set updated_at = $3 where tenant_id = $1 and dossier_id = $2`, tenantID, dossier, tx.Now())
	return err
}
