package server_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/scan"
	"voordeur/internal/scan/scantest"
	"voordeur/internal/world"
)

const (
	lindelaan = "2026-01482"
	deWit     = "c.dewit@post.example"
	handler   = "behandelaar@delinde.example"
	manager   = "beheer@delinde.example"
	colleague = "beheer2@delinde.example"
	infected  = pdf + scantest.Signature
)

// guarded is a house with a scanner, in whose dossier a file arrives from each side.
type guarded struct {
	*house
	id string // of the dossier
	in map[string]*visitor
}

// as is who is logged in with an address; a code works once, so he stays so.
func (g *guarded) as(email string) *visitor {
	g.t.Helper()
	if g.in[email] == nil && email == deWit {
		g.in[email] = g.client(email)
	} else if g.in[email] == nil {
		g.in[email] = g.staff(email)
	}
	return g.in[email]
}

func guard(t *testing.T, kind db.Dialect, s scan.Scanner) *guarded {
	t.Helper()
	h := start(t, kind, s, nil)
	_, err := h.Identity.CreateStaff(context.Background(), h.DB, "notaris", identity.NewStaff{Name: "Tweede Beheerder", Email: colleague, Role: access.RoleAdministrator, Password: world.Password, TOTP: world.TOTP})
	must(t, err)
	g := &guarded{h, h.dossier(lindelaan), map[string]*visitor{}}
	if a := g.as(deWit).post("/profile/notifications", "groups", identity.GroupDocuments); a.status != 303 {
		t.Fatalf("notifications: %d", a.status)
	}
	return g
}

// deliver has the client send a file with a message (N29), and returns the document.
func (g *guarded) deliver(name, data string) string {
	g.t.Helper()
	a := g.as(deWit).send("/dossiers/"+g.id+"/messages/new", map[string]string{"once": name, "subject": "Stuk", "body": "Hierbij.", "answers": "999"}, file{name, data})
	if a.status != 303 {
		g.t.Fatalf("%s: %d %s", name, a.status, a.body)
	}
	return g.document(name)
}

// show has the handler add a file and show it to the client at once (N20).
func (g *guarded) show(name, data string) string {
	g.t.Helper()
	v := g.as(handler)
	if a := v.send("/dossiers/"+g.id+"/documents", map[string]string{"once": name, "category": "document"}, file{name, data}); a.status != 303 {
		g.t.Fatalf("%s: %d %s", name, a.status, a.body)
	}
	doc := g.document(name)
	if a := v.post("/dossiers/"+g.id+"/documents/"+doc+"/show", "on", "1"); a.status != 303 {
		g.t.Fatalf("show: %d %s", a.status, a.body)
	}
	return doc
}

