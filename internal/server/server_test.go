package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/mail"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

const (
	portal = "notaris.localhost"
	kantor = "kantoor.notaris.localhost"
)

// house is a running program over two tenants of the world.
type house struct {
	*server.House
	t    *testing.T
	http *httptest.Server
	dir  string // of its files: blobs and outbox
	disk *blob.Disk
}

// kept is what every house begins with.
var kept = dbtest.Mould{Fill: func(t testing.TB, d *db.DB, dir string) {
	must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
	h, disk := wire(t, d, dir, scan.Off{})
	_, err := world.Build(context.Background(), world.Builder{DB: d, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Approvals: h.Approvals, Mandates: h.Mandates}, "notaris", "gemeente")
	must(t, err)
	_, err = h.Jobs.Drain(context.Background())
	must(t, err)
	must(t, disk.Close())
}}

// wire puts the program together over a database and the folder that goes with it.
func wire(t testing.TB, d *db.DB, dir string, scanner scan.Scanner) (*server.House, *blob.Disk) {
	t.Helper()
	disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
	must(t, err)
	return wireOn(t, d, dir, scanner, disk), disk
}

// wireOn does so with documents elsewhere.
func wireOn(t testing.TB, d *db.DB, dir string, scanner scan.Scanner, store blob.Store) *server.House {
	t.Helper()
	keys, err := crypt.OpenKeyFile(filepath.Join(dir, "key"))
	must(t, err)
	outbox, err := mail.OpenOutbox(filepath.Join(dir, "outbox"))
	must(t, err)
	texts, err := sms.OpenOutbox(filepath.Join(dir, "outbox"))
	must(t, err)
	h, err := server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: store, Sender: outbox, Texts: texts, Scanner: scanner, Origin: tenant.Origin{Scheme: "http", Port: "8080"},
		Log: slog.New(slog.DiscardHandler), Version: "1.2.3", Inside: true,
	})
	must(t, err)
	return h
}

// start runs a house in a copy of what is kept.
func start(t *testing.T, kind db.Dialect, scanner scan.Scanner, c clock.Clock) *house {
	t.Helper()
	d, dir := kept.Copy(t, kind, c)
	h, disk := wire(t, d, dir, scanner)
	s := httptest.NewServer(h.Handler())
	t.Cleanup(func() { s.Close(); must(t, disk.Close()) })
	return &house{h, t, s, dir, disk}
}

func (h *house) work() {
	h.t.Helper()
	_, err := h.Jobs.Drain(context.Background())
	must(h.t, err)
}

// visitor is a browser on one host.
type visitor struct {
	h       *house
	host    string
	cookies map[string]string
}

func (h *house) visit(host string) *visitor { return &visitor{h, host, map[string]string{}} }

