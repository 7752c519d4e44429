package server_test

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

const veenstra = "h.veenstra@post.example"

// hiddenIn are the hidden fields of the last form on a page, as a browser would send them.
func hiddenIn(body string) []string {
	var out []string
	body = mainOf(body)
	at := max(0, strings.LastIndex(body, "<form"))
	for _, tag := range inputTag.FindAllString(body[at:], -1) {
		got := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(tag, -1) {
			got[m[1]] = html.UnescapeString(m[2])
		}
		if got["type"] == "hidden" {
			out = append(out, got["name"], got["value"])
		}
	}
	return out
}

// value asks the database for a text.
func (h *house) value(q string) string {
	h.t.Helper()
	var v string
	must(h.t, dbtest.Raw(h.t, h.DB).QueryRow(q).Scan(&v))
	return v
}

// many are the fields of an act for several dossiers.
func many(act string, paths []string, more ...string) []string {
	out := append([]string{"once", "o" + act, "act", act, "from", "/dossiers?filtered=1"}, more...)
	for _, p := range paths {
		out = append(out, "dossier", strings.TrimPrefix(p, "/dossiers/"))
	}
	return out
}

// partOf is what a page of an act says of one dossier, by its number.
func partOf(body, number string) string {
	for _, li := range strings.Split(mainOf(body), "<li>") {
		if one, _, _ := strings.Cut(li, "</li>"); strings.Contains(one, number) {
			return words(one)
		}
	}
	return ""
}

func TestD15_D22_TheStatusOfSeveralCasesIsForetoldAndThenSet(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, other := h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		permit, card, over, report := h.townCase("Z-2026-0117"), h.townCase("Z-2026-0125"), h.townCase("Z-2026-0098"), h.townCase("Z-2026-0131")
		h.exec(`delete from mail`)
		h.exec(`delete from news`)
		h.exec(`update account set notify = 'documents messages' where tenant_id = 'gemeente' and email_key = '` + veenstra + `'`)
		before := h.count(`select count(*) from journal where event = 'dossier.status_set'`)
		look := many("status", []string{permit, card, over, report}, "do", "look", "status", "Wacht op aanvulling", "note", "Stuur <b>alles</b>.")

		a := s.post("/dossiers/bulk", look...)
		if a.status != 200 {
			t.Fatalf("the preview: %d", a.status)
		}
		for number, want := range map[string]string{
			"Z-2026-0117": "Nu: In behandeling. Straks: Wacht op aanvulling. De klant ziet: „Wij wachten op u”, met de toelichting „Stuur &lt;b&gt;alles&lt;/b&gt;.”.",
			"Z-2026-0125": "Dit is al zo. Er verandert niets.",
			"Z-2026-0098": "Deze soort heeft deze status niet.",
			"Z-2026-0131": "Deze soort heeft deze status niet.",
		} {
			if got := partOf(a.body, number); !strings.Contains(got, html.UnescapeString(want)) && !strings.Contains(got, want) {
				t.Errorf("%s: %q", number, got)
			}
		}
		// Looking did nothing: no mail, no entry but that it was looked at.
		if n := h.count(`select (select count(*) from mail) + (select count(*) from news)`) + h.count(`select count(*) from journal where event = 'dossier.status_set'`); n != before {
			t.Errorf("the preview left %d mails and changes", n-before)
		}
		go1 := append(hiddenIn(a.body), "do", "act")
		if n := strings.Count(strings.Join(go1, " "), " seen "); n != 1 {
			t.Errorf("%d dossiers would be changed, want 1", n)
		}
		a = s.post("/dossiers/bulk", go1...)
		if a.status != 200 || !strings.Contains(a.body, "De status van 1 zaak is gewijzigd.") {
			t.Errorf("done: %d %s", a.status, words(mainOf(a.body)))
		}
		if b := h.inTown(townPortal, resident).get(permit).body; !strings.Contains(b, "Stuur &lt;b&gt;alles&lt;/b&gt;.") || !strings.Contains(b, "Wij wachten op u") {
			t.Error("the client does not read it")
		}
		// The same form again says the same and does nothing.
		told := h.told()
		if a := s.post("/dossiers/bulk", go1...); !strings.Contains(a.body, "De status van 1 zaak is gewijzigd.") || h.told() != told {
			t.Errorf("again: %s", words(mainOf(a.body)))
		}
		if n := h.count(`select count(*) from journal where event = 'dossier.status_set'`); n != before+1 {
			t.Errorf("%d entries", n-before)
		}
		// A final status with results, and a closed case, are left to their own page.
		a = s.post("/dossiers/bulk", many("status", []string{permit, over}, "do", "look", "status", "Besluit genomen")...)
		if got := partOf(a.body, "Z-2026-0117"); !strings.Contains(got, "Bij deze status hoort een resultaat.") {
			t.Errorf("with a result: %q", got)
		}
		a = s.post("/dossiers/bulk", many("status", []string{over}, "do", "look", "status", "In behandeling")...)
		if got := partOf(a.body, "Z-2026-0098"); !strings.Contains(got, "Deze zaak is afgesloten.") || strings.Contains(a.body, `value="act"`) {
			t.Errorf("closed: %q", got)
		}
		// A status that clients do not see says so, and mails nobody (D22).
		h.exec(`update account set notify = 'documents messages status' where tenant_id = 'gemeente' and face = 'portal'`)
		a = s.post("/dossiers/bulk", many("status", []string{permit}, "do", "look", "status", "Interne toets")...)
		if got := partOf(a.body, "Z-2026-0117"); !strings.Contains(got, "De klant ziet deze status niet. Voor de klant blijft het „Wij wachten op u”.") || !strings.Contains(got, "Geen enkele klant krijgt een e-mail.") {
			t.Errorf("hidden: %q", got)
		}
		// A colleague who is not involved finds nothing, nor does a made-up case differ.
		want := other.post("/dossiers/bulk", many("status", []string{"/dossiers/" + never}, "do", "look", "status", "In behandeling")...)
		for _, do := range []string{"look", "act", ""} {
			got := other.post("/dossiers/bulk", many("status", []string{permit}, "do", do, "status", "In behandeling", "seen", strings.TrimPrefix(permit, "/dossiers/")+":1-1")...)
			if got.status != 404 || want.status != 404 || got.body != want.body {
				t.Errorf("a colleague, do=%s: %d", do, got.status)
			}
		}
		if a := s.post("/dossiers/bulk", many("status", []string{permit, "/dossiers/" + never}, "status", "")...); a.status != 200 || !strings.Contains(a.body, "1 gekozen zaak is er voor u niet meer") {
			t.Errorf("one of two is there: %d", a.status)
		}
	})
}

