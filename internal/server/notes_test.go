package server_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db/dbtest"
)

const townColleague = "collega@waterlandaanzee.example"

var noteOnce = regexp.MustCompile(`action="/dossiers/[a-z0-9]+/note"[^>]*>\s*<input type="hidden" name="once" value="([a-z0-9]+)"`)

// writes sends a message from the frame on the page of a case, and returns the answer with the frame's key.
func (v *visitor) writes(path, text string) (answer, string) {
	v.h.t.Helper()
	m := noteOnce.FindStringSubmatch(v.get(path).body)
	if m == nil {
		v.h.t.Fatalf("%s has no frame for a message", path)
	}
	return v.post(path+"/note", "once", m[1], "body", text), m[1]
}

// bell is what the header of the office says of notices.
func (v *visitor) bell() string {
	v.h.t.Helper()
	return between(v.get("/help").body, `<span class="bell-words" data-part="bell-words">`, "</span>")
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	_, err := dbtest.Raw(h.t, h.DB).Exec(query, args...)
	must(h.t, err)
}

// cleared begins without what the world has of notices and notes.
func (h *house) cleared() {
	h.t.Helper()
	for _, q := range []string{`delete from notice`, `delete from note`} {
		h.exec(q)
	}
}

func TestD32_D34_D35_D36_E23_E25_WhatAResidentWritesBecomesANote(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, s, other := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		path := h.townCase("Z-2026-0117")
		const text = "Wanneer komt u? <script>alert(1)</script>\nIk ben woensdag thuis."
		if b := v.get(path).body; !strings.Contains(b, ">Verstuur een bericht</h2>") || !strings.Contains(b, "Verstuur</button>") || strings.Contains(b, "/messages/new") {
			t.Error("the page has no frame, or another way to write beside it")
		}
		a, once := v.writes(path, text)
		if a.status != 303 || a.header.Get("Location") != path {
			t.Fatalf("sent: %d to %s", a.status, a.header.Get("Location"))
		}
		if a := v.post(path+"/note", "once", once, "body", text); a.status != 303 || h.count(`select count(*) from note`) != 1 {
			t.Errorf("twice: %d, %d notes", a.status, h.count(`select count(*) from note`))
		}
		b := v.get(path).body
		if !strings.Contains(b, "Uw bericht is verzonden.") || !regexp.MustCompile(`<textarea[^>]*name="body"[^>]*></textarea>`).MatchString(b) {
			t.Error("no word of it, or the field is not empty")
		}
		// The handler is told, and reads it on the timeline, as text.
		if got := s.bell(); got != "1 nieuwe melding" {
			t.Errorf("the handler's bell: %q", got)
		}
		if b := s.get("/notices").body; !strings.Contains(b, "Bericht van de klant: Omgevingsvergunning dakkapel") || !strings.Contains(b, `href="`+path+`"`) {
			t.Error("the handler's page has no notice")
		}
		b = between(s.get(path).body, `<ol class="timeline">`, "</ol>")
		if !strings.Contains(b, "Bericht van mevrouw A. Yilmaz") || !strings.Contains(b, "&lt;script&gt;alert(1)&lt;/script&gt;") || strings.Contains(b, "<script>") || !regexp.MustCompile(`<time datetime="[^"]+">\d+ [a-z]+, \d+\.\d\d uur</time>`).MatchString(b) {
			t.Errorf("the timeline: %s", b)
		}
		if got := s.bell(); got != "Meldingen" {
			t.Errorf("after the case was opened: %q", got)
		}
		if got := other.bell(); got != "Meldingen" {
			t.Errorf("a colleague who is not involved: %q", got)
		}
		// Nothing of a note is anywhere in the portal.
		if a, _ := s.writes(path, "Deze aanvraag is lastig."); a.status != 303 {
			t.Errorf("a colleague's note: %d", a.status)
		}
		if b := s.get(path).body; !strings.Contains(b, "Notitie van Noor Bakker") || !strings.Contains(b, "Deze aanvraag is lastig.") {
			t.Error("the colleague's note is not on the timeline")
		}
		for _, at := range []string{path, path + "/note", "/", "/dossiers", "/dossiers?q=lastig", path + "?tab=messages", "/profile"} {
			if b := v.get(at).body; strings.Contains(b, "lastig.") || strings.Contains(b, "woensdag thuis") || strings.Contains(b, "Notitie") {
				t.Errorf("%s shows a note", at)
			}
		}
		if n := h.count(`select count(*) from notice`); n != 1 {
			t.Errorf("%d notices: own acts are told", n)
		}
		// It is sealed in the database.
		if h.count(`select count(*) from note where cast(body as text) like '%lastig%'`) != 0 {
			t.Error("a note stands there in the clear")
		}
	})
}