func (g *guarded) document(name string) string {
	g.t.Helper()
	id, err := db.One(context.Background(), g.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = $1`, name)
	must(g.t, err)
	return id
}

func (g *guarded) state(doc string) string {
	g.t.Helper()
	state, err := db.One(context.Background(), g.DB, db.Value[string], `select state from document where tenant_id = 'notaris' and id = $1`, doc)
	must(g.t, err)
	return state
}

// told counts the marks and mails that tell of documents.
func (g *guarded) told() (marks, mails int) {
	g.t.Helper()
	g.later()
	must(g.t, g.DB.QueryRow(context.Background(), `select (select count(*) from unread where tenant_id = 'notaris' and kind = 'document'),
		(select count(*) from mail where tenant_id = 'notaris' and purpose = 'documents')`).Scan(&marks, &mails))
	return marks, mails
}

// again makes every job due at once, and runs them.
func (g *guarded) again() {
	g.t.Helper()
	_, err := dbtest.Raw(g.t, g.DB).Exec(`update job set run_at = created_at where done_at is null`)
	must(g.t, err)
	g.work()
}

// closed asserts that nobody gets a byte of a document, or hears of it: who sees its row reads how
// it stands with it.
func (g *guarded) closed(theirs, ours string) {
	g.t.Helper()
	at := "/dossiers/" + g.id + "/documents/"
	for _, who := range []struct {
		name   string
		v      *visitor
		theirs int // the answer for the client's own delivery
		ours   int
	}{{"client", g.as(deWit), 409, 404}, {"handler", g.as(handler), 409, 409}, {"administrator", g.as(manager), 409, 409}} {
		for _, way := range []string{"", "/open"} {
			if a := who.v.get(at + theirs + way); a.status != who.theirs || strings.Contains(a.body, "%PDF") {
				g.t.Errorf("%s gets a delivery that is not released: %d", who.name, a.status)
			}
			if a := who.v.get(at + ours + way); a.status != who.ours || strings.Contains(a.body, "%PDF") {
				g.t.Errorf("%s gets a document that is not released: %d", who.name, a.status)
			}
		}
	}
	name, err := db.One(context.Background(), g.DB, db.Value[string], `select file_name from document where tenant_id = 'notaris' and id = $1`, ours)
	must(g.t, err)
	for _, tab := range []string{"document", "correspondence", "delivered", "messages"} {
		body := g.as(deWit).get("/dossiers/" + g.id + "?tab=" + tab).body
		if strings.Contains(body, ours) || strings.Contains(body, name) {
			g.t.Errorf("the client's tab %s shows a document that is not released", tab)
		}
		if strings.Contains(body, `href="`+at+theirs) {
			g.t.Errorf("the client's tab %s offers a delivery that is not released", tab)
		}
	}
	n, err := db.One(context.Background(), g.DB, db.Value[int], `select count(*) from unread where tenant_id = 'notaris' and object_id in ($1, $2)`, theirs, ours)
	must(g.t, err)
	if n != 0 {
		g.t.Errorf("%d marks tell of what is not released", n)
	}
}

// says asserts what the page of a dossier tells its visitor.
func (g *guarded) says(v *visitor, query string, words ...string) {
	g.t.Helper()
	body := g.pageOf(v, query)
	for _, w := range words {
		if !strings.Contains(body, w) {
			g.t.Errorf("the page %s lacks %q", query, w)
		}
	}
}

func (g *guarded) pageOf(v *visitor, query string) string {
	g.t.Helper()
	return v.get("/dossiers/" + g.id + query).body
}

// Debian's clamd is away for longer than any other job is tried. Nothing is seen, nothing is lost;
// once it is back, everybody is told once.
func TestN16_N17_N20_N29_NothingIsSeenWhileClamdIsAway(t *testing.T) {
	d := scantest.StartClamd(t)
	s, err := scan.New(d.Setting())
	must(t, err)
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		g := guard(t, kind, s)
		marks, mails := g.told()
		unscanned, err := db.One(context.Background(), g.DB, db.Value[int], `select count(*) from document where dossier_id = $1 and state = 'released'`, g.id) // there was no clamd before
		must(t, err)
		d.Kill()
		theirs, ours := g.deliver("van de klant.pdf", pdf), g.show("van kantoor.pdf", pdf)
		for range 15 {
			g.again()
		}
		if a, b := g.state(theirs), g.state(ours); a != dossier.Checking || b != dossier.Checking {
			t.Fatalf("without clamd the documents are %s and %s", a, b)
		}
		g.closed(theirs, ours)
		if a, b := g.told(); a != marks || b != mails {
			t.Errorf("without clamd %d marks and %d mails were made", a-marks, b-mails)
		}
		g.says(g.as(deWit), "?tab=delivered", "Wordt gecontroleerd")
		_, err = dbtest.Raw(t, g.DB).Exec(`update document set created_at = $1 where state = 'checking'`, db.At(g.DB.Clock().Now().Add(-10*60e9)))
		must(t, err)
		g.says(g.as(deWit), "?tab=delivered", "duurt langer dan gewoonlijk. U hoeft niets te doen")
		g.says(g.as(handler), "", "duurt langer dan gewoonlijk. Wij proberen het elke minuut opnieuw")
		d.Start()
		g.again()
		if a, b := g.state(theirs), g.state(ours); a != dossier.Released || b != dossier.Released {
			t.Fatalf("with clamd again the documents are %s and %s", a, b)
		}
		staff, err := db.One(context.Background(), g.DB, db.Value[int], `select count(*) from dossier_staff where tenant_id = 'notaris' and dossier_id = $1`, g.id)
		must(t, err)
		g.again()
		if a, b := g.told(); a != marks+staff+1 || b != mails+1 {
			t.Errorf("with clamd again %d marks and %d mails were made, want %d and 1", a-marks, b-mails, staff+1)
		}
		if a := g.as(deWit).get("/dossiers/" + g.id + "/documents/" + ours); a.status != 200 || a.body != pdf {
			t.Errorf("released, it comes as %d", a.status)
		}
		if body := g.pageOf(g.as(handler), ""); strings.Contains(body, "langer dan gewoonlijk") || strings.Count(body, "de controle staat uit") != unscanned {
			t.Error("released, its row still tells of the check")
		}
	})
}