func TestD15_D35_ACaseThatChangedAfterThePreviewIsNotChangedSilently(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, admin := h.inTown(townDesk, townClerk), h.inTown(townDesk, townAdmin)
		permit, card := h.townCase("Z-2026-0117"), h.townCase("Z-2026-0125")
		tom := h.value(`select id from account where tenant_id = 'gemeente' and email_key = '` + townColleague + `'`)
		a := s.post("/dossiers/bulk", many("assign", []string{permit, card}, "do", "look", "to", "handler-"+tom)...)
		if got := partOf(a.body, "Z-2026-0117"); !strings.Contains(got, "Nu bij: Noor Bakker. Straks bij: Tom de Wit. De klant ziet als behandelaar: Tom de Wit.") && !strings.Contains(got, "Nu bij: Noor Bakker.") {
			t.Errorf("foretold: %q", got)
		}
		form := append(hiddenIn(a.body), "do", "act")
		if a := admin.post(card+"/publish", "on", ""); a.status != 303 {
			t.Fatal(a.status)
		}
		h.cleared()
		a = s.post("/dossiers/bulk", form...)
		if got := partOf(a.body, "Z-2026-0125"); !strings.Contains(got, "Een ander heeft deze zaak intussen gewijzigd.") || !strings.Contains(a.body, "Het is gedaan bij 1 van de 2.") {
			t.Errorf("changed meanwhile: %s", words(mainOf(a.body)))
		}
		who := func(path string) int {
			return h.count(fmt.Sprintf(`select count(*) from dossier where tenant_id = 'gemeente' and id = '%s' and handler_id = '%s'`, strings.TrimPrefix(path, "/dossiers/"), tom))
		}
		if who(permit) != 1 || who(card) != 0 {
			t.Error("the wrong one was assigned")
		}
		if n := h.count(`select count(*) from notice where account_id = '` + tom + `'`); n != 1 {
			t.Errorf("the colleague has %d notices", n)
		}
		// Looked at again, it says what is so now, and can be done.
		a = s.post("/dossiers/bulk", append(hiddenIn(a.body), "do", "look")...)
		if got := partOf(a.body, "Z-2026-0125"); !strings.Contains(got, "De klant ziet hier niets van") {
			t.Errorf("looked at again: %q", got)
		}
		if s.post("/dossiers/bulk", append(hiddenIn(a.body), "do", "act")...); who(card) != 1 {
			t.Error("and then not done")
		}
		// To a department, where it waits for whoever works there.
		dep := h.value(`select department_id from dossier where tenant_id = 'gemeente' and number = 'Z-2026-0131'`)
		a = s.post("/dossiers/bulk", many("assign", []string{permit}, "do", "look", "to", "department-"+dep)...)
		a = s.post("/dossiers/bulk", append(set(hiddenIn(a.body), "once", "o2"), "do", "act")...)
		if n := h.count(`select count(*) from dossier where tenant_id = 'gemeente' and number = 'Z-2026-0117' and handler_id is null and department_id = '` + dep + `'`); n != 1 {
			t.Errorf("to a department: %s", words(mainOf(a.body)))
		}
		// Nobody who works here, or nobody at all.
		for _, to := range []string{"", "handler-", "handler-" + never, "department-" + never, never} {
			if a := s.post("/dossiers/bulk", many("assign", []string{permit}, "do", "act", "to", to)...); a.status != 422 || !strings.Contains(a.body, "Maak een keuze.") {
				t.Errorf("to %q: %d", to, a.status)
			}
		}
	})
}

