package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	pgStatementTimeout = "30000" // ms
	pgWriters          = 8
	pgConnectTimeout   = 5 * time.Second
)

func openPostgres(ctx context.Context, address string, opt Options) (*DB, error) {
	write, err := pgPool(address, false)
	if err != nil {
		return nil, err
	}
	read, err := pgPool(address, true)
	if err != nil {
		return nil, firstErr(err, write.Close())
	}
	write.SetMaxOpenConns(pgWriters)
	write.SetMaxIdleConns(pgWriters)
	read.SetMaxOpenConns(opt.Readers)
	read.SetMaxIdleConns(opt.Readers)
	if err := checkCollation(ctx, write); err != nil {
		_ = firstErr(read.Close(), write.Close())
		return nil, err
	}
	return &DB{dialect: Postgres, read: &pool{DB: read}, write: &pool{DB: write}, opt: opt}, nil
}

// checkCollation refuses a database that does not compare text byte by byte, as SQLite does: pages
// by key and prefixes of words would pass rows by.
func checkCollation(ctx context.Context, d *sql.DB) error {
	var bytewise bool
	var name string
	err := d.QueryRowContext(ctx, `select 'a' collate "default" > 'B' and 'é' collate "default" > 'z', datcollate from pg_database where datname = current_database()`).Scan(&bytewise, &name)
	if err == nil && !bytewise {
		err = fmt.Errorf("the database sorts as %q: make it with template0, encoding UTF8 and locale C.UTF-8", name)
	}
	return err
}

func pgPool(address string, readOnly bool) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = pgConnectTimeout
	}
	cfg.RuntimeParams["statement_timeout"] = pgStatementTimeout
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = pgStatementTimeout
	cfg.RuntimeParams["application_name"] = "voordeur"
	if readOnly {
		cfg.RuntimeParams["default_transaction_read_only"] = "on"
	}
	return stdlib.OpenDB(*cfg), nil
}

// postgresSize asks the server, in words that SQLite does not know.
func (d *DB) postgresSize(ctx context.Context) (Size, error) {
	var s Size
	if err := d.read.QueryRowContext(ctx, `select pg_database_size(current_database())`).Scan(&s.Data); err != nil {
		return Size{}, fmt.Errorf("db: size: %w", err)
	}
	return s, nil
}
