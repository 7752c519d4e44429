package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"voordeur/internal/blob"
	"voordeur/internal/db"
)

// What a drill makes, and takes away again.
const (
	drillDir      = "voordeur-drill"
	drillDatabase = "voordeur_drill"
)

// Drill restores the newest backup to a folder of its own in dir, checks it as Restore does and
// takes it away again. Of p it takes the keys and, for PostgreSQL, the server.
func (f *Folder) Drill(ctx context.Context, dir string, p Place) (m Manifest, rep Report, err error) {
	name, err := f.Find("")
	if err != nil {
		return m, rep, err
	}
	own, remove, err := drillFolder(filepath.Join(dir, drillDir))
	if err != nil {
		return m, rep, fmt.Errorf("backup: drill: %w", err)
	}
	defer func() { err = errors.Join(err, remove()) }()
	drop := func(context.Context) error { return nil }
	if db.DialectOf(p.DB) == db.Postgres {
		if p.DB, drop, err = db.Aside(ctx, p.DB, drillDatabase); err != nil {
			return m, rep, fmt.Errorf("backup: drill: %w", err)
		}
	} else {
		p.DB = filepath.Join(own, "voordeur.db")
	}
	p.Blobs = filepath.Join(own, "blobs")
	m, rep, err = f.Restore(ctx, name, p)
	// Also when it was broken off: nothing of the drill may stay.
	return m, rep, errors.Join(err, drop(context.WithoutCancel(ctx)))
}

// drillFolder makes the folder anew: what is there is of a drill that was killed.
func drillFolder(path string) (own string, remove func() error, err error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", nil, err
	}
	release, err := blob.Alone(path)
	if err != nil {
		return "", nil, err
	}
	own = filepath.Join(path, "restored")
	if err := errors.Join(os.RemoveAll(own), os.Mkdir(own, 0o700)); err != nil {
		return "", nil, errors.Join(err, release())
	}
	return own, func() error { return errors.Join(os.RemoveAll(path), release()) }, nil
}
