package server_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// inTown is a browser of somebody who is logged in at the municipality.
func (h *house) inTown(host, email string) *visitor {
	h.t.Helper()
	v := h.visit(host)
	a := v.post("/login", "email", email, "password", world.Password)
	if host == townDesk {
		code, err := totp.GenerateCode(world.TOTP, time.Now())
		must(h.t, err)
		a = v.post("/login/code", "code", code)
	}
	if a.status != 303 {
		h.t.Fatalf("%s: login %d", email, a.status)
	}
	return v
}

const (
	resident  = "a.yilmaz@post.example"
	townClerk = "behandelaar@waterlandaanzee.example"
	townAdmin = "beheer@waterlandaanzee.example"
)

// townCase is the address of a case.
func (h *house) townCase(number string) string {
	h.t.Helper()
	id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from dossier where tenant_id = 'gemeente' and number = $1`, number)
	must(h.t, err)
	return "/dossiers/" + id
}

// townType is the address of a type.
func (h *house) townType(key string) string {
	h.t.Helper()
	id, err := db.One(context.Background(), h.DB, db.Value[string], `select id from dossier_type where tenant_id = 'gemeente' and key = $1`, key)
	must(h.t, err)
	return "/settings/types/" + id
}

var tile = regexp.MustCompile(`(?s)<li class="case">.*?</li>`)

func TestD20_D24_E10_RunningCasesAreTilesAndClosedOnesStandApart(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.inTown(townPortal, resident)
		b := v.get("/dossiers").body
		running, over, found := strings.Cut(b, `id="afgesloten"`)
		tiles := tile.FindAllString(running, -1)
		if !found || len(tiles) != 2 || len(tile.FindAllString(over, -1)) != 1 || !strings.Contains(over, "Z-2026-0098") || !strings.Contains(over, "Opgehaald") {
			t.Fatalf("%d tiles of what runs", len(tiles))
		}
		permit := tiles[0]
		if !strings.Contains(permit, "Z-2026-0117") {
			permit = tiles[1]
		}
		for _, want := range []string{"Zaak Z-2026-0117", "Omgevingsvergunning dakkapel", "begonnen op", "In behandeling", "Omgevingsvergunning · "} {
			if !strings.Contains(permit, want) {
				t.Errorf("the tile has no %q: %s", want, permit)
			}
		}
		for _, other := range []string{"Z-2026-0089", "Z-2026-0125", "Kapvergunning kastanje"} {
			if strings.Contains(b, other) {
				t.Errorf("the case %s of somebody else", other)
			}
		}
	})
}

func TestD22_D25_D36_E11_E12_TheTimelineSaysWhereItStands(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		b := v.get(path).body
		now := between(b, `<li class="now"`, "</li>")
		if !strings.Contains(now, "In behandeling") || !strings.Contains(now, "Een medewerker beoordeelt uw plan.") || !strings.Contains(now, "Wij beoordelen uw aanvraag.") || strings.Count(b, `<li class="done"`) != 3 {
			t.Errorf("the timeline says now %q", now)
		}
		for _, secret := range []string{"Interne toets", "bestemmingsplan", "toets"} {
			if strings.Contains(b, secret) {
				t.Errorf("the page has %q of a status that is not shown", secret)
			}
		}
		if b := s.get(path).body; !strings.Contains(b, "Interne toets") || !strings.Contains(b, "(de klant ziet deze status niet)") {
			t.Error("an employee does not see which status the client does not")
		}
		// A new case is not taken up before somebody has.
		report := h.townCase("Z-2026-0131")
		if now := between(v.get(report).body, `<li class="now"`, "</li>"); strings.Contains(now, "In behandeling") {
			t.Error("taken up by nobody")
		}
		version := versionField.FindStringSubmatch(s.get(report + "/status").body)[1]
		if a := s.post(report+"/status", "version", version, "status", "in-behandeling", "note", "De monteur komt <morgen>."); a.status != 303 {
			t.Fatal(a.status)
		}
		if now := between(v.get(report).body, `<li class="now"`, "</li>"); !strings.Contains(now, "In behandeling") || !strings.Contains(now, "De monteur komt &lt;morgen&gt;.") || !strings.Contains(now, "<time") {
			t.Errorf("taken up it says %q", now)
		}
		// A colleague with the page of before is told what was done, and keeps what he typed.
		a := s.post(report+"/status", "version", version, "status", "opgelost", "note", "Mijn tekst")
		if a.status != 409 || !strings.Contains(a.body, "De monteur komt") || !strings.Contains(a.body, "Mijn tekst") {
			t.Errorf("a page of before: %d", a.status)
		}
	})
}

func TestD45_D46_ResultsAreShownAndWhoFillsThemInIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		const warning = "de klant leest het resultaat"
		page := s.get(path + "/status").body
		if !strings.Contains(page, warning) || strings.Contains(v.get(path).body, `class="outcome"`) {
			t.Error("no warning, or a result before there is one")
		}
		a := s.post(path+"/status", "version", versionField.FindStringSubmatch(page)[1], "status", "besluit", "result_text", "Lees de brief.")
		if a.status != 422 || !strings.Contains(a.body, "Lees de brief.") || !strings.Contains(a.body, "result-error") {
			t.Errorf("an end without a result: %d", a.status)
		}
		a = s.post(path+"/status", "version", versionField.FindStringSubmatch(page)[1], "status", "besluit", "result", "verleend", "result_text", "Lees de brief.")
		if a.status != 303 {
			t.Fatal(a.status)
		}
		if b := v.get(path).body; !strings.Contains(b, "Toegekend") || !strings.Contains(b, "U krijgt wat u heeft aangevraagd.") || !strings.Contains(b, "Lees de brief.") {
			t.Error("the resident does not read the result")
		}
		// Where clients see nothing of the type there is nothing to warn of.
		admin := h.inTown(townDesk, "beheer@waterlandaanzee.example")
		h.takeOut(admin, "melding")
		if b := s.get(h.townCase("Z-2026-0131") + "/status").body; strings.Contains(b, warning) {
			t.Error("a warning where nobody sees it")
		}
		if a := v.get(h.townCase("Z-2026-0131")); a.status != 404 {
			t.Errorf("a case of a type that is not in the portal: %d", a.status)
		}
	})
}

// takeOut takes a type out of the portal, as an administrator does.
func (h *house) takeOut(admin *visitor, key string) {
	h.t.Helper()
	at := h.townType(key)
	page := admin.get(at + "/general").body
	a := admin.post(at+"/general", "version", versionField.FindStringSubmatch(page)[1], "name_nl", "Melding", "name_en", "Report", "offered", "on",
		"threshold", "zaakvertrouwelijk", "rank", "zaakvertrouwelijk", "term", "10", "progress", "timeline")
	if a.status != 303 {
		h.t.Fatalf("%d: %s", a.status, a.body)
	}
	page = admin.get(at).body
	if !strings.Contains(page, "Zichtbaar voor de klant wordt „nee”, was „ja”") {
		h.t.Errorf("the difference is not told: %s", between(page, `class="prose draft"`, "</section>"))
	}
	if a := admin.post(at+"/use", "version", versionField.FindStringSubmatch(page)[1]); a.status != 303 {
		h.t.Fatalf("used: %d", a.status)
	}
	h.work()
}

func TestD13_E8_OneSwitchForAllMail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.inTown(townPortal, resident)
		box := func() string {
			return regexp.MustCompile(`<input[^>]*name="groups"[^>]*>`).FindString(v.get("/profile").body)
		}
		if b := box(); b == "" || strings.Contains(b, "checked") || strings.Count(v.get("/profile").body, `name="groups"`) != 1 {
			t.Fatalf("the switch is %q", b)
		}
		if a := v.post("/profile/notifications", "groups", "all"); a.status != 303 || !strings.Contains(box(), "checked") {
			t.Errorf("on: %d, %q", a.status, box())
		}
		if a := v.post("/profile/notifications"); a.status != 303 || strings.Contains(box(), "checked") {
			t.Errorf("off: %d, %q", a.status, box())
		}
		// Who has no address is asked for one.
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account set email = '', email_key = id where tenant_id = 'gemeente' and email_key = $1`, resident)
			return err
		}))
		if a := v.post("/profile/notifications", "groups", "all"); a.status != 422 || !strings.Contains(a.body, "Wij hebben geen e-mailadres van u.") {
			t.Errorf("without an address: %d", a.status)
		}
	})
}

