package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// Every process that has a store open holds a shared lock on its folder, which the kernel drops when
// the process ends. Whoever gets the folder alone knows that nobody is writing to it.

// ErrInUse means that another process has the store open.
var ErrInUse = errors.New("another program has the folder of documents open")

// ErrUnfinished means that the store was being filled and nobody finished it.
var ErrUnfinished = errors.New("a restore into this folder did not end: run it again")

// mark stands in the folder of a store that is being filled; it holds one of the states.
const (
	mark        = "unfinished"
	markFilling = "filling\n" // not all is there
	markChecked = "checked\n" // all is there and was checked
)

// alone takes the folder for this process, if nobody has it.
func (d *Disk) alone() error { return flock(d.lock, syscall.LOCK_EX) }

// share opens the store beside others. Whoever is the first clears what a crash left half written.
func (d *Disk) share() error {
	if _, err := d.root.Lstat(mark); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrUnfinished, err)
	}
	if d.alone() == nil {
		if err := d.root.RemoveAll(tmpDir); err != nil {
			return err
		}
	}
	// A file system without locks, as some network drives are, serves all the same: what must be alone
	// refuses there.
	if err := flock(d.lock, syscall.LOCK_SH); errors.Is(err, ErrInUse) {
		return err
	}
	return nil
}

func flock(f *os.File, how int) error {
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	return err
}

// Share holds a file that stands for a store which has no folder, beside others, until release is
// called. The file is made when it is not there.
func Share(file string) (release func() error, err error) {
	f, err := os.OpenFile(file, os.O_RDONLY|os.O_CREATE, 0o600) // #nosec G304 -- beside the operator's database
	if err == nil {
		if err = flock(f, syscall.LOCK_SH); err == nil {
			return f.Close, nil
		}
		err = errors.Join(err, f.Close())
	}
	return nil, fmt.Errorf("blob: %s: %w", file, err)
}

// Alone keeps every other process out of a store's folder until release is called, or out of the store
// that a file stands for.
func Alone(dir string) (release func() error, err error) {
	f, err := os.Open(dir) // #nosec G304 -- the operator's folder of documents
	if err == nil {
		if err = flock(f, syscall.LOCK_EX); err == nil {
			return f.Close, nil
		}
		err = errors.Join(err, f.Close())
	}
	return nil, fmt.Errorf("blob: %s: %w", dir, err)
}

// FillDisk opens a store in an empty folder that is to be filled from elsewhere. Until Filled nobody
// else can open it, not even after a crash. A folder that somebody began to fill is emptied first,
// except when it was already checked: then only Filled is left to do.
func FillDisk(dir string) (d *Disk, checked bool, err error) {
	d, err = makeDisk(dir, realSyscalls)
	if err == nil {
		if checked, err = d.begin(dir); err != nil {
			err = errors.Join(err, d.Close())
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("blob: fill %s: %w", dir, err)
	}
	return d, checked, nil
}

func (d *Disk) begin(dir string) (checked bool, err error) {
	if err := d.alone(); err != nil {
		return false, err
	}
	had, err := d.root.ReadFile(mark)
	if err == nil && string(had) == markChecked {
		return true, nil
	}
	if err == nil {
		err = errors.Join(d.root.RemoveAll(blobsDir), d.root.RemoveAll(tmpDir))
	} else if errors.Is(err, fs.ErrNotExist) {
		err = d.empty()
	}
	if err == nil {
		err = d.setMark(markFilling)
	}
	if err != nil {
		return false, err
	}
	return false, d.prepare(dir)
}

// empty refuses a folder with any file in it. Folders alone are those of a store that was never used.
func (d *Disk) empty() error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = fmt.Errorf("is not empty: %s is in it", name)
		}
		return err
	})
}

func (d *Disk) setMark(state string) error {
	if _, err := d.write(mark+".new", strings.NewReader(state)); err != nil {
		return errors.Join(err, d.remove(mark+".new"))
	}
	if err := d.sys.rename(d.root, mark+".new", mark); err != nil {
		return err
	}
	return d.syncFolder(".")
}

// Checked notes that all is there and right.
func (d *Disk) Checked() error {
	if err := d.setMark(markChecked); err != nil {
		return fmt.Errorf("blob: fill: %w", err)
	}
	return nil
}

// Filled opens the store to everybody.
func (d *Disk) Filled() error {
	err := d.remove(mark)
	if err == nil {
		err = errors.Join(d.syncFolder("."), flock(d.lock, syscall.LOCK_SH))
	}
	if err != nil {
		return fmt.Errorf("blob: fill: %w", err)
	}
	return nil
}
