package blob

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/errs"
)

// faulty is a store whose n-th mutating call after the start fails with err; log names the calls.
type faulty struct {
	n   int
	err error
	log []string
}

func (f *faulty) step(name string) error {
	f.log = append(f.log, name)
	if len(f.log) == f.n {
		return f.err
	}
	return nil
}

func (f *faulty) open(t *testing.T) (*Disk, string) {
	t.Helper()
	d, dir := newDisk(t)
	rel := func(name string) string {
		s, err := filepath.Rel(dir, name)
		if err != nil {
			t.Error(err)
		}
		return filepath.Join(filepath.Dir(s), shorten(filepath.Base(s)))
	}
	d.sys = syscalls{
		create: func(root *os.Root, name string) (*os.File, error) {
			if err := f.step("create tmp"); err != nil {
				return nil, err
			}
			return realSyscalls.create(root, name)
		},
		sync: func(file *os.File) error {
			if err := f.step("sync " + rel(file.Name())); err != nil {
				return err
			}
			return realSyscalls.sync(file)
		},
		rename: func(root *os.Root, from, to string) error {
			if err := f.step("rename"); err != nil {
				return err
			}
			return realSyscalls.rename(root, from, to)
		},
	}
	return d, dir
}

// shorten writes random names so that runs can be compared.
func shorten(base string) string {
	switch {
	case keyPattern.MatchString(base):
		return "<key>"
	case len(base) == 1 && base != ".":
		return "<shard>"
	}
	return base
}

var putSteps = []string{
	"sync blobs",            // the tenant's folder
	"sync blobs/t1",         // the shard
	"create tmp",            //
	"sync tmp/<key>",        // the bytes
	"rename",                //
	"sync blobs/t1/<shard>", // the blob's name
}

func TestPutSyncsInTheOrderThatSurvivesAPowerCut(t *testing.T) {
	f := &faulty{}
	d, _ := f.open(t)
	info := mustPut(t, d, "t1", "akte")
	if got, want := strings.Join(f.log, "\n"), strings.Join(putSteps, "\n"); got != want {
		t.Errorf("Put did\n%s\nwant\n%s", got, want)
	}
	f.log = nil
	if err := d.Delete(t.Context(), "t1", info.Key); err != nil {
		t.Fatal(err)
	}
	if len(f.log) != 1 || f.log[0] != "sync blobs/t1/<shard>" {
		t.Errorf("Delete did %v, want a sync of the shard", f.log)
	}
}

func TestEveryFailingStepOfPutIsAnErrorAndLeavesNoBlob(t *testing.T) {
	for n, step := range putSteps {
		f := &faulty{n: n + 1, err: syscall.EIO}
		d, dir := f.open(t)
		_, err := d.Put(t.Context(), "t1", strings.NewReader("akte"))
		if !errors.Is(err, syscall.EIO) || errs.KindOf(err) != errs.Internal {
			t.Errorf("%s fails: err = %v, want EIO", step, err)
		}
		if got := regular(t, dir); got != nil {
			t.Errorf("%s fails: left behind %v", step, got)
		}
		info := mustPut(t, d, "t1", "akte")
		if got, err := read(d, "t1", info.Key); err != nil || got != "akte" {
			t.Errorf("%s failed: the next blob reads %q, %v", step, got, err)
		}
	}
}

// The kernel reports a failed sync once: a folder whose name it could not write must be made
// anew, or the next sync succeeds without the name being durable.
func TestFolderOfAFailedSyncIsMadeAnew(t *testing.T) {
	for n, folder := range []string{"t1", "t1/*"} {
		f := &faulty{n: n + 1, err: syscall.EIO}
		d, dir := f.open(t)
		if _, err := d.Put(t.Context(), "t1", strings.NewReader("akte")); err == nil {
			t.Fatal("no error")
		}
		left, err := filepath.Glob(filepath.Join(dir, blobsDir, folder))
		if err != nil || len(left) != 0 {
			t.Errorf("%s: left behind %v, %v", folder, left, err)
		}
		*f = faulty{}
		mustPut(t, d, "t1", "akte")
		if f.log[0] != putSteps[n] {
			t.Errorf("%s: the next Put began with %q, want %q", folder, f.log[0], putSteps[n])
		}
	}
}

func TestFullDiskIsUnavailable(t *testing.T) {
	for n, step := range putSteps {
		for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
			f := &faulty{n: n + 1, err: &os.PathError{Op: "x", Path: step, Err: full}}
			d, dir := f.open(t)
			_, err := d.Put(t.Context(), "t1", strings.NewReader("akte"))
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Unavailable || e.Key != "file.disk_full" || e.RetryAfter <= 0 {
				t.Errorf("%s: err = %v, want unavailable", step, err)
			}
			if got := regular(t, dir); got != nil {
				t.Errorf("%s: left behind %v", step, got)
			}
		}
	}
}

// The write itself fails here as it does on a full disk: /dev/full takes no byte.
func TestFullDiskWhileWriting(t *testing.T) {
	d, _ := newDisk(t)
	d.sys.create = func(*os.Root, string) (*os.File, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) }
	if _, err := d.Put(t.Context(), "t1", strings.NewReader("akte")); !errs.Is(err, errs.Unavailable) {
		t.Errorf("err = %v, want unavailable", err)
	}
	if got := keys(t, d, "t1"); got != nil {
		t.Errorf("blobs: %v", got)
	}
}

func TestOpenDiskFailsWhenItsFoldersAreNotDurable(t *testing.T) {
	for n := 1; n <= 2; n++ {
		f := &faulty{n: n, err: syscall.EIO}
		sys := realSyscalls
		sys.sync = func(file *os.File) error { return f.step(file.Name()) }
		if _, err := openDisk(filepath.Join(t.TempDir(), "files"), sys); !errors.Is(err, syscall.EIO) {
			t.Errorf("sync %d fails: %v, want EIO", n, err)
		}
	}
}