func TestD19_D22_D23_AnAdministratorMakesATypeWithoutASupplier(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, clerk := h.inTown(townDesk, townAdmin), h.inTown(townDesk, townClerk)
		version := func(path string) string { return versionField.FindStringSubmatch(s.get(path).body)[1] }
		if a := clerk.get("/settings/types"); a.status != 403 {
			t.Errorf("an employee who is no administrator: %d", a.status)
		}
		if a := s.post("/settings/types/new", "once", "k", "name_nl", "", "name_en", "Market"); a.status != 422 || strings.Count(a.body, "Vul dit in") > 2 {
			t.Errorf("without a name: %d", a.status)
		}
		if a := s.post("/settings/types/new", "once", "k", "name_nl", "Melding", "name_en", "Report"); a.status != 422 || !strings.Contains(a.body, "Er is al een soort met deze naam.") {
			t.Errorf("a name that is taken: %d", a.status)
		}
		at := s.post("/settings/types/new", "once", "k", "name_nl", "Standplaats markt", "name_en", "Market pitch").header.Get("Location")
		if again := s.post("/settings/types/new", "once", "k", "name_nl", "Standplaats markt", "name_en", "Market pitch").header.Get("Location"); at == "" || again != at {
			t.Fatalf("made %q and %q", at, again)
		}
		if b := clerk.get("/dossiers/new").body; strings.Contains(b, "Standplaats markt") {
			t.Error("a type that is not in use can be chosen")
		}
		st := at + "/statuses/new"
		old := version(st)
		if a := s.post(st, "version", old, "name_nl", "Loting", "name_en", "Draw", "portal", "on", "colour", "info", "place", "2", "text_nl", "Wij loten.", "url", "javascript:alert(1)", "button_nl", "Kijk", "button_en", "Look"); a.status != 422 || !strings.Contains(a.body, "Wij loten.") || !strings.Contains(a.body, "url-error") {
			t.Errorf("a button to a script: %d", a.status)
		}
		if a := s.post(st, "version", old, "name_nl", "Loting", "name_en", "Draw", "portal", "on", "colour", "info", "place", "2", "text_nl", "Wij loten."); a.status != 303 {
			t.Fatalf("a status: %d", a.status)
		}
		if a := s.post(st, "version", old, "name_nl", "Wachtlijst", "name_en", "List", "colour", "info"); a.status != 409 || !strings.Contains(a.body, "Wachtlijst") {
			t.Errorf("a page of before: %d", a.status)
		}
		page := s.get(at).body
		if i, j := strings.Index(page, "Loting"), strings.Index(page, "In behandeling"); i < 0 || j < i {
			t.Error("the status does not stand in its place")
		}
		if a := s.post(at+"/use", "version", version(at)); a.status != 303 {
			t.Fatalf("taken into use: %d", a.status)
		}
		if b := clerk.get("/dossiers/new").body; !strings.Contains(b, "Standplaats markt") {
			t.Error("it cannot be chosen")
		}
		// Another municipality takes it over: what it would change is shown first.
		out := s.get(at + "/export")
		if out.status != 200 || !strings.Contains(out.header.Get("Content-Disposition"), "standplaats-markt.json") || !strings.Contains(out.body, `"loting"`) {
			t.Fatalf("downloaded: %d %v", out.status, out.header)
		}
		bad := strings.Replace(out.body, `"portal": true`, `"portaal": true`, 1)
		if a := s.send("/settings/types/import", nil, file{"soort.json", bad}); a.status != 422 || !strings.Contains(a.body, "„portaal” kennen wij niet") {
			t.Errorf("an unknown key: %d", a.status)
		}
		if a := s.send("/settings/types/import", nil, file{"soort.json", strings.Replace(out.body, "Wij loten.", "Wij loten eerlijk.", 1)}); a.status != 303 || a.header.Get("Location") != at {
			t.Fatalf("taken over: %d to %s", a.status, a.header.Get("Location"))
		}
		page = s.get(at).body
		if !strings.Contains(page, "„Wij loten eerlijk.”, was „Wij loten.”") || !strings.Contains(page, "Dit geldt meteen") {
			t.Errorf("the difference: %s", between(page, `class="prose draft"`, "</section>"))
		}
		if a := s.post(at+"/discard", "version", version(at)); a.status != 303 || strings.Contains(s.get(at).body, "eerlijk") {
			t.Error("the draft stays")
		}
	})
}

