package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Snapshot reads the database as it was at one moment, however long that takes: it does not see what
// others commit meanwhile, and keeps nobody from committing. While it is open SQLite's log grows.
type Snapshot struct {
	db *DB
	tx *sql.Tx
}

// Snapshot gives fn one moment of the database.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, s *Snapshot) error) error {
	tx, err := d.read.BeginTx(ctx, d.snapshotOptions())
	if err != nil {
		return fmt.Errorf("db: snapshot: %w", d.classify(err))
	}
	defer tx.Rollback()
	for _, q := range d.snapshotBegin() {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("db: snapshot: %w", d.classify(err))
		}
	}
	return fn(ctx, &Snapshot{d, tx})
}

// snapshotOptions asks PostgreSQL for the isolation that SQLite has anyway.
func (d *DB) snapshotOptions() *sql.TxOptions {
	if d.dialect == SQLite {
		return nil
	}
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// snapshotBegin is what fixes the moment: SQLite's comes with the first read. PostgreSQL must also let
// a copy of everything take longer than a page may.
func (d *DB) snapshotBegin() []string {
	if d.dialect == SQLite {
		return []string{"select count(*) from sqlite_master"}
	}
	return []string{"set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0", "select 1"}
}

// Query runs a statement that returns rows.
func (s *Snapshot) Query(ctx context.Context, q stmt, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, string(q), args...)
}

// QueryRow runs a statement that returns at most one row.
func (s *Snapshot) QueryRow(ctx context.Context, q stmt, args ...any) *Row {
	return &Row{row: s.tx.QueryRowContext(ctx, string(q), args...)}
}

// Sound has SQLite look at every page and every reference, and says what is wrong first, "" when
// nothing is. PostgreSQL keeps its references by itself and has no such question.
func (s *Snapshot) Sound(ctx context.Context) (string, error) {
	if s.db.dialect == Postgres {
		return "", nil
	}
	var said string
	err := s.tx.QueryRowContext(ctx, "pragma integrity_check(1)").Scan(&said)
	if err != nil {
		// A file that cannot be read to its end is not sound either.
		return err.Error(), ctx.Err()
	}
	if said != "ok" {
		return said, nil
	}
	var table, parent string
	var row, reference any
	err = s.tx.QueryRowContext(ctx, "pragma foreign_key_check").Scan(&table, &row, &parent, &reference)
	if err == sql.ErrNoRows {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("db: foreign_key_check: %w", err)
	}
	return fmt.Sprintf("a row of %s refers to one of %s that is not there", table, parent), nil
}