func TestD32_E23_E25_WhatCannotBeSentComesBackAsItWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, path := h.inTown(townPortal, resident), h.townCase("Z-2026-0117")
		for _, text := range []string{"", " \n\t "} {
			if a := v.post(path+"/note", "once", "x", "body", text); a.status != 422 || !strings.Contains(a.body, "Typ eerst uw bericht.") {
				t.Errorf("%q: %d", text, a.status)
			}
		}
		long := strings.Repeat("é", 4000) + " einde"
		a := v.post(path+"/note", "once", "x", "body", long)
		if a.status != 422 || !strings.Contains(a.body, "Er passen 4000 tekens in.") || !strings.Contains(a.body, long+"</textarea>") || !strings.Contains(a.body, `aria-invalid="true"`) {
			t.Errorf("too long: %d", a.status)
		}
		if n := h.count(`select count(*) from note`); n != 0 {
			t.Errorf("%d notes", n)
		}
		// Somebody else's case is not there, and no conversation either.
		for _, at := range []string{h.townCase("Z-2026-0125") + "/note", "/dossiers/bestaatniet/note"} {
			if a := v.post(at, "once", "x", "body", "Hallo"); a.status != 404 {
				t.Errorf("%s: %d", at, a.status)
			}
		}
		if a := v.get(path + "/messages/new"); a.status != 404 {
			t.Errorf("the page of a conversation: %d", a.status)
		}
		if a := v.send(path+"/messages/new", map[string]string{"once": "x", "subject": "Hallo", "body": "Hallo", "answers": "9"}); a.status != 404 {
			t.Errorf("a conversation: %d", a.status)
		}
		// What was typed survives a session that ended.
		h.expire()
		if a := v.post(path+"/note", "once", "x", "body", "Bewaar dit <b>"); a.status != 303 || a.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("without a session: %d", a.status)
		}
		v = h.inTown(townPortal, resident)
		if b := v.get(v.get("/resume").header.Get("Location")).body; !strings.Contains(b, "Bewaar dit &lt;b&gt;</textarea>") {
			t.Error("what was typed is not there")
		}
	})
}

func TestD33_E21_AClosedCaseTakesNoMessageAndNoNoteIsMade(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		over := h.townCase("Z-2026-0098")
		if b := v.get(over).body; strings.Contains(b, "Verstuur een bericht") || strings.Contains(b, `name="body"`) {
			t.Error("a closed case has the frame")
		}
		if a := v.get(over + "/note"); a.status != 409 || strings.Contains(a.body, "Verstuur</button>") {
			t.Errorf("the page in a closed case: %d", a.status)
		}
		// One that is closed while the page is open.
		path := h.townCase("Z-2026-0117")
		m := noteOnce.FindStringSubmatch(v.get(path).body)
		page := s.get(path + "/status").body
		if a := s.post(path+"/status", "version", versionField.FindStringSubmatch(page)[1], "status", "besluit", "result", "verleend"); a.status != 303 {
			t.Fatal(a.status)
		}
		a := v.post(path+"/note", "once", m[1], "body", "Nog één vraag <i>")
		if a.status != 409 || !strings.Contains(a.body, "Deze zaak is afgesloten. U kunt geen bericht meer sturen.") || !strings.Contains(a.body, "Nog één vraag &lt;i&gt;</textarea>") {
			t.Errorf("closed meanwhile: %d", a.status)
		}
		if n := h.count(`select count(*) from note`) + h.count(`select count(*) from notice`); n != 0 {
			t.Errorf("%d notes and notices", n)
		}
		// Colleagues go on noting.
		if a := s.post(path+"/note", "once", "y", "body", "Besluit verzonden."); a.status != 303 {
			t.Errorf("a colleague: %d", a.status)
		}
	})
}

