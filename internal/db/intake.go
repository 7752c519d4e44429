package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Digest returns the digest of a tenant's rows in a table.
func (s *Snapshot) Digest(ctx context.Context, t Table, tenant string) (Digest, error) {
	return digestOf(ctx, s.tx, t, tenant)
}

func digestOf(ctx context.Context, tx *sql.Tx, t Table, tenant string) (Digest, error) {
	d := &digester{sum: sha256.New()}
	err := t.rows(ctx, tx, tenant, func(row []any) error {
		d.add(row)
		return nil
	})
	if err != nil {
		return Digest{}, fmt.Errorf("db: digest of %s: %w", t.Name, err)
	}
	return d.digest(), nil
}

// Intake is a write transaction of PostgreSQL that takes whole tables out of another database.
type Intake struct {
	*Tx
	conn *sql.Conn
}

// Digest returns the digest of a tenant's rows as the transaction sees them.
func (in *Intake) Digest(ctx context.Context, t Table, tenant string) (Digest, error) {
	return digestOf(ctx, in.tx, t, tenant)
}

// Intake runs fn in one write transaction, however long it takes, and commits when fn returns nil.
// It is never run again by itself.
func (d *DB) Intake(ctx context.Context, fn func(ctx context.Context, in *Intake) error) error {
	if d.dialect != Postgres || d.write == nil {
		return errors.New("db: only a PostgreSQL that is open for writing takes rows in")
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("db: intake: %w", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("db: intake: %w", err)
	}
	defer tx.Rollback()
	for _, q := range []string{"set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0"} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("db: intake: %w", err)
		}
	}
	if err := fn(ctx, &Intake{&Tx{db: d, tx: tx, now: d.opt.Clock.Now()}, conn}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("db: intake: %w", unknown(err))
	}
	return nil
}

// Copy takes a tenant's rows of one table out of a snapshot of another database. They come in one
// statement, at the end of which references are checked: rows may refer to each other.
func (in *Intake) Copy(ctx context.Context, from *Snapshot, t Table, tenant string) error {
	source, stop := newRowSource(ctx, from, t, tenant)
	defer stop()
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.Name
	}
	err := in.conn.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.Name}, columns, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("db: copy %s: %w", t.Name, err)
	}
	return nil
}

// rowSource gives the rows of a table to pgx, which asks for one after the other.
type rowSource struct {
	rows chan []any
	done chan error
	row  []any
	err  error
}

// newRowSource reads ahead in a goroutine of its own, until stop is called.
func newRowSource(ctx context.Context, from *Snapshot, t Table, tenant string) (source *rowSource, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	s := &rowSource{rows: make(chan []any, 64), done: make(chan error, 1)}
	go func() {
		defer close(s.rows)
		s.done <- t.rows(ctx, from.tx, tenant, func(row []any) error {
			select {
			case s.rows <- row:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return s, func() {
		cancel()
		for range s.rows { // the reader has let go of the snapshot's connection once it is closed
		}
	}
}

// Next implements pgx.CopyFromSource.
func (s *rowSource) Next() bool {
	var ok bool
	if s.row, ok = <-s.rows; !ok {
		s.err = <-s.done
	}
	return ok
}

// Values implements pgx.CopyFromSource.
func (s *rowSource) Values() ([]any, error) { return s.row, nil }

// Err implements pgx.CopyFromSource.
func (s *rowSource) Err() error { return s.err }
