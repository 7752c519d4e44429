package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/crypt"
)

func TestTheKeyIsReplaced(t *testing.T) {
	dir := t.TempDir()
	settle(t, dir)
	backups, file := filepath.Join(dir, "backups"), filepath.Join(dir, "key")
	t.Run("while it serves", func(t *testing.T) {
		give(t, running(t, io.Discard))
		if _, err := said("rekey"); err == nil || !strings.Contains(err.Error(), "stop voordeur serve") {
			t.Errorf("beside the program: %v", err)
		}
		if _, err := said("backup", "--to", backups); err != nil {
			t.Error(err)
		}
	})
	before, err := crypt.OpenKeyFile(file)
	must(t, err)

	// A run that was broken off leaves the new key beside the old one, and nothing serves until it went on.
	must(t, crypt.CreateKeyFile(nextKey(file)))
	if _, err := said("verify"); err == nil || !strings.Contains(err.Error(), "run voordeur rekey again") {
		t.Errorf("half replaced: %v", err)
	}
	out, err := said("rekey")
	kept := file + "." + before.ID()
	if err != nil || !strings.Contains(out, "notaris has the new key") || !strings.Contains(out, kept) {
		t.Fatalf("%v: %s", err, out)
	}
	after, err := crypt.OpenKeyFile(file)
	must(t, err)
	old, err := crypt.OpenKeyFile(kept)
	must(t, err)
	if after.ID() == before.ID() || old.ID() != before.ID() {
		t.Errorf("%s became %s, and %s is kept", before.ID(), after.ID(), old.ID())
	}
	if _, err := os.Stat(nextKey(file)); err == nil {
		t.Error("the new key lies beside itself")
	}
	if out, err := said("verify", "--documents"); err != nil || !strings.Contains(out, "are as their rows say") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := said("drill", "--from", backups); err == nil {
		t.Error("the new key opens an old backup")
	}
	t.Setenv("VOORDEUR_KEY_FILE", kept)
	if out, err := said("drill", "--from", backups); err != nil || !strings.Contains(out, "can be restored") {
		t.Errorf("with the old key: %v: %s", err, out)
	}
}