func TestD35_E24_WhatNobodyHandlesGoesToTheDepartment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		path := h.townCase("Z-2026-0131")
		v, tom, noor, ro := h.inTown(townPortal, resident), h.inTown(townDesk, townColleague), h.inTown(townDesk, townClerk), h.inTown(townDesk, townAdmin)
		if b := tom.get("/notices").body; !strings.Contains(b, "Nog geen behandelaar: Melding: lantaarnpaal brandt niet") {
			t.Error("the department was not told that it waits")
		}
		h.cleared()
		h.exec(`delete from dossier_staff where tenant_id = 'gemeente' and dossier_id = '` + strings.TrimPrefix(path, "/dossiers/") + `'`)
		if b := v.get(path).body; !strings.Contains(b, "Openbare ruimte") {
			t.Error("the resident does not read who takes it")
		}
		if a, _ := v.writes(path, "Hij knippert nu."); a.status != 303 {
			t.Fatal(a.status)
		}
		for name, got := range map[string]string{"Tom": tom.bell(), "Noor": noor.bell()} {
			if got != "1 nieuwe melding" {
				t.Errorf("%s: %q", name, got)
			}
		}
		if got := ro.bell(); got != "Meldingen" {
			t.Errorf("somebody of another department: %q", got)
		}
		// It stands in the worklist of the department, and whoever takes it has it.
		dep := regexp.MustCompile(`<option value="([a-z0-9]+)"[^>]*>Wacht in Openbare ruimte`).FindStringSubmatch(tom.get("/dossiers").body)
		if dep == nil {
			t.Fatal("the list has no filter")
		}
		if b := tom.get("/dossiers?department=" + dep[1]).body; !strings.Contains(b, "lantaarnpaal") || !strings.Contains(b, "nog niemand") || strings.Contains(b, "dakkapel") {
			t.Error("the worklist of the department is another one")
		}
		if b := tom.get(path).body; !strings.Contains(b, "In behandeling nemen</button>") {
			t.Error("he cannot take it")
		}
		if a := tom.post(path + "/take"); a.status != 303 {
			t.Fatalf("taken: %d", a.status)
		}
		if b := tom.get(path).body; !strings.Contains(b, "is nu van u") || strings.Contains(b, "In behandeling nemen</button>") {
			t.Error("it is not his")
		}
		if a := tom.post(path + "/take"); a.status != 303 || h.count(`select count(*) from journal where event = 'dossier.taken'`) != 1 {
			t.Errorf("taken twice: %d", a.status)
		}
		// Whoever lost the right to see it has no notice of it any more, and no case.
		if b := noor.get("/notices").body; strings.Contains(b, "lantaarnpaal") {
			t.Error("a notice of what she no longer sees")
		}
		if got := noor.bell(); got != "Meldingen" {
			t.Errorf("and it counts: %q", got)
		}
		if a := noor.get(path); a.status != 404 {
			t.Errorf("the case: %d", a.status)
		}
		if a := ro.post(path + "/take"); a.status != 303 || h.count(`select count(*) from journal where event = 'dossier.taken'`) != 1 {
			t.Errorf("taken from him: %d", a.status)
		}
		// From now on he alone hears of it.
		if a, _ := v.writes(path, "En nu is hij uit."); a.status != 303 {
			t.Fatal(a.status)
		}
		if got := tom.bell(); got != "1 nieuwe melding" {
			t.Errorf("the handler: %q", got)
		}
		if got := noor.bell(); got != "Meldingen" {
			t.Errorf("who has no part in it: %q", got)
		}
	})
}

