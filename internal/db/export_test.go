package db

import (
	"context"
	"io/fs"
)

// What the tests of this package reach into.
var (
	OlderThan    = olderThan
	OldestSQLite = oldestSQLite
	Migrations   = migrations
)

// MigrateFrom migrates with other files than the program's own.
func (d *DB) MigrateFrom(ctx context.Context, files fs.FS) error { return d.migrate(ctx, files) }