// How long a closed case is kept is part of its type, in whole days, months or years; a result may say another term.
func TestAnAdministratorSaysHowLongCasesAreKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.inTown(townDesk, townAdmin)
		at := h.townType("gehandicaptenparkeerkaart")
		version := func() string { return versionField.FindStringSubmatch(s.get(at + "/general").body)[1] }
		general := func(pairs ...string) answer {
			return s.post(at+"/general", append([]string{"version", version(), "name_nl", "Parkeerkaart", "name_en", "Card", "portal", "on", "threshold", "zaakvertrouwelijk", "rank", "intern", "progress", "steps"}, pairs...)...)
		}
		for _, bad := range []struct{ choice, number, say string }{
			{"days", "0", "van 1 tot en met 73000"},
			{"years", "-1", "van 1 tot en met 200"},
			{"years", "0,5", "van 1 tot en met 200"},
			{"months", "2401", "van 1 tot en met 2400"},
			{"years", "", "van 1 tot en met 200"},
			{"years", "99999999999999999999", "van 1 tot en met 200"},
			{"", "20", "Bij „20” hoort een keuze"},
			{"forever", "20", "Bij „20” hoort een keuze"},
			{"X", "<b>", "van 1 tot en met"},
		} {
			a := general("retention", bad.choice, "keep", bad.number)
			if a.status != 422 || bad.choice != "X" && (!strings.Contains(a.body, bad.say) || !strings.Contains(a.body, `value="`+bad.number+`"`) && bad.number != "") || !strings.Contains(a.body, `value="Parkeerkaart"`) || strings.Contains(a.body, "<b>") {
				t.Errorf("%q of %q: %d", bad.number, bad.choice, a.status)
			}
		}
		if a := general("retention", "years", "keep", " 7 "); a.status != 303 {
			t.Fatalf("seven years: %d", a.status)
		}
		result := at + "/results/verleend"
		if a := s.post(result, "version", version(), "name_nl", "Toegekend", "name_en", "Granted", "retention", "days", "keep", "0"); a.status != 422 || !strings.Contains(a.body, "keep-error") {
			t.Errorf("a result with zero days: %d", a.status)
		}
		if a := s.post(result, "version", version(), "name_nl", "Toegekend", "name_en", "Granted", "retention", "forever", "keep", ""); a.status != 303 {
			t.Fatalf("for good: %d", a.status)
		}
		page := s.get(at).body
		for _, want := range []string{"Bewaren na afsluiten", "„7 jaar”", "„Blijvend bewaren”", "bewaren: Blijvend bewaren", "Dit wordt versie 2"} {
			if !strings.Contains(page, want) {
				t.Errorf("the difference lacks %q: %s", want, between(page, `class="prose draft"`, "</section>"))
			}
		}
		if a := s.post(at+"/use", "version", version()); a.status != 303 {
			t.Fatalf("used: %d", a.status)
		}
		out := s.get(at + "/export").body
		if !strings.Contains(out, `"retention": "P7Y"`) || !strings.Contains(out, `"retention": "blijvend_bewaren"`) {
			t.Errorf("the file: %s", out)
		}
		// A file with zero days comes in as a draft that cannot be used, and says what to mend.
		if a := s.send("/settings/types/import", nil, file{"soort.json", strings.Replace(out, "P7Y", "P0D", 1)}); a.status != 303 {
			t.Fatalf("taken over: %d", a.status)
		}
		if page := s.get(at).body; !strings.Contains(page, "Vul een heel getal in, van 1 tot en met 73000.") || strings.Contains(page, `action="`+at+`/use"`) {
			t.Errorf("zero days from a file: %s", between(page, `class="prose draft"`, "</section>"))
		}
		if a := s.post(at+"/use", "version", version()); a.status != 422 {
			t.Errorf("zero days are used: %d", a.status)
		}
	})
}