type answer struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) do(method, path string, contentType string, body io.Reader) answer {
	v.h.t.Helper()
	req, err := http.NewRequest(method, v.h.http.URL+path, body)
	must(v.h.t, err)
	req.Host = v.host
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	must(v.h.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.h.t, err)
	for _, c := range res.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (v *visitor) get(path string) answer { v.h.t.Helper(); return v.do("GET", path, "", nil) }

func (v *visitor) post(path string, pairs ...string) answer {
	v.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// file is a part of a multipart form.
type file struct{ name, data string }

func (v *visitor) send(path string, fields map[string]string, files ...file) answer {
	v.h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, s := range fields {
		must(v.h.t, w.WriteField(k, s))
	}
	for _, f := range files {
		p, err := w.CreateFormFile("file", f.name)
		must(v.h.t, err)
		_, err = io.WriteString(p, f.data)
		must(v.h.t, err)
	}
	must(v.h.t, w.Close())
	return v.do("POST", path, w.FormDataContentType(), &b)
}

func (h *house) client(email string) *visitor {
	h.t.Helper()
	v := h.visit(portal)
	if a := v.post("/login", "email", email, "password", world.Password); a.status != 303 {
		h.t.Fatalf("%s: login %d %s", email, a.status, a.body)
	}
	return v
}

func (h *house) staff(email string) *visitor {
	h.t.Helper()
	v := h.visit(kantor)
	v.post("/login", "email", email, "password", world.Password)
	code, err := totp.GenerateCode(world.TOTP, time.Now())
	must(h.t, err)
	if a := v.post("/login/code", "code", code); a.status != 303 {
		h.t.Fatalf("%s: code %d %s", email, a.status, a.body)
	}
	return v
}

func (h *house) dossier(number string) string {
	h.t.Helper()
	id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from dossier where tenant_id = 'notaris' and number = $1`, number)
	must(h.t, err)
	return id
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) { f(t, start(t, kind, scan.Off{}, nil)) })
}

func TestN7_N9_LoginPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.visit(portal)
		a := v.get("/login")
		for _, want := range []string{"Welkom op het klantenportaal van Notariskantoor De Linde", "Inloggen", "Instellen wachtwoord", "Versie: 1.2.3"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the login page lacks %q", want)
			}
		}
		if strings.Contains(a.body, "registre") {
			t.Error("the login page offers registration")
		}
		wrong := v.post("/login", "email", "c.dewit@post.example", "password", "Fout1234")
		unknown := v.post("/login", "email", "c.xxxxx@post.example", "password", "Fout1234")
		if wrong.status != 422 || strings.ReplaceAll(wrong.body, "c.dewit", "c.xxxxx") != unknown.body {
			t.Errorf("wrong %d and unknown %d differ", wrong.status, unknown.status)
		}
		for _, path := range []string{"/password", "/help"} {
			if !strings.Contains(v.get(path).body, "Versie: 1.2.3") {
				t.Errorf("%s shows no version", path)
			}
		}
	})
}

func TestN10_N11_HomeAndItsFigures(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if a := h.visit(portal).get("/"); a.status != 303 || a.header.Get("Location") != "/login" {
			t.Errorf("not logged in: %d %s", a.status, a.header.Get("Location"))
		}
		body := h.client("c.dewit@post.example").get("/").body
		for _, want := range []string{"Dossiers", "Acties", "Mijn gegevens", "2 in behandeling, 3 totaal"} {
			if !strings.Contains(body, want) {
				t.Errorf("Home lacks %q", want)
			}
		}
	})
}

func TestN12_N13_N14_ListSearchFilter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client("c.dewit@post.example")
		list := v.get("/dossiers").body
		if !strings.Contains(list, "2026-01482") || !strings.Contains(list, "2026-01483") || strings.Contains(list, "2024-00310") || strings.Contains(list, "2026-01499") {
			t.Error("the default list is not the two open, published dossiers")
		}
		if both := v.get("/dossiers?status=in_progress&status=closed").body; !strings.Contains(both, "2024-00310") {
			t.Error("the filter does not show the closed dossier")
		}
		for _, who := range []*visitor{v, h.staff("behandelaar@delinde.example")} {
			if b := who.get("/dossiers?q=01483").body; !strings.Contains(b, "2026-01483") || strings.Contains(b, "2026-01482") {
				t.Errorf("%s: the last part of a number does not find it alone", who.host)
			}
		}
		if hit := v.get("/dossiers?q=lindelaan+12&status=in_progress").body; !strings.Contains(hit, "2026-01482") {
			t.Error("no hit on the description")
		}
		for _, q := range []string{"2026-01455", "xyzzy", "%25", "_"} {
			if b := v.get("/dossiers?q=" + q).body; !strings.Contains(b, "Wij vonden geen dossier") {
				t.Errorf("search %s finds something", q)
			}
		}
	})
}

func TestN15_N54_ForeignIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mine := h.client("c.dewit@post.example")
		ctx := context.Background()
		foreign := h.dossier("2026-01455")
		hidden := h.dossier("2026-01499")
		other, err := db.One(ctx, h.DB, db.Value[string], `select id from dossier where tenant_id = 'gemeente'`)
		must(t, err)
		var msg, doc string
		must(t, h.DB.QueryRow(ctx, `select (select id from message where tenant_id = 'notaris' and dossier_id = $1 and direction = 'inbound' order by sent_at, id limit 1),
			(select id from document where tenant_id = 'notaris' and dossier_id = $1 and published_at is not null order by created_at, id limit 1)`, foreign).Scan(&msg, &doc))
		unread := func() int {
			n, err := db.One(ctx, h.DB, db.Value[int], `select count(*) from unread where tenant_id = 'notaris' and object_id = $1`, msg)
			must(t, err)
			return n
		}
		before := unread()
		never := strings.Repeat("a", 26)
		for _, shape := range []string{"/dossiers/%s", "/dossiers/%s?tab=messages", "/dossiers/%s/messages/" + msg, "/dossiers/%s/documents/" + doc, "/dossiers/%s/messages/new"} {
			want := mine.get(fmt.Sprintf(shape, never))
			if want.status != 404 {
				t.Errorf("%s for an id that was never given out: %d", shape, want.status)
			}
			for name, id := range map[string]string{"foreign": foreign, "unpublished": hidden, "other tenant": other, "own, foreign child": h.dossier("2026-01482")} {
				if name == "own, foreign child" && !strings.Contains(shape, msg) && !strings.Contains(shape, doc) {
					continue
				}
				if got := mine.get(fmt.Sprintf(shape, id)); got.status != 404 || got.body != want.body {
					t.Errorf("%s %s: %d, or other bytes than a missing one", name, shape, got.status)
				}
			}
		}
		if got := mine.send("/dossiers/"+foreign+"/messages/new", map[string]string{"once": "k1", "subject": "x", "body": "y"}); got.status != 404 {
			t.Errorf("a message into a foreign dossier: %d", got.status)
		}
		if unread() != before {
			t.Error("a foreign look changed what is unread")
		}
	})
}

func TestN16_N17_N21_TabsUnreadAndDownload(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		page := v.get("/dossiers/" + id + "?tab=document")
		for _, want := range []string{"Correspondentie", "Documenten", "Door mij aangeleverd", "Berichten", "(2 nieuw)", "Voortgang (4/10)"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the dossier lacks %q", want)
			}
		}
		var links []string
		for _, m := range regexp.MustCompile(`href="(/dossiers/`+id+`/documents/[a-z0-9]+)"`).FindAllStringSubmatch(page.body, -1) {
			links = append(links, m[1])
		}
		if len(links) != 2 {
			t.Fatalf("%d documents to download", len(links))
		}
		if got := v.get("/dossiers/" + id + "?tab=document"); !strings.Contains(got.body, "(2 nieuw)") {
			t.Error("looking at the list made documents read")
		}
		a := v.get(links[1])
		if a.status != 200 || a.header.Get("Content-Disposition") != `attachment; filename="Concept akte.pdf"` && !strings.Contains(a.header.Get("Content-Disposition"), "Concept%20akte.pdf") {
			t.Errorf("download: %d %s", a.status, a.header.Get("Content-Disposition"))
		}
		sum, err := db.One(context.Background(), h.DB, db.Value[[]byte], `select sha256 from document where tenant_id = 'notaris' and id = $1`, links[1][strings.LastIndex(links[1], "/")+1:])
		must(t, err)
		if got := sha256.Sum256([]byte(a.body)); !bytes.Equal(got[:], sum) {
			t.Error("other bytes than were stored")
		}
		if got := v.get("/dossiers/" + id + "?tab=document").body; !strings.Contains(got, "(1 nieuw)") {
			t.Error("a downloaded document is still unread")
		}
		if got := h.visit(portal).get(links[0]); got.status != 303 {
			t.Errorf("without a session: %d", got.status)
		}
		if got := h.client("p.vanhouten@post.example").get(links[0]); got.status != 404 {
			t.Errorf("another client's session: %d", got.status)
		}
	})
}

func TestN17_EveryAccountHasItsOwnUnread(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01466")
		head, extra := h.client("directie@bakkerijsmit.example"), h.client("kim@bakkerijsmit.example")
		link := regexp.MustCompile(`/dossiers/` + id + `/documents/[a-z0-9]+`).FindString(head.get("/dossiers/" + id).body)
		head.get(link)
		if !strings.Contains(extra.get("/dossiers/"+id).body, "(2 nieuw)") || !strings.Contains(head.get("/dossiers/"+id).body, "(1 nieuw)") {
			t.Error("the accounts of a company share their unread state")
		}
	})
}

func TestN18_N19_Progress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		if b := h.client("p.vanhouten@post.example").get("/dossiers/" + h.dossier("2026-01455")).body; !strings.Contains(b, "Voortgang (0/0)") || strings.Contains(b, "circle-check") || strings.Contains(b, "<details open") {
			t.Error("a dossier without a list must read (0/0), collapsed, without a tick")
		}
		step, err := db.One(context.Background(), h.DB, db.Value[string], `select id from progress_step where tenant_id = 'notaris' and dossier_id = $1 and done_at is null order by position limit 1`, id)
		must(t, err)
		if a := v.post("/dossiers/"+id+"/steps/"+step, "on", "1"); a.status != 405 && a.status != 404 {
			t.Errorf("a client ticked: %d", a.status)
		}
		if a := h.staff("behandelaar@delinde.example").post("/dossiers/"+id+"/steps/"+step, "on", "1"); a.status != 303 {
			t.Errorf("the handler ticks: %d", a.status)
		}
		if b := v.get("/dossiers/" + id).body; !strings.Contains(b, "Voortgang (5/10)") {
			t.Error("the tick does not show")
		}
	})
}

func TestN20_N22_OnlyWhatIsPublishedAndInItsTab(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		letters, docs := v.get("/dossiers/"+id+"?tab=correspondence").body, v.get("/dossiers/"+id+"?tab=document").body
		if !strings.Contains(letters, "Opdrachtbevestiging.pdf") || strings.Contains(letters, "Concept akte.pdf") || !strings.Contains(docs, "Concept akte.pdf") || strings.Contains(docs, "Opdrachtbevestiging.pdf") {
			t.Error("a document stands in the wrong tab")
		}
		if strings.Contains(docs, "Werkversie.pdf") {
			t.Error("an unpublished document shows")
		}
		hidden, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and dossier_id = $1 and published_at is null and origin = 'office'`, id)
		must(t, err)
		at := "/dossiers/" + id + "/documents/" + hidden
		if a := v.get(at); a.status != 404 {
			t.Errorf("address of an unpublished file: %d", a.status)
		}
		if a := h.staff("auditor@delinde.example").post(at+"/show", "on", "1"); a.status != 403 {
			t.Errorf("an auditor publishes: %d", a.status)
		}
		if a := h.staff("collega@delinde.example").post(at+"/show", "on", "1"); a.status != 404 {
			t.Errorf("a colleague who is not involved publishes: %d", a.status)
		}
		for range 2 { // a double click
			s.post(at+"/show", "on", "1")
		}
		if a := v.get(at); a.status != 200 {
			t.Errorf("published: %d", a.status)
		}
		s.post(at + "/show")
		if a := v.get(at); a.status != 404 {
			t.Errorf("withdrawn: %d", a.status)
		}
		s.post("/dossiers/" + id + "/publish")
		if a := v.get("/dossiers/" + id); a.status != 404 {
			t.Errorf("a dossier unpublished while its page is open: %d", a.status)
		}
	})
}

