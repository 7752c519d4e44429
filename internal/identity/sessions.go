package identity

import (
	"context"
	"strconv"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// EndWithin is how lately somebody must have proved himself before he ends sessions elsewhere: whoever
// found a browser open must not shut its owner out.
const EndWithin = 10 * time.Minute

// maxSessions is how many sessions the page shows; all others are ended with the rest.
const maxSessions = 50

// OwnSession is a place where an account is logged in.
type OwnSession struct {
	Ref         string // names it in a form; it is not what the session is stored under
	Agent       Agent
	Began, Seen time.Time
	This        bool
}

// InBrowser notes in which kind of browser a new session is. It is called where the session's cookie is set, with its
// token.
func (i *Identity) InBrowser(ctx context.Context, tenantID, token string, a Agent) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update session set agent = $3 where tenant_id = $1 and id = $2`, tenantID, authn.HashToken(token), a.stored())
		return err
	})
}

const selectOwnSessions = `select s.id, s.agent, s.created_at, s.seen_at from session s
	where s.tenant_id = $1 and s.account_id = $5 and ` + authn.Alive + ` order by case when s.id = $6 then 0 else 1 end, s.seen_at desc, s.id limit $7`

// Sessions returns where the account is logged in: the session that asks first, then by last use.
func (i *Identity) Sessions(ctx context.Context, s access.Scope) ([]OwnSession, error) {
	ids, list, err := i.ownSessions(ctx, i.db, s)
	for n := range list {
		list[n].Ref, list[n].This = refOf(ids[n]), ids[n] == s.Session()
	}
	return list, err
}

func (i *Identity) ownSessions(ctx context.Context, r db.Reader, s access.Scope) (ids []string, list []OwnSession, err error) {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, nil, err
	}
	now := i.db.Clock().Now()
	began, seen := t.Settings.Sessions.Limits().Since(now)
	list, err = db.All(ctx, r, func(scan db.Scan) (OwnSession, error) {
		var o OwnSession
		var id, agent string
		var at, last db.Time
		err := scan(&id, &agent, &at, &last)
		ids = append(ids, id)
		o.Agent, o.Began, o.Seen = readAgent(agent), at.Time, last.Time
		return o, err
	}, selectOwnSessions, t.ID, db.At(now), began, seen, s.Account(), s.Session(), maxSessions)
	return ids, list, err
}

// refOf names a session without telling what it is stored under.
func refOf(id string) string { return authn.HashToken(id)[:20] }

// EndSession ends one of the account's own sessions; one that is over already stays so, and one that
// is not his does not exist.
func (i *Identity) EndSession(ctx context.Context, s access.Scope, ref string) error {
	if err := access.RequireRecent(s, i.db.Clock().Now(), EndWithin); err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids, _, err := i.ownSessions(ctx, tx, s)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if refOf(id) != ref {
				continue
			}
			if _, err := tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and id = $2 and ended_at is null`, s.Tenant(), id, tx.Now()); err != nil {
				return err
			}
			return endedElsewhere(ctx, tx, s, 1)
		}
		return errs.Missing()
	})
}

// EndOthers ends all sessions of the account but the one that asks.
func (i *Identity) EndOthers(ctx context.Context, s access.Scope) error {
	if err := access.RequireRecent(s, i.db.Clock().Now(), EndWithin); err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and account_id = $2 and id <> $4 and ended_at is null`,
			s.Tenant(), s.Account(), tx.Now(), s.Session())
		if err != nil || n == 0 {
			return err
		}
		return endedElsewhere(ctx, tx, s, n)
	})
}

func endedElsewhere(ctx context.Context, tx *db.Tx, s access.Scope, n int64) error {
	return audit.Record(ctx, tx, s, audit.Entry{
		Event: "session.ended_elsewhere", Client: s.Client(),
		Detail: map[string]string{"sessions": strconv.FormatInt(n, 10)},
	})
}
