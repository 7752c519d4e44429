package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

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
	p, err := d.provider(files)
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

func (d *DB) provider(files fs.FS) (*goose.Provider, error) {
	if d.dialect == SQLite {
		return goose.NewProvider(goose.DialectSQLite3, d.write.DB, files)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, d.write.DB, files, goose.WithSessionLocker(locker))
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
