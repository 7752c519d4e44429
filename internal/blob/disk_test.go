package blob

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func newDisk(t *testing.T) (*Disk, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	return reopen(t, dir), dir
}

func reopen(t *testing.T, dir string) *Disk {
	t.Helper()
	d, err := OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// regular returns all files below dir, to see what a failure left behind.
func regular(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDiskIsAStore(t *testing.T) {
	testStore(t, func(t *testing.T) subject {
		d, dir := newDisk(t)
		return subject{
			Store: d,
			again: func(t *testing.T) Store { return reopen(t, dir) },
			held:  func(t *testing.T) []string { return regular(t, dir) },
		}
	})
}

func TestDiskDoesNotFollowALinkOut(t *testing.T) {
	d, dir := newDisk(t)
	info := mustPut(t, d, "t1", "akte")
	secret := filepath.Join(t.TempDir(), info.Key)
	if err := os.WriteFile(secret, []byte("geheim"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := regular(t, dir)[0]
	if err := errors.Join(os.Remove(file), os.Symlink(secret, file)); err != nil {
		t.Fatal(err)
	}
	if got, err := read(d, "t1", info.Key); err == nil {
		t.Errorf("read %q through a link", got)
	}
}

func TestDiskFilesAreForTheOwnerAlone(t *testing.T) {
	d, dir := newDisk(t)
	mustPut(t, d, "t1", "akte")
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDiskRemovesCrashLeftoversAtStart(t *testing.T) {
	d, dir := newDisk(t)
	info := mustPut(t, d, "t1", "akte")
	left := filepath.Join(dir, tmpDir, newKey())
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, dir)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the leftover is still there (%v)", err)
	}
	if got, err := read(again, "t1", info.Key); err != nil || got != "akte" {
		t.Errorf("the blob: %q, %v", got, err)
	}
}

// A command that runs beside the program must not take away what that is writing.
func TestDiskLeavesWhatAnotherProcessIsWriting(t *testing.T) {
	d, dir := newDisk(t)
	r, w := io.Pipe()
	put := make(chan error)
	go func() {
		_, err := d.Put(t.Context(), "t1", r)
		put <- err
	}()
	if _, err := io.WriteString(w, "half an "); err != nil { // returns when Put has begun to read
		t.Fatal(err)
	}
	reopen(t, dir)
	if _, err := io.WriteString(w, "akte"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), <-put); err != nil {
		t.Errorf("an upload broke when the store was opened once more: %v", err)
	}
}

func TestDiskListsWhenABlobWasModified(t *testing.T) {
	d, dir := newDisk(t)
	mustPut(t, d, "t1", "akte")
	want := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	if err := os.Chtimes(regular(t, dir)[0], want, want); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	err := d.List(t.Context(), "t1", func(_ string, modified time.Time) error {
		if !modified.Equal(want) {
			t.Errorf("modified %v, want %v", modified, want)
		}
		return stop
	})
	if err != stop {
		t.Errorf("List = %v, want what fn returned", err)
	}
}
