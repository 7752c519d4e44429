package storm

import (
	"crypto/sha256"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/mail/mailtest"
)

// killed runs a command and kills it after a while; it reports whether the command ended before.
func killed(t *testing.T, cmd *exec.Cmd, after time.Duration) (ended bool) {
	t.Helper()
	must(t, cmd.Start())
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer timer.Stop()
	err := cmd.Wait()
	if _, failed := errors.AsType[*exec.ExitError](err); failed && cmd.ProcessState.ExitCode() > 0 {
		t.Errorf("%v fails by itself: %v", cmd.Args, err)
	}
	return err == nil
}

// output runs a command to its end.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd.Args, err, out)
	}
	return string(out)
}

// asOf returns what the users knew for certain at an earlier moment, of all that they tried since.
func (l *ledger) asOf(files, messages map[string]fate) *ledger {
	then := &ledger{files: map[string]fate{}, messages: map[string]fate{}}
	for name, f := range l.files {
		then.files[name] = fate{files[name].acknowledged, f.sum}
	}
	for subject := range l.messages {
		then.messages[subject] = fate{acknowledged: messages[subject].acknowledged}
	}
	return then
}

func (l *ledger) known() (files, messages map[string]fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.files), maps.Clone(l.messages)
}

// TestBackupUnderLoad makes backups while the program is used, kills some of them, kills restores of
// the last one, and looks in what is restored for all that was acknowledged before it was made.
func TestBackupUnderLoad(t *testing.T) {
	mails := mailtest.Start(t, mailtest.Config{NoSTARTTLS: true})
	dir, backups := t.TempDir(), filepath.Join(t.TempDir(), "backups")
	w := open(t, dir, mails.Addr)
	w.fill()
	talk, toggle := w.dossier("2026-01482"), w.dossier("2026-01483")
	w.close()
	p := &program{t: t, bin: build(t), dir: dir, smtp: mails.Addr}
	p.start()
	client, staff := loginClient(t, p), loginStaff(t, p)
	l := &ledger{files: map[string]fate{}, messages: map[string]fate{}}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		l.load(stop, client, staff, talk, toggle)
	}()
	for range rounds(t, kills) {
		killed(t, p.command("backup", "--to", backups, "--keep", "2"), time.Duration(20+rand.IntN(600))*time.Millisecond)
	}
	files, messages := l.known()
	said := output(t, p.command("backup", "--to", backups, "--keep", "2"))
	for range 5 { // what comes after it is not in it
		name, data := l.name()+".pdf", paper()
		l.note(l.files, name, fate{sum: sha256.Sum256(data)})
		staff.send("/dossiers/"+talk+"/documents", map[string]string{"category": "document"}, name, data)
	}
	close(stop)
	<-ended
	if strings.Contains(p.log.String(), `"level":"ERROR"`) {
		t.Errorf("the program complains of a backup beside it:\n%s", p.log.String())
	}
	output(t, p.command("verify", "--documents"))
	output(t, p.command("drill", "--from", backups))
	p.kill()
	entries, err := os.ReadDir(backups)
	must(t, err)
	if len(entries) > 4 { // two backups, the documents, the lock
		t.Errorf("%v is left of two backups", entries)
	}

	aside := &program{t: t, bin: p.bin, dir: t.TempDir(), smtp: mails.Addr}
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(aside.dir, "key"), key, 0o600))
	// A restore can be whole by the time it is killed; a further one would refuse the place then.
	whole := func() bool {
		_, missing := os.Stat(filepath.Join(aside.dir, "voordeur.db"))
		_, finished := os.Stat(filepath.Join(aside.dir, "blobs", "unfinished"))
		return missing == nil && finished != nil
	}
	for n := range rounds(t, kills) {
		if killed(t, aside.command("restore", "--from", backups), time.Duration(20+40*n)*time.Millisecond) || whole() {
			break
		}
		if _, err := os.Stat(filepath.Join(aside.dir, "blobs", "unfinished")); err == nil {
			if out, err := aside.command("admin", "reset-factor", tenantID, "x").CombinedOutput(); err == nil || !strings.Contains(string(out), "restore") {
				t.Errorf("half a restore opens: %s", out)
			}
		}
	}
	if !whole() {
		t.Log(said, output(t, aside.command("restore", "--from", backups)))
	}
	w = open(t, aside.dir, mails.Addr)
	defer w.close()
	l = l.asOf(files, messages)
	w.check(l)
	l.some(t)
}

// TestMoveKilled kills a move until it ends by itself, and compares.
func TestMoveKilled(t *testing.T) {
	if os.Getenv(dbtest.EnvPostgres) == "" {
		t.Skip("a move ends in PostgreSQL, which scripts/with-postgres starts")
	}
	mails := mailtest.Start(t, mailtest.Config{NoSTARTTLS: true})
	dir, to := t.TempDir(), dbtest.Empty(t, db.Postgres)
	w := open(t, dir, mails.Addr)
	w.fill()
	must(t, w.Seal(t.Context()))
	w.close()
	p := &program{t: t, bin: build(t), dir: dir, smtp: mails.Addr}
	for n := range rounds(t, kills) {
		if killed(t, p.command("move", "--to", to), time.Duration(100+60*n)*time.Millisecond) {
			break
		}
	}
	if said := output(t, p.command("move", "--to", to)); !strings.Contains(said, "the same row by row") {
		t.Error(said)
	}
	if said := output(t, p.command("verify", "--documents", "--db", to)); strings.Contains(said, "WRONG") || !strings.Contains(said, "as their rows say") {
		t.Error(said)
	}
	p.start()
	defer p.kill()
	if out, err := p.command("move", "--to", to).CombinedOutput(); err == nil || !strings.Contains(string(out), "stop voordeur serve") {
		t.Errorf("a move beside the program: %v: %s", err, out)
	}
}