// stuck is a scanner that hangs until its time is over.
type stuck struct{ began chan bool }

// Scan implements scan.Scanner.
func (s stuck) Scan(ctx context.Context, _ io.Reader) (scan.Verdict, error) {
	s.began <- true
	<-ctx.Done()
	return scan.Verdict{}, ctx.Err()
}

// changing is a scanner that can be replaced.
type changing struct {
	mu sync.Mutex
	scan.Scanner
}

// Scan implements scan.Scanner.
func (c *changing) Scan(ctx context.Context, r io.Reader) (scan.Verdict, error) {
	c.mu.Lock()
	s := c.Scanner
	c.mu.Unlock()
	return s.Scan(ctx, r)
}

func (c *changing) become(s scan.Scanner) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Scanner = s
}

// While a scan hangs the file is in no tab, nobody is told, and mail of others leaves the house.
func TestN16_N29_AScanThatHangsShowsNothingAndHoldsUpNoMail(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		s := &changing{Scanner: scan.Off{}}
		g := guard(t, kind, s)
		hangs := stuck{make(chan bool)}
		s.become(hangs)
		theirs, ours := g.deliver("van de klant.pdf", pdf), g.show("van kantoor.pdf", pdf)
		ctx, stop := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { g.Jobs.Run(ctx) })
		<-hangs.began
		<-hangs.began
		g.closed(theirs, ours)
		g.visit(portal).post("/password", "email", deWit)
		for n := 0; n == 0; {
			var err error
			n, err = db.One(ctx, g.DB, db.Value[int], `select count(*) from mail where tenant_id = 'notaris' and purpose = 'link' and state = 'sent'`)
			must(t, err)
		}
		stop()
		running.Wait()
		if a, b := g.state(theirs), g.state(ours); a != dossier.Checking || b != dossier.Checking {
			t.Errorf("a scan that was cut leaves %s and %s", a, b)
		}
		s.become(&scantest.Scanner{})
		g.again()
		if a, b := g.state(theirs), g.state(ours); a != dossier.Released || b != dossier.Released {
			t.Errorf("after it %s and %s", a, b)
		}
	})
}

