package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/i18n"
	"voordeur/internal/scan"
)

var (
	requestPath = regexp.MustCompile(`/dossiers/[a-z0-9]{26}/requests/[a-z0-9]{26}`)
	itemPath    = regexp.MustCompile(`/dossiers/[a-z0-9]{26}/requested/[a-z0-9]{26}`)
	needRow     = regexp.MustCompile(`(?s)<li class="need[^"]*">.*?</div>\s*</li>`)
)

// inDays is a day from now as a form has it.
func (h *house) inDays(n int) string {
	return i18n.Local(h.DB.Clock().Now()).AddDate(0, 0, n).Format(time.DateOnly)
}

// asksFor sends a request for some things in a dossier of one client, and returns its address with those of its items.
func (s *visitor) asksFor(at string, names ...string) (path string, items []string) {
	s.h.t.Helper()
	page := s.get(at + "/requests/new").body
	form := []string{"once", first(onceField, page), "to", first(toField, page), "due", s.h.inDays(7), "remind", "3", "word", "Dan kunnen wij verder.", "do", "send"}
	for n, name := range names {
		form = append(form, fmt.Sprintf("item.%d.name", n+1), name)
	}
	a := s.post(at+"/requests/new", form...)
	path = a.header.Get("Location")
	if a.status != 303 || !requestPath.MatchString(path) {
		s.h.t.Fatalf("asking: %d %s", a.status, words(mainOf(a.body)))
	}
	for _, m := range itemPath.FindAllString(s.get(path).body, -1) {
		if len(items) == 0 || items[len(items)-1] != m {
			items = append(items, m)
		}
	}
	if len(items) != len(names) {
		s.h.t.Fatalf("%d items of %d", len(items), len(names))
	}
	return path, items
}

var toField = regexp.MustCompile(`name="to" value="([^"]+)"`)

// answers saves an answer to an item.
func (v *visitor) answers(item string, pairs ...string) answer {
	v.h.t.Helper()
	fields := map[string]string{"once": first(onceField, v.get(item).body)}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	return v.send(item, fields)
}

// withFile saves a file as the answer to an item.
func (v *visitor) withFile(item, name, data string) answer {
	v.h.t.Helper()
	return v.send(item, map[string]string{"once": first(onceField, v.get(item).body), "way": "files"}, file{name, data})
}

func (v *visitor) handsIn(path string) answer {
	v.h.t.Helper()
	return v.post(path, "once", first(onceField, v.get(path).body))
}

// judges says of an item what an employee thinks.
func (s *visitor) judges(item, do, reason string) answer {
	s.h.t.Helper()
	return s.post(item, "version", first(versionField, s.get(item).body), "do", do, "reason", reason)
}

// neededRow is what a page says of an item or of a document that is needed, "" when it is not there.
func neededRow(page, name string) string {
	for _, r := range needRow.FindAllString(page, -1) {
		if strings.Contains(r, `<p class="need-name">`+name+`</p>`) {
			return words(r)
		}
	}
	return ""
}