func TestD35_E24_WhoComesSecondReadsWhoTookIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		path := h.townCase("Z-2026-0131")
		h.exec(`delete from dossier_staff where tenant_id = 'gemeente' and dossier_id = '` + strings.TrimPrefix(path, "/dossiers/") + `'`)
		tom, noor := h.inTown(townDesk, townColleague), h.inTown(townDesk, townClerk)
		if !strings.Contains(noor.get(path).body, "In behandeling nemen</button>") || tom.post(path+"/take").status != 303 {
			t.Fatal("it does not wait for either of them")
		}
		if a := noor.post(path + "/take"); a.status != 303 || a.header.Get("Location") != "/dossiers" {
			t.Fatalf("a moment later: %d to %q", a.status, a.header.Get("Location"))
		}
		if b := words(noor.get("/dossiers").body); !strings.Contains(b, "Tom de Graaf was iets eerder en behandelt deze zaak nu. U hoeft niets te doen.") {
			t.Errorf("what she reads: %s", b)
		}
		if n := h.count(`select count(*) from journal where event = 'dossier.taken'`); n != 1 || noor.get(path).status != 404 {
			t.Errorf("taken %d times, or she sees the case", n)
		}
		// Without having seen it as it waited, or from another department, nothing is there.
		const seen = `update journal set event = $1 where tenant_id = 'gemeente' and event = $2`
		h.exec(seen, "dossier.unseen", "dossier.viewed")
		if a := noor.post(path + "/take"); a.status != 404 {
			t.Errorf("who never saw it: %d", a.status)
		}
		h.exec(seen, "dossier.viewed", "dossier.unseen")
		h.exec(`delete from department_member`)
		if a := noor.post(path + "/take"); a.status != 404 {
			t.Errorf("who does not work there: %d", a.status)
		}
	})
}

func TestD35_D43_NoticesAreReadByAButtonAndComeByMailToWhoWants(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, s, tom := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		path := h.townCase("Z-2026-0117")
		mails := func() int {
			h.later()
			return h.count(`select count(*) from mail where purpose = 'notice'`)
		}
		if a, _ := v.writes(path, "Eerste"); a.status != 303 || mails() != 0 {
			t.Errorf("by itself: %d mails", mails())
		}
		if a := s.post("/notices/read"); a.status != 303 || s.bell() != "Meldingen" {
			t.Errorf("all read: %d, %q", a.status, s.bell())
		}
		if a := s.post("/profile/notices", "mail", "directly"); a.status != 303 {
			t.Fatal(a.status)
		}
		for _, text := range []string{"Geheim een", "Geheim twee"} {
			if a, _ := v.writes(path, text); a.status != 303 {
				t.Fatal(a.status)
			}
		}
		if n := mails(); n != 1 {
			t.Errorf("%d mails of two messages that wait in one case", n)
		}
		if got := s.bell(); got != "2 nieuwe meldingen" {
			t.Errorf("the bell: %q", got)
		}
		one := regexp.MustCompile(`action="(/notices/[a-z0-9]+/read)"`).FindStringSubmatch(s.get("/notices").body)
		if a := s.post(one[1]); a.status != 303 || s.bell() != "1 nieuwe melding" {
			t.Errorf("one read: %d, %q", a.status, s.bell())
		}
		if a := tom.post(one[1]); a.status != 404 {
			t.Errorf("a colleague's: %d", a.status)
		}
		s.post("/notices/read")
		// A document of the client (D43).
		if a := v.send(path+"/documents/new", ownDrawing(), file{"gevel.pdf", smallPDF}); a.status != 303 {
			t.Fatal(a.status)
		}
		h.work()
		if b := s.get("/notices").body; !strings.Contains(b, "De klant voegde een document toe: ") {
			t.Error("no notice of the document")
		}
		if b := tom.get("/notices").body; strings.Contains(b, "dakkapel") {
			t.Error("a colleague who is not involved is told")
		}
		if a := s.post("/profile/notices", "mail", "never"); a.status != 303 || h.count(`select count(*) from account where notice_mail`) != 0 {
			t.Errorf("no more: %d", a.status)
		}
	})
}

