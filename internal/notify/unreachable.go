package notify

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/mail"
)

// Unreachable is a portal account to which mail does not arrive.
type Unreachable struct {
	Account, Name, Address string
	Client, ClientName     string
	Why                    mail.Why
	Words                  string // of a mail server
	At                     db.Time
	ClearsAt               *db.Time // when it counts as mended, since mail was sent anew; nil when it was not
}

// probation is how long nothing may come back of a mail that was sent anew. Most mail servers tell
// within hours, and give up within days.
const probation = 3 * 24 * time.Hour

// Every employee sees every client, so he sees these. Who is blocked is not to be reached.
const selectUnreachable = `select u.account_id, a.name, u.address, c.id, c.name, u.why, u.words, u.at, u.clears_at from unreachable u
	join account a on a.tenant_id = u.tenant_id and a.id = u.account_id and a.state <> 'blocked'
	join client c on c.tenant_id = a.tenant_id and c.id = a.client_id
	where u.tenant_id = $1 and (u.clears_at is null or u.clears_at > $2)`

const (
	lostAfter = ` and (c.name, u.account_id) > ($3, $4)`
	// lostMine are those in whose dossiers an employee takes part.
	lostMine = ` and exists (select 1 from dossier_party p join dossier_staff w on w.tenant_id = p.tenant_id and w.dossier_id = p.dossier_id and w.account_id = $5
		where p.tenant_id = u.tenant_id and p.client_id = c.id)`
	lostFirst    = ` order by c.name, u.account_id limit 51`
	lostOfClient = ` and c.id = $3 order by u.account_id`
	lostAmong    = ` and exists (select 1 from dossier_party p where p.tenant_id = u.tenant_id and p.dossier_id = $3 and p.client_id = c.id) order by c.name, u.account_id`
)

func scanUnreachable(scan db.Scan) (Unreachable, error) {
	var u Unreachable
	err := scan(&u.Account, &u.Name, &u.Address, &u.Client, &u.ClientName, &u.Why, &u.Words, &u.At, &u.ClearsAt)
	return u, err
}

// PageSize is the number of rows of a page of Lost.
const PageSize = 50

// LostFilter says which accounts Lost returns: those in whose dossiers the employee takes part, or
// all; and after which client's name and which account.
type LostFilter struct {
	Mine             bool
	AfterName, After string
}

// Lost returns the accounts to which mail does not arrive, by client, and one more than fit on a page
// when there are more.
func Lost(ctx context.Context, d *db.DB, a access.Staff, f LostFilter) ([]Unreachable, error) {
	s := a.Scope()
	q, args := db.Join(selectUnreachable, lostAfter), []any{s.Tenant(), db.At(d.Clock().Now()), f.AfterName, f.After}
	if f.Mine {
		q, args = db.Join(q, lostMine), append(args, s.Account())
	}
	return db.All(ctx, d, scanUnreachable, db.Join(q, lostFirst), args...)
}

// CountLost counts them up to a hundred.
func CountLost(ctx context.Context, d *db.DB, a access.Staff) (int, error) {
	return db.One(ctx, d, db.Value[int], `select count(*) from (select 1 from unreachable u
		join account a on a.tenant_id = u.tenant_id and a.id = u.account_id and a.state <> 'blocked'
		where u.tenant_id = $1 and (u.clears_at is null or u.clears_at > $2) limit 100) l`, a.Scope().Tenant(), db.At(d.Clock().Now()))
}

// LostOf returns those of a client.
func LostOf(ctx context.Context, d *db.DB, a access.Staff, client string) ([]Unreachable, error) {
	return db.All(ctx, d, scanUnreachable, selectUnreachable+lostOfClient, a.Scope().Tenant(), db.At(d.Clock().Now()), client)
}

// LostAmong returns those of the parties of a dossier, which the caller has loaded for the employee.
func LostAmong(ctx context.Context, d *db.DB, a access.Staff, dossier string) ([]Unreachable, error) {
	return db.All(ctx, d, scanUnreachable, selectUnreachable+lostAmong, a.Scope().Tenant(), db.At(d.Clock().Now()), dossier)
}

// LostSelf returns the address at which the client himself cannot be reached, as NotFound when mail
// arrives.
func LostSelf(ctx context.Context, d *db.DB, a access.Client) (string, error) {
	return db.One(ctx, d, db.Value[string], `select address from unreachable where tenant_id = $1 and account_id = $2 and (clears_at is null or clears_at > $3)`,
		a.Scope().Tenant(), a.Scope().Account(), db.At(d.Clock().Now()))
}

// SentAnew notes that an account is mailed once more, and reports whether it was unreachable. Unless
// that mail comes back, it can be reached again.
func SentAnew(ctx context.Context, tx *db.Tx, tenantID, account string) (bool, error) {
	n, err := tx.Exec(ctx, `update unreachable set clears_at = $3 where tenant_id = $1 and account_id = $2 and (clears_at is null or clears_at > $4)`,
		tenantID, account, db.At(tx.Now().Add(probation)), tx.Now())
	return n > 0, err
}

// Found notes that an account can be reached, and reports whether it could not.
func Found(ctx context.Context, tx *db.Tx, tenantID, account string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from unreachable where tenant_id = $1 and account_id = $2`, tenantID, account)
	return n > 0, err
}