func TestE22_ARequestFromAskingToApproval(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		v.post("/profile/notifications", "groups", "documents")
		path, items := s.asksFor(at, "Paspoort", "Uw rekeningnummer", "Huwelijkse voorwaarden")
		if to := h.mailedTo("requests"); len(to) != 1 || to[0] != wit {
			t.Errorf("mail to %v", to)
		}
		h.discreet(h.mails(wit)[len(h.mails(wit))-1], event{name: "a request is sent"})

		// The case and Home say what is needed, and by when.
		b := v.get(at).body
		if !strings.Contains(b, "Wat wij van u nodig hebben") || !strings.Contains(neededRow(b, "Paspoort"), "Nog niet ontvangen") || !strings.Contains(words(b), "Graag uiterlijk ") {
			t.Errorf("the dossier: %s", words(mainOf(b)))
		}
		if b := words(v.get("/").body); !strings.Contains(b, "Lever in: 3 dingen die wij nodig hebben") {
			t.Errorf("Home: %s", b)
		}
		if b := v.get(path).body; !strings.Contains(b, "Dan kunnen wij verder.") || strings.Contains(b, `action="`+path+`"`) && strings.Contains(b, ">Inleveren</button>") {
			t.Errorf("before there is an answer: %s", words(mainOf(b)))
		}

		// Each answer is kept, and nobody at the office reads it before it is handed in.
		for n, a := range []answer{v.withFile(items[0], "paspoort.pdf", pdf), v.answers(items[1], "way", "text", "said", "NL00 TEST 0123"), v.answers(items[2], "way", "none", "why", "Wij zijn niet getrouwd.")} {
			if a.status != 303 || a.header.Get("Location") != path {
				t.Fatalf("item %d: %d %s", n, a.status, words(mainOf(a.body)))
			}
		}
		v = h.client(wit)
		b = v.get(path).body
		for name, want := range map[string]string{"Paspoort": "paspoort.pdf", "Uw rekeningnummer": "NL00 TEST 0123", "Huwelijkse voorwaarden": "Wij zijn niet getrouwd."} {
			if r := neededRow(b, name); !strings.Contains(r, "Bewaard, maar nog niet ingeleverd") || !strings.Contains(r, want) {
				t.Errorf("%s: %s", name, r)
			}
		}
		if b := v.get(items[1]).body; !strings.Contains(b, ">NL00 TEST 0123</textarea>") || !strings.Contains(b, `value="text" checked`) {
			t.Errorf("going on: %s", words(mainOf(b)))
		}
		for _, p := range append(items, path, at) {
			if b := s.get(p).body; strings.Contains(b, "NL00 TEST") || strings.Contains(b, "paspoort.pdf") || strings.Contains(b, "niet getrouwd") {
				t.Errorf("%s shows the office what was not handed in", p)
			}
		}

		// Handing in makes documents and tells the office.
		if a := v.handsIn(path); a.status != 303 || !strings.Contains(v.get(path).body, "Ingeleverd. Wij kijken ernaar") {
			t.Fatalf("handing in: %d", a.status)
		}
		h.work()
		if b := words(s.get("/").body); !strings.Contains(b, "Ingeleverd, te beoordelen") || !strings.Contains(b, ": 3 ingeleverde stukken") || !strings.Contains(b, "Paspoort") {
			t.Errorf("the worklist: %s", b)
		}
		if b := words(s.get("/notices").body); !strings.Contains(b, "De klant leverde in waar u om vroeg") || !strings.Contains(b, "De klant voegde een document toe") {
			t.Errorf("the handler's notices: %s", b)
		}
		if b := v.get(at + "?tab=delivered").body; strings.Count(b, "<span>Paspoort</span>") != 1 {
			t.Errorf("not one document: %s", words(mainOf(b)))
		}
		if b := v.get("/").body; strings.Contains(b, "Lever in:") {
			t.Error("Home still asks")
		}
		if b := words(s.get(items[1]).body); !strings.Contains(b, "NL00 TEST 0123") || !strings.Contains(b, "Ingeleverd door") {
			t.Errorf("the office reads: %s", b)
		}
		if b := s.get(items[0]).body; !strings.Contains(b, "/documents/") || !strings.Contains(b, "paspoort.pdf") {
			t.Errorf("the office opens: %s", words(mainOf(b)))
		}

		// What is rejected is asked for again, with the reason.
		if a := s.judges(items[0], "reject", " "); a.status != 422 || !strings.Contains(a.body, `href="#reason"`) {
			t.Errorf("a rejection without a reason: %d", a.status)
		}
		if a := s.judges(items[0], "reject", "De foto is <te donker>."); a.status != 303 {
			t.Fatalf("rejecting: %d %s", a.status, words(mainOf(a.body)))
		}
		if to := h.mailedTo("request_rejected"); len(to) != 1 || to[0] != wit {
			t.Errorf("mail to %v", to)
		}
		h.discreet(h.mails(wit)[len(h.mails(wit))-1], event{name: "something is rejected"})
		for _, p := range []string{at, path} {
			if r := neededRow(v.get(p).body, "Paspoort"); !strings.Contains(r, "Afgewezen") || !strings.Contains(r, "Waarom niet goed: De foto is &lt;te donker&gt;.") {
				t.Errorf("%s: %s", p, r)
			}
		}
		if b := words(v.get("/").body); !strings.Contains(b, "Lever in: 1 ding dat wij nodig hebben") {
			t.Errorf("Home: %s", b)
		}
		if a := v.withFile(items[0], "paspoort2.pdf", pdf); a.status != 303 {
			t.Fatalf("mending: %d", a.status)
		}
		v.handsIn(path)
		h.work()
		if b := s.get(items[0]).body; !strings.Contains(b, "paspoort2.pdf") || strings.Contains(b, "paspoort.pdf,") {
			t.Errorf("the new answer: %s", words(mainOf(b)))
		}
		for _, i := range items {
			if a := s.judges(i, "approve", ""); a.status != 303 {
				t.Fatalf("approving: %d %s", a.status, words(mainOf(a.body)))
			}
		}
		if b := v.get(path).body; !strings.Contains(b, "Alles is goedgekeurd") || !strings.Contains(neededRow(b, "Paspoort"), "Goedgekeurd op") {
			t.Errorf("done: %s", words(mainOf(b)))
		}
		if n := h.count(`select count(*) from request where tenant_id = 'notaris' and state = 'done'`); n != 1 {
			t.Errorf("%d requests are done", n)
		}
		for event, want := range map[string]int{"request.sent": 1, "request.saved": 4, "request.handed_in": 2, "request.rejected": 1, "request.approved": 3} {
			if n := len(h.entries(event)); n != want {
				t.Errorf("%d of %s in the journal, want %d", n, event, want)
			}
		}
	})
}