func TestD41_AnAdministratorSaysWhatClientsMayAdd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.inTown(townDesk, townAdmin)
		at := h.townType("melding")
		version := func() string { return versionField.FindStringSubmatch(s.get(at + "/general").body)[1] }
		add := func(pairs ...string) answer {
			page := s.get(at + "/documents/new").body
			return s.post(at+"/documents/new", append([]string{"version", versionField.FindStringSubmatch(page)[1]}, pairs...)...)
		}
		a := add("name_nl", "Foto van de plek", "name_en", "Photograph", "deliver", "on", "confidentiality", "geheim", "explain_nl", "Van <dichtbij>.")
		if a.status != 422 || !strings.Contains(a.body, "confidentiality-error") || !strings.Contains(a.body, "Van &lt;dichtbij&gt;.") || !strings.Contains(a.body, `value="geheim" selected`) {
			t.Errorf("what the client would not see: %d", a.status)
		}
		if a := add("name_nl", "Foto van de plek", "name_en", "Photograph", "deliver", "on", "required", "on", "place", "1"); a.status != 303 {
			t.Fatalf("added: %d", a.status)
		}
		page := s.get(at).body
		if !strings.Contains(page, "Soort document „Foto van de plek” komt erbij.") || !strings.Contains(page, "klanten kunnen dit toevoegen · moet er altijd zijn") || strings.Index(page, "Foto van de plek</a>") > strings.Index(page, "Machtiging</a>") {
			t.Errorf("the difference: %s", between(page, `class="prose draft"`, "</section>"))
		}
		if a := add("name_nl", "Foto van de plek", "name_en", "Photograph"); a.status != 422 || !strings.Contains(a.body, "Deze naam is er al.") {
			t.Errorf("twice: %d", a.status)
		}
		if a := s.post(at+"/use", "version", version()); a.status != 303 {
			t.Fatalf("used: %d", a.status)
		}
		if out := s.get(at + "/export").body; !strings.Contains(out, `"key": "foto-van-de-plek"`) || !strings.Contains(out, `"client_delivers": true`) {
			t.Errorf("the file: %s", out)
		}
		// Taken out again it is a version of its own: a running case keeps what it has.
		if a := s.post(at+"/documents/foto-van-de-plek", "version", version(), "do", "remove"); a.status != 303 || !strings.Contains(s.get(at).body, "Soort document „Foto van de plek” verdwijnt voor nieuwe zaken.") {
			t.Errorf("taken out: %d", a.status)
		}
		if a := s.get(at + "/documents/bestaat-niet"); a.status != 404 {
			t.Errorf("one that is not there: %d", a.status)
		}
	})
}

func TestD37_D38_NothingOfACaseThatIsNoLongerPublished(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0117")
		doc := regexp.MustCompile(`/dossiers/[a-z0-9]+/documents/[a-z0-9]+`).FindString(listedRow(v.get(path).body, "Uitnodiging commissie.pdf"))
		if a := v.get(doc); a.status != 200 {
			t.Fatalf("a document: %d", a.status)
		}
		if a := s.post(path + "/publish"); a.status != 303 {
			t.Fatal(a.status)
		}
		if a, b := v.get(path), v.get(doc); a.status != 404 || b.status != 404 {
			t.Errorf("the case %d, its document %d", a.status, b.status)
		}
		if a := s.post(path+"/publish", "on", "1"); a.status != 303 || v.get(doc).status != 200 {
			t.Error("it does not come back")
		}
		if a := s.post(doc + "/show"); a.status != 303 || v.get(doc).status != 404 {
			t.Error("a document that was unticked is there")
		}
	})
}
