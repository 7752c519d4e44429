package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/server"
)

// said runs a command and returns what it said.
func said(args ...string) (string, error) {
	var out bytes.Buffer
	err := run(context.Background(), args, &out)
	return out.String(), err
}

// give puts a document of a client's in the house.
func give(t *testing.T, h *server.House) {
	t.Helper()
	ctx := context.Background()
	var account, id string
	must(t, h.DB.QueryRow(ctx, `select handler_id, id from dossier where closed = false order by number limit 1`).Scan(&account, &id))
	s, err := authn.Act(ctx, h.DB, "notaris", account)
	must(t, err)
	_, err = h.Dossiers.Receive(ctx, s, id, dossier.NewUpload{FileName: "akte.pdf"}, strings.NewReader("%PDF-1.7\n%%EOF\n"))
	must(t, err)
	must(t, h.Seal(ctx))
}

func TestBackupDrillAndRestoreBesideTheProgram(t *testing.T) {
	h := program(t, io.Discard)
	give(t, h)
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select (select count(*) from document) + (select count(*) from upload)`)
	must(t, err)
	files := fmt.Sprintf("%d files of ", n)
	backups := filepath.Join(t.TempDir(), "backups")
	for _, args := range [][]string{{"backup"}, {"backup", "--to", backups, "--keep", "-1"}, {"restore"}, {"drill"}, {"drill", "--from", backups}} {
		if out, err := said(args...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
	for range 3 {
		out, err := said("backup", "--to", backups, "--keep", "2")
		if err != nil || !strings.Contains(out, files) {
			t.Errorf("%v: %s", err, out)
		}
	}
	out, err := said("drill", "--from", backups)
	if err != nil || !strings.Contains(out, "can be restored") || !strings.Contains(out, files) || strings.Contains(out, " 0 rows") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := said("restore", "--from", backups); err == nil || !strings.Contains(err.Error(), "documents open") {
		t.Errorf("over the program that serves: %v", err)
	}
	place := t.TempDir()
	t.Setenv("VOORDEUR_DB", filepath.Join(place, "voordeur.db"))
	t.Setenv("VOORDEUR_BLOBS", filepath.Join(place, "blobs"))
	if _, err := said("restore", "--from", backups, "--at", "2020-01-01T00-00-00.000Z"); err == nil || !strings.Contains(err.Error(), "there are [") {
		t.Errorf("no such backup: %v", err)
	}
	out, err = said("restore", "--from", backups)
	if err != nil || !strings.Contains(out, "is restored") {
		t.Errorf("%v: %s", err, out)
	}
	out, err = said("verify", "--documents")
	if err != nil || !strings.Contains(out, files) || !strings.Contains(out, "are as their rows say") {
		t.Errorf("%v: %s", err, out)
	}
	t.Setenv("VOORDEUR_KEY_FILE", filepath.Join(place, "none"))
	if _, err := said("drill", "--from", backups); err == nil || !strings.Contains(err.Error(), "kept apart") {
		t.Errorf("without the key: %v", err)
	}
}

func TestVerifyFindsADocumentThatWasChangedOrIsGone(t *testing.T) {
	h := program(t, io.Discard)
	give(t, h)
	var path string
	must(t, filepath.WalkDir(os.Getenv("VOORDEUR_BLOBS"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path = name
		}
		return err
	}))
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.Rename(path, path+".gone"))
	if out, err := said("verify", "--documents"); err == nil || !strings.Contains(out, "WRONG: notaris: the file of a row") {
		t.Errorf("gone: %v: %s", err, out)
	}
	b[len(b)/2] ^= 1
	must(t, os.WriteFile(path, b, 0o600))
	if out, err := said("verify", "--documents"); err == nil || !strings.Contains(out, "WRONG: notaris: the file of a row") {
		t.Errorf("changed: %v: %s", err, out)
	}
	if out, err := said("verify"); err != nil || strings.Contains(out, "documents") {
		t.Errorf("the journal alone: %v: %s", err, out)
	}
}

func TestMoveGoesFromSQLiteToPostgreSQLAndNotBesideTheProgram(t *testing.T) {
	program(t, io.Discard)
	const to = "postgres://voordeur@127.0.0.1:1/voordeur"
	for name, args := range map[string][]string{
		"the SQLite file of VOORDEUR_DB": {"move"},
		"to the PostgreSQL database":     {"move", "--to", filepath.Join(t.TempDir(), "other.db")},
		"stop voordeur serve":            {"move", "--to", to},
		"from the SQLite file":           {"move", "--to", to, "--db", to},
	} {
		if _, err := said(args...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestABackupChangesNothing(t *testing.T) {
	h := program(t, io.Discard)
	count := func() int64 {
		n, err := db.One(context.Background(), h.DB, db.Value[int64], `select count(*) from journal`)
		must(t, err)
		return n
	}
	before := count()
	if out, err := said("backup", "--to", filepath.Join(t.TempDir(), "backups")); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if after := count(); after != before {
		t.Errorf("%d entries, then %d", before, after)
	}
}