func TestD19_D29_SeveralDossiersArePublishedForTheClientsThatThePreviewNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, wit := h.staff("behandelaar@delinde.example"), h.client(wit)
		ready, again := "/dossiers/"+h.dossier("2026-01499"), "/dossiers/"+h.dossier("2026-01483")
		high := "/dossiers/" + h.dossier("2026-01482")
		h.exec(`update dossier set rank = 5, published_at = null where tenant_id = 'notaris' and number = '2026-01482'`)
		h.exec(`update document set published_at = created_at where tenant_id = 'notaris' and dossier_id = '` + h.dossier("2026-01499") + `' and state = 'released'`)
		h.exec(`update account set notify = 'documents' where tenant_id = 'notaris' and face = 'portal'`)
		h.exec(`delete from mail`)
		h.exec(`delete from news`)
		list := []string{strings.TrimPrefix(ready, "/dossiers/"), strings.TrimPrefix(again, "/dossiers/"), strings.TrimPrefix(high, "/dossiers/")}
		a := s.get("/dossiers/bulk?" + url.Values{"act": {"publish"}, "from": {"//elders.example"}, "dossier": list}.Encode())
		if strings.Contains(a.body, "elders.example") {
			t.Error("the way back leaves the house")
		}
		for number, want := range map[string]string{"2026-01499": "De klant ziet dit dossier dan voor het eerst", "2026-01483": "Dit is al zo.", "2026-01482": "De klant ziet dit dossier niet: het is"} {
			if got := partOf(a.body, number); !strings.Contains(got, want) {
				t.Errorf("%s: %q", number, got)
			}
		}
		docs := h.count(`select count(*) from document where tenant_id = 'notaris' and published_at is not null and state = 'released' and dossier_id = '` + h.dossier("2026-01499") + `'`)
		got := partOf(a.body, "2026-01499")
		if docs == 0 || strings.Count(got, "het document") != docs || !strings.Contains(got, "Een e-mail gaat naar: mevrouw C. de Wit.") {
			t.Errorf("%d documents: %q", docs, got)
		}
		if a := wit.get(ready); a.status != 404 || h.count(`select (select count(*) from mail) + (select count(*) from news)`) != 0 {
			t.Fatalf("the preview showed it: %d", a.status)
		}
		a = s.post("/dossiers/bulk", append(hiddenIn(a.body), "do", "act")...)
		if !strings.Contains(a.body, "1 dossier is nu zichtbaar voor de klant.") || wit.get(ready).status != 200 || wit.get(high).status != 404 {
			t.Errorf("published: %s", words(mainOf(a.body)))
		}
		if to := h.mailedTo("changes"); !slices.Equal(to, []string{"c.dewit@post.example"}) {
			t.Errorf("mailed to %v", to)
		}
	})
}

