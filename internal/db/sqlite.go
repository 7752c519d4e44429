package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // registers the driver

	"voordeur/internal/disk"
	"voordeur/internal/errs"
)

// oldestSQLite is the first release without the WAL-reset bug, which can lose committed writes.
const oldestSQLite = "3.51.3"

const (
	// checkpointEvery is how many commits pass between looks at the size of the log.
	checkpointEvery = 64
	// checkpointAt is the size in bytes of the log from which it is written back.
	checkpointAt = 8 << 20
	// checkpointSoon is the size from which the next commit does so: bulk work makes few, but large.
	checkpointSoon = 64 << 20
	// freeFloor is the disk space in bytes that stays free: SQLite needs room to start again.
	freeFloor = 16 << 20
)

func openSQLite(ctx context.Context, path string, opt Options) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// SQLite keeps its log beside the file itself, so what is synced and measured is there too.
	if file, err := filepath.EvalSymlinks(abs); err == nil {
		abs = file
	}
	if opt.ReadOnly {
		return openSQLiteReader(ctx, abs, opt)
	}
	write, err := sql.Open("sqlite", sqliteDSN(abs, "_txlock=immediate",
		"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(0)", "secure_delete(1)", "cache_size(-65536)"))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	d := &DB{dialect: SQLite, write: &pool{DB: write, cache: true}, opt: opt, dir: filepath.Dir(abs), file: abs}
	if err := checkVersion(ctx, write); err != nil {
		return nil, firstErr(err, write.Close())
	}
	if err := d.checkSQLite(ctx); err != nil {
		return nil, fmt.Errorf("%w", firstErr(err, write.Close()))
	}
	if d.read, err = sqliteReaders(abs, "", opt.Readers); err != nil {
		return nil, firstErr(err, write.Close())
	}
	return d, nil
}

// openSQLiteReader opens a file beside the program that writes it. A connection with mode=ro cannot
// write the log back, not even as the last one that is closed.
func openSQLiteReader(ctx context.Context, path string, opt Options) (*DB, error) {
	read, err := sqliteReaders(path, "&mode=ro", opt.Readers)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(ctx, read.DB); err != nil {
		return nil, firstErr(err, read.Close())
	}
	return &DB{dialect: SQLite, read: read, opt: opt, dir: filepath.Dir(path), file: path}, nil
}

func sqliteReaders(path, mode string, n int) (*pool, error) {
	read, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=deferred"+mode, "query_only(1)", "cache_size(-8192)"))
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	return &pool{DB: read, cache: true}, nil
}

func sqliteDSN(path, lock string, pragmas ...string) string {
	q := []string{lock}
	for _, p := range append([]string{"busy_timeout(5000)", "foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)"}, pragmas...) {
		q = append(q, "_pragma="+url.QueryEscape(p))
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(q, "&")
}

// checkVersion refuses a SQLite that loses writes.
func checkVersion(ctx context.Context, d *sql.DB) error {
	var version string
	if err := d.QueryRowContext(ctx, "select sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if olderThan(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can lose committed writes; %s or newer is needed", version, oldestSQLite)
	}
	return nil
}

// checkSQLite makes the names of database and log durable: SQLite ignores a failed fsync of the
// folder when it creates the log.
func (d *DB) checkSQLite(ctx context.Context) error {
	var mode string
	if err := d.write.QueryRowContext(ctx, "pragma journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q, not wal: is the folder on a network drive?", mode)
	}
	if err := d.write.QueryRowContext(ctx, "pragma user_version").Scan(new(int)); err != nil {
		return err
	}
	return syncFolder(d.dir)
}

func olderThan(version, floor string) bool {
	v, f := strings.Split(version, "."), strings.Split(floor, ".")
	for i := range f {
		if i >= len(v) {
			return true
		}
		a, _ := strconv.Atoi(v[i])
		b, _ := strconv.Atoi(f[i])
		if a != b {
			return a < b
		}
	}
	return false
}

func syncFolder(dir string) error {
	f, err := os.Open(dir) // #nosec G304 -- the folder of the database
	if err != nil {
		return err
	}
	return firstErr(f.Sync(), f.Close())
}

func firstErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// room refuses to write when the disk is nearly full, while there is still room to recover.
func (d *DB) room() error {
	if d.dialect != SQLite {
		return nil
	}
	room, err := disk.At(d.dir)
	if err != nil {
		return fmt.Errorf("db: %w", err)
	}
	if room.Free < freeFloor {
		return errs.New(errs.Unavailable, "error.disk_full")
	}
	return nil
}

// committed writes the log back now and then. The writer does it itself, because errors of
// automatic checkpoints are swallowed and two checkpointers can meet.
func (d *DB) committed(ctx context.Context) {
	if d.dialect != SQLite {
		return
	}
	n := d.commits.Add(1)
	info, err := os.Stat(d.file + "-wal")
	if err != nil || info.Size() < checkpointAt || n%checkpointEvery != 0 && info.Size() < checkpointSoon {
		return
	}
	var busy, log, done int
	err = d.write.QueryRowContext(context.WithoutCancel(ctx), "pragma wal_checkpoint(passive)").Scan(&busy, &log, &done)
	if err != nil && ctx.Err() == nil {
		_ = d.classify(err)
	}
}
