package storm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/mail/mailtest"
)

// How often the program and PostgreSQL are killed, unless VOORDEUR_KILLS says otherwise.
const (
	kills         = 10
	postgresKills = 4 // each takes seconds, until the program has found it again
)

// ledger is what the users know: what was acknowledged, and what may or may not have been done.
type ledger struct {
	mu       sync.Mutex
	n        int
	files    map[string]fate // by name
	messages map[string]fate // by subject
}

type fate struct {
	acknowledged bool
	sum          [32]byte
}

func (l *ledger) name() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	return fmt.Sprintf("storm-%06d", l.n)
}

func (l *ledger) note(m map[string]fate, name string, f fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m[name] = f
}

// acknowledged returns how much was.
func (l *ledger) acknowledged() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range []map[string]fate{l.files, l.messages} {
		for _, f := range m {
			if f.acknowledged {
				n++
			}
		}
	}
	return n
}

// some asserts that the users got anything done at all.
func (l *ledger) some(t *testing.T) {
	t.Helper()
	for what, m := range map[string]map[string]fate{"file": l.files, "message": l.messages} {
		if !slices.ContainsFunc(slices.Collect(maps.Values(m)), func(f fate) bool { return f.acknowledged }) {
			t.Errorf("no %s was acknowledged", what)
		}
	}
}

// paper returns a file of random bytes that passes as a PDF; some are small, some take many chunks.
func paper() []byte {
	size := 500 + rand.IntN(4000)
	if rand.IntN(5) == 0 {
		size = 200_000 + rand.IntN(200_000)
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(rand.UintN(256))
	}
	return append([]byte("%PDF-1.7\n"+hex.EncodeToString(b)), "\n%%EOF\n"...)
}

// upload has an employee put a file in a dossier, and returns the status of the answer.
func (l *ledger) upload(staff *browser, dossier string) int {
	name, data := l.name()+".pdf", paper()
	l.note(l.files, name, fate{sum: sha256.Sum256(data)})
	status := staff.send("/dossiers/"+dossier+"/documents", map[string]string{"category": "document"}, name, data)
	l.note(l.files, name, fate{status == 303, sha256.Sum256(data)})
	return status
}

// load uses the program until stop is closed.
func (l *ledger) load(stop chan struct{}, client, staff *browser, talk, toggle string) {
	var work sync.WaitGroup
	again := func(f func()) {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f()
				}
			}
		})
	}
	again(func() { l.upload(staff, talk) })
	again(func() {
		subject, data := l.name(), paper()
		name := subject + ".pdf"
		l.note(l.files, name, fate{sum: sha256.Sum256(data)})
		l.note(l.messages, subject, fate{})
		status := client.send("/dossiers/"+talk+"/messages/new", map[string]string{"once": subject, "subject": subject, "body": "Hierbij."}, name, data)
		l.note(l.files, name, fate{status == 303, sha256.Sum256(data)})
		l.note(l.messages, subject, fate{acknowledged: status == 303})
	})
	again(func() {
		subject := l.name()
		l.note(l.messages, subject, fate{})
		status := staff.send("/dossiers/"+talk+"/messages/new", map[string]string{"once": subject, "subject": subject, "body": "Ter informatie."}, "", nil)
		l.note(l.messages, subject, fate{acknowledged: status == 303})
	})
	again(func() {
		staff.post("/dossiers/"+toggle+"/publish", "on", "")
		staff.post("/dossiers/"+toggle+"/publish", "on", "1")
	})
	work.Wait()
}

func rounds(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("VOORDEUR_KILLS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

func TestKillStorm(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{NoSTARTTLS: true})
	dir := t.TempDir()
	w := open(t, dir, server.Addr)
	w.fill()
	talk, toggle := w.dossier("2026-01482"), w.dossier("2026-01483")
	w.close()

	p := &program{t: t, bin: build(t), dir: dir, smtp: server.Addr}
	l := &ledger{files: map[string]fate{}, messages: map[string]fate{}}
	var client, staff *browser
	for n := range rounds(t, kills) {
		p.start()
		if n == 0 {
			client, staff = loginClient(t, p), loginStaff(t, p)
		}
		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			l.load(stop, client, staff, talk, toggle)
		}()
		time.Sleep(time.Duration(50+rand.IntN(450)) * time.Millisecond)
		p.kill()
		close(stop)
		<-ended
		if strings.Contains(p.log.String(), `"level":"ERROR"`) {
			t.Errorf("kill %d: the program complains:\n%s", n, p.log.String())
		}
	}

	// A last time without a kill: new work is taken.
	p.start()
	if status := l.upload(staff, talk); status != 303 {
		t.Errorf("after the storm an upload is answered with %d", status)
	}
	p.kill()

	w = open(t, dir, server.Addr)
	defer w.close()
	w.check(l)
	l.some(t)
	w.jobs(server, rounds(t, kills)+1)
	w.collect()
}

// returned is to whom nothing arrives: in the world that the storm begins with, his mail came back.
const returned = "bas@bakkerijsmit.example"

// jobs lets an hour pass, so that the leases of the dead end, and finishes what was left. It was
// killed so many times, the last one included.
func (w *witness) jobs(server *mailtest.Server, killed int) {
	w.t.Helper()
	ctx := context.Background()
	for range 2 { // whoever was just mailed is mailed of the rest a little later
		w.now.Advance(time.Hour)
		for n := 1; n > 0; {
			var err error
			n, err = w.Jobs.Drain(ctx)
			must(w.t, err)
		}
	}
	found, err := db.All(ctx, w.DB, db.Value[string], `select kind || ' ' || id || ' ' || attempt || ' ' || error from job where done_at is null`)
	w.none("a job was lost", found, err)
	found, err = db.All(ctx, w.DB, db.Value[string], `select file_name from document where state <> 'released'`)
	w.none("a document waits for ever", found, err)
	found, err = db.All(ctx, w.DB, db.Value[string], `select id from mail where state <> 'sent' and address <> $1`, returned)
	w.none("a mail was lost", found, err)
	mails, err := db.All(ctx, w.DB, db.Value[string], `select id from mail where address <> $1`, returned)
	must(w.t, err)
	arrived := map[string]int{}
	for _, m := range server.Received() {
		arrived[mailtest.Read(w.t, m.Raw).ID]++
	}
	if len(arrived) != len(mails) {
		w.t.Errorf("%d mails were queued, %d different ones arrived", len(mails), len(arrived))
	}
	for _, id := range mails {
		found := false
		for have := range arrived {
			found = found || strings.Contains(have, id)
		}
		if !found {
			w.t.Errorf("mail %s never arrived", id)
		}
	}
	// A mail that was confirmed at the moment of a kill is sent again: one worker, one mail a kill.
	if again := len(server.Received()) - len(mails); again > killed {
		w.t.Errorf("%d deliveries of %d mails: %d repetitions by %d kills", len(server.Received()), len(mails), again, killed)
	}
	w.t.Logf("%d mails, %d deliveries", len(mails), len(server.Received()))
}