func TestD19_ManyAtOnceHaveALimitAndAWayBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		b := s.get("/dossiers?q=lindelaan").body
		if !strings.Contains(b, `name="dossier" value="`+id+`"`) || !strings.Contains(b, `href="/dossiers?picked=all&amp;q=lindelaan"`) {
			t.Error("the list has no boxes, or no way to choose all")
		}
		if n := strings.Count(s.get("/dossiers?picked=all&q=lindelaan").body, " checked> <span class=\"hidden\">Kies") + strings.Count(s.get("/dossiers?picked=all&q=lindelaan").body, ` checked><span class="hidden">Kies`); n < 2 {
			t.Errorf("%d are chosen of all", n)
		}
		if b := h.staff("auditor@delinde.example").get("/dossiers").body; strings.Contains(b, `name="dossier"`) {
			t.Error("an auditor chooses what to change")
		}
		for _, at := range []string{"act=status", "act=status&from=%2Fdossiers%3Fq%3Dx"} {
			if a := s.get("/dossiers/bulk?" + at); a.status != 422 || !strings.Contains(a.body, "U koos nog niets.") {
				t.Errorf("%s: %d", at, a.status)
			}
		}
		for _, act := range []string{"", "wissen"} {
			if a := s.get("/dossiers/bulk?act=" + act + "&dossier=" + id); a.status != 422 {
				t.Errorf("act %q: %d", act, a.status)
			}
		}
		var crowd []string
		for n := range 26 {
			crowd = append(crowd, fmt.Sprintf("%026d", n))
		}
		if a := s.post("/dossiers/bulk", many("status", crowd)...); a.status != 422 || !strings.Contains(a.body, "Kies er ten hoogste 25 tegelijk.") {
			t.Errorf("26: %d", a.status)
		}
		long := strings.Repeat("é", 2001)
		if a := s.post("/dossiers/bulk", many("status", []string{id}, "do", "look", "status", "Afgehandeld", "note", long)...); a.status != 422 || !strings.Contains(a.body, long+"</textarea>") {
			t.Errorf("too long: %d", a.status)
		}
		if a := s.post("/dossiers/bulk", many("status", []string{id}, "do", "look", "note", "Blijft <i>")...); a.status != 422 || !strings.Contains(a.body, "Blijft &lt;i&gt;</textarea>") {
			t.Errorf("no status: %d", a.status)
		}
	})
}

// What breaks half-way is said as it is, and the same form goes on without doing anything twice.
func TestD15_AnActThatBreaksHalfWaySaysHowFarItCameAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.inTown(townDesk, townClerk)
		first, second := h.townCase("Z-2026-0117"), h.townCase("Z-2026-0125")
		page := s.post("/dossiers/bulk", many("status", []string{first, second}, "do", "look", "status", "Ontvangen")...).body
		form := append(hiddenIn(page), "do", "act")
		stop, mend := `create trigger stop before update on dossier when new.number = 'Z-2026-0125' and new.status = 'ontvangen' begin select raise(abort, 'stop'); end`, `drop trigger stop`
		if h.DB.Dialect() == db.Postgres {
			stop, mend = `alter table dossier add constraint stop check (number <> 'Z-2026-0125' or status <> 'ontvangen')`, `alter table dossier drop constraint stop`
		}
		h.exec(stop)
		a := s.post("/dossiers/bulk", form...)
		if !strings.Contains(a.body, "Het is gedaan bij 1 van de 2.") || !strings.Contains(a.body, "Nog niet gedaan: 1 zaak") || !strings.Contains(partOf(a.body, "Z-2026-0125"), "Gehandicaptenparkeerkaart") {
			t.Errorf("half-way: %d %s", a.status, words(mainOf(a.body)))
		}
		h.exec(mend)
		told := h.count(`select count(*) from journal where event = 'dossier.status_set'`)
		a = s.post("/dossiers/bulk", append(hiddenIn(a.body), "do", "act")...)
		if !strings.Contains(a.body, "De status van 2 zaken is gewijzigd.") {
			t.Errorf("gone on: %s", words(mainOf(a.body)))
		}
		if n := h.count(`select count(*) from journal where event = 'dossier.status_set'`) - told; n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}
