// Package db opens the database and gives out readers and write transactions. It is the only place
// that knows which of the two databases runs: SQL is one PostgreSQL-flavoured text, written as
// constants beside the store that needs it.
package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"voordeur/internal/clock"
)

// Dialect names the database that runs.
type Dialect string

// The databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options are what Open needs besides the address. The zero value serves.
type Options struct {
	Clock clock.Clock
	// IDs makes identifiers; fixtures set it so that two tenants get the same ones.
	IDs func() string
	// Fatal is called when the database can no longer be trusted to be durable (a failed write or
	// fsync of the log). It must end the process, which recovers at the next start. Default: say so
	// and exit. A panic would not do: a server survives that of a request.
	Fatal func(error)
	// Readers is the number of read connections; 0 means 4.
	Readers int
	// ReadOnly opens what is there beside the program that writes, and changes nothing: it makes no
	// file and no schema, and never writes the log back, which only the writer may do.
	ReadOnly bool
}

// DB is an open database: a pool of read-only connections and a way to write.
type DB struct {
	dialect Dialect
	read    *pool
	write   *pool // nil when opened read-only
	opt     Options
	dir     string // folder of the SQLite file
	file    string
	address string // of PostgreSQL
	commits atomic.Int64
}

// pool is one set of connections with its prepared statements. PostgreSQL's driver caches by
// itself, so there the map stays empty.
type pool struct {
	*sql.DB
	cache bool
	stmts sync.Map // string -> *sql.Stmt
}

// Open opens the database at address: a file path or file: URL for SQLite, postgres://… for
// PostgreSQL. It does not migrate; see Migrate.
func Open(ctx context.Context, address string, opt Options) (*DB, error) {
	if opt.Clock == nil {
		opt.Clock = clock.System{}
	}
	if opt.IDs == nil {
		opt.IDs = RandomID
	}
	if opt.Fatal == nil {
		opt.Fatal = exit
	}
	if opt.Readers == 0 {
		opt.Readers = 4
	}
	var d *DB
	var err error
	if DialectOf(address) == Postgres {
		d, err = openPostgres(ctx, address, opt)
	} else {
		d, err = openSQLite(ctx, strings.TrimPrefix(address, "file:"), opt)
	}
	if err != nil {
		return nil, fmt.Errorf("db: open: %w", err)
	}
	return d, nil
}

// exit ends the process at once: nothing that is deferred may write any more.
func exit(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// DialectOf tells which database an address is of.
func DialectOf(address string) Dialect {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return Postgres
	}
	return SQLite
}

// errReadOnly is what a write meets in a database that was opened for reading.
var errReadOnly = errors.New("db: opened for reading only")

// RandomID returns a new identifier: 130 random bits as 26 lower-case letters and digits.
func RandomID() string { return strings.ToLower(rand.Text()) }

// Dialect tells which database runs.
func (d *DB) Dialect() Dialect { return d.dialect }

// Clock returns the clock that transactions take their time from.
func (d *DB) Clock() clock.Clock { return d.opt.Clock }

// WithIDs returns the same database whose transactions take identifiers from ids.
func (d *DB) WithIDs(ids func() string) *DB {
	opt := d.opt
	opt.IDs = ids
	return &DB{dialect: d.dialect, read: d.read, write: d.write, opt: opt, dir: d.dir, file: d.file, address: d.address}
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.QueryRow(ctx, "select 1").Scan(&one)
}

// Close closes all connections; on SQLite the log is written back first.
func (d *DB) Close() error {
	if d.write == nil {
		return d.read.Close()
	}
	var err error
	if d.dialect == SQLite {
		_, err = d.write.Exec("pragma wal_checkpoint(truncate)")
	}
	return errors.Join(err, d.read.Close(), d.write.Close())
}

func (p *pool) prepare(ctx context.Context, q stmt) (*sql.Stmt, error) {
	if s, ok := p.stmts.Load(string(q)); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := p.PrepareContext(ctx, string(q))
	if err != nil {
		return nil, err
	}
	if had, loaded := p.stmts.LoadOrStore(string(q), s); loaded {
		_ = s.Close()
		return had.(*sql.Stmt), nil
	}
	return s, nil
}
