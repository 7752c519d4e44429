package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"voordeur/internal/disk"
)

// Below the store's folder: tmp/<key> while it is written, and blobs/<tenant>/<shard>/<key> when
// it is complete. The shard is the first character of the key: 16 folders keep directories small
// enough, and few enough to make for every tenant.
const (
	tmpDir   = "tmp"
	blobsDir = "blobs"
)

var (
	tenantPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	keyPattern    = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// Disk is a Store in a folder. All access goes through an os.Root, so neither a name nor a symbolic
// link can lead out of the folder.
type Disk struct {
	root *os.Root
	lock *os.File // the folder itself, see lock.go
	sys  syscalls

	mu     sync.Mutex
	shards map[string]bool // whose names are durable, as blobs/<tenant>/<shard>
}

// OpenDisk opens the store in dir, and makes the folder when it is not there yet; the folder
// above it must exist. What a crash left half written is removed, unless another process has the
// store open too and may be writing it.
func OpenDisk(dir string) (*Disk, error) {
	d, err := openDisk(dir, realSyscalls)
	if err != nil {
		return nil, fmt.Errorf("blob: open %s: %w", dir, err)
	}
	return d, nil
}

// ReadDisk opens a store that nobody writes to meanwhile, and changes nothing: it may stand on a disk
// that cannot be written. Only reading is allowed.
func ReadDisk(dir string) (*Disk, error) {
	d, err := diskIn(dir, realSyscalls)
	if err != nil {
		return nil, fmt.Errorf("blob: open %s: %w", dir, err)
	}
	return d, nil
}

func openDisk(dir string, sys syscalls) (*Disk, error) {
	d, err := makeDisk(dir, sys)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.share(), d.prepare(dir)); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func makeDisk(dir string, sys syscalls) (*Disk, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return diskIn(dir, sys)
}

func diskIn(dir string, sys syscalls) (*Disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	lock, err := root.Open(".")
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Disk{root: root, lock: lock, sys: sys, shards: map[string]bool{}}, nil
}

func (d *Disk) prepare(dir string) error {
	for _, name := range []string{tmpDir, blobsDir} {
		if err := d.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := d.syncFolder("."); err != nil {
		return err
	}
	above, err := os.Open(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return err
	}
	return errors.Join(d.sys.sync(above), above.Close())
}

// Room returns the space of the file system that the blobs are on.
func (d *Disk) Room() (disk.Room, error) { return disk.At(d.root.Name()) }

// Close releases the folder. No other method may be called after it.
func (d *Disk) Close() error {
	if err := errors.Join(d.lock.Close(), d.root.Close()); err != nil {
		return fmt.Errorf("blob: close: %w", err)
	}
	return nil
}

// Open implements Store.
func (d *Disk) Open(ctx context.Context, tenant, key string) (Reader, error) {
	name, err := blobName(tenant, key)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("blob: open: %w", errors.Join(err, f.Close()))
	}
	return diskReader{f, info.Size()}, nil
}

type diskReader struct {
	*os.File
	size int64
}

func (r diskReader) Size() int64 { return r.size }

// Delete implements Store. The blob is gone for good: a power cut does not bring it back.
func (d *Disk) Delete(ctx context.Context, tenant, key string) error {
	name, err := blobName(tenant, key)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("blob: delete: %w", err)
	}
	err = d.root.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = d.syncFolder(path.Dir(name))
	}
	if err != nil {
		return fmt.Errorf("blob: delete: %w", err)
	}
	return nil
}

// List implements Store.
func (d *Disk) List(ctx context.Context, tenant string, fn func(key string, modified time.Time) error) error {
	folder, err := tenantFolder(tenant)
	if err != nil {
		return err
	}
	return fs.WalkDir(d.root.FS(), folder, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("blob: list: %w", err)
		}
		if e.IsDir() || !keyPattern.MatchString(e.Name()) {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("blob: list: %w", err)
		}
		return fn(e.Name(), info.ModTime().UTC())
	})
}

// Tenants returns the tenants that have a folder in the store.
func (d *Disk) Tenants() ([]string, error) {
	entries, err := fs.ReadDir(d.root.FS(), blobsDir)
	if err != nil {
		return nil, fmt.Errorf("blob: tenants: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// newKey is random, never taken from a client: a repeated upload must not replace a blob that
// was acknowledged.
func newKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func tenantFolder(tenant string) (string, error) {
	if !tenantPattern.MatchString(tenant) {
		return "", fmt.Errorf("blob: %q is no name of a tenant", tenant)
	}
	return path.Join(blobsDir, tenant), nil
}

func blobName(tenant, key string) (string, error) {
	folder, err := tenantFolder(tenant)
	if err != nil {
		return "", err
	}
	if !keyPattern.MatchString(key) {
		return "", fmt.Errorf("blob: %q is no key of a blob", key)
	}
	return path.Join(folder, key[:1], key), nil
}
