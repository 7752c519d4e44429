package server_test

import (
	"regexp"
	"strings"
	"testing"
)

// offers are what a client can press on his page, which a preview has not.
var offers = regexp.MustCompile(`(?s)<div class="file-acts">.*?</div>|<p class="back">.*?</p>|<p class="more[^"]*">.*?</p>|<p class="need-act">.*?</p>|<p class="on-phone[^"]*">.*?</p>|<section class="note-frame.*?</section>|<form.*?</form>`)

func TestD48_TheCaseIsSeenAsItsClientSeesItWithWhatHeIsAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		fill := b.asks("2026-01482", "")
		path := "/dossiers/" + h.dossier("2026-01482")
		s := b.handler
		if p := v.get(path).body; !strings.Contains(p, "Vragen over de koop") || !strings.Contains(p, `href="`+fill+`"`) {
			t.Error("the client's own page does not lead to the questionnaire")
		}
		state := func() string {
			return h.value(`select (select count(*) from unread) || ' ' || (select count(*) from document_read) || ' ' || (select count(*) from message_read) || ' ' || (select count(*) from mail) || ' ' || (select count(*) from news) || ' ' ||
				(select count(*) from journal where event not like '%viewed%') || ' ' || (select string_agg(state, ',') from (select state from questionnaire order by id) q)`)
		}
		before := state()
		at := s.get(path + "/as-client").header.Get("Location")
		for _, tab := range []string{"", "?tab=correspondence", "?tab=document", "?tab=delivered", "?tab=messages"} {
			seen, own := mainOf(s.get(at+tab).body), mainOf(v.get(path+tab).body)
			if !strings.Contains(seen, "Vragen over de koop") || strings.Contains(seen, fill) || strings.Contains(seen, "<form") || strings.Contains(seen, "<button") {
				t.Errorf("%s: without the questionnaire, or with something to press", tab)
			}
			if got, want := words(offers.ReplaceAllString(seen, "")), words(offers.ReplaceAllString(own, "")); got != want {
				t.Errorf("%s: staff see another page than the client:\n%s\n%s", tab, got, want)
			}
		}
		if got := state(); got != before {
			t.Errorf("looking changed something: %s, then %s", before, got)
		}
		// Neither the preview nor the office fills anything in.
		for _, a := range []answer{s.post(at, "x", "y"), s.get(at + "/questionnaires/" + fill[strings.LastIndex(fill, "/")+1:]), s.post(fill, "page", "wie", "a.naam", "x")} {
			if a.status != 404 && a.status != 405 {
				t.Errorf("an act of the client: %d", a.status)
			}
		}
		// What was taken back, or filled in, the client has no more, nor does the preview.
		h.exec(`update questionnaire set state = 'withdrawn' where tenant_id = 'notaris'`)
		if strings.Contains(mainOf(s.get(at).body), "Vragen over de koop") || strings.Contains(mainOf(v.get(path).body), "Vragen over de koop") {
			t.Error("a questionnaire that was taken back is there")
		}
	})
}

func TestD48_WhatIsAskedInACaseIsInThePreviewOfWhoIsAskedAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, v, path := h.inTown(townDesk, townClerk), h.inTown(townPortal, veenstra), h.townCase("Z-2026-0125")
		item := h.value(`select min(i.name) from request_item i join dossier d on d.tenant_id = i.tenant_id and d.id = i.dossier_id where d.tenant_id = 'gemeente' and d.number = 'Z-2026-0125'`)
		at := s.get(path + "/as-client").header.Get("Location")
		seen, own := mainOf(s.get(at).body), mainOf(v.get(path).body)
		if !strings.Contains(seen, item) || !strings.Contains(own, item) || strings.Contains(seen, "/requests/") {
			t.Errorf("%q is missing, or can be answered", item)
		}
		h.exec(`insert into dossier_party (tenant_id, dossier_id, client_id, added_at, initiator) select d.tenant_id, d.id, a.client_id, d.created_at, false from dossier d join account a on a.tenant_id = d.tenant_id
			where d.tenant_id = 'gemeente' and d.number = 'Z-2026-0125' and a.email_key = '` + resident + `'`)
		other := h.value(`select client_id from account where tenant_id = 'gemeente' and email_key = '` + resident + `'`)
		if b := mainOf(s.get(path + "/as-client/" + other).body); strings.Contains(b, item) || !strings.Contains(b, "Gehandicaptenparkeerkaart") {
			t.Error("another party is shown what only the first is asked")
		}
	})
}

func TestD21_OnlyOwnCases(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, other := h.inTown(townPortal, resident), h.inTown(townPortal, veenstra)
		path, gone := h.townCase("Z-2026-0117"), "/dossiers/"+never
		if a := v.get(path); a.status != 200 || !strings.Contains(v.get("/dossiers").body, path) {
			t.Fatalf("who began it: %d", a.status)
		}
		doc := "/documents/" + h.value(`select min(x.id) from document x join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id where d.tenant_id = 'gemeente' and d.number = 'Z-2026-0117'`)
		hides := func() {
			t.Helper()
			for _, part := range []string{"", "?tab=messages", "/note", "/looks", "/documents/new", doc, doc + "/open"} {
				got, want := other.get(path+part), other.get(gone+part)
				if got.status != 404 || got.body != strings.ReplaceAll(want.body, never, strings.TrimPrefix(path, "/dossiers/")) {
					t.Errorf("somebody else's %q: %d", part, got.status)
				}
			}
			if a := other.post(path+"/note", "once", "x", "body", "Hallo"); a.status != 404 {
				t.Errorf("a message in somebody else's case: %d", a.status)
			}
			for _, at := range []string{"/", "/dossiers", "/dossiers?q=dakkapel", "/dossiers?filtered=1"} {
				if b := other.get(at).body; strings.Contains(b, path) || strings.Contains(b, "Omgevingsvergunning dakkapel") {
					t.Errorf("%s tells of somebody else's case", at)
				}
			}
		}
		hides()
		// Whom the office makes a party sees it, for as long as he is one.
		theirs := h.value(`select client_id from account where tenant_id = 'gemeente' and email_key = '` + veenstra + `'`)
		s := h.inTown(townDesk, townClerk)
		s.saveCase(path, theirs)
		if a := other.get(path); a.status != 200 || !strings.Contains(other.get("/dossiers").body, path) {
			t.Errorf("an authorised party: %d", a.status)
		}
		s.saveCase(path)
		hides()
	})
}

// saveCase saves the form of a case with these parties besides who began it.
func (v *visitor) saveCase(path string, more ...string) {
	v.h.t.Helper()
	body := v.get(path + "/edit").body
	form := []string{"version", versionField.FindStringSubmatch(body)[1], "number", "Z-2026-0117", "title", "Omgevingsvergunning dakkapel", "rank", "zaakvertrouwelijk"}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]*name="(handler|department)".*?</select>`).FindAllStringSubmatch(body, -1) {
		if on := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[0]); on != nil {
			form = append(form, m[1], on[1])
		}
	}
	form = append(form, "party", v.h.value(`select client_id from account where tenant_id = 'gemeente' and email_key = '`+resident+`'`))
	for _, id := range more {
		form = append(form, "party", id)
	}
	if a := v.post(path+"/edit", form...); a.status != 303 {
		v.h.t.Fatalf("saving the case: %d %s", a.status, words(mainOf(a.body)))
	}
}
