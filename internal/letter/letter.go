// Package letter is what leaves on paper: a queue of letters to print, each with a secret that stands
// nowhere else. The text of a letter is sealed until it has been printed, and wiped then (ADR 17).
package letter

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// The kinds of letters: with a user name and a temporary password (C6), and with the PIN that links a
// telephone (A22).
const (
	KindLogin = "login"
	KindPIN   = "pin"
)

// The states of a letter. In the first two its secret works.
const (
	ToPrint  = "to_print"
	Printed  = "printed"
	Used     = "used"
	Replaced = "replaced"
	Revoked  = "revoked"
	Expired  = "expired"
	Worn     = "worn" // tried too often
)

const (
	// Life is how long the secret of a letter works, from the day on which the letter was made.
	Life = 30 * 24 * time.Hour
	// again is how long who printed a letter can print it once more: a printer may jam.
	again = 10 * time.Minute
	// maxTries is how many wrong secrets end a letter: what NIST allows in a row.
	maxTries = 100
	// maxPINs is how many wrong PINs do: one is right of a hundred million.
	maxPINs = 5
)

// Content is what stands in a letter. Secret stands nowhere else.
type Content struct {
	Name     string   `json:"name"`
	Address  []string `json:"address"`
	UserName string   `json:"user_name"`
	Secret   string   `json:"secret"`
	Language string   `json:"language"`
}

// mac is what a PIN is recognised by. It says nothing without the tenant's key.
func mac(t *tenant.Tenant, id, secret string) []byte { return t.Key.MAC("letter", id, secret) }

func aad(tenantID, id string) string { return "letter|content|" + tenantID + "|" + id }