func TestD35_WhoStandsInIsToldTooAndCanSeeTheCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, noor, tom := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		path := h.townCase("Z-2026-0117")
		deputy := regexp.MustCompile(`<option value="([a-z0-9]+)"[^>]*>Tom de Graaf`).FindStringSubmatch(noor.get("/profile/absence").body)[1]
		later := time.Now().AddDate(0, 0, 10)
		for until, want := range map[string]int{"": 422, "gisteren": 422, "2020-01-01": 422} {
			if a := noor.post("/profile/absence", "until", until, "deputy", deputy); a.status != want || !strings.Contains(a.body, `value="`+until+`"`) {
				t.Errorf("until %q: %d", until, a.status)
			}
		}
		if a := noor.post("/profile/absence", "until", later.Format("2-1-2006"), "deputy", deputy); a.status != 303 {
			t.Fatalf("away: %d", a.status)
		}
		if a := tom.get(path); a.status != 404 {
			t.Errorf("before there is anything: %d", a.status)
		}
		if a, _ := v.writes(path, "Is er iemand?"); a.status != 303 {
			t.Fatal(a.status)
		}
		if tom.bell() != "1 nieuwe melding" || noor.bell() != "1 nieuwe melding" {
			t.Errorf("the bells: %q and %q", tom.bell(), noor.bell())
		}
		if b := tom.get(path).body; !strings.Contains(b, "Noor Bakker is afwezig tot ") || !strings.Contains(b, "Tom de Graaf neemt waar.") {
			t.Error("the page does not say so")
		}
		// An administrator ends it; anybody else cannot.
		admin, id := h.inTown(townDesk, townAdmin), ""
		if m := regexp.MustCompile(`(?s)href="/settings/departments/absence/([a-z0-9]+)">Noor Bakker`).FindStringSubmatch(admin.get("/settings/departments").body); m != nil {
			id = m[1]
		}
		if a := tom.post("/settings/departments/absence/"+id, "do", "back"); a.status != 403 {
			t.Errorf("by a colleague: %d", a.status)
		}
		if a := admin.post("/settings/departments/absence/"+id, "do", "back"); a.status != 303 || h.count(`select count(*) from absence`) != 0 {
			t.Errorf("by the administrator: %d", a.status)
		}
	})
}

func TestE24_AdministratorsMakeDepartmentsAndTypesWaitInThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, clerk := h.inTown(townDesk, townAdmin), h.inTown(townDesk, townClerk)
		page := admin.get("/settings/departments/new").body
		once := regexp.MustCompile(`name="once" value="([a-z0-9]+)"`).FindStringSubmatch(page)[1]
		for name, says := range map[string]string{"": "Dit veld is verplicht.", strings.Repeat("a", 61): "60", "Openbare ruimte": "Er is al een afdeling met deze naam."} {
			if a := admin.post("/settings/departments/new", "once", once, "name", name); a.status != 422 || !strings.Contains(a.body, says) || name != "" && !strings.Contains(a.body, `value="`+name+`"`) {
				t.Errorf("%q: %d", name, a.status)
			}
		}
		if a := admin.post("/settings/departments/new", "once", once, "name", "Vergunningen", "member", "bestaatniet"); a.status != 422 {
			t.Errorf("a member who is nobody: %d", a.status)
		}
		for range 2 {
			if a := admin.post("/settings/departments/new", "once", once, "name", "Vergunningen"); a.status != 303 {
				t.Errorf("made: %d", a.status)
			}
		}
		if n := h.count(`select count(*) from department where name = 'Vergunningen'`); n != 1 {
			t.Errorf("%d departments", n)
		}
		for _, s := range []*visitor{clerk, h.inTown(townDesk, "auditor@waterlandaanzee.example")} {
			if a := s.post("/settings/departments/new", "once", "x", "name", "Van mij"); a.status != 403 {
				t.Errorf("by another one: %d", a.status)
			}
		}
		at := regexp.MustCompile(`href="(/settings/departments/([a-z0-9]+))">Vergunningen`).FindStringSubmatch(admin.get("/settings/departments").body)
		if a := admin.post(at[1], "version", "1", "name", "Bouwen"); a.status != 303 {
			t.Errorf("renamed: %d", a.status)
		}
		if a := admin.post(at[1], "version", "1", "name", "Wonen"); a.status != 409 || !strings.Contains(a.body, "„Bouwen”") || !strings.Contains(a.body, `value="Wonen"`) {
			t.Errorf("a colleague was first: %d", a.status)
		}
		// A case without a handler needs a department, which it has of its type.
		kind := h.townType("omgevingsvergunning")
		draft := []string{"once", "nieuw", "number", "Z-77", "title", "Schuur", "type", strings.TrimPrefix(kind, "/settings/types/"), "handler", ""}
		if a := clerk.post("/dossiers/new", draft...); a.status != 422 {
			t.Errorf("for nobody: %d", a.status)
		}
		if a := admin.post(kind+"/department", "department", at[2]); a.status != 303 || h.count(`select count(*) from journal where event = 'dossier_type.department_set'`) == 0 {
			t.Errorf("the type: %d", a.status)
		}
		if a := clerk.post("/dossiers/new", draft...); a.status != 303 || h.count(`select count(*) from dossier where number = 'Z-77' and handler_id is null and department_id is not null`) != 1 {
			t.Errorf("for its department: %d", a.status)
		}
	})
}

