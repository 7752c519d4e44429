// Package authn makes scopes: from a session's token, and for the program's own work.
package authn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/internal/mint"
	"voordeur/internal/db"
)

// Limits is when a session ends by itself: after silence, and some time after it began. Both are
// checked at every request.
type Limits struct{ Idle, Life time.Duration }

// HashToken returns what is stored of a secret token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Session is a live session and whose it is.
type Session struct {
	Scope    access.Scope
	Language string // the account's own, "" for none
	Began    string // the language that the session began with, "" for none
	Unread   int    // capped at 100
	Others   bool   // there are clients for whom the account may act now
	SeenAt   time.Time
	Idle     time.Duration // how long it may go without a request
	Ends     time.Time     // whatever happens
}

// roleOf is the role of account a: the first account of a company is its head.
const roleOf = `case when a.role = 'client' and exists (select 1 from client c where c.tenant_id = a.tenant_id and c.id = a.client_id and c.kind = 'company') then 'head' else a.role end`

// Alive is whether the session s goes on: $1 is the tenant, $2 now, and the others what Limits says.
// Whoever lists or ends sessions joins it to his statement.
const Alive = `s.ended_at is null and s.expires_at > $2 and s.created_at > $3 and s.seen_at > $4 and (s.silent_until is null or s.silent_until > $2)`

// Silence is how long a session that began with DigiD, eHerkenning or eIDAS may go without a request, whatever
// the organisation's own rule (DigiD checklist T14, ST-SAML).
const Silence = 15 * time.Minute

// Since returns the $3 and $4 of Alive.
func (l Limits) Since(now time.Time) (began, seen db.Time) {
	return db.At(now.Add(-l.Life)), db.At(now.Add(-l.Idle))
}

// Holds is whether the mandate m is in force at $2: accepted, begun, not over and not ended. What it is not in
// force for does not exist. Whoever asks joins it to his statement.
const Holds = `m.accepted_at is not null and m.revoked_at is null and m.starts_at <= $2 and (m.ends_at is null or m.ends_at > $2)`

// The clients whose things are looked at: the one of the mandate, or else the account's own.
const newOf = `(select count(*) from (select 1 from unread u where u.tenant_id = s.tenant_id and u.account_id = s.account_id and u.client_id = coalesce(b.client_id, a.client_id, '') and u.kind = `

const loadSession = `select s.account_id, ` + roleOf + `, a.name, coalesce(a.client_id, ''), a.rights, s.means, a.language, s.language, s.seen_at, s.silent_until, s.created_at, s.expires_at, coalesce(s.proved_at, s.created_at),
	` + newOf + `'document' limit 100) capped),
	` + newOf + `'message' limit 100) capped),
	exists (select 1 from mandate m where m.tenant_id = s.tenant_id and m.account_id = s.account_id and ` + Holds + `),
	coalesce(b.id, ''), coalesce(b.client_id, ''), coalesce(b.ground, ''), coalesce(b.rights, ''), coalesce(bc.name, '')
	from session s join account a on a.tenant_id = s.tenant_id and a.id = s.account_id
	left join (select m.tenant_id, m.id, m.account_id, m.client_id, m.ground, m.rights from mandate m where m.tenant_id = $1 and m.id = $7 and ` + Holds + `) b
		on b.tenant_id = s.tenant_id and b.account_id = s.account_id
	left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id
	where s.tenant_id = $1 and s.id = $5 and s.face = $6 and a.face = s.face and a.state = 'active' and ` + Alive

// Load returns the live session of a token, with its account, in one statement. An ended session,
// a blocked account and a token of another tenant or face are all NotFound.
func Load(ctx context.Context, d *db.DB, tenant string, limits Limits, face access.Face, token, origin string) (Session, error) {
	return Resume(ctx, d, tenant, limits, face, HashToken(token), "", origin)
}

// LoadActing is Load for an account that acts by a mandate: the scope is for the client who is represented. A
// mandate that is not in force, or not the account's, leaves the scope as it is without, which Scope.Behalf tells.
func LoadActing(ctx context.Context, d *db.DB, tenant string, limits Limits, face access.Face, token, mandate, origin string) (Session, error) {
	return Resume(ctx, d, tenant, limits, face, HashToken(token), mandate, origin)
}

// Resume is LoadActing for whoever has proof of a session other than its token, as a ticket that names it.
func Resume(ctx context.Context, d *db.DB, tenant string, limits Limits, face access.Face, id, mandate, origin string) (Session, error) {
	now := d.Clock().Now()
	data := mint.Data{Tenant: tenant, Session: id, Origin: origin}
	var s Session
	var seen, began, ends, proved db.Time
	var silent *db.Time
	var rights string
	var documents, messages int
	bound, quiet := limits.Since(now)
	var represented, granted string
	err := d.QueryRow(ctx, loadSession, tenant, db.At(now), bound, quiet, id, string(face), mandate).
		Scan(&data.Account, &data.Role, &data.Name, &data.Client, &rights, &data.Means, &s.Language, &s.Began, &seen, &silent, &began, &ends, &proved, &documents, &messages,
			&s.Others, &data.Behalf.Mandate, &represented, &data.Behalf.Ground, &granted, &data.Behalf.Name)
	if err != nil {
		return Session{}, err
	}
	if data.Behalf.Mandate != "" {
		data.Client, data.Role, rights = represented, access.RoleRepresentative, granted
	}
	data.Proved, data.Rights = proved.Time, access.RightsOf(data.Role, rights)
	s.Unread = min(documents+messages, 100)
	if data.Client != "" {
		s.Unread = Unread(data.Rights, documents, messages)
	}
	s.Scope, s.SeenAt, s.Ends, s.Idle = mint.New(data), seen.Time, ends.Time, limits.Idle
	if silent != nil {
		s.Idle = min(s.Idle, Silence)
	}
	if cut := began.Add(limits.Life); cut.Before(s.Ends) { // the organisation made it shorter since
		s.Ends = cut
	}
	return s, nil
}

// Unread is how much is new for a client of what these rights let him see, capped at 100.
func Unread(r access.Rights, documents, messages int) int {
	n := 0
	if r.Has(access.SeeDossiers) {
		n += documents
	}
	if r.Has(access.SeeMessages) {
		n += messages
	}
	return min(n, 100)
}

// Nobody returns the scope of a visitor who is not logged in: it names the tenant only.
func Nobody(tenant, origin string) access.Scope {
	return mint.New(mint.Data{Tenant: tenant, Origin: origin})
}

// System returns the scope of the program's own work in a tenant, named after the task.
func System(tenant, task string) access.Scope {
	return mint.New(mint.Data{Tenant: tenant, Account: task, Role: access.RoleSystem, Means: "system"})
}

const loadAccount = `select a.id, ` + roleOf + `, a.name, coalesce(a.client_id, ''), a.rights from account a where a.tenant_id = $1 and a.id = $2`

// Act returns the scope of an account without a log-in, for fixtures: an architecture test lets
// only package world and tests call it.
func Act(ctx context.Context, r db.Reader, tenant, account string) (access.Scope, error) {
	data := mint.Data{Tenant: tenant, Means: "fixture"}
	var rights string
	err := r.QueryRow(ctx, loadAccount, tenant, account).Scan(&data.Account, &data.Role, &data.Name, &data.Client, &rights)
	data.Rights = access.RightsOf(data.Role, rights)
	return mint.New(data), err
}
