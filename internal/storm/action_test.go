package storm

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/storm/trace"
)

// action is something that a visitor or the program does, and that takes place wholly or not at all.
type action struct {
	name string
	// do returns the status of the answer.
	do func(u *user) int
	// adds is by how much the counts of a tally grow when it takes place.
	adds tally
	file string // that it brings, see paperOf
}

var actions = []action{
	{"scan", (*user).scan, tally{"released": 1, "done": 1, "document.released": 1}, ""},
	{"upload", (*user).upload, tally{"documents": 1, "jobs": 1, "document.added": 1}, "upload.pdf"},
	{"message", (*user).message, tally{"documents": 1, "messages": 1, "jobs": 1, "document.added": 1, "message.sent": 1}, "message.pdf"},
	{"publish", (*user).publish, tally{"published": 1, "document.published": 1, "jobs": 1, "news": 1}, ""},
	{"activation", (*user).activate, tally{"active": 1, "sessions": 1, "mails": 1, "jobs": 1, "account.password_set": 1, "session.started": 1}, ""},
}

// user is who does the actions, in a process that may be killed at it.
type user struct {
	*house
	known
	client, staff, stranger *browser
}

func newUser(h *house, k known) *user {
	return &user{h, k, &browser{h, portal, maps.Clone(k.Client)}, &browser{h, office, maps.Clone(k.Staff)}, &browser{h, portal, map[string]string{}}}
}

func (u *user) upload() int {
	return u.staff.send("/dossiers/"+u.Talk+"/documents", map[string]string{"category": "document"}, "upload.pdf", paperOf("upload.pdf"))
}

func (u *user) message() int {
	form := map[string]string{"once": "storm", "subject": "storm-message", "body": "Hierbij."}
	return u.client.send("/dossiers/"+u.Talk+"/messages/new", form, "message.pdf", paperOf("message.pdf"))
}

func (u *user) publish() int {
	return u.staff.post("/dossiers/"+u.Talk+"/documents/"+u.Document+"/show", "on", "1")
}

func (u *user) activate() int {
	return u.stranger.post("/password/"+u.Token, "password", "Voordeur2027")
}

// scan does the job that waits. One that fails comes again later, as what nobody knows the end of.
func (u *user) scan() int {
	status := 500
	u.Jobs.Observe = func(_ string, failed bool) {
		if !failed {
			status = 200
		}
	}
	if _, err := u.Jobs.Drain(context.Background()); err != nil {
		return 500
	}
	return status
}

// paperOf returns the file of a name: one that takes many chunks.
func paperOf(name string) []byte {
	h := fnv.New64()
	h.Write([]byte(name))
	source, b := rand.New(rand.NewPCG(h.Sum64(), 0)), make([]byte, 80_000) // #nosec G404 -- always the same
	for i := range b {
		b[i] = byte(source.UintN(256))
	}
	return append([]byte("%PDF-1.7\n"+hex.EncodeToString(b)), "\n%%EOF\n"...)
}

// envSubject has the test's own program do actions instead of testing.
const envSubject = "VOORDEUR_TEST_STORM"

// order is what such a process is told.
type order struct {
	Dir     string
	Known   known
	Actions []string
}

func TestMain(m *testing.M) {
	if text := os.Getenv(envSubject); text != "" {
		if err := obey(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// obey does the actions and answers each with a line.
func obey(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	h, err := openHouse(o.Dir, nowhere, o.Known.Now)
	if err != nil {
		return err
	}
	u := newUser(h, o.Known)
	for _, name := range o.Actions {
		fmt.Println(actionOf(name).do(u))
	}
	return h.close()
}

func actionOf(name string) action {
	all := append(slices.Concat(actions, planted()), founding)
	return all[slices.IndexFunc(all, func(a action) bool { return a.name == name })]
}

// subject is the program to trace that does the actions over a folder.
func (o order) subject(t testing.TB) trace.Program {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	return trace.Program{
		Path: os.Args[0], Args: os.Args[:1], Folder: o.Dir,
		Env: []string{envSubject + "=" + string(text), "GOMAXPROCS=2", "GODEBUG=asyncpreemptoff=1", "TMPDIR=" + os.TempDir()},
	}
}

// tally counts what there is of each kind, and the entries of the journal by their event.
type tally map[string]int

func (w *witness) tally() tally {
	w.t.Helper()
	n := tally{}
	_, err := db.All(context.Background(), w.DB, func(scan db.Scan) (struct{}, error) {
		var what string
		var count int
		err := scan(&what, &count)
		n[what] = count
		return struct{}{}, err
	}, `select 'documents', count(*) from document union all select 'messages', count(*) from message
		union all select 'published', count(*) from document where published_at is not null union all select 'released', count(*) from document where state = 'released'
		union all select 'active', count(*) from account where state = 'active' union all select 'sessions', count(*) from session
		union all select 'jobs', count(*) from job union all select 'done', count(*) from job where done_at is not null union all select 'mails', count(*) from mail union all select 'news', count(*) from news
		union all select event, count(*) from journal group by event`)
	must(w.t, err)
	return n
}

// since returns what was added to an earlier tally.
func (n tally) since(earlier tally) tally {
	added := tally{}
	for what, count := range n {
		if d := count - earlier[what]; d != 0 {
			added[what] = d
		}
	}
	for what, count := range earlier {
		if _, there := n[what]; !there && count != 0 {
			added[what] = -count
		}
	}
	return added
}

func (n tally) plus(more tally) tally {
	sum := maps.Clone(n)
	for what, count := range more {
		sum[what] += count
	}
	return sum
}
