package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"voordeur/internal/errs"
	"voordeur/internal/trace"
)

// Tx is one write transaction. Store functions that write take it, so the compiler proves that
// every write sits in one.
type Tx struct {
	db    *DB
	tx    *sql.Tx
	now   time.Time
	after []func()
}

type inTx struct{}

// writeTime bounds a transaction with all its attempts: a database that is away must not hold what
// waits for it for ever. It is longer than what PostgreSQL itself allows a statement.
const writeTime = time.Minute

// maxAttempts bounds how often a transaction that met another one is run again.
const maxAttempts = 6

// Write runs fn in one write transaction and commits when fn returns nil. It runs fn again when
// the transaction collided with another one, so fn must have no effect outside tx. A Write inside
// a Write is an error. When Commit itself fails the outcome is unknown and Write does not repeat.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inTx{}) != nil {
		return errors.New("db: write transactions do not nest")
	}
	if d.write == nil {
		return errReadOnly
	}
	if err := d.room(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, inTx{}, true), writeTime)
	defer cancel()
	ctx, span := trace.Start(ctx, "db.write")
	err := d.repeat(ctx, fn)
	span.End(err != nil && !errors.Is(err, errTried))
	return err
}

// errTried ends a transaction that only tries something.
var errTried = errors.New("db: tried")

// Try runs fn as Write does and takes back whatever it did: it tells what would happen.
func (d *DB) Try(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	err := d.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return cmp.Or(fn(ctx, tx), errTried)
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// repeat runs a transaction until it does not collide with another one.
func (d *DB) repeat(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	for attempt := 1; ; attempt++ {
		tx, err := d.attempt(ctx, fn)
		if err == nil {
			d.committed(ctx)
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if !collided(err) || attempt == maxAttempts {
			return d.classify(err)
		}
		pause := time.Duration(rand.IntN(20<<attempt)) * time.Millisecond // #nosec G404 -- how long to wait is no secret
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (d *DB) attempt(ctx context.Context, fn func(context.Context, *Tx) error) (*Tx, error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("db: begin: %w", err)
	}
	defer conn.Close()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("db: begin: %w", err)
	}
	defer t.Rollback()
	tx := &Tx{db: d, tx: t, now: d.opt.Clock.Now()}
	if err := fn(ctx, tx); err != nil {
		return nil, err
	}
	d.warning(conn) // what was warned of before the commit says nothing about it
	if err := t.Commit(); err != nil {
		return nil, fmt.Errorf("db: commit: %w", unknown(err))
	}
	if w := d.warning(conn); w != "" {
		return nil, fmt.Errorf("db: commit: %w: %s", ErrUnknown, w)
	}
	return tx, nil
}

// Now returns the time of the transaction; everything written in it bears the same one.
func (t *Tx) Now() Time { return Time{t.now} }

// NewID returns a new identifier.
func (t *Tx) NewID() string { return t.db.opt.IDs() }

// Dialect tells which database runs.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// AfterCommit runs f once the transaction has been committed. For waking workers only: what must
// happen is a job.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, q stmt, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if s := t.prepared(ctx, q); s != nil {
		res, err = s.ExecContext(ctx, args...)
	} else {
		res, err = t.tx.ExecContext(ctx, string(q), args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// ExecAll runs statements with the same arguments, one after the other, until one fails.
func (t *Tx) ExecAll(ctx context.Context, args []any, qs ...stmt) error {
	for _, q := range qs {
		if _, err := t.Exec(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}

// Query runs a statement that returns rows.
func (t *Tx) Query(ctx context.Context, q stmt, args ...any) (*sql.Rows, error) {
	if s := t.prepared(ctx, q); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, string(q), args...)
}

// QueryRow runs a statement that returns at most one row.
func (t *Tx) QueryRow(ctx context.Context, q stmt, args ...any) *Row {
	if s := t.prepared(ctx, q); s != nil {
		return &Row{row: s.QueryRowContext(ctx, args...)}
	}
	return &Row{row: t.tx.QueryRowContext(ctx, string(q), args...)}
}

// prepared returns the statement from the writer's cache when it is there. It cannot prepare a
// new one: the transaction holds the only connection; the first use fills the cache afterwards.
func (t *Tx) prepared(ctx context.Context, q stmt) *sql.Stmt {
	if !t.db.write.cache {
		return nil
	}
	if s, ok := t.db.write.stmts.Load(string(q)); ok {
		return t.tx.StmtContext(ctx, s.(*sql.Stmt))
	}
	t.after = append(t.after, func() {
		// Only speed depends on it: without the statement the next use prepares its own again.
		_, _ = t.db.write.prepare(context.WithoutCancel(ctx), q)
	})
	return nil
}

// Guard turns "no row was changed" into the given error, for guarded updates.
func Guard(n int64, err error, missed error) error {
	if err != nil {
		return err
	}
	if n == 0 {
		return missed
	}
	return nil
}

// Once makes a change happen at most once for a key that the form carries: a double click or a
// repeated request gets the first result back. It reports whether the key was new; if it was not,
// result is what Finish stored, or "" when the first transaction has stored nothing.
func (t *Tx) Once(ctx context.Context, tenant, account, key string) (result string, fresh bool, err error) {
	if key == "" || len(key) > 64 {
		return "", false, errs.New(errs.Invalid, "error.form_stale")
	}
	n, err := t.Exec(ctx, `insert into once (tenant_id, account_id, key, result, at) values ($1, $2, $3, '', $4)
		on conflict do nothing`, tenant, account, key, t.Now())
	if err != nil || n == 1 {
		return "", n == 1, err
	}
	err = t.QueryRow(ctx, `select result from once where tenant_id = $1 and account_id = $2 and key = $3`,
		tenant, account, key).Scan(&result)
	return result, false, err
}

// Finish stores the result of what Once let through.
func (t *Tx) Finish(ctx context.Context, tenant, account, key, result string) error {
	_, err := t.Exec(ctx, `update once set result = $4 where tenant_id = $1 and account_id = $2 and key = $3`,
		tenant, account, key, result)
	return err
}
