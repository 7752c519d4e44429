// Package backup keeps copies of an installation in a folder, and brings one back.
//
// A folder of backups holds, beside a folder for each backup, one pool of documents that all backups
// share: a document never changes, so each is copied once. Names in it:
//
//	2026-11-25T18-54-00.123Z/manifest.json   what the backup holds, authenticated with the master key
//	2026-11-25T18-54-00.123Z/database.age    the database, encrypted with the master key
//	2026-11-25T18-54-00.123Z/documents.list  which documents of the pool belong to it
//	documents/                               the pool, encrypted as the program stores them
//	lock                                     who has it has the folder
//	new/                                     a backup on its way; a crash leaves it, the next one clears it
//
// A backup takes its own name only when all of it is durable. The key is never among it.
package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"

	"voordeur/internal/blob"
)

const (
	manifestFile = "manifest.json"
	databaseFile = "database.age"
	listFile     = "documents.list"
	poolDir      = "documents"
	newDir       = "new"
	lockName     = "lock"
	nameLayout   = "2006-01-02T15-04-05.000Z"
)

var namePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$`)

// Folder is a folder of backups. One process at a time has it.
type Folder struct {
	dir  string
	pool *blob.Disk
	lock *os.File
}

// Open opens a folder of backups to restore from; it may stand on a disk that cannot be written.
func Open(dir string) (*Folder, error) { return openFolder(dir, blob.ReadDisk) }

// Create opens a folder of backups for one more, and makes it when it is not there; the folder above
// it must be.
func Create(dir string) (*Folder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return openFolder(dir, blob.OpenDisk)
}

func openFolder(dir string, open func(string) (*blob.Disk, error)) (*Folder, error) {
	pool, err := open(filepath.Join(dir, poolDir))
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", errors.Join(err, pool.Close()))
	}
	return &Folder{dir, pool, lock}, nil
}

// lockFolder takes the folder until the file is closed or the process ends. It is a file of its own,
// open for writing, since network drives lock nothing else. What cannot be written nobody changes.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- in the operator's folder of backups
	if errors.Is(err, syscall.EROFS) {
		return os.Open(dir) // #nosec G304 -- the operator's folder of backups
	}
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("another backup, restore or drill is busy in %s", dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close lets the next one in.
func (f *Folder) Close() error { return errors.Join(f.pool.Close(), f.lock.Close()) }

// Names returns the names of the backups, oldest first.
func (f *Folder) Names() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && namePattern.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Find returns the name itself when there is such a backup, and the newest for "".
func (f *Folder) Find(name string) (string, error) {
	names, err := f.Names()
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("backup: there is no backup in %s", f.dir)
	}
	if name == "" {
		return names[len(names)-1], nil
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("backup: there is no %q in %s; there are %v", name, f.dir, names)
	}
	return name, nil
}

func (f *Folder) path(parts ...string) string {
	return filepath.Join(append([]string{f.dir}, parts...)...)
}

func nameOf(at time.Time) string { return at.UTC().Format(nameLayout) }

// Part is a file of a backup.
type Part struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// partWriter writes a file and notes what it will be known by.
type partWriter struct {
	file *os.File
	buf  *bufio.Writer
	sum  hash.Hash
	n    int64
}

func createPart(path string) (*partWriter, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- in the operator's folder of backups
	if err != nil {
		return nil, err
	}
	return &partWriter{file: f, buf: bufio.NewWriterSize(f, 256<<10), sum: sha256.New()}, nil
}

// Write implements io.Writer.
func (w *partWriter) Write(p []byte) (int, error) {
	n, err := w.buf.Write(p)
	w.sum.Write(p[:n])
	w.n += int64(n)
	return n, err
}

// finish makes the file durable. It closes it also when what was written is of no use because of err.
func (w *partWriter) finish(err error) (Part, error) {
	if err == nil {
		err = w.buf.Flush()
	}
	if err == nil {
		err = w.file.Sync()
	}
	return Part{w.n, hex.EncodeToString(w.sum.Sum(nil))}, errors.Join(err, w.file.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir) // #nosec G304 -- the operator's folder of backups
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// explain says what a full disk means for the backups.
func (f *Folder) explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("backup: the disk of %s is full; the earlier backups are whole, and the next one goes on from here once there is room: %w", f.dir, err)
	}
	return fmt.Errorf("backup: %w", err)
}