// What clamd stopped comes free when two administrators say so, each with a reason; nobody else can,
// and nobody gets a byte before.
func TestN20_N29_N54_TwoAdministratorsReleaseWhatWasStopped(t *testing.T) {
	clamd := scantest.StartClamd(t, "StreamMaxLength 300K")
	s, err := scan.New(clamd.Setting())
	must(t, err)
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		g := guard(t, kind, s)
		marks, mails := g.told()
		theirs, ours := g.deliver("van de klant.pdf", infected), g.show("van kantoor.pdf", infected)
		large := g.show("groot.pdf", pdf+strings.Repeat("a", 400_000))
		g.work()
		if a, b, c := g.state(theirs), g.state(ours), g.state(large); a != dossier.Quarantined || b != dossier.Quarantined || c != dossier.Unscannable {
			t.Fatalf("they are %s, %s and %s", a, b, c)
		}
		g.closed(theirs, ours)
		g.closed(theirs, large)
		g.says(g.as(deWit), "?tab=delivered", "zit misschien een virus", "Controleer uw computer")
		g.says(g.as(handler), "", "vond "+scantest.Found, "te groot om op virussen te controleren")
		if body := g.pageOf(g.as(handler), ""); strings.Contains(body, "/quarantine") {
			t.Error("a handler is led to the quarantine")
		}
		me, err := db.One(context.Background(), g.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and email_key = $1`, deWit)
		must(t, err)
		if body := g.pageOf(g.as(handler), "/as-client/"+me+"?tab=delivered"); !strings.Contains(body, "zit misschien een virus") || strings.Contains(body, scantest.Found) {
			t.Error("looking as the client, staff read something else than he does")
		}
		one, two := g.as(manager), g.as(colleague)
		g.says(one, "", "/documents/"+ours+"/quarantine")
		list := one.get("/settings/quarantine").body
		for _, want := range []string{"van de klant.pdf", "van kantoor.pdf", "groot.pdf", scantest.Found, "Niet te controleren", lindelaan} {
			if !strings.Contains(list, want) {
				t.Errorf("the quarantine lacks %q", want)
			}
		}

		// Its rank is no matter of anybody's as long as it is not decided what becomes of it.
		for _, email := range []string{handler, manager} {
			for _, doc := range []string{theirs, ours} {
				at, v := "/dossiers/"+g.id+"/documents/"+doc+"/rank", g.as(email)
				for _, a := range []answer{v.get(at), v.post(at, "rank", "geheim"), v.post(at, "rank", "x")} {
					if a.status != 409 || !strings.Contains(a.body, "Dit document is niet vrijgegeven.") || strings.Contains(a.body, `name="rank"`) {
						t.Errorf("%s changes the rank of a stopped document: %d", email, a.status)
					}
				}
			}
		}

		at := "/dossiers/" + g.id + "/documents/" + ours + "/quarantine"
		for _, email := range []string{handler, "collega@delinde.example", "auditor@delinde.example"} {
			v := g.as(email)
			if a, b, c := v.get("/settings/quarantine"), v.get(at), v.post(at, "do", "release", "reason", "x"); a.status != 403 || b.status != 403 || c.status != 403 {
				t.Errorf("%s: %d %d %d", email, a.status, b.status, c.status)
			}
		}
		if a := g.as(deWit).post(at, "do", "release", "reason", "x"); a.status != 404 {
			t.Errorf("the client: %d", a.status)
		}
		for reason, say := range map[string]string{"": "Dit veld is verplicht", "  \n ": "Dit veld is verplicht", strings.Repeat("x", 1001): strings.Repeat("x", 1001)} {
			if a := one.post(at, "do", "release", "reason", reason); a.status != 422 || !strings.Contains(a.body, say) {
				t.Errorf("the reason %.10q: %d", reason, a.status)
			}
		}
		if a := one.post(at, "do", "open", "reason", "x"); a.status != 422 {
			t.Errorf("another act: %d", a.status)
		}
		if a := one.post(at, "do", "release", "reason", "Een vals alarm: ik belde."); a.status != 303 {
			t.Fatalf("the first: %d %s", a.status, a.body)
		}
		if a := one.post(at, "do", "release", "reason", "Nog eens."); a.status != 422 || !strings.Contains(a.body, "Een andere beheerder moet het bevestigen") || !strings.Contains(a.body, "Nog eens.") {
			t.Errorf("the same person twice: %d", a.status)
		}
		g.again()
		g.closed(theirs, ours)
		if page := two.get(at).body; !strings.Contains(page, "Een vals alarm: ik belde.") || strings.Contains(page, "%PDF") {
			t.Error("the second does not read why")
		}
		if a, b := g.told(); a != marks || b != mails {
			t.Errorf("before the second, %d marks and %d mails were made", a-marks, b-mails)
		}
		if a := two.post(at, "do", "release", "reason", "Ook bij een tweede scanner schoon."); a.status != 303 {
			t.Fatalf("the second: %d %s", a.status, a.body)
		}
		if a := g.as(deWit).get("/dossiers/" + g.id + "/documents/" + ours); a.status != 200 || a.body != infected {
			t.Errorf("released, it comes as %d", a.status)
		}
		g.again()
		g.again()
		if _, b := g.told(); b != mails+1 || g.state(ours) != dossier.Released {
			t.Errorf("released, %d mails were made, and it is %s", b-mails, g.state(ours))
		}
		g.says(g.as(handler), "", "Vrijgegeven door twee beheerders")
		for _, v := range []*visitor{one, two} {
			if a, b := v.get(at), v.post(at, "do", "remove", "reason", "te laat"); a.status != 404 || b.status != 404 {
				t.Errorf("after the decision: %d %d", a.status, b.status)
			}
		}

		// One is enough to remove the other, also after a proposal.
		at = "/dossiers/" + g.id + "/documents/" + theirs + "/quarantine"
		if a, b := two.post(at, "do", "release", "reason", "Lijkt goed."), two.post(at, "do", "remove", "reason", "Toch niet."); a.status != 303 || b.status != 303 {
			t.Errorf("removed by who proposed its release: %d %d", a.status, b.status)
		}
		if a := one.post(at, "do", "release", "reason", "x"); a.status != 404 || g.state(theirs) != dossier.Refused {
			t.Errorf("released after it was removed: %d", a.status)
		}
		g.closed(theirs, large)
		g.says(g.as(deWit), "?tab=delivered", "Geweigerd: een beheerder heeft het weggehaald.")
		key, err := db.One(context.Background(), g.DB, db.Value[string], `select blob_key from document where id = $1`, theirs)
		must(t, err)
		if used, err := g.Dossiers.UsesBlob(context.Background(), "notaris", key); used || err != nil {
			t.Errorf("the collector spares what was removed: %v", err)
		}
		list = one.get("/settings/quarantine").body
		for _, want := range []string{"Een vals alarm: ik belde.", "Ook bij een tweede scanner schoon.", "Toch niet.", "groot.pdf"} {
			if !strings.Contains(list, want) {
				t.Errorf("what was decided lacks %q", want)
			}
		}
		if strings.Contains(list, ours+"/quarantine") || strings.Contains(list, theirs+"/quarantine") {
			t.Error("what was decided still waits")
		}
		g.journals(ours, "document.added", "document.published", "document.quarantined", "document.release_proposed", "document.release_confirmed", "document.read")
		g.journals(theirs, "document.added", "document.quarantined", "document.release_proposed", "document.removed")
		g.journals(large, "document.added", "document.published", "document.unscannable")
	})
}

// journals asserts what the journal tells of a document, in order.
func (g *guarded) journals(doc string, want ...string) {
	g.t.Helper()
	got, err := db.All(context.Background(), g.DB, db.Value[string], `select event from journal where tenant_id = 'notaris' and objects like '%' || $1 || '%' order by at, id`, doc)
	must(g.t, err)
	if !slices.Equal(got, want) {
		g.t.Errorf("the journal tells %v, want %v", got, want)
	}
}

// Of two administrators at the same moment, one proposes and the other releases; nobody does both.
func TestN20_TwoAdministratorsAtOnce(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		g := guard(t, kind, &scantest.Scanner{})
		ctx := context.Background()
		var both []access.Staff
		for _, email := range []string{manager, colleague} {
			id, err := db.One(ctx, g.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = $1`, email)
			must(t, err)
			scope, err := authn.Act(ctx, g.DB, "notaris", id)
			must(t, err)
			a, _ := access.AsStaff(scope)
			both = append(both, a)
		}
		for _, same := range []bool{false, true} {
			doc := g.show(map[bool]string{true: "een.pdf", false: "twee.pdf"}[same], infected)
			g.work()
			states := make(chan string, 4)
			var all sync.WaitGroup
			for n := range 4 {
				all.Go(func() {
					a := both[n%2]
					if same {
						a = both[0]
					}
					state, err := g.Dossiers.Judge(ctx, a, g.id, doc, dossier.Verdict{Reason: "Een vals alarm."})
					if err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound) {
						t.Error(err)
					}
					states <- state
				})
			}
			all.Wait()
			close(states)
			count := map[string]int{}
			for s := range states {
				count[s]++
			}
			want := map[string]int{dossier.Quarantined: 1, dossier.Released: 1, "": 2}
			if same {
				want = map[string]int{dossier.Quarantined: 1, "": 3}
			}
			for s, n := range want {
				if count[s] != n {
					t.Errorf("the same one: %v, led to %v", same, count)
				}
			}
		}
		scope, err := authn.Act(ctx, g.DB, "notaris", g.account("auditor@delinde.example"))
		must(t, err)
		auditor, _ := access.AsStaff(scope)
		if _, err := g.Dossiers.Judge(ctx, auditor, g.id, g.document("een.pdf"), dossier.Verdict{Reason: "x"}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor: %v", err)
		}
		if _, err := g.Dossiers.Quarantine(ctx, auditor, ""); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor: %v", err)
		}
	})
}

