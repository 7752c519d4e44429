package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// versionTable is where goose notes the version of the schema.
const versionTable = goose.DefaultTablename

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to this program's version. It only goes forward, and refuses a
// database that a newer program has already migrated.
func (d *DB) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	return d.migrate(ctx, sub)
}

func (d *DB) migrate(ctx context.Context, files fs.FS) error {
	if d.write == nil {
		return errReadOnly
	}
	if d.dialect == SQLite {
		p, err := goose.NewProvider(goose.DialectSQLite3, d.write.DB, files)
		return up(ctx, p, err)
	}
	// A migration of a million rows takes longer than any page may.
	patient, err := pgPool(d.address, pgNoTimeout, pgMigrators, false)
	if err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("db: migrate: %w", firstErr(err, patient.Close()))
	}
	p, err := goose.NewProvider(goose.DialectPostgres, patient, files, goose.WithSessionLocker(locker))
	return firstErr(up(ctx, p, err), patient.Close())
}

func up(ctx context.Context, p *goose.Provider, err error) error {
	if err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	if err := tooNew(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	return nil
}

func tooNew(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("db: schema version: %w", err)
	}
	sources := p.ListSources()
	if known := sources[len(sources)-1].Version; have > known {
		return fmt.Errorf("db: the schema is version %d, this program knows up to %d: use a newer program", have, known)
	}
	return nil
}

// Schema returns the version of the database's schema, 0 when it has none, and the newest that this
// program knows.
func (s *Snapshot) Schema(ctx context.Context) (have, known int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, 0, fmt.Errorf("db: schema version: %w", err)
	}
	for _, f := range files {
		n, err := goose.NumericComponent(f)
		if err != nil {
			return 0, 0, fmt.Errorf("db: schema version: %w", err)
		}
		known = max(known, n)
	}
	names, err := s.names(ctx)
	if err == nil && slices.Contains(names, versionTable) {
		err = s.tx.QueryRowContext(ctx, "select max(version_id) from "+versionTable).Scan(&have)
	}
	if err != nil {
		return 0, known, fmt.Errorf("db: schema version: %w", err)
	}
	return have, known, nil
}