func TestE22_WhatIsWrongInARequestIsSaidByItsFieldAndStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, at := h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		page := s.get(at + "/requests/new").body
		form := func(pairs ...string) answer {
			return s.post(at+"/requests/new", append([]string{"once", first(onceField, page), "to", first(toField, page), "due", h.inDays(7), "do", "send", "word", "Blijft staan"}, pairs...)...)
		}
		for want, pairs := range map[string][]string{
			`href="#item.1.name"`:    {},
			`href="#item.2.name"`:    {"item.1.name", "Paspoort", "item.2.explain", "Zonder naam"},
			`href="#item.1.explain"`: {"item.1.name", "Paspoort", "item.1.explain", strings.Repeat("x", 1001)},
			`href="#item.3.name"`:    {"item.1.name", "Paspoort", "item.2.name", "", "item.3.name", strings.Repeat("x", 121)},
			`href="#item.1.kind"`:    {"item.1.name", "Paspoort", "item.1.kind", "bestaat-niet"},
			`href="#remind"`:         {"item.1.name", "Paspoort", "remind", "drie"},
		} {
			if a := form(pairs...); a.status != 422 || !strings.Contains(a.body, want) || !strings.Contains(a.body, "Blijft staan") || len(pairs) > 1 && !strings.Contains(a.body, `value="Paspoort"`) {
				t.Errorf("%s: %d %s", want, a.status, words(mainOf(a.body)))
			}
		}
		for due, want := range map[string]string{"": "Kies een dag.", "morgen": `value="morgen"`, h.inDays(-1): "Deze dag is al voorbij", "9999-01-01": "binnen vijf jaar"} {
			a := s.post(at+"/requests/new", "once", "k"+due, "to", first(toField, page), "due", due, "do", "send", "item.1.name", "Paspoort")
			if a.status != 422 || !strings.Contains(a.body, `href="#due"`) || !strings.Contains(a.body, want) {
				t.Errorf("due %q: %d %s", due, a.status, words(mainOf(a.body)))
			}
		}
		if a := s.post(at+"/requests/new", "once", "k", "to", h.clientOf(houten), "due", h.inDays(7), "do", "send", "item.1.name", "Paspoort"); a.status != 422 {
			t.Errorf("to a client of another dossier: %d", a.status)
		}

		// Items are added and taken away without a script, and nothing of the others is lost.
		a := form("item.1.name", "Een", "item.2.name", "Twee", "do", "add")
		if a.status != 400 && a.status != 422 { // "do" stands twice: a form that no page sends
			t.Errorf("a field that is there twice: %d", a.status)
		}
		add := func(do string) answer {
			return s.post(at+"/requests/new", "once", "k2", "due", "2026-1", "do", do, "item.1.name", "Een", "item.2.name", "Twee", "item.3.name", "Drie")
		}
		if a := add("add"); a.status != 200 || !strings.Contains(a.body, `name="item.4.name"`) || !strings.Contains(a.body, `value="Drie"`) || !strings.Contains(a.body, `value="2026-1"`) {
			t.Errorf("another item: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := add("drop.2"); a.status != 200 || strings.Contains(a.body, `value="Twee"`) || !strings.Contains(a.body, `name="item.2.name" type="text" value="Drie"`) {
			t.Errorf("without the second: %d %s", a.status, words(mainOf(a.body)))
		}
		if n := h.count(`select count(*) from request where tenant_id = 'notaris'`); n != 0 {
			t.Errorf("%d requests were sent", n)
		}

		// A double click sends one.
		for range 2 {
			if a := form("item.1.name", "Paspoort"); a.status != 303 || !requestPath.MatchString(a.header.Get("Location")) {
				t.Errorf("sending: %d", a.status)
			}
		}
		if n := h.count(`select count(*) from request where tenant_id = 'notaris'`); n != 1 {
			t.Errorf("%d requests of a double click", n)
		}
	})
}

