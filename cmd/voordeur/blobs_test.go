package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/config"
)

// bucket points the configuration at an empty part of a real server's bucket, and returns its address.
func bucket(t *testing.T) string {
	t.Helper()
	endpoint := os.Getenv("VOORDEUR_TEST_S3")
	if endpoint == "" {
		t.Skip("VOORDEUR_TEST_S3 is not set: scripts/with-s3 starts a server")
	}
	t.Setenv("VOORDEUR_S3_ENDPOINT", endpoint)
	t.Setenv("VOORDEUR_S3_ACCESS_KEY", "voordeur")
	t.Setenv("VOORDEUR_S3_SECRET_KEY", "voordeur-test")
	t.Setenv("VOORDEUR_S3_PATH_STYLE", "true")
	return fmt.Sprintf("s3://documents/cmd-%d", time.Now().UnixNano())
}

func tells(t *testing.T, words string, args ...string) {
	t.Helper()
	out, err := said(args...)
	if err != nil || !strings.Contains(out, words) {
		t.Errorf("%v: %v: %s", args, err, out)
	}
}

func refuses(t *testing.T, words string, args ...string) {
	t.Helper()
	if out, err := said(args...); err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%v: %v: %s", args, err, out)
	}
}

// Documents go to a bucket while the program has the folder open, are served and backed up from
// there, come back from a backup, and go back to a folder.
func TestDocumentsMoveToABucketAndBack(t *testing.T) {
	at := bucket(t)
	h := program(t, io.Discard)
	give(t, h)
	folder := os.Getenv("VOORDEUR_BLOBS")
	refuses(t, "a folder and a bucket", "blobs", "move", "--from", folder, "--to", t.TempDir())
	refuses(t, "no such file", "blobs", "move", "--from", folder+"x", "--to", at)
	refuses(t, "say voordeur blobs move", "blobs")
	tells(t, "copied and compared, 0 were there already", "blobs", "move", "--from", folder, "--to", at)
	tells(t, "0 documents of 0 bytes copied", "blobs", "move", "--from", folder, "--to", at)
	refuses(t, "VOORDEUR_BLOBS is still", "blobs", "move", "--from", folder, "--to", at, "--remove")
	refuses(t, "VOORDEUR_BLOBS is still", "blobs", "move", "--from", folder+"/", "--to", at, "--remove")

	t.Setenv("VOORDEUR_BLOBS", at)
	refuses(t, "stop the program that serves from "+folder, "blobs", "move", "--from", folder, "--to", at, "--remove")
	tells(t, "are as their rows say", "verify", "--documents")
	backups := filepath.Join(t.TempDir(), "backups")
	tells(t, "files of", "backup", "--to", backups)
	refuses(t, "--aside must name", "drill", "--from", backups)
	tells(t, "can be restored", "drill", "--from", backups, "--aside", t.TempDir())
	refuses(t, "voordeur blobs move", "restore", "--from", backups)
	empty := t.TempDir()
	tells(t, "is restored", "restore", "--from", backups, "--db", filepath.Join(empty, "voordeur.db"), "--blobs", filepath.Join(empty, "blobs"))

	back := filepath.Join(t.TempDir(), "back")
	tells(t, "copied and compared", "blobs", "move", "--from", at, "--to", back)
	t.Setenv("VOORDEUR_BLOBS", back)
	tells(t, "are as their rows say", "verify", "--documents")
	tells(t, "removed from "+at, "blobs", "move", "--from", at, "--to", back, "--remove")
	refuses(t, "are not as their rows say", "verify", "--documents", "--blobs", at)
	tells(t, "are as their rows say", "verify", "--documents")
}

// What has the documents of a bucket open keeps a move of the database out.
func TestTheLockOfABucketIsBesideTheDatabase(t *testing.T) {
	at := bucket(t)
	program(t, io.Discard)
	t.Setenv("VOORDEUR_BLOBS", at)
	c, err := config.Load("")
	must(t, err)
	files, err := openDocuments(c, at)
	must(t, err)
	if _, err := alone(c); err == nil || !strings.Contains(err.Error(), blob.ErrInUse.Error()) {
		t.Errorf("beside the program: %v", err)
	}
	must(t, files.Close())
	release, err := alone(c)
	must(t, err)
	if _, err := openDocuments(c, at); err == nil {
		t.Error("the program starts all the same")
	}
	must(t, release())
}
