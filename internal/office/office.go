// Package office is an employee's own workplace, composed from the features: what he was told of.
package office

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/notify"
)

// Notice is what an employee was told of a dossier that he sees.
type Notice struct {
	ID, Dossier, Title, Number string
	About                      notify.About
	At                         db.Time
	Read                       bool
}

// PageSize is the number of notices on a page.
const PageSize = 50

// Notices are a page of them; Next is the key of the following one, "" on the last.
type Notices struct {
	Unread, Read []Notice
	Next         string
}

// What he no longer may see is not there for him (D35): the predicate of a dossier is asked each time. $3 is the newest moment.
const (
	visible      = ` from notice n join dossier d on d.tenant_id = n.tenant_id and d.id = n.dossier_id where n.tenant_id = $1 and n.account_id = $2 and n.at <= $3 and ` + dossier.StaffSees
	selectNotice = `select n.id, n.kind, n.at, n.read_at is not null, d.id, d.title, d.number` + visible
	selectUnread = selectNotice + `and n.read_at is null order by n.at desc, n.id desc limit 100`
	selectRead   = selectNotice + `and n.read_at is not null and (cast($5 as text) = '' or n.at < $3 or n.id < $5) order by n.at desc, n.id desc limit 51`
)

func scanNotice(scan db.Scan) (Notice, error) {
	var n Notice
	err := scan(&n.ID, &n.About, &n.At, &n.Read, &n.Dossier, &n.Title, &n.Number)
	return n, err
}

// List returns what an employee was told up to now: on the first page what he has not read, and then what he has, newest first.
func List(ctx context.Context, r db.Reader, a access.Staff, now time.Time, after string) (Notices, error) {
	s := a.Scope()
	var out Notices
	var err error
	at, id, later := db.ParseKey(after)
	if !later {
		at = db.At(now)
		if out.Unread, err = db.All(ctx, r, scanNotice, selectUnread, s.Tenant(), s.Account(), at, a.SeesAll()); err != nil {
			return out, err
		}
	}
	if out.Read, err = db.All(ctx, r, scanNotice, selectRead, s.Tenant(), s.Account(), at, a.SeesAll(), id); err != nil {
		return out, err
	}
	if len(out.Read) > PageSize {
		out.Read = out.Read[:PageSize]
		last := out.Read[PageSize-1]
		out.Next = db.Key(last.At, last.ID)
	}
	return out, nil
}

// Count counts what an employee was told and has not read, up to a hundred: no page says a higher number.
func Count(ctx context.Context, r db.Reader, a access.Staff, now time.Time) (int, error) {
	return db.One(ctx, r, db.Value[int], `select count(*) from (select 1`+visible+`and n.read_at is null limit 100) u`, a.Scope().Tenant(), a.Scope().Account(), db.At(now), a.SeesAll())
}