func TestE22_ARequestInAClosedOrHiddenDossierIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client(wit), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id
		path, items := s.asksFor(at, "Paspoort", "Foto")
		page := s.get(at + "/requests/new").body
		v.answers(items[0], "way", "text", "said", "Bewaard")
		open, once := first(onceField, v.get(items[1]).body), first(onceField, v.get(path).body)
		h.change(`update dossier set closed = true where tenant_id = 'notaris' and id = $1`, id)

		if a := s.get(at + "/requests/new"); a.status != 409 {
			t.Errorf("the form in a closed dossier: %d", a.status)
		}
		if b := s.get(at).body; strings.Contains(b, "/requests/new") || !strings.Contains(b, "Gestopt: het dossier is afgesloten") {
			t.Error("the office is still offered to ask, or does not read that it ended")
		}
		a := s.post(at+"/requests/new", "once", first(onceField, page), "to", first(toField, page), "due", h.inDays(3), "do", "send", "item.1.name", "Nog iets")
		if a.status != 409 || !strings.Contains(a.body, `value="Nog iets"`) || !strings.Contains(a.body, "U kunt de klant niets meer vragen") {
			t.Errorf("sent after it was closed: %d %s", a.status, words(mainOf(a.body)))
		}
		// The client who had the page open is told, keeps what he typed, and no file stays.
		uploads := h.count(`select count(*) from upload`)
		a = v.send(items[1], map[string]string{"once": open, "way": "text", "said": "Lang verhaal"}, file{"foto.pdf", pdf})
		if a.status != 409 || !strings.Contains(a.body, "Lang verhaal") || !strings.Contains(a.body, "Dit dossier is afgesloten") || h.count(`select count(*) from upload`) != uploads {
			t.Errorf("answered after it was closed: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := v.post(path, "once", once); a.status != 409 || !strings.Contains(a.body, "U hoeft niets meer in te leveren") {
			t.Errorf("handed in after it was closed: %d", a.status)
		}
		if b := v.get("/").body; strings.Contains(b, "Lever in:") {
			t.Error("Home asks for it")
		}
		h.change(`update dossier set closed = false, published_at = null where tenant_id = 'notaris' and id = $1`, id)
		if a := s.get(at + "/requests/new"); a.status != 409 || !strings.Contains(a.body, "Publiceer het eerst") {
			t.Errorf("in a dossier that the client does not see: %d", a.status)
		}
		if a := v.get(path); a.status != 404 {
			t.Errorf("the client sees a request of a hidden dossier: %d", a.status)
		}
	})
}

func TestE22_ARequestIsNothingToOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, other, at := h.client(wit), h.staff("behandelaar@delinde.example"), h.client(houten), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort")
		// Another party of the same dossier sees nothing of it either.
		h.saveWith(s, "2026-01482", "Levering woning", houten)
		never := other.get(at + "/requests/" + strings.Repeat("a", 26))
		for _, p := range []string{path, items[0]} {
			if a := other.get(p); a.status != 404 || p == path && a.body != never.body {
				t.Errorf("%s for another client: %d", p, a.status)
			}
		}
		if a := other.send(items[0], map[string]string{"once": "k1", "way": "text", "said": "x"}); a.status != 404 {
			t.Errorf("another client answers: %d", a.status)
		}
		if a := other.post(path, "once", "k2"); a.status != 404 {
			t.Errorf("another client hands in: %d", a.status)
		}
		if b := other.get(at).body; strings.Contains(b, "Paspoort") {
			t.Error("another client reads what is asked for")
		}
		// Somebody else's upload is nobody's answer.
		up, a := other.begin(h.dossier("2026-01482"), "van-ander.pdf", len(pdf), "")
		if a.status != 201 || other.patch(up, 0, strings.NewReader(pdf)).status != 204 {
			t.Fatal(a.status)
		}
		if a := v.send(items[0], map[string]string{"once": "k3", "way": "files", "upload": up[strings.LastIndex(up, "/")+1:]}); a.status != 404 {
			t.Errorf("an upload of another: %d", a.status)
		}
		// An account that may hand nothing in reads it.
		auditor := h.staff("auditor@delinde.example")
		if a := auditor.get(path); a.status != 200 || strings.Contains(a.body, "Vraag intrekken") {
			t.Errorf("an auditor: %d", a.status)
		}
		if a := auditor.post(path + "/withdraw"); a.status != 403 {
			t.Errorf("an auditor withdraws: %d", a.status)
		}
	})
}

