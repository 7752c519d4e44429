package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	pgStatementTimeout = "30000" // ms
	pgNoTimeout        = "0"
	pgWriters          = 8
	pgMigrators        = 2
	pgConnectTimeout   = 5 * time.Second
)

func openPostgres(ctx context.Context, address string, opt Options) (*DB, error) {
	read, err := pgPool(address, pgStatementTimeout, opt.Readers, true)
	if err != nil {
		return nil, err
	}
	if err := checkCollation(ctx, read); err != nil {
		return nil, firstErr(err, read.Close())
	}
	d := &DB{dialect: Postgres, read: &pool{DB: read}, opt: opt, address: address}
	if opt.ReadOnly {
		return d, nil
	}
	write, err := pgPool(address, pgStatementTimeout, pgWriters, false)
	if err != nil {
		return nil, firstErr(err, read.Close())
	}
	d.write = &pool{DB: write}
	return d, nil
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

func pgPool(address, timeout string, size int, readOnly bool) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if err := protected(&cfg.Config); err != nil {
		return nil, err
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = pgConnectTimeout
	}
	cfg.RuntimeParams["statement_timeout"] = timeout
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = timeout
	cfg.RuntimeParams["application_name"] = "voordeur"
	if readOnly {
		cfg.RuntimeParams["default_transaction_read_only"] = "on"
	}
	cfg.OnNotice = func(c *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			c.CustomData()[lastWarning] = n.Message
		}
	}
	d := stdlib.OpenDB(*cfg)
	d.SetMaxOpenConns(size)
	d.SetMaxIdleConns(size)
	return d, nil
}

// protected refuses a server on another machine whose certificate is not checked: all that the
// program knows would go there, and come from there, in the clear or to and from anybody.
func protected(cfg *pgconn.Config) error {
	hosts := append([]*pgconn.FallbackConfig{{Host: cfg.Host, TLSConfig: cfg.TLSConfig}}, cfg.Fallbacks...)
	for _, h := range hosts {
		ip, err := netip.ParseAddr(h.Host)
		near := strings.HasPrefix(h.Host, "/") || h.Host == "localhost" || err == nil && ip.IsLoopback()
		if !near && (h.TLSConfig == nil || h.TLSConfig.InsecureSkipVerify) {
			return fmt.Errorf("the PostgreSQL server %s is not this machine: its address needs sslmode=verify-full", h.Host)
		}
	}
	return nil
}

const lastWarning = "voordeur: last warning"

// warning takes the last warning of PostgreSQL on a connection, "" for none. A commit that comes with
// one was not confirmed by the standby: it may be lost with this server (crash.md 6).
func (d *DB) warning(conn *sql.Conn) string {
	if d.dialect != Postgres {
		return ""
	}
	var text string
	err := conn.Raw(func(driver any) error {
		data := driver.(*stdlib.Conn).Conn().PgConn().CustomData()
		text, _ = data[lastWarning].(string)
		delete(data, lastWarning)
		return nil
	})
	if err != nil { // the connection is gone, and with it what it said
		return ""
	}
	return text
}

// postgresSize asks the server, in words that SQLite does not know.
func (d *DB) postgresSize(ctx context.Context) (Size, error) {
	var s Size
	if err := d.read.QueryRowContext(ctx, `select pg_database_size(current_database())`).Scan(&s.Data); err != nil {
		return Size{}, fmt.Errorf("db: size: %w", err)
	}
	return s, nil
}
