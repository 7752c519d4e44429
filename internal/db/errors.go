package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"voordeur/internal/errs"
)

// IsUnique reports whether err is a violation of a unique index whose table or column names hold
// part, as in "account.email_key".
func IsUnique(err error, part string) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code()
		return (code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) &&
			strings.Contains(e.Error(), part)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		name := strings.ReplaceAll(part, ".", "_")
		return e.Code == "23505" && strings.Contains(e.ConstraintName, name)
	}
	return false
}

// ErrUnknown means that a commit failed and nobody can tell whether it took place. What the
// transaction refers to outside the database must stay.
var ErrUnknown = errors.New("it is not known whether the change was made")

// unknown marks a failed commit, except where SQLite says for certain that it did not take place.
func unknown(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// collided reports whether the transaction met another one and may be run again. On PostgreSQL so does one that refers to
// what another one removed meanwhile, or removes what another one has come to refer to: run again, it sees that.
func collided(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01" || e.Code == "23503"
	}
	return false
}

// classify gives driver errors their meaning. It ends the process where SQLite can no longer
// promise that a commit is durable.
func (d *DB) classify(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch code := e.Code(); {
		case code == sqlite3.SQLITE_IOERR_WRITE || code == sqlite3.SQLITE_IOERR_FSYNC || code == sqlite3.SQLITE_IOERR_DIR_FSYNC:
			d.opt.Fatal(fmt.Errorf("db: the disk failed, the process must start again: %w", err))
		case code&0xff == sqlite3.SQLITE_FULL:
			return &errs.Error{Kind: errs.Unavailable, Key: "error.disk_full", Err: err}
		case code&0xff == sqlite3.SQLITE_BUSY:
			return &errs.Error{Kind: errs.Unavailable, Err: err}
		}
	}
	if collided(err) || errors.Is(err, context.DeadlineExceeded) {
		return &errs.Error{Kind: errs.Unavailable, Err: err}
	}
	return err
}
