package main

import (
	"errors"
	"os"
	"strings"

	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/db"
)

// documents is where documents are, open.
type documents interface {
	blob.Copier
	Close() error
}

// openDocuments opens a folder or a bucket of documents. With a bucket it holds the database's lock,
// as a bucket has none.
func openDocuments(c config.Config, address string) (documents, error) {
	if !blob.IsS3(address) {
		return blob.OpenDisk(address)
	}
	at, err := c.S3(address)
	if err != nil {
		return nil, err
	}
	s, err := blob.OpenS3(at)
	if err != nil || db.DialectOf(c.DB) != db.SQLite {
		return s, err
	}
	release, err := blob.Share(lockFile(c))
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return locked{s, release}, nil
}

// locked is a bucket with the lock of the database beside it.
type locked struct {
	*blob.S3
	release func() error
}

// Close lets the lock go too.
func (l locked) Close() error { return errors.Join(l.S3.Close(), l.release()) }

// lockFile is what every program holds that has the documents of a bucket open with a SQLite database.
func lockFile(c config.Config) string { return strings.TrimPrefix(c.DB, "file:") + ".lock" }

// lockless reports whether no lock tells of programs that serve: PostgreSQL and a bucket may have some
// on any machine, and the operator has to stop them himself.
func lockless(c config.Config) bool {
	return blob.IsS3(c.Blobs) && db.DialectOf(c.DB) == db.Postgres
}

// alone keeps every program out that uses the documents of the configuration.
func alone(c config.Config) (release func() error, err error) {
	if !blob.IsS3(c.Blobs) {
		return blob.Alone(c.Blobs)
	}
	f, err := os.OpenFile(lockFile(c), os.O_RDONLY|os.O_CREATE, 0o600) // #nosec G304 -- beside the operator's database
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return blob.Alone(lockFile(c))
}