func TestN23_N24_N27_N28_N33_MessageWithAttachment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id + "/messages/new"
		if a := v.send("/dossiers/"+id+"/documents", nil, file{"x.pdf", "%PDF-1.7\n"}); a.status != 404 && a.status != 405 {
			t.Errorf("a client posts a file straight to the dossier: %d", a.status)
		}
		bad := v.send(at, map[string]string{"once": "k1", "subject": "  ", "body": "Mijn lange tekst"}, file{"paspoort.pdf", "%PDF-1.7\nx"}, file{"virus.pdf", "MZ\x90\x00"}, file{"leeg.pdf", ""})
		for _, want := range []string{"Mijn lange tekst", "paspoort.pdf", "virus.pdf: Dit bestandstype is niet toegestaan.", "leeg.pdf: Het bestand is leeg."} {
			if !strings.Contains(bad.body, want) {
				t.Errorf("the returned form lacks %q", want)
			}
		}
		kept := regexp.MustCompile(`name="upload" value="([a-z0-9]+)"`).FindStringSubmatch(bad.body)
		if bad.status != 422 || kept == nil {
			t.Fatalf("status %d, kept %v", bad.status, kept)
		}
		if a := h.client("p.vanhouten@post.example").send("/dossiers/"+h.dossier("2026-01455")+"/messages/new", map[string]string{"once": "k9", "subject": "s", "body": "b", "upload": kept[1]}); a.status != 404 {
			t.Errorf("another account sends my file: %d", a.status)
		}
		fields := map[string]string{"once": "k1", "subject": "Mijn paspoort", "body": "Zie de bijlage.", "upload": kept[1]}
		if strings.Contains(s.get("/dossiers/"+id).body, "paspoort.pdf") {
			t.Error("staff see a file that was not sent")
		}
		for range 2 { // a double click
			if a := v.send(at, fields); a.status != 303 {
				t.Fatalf("sent: %d %s", a.status, a.body)
			}
		}
		h.work()
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from message where tenant_id = 'notaris' and subject = 'Mijn paspoort'`)
		must(t, err)
		if n != 1 {
			t.Errorf("a double click sent %d messages", n)
		}
		if b := v.get("/dossiers/" + id + "?tab=delivered").body; !strings.Contains(b, "paspoort.pdf") || strings.Contains(b, `type="file"`) {
			t.Error("the delivered tab lacks the file, or has an upload of its own")
		}
		if b := s.get("/").body; !strings.Contains(b, "Mijn paspoort") {
			t.Error("the worklist lacks the message")
		}
		if b := s.get("/dossiers/" + id).body; !strings.Contains(b, "paspoort.pdf") || strings.Count(b, "Niet op virussen gecontroleerd") != 1 {
			t.Error("staff do not see the file, or not once that nothing is scanned")
		}
	})
}

func TestN25_N26_N34_MessagesOfTheOffice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		if a := s.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "o1", "subject": "Nieuwe planning", "body": "Vrijdag <b>om</b> tien uur."}); a.status != 303 {
			t.Fatalf("sent: %d %s", a.status, a.body)
		}
		tab := v.get("/dossiers/" + id + "?tab=messages").body
		if !strings.Contains(tab, "Nieuwe planning") || !strings.Contains(tab, "Inkomend") || !strings.Contains(tab, "Uitgaand") || !strings.Contains(tab, "(3 nieuw)") {
			t.Error("the messages tab lacks the new message, a direction or the badge")
		}
		link := regexp.MustCompile(`/dossiers/` + id + `/messages/[a-z0-9]{26}`).FindString(tab)
		letter := v.get(link)
		if !strings.Contains(letter.body, "Vrijdag &lt;b&gt;om&lt;/b&gt; tien uur.") || !strings.Contains(letter.body, "Beantwoorden") {
			t.Error("the letter does not show, or is not escaped")
		}
		if b := v.get("/dossiers/" + id + "?tab=messages").body; !strings.Contains(b, "(2 nieuw)") {
			t.Error("reading did not make it read")
		}
		if b := h.client("p.vanhouten@post.example").get("/").body; strings.Contains(b, "Nieuwe planning") {
			t.Error("another client sees it")
		}
		if !strings.Contains(s.get(link).body, "Gelezen door de ontvanger") || strings.Contains(v.get(link).body, "Gelezen door de ontvanger") {
			t.Error("staff do not see that it was read, or its reader is told that he did")
		}
		closed := h.dossier("2024-00310")
		if a := v.send("/dossiers/"+closed+"/messages/new", map[string]string{"once": "c9", "subject": "s", "body": "b"}); a.status != 409 {
			t.Errorf("a message in a closed dossier: %d", a.status)
		}
	})
}

func TestN53_AfterLogoutTheOldCookieIsDead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client("c.dewit@post.example")
		old := v.cookies["session"]
		v.post("/logout")
		v.cookies["session"] = old
		if a := v.get("/dossiers"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("after logging out: %d", a.status)
		}
	})
}

func TestHostsAndFacesAndHeaders(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if a := h.visit("evil.example").get("/login"); a.status != 421 {
			t.Errorf("unknown host: %d", a.status)
		}
		v := h.client("c.dewit@post.example")
		if a := v.get("/clients"); a.status != 404 {
			t.Errorf("an office page on the portal: %d", a.status)
		}
		for _, path := range []string{"/", "/login", "/dossiers/x", "/nothing", "/.env", "/theme.css", "/assets/x", "/healthz"} {
			head := v.get(path).header
			for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy", "Permissions-Policy"} {
				if head.Get(name) == "" || strings.Contains(head.Get(name), "unsafe") {
					t.Errorf("%s: %s is %q", path, name, head.Get(name))
				}
			}
		}
		req, err := http.NewRequest("POST", h.http.URL+"/logout", nil)
		must(t, err)
		req.Host = portal
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		must(t, res.Body.Close())
		if res.StatusCode != 403 {
			t.Errorf("a post from another site: %d", res.StatusCode)
		}
	})
}

func TestJournalIsSealedAndAChangeShows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.client("c.dewit@post.example").get("/dossiers/" + h.dossier("2026-01482"))
		must(t, h.Seal(ctx))
		mac := server.JournalMAC(h.Keys)
		rep, err := audit.Verify(ctx, h.DB, "notaris", mac)
		must(t, err)
		if rep.Wrong != "" || rep.Sealed == 0 || rep.Unsealed != 0 {
			t.Fatalf("%+v", rep)
		}
		var looks int
		must(t, h.DB.QueryRow(ctx, `select count(*) from journal where tenant_id = 'notaris' and event = 'dossier.viewed' and actor_kind = 'client'`).Scan(&looks))
		if looks != 1 {
			t.Errorf("%d looks of the client, want 1", looks)
		}
		must(t, h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal set event = 'nothing' where tenant_id = 'notaris' and seq = 7`)
			return err
		}))
		rep, err = audit.Verify(ctx, h.DB, "notaris", mac)
		must(t, err)
		if !strings.Contains(rep.Wrong, "record 7 ") {
			t.Errorf("the changed record is not named: %q", rep.Wrong)
		}
	})
}

func TestRouteTable(t *testing.T) {
	h, err := server.Wire(server.Parts{Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	golden := filepath.Join("testdata", "routes.golden")
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(golden, []byte(h.Table()), 0o600))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if h.Table() != string(want) {
		t.Errorf("the route table changed; look at it and run with UPDATE=1:\n%s", h.Table())
	}
	for _, f := range []access.Face{access.Portal, access.Office} {
		for _, r := range h.FaceRoutes(f) {
			if !r.Policy.Valid() {
				t.Errorf("%s has no policy", r)
			}
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