func (g *guarded) account(email string) string {
	g.t.Helper()
	id, err := db.One(context.Background(), g.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = $1`, email)
	must(g.t, err)
	return id
}

// Every stopped document stands on exactly one page of the quarantine, newest first.
func TestQuarantinePagesByKey(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		g := guard(t, kind, &scantest.Scanner{})
		if body := g.as(manager).get("/settings/quarantine").body; !strings.Contains(body, "Er staat niets in quarantaine") {
			t.Error("an empty quarantine does not say so")
		}
		first := g.show("eerste.pdf", infected)
		g.work()
		_, err := dbtest.Raw(t, g.DB).Exec(`insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, state, found, created_at, created_by)
			with recursive n (i) as (select 1 union all select i + 1 from n where i < 60)
			select x.tenant_id, x.id || n.i, x.dossier_id, x.origin, x.category, x.title, x.file_name, x.media_type, x.size, x.sha256, x.blob_key || n.i, x.blob_size, x.blob_sum, x.state, x.found, x.created_at, x.created_by
			from document x cross join n where x.id = $1`, first)
		must(t, err)
		scope, err := authn.Act(context.Background(), g.DB, "notaris", g.account(manager))
		must(t, err)
		a, _ := access.AsStaff(scope)
		var seen []string
		for after, page := "", 0; page == 0 || after != ""; page++ {
			p, err := g.Dossiers.Quarantine(context.Background(), a, after)
			must(t, err)
			for _, h := range p.Rows {
				seen = append(seen, h.ID)
			}
			if after = p.Next; page > 3 {
				t.Fatal("it does not end")
			}
		}
		slices.Sort(seen)
		if len(seen) != 61 || len(slices.Compact(seen)) != 61 {
			t.Errorf("%d rows", len(seen))
		}
		if body := g.as(manager).get("/settings/quarantine").body; !strings.Contains(body, "/settings/quarantine?after=") {
			t.Error("the first page leads to no other")
		}
	})
}

// A scanner that misbehaves in any way never lets a document pass.
func TestN29_AScannerThatFailsNeverPassesAFile(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		s := &scantest.Scanner{}
		g := guard(t, kind, s)
		s.Fail(errors.New("clamd: answered nonsense"))
		theirs, ours := g.deliver("van de klant.pdf", pdf), g.show("van kantoor.pdf", pdf)
		for range 14 {
			g.again()
		}
		g.closed(theirs, ours)
		s.Recover()
		g.again()
		if g.state(theirs) != dossier.Released || g.state(ours) != dossier.Released {
			t.Error("they were given up")
		}
	})
}
