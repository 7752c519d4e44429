package blob

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/errs"
)

func TestCopyKeepsTheKeyAndTakesNothingElse(t *testing.T) {
	from, _ := newDisk(t)
	info := mustPut(t, from, "t1", "akte")
	to, dir := newDisk(t)
	wrong := info
	wrong.Sum[0]++
	if err := to.Copy(t.Context(), from, "t1", wrong); !errors.Is(err, ErrMismatch) {
		t.Errorf("another sum: %v", err)
	}
	if err := to.Copy(t.Context(), from, "t2", info); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another tenant: %v", err)
	}
	if got := regular(t, dir); got != nil {
		t.Errorf("left behind: %v", got)
	}
	for range 2 {
		if err := to.Copy(t.Context(), from, "t1", info); err != nil {
			t.Fatal(err)
		}
		if got, err := read(to, "t1", info.Key); err != nil || got != "akte" {
			t.Errorf("%q, %v", got, err)
		}
	}
	if names, err := to.Tenants(); err != nil || strings.Join(names, " ") != "t1" {
		t.Errorf("tenants %v, %v", names, err)
	}
}

func TestEveryFailingStepOfCopyLeavesNoBlob(t *testing.T) {
	from, _ := newDisk(t)
	info := mustPut(t, from, "t1", "akte")
	for n, step := range putSteps {
		f := &faulty{n: n + 1, err: syscall.ENOSPC}
		to, dir := f.open(t)
		if err := to.Copy(t.Context(), from, "t1", info); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s fails: %v", step, err)
		}
		if got := regular(t, dir); got != nil {
			t.Errorf("%s fails: left behind %v", step, got)
		}
		if err := to.Copy(t.Context(), from, "t1", info); err != nil {
			t.Errorf("%s failed: the next copy: %v", step, err)
		}
	}
}

func TestCheckFindsAChangedByteAnywhere(t *testing.T) {
	d, dir := newDisk(t)
	v, key := NewVault(d), tenantKey(t)
	stored, err := v.Put(t.Context(), "t1", key, bytes.NewReader(make([]byte, 200_000)))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Check(t.Context(), "t1", key, stored); err != nil {
		t.Fatal(err)
	}
	name := regular(t, dir)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 100, len(whole) / 2, len(whole) - 1} {
		b := bytes.Clone(whole)
		b[at] ^= 1
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := v.Check(t.Context(), "t1", key, stored); !errors.Is(err, ErrMismatch) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
	// A row that describes another file than the one that was encrypted.
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	other := stored
	other.PlainSHA256[0]++
	if err := v.Check(t.Context(), "t1", key, other); !errors.Is(err, ErrMismatch) {
		t.Errorf("another file: %v", err)
	}
	if err := v.Check(t.Context(), "t1", tenantKey(t), stored); err == nil {
		t.Error("another key opens it")
	}
}

func TestAFolderThatIsBeingFilledOpensOnlyWhenItIsDone(t *testing.T) {
	from, _ := newDisk(t)
	info := mustPut(t, from, "t1", "akte")
	unused, dir := newDisk(t)
	fill := func(want bool) *Disk {
		t.Helper()
		d, checked, err := FillDisk(dir)
		if err != nil || checked != want {
			t.Fatalf("checked %v, %v", checked, err)
		}
		return d
	}
	refused := func() {
		t.Helper()
		if _, err := OpenDisk(dir); !errors.Is(err, ErrUnfinished) {
			t.Errorf("opened: %v", err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(unused.Close())
	d := fill(false)
	must(d.Copy(t.Context(), from, "t1", info))
	refused()
	if _, _, err := FillDisk(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("filled twice at once: %v", err)
	}
	must(d.Close())
	refused()
	d = fill(false) // what a crash left is gone
	if got := keys(t, d, "t1"); got != nil {
		t.Errorf("left: %v", got)
	}
	must(d.Copy(t.Context(), from, "t1", info))
	must(d.Checked())
	must(d.Close())
	refused()
	d = fill(true)
	must(d.Filled())
	must(d.Close())
	d = reopen(t, dir)
	if got, err := read(d, "t1", info.Key); err != nil || got != "akte" {
		t.Errorf("%q, %v", got, err)
	}
	must(d.Close())
	if _, _, err := FillDisk(dir); err == nil {
		t.Error("a folder with blobs in it was filled")
	}
}

func TestAloneKeepsOthersOut(t *testing.T) {
	d, dir := newDisk(t)
	if _, err := Alone(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("beside the program: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	release, err := Alone(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDisk(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("the program starts all the same: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	reopen(t, dir)
}
