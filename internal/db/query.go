package db

import (
	"context"
	"database/sql"
	"errors"

	"voordeur/internal/errs"
)

// stmt is SQL text. It is unexported so that only constants become one: text made at run time
// does not compile.
type stmt string

// Join puts constant fragments together, for a statement with optional filters.
func Join(parts ...stmt) stmt {
	n := 0
	for _, p := range parts {
		n += len(p) + 1
	}
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = append(append(b, p...), ' ')
	}
	return stmt(b)
}

// Reader reads rows. A *DB reads what is committed, on a connection that cannot write; a *Snapshot
// what was committed at one moment; a *Tx reads what its own transaction sees. No other type can be
// one.
type Reader interface {
	Query(ctx context.Context, q stmt, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, q stmt, args ...any) *Row
}

// Row is the result of QueryRow.
type Row struct {
	row *sql.Row
	err error
}

// Scan copies the row's columns; without a row it returns a NotFound error.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	err := r.row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return &errs.Error{Kind: errs.NotFound, Err: err}
	}
	return err
}

// Query runs a statement that returns rows on a read-only connection.
func (d *DB) Query(ctx context.Context, q stmt, args ...any) (*sql.Rows, error) {
	if !d.read.cache {
		return d.read.QueryContext(ctx, string(q), args...)
	}
	s, err := d.read.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRow runs a statement that returns at most one row on a read-only connection.
func (d *DB) QueryRow(ctx context.Context, q stmt, args ...any) *Row {
	if !d.read.cache {
		return &Row{row: d.read.QueryRowContext(ctx, string(q), args...)}
	}
	s, err := d.read.prepare(ctx, q)
	if err != nil {
		return &Row{err: err}
	}
	return &Row{row: s.QueryRowContext(ctx, args...)}
}

// Scan copies the columns of the present row.
type Scan = func(dest ...any) error

// All runs a statement and returns one T per row.
func All[T any](ctx context.Context, r Reader, scan func(Scan) (T, error), q stmt, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		t, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// One runs a statement and returns its row as a T, or a NotFound error.
func One[T any](ctx context.Context, r Reader, scan func(Scan) (T, error), q stmt, args ...any) (T, error) {
	return scan(r.QueryRow(ctx, q, args...).Scan)
}

// Value scans a row of a single column.
func Value[T any](scan Scan) (T, error) {
	var v T
	err := scan(&v)
	return v, err
}
