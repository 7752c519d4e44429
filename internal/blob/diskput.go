package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"voordeur/internal/errs"
)

// copyBuffer is one chunk of an encrypted stream with its tag.
const copyBuffer = 64<<10 + 16

// fullRetry is when to try again on a full disk: somebody has to make room first.
const fullRetry = time.Minute

// syscalls are the calls whose failure a test must be able to cause.
type syscalls struct {
	create func(root *os.Root, name string) (*os.File, error)
	sync   func(*os.File) error
	rename func(root *os.Root, from, to string) error
}

var realSyscalls = syscalls{
	create: func(root *os.Root, name string) (*os.File, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	},
	sync:   (*os.File).Sync,
	rename: (*os.Root).Rename,
}

// Put implements Store. What makes it survive a power cut is the order: durable folders, the
// bytes in a temporary file, fsync of the file, rename, fsync of the folder. A blob that stands
// under its own name is therefore always whole.
func (d *Disk) Put(ctx context.Context, tenant string, r io.Reader) (Info, error) {
	key := newKey()
	name, err := blobName(tenant, key)
	if err != nil {
		return Info{}, err
	}
	info, err := d.put(ctx, name, r, func(Info) error { return nil })
	if err != nil {
		return Info{}, explain(fmt.Errorf("blob: put: %w", err))
	}
	return info, nil
}

// put writes the blob of a name, unless fits refuses what was read.
func (d *Disk) put(ctx context.Context, name string, r io.Reader, fits func(Info) error) (Info, error) {
	if err := d.makeShard(path.Dir(name)); err != nil {
		return Info{}, err
	}
	tmp := path.Join(tmpDir, path.Base(name))
	info, err := d.write(tmp, readerWithContext{ctx, r})
	if err == nil {
		err = fits(info)
	}
	if err != nil {
		return Info{}, errors.Join(err, d.remove(tmp))
	}
	if err := d.publish(tmp, name); err != nil {
		// A failed sync is not tried again, since the kernel has then forgotten what it could not
		// write; the blob goes, and the next attempt has a new name.
		return Info{}, errors.Join(err, d.remove(tmp), d.remove(name))
	}
	info.Key = path.Base(name)
	return info, nil
}

// publish gives a file its own name and returns when that is durable. The folder is opened before
// the rename: a sync reports the failures since the file was opened, and the failure of another
// goroutine's sync in between may have been that of this name too.
func (d *Disk) publish(tmp, name string) error {
	shard, err := d.root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	err = d.sys.rename(d.root, tmp, name)
	if err == nil {
		err = d.sys.sync(shard)
	}
	return errors.Join(err, shard.Close())
}

// write makes a file of what r gives and returns when its bytes are durable.
func (d *Disk) write(tmp string, r io.Reader) (Info, error) {
	f, err := d.sys.create(d.root, tmp)
	if err != nil {
		return Info{}, err
	}
	sum := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(f, sum), r, make([]byte, copyBuffer))
	if err == nil {
		err = d.sys.sync(f)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Info{}, err
	}
	return Info{Size: n, Sum: [32]byte(sum.Sum(nil))}, nil
}

// makeShard makes the folder of a shard, and the tenant's above it, with durable names. A folder
// that exists may be one of which the last process could not say that yet, so the folder above is
// synced once per process in any case.
func (d *Disk) makeShard(shard string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, folder := range []string{path.Dir(shard), shard} {
		if d.shards[folder] {
			continue
		}
		if err := d.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := d.syncFolder(path.Dir(folder)); err != nil {
			// Only a folder that is made anew can become durable after this. One with blobs in it
			// stays: it was durable before those were acknowledged.
			_ = d.root.Remove(folder)
			return err
		}
		d.shards[folder] = true
	}
	return nil
}

func (d *Disk) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.sys.sync(f), f.Close())
}

func (d *Disk) remove(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// explain gives a full disk its meaning for the user.
func explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &errs.Error{Kind: errs.Unavailable, Key: "file.disk_full", RetryAfter: fullRetry, Err: err}
	}
	return err
}

// readerWithContext stops a copy between two reads.
type readerWithContext struct {
	ctx context.Context
	r   io.Reader
}

func (r readerWithContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
