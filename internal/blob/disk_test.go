package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
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

func mustPut(t *testing.T, s Store, tenant, text string) Info {
	t.Helper()
	info, err := s.Put(t.Context(), tenant, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func read(s Store, tenant, key string) (string, error) {
	r, err := s.Open(context.Background(), tenant, key)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	return string(b), errors.Join(err, r.Close())
}

func keys(t *testing.T, s Store, tenant string) []string {
	t.Helper()
	var all []string
	err := s.List(t.Context(), tenant, func(key string, _ time.Time) error {
		all = append(all, key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
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

func TestDiskRoundTrip(t *testing.T) {
	d, dir := newDisk(t)
	for _, text := range []string{"", "akte", strings.Repeat("x", 3*copyBuffer+1)} {
		info := mustPut(t, d, "t1", text)
		if info.Size != int64(len(text)) || info.Sum != sha256.Sum256([]byte(text)) {
			t.Errorf("%d bytes: info %+v", len(text), info)
		}
		if got, err := read(reopen(t, dir), "t1", info.Key); err != nil || got != text {
			t.Errorf("%d bytes: read %d, %v", len(text), len(got), err)
		}
	}
}

func TestDiskGivesTheSameBytesANewKey(t *testing.T) {
	d, _ := newDisk(t)
	a, b := mustPut(t, d, "t1", "akte"), mustPut(t, d, "t1", "akte")
	if a.Key == b.Key {
		t.Error("two puts share a key")
	}
}

func TestDiskKeepsTenantsApart(t *testing.T) {
	d, _ := newDisk(t)
	a := mustPut(t, d, "t1", "akte")
	mustPut(t, d, "t2", "brief")

	if _, err := read(d, "t2", a.Key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another tenant reads: %v, want fs.ErrNotExist", err)
	}
	if err := d.Delete(t.Context(), "t2", a.Key); err != nil {
		t.Fatal(err)
	}
	if got, err := read(d, "t1", a.Key); err != nil || got != "akte" {
		t.Errorf("another tenant deleted it: %q, %v", got, err)
	}
	if got := keys(t, d, "t1"); !slices.Equal(got, []string{a.Key}) {
		t.Errorf("List = %v, want %v", got, a.Key)
	}
	if got := keys(t, d, "t3"); got != nil {
		t.Errorf("List of a tenant without blobs = %v", got)
	}
}

func TestDiskDeleteIsIdempotent(t *testing.T) {
	d, _ := newDisk(t)
	info := mustPut(t, d, "t1", "akte")
	for range 2 {
		if err := d.Delete(t.Context(), "t1", info.Key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := read(d, "t1", info.Key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Delete: %v, want fs.ErrNotExist", err)
	}
}

func TestDiskRefusesNamesThatLeadOut(t *testing.T) {
	d, dir := newDisk(t)
	info := mustPut(t, d, "t1", "akte")
	for _, tenant := range []string{"", ".", "..", "../t1", "t1/x", "t1\x00", "é", strings.Repeat("a", 65)} {
		if _, err := d.Put(t.Context(), tenant, strings.NewReader("x")); err == nil {
			t.Errorf("Put takes tenant %q", tenant)
		}
		if _, err := d.Open(t.Context(), tenant, info.Key); err == nil {
			t.Errorf("Open takes tenant %q", tenant)
		}
	}
	for _, key := range []string{"", "..", "../../tmp", strings.ToUpper(info.Key), info.Key + "0", "../" + info.Key} {
		if _, err := d.Open(t.Context(), "t1", key); err == nil {
			t.Errorf("Open takes key %q", key)
		}
		if err := d.Delete(t.Context(), "t1", key); err == nil {
			t.Errorf("Delete takes key %q", key)
		}
	}
	if got := regular(t, dir); len(got) != 1 {
		t.Errorf("files: %v, want one", got)
	}
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

func TestDiskTakesManyAtOnce(t *testing.T) {
	d, dir := newDisk(t)
	const n = 64
	infos := make([]Info, n)
	var all sync.WaitGroup
	for i := range infos {
		all.Go(func() {
			var err error
			if infos[i], err = d.Put(t.Context(), fmt.Sprint("t", i%3), strings.NewReader(fmt.Sprint("akte ", i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, info := range infos {
		if got, err := read(d, fmt.Sprint("t", i%3), info.Key); err != nil || got != fmt.Sprint("akte ", i) {
			t.Errorf("blob %d reads %q, %v", i, got, err)
		}
	}
	if got := regular(t, dir); len(got) != n {
		t.Errorf("%d files, want %d", len(got), n)
	}
}

func TestDiskBrokenStreamLeavesNothing(t *testing.T) {
	d, dir := newDisk(t)
	cut := io.MultiReader(bytes.NewReader(make([]byte, 2*copyBuffer)), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := d.Put(t.Context(), "t1", cut); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want that of the stream", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Put(ctx, "t1", strings.NewReader("akte")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	if got := regular(t, dir); got != nil {
		t.Errorf("left behind: %v", got)
	}
}