func TestE22_BadAnswersAreSaidByTheirFieldAndStay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(wit), h.staff("behandelaar@delinde.example")
		path, items := s.asksFor("/dossiers/"+h.dossier("2026-01482"), "Paspoort", "Foto")
		for want, fields := range map[string]map[string]string{
			`href="#file"`:         {"way": "files", "said": "Blijft"},
			`href="#said"`:         {"way": "text", "said": " ", "why": "Blijft"},
			`href="#why"`:          {"way": "none", "why": "", "said": "Blijft"},
			`href="#way"`:          {"way": "anders", "said": "Blijft"},
			"maximaal 5000 tekens": {"way": "text", "said": strings.Repeat("x", 5001), "why": "Blijft"},
			"maximaal 1000 tekens": {"way": "none", "why": strings.Repeat("x", 1001), "said": "Blijft"},
		} {
			fields["once"] = "k" + want
			if a := v.send(items[0], fields); a.status != 422 || !strings.Contains(a.body, want) || !strings.Contains(a.body, "Blijft") {
				t.Errorf("%s: %d %s", want, a.status, words(mainOf(a.body)))
			}
		}
		// A wrong file is named; a good one beside it waits in the form that comes back.
		a := v.send(items[0], map[string]string{"once": "w", "way": "files"}, file{"virus.exe", "MZ"}, file{"goed.pdf", pdf})
		if a.status != 422 || !strings.Contains(a.body, "virus.exe: ") || !strings.Contains(a.body, "goed.pdf") || !strings.Contains(a.body, `name="upload"`) {
			t.Fatalf("a wrong file: %d %s", a.status, words(mainOf(a.body)))
		}
		kept := regexp.MustCompile(`name="upload" value="([^"]+)"`).FindStringSubmatch(a.body)[1]
		if a := v.send(items[0], map[string]string{"once": "w2", "way": "files", "upload": kept}); a.status != 303 {
			t.Fatalf("with what was kept: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := v.send(items[0], map[string]string{"once": "w2", "way": "files", "upload": kept}); a.status != 303 {
			t.Errorf("the second click: %d", a.status)
		}
		// What waits for one item is not given for another.
		if a := v.send(items[1], map[string]string{"once": "w3", "way": "files", "upload": kept}); a.status != 404 {
			t.Errorf("one file for two items: %d", a.status)
		}
		// Handing in: once, and only what there is.
		once := first(onceField, v.get(path).body)
		for range 2 {
			if a := v.post(path, "once", once); a.status != 303 {
				t.Errorf("handing in: %d", a.status)
			}
		}
		if n := h.count(`select count(*) from request_document where tenant_id = 'notaris'`); n != 1 {
			t.Errorf("%d documents of a double click", n)
		}
		if a := v.post(path, "once", "another"); a.status != 409 || !strings.Contains(a.body, "Er is nog niets om in te leveren") {
			t.Errorf("nothing to hand in: %d", a.status)
		}
		if a := v.send(items[0], map[string]string{"once": "w4", "way": "text", "said": "Te laat"}); a.status != 409 || !strings.Contains(a.body, "Dit is al ingeleverd.") || !strings.Contains(a.body, "Te laat") {
			t.Errorf("an item that was handed in: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := v.get(items[0]); a.header.Get("Location") != path {
			t.Errorf("its form is still there: %d", a.status)
		}
	})
}

func TestE22_AWithdrawnRequestTakesNothingInAndKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort", "Foto")
		v.withFile(items[0], "paspoort.pdf", pdf)
		once, twice := first(onceField, v.get(items[1]).body), first(onceField, v.get(path).body)
		for range 2 {
			if a := s.post(path + "/withdraw"); a.status != 303 {
				t.Fatalf("withdrawing: %d", a.status)
			}
		}
		if n := len(h.entries("request.withdrawn")); n != 1 {
			t.Errorf("withdrawn %d times", n)
		}
		if a := v.send(items[1], map[string]string{"once": once, "way": "text", "said": "Mijn tekst"}); a.status != 409 || !strings.Contains(a.body, "Wij hebben deze vraag ingetrokken") || !strings.Contains(a.body, "Mijn tekst") {
			t.Errorf("answered after it was withdrawn: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := v.post(path, "once", twice); a.status != 409 || !strings.Contains(a.body, "ingetrokken") {
			t.Errorf("handed in after it was withdrawn: %d", a.status)
		}
		if b := v.get(at).body; strings.Contains(b, "Wat wij van u nodig hebben") {
			t.Error("the dossier still asks")
		}
		if n := h.count(`select count(*) from upload where item_id is not null`); n != 0 {
			t.Errorf("%d files wait with it", n)
		}
	})
}

// Of two employees who judge at once one is told; nothing of it is decided twice.
func TestE22_TwoEmployeesJudgeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		admin := h.staff("beheer@delinde.example")
		path, items := s.asksFor(at, "Paspoort")
		v.answers(items[0], "way", "text", "said", "x")
		v.handsIn(path)
		version := first(versionField, s.get(items[0]).body)
		var all sync.WaitGroup
		got := make([]answer, 2)
		all.Go(func() { got[0] = s.post(items[0], "version", version, "do", "approve") })
		all.Go(func() { got[1] = admin.post(items[0], "version", version, "do", "reject", "reason", "Mijn reden") })
		all.Wait()
		if got[0].status+got[1].status != 303+409 {
			t.Fatalf("%d and %d", got[0].status, got[1].status)
		}
		if got[1].status == 409 && !strings.Contains(got[1].body, "Mijn reden") {
			t.Error("the reason that was typed is gone")
		}
		if n := len(h.entries("request.approved")) + len(h.entries("request.rejected")); n != 1 {
			t.Errorf("decided %d times", n)
		}
		// Whoever judges what has changed since is told as well.
		if a := s.post(items[0], "version", "0", "do", "approve"); got[0].status == 409 && a.status != 409 {
			t.Errorf("an older page: %d", a.status)
		}
		if a := s.post(items[0], "version", version, "do", "anders"); a.status != 422 {
			t.Errorf("neither of both: %d", a.status)
		}
	})
}

