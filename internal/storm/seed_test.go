package storm

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/identity"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/server"
	"voordeur/internal/storm/powercut"
)

// nowhere is the mail server of what sends no mail.
const nowhere = "127.0.0.1:1"

// seed is a folder that faults begin with, and what is known of it.
type seed struct {
	files powercut.Files
	known known
	head  audit.Head
	tally tally
	// look asserts what holds of the folder after a fault.
	look func(t testing.TB, dir string, what tried)
}

// known is what a visitor knows who does something in the folder.
type known struct {
	Now      time.Time // at which all happens, however long the test takes: no session ends
	Talk     string    // a dossier
	Document string    // that nobody has published yet
	Token    string    // of the link of somebody who was invited
	Client   map[string]string
	Staff    map[string]string // cookies
}

var seeded struct {
	sync.Once
	*seed
}

// begun returns the folder that faults begin with. It is made once.
func begun(t *testing.T) *seed {
	t.Helper()
	seeded.Do(func() { seeded.seed = sow(t) })
	if seeded.seed == nil {
		t.Fatal("the folder that faults begin with could not be made")
	}
	return seeded.seed
}

func sow(t *testing.T) *seed {
	t.Helper()
	s := &seed{}
	inMemory(t, func(dir string) {
		mails := mailtest.Start(t, mailtest.Config{NoSTARTTLS: true})
		w := open(t, dir, mails.Addr)
		w.fill()
		s.known = w.prepare(mails)
		s.tally = w.tally()
		must(t, w.Seal(context.Background()))
		rep, err := audit.Verify(context.Background(), w.DB, tenantID, server.JournalMAC(w.Keys))
		must(t, err)
		s.head = audit.Head{Sealed: rep.Sealed, Root: rep.Root}
		w.close()
		s.files = read(t, dir)
	})
	s.look = s.inspect
	return s
}

// prepare makes what the actions need: a document that was checked, and one whose check waits.
func (w *witness) prepare(mails *mailtest.Server) known {
	w.t.Helper()
	client, staff := loginClient(w.t, w), loginStaff(w.t, w)
	k := known{Now: w.now.Now(), Talk: w.dossier("2026-01482"), Client: client.cookies, Staff: staff.cookies}
	for _, name := range []string{"klaar.pdf", "wacht.pdf"} {
		if s := staff.send("/dossiers/"+k.Talk+"/documents", map[string]string{"category": "document"}, name, paperOf(name)); s != 303 {
			w.t.Fatalf("%s: %d", name, s)
		}
		if k.Token == "" {
			k.Token = w.invite(mails)
		}
	}
	var err error
	k.Document, err = db.One(context.Background(), w.DB, db.Value[string], `select id from document where file_name = 'klaar.pdf'`)
	must(w.t, err)
	return k
}

var link = regexp.MustCompile(`/password/([a-z0-9]+)`)

// invite has somebody invited who asks for his link, and returns what is in it. No job is left.
func (w *witness) invite(mails *mailtest.Server) string {
	w.t.Helper()
	ctx, address := context.Background(), "n.nieuw@post.example"
	handler, err := db.One(ctx, w.DB, db.Value[string], `select id from account where email = 'behandelaar@delinde.example'`)
	must(w.t, err)
	somebody, err := db.One(ctx, w.DB, db.Value[string], `select id from client order by id limit 1`)
	must(w.t, err)
	scope, err := authn.Act(ctx, w.DB, tenantID, handler)
	must(w.t, err)
	a, _ := access.AsStaff(scope)
	_, err = w.Identity.Invite(ctx, a, "nieuw", identity.NewAccount{Client: somebody, Name: "N. Nieuw", Email: address, Role: access.RoleExtra})
	must(w.t, err)
	t, err := w.Tenants.Get(ctx, tenantID)
	must(w.t, err)
	must(w.t, w.Identity.RequestPassword(ctx, t, access.Portal, address, ""))
	_, err = w.Jobs.Drain(ctx)
	must(w.t, err)
	for _, m := range slices.Backward(mails.Received()) {
		if found := link.FindStringSubmatch(mailtest.Read(w.t, m.Raw).Text); found != nil {
			return found[1]
		}
	}
	w.t.Fatal("no link came")
	return ""
}

// ram is a folder that no disk slows down, where the system has one.
func ram() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return os.TempDir()
}

// read returns what lies in a folder.
func read(t testing.TB, dir string) powercut.Files {
	t.Helper()
	list, root := powercut.Files{}, os.DirFS(dir)
	must(t, fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		list[name] = nil
		if !e.IsDir() {
			list[name], err = fs.ReadFile(root, name)
		}
		return err
	}))
	return list
}

// write makes the files in a folder, in which there may be folders.
func write(t testing.TB, dir string, f powercut.Files) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(f)) { // a folder comes before what is in it
		path := filepath.Join(dir, name)
		if f[name] == nil {
			must(t, os.MkdirAll(path, 0o700))
		} else {
			must(t, os.WriteFile(path, f[name], 0o600))
		}
	}
}