// Queue has a letter printed for an account. One of the same kind that was under way no longer works.
func Queue(ctx context.Context, tx *db.Tx, t *tenant.Tenant, by access.Staff, account, kind string, c Content) error {
	if err := end(ctx, tx, t.ID, account, kind, Replaced, by.Scope().Account()); err != nil {
		return err
	}
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	id := tx.NewID()
	var known []byte // a password is hashed with its account
	if kind == KindPIN {
		known = mac(t, id, c.Secret)
	}
	_, err = tx.Exec(ctx, `insert into letter (tenant_id, id, account_id, kind, state, content, mac, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		t.ID, id, account, kind, ToPrint, t.Key.Seal(b, aad(t.ID, id)), known, tx.Now(), by.Scope().Account(), db.At(tx.Now().Add(Life)))
	return err
}

// end ends the letters of an account that are under way, and wipes them.
func end(ctx context.Context, tx *db.Tx, tenantID, account, kind, state, by string) error {
	_, err := tx.Exec(ctx, `update letter set state = $4, content = null, ended_at = $5, ended_by = $6
		where tenant_id = $1 and account_id = $2 and kind = $3 and state in ('to_print', 'printed')`, tenantID, account, kind, state, tx.Now(), by)
	return err
}

// Over ends a letter that is no longer needed: its receiver came in another way.
func Over(ctx context.Context, tx *db.Tx, tenantID, account, kind string) error {
	return end(ctx, tx, tenantID, account, kind, Used, account)
}

// Use notes that the secret of a letter has done its work; one that no longer works is NotFound.
func Use(ctx context.Context, tx *db.Tx, tenantID, account, kind string) error {
	n, err := tx.Exec(ctx, `update letter set state = 'used', content = null, ended_at = $4, ended_by = account_id
		where tenant_id = $1 and account_id = $2 and kind = $3 and state in ('to_print', 'printed') and expires_at > $4`, tenantID, account, kind, tx.Now())
	return db.Guard(n, err, errs.Missing())
}

// Works reports whether the secret of the account's letter works. Before it is printed nobody knows it.
func Works(ctx context.Context, r db.Reader, tenantID, account, kind string, now db.Time) (bool, error) {
	n, err := db.One(ctx, r, db.Value[int], `select count(*) from letter where tenant_id = $1 and account_id = $2 and kind = $3 and state in ('to_print', 'printed') and expires_at > $4`,
		tenantID, account, kind, now)
	return n > 0, err
}

// Tried counts a wrong secret. Too many of them end the letter.
func Tried(ctx context.Context, tx *db.Tx, tenantID, account, kind string) error {
	_, err := tx.Exec(ctx, `update letter set tries = tries + 1, state = case when tries + 1 >= $5 then 'worn' else state end, ended_at = case when tries + 1 >= $5 then $4 else ended_at end
		where tenant_id = $1 and account_id = $2 and kind = $3 and state in ('to_print', 'printed')`, tenantID, account, kind, tx.Now(), maxTries)
	return err
}

// RightPIN reports whether this is the PIN of the account's letter. A try is counted before it is made, and
// a right one is taken back; the fifth wrong one ends the letter.
func RightPIN(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, pin string) (bool, error) {
	var id string
	var known []byte
	err := tx.QueryRow(ctx, `update letter set tries = tries + 1 where tenant_id = $1 and account_id = $2 and kind = 'pin' and state in ('to_print', 'printed') and expires_at > $3
		returning id, mac`, t.ID, account, tx.Now()).Scan(&id, &known)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if hmac.Equal(known, mac(t, id, pin)) {
		_, err := tx.Exec(ctx, `update letter set tries = tries - 1 where tenant_id = $1 and id = $2`, t.ID, id)
		return err == nil, err
	}
	_, err = tx.Exec(ctx, `update letter set state = 'worn', content = null, ended_at = $3 where tenant_id = $1 and id = $2 and tries >= $4`, t.ID, id, tx.Now(), maxPINs)
	return false, err
}

// Row is a letter in the queue, without what stands in it.
type Row struct {
	ID, Account, Client, Name, Kind, State string
	CreatedAt                              db.Time
	CreatedBy, PrintedBy, EndedBy          string // names; EndedBy is "" where no employee ended it
	PrintedAt, EndedAt                     *db.Time
	ExpiresAt                              db.Time
	mine                                   bool
}

// Prints reports whether the letter can be printed by the employee who looks: for the first time, or
// once more after a printer failed him.
func (r Row) Prints(now time.Time) bool {
	return r.State == ToPrint && r.ExpiresAt.After(now) || r.State == Printed && r.mine && now.Before(r.PrintedAt.Add(again))
}

// Open reports whether the letter can be revoked.
func (r Row) Open() bool { return r.State == ToPrint || r.State == Printed }

// PageSize is how many letters a page of the queue has.
const PageSize = 50

const selectRows = `select l.id, l.account_id, a.client_id, a.name, l.kind, l.state, l.created_at, m.name, coalesce(p.name, ''), coalesce(e.name, ''), l.printed_at, l.ended_at, l.expires_at, coalesce(l.printed_by = $2, false)
	from letter l join account a on a.tenant_id = l.tenant_id and a.id = l.account_id
	join account m on m.tenant_id = l.tenant_id and m.id = l.created_by
	left join account p on p.tenant_id = l.tenant_id and p.id = l.printed_by
	left join account e on e.tenant_id = l.tenant_id and e.id = l.ended_by and e.face = 'office'
	where l.tenant_id = $1 `

func scanRow(scan db.Scan) (Row, error) {
	var r Row
	err := scan(&r.ID, &r.Account, &r.Client, &r.Name, &r.Kind, &r.State, &r.CreatedAt, &r.CreatedBy, &r.PrintedBy, &r.EndedBy, &r.PrintedAt, &r.EndedAt, &r.ExpiresAt, &r.mine)
	return r, err
}

// Waiting returns the letters that wait to be printed, oldest first: those that are printed at once, and
// one more if there are more.
func Waiting(ctx context.Context, r db.Reader, a access.Staff) ([]Row, error) {
	return db.All(ctx, r, scanRow, selectRows+`and l.state = 'to_print' order by l.created_at, l.id limit 201`, a.Scope().Tenant(), a.Scope().Account())
}

// Past returns the letters that do not wait, newest first, from before the given moment and id on.
func Past(ctx context.Context, r db.Reader, a access.Staff, before db.Time, id string) ([]Row, error) {
	return db.All(ctx, r, scanRow, selectRows+`and l.state <> 'to_print' and (l.created_at, l.id) < ($3, $4) order by l.created_at desc, l.id desc limit 51`,
		a.Scope().Tenant(), a.Scope().Account(), before, id)
}

// Count is how many letters wait to be printed.
func Count(ctx context.Context, r db.Reader, a access.Staff) (int, error) {
	return db.One(ctx, r, db.Value[int], `select count(*) from (select 1 from letter where tenant_id = $1 and state = 'to_print' limit 100) w`, a.Scope().Tenant())
}

// StateOf is the state of the newest letter of each kind of each account of a client: first by kind, then by
// account.
func StateOf(ctx context.Context, r db.Reader, a access.Staff, client string) (map[string]map[string]string, error) {
	rows, err := db.All(ctx, r, scanRow, selectRows+`and a.client_id = $3 order by l.created_at, l.id`, a.Scope().Tenant(), a.Scope().Account(), client)
	states := map[string]map[string]string{KindLogin: {}, KindPIN: {}}
	for _, row := range rows {
		states[row.Kind][row.Account] = row.State
	}
	return states, err
}

// Print returns what stands in a letter and notes that it is printed. After that only the same
// employee gets it, for ten minutes; then it is wiped.
func Print(ctx context.Context, d *db.DB, t *tenant.Tenant, a access.Staff, id string) (Content, Row, error) {
	if !a.Can(access.Work) {
		return Content{}, Row{}, errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	var c Content
	var row Row
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if row, err = db.One(ctx, tx, scanRow, selectRows+`and l.id = $3`, t.ID, s.Account(), id); err != nil {
			return err
		}
		if !row.Prints(tx.Now().Time) {
			return errs.New(errs.Conflict, "letter.not_to_print")
		}
		c, err = take(ctx, tx, t, s, row)
		if errs.Is(err, errs.NotFound) {
			return errs.New(errs.Conflict, "letter.not_to_print")
		}
		return err
	})
	return c, row, err
}

// take returns what stands in a letter and notes that the employee of the scope prints it. One that a
// colleague took, or that is wiped, is NotFound.
func take(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, row Row) (c Content, err error) {
	sealed, err := db.One(ctx, tx, db.Value[[]byte], `update letter set state = 'printed', printed_at = coalesce(printed_at, $4), printed_by = $3
		where tenant_id = $1 and id = $2 and content is not null and (state = 'to_print' or printed_by = $3) returning content`, t.ID, row.ID, s.Account(), tx.Now())
	if err != nil {
		return c, err
	}
	if c, err = unseal(t, row.ID, sealed); err != nil {
		return c, err
	}
	return c, record(ctx, tx, s, "letter.printed", row)
}

func unseal(t *tenant.Tenant, id string, sealed []byte) (c Content, err error) {
	plain, err := t.Key.Open(sealed, aad(t.ID, id))
	if err != nil {
		return c, fmt.Errorf("letter: %w", err)
	}
	return c, json.Unmarshal(plain, &c)
}

// Revoke ends a letter and returns it as it was; the secret works no more.
func Revoke(ctx context.Context, tx *db.Tx, a access.Staff, id string) (Row, error) {
	s := a.Scope()
	row, err := db.One(ctx, tx, scanRow, selectRows+`and l.id = $3`, s.Tenant(), s.Account(), id)
	if err != nil {
		return row, err
	}
	n, err := tx.Exec(ctx, `update letter set state = 'revoked', content = null, ended_at = $3, ended_by = $4
		where tenant_id = $1 and id = $2 and state in ('to_print', 'printed')`, s.Tenant(), id, tx.Now(), s.Account())
	if err := db.Guard(n, err, errs.New(errs.Conflict, "letter.over")); err != nil {
		return row, err
	}
	return row, record(ctx, tx, s, "letter.revoked", row)
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event string, r Row) error {
	return audit.Record(ctx, tx, s, audit.Entry{
		Event: event, Client: r.Client,
		Objects: []audit.Object{{Kind: "letter", ID: r.ID}, {Kind: "account", ID: r.Account}},
	})
}

// Wipe ends the letters of a tenant that are too old, and wipes what was printed ten minutes ago.
func Wipe(ctx context.Context, d *db.DB, tenantID string) error {
	left, err := db.One(ctx, d, db.Value[int], `select count(*) from letter where tenant_id = $1 and content is not null and (expires_at <= $2 or printed_at <= $3)`,
		tenantID, db.At(d.Clock().Now()), db.At(d.Clock().Now().Add(-again)))
	if err != nil || left == 0 {
		return err
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update letter set state = 'expired', content = null, ended_at = $2 where tenant_id = $1 and state in ('to_print', 'printed') and expires_at <= $2`, tenantID, tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update letter set content = null where tenant_id = $1 and content is not null and printed_at <= $2`, tenantID, db.At(tx.Now().Add(-again))); err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "letters"), audit.Entry{Event: "letter.expired", Detail: map[string]string{"letters": fmt.Sprint(n)}})
	})
}