// A file that the check refuses is asked for again by itself.
func TestE22_ARefusedFileIsAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort")
		v.withFile(items[0], "paspoort.pdf", pdf)
		v.handsIn(path)
		h.change(`update document set state = 'quarantined' where tenant_id = 'notaris' and id = (select document_id from request_document where tenant_id = 'notaris') and $1 <> ''`, "x")
		boss := h.staff(admin)
		doc := first(regexp.MustCompile(`/documents/([a-z0-9]{26})`), boss.get("/settings/quarantine").body)
		if a := boss.post(at+"/documents/"+doc+"/quarantine", "do", "remove", "reason", "Een virus"); a.status != 303 {
			t.Fatalf("removing: %d", a.status)
		}
		if r := neededRow(v.get(path).body, "Paspoort"); !strings.Contains(r, "Afgewezen") || !strings.Contains(r, "Stuur een ander bestand.") {
			t.Errorf("the client: %s", r)
		}
		if n := len(h.entries("request.rejected")); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestE22_AFormOutlivesASessionThatEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		_, items := s.asksFor(at, "Paspoort")
		h.expire()
		if a := v.send(items[0], map[string]string{"once": "k", "way": "text", "said": "Een lang antwoord"}); a.status != 303 {
			t.Fatal(a.status)
		}
		v = h.client(wit)
		to := v.get("/resume").header.Get("Location")
		if b := v.get(to).body; to != items[0]+"?resume=1" || !strings.Contains(b, "Een lang antwoord") || !strings.Contains(b, `value="text" checked`) {
			t.Errorf("at %s the answer is gone", to)
		}
		if a := s.post(at+"/requests/new", "once", "k2", "due", h.inDays(2), "item.1.name", "Een", "item.2.name", "Twee", "do", "send"); a.status != 303 {
			t.Fatal(a.status)
		}
		s = h.staff("behandelaar@delinde.example")
		if b := s.get(s.get("/resume").header.Get("Location")).body; !strings.Contains(b, `value="Een"`) || !strings.Contains(b, `value="Twee"`) {
			t.Errorf("the request is gone: %s", words(mainOf(b)))
		}
	})
}

// Files that wait with an answer stay as long as somebody waits for them; others go with what was never sent.
func TestE22_SavedFilesStayUntilTheyAreHandedIn(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(clock.System{}.Now())
		h := start(t, kind, scan.Off{}, now)
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort", "Foto")
		v.withFile(items[0], "paspoort.pdf", pdf)
		v.send(items[1], map[string]string{"once": "w", "way": "files"}, file{"virus.exe", "MZ"}, file{"los.pdf", pdf})
		now.Advance(72 * time.Hour)
		if _, _, err := h.Collector.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`select count(*) from upload where file_name = 'los.pdf'`); n != 0 {
			t.Error("a file that belongs to nothing stays")
		}
		v = h.client(wit)
		if a := v.handsIn(path); a.status != 303 {
			t.Fatalf("handing in after three days: %d %s", a.status, words(mainOf(a.body)))
		}
		if n := h.count(`select count(*) from request_document where tenant_id = 'notaris'`); n != 1 {
			t.Errorf("%d documents", n)
		}
	})
}

