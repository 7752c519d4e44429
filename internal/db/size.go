package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"voordeur/internal/disk"
)

// Size is how much the database takes, in bytes.
type Size struct {
	Data int64
	Log  int64      // SQLite's write-ahead log; 0 on PostgreSQL, which keeps its own in order
	Room *disk.Room // of the file system; nil on PostgreSQL, whose disk is not this program's to see
}

// Size asks how much the database takes.
func (d *DB) Size(ctx context.Context) (Size, error) {
	if d.dialect == Postgres {
		return d.postgresSize(ctx)
	}
	data, err := os.Stat(d.file)
	if err != nil {
		return Size{}, fmt.Errorf("db: size: %w", err)
	}
	s := Size{Data: data.Size()}
	log, err := os.Stat(d.file + "-wal")
	switch {
	case err == nil:
		s.Log = log.Size()
	case !errors.Is(err, fs.ErrNotExist): // there is none between the last close and the first write
		return Size{}, fmt.Errorf("db: size: %w", err)
	}
	room, err := disk.At(d.dir)
	if err != nil {
		return Size{}, fmt.Errorf("db: size: %w", err)
	}
	s.Room = &room
	return s, nil
}
