package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Dump writes the database of the snapshot to w: of SQLite the file itself, page by page as the
// snapshot sees it through the log, of PostgreSQL what pg_dump makes of the same snapshot.
func (s *Snapshot) Dump(ctx context.Context, w io.Writer) error {
	if s.db.dialect == Postgres {
		return s.dumpPostgres(ctx, w)
	}
	rows, err := s.tx.QueryContext(ctx, "select data from sqlite_dbpage order by pgno")
	if err != nil {
		return fmt.Errorf("db: dump: %w", err)
	}
	defer rows.Close()
	var page sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&page); err != nil {
			return fmt.Errorf("db: dump: %w", err)
		}
		if _, err := w.Write(page); err != nil {
			return fmt.Errorf("db: dump: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("db: dump: %w", err)
	}
	return nil
}

func (s *Snapshot) dumpPostgres(ctx context.Context, w io.Writer) error {
	var name string
	if err := s.tx.QueryRowContext(ctx, "select pg_export_snapshot()").Scan(&name); err != nil {
		return fmt.Errorf("db: dump: %w", err)
	}
	return pgTool(ctx, s.db.address, nil, w, "pg_dump", "--snapshot="+name, "--format=custom")
}

// Restore makes a database of what Dump wrote, and returns when it is durable. The SQLite file must
// not exist, the PostgreSQL database must be empty.
func Restore(ctx context.Context, address string, r io.Reader) error {
	if DialectOf(address) == SQLite {
		if err := restoreFile(strings.TrimPrefix(address, "file:"), r); err != nil {
			return fmt.Errorf("db: restore: %w", err)
		}
		return nil
	}
	return pgTool(ctx, address, r, io.Discard, "pg_restore", "--single-transaction", "--exit-on-error")
}

func restoreFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- where the operator wants it
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncFolder(filepath.Dir(path))
}

// Empty returns an error unless a database can be restored to the address: nothing may be there yet.
func Empty(ctx context.Context, address string) error {
	if DialectOf(address) == SQLite {
		path := strings.TrimPrefix(address, "file:")
		for _, name := range []string{path, path + "-wal", path + "-journal"} {
			if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("db: %s is there already", name)
			}
		}
		return nil
	}
	d, err := Open(ctx, address, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(d.Snapshot(ctx, func(ctx context.Context, s *Snapshot) error {
		names, err := s.names(ctx)
		if err == nil && len(names) > 0 {
			err = fmt.Errorf("db: the PostgreSQL database holds %d tables already: make an empty one", len(names))
		}
		return err
	}), d.Close())
}

// Aside makes an empty PostgreSQL database on the same server, and returns its address and what
// takes it away again. The user needs the right CREATEDB.
func Aside(ctx context.Context, address, name string) (aside string, drop func(context.Context) error, err error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return "", nil, fmt.Errorf("db: aside: %w", err)
	}
	run := func(ctx context.Context, statements ...string) error {
		conn, err := pgx.ConnectConfig(ctx, cfg)
		if err != nil {
			return fmt.Errorf("db: aside: %w", err)
		}
		for _, q := range statements {
			if _, err = conn.Exec(ctx, q); err != nil {
				err = fmt.Errorf("db: aside: %w", err)
				break
			}
		}
		return errors.Join(err, conn.Close(ctx))
	}
	gone := "drop database if exists " + quote(name) + " with (force)"
	err = run(ctx, gone, "create database "+quote(name)+" template template0 encoding 'UTF8' locale 'C.UTF-8'")
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42501" {
		err = fmt.Errorf("%w: it needs ALTER ROLE %s CREATEDB", err, quote(cfg.User))
	}
	if err != nil {
		return "", nil, err
	}
	return withDatabase(address, name), func(ctx context.Context) error { return run(ctx, gone) }, nil
}

// withDatabase returns an address with another database in it: what stands between the hosts and
// the options. Hosts may be several, so it is not a URL that net/url takes.
func withDatabase(address, name string) string {
	main, options, found := strings.Cut(address, "?")
	scheme, rest, _ := strings.Cut(main, "://")
	hosts, _, _ := strings.Cut(rest, "/")
	address = scheme + "://" + hosts + "/" + name
	if found {
		address += "?" + options
	}
	return address
}

// withoutPassword takes the password out of an address: arguments of a program are public.
func withoutPassword(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	who, where, found := strings.Cut(rest, "@")
	if !found {
		return address
	}
	user, _, _ := strings.Cut(who, ":")
	return scheme + "://" + user + "@" + where
}

// complaint bounds what is kept of a program's complaints.
const complaint = 4 << 10

// pgTool runs a program of PostgreSQL's own on a database.
func pgTool(ctx context.Context, address string, in io.Reader, out io.Writer, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("db: %s is not installed: it comes with the package postgresql-client, and must not be older than the server", name)
	}
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("db: %s: %w", name, err)
	}
	// Owners and rights are those of whoever restores.
	args = append(args, "--no-owner", "--no-privileges", "--no-password", "--dbname="+withoutPassword(address))
	cmd := exec.CommandContext(ctx, path, args...) // #nosec G204 -- pg_dump or pg_restore of this machine, with words of ours
	cmd.Env = append(os.Environ(), "PGPASSWORD="+cfg.Password)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &said
	if err := cmd.Run(); err != nil {
		text := said.Bytes()
		return fmt.Errorf("db: %s: %w: %s", name, err, bytes.TrimSpace(text[:min(len(text), complaint)]))
	}
	return nil
}