// A file that waits with an answer is no attachment of a message, neither offered nor taken.
func TestN29_E22_AMessageTakesNoFileOfAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		path, items := s.asksFor(at, "Paspoort")
		v.withFile(items[0], "paspoort.pdf", pdf)
		id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from upload where tenant_id = 'notaris' and file_name = 'paspoort.pdf'`)
		must(t, err)
		messages := h.count(`select count(*) from message`)
		letter := map[string]string{"once": "m", "subject": "", "body": "Hierbij mijn paspoort.", "answers": "999", "upload": id}
		if a := v.send(at+"/messages/new", letter); a.status != 422 || strings.Contains(a.body, "paspoort.pdf") {
			t.Errorf("offered: %d", a.status)
		}
		letter["subject"] = "Paspoort"
		if a := v.send(at+"/messages/new", letter); a.status != 404 || h.count(`select count(*) from message`) != messages {
			t.Errorf("taken: %d", a.status)
		}
		if r := neededRow(v.get(path).body, "Paspoort"); !strings.Contains(r, "paspoort.pdf") {
			t.Errorf("the answer: %s", r)
		}
		if a := v.handsIn(path); a.status != 303 || h.count(`select count(*) from request_document where tenant_id = 'notaris'`) != 1 {
			t.Errorf("handing in: %d", a.status)
		}
		// One of his own that belongs to nothing goes along.
		if a := v.send(at+"/messages/new", map[string]string{"once": "l", "subject": "", "body": "Los.", "answers": "999"}, file{"los.pdf", pdf}); !strings.Contains(a.body, "los.pdf") {
			t.Errorf("a loose file: %d", a.status)
		}
		id, err = db.One(context.Background(), h.DB, db.Value[string], `select id from upload where tenant_id = 'notaris' and file_name = 'los.pdf'`)
		must(t, err)
		letter["upload"] = id
		if a := v.send(at+"/messages/new", letter); a.status != 303 || h.count(`select count(*) from document where file_name = 'los.pdf' and message_id is not null`) != 1 {
			t.Errorf("sent: %d", a.status)
		}
	})
}

// Who is late reads so, on both sides, and is reminded twice: once before the day and once after it.
func TestE22_OverdueShowsAndRemindersAreSentOnce(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(clock.System{}.Now())
		h := start(t, kind, scan.Off{}, now)
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		v.post("/profile/notifications", "groups", "documents")
		path, _ := s.asksFor(at, "Paspoort")
		reminded := func(want int, when string) {
			t.Helper()
			h.work()
			if n := len(h.mailedTo("request_reminder")); n != want {
				t.Errorf("%s: %d reminders, want %d", when, n, want)
			}
		}
		reminded(0, "at once")
		now.Advance(3 * 24 * time.Hour)
		reminded(0, "four days before")
		now.Advance(36 * time.Hour)
		reminded(1, "within three days")
		reminded(1, "again")
		v = h.client(wit)
		if b := v.get(path).body; strings.Contains(b, "De datum is voorbij") {
			t.Error("late before the day")
		}
		now.Advance(5 * 24 * time.Hour)
		reminded(2, "after the day")
		v = h.client(wit)
		for _, p := range []string{at, path} {
			if b := v.get(p).body; !strings.Contains(b, "De datum is voorbij") {
				t.Errorf("%s does not say that it is late", p)
			}
		}
		if b := v.get("/").body; !strings.Contains(b, "de datum is voorbij") {
			t.Error("Home does not say that it is late")
		}
		h.discreet(h.mails(wit)[len(h.mails(wit))-1], event{name: "a reminder"})
		now.Advance(30 * 24 * time.Hour)
		reminded(2, "a month later")
	})
}

func TestE22_WhatIsHandedInIsNotRemindedOf(t *testing.T) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		now := clock.NewManual(clock.System{}.Now())
		h := start(t, kind, scan.Off{}, now)
		v, s, at := h.client(wit), h.staff("behandelaar@delinde.example"), "/dossiers/"+h.dossier("2026-01482")
		v.post("/profile/notifications", "groups", "documents")
		path, items := s.asksFor(at, "Paspoort")
		other, _ := s.asksFor(at, "Foto")
		s.post(other + "/withdraw")
		v.answers(items[0], "way", "none", "why", "Ik heb er geen")
		v.handsIn(path)
		now.Advance(20 * 24 * time.Hour)
		h.work()
		if to := h.mailedTo("request_reminder"); len(to) != 0 {
			t.Errorf("reminded: %v", to)
		}
	})
}

func TestE13_TheChecklistSaysWhatIsThereAndWhatIsNot(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.townCase("Z-2026-0117")
		v.post("/profile/notifications", "groups", "documents")
		says := func(want string) {
			t.Helper()
			for who, p := range map[string]*visitor{"the resident": v, "the office": s} {
				if r := neededRow(p.get(at).body, "Situatietekening"); !strings.Contains(r, want) {
					t.Errorf("%s reads %q, want %q", who, r, want)
				}
			}
		}
		mark := func(state, reason string) answer {
			page := s.get(at + "/required/situatietekening").body
			return s.post(at+"/required/situatietekening", "version", first(versionField, page), "state", state, "reason", reason)
		}
		says("Nog niet ontvangen")
		b := v.get(at).body
		if !strings.Contains(b, `/documents/new?type=situatietekening`) || !strings.Contains(v.get(at+"/documents/new?type=situatietekening").body, `value="situatietekening" checked`) {
			t.Error("the resident is not led to adding it")
		}
		if n := len(needRow.FindAllString(b[strings.Index(b, `id="nodig"`):], -1)); n != 1 {
			t.Errorf("%d documents are needed", n)
		}
		// A document of the kind is one that came in.
		a := v.send(at+"/documents/new", map[string]string{"once": "k1", "type": "situatietekening", "document_title": "Tekening"}, file{"tekening.pdf", pdf})
		if a.status != 303 {
			t.Fatal(a.status)
		}
		says("Ontvangen op")
		if b := v.get(at).body; strings.Contains(b, "/documents/new?type=") {
			t.Error("it is still asked for")
		}
		// Rejected, it is needed again, with the reason and a mail; another one is received.
		if a := mark("rejected", ""); a.status != 422 || !strings.Contains(a.body, `href="#reason"`) {
			t.Errorf("without a reason: %d", a.status)
		}
		if a := mark("rejected", "De maten staan er niet op."); a.status != 303 {
			t.Fatalf("rejecting: %d %s", a.status, words(mainOf(a.body)))
		}
		says("Waarom niet goed: De maten staan er niet op.")
		if b := v.get(at).body; !strings.Contains(b, "/documents/new?type=situatietekening") {
			t.Error("what was rejected is not needed again")
		}
		h.later()
		if n := h.count(`select count(*) from mail where purpose = 'request_rejected' and address = 'a.yilmaz@post.example'`); n != 1 {
			t.Errorf("%d mails", n)
		}
		v.send(at+"/documents/new", map[string]string{"once": "k2", "type": "situatietekening", "document_title": "Nieuwe tekening"}, file{"tekening2.pdf", pdf})
		says("Ontvangen op")
		if a := mark("approved", ""); a.status != 303 {
			t.Fatal(a.status)
		}
		says("Goedgekeurd op")
		v.send(at+"/documents/new", map[string]string{"once": "k3", "type": "situatietekening", "document_title": "Nog een"}, file{"tekening3.pdf", pdf})
		says("Goedgekeurd op")

		// The second of two employees is told; what is not needed is not there.
		if a := s.post(at+"/required/situatietekening", "version", "1", "state", "received"); a.status != 409 || !strings.Contains(a.body, `value="received" checked`) {
			t.Errorf("an older page: %d", a.status)
		}
		for _, kind := range []string{"foto", "overig", "bestaat-niet"} {
			if a := s.get(at + "/required/" + kind); a.status != 404 {
				t.Errorf("%s: %d", kind, a.status)
			}
		}
		if a := s.post(at+"/required/situatietekening", "version", "3", "state", "open"); a.status != 422 && a.status != 409 {
			t.Errorf("a state that is none: %d", a.status)
		}
	})
}

func TestE13_E22_ARequestForANeededDocumentFillsTheChecklist(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, at := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.townCase("Z-2026-0117")
		page := s.get(at + "/requests/new?kind=situatietekening").body
		if !strings.Contains(page, `value="Situatietekening"`) || !strings.Contains(page, `<option value="situatietekening" selected`) {
			t.Errorf("asking from the checklist: %s", words(mainOf(page)))
		}
		a := s.post(at+"/requests/new", "once", first(onceField, page), "to", first(toField, page), "due", h.inDays(5), "do", "send", "item.1.name", "Tekening van boven", "item.1.kind", "situatietekening")
		path := a.header.Get("Location")
		if a.status != 303 {
			t.Fatalf("asking: %d %s", a.status, words(mainOf(a.body)))
		}
		item := itemPath.FindString(v.get(path).body)
		b := v.get(at).body
		if !strings.Contains(neededRow(b, "Situatietekening"), "Nog niet ontvangen") || strings.Contains(b, "/documents/new?type=") {
			t.Error("it is asked for twice, or not as missing")
		}
		if a := v.withFile(item, "boven.pdf", pdf); a.status != 303 {
			t.Fatal(a.status)
		}
		if r := neededRow(v.get(at).body, "Situatietekening"); !strings.Contains(r, "Nog niet ontvangen") {
			t.Errorf("what was not handed in counts: %s", r)
		}
		v.handsIn(path)
		h.work()
		if r := neededRow(v.get(at).body, "Situatietekening"); !strings.Contains(r, "Ontvangen op") {
			t.Errorf("handed in: %s", r)
		}
		if b := listedRow(v.get(at).body, "Tekening van boven"); !strings.Contains(b, "Situatietekening, kenmerk") || !strings.Contains(b, "Door u op") {
			t.Errorf("the document: %s", words(b))
		}
		s.judges(item, "reject", "Onscherp")
		if b := v.get(at).body; !strings.Contains(neededRow(b, "Situatietekening"), "Afgewezen") || strings.Count(b, "Onscherp") != 1 {
			t.Errorf("rejected: %s", words(mainOf(b)))
		}
		if b := v.get("/dossiers").body; !strings.Contains(b, "Wij hebben nog 1 ding van u nodig") {
			t.Error("the tile does not say it")
		}
		v.withFile(item, "scherp.pdf", pdf)
		v.handsIn(path)
		s.judges(item, "approve", "")
		if r := neededRow(v.get(at).body, "Situatietekening"); !strings.Contains(r, "Goedgekeurd") {
			t.Errorf("approved: %s", r)
		}
		if b := h.inTown(townPortal, "h.veenstra@post.example").get(path); b.status != 404 {
			t.Errorf("another resident: %d", b.status)
		}
	})
}