func TestD14_D47_PartiesHaveTheirDataAndTheInitiatorABell(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		id := strings.TrimPrefix(path, "/dossiers/")
		h.exec(fmt.Sprintf(`insert into dossier_party (tenant_id, dossier_id, client_id, added_at) select 'gemeente', '%s', client_id, created_at from account where tenant_id = 'gemeente' and email = 'h.veenstra@post.example'`, id))
		parties := func() []string {
			b := between(s.get(path).body, `<section id="betrokkenen">`, "</section>")
			if !strings.Contains(b, ">Betrokkenen</h2>") || !strings.Contains(b, resident) || !strings.Contains(b, "h.veenstra@post.example") {
				t.Errorf("the parties: %s", b)
			}
			return strings.SplitAfter(b, "</li>")
		}
		const bell = "Krijgt een e-mail bij wijzigingen:"
		if rows := parties(); !strings.Contains(rows[0], "Yilmaz") || !strings.Contains(rows[0], "initiator") || strings.Contains(rows[0], bell) || strings.Contains(rows[1], bell) || strings.Contains(rows[1], "initiator") {
			t.Errorf("before she wants mail: %v", rows)
		}
		if a := v.post("/profile/notifications", "groups", "all"); a.status != 303 {
			t.Fatal(a.status)
		}
		rows := parties()
		if !strings.Contains(rows[0], "#bell") || strings.Index(rows[0], bell) > strings.Index(rows[0], "Yilmaz") || !strings.Contains(rows[0], bell) {
			t.Errorf("the initiator: %s", rows[0])
		}
		if strings.Contains(rows[1], bell) { // he wants mail too, and did not begin it
			t.Errorf("another party: %s", rows[1])
		}
		if a := v.post("/profile/notifications"); a.status != 303 {
			t.Fatal(a.status)
		}
		if rows := parties(); strings.Contains(rows[0], bell) {
			t.Error("the bell stays")
		}
		// Who has no right on the case finds no parties either.
		if a := h.inTown(townDesk, townColleague).get(path); a.status != 404 {
			t.Errorf("a colleague who is not involved: %d", a.status)
		}
	})
}

func TestK4_WhereClientsConverseThereAreNoNotes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example")
		path := "/dossiers/" + h.dossier("2026-01482")
		for name, b := range map[string]string{"the client's": v.get(path).body, "the office's": s.get(path).body} {
			if strings.Contains(b, "/note\"") {
				t.Errorf("%s page has a form for notes", name)
			}
		}
		for _, who := range []*visitor{v, s} {
			if a := who.get(path + "/note"); a.status != 404 {
				t.Errorf("the page: %d", a.status)
			}
			if a := who.post(path+"/note", "once", "x", "body", "Hallo"); a.status != 404 {
				t.Errorf("posted: %d", a.status)
			}
		}
		if n := h.count(`select count(*) from note where tenant_id = 'notaris'`); n != 0 {
			t.Errorf("%d notes", n)
		}
		// An administrator chooses it.
		admin := h.staff("beheer@delinde.example")
		at := "/settings/modules"
		fields := append(admin.filled(at), "messaging", "note")
		if a := admin.post(at, fields...); a.status != 303 {
			t.Fatalf("chosen: %d", a.status)
		}
		if a, _ := v.writes(path, "Hallo"); a.status != 303 {
			t.Errorf("then: %d", a.status)
		}
		if b := v.get(path).body; strings.Contains(b, "/messages/new") {
			t.Error("there are two ways to write")
		}
	})
}
