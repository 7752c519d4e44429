package mail_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"voordeur/internal/mail"
)

func open(t *testing.T, dir string) *mail.Outbox {
	t.Helper()
	o, err := mail.OpenOutbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestOutboxWritesTheMail(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "outbox")
	if err := open(t, dir).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "20261203T084200.000000Z-3f9a-1+notaris.eml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw, encode(t, message())) {
		t.Errorf("the file holds other bytes:\n%s", raw)
	}
	for _, p := range []string{dir, path} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", p, info.Mode())
		}
	}
}

func TestOutboxNeverWritesTwice(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := o.Send(t.Context(), message()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	later := message()
	later.Date = later.Date.AddDate(0, 0, 1)
	if err := open(t, dir).Send(t.Context(), later); err != nil { // after a restart
		t.Fatal(err)
	}
	if n := files(t, dir); len(n) != 1 {
		t.Errorf("there are %v", n)
	}
}

func TestOutboxKeepsTenantsApart(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	for _, tenant := range []string{"", "notaris", "zorg"} {
		m := message()
		m.Tenant = tenant
		if err := o.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if n := files(t, dir); len(n) != 3 {
		t.Errorf("there are %v, want three", n)
	}
}

func TestOutboxTellsWhenItCannotWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	o := open(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := o.Send(t.Context(), message()); err == nil || mail.Permanent(err) {
		t.Errorf("got %v, want a temporary error", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := o.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if n := files(t, dir); len(n) != 1 {
		t.Errorf("the failed message is lost: %v", n)
	}
}

func TestOutboxRefuses(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	m := message()
	m.Subject = "a\nb"
	if err := o.Send(t.Context(), m); !mail.Permanent(err) {
		t.Errorf("got %v, want a permanent error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Send(ctx, message()); err == nil || mail.Permanent(err) {
		t.Errorf("got %v, want a temporary error", err)
	}
	if n := files(t, dir); len(n) != 0 {
		t.Errorf("there are %v, want none", n)
	}
	if _, err := mail.OpenOutbox(filepath.Join(os.DevNull, "x")); err == nil {
		t.Error("a folder below a file was opened")
	}
}
