package server_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
)

// survey is a small form with a condition, a group that repeats, a sum and a file.
const survey = `{"format": 1, "id": "koop", "title": {"nl": "Vragen over de koop", "en": "Questions about the purchase"}, "pages": [
	{"id": "wie", "title": {"nl": "Wie koopt er?", "en": "Who is buying?"}, "questions": [
		{"id": "naam", "kind": "text", "label": {"nl": "Naam", "en": "Name"}, "required": true, "prefill": ["earlier", "client.name"]},
		{"id": "kinderen", "kind": "yesno", "label": {"nl": "Heeft u kinderen?", "en": "Do you have children?"}, "required": true}]},
	{"id": "kinderen_pagina", "title": {"nl": "Uw kinderen", "en": "Your children"}, "show": {"answer": "kinderen", "is": "yes"}, "questions": [
		{"id": "kind", "kind": "group", "label": {"nl": "Kinderen", "en": "Children"}, "repeat": {"min": 1, "max": 3, "label": {"nl": "Kind", "en": "Child"}},
		 "questions": [{"id": "kindnaam", "kind": "text", "label": {"nl": "Naam van het kind", "en": "Name of the child"}, "required": true},
			{"id": "spaargeld", "kind": "amount", "label": {"nl": "Spaargeld", "en": "Savings"}}]},
		{"id": "samen", "kind": "computed", "format": "amount", "label": {"nl": "Samen", "en": "Together"}, "value": {"total": "spaargeld"}}]},
	{"id": "stukken", "title": {"nl": "Stukken", "en": "Papers"}, "questions": [
		{"id": "paspoort", "kind": "file", "label": {"nl": "Paspoort", "en": "Passport"}},
		{"id": "opmerking", "kind": "longtext", "label": {"nl": "Opmerking", "en": "Remark"}},
		{"id": "haast", "kind": "yesno", "label": {"nl": "Heeft het haast?", "en": "Is it urgent?"}},
		{"id": "wanneer", "kind": "text", "label": {"nl": "Wanneer moet het klaar zijn?", "en": "When must it be ready?"}, "show": {"answer": "haast", "is": "yes"}, "required": true},
		{"id": "reden", "kind": "text", "label": {"nl": "Waarom?", "en": "Why?"}, "show": {"answer": "haast", "is": "yes"}}]}]}`

var (
	partyOption  = regexp.MustCompile(`<select[^>]*name="to"[^>]*>\s*<option value="([^"]+)"`)
	formOption   = regexp.MustCompile(`<option value="([^"]+)"[^>]*>Vragen over de koop`)
	askedField   = regexp.MustCompile(`name="asked" value="([^"]*)"`)
	questionLink = regexp.MustCompile(`/dossiers/[a-z0-9]{26}/questionnaires/[a-z0-9]{26}`)
)

// bureau is the office's side of a questionnaire.
type bureau struct {
	*house
	admin, handler *visitor
}

func (h *house) bureau() bureau {
	h.t.Helper()
	return bureau{h, h.staff("beheer@delinde.example"), h.staff("behandelaar@delinde.example")}
}

// asks sends the survey in a dossier, to the first that can be chosen or to whom it says, and returns where that is filled in.
func (h bureau) asks(number, to string) string {
	h.t.Helper()
	s := h.handler
	if a := h.admin.post("/settings/questionnaires", "source", survey); a.status != 303 {
		h.t.Fatalf("the form: %d %s", a.status, words(a.body))
	}
	at := "/dossiers/" + h.dossier(number) + "/questionnaires"
	page := s.get(at).body
	if to == "" {
		to = partyOption.FindStringSubmatch(page)[1]
	}
	had := len(questionLink.FindAllString(page, -1))
	if a := s.post(at, "once", onceField.FindStringSubmatch(page)[1], "form", formOption.FindStringSubmatch(page)[1], "to", to); a.status != 303 {
		h.t.Fatalf("sending: %d %s", a.status, words(a.body))
	}
	links := questionLink.FindAllString(s.get(at).body, -1)
	if len(links) != had+1 {
		h.t.Fatalf("%d questionnaires after sending one to %d", len(links), had)
	}
	return links[0]
}

// page posts a page of the questionnaire as its form has it, with answers in pairs.
func (v *visitor) page(at, page string, answers ...string) answer {
	v.h.t.Helper()
	body := v.get(at + "?page=" + page).body
	fields := map[string]string{"page": page, "once": first(onceField, body), "version": first(versionField, body)}
	for i := 0; i+1 < len(answers); i += 2 {
		fields[answers[i]] = answers[i+1]
	}
	return v.send(at, fields)
}

func first(r *regexp.Regexp, s string) string {
	if m := r.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

func TestN35_N36_N37_N38_N39_N40_AQuestionnaireFromSendingToThePDF(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		s := b.handler
		v.post("/profile/notifications", "groups", "questionnaires")
		before := actions(v)
		at := b.asks("2026-01482", "")
		if got := actions(v); got != before+1 {
			t.Errorf("Acties counts %d, was %d", got, before)
		}
		if to := h.mailedTo("questionnaires"); len(to) != 1 || to[0] != wit {
			t.Errorf("mail to %v", to)
		}
		if p := v.get("/actions").body; !strings.Contains(words(p), "Invullen: Vragen over de koop") || !strings.Contains(p, at) {
			t.Errorf("Acties lacks it: %s", words(p))
		}
		if p := v.get(at).body; !strings.Contains(p, "<h1>Wie koopt er?</h1>") {
			t.Errorf("the first page: %s", words(p))
		}

		// What is missing is said by its field, and what was typed stays (N38).
		if a := v.page(at, "wie", "a.naam", "", "a.kinderen", "yes"); a.status != 422 || !strings.Contains(a.body, `href="#a.naam"`) || !strings.Contains(a.body, `value="yes" checked`) {
			t.Errorf("an answer that is required: %d %s", a.status, words(a.body))
		}
		if a := v.page(at, "wie", "a.naam", strings.Repeat("x", 100_000), "a.kinderen", "yes"); a.status != 422 || !strings.Contains(a.body, "maximaal 200 tekens") {
			t.Errorf("an answer of 100,000 characters: %d", a.status)
		}
		if a := v.page(at, "stukken"); a.status != 409 || !strings.Contains(words(a.body), "Vul eerst de pagina „Wie koopt er?” in.") {
			t.Errorf("a page out of order: %d %s", a.status, words(a.body))
		}
		if a := v.page(at, "nergens"); a.status != 404 {
			t.Errorf("a page that is none: %d", a.status)
		}

		// Saved by "volgende", and there again after another log-in (N37).
		if a := v.page(at, "wie", "a.naam", "De Wit", "a.kinderen", "yes", "a.kindnaam", "dropped"); a.status != 303 {
			t.Fatalf("saving: %d %s", a.status, words(a.body))
		}
		v = h.client(wit)
		if p := v.get(at).body; !strings.Contains(p, "<h1>Uw kinderen</h1>") || strings.Contains(p, "dropped") {
			t.Errorf("going on: %s", words(p))
		}
		if p := v.get(at + "?page=wie").body; !strings.Contains(p, `value="De Wit"`) {
			t.Errorf("page 1 is not kept: %s", words(p))
		}
		more := v.page(at, "kinderen_pagina", "a.kind", "1", "a.kind.1.kindnaam", "Anna", "a.kind.1.spaargeld", "veel", "do", "add.kind")
		if more.status != 200 || !strings.Contains(more.body, `name="a.kind.2.kindnaam"`) || !strings.Contains(more.body, `value="Anna"`) || !strings.Contains(more.body, `value="veel"`) {
			t.Errorf("another child: %d %s", more.status, words(more.body))
		}
		if a := v.page(at, "kinderen_pagina", "a.kind", "2", "a.kind.1.kindnaam", "Anna", "a.kind.1.spaargeld", "1.000,50", "a.kind.2.kindnaam", "Bas", "a.kind.2.spaargeld", "0,50"); a.status != 303 {
			t.Fatalf("children: %d %s", a.status, words(a.body))
		}

		// A file becomes a document of the dossier, and a wrong one is refused by its question.
		body := v.get(at).body
		fields := map[string]string{"page": "stukken", "once": first(onceField, body), "version": "0", "a.opmerking": "Eerste regel"}
		if a := v.sendAs("a.paspoort", at, fields, file{"paspoort.exe", "MZ"}); a.status != 422 || !strings.Contains(a.body, "Eerste regel") || !strings.Contains(a.body, "Dit bestandstype") {
			t.Errorf("a wrong file: %d %s", a.status, words(a.body))
		}
		if a := v.sendAs("a.paspoort", at, fields, file{"paspoort.pdf", "%PDF-1.7\nx"}); a.status != 303 {
			t.Fatalf("a file: %d %s", a.status, words(a.body))
		}
		if a := v.sendAs("a.paspoort", at, fields, file{"paspoort.pdf", "%PDF-1.7\nx"}); a.status != 303 {
			t.Errorf("the second click: %d", a.status)
		}
		h.work()
		if p := v.get("/dossiers/" + h.dossier("2026-01482") + "?tab=delivered").body; strings.Count(p, "<span>paspoort.pdf</span>") != 1 || strings.Contains(p, "Vragen over de koop.pdf") {
			t.Errorf("before completion: %s", words(p))
		}
		if p := words(s.get(at).body); strings.Contains(p, "De Wit Heeft") || !strings.Contains(p, "U leest de antwoorden als de klant klaar is") {
			t.Errorf("the office reads what is not handed in: %s", p)
		}

		// The summary, a change, and the result.
		sum := v.get(at).body
		if p := words(sum); !strings.Contains(p, "Controleer uw antwoorden") || !strings.Contains(p, "€ 1.001,00") || !strings.Contains(p, "paspoort.pdf") || strings.Count(p, "Wijzig ") != 3 {
			t.Errorf("the summary: %s", p)
		}
		if a := v.post(at + "/complete"); a.status != 303 {
			t.Fatalf("completing: %d %s", a.status, words(a.body))
		}
		if a := v.post(at + "/complete"); a.status != 303 {
			t.Errorf("the second click: %d", a.status)
		}
		if p := words(v.get(at).body); !strings.Contains(p, "Afdrukken") || !strings.Contains(p, "Bas") || strings.Contains(p, "Wijzig ") {
			t.Errorf("the result: %s", p)
		}
		if got := actions(v); got != before {
			t.Errorf("Acties counts %d after completion", got)
		}
		if a := v.page(at, "wie", "a.naam", "Anders", "a.kinderen", "no"); a.status != 409 || !strings.Contains(v.get(at).body, "De Wit") {
			t.Errorf("a completed one is changed: %d", a.status)
		}
		h.work()
		if p := v.get("/dossiers/" + h.dossier("2026-01482") + "?tab=delivered").body; strings.Count(p, "<span>Vragen over de koop.pdf</span>") != 1 {
			t.Errorf("not one PDF in the dossier: %s", words(p))
		}
		said := h.paper(v, "Vragen over de koop.pdf")
		for _, want := range []string{"Vragen over de koop", "De Wit", "Kind 1", "Anna", "1.000,50", "Kind 2", "Bas", "1.001,00", "paspoort.pdf", "Eerste regel"} {
			if !strings.Contains(said, want) {
				t.Errorf("the PDF lacks %q: %s", want, said)
			}
		}
		if p := words(s.get(at).body); !strings.Contains(p, "Voltooid door") || !strings.Contains(p, "Anna") {
			t.Errorf("the office: %s", p)
		}
		h.change(`update dossier set closed = true where tenant_id = 'notaris' and id = $1`, h.dossier("2026-01482"))
		if h.paper(v, "Vragen over de koop.pdf") != said {
			t.Error("the PDF is not there after the dossier was closed")
		}
	})
}

// actions is how many questionnaires Home counts.
func actions(v *visitor) int {
	v.h.t.Helper()
	m := regexp.MustCompile(`Acties</span>\s*<span class="meta">(\d+) open`).FindStringSubmatch(v.get("/").body)
	if m == nil {
		v.h.t.Fatal("Home does not count actions")
	}
	return int(m[1][0] - '0')
}

// paper is what a program reads in a PDF of the dossier.
func (h *house) paper(v *visitor, name string) string {
	h.t.Helper()
	id := h.document("2026-01482", name)
	a := v.get("/dossiers/" + h.dossier("2026-01482") + "/documents/" + id)
	if a.status != 200 {
		h.t.Fatalf("%s: %d", name, a.status)
	}
	at := filepath.Join(h.t.TempDir(), "paper.pdf")
	must(h.t, os.WriteFile(at, []byte(a.body), 0o600))
	out, err := exec.Command("pdftotext", "-layout", at, "-").Output()
	must(h.t, err)
	return string(out)
}

// sendAs sends a form with a file in a field of its own.
func (v *visitor) sendAs(field, path string, fields map[string]string, f file) answer {
	v.h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, s := range fields {
		must(v.h.t, w.WriteField(k, s))
	}
	p, err := w.CreateFormFile(field, f.name)
	must(v.h.t, err)
	_, err = io.WriteString(p, f.data)
	must(v.h.t, err)
	must(v.h.t, w.Close())
	return v.do("POST", path, w.FormDataContentType(), &b)
}

func TestN35_N36_N54_AQuestionnaireIsNothingToOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		at, other, s := b.asks("2026-01482", ""), h.client(houten), b.handler
		id := h.dossier("2026-01482")
		gone := other.get("/dossiers/" + id + "/questionnaires/" + strings.Repeat("a", 26))
		if a := other.get(at); a.status != 404 || a.body != gone.body {
			t.Errorf("another client: %d, or other bytes than what never existed", a.status)
		}
		if a := other.page(at, "wie", "a.naam", "x", "a.kinderen", "no"); a.status != 404 {
			t.Errorf("another client fills it in: %d", a.status)
		}
		if a := other.post(at + "/complete"); a.status != 404 {
			t.Errorf("another client completes it: %d", a.status)
		}
		// Below another dossier it is not there either, for both sides.
		wrong := strings.Replace(at, id, h.dossier("2026-01483"), 1)
		for _, v := range []*visitor{h.client(wit), s} {
			if a := v.get(wrong); a.status != 404 {
				t.Errorf("below another dossier: %d", a.status)
			}
		}
		if a := s.post("/dossiers/"+id+"/questionnaires", "once", "z", "form", "nothing", "to", "nobody"); a.status != 422 || strings.Count(a.body, "Maak een keuze") < 2 {
			t.Errorf("sending nothing to nobody: %d", a.status)
		}
	})
}

func TestN35_AWithdrawnQuestionnaireIsNotCountedAndKeepsWhatIsTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		s := b.handler
		before := actions(v)
		at := b.asks("2026-01482", "")
		if a := s.post(at + "/withdraw"); a.status != 303 {
			t.Fatalf("withdrawing: %d", a.status)
		}
		if a := s.post(at + "/withdraw"); a.status != 303 {
			t.Errorf("the second click: %d", a.status)
		}
		if got := actions(v); got != before {
			t.Errorf("Acties counts %d, was %d", got, before)
		}
		if a := v.send(at, map[string]string{"once": "w", "page": "wie", "version": "0", "a.naam": "Getypt", "a.kinderen": "no"}); a.status != 409 || !strings.Contains(a.body, "ingetrokken") || !strings.Contains(a.body, `value="Getypt"`) {
			t.Errorf("posting to a withdrawn one: %d %s", a.status, words(a.body))
		}
		if p := v.get(at); p.status != 200 || !strings.Contains(p.body, "ingetrokken") {
			t.Errorf("its page: %d", p.status)
		}
		if a := s.post(at + "/reopen"); a.status != 409 {
			t.Errorf("reopening what was withdrawn: %d", a.status)
		}
	})
}

func TestN37_ANewVersionLeavesAStartedQuestionnaireAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		at, v := b.asks("2026-01482", ""), h.client(wit)
		if a := v.page(at, "wie", "a.naam", "De Wit", "a.kinderen", "no"); a.status != 303 {
			t.Fatalf("saving: %d", a.status)
		}
		m := b.admin
		if a := m.post("/settings/questionnaires", "source", strings.Replace(survey, `"id": "stukken"`, `"id": "anders"`, 1)); a.status != 303 {
			t.Fatalf("a new version: %d", a.status)
		}
		if p := words(m.get("/settings/questionnaires").body); !strings.Contains(p, "koop, versie 2") {
			t.Errorf("the version: %s", p)
		}
		if a := v.page(at, "stukken", "a.opmerking", "ja"); a.status != 303 {
			t.Errorf("going on with the first version: %d %s", a.status, words(a.body))
		}
		a := m.post("/settings/questionnaires", "source", strings.Replace(survey, `"kind": "yesno"`, `"kind": "yesno", "hint": 1`, 1))
		if a.status != 422 || !strings.Contains(words(a.body), "pagina 1, vraag 2 (kinderen): „hint” hoort hier niet.") || !strings.Contains(a.body, "Heeft u kinderen?") {
			t.Errorf("a bad form: %d %s", a.status, words(a.body))
		}
		if a := b.handler.post("/settings/questionnaires", "source", survey); a.status != 403 {
			t.Errorf("a handler adds a form: %d", a.status)
		}
	})
}

func TestN37_OnlyWhomItWasSentToTakesItOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		head, extra := directie, kim
		account := h.accountOf(head)
		client, err := db.One(context.Background(), h.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and id = $1`, account)
		must(t, err)
		number, err := db.One(context.Background(), h.DB, db.Value[string], `select d.number from dossier d join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id
			where d.tenant_id = 'notaris' and p.client_id = $1 and d.published_at is not null and not d.closed order by d.number limit 1`, client)
		must(t, err)
		boss, colleague := h.client(head), h.client(extra)

		own := b.asks(number, client+"/"+account)
		if a := boss.page(own, "wie", "a.naam", "Baas", "a.kinderen", "no"); a.status != 303 {
			t.Fatalf("saving: %d", a.status)
		}
		if a := colleague.get(own); a.status != 404 {
			t.Errorf("a colleague takes over what was sent to one: %d", a.status)
		}

		all := b.asks(number, client)
		page := boss.get(all).body
		if a := colleague.page(all, "wie", "a.naam", "Collega", "a.kinderen", "no"); a.status != 303 {
			t.Fatalf("a colleague saves what was sent to the company: %d %s", a.status, words(a.body))
		}
		fields := map[string]string{"page": "wie", "once": first(onceField, page), "version": first(versionField, page), "a.naam": "Baas", "a.kinderen": "no"}
		a := boss.send(all, fields)
		if a.status != 409 || !strings.Contains(a.body, "Iemand anders heeft") || !strings.Contains(a.body, `value="Baas"`) {
			t.Errorf("two at once: %d %s", a.status, words(a.body))
		}
		fields["once"], fields["version"] = first(onceField, a.body), first(versionField, a.body)
		if a := boss.send(all, fields); a.status != 303 {
			t.Errorf("saving again by choice: %d", a.status)
		}
	})
}

func TestN39_TheOfficeReopensACompletedQuestionnaire(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at, s := b.asks("2026-01482", ""), b.handler
		if a := v.post(at + "/complete"); a.status != 409 {
			t.Errorf("completing what is not filled in: %d", a.status)
		}
		v.page(at, "wie", "a.naam", "De Wit", "a.kinderen", "no")
		v.page(at, "stukken")
		v.post(at + "/complete")
		if a := s.post(at + "/reopen"); a.status != 303 {
			t.Fatalf("reopening: %d", a.status)
		}
		if a := v.page(at, "wie", "a.naam", "Mevrouw De Wit", "a.kinderen", "no"); a.status != 303 {
			t.Errorf("changing a reopened one: %d", a.status)
		}
		v.post(at + "/complete")
		if p := v.get(at).body; !strings.Contains(p, "Mevrouw De Wit") {
			t.Errorf("the result: %s", words(p))
		}
		// The next one begins with these answers.
		next := b.asks("2026-01482", "")
		if p := v.get(next).body; !strings.Contains(p, `value="Mevrouw De Wit"`) || !strings.Contains(p, "Ingevuld uit uw vorige vragenlijst") {
			t.Errorf("prefill: %s", words(p))
		}
	})
}

func TestN36_N38_WhatElseIsKnownIsOfferedAndTakenOverByWhoFillsIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at := b.asks("2026-01482", "")
		if p := v.get(at).body; !strings.Contains(p, `value="mevrouw C. de Wit"`) || strings.Contains(p, `value="known.`) {
			t.Errorf("what is known once is filled in and not offered: %s", words(p))
		}
		v.page(at, "wie", "a.naam", "Mevrouw De Wit", "a.kinderen", "no")
		v.page(at, "stukken")
		v.post(at + "/complete")

		next := b.asks("2026-01482", "")
		if p := v.get(next).body; !strings.Contains(p, `value="Mevrouw De Wit"`) || !strings.Contains(words(p), "Neem „mevrouw C. de Wit” over uit uw gegevens") {
			t.Fatalf("the other source is not offered: %s", words(p))
		}
		taken := v.page(next, "wie", "a.naam", "Mevrouw De Wit", "a.kinderen", "yes", "do", "known.1.naam")
		if p := words(taken.body); taken.status != 200 || !strings.Contains(taken.body, `value="mevrouw C. de Wit"`) || !strings.Contains(taken.body, `value="yes" checked`) ||
			!strings.Contains(p, "Ingevuld uit uw gegevens") || !strings.Contains(p, "Neem „Mevrouw De Wit” over uit uw vorige vragenlijst") {
			t.Errorf("taking it over: %d %s", taken.status, p)
		}
		if p := v.get(next).body; !strings.Contains(p, `value="Mevrouw De Wit"`) {
			t.Errorf("it was kept before \"Volgende\": %s", words(p))
		}
		for _, do := range []string{"known.7.naam", "known.-1.naam", "known.x.naam", "known.0.kinderen", "known.0.", "known"} {
			if a := v.page(next, "wie", "a.naam", "Half getypt", "a.kinderen", "no", "do", do); a.status != 200 || !strings.Contains(a.body, `value="Half getypt"`) || !strings.Contains(a.body, `value="no" checked`) {
				t.Errorf("%s: %d %s", do, a.status, words(a.body))
			}
		}
		if a := v.page(next, "nergens", "do", "known.0.naam"); a.status != 409 {
			t.Errorf("a page that is none: %d", a.status)
		}
		if a := v.page(next, "wie", "a.naam", "mevrouw C. de Wit", "a.kinderen", "no"); a.status != 303 {
			t.Fatalf("saving what was taken over: %d %s", a.status, words(a.body))
		}
		if p := v.get(next + "?page=wie").body; strings.Contains(p, "Ingevuld uit") || !strings.Contains(words(p), "Neem „Mevrouw De Wit” over uit uw vorige vragenlijst") {
			t.Errorf("what was saved is the client's own, and the other is still offered: %s", words(p))
		}
	})
}

func TestN37_N38_ASessionThatEndsLosesNothingThatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at := b.asks("2026-01482", "")
		typed := map[string]string{"page": "wie", "once": "r1", "version": "0", "a.naam": "Half getypt", "a.kinderen": "yes"}
		h.expire()
		if a := v.send(at, typed); a.status != 303 || a.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("without a session: %d %s", a.status, a.header.Get("Location"))
		}
		v = h.client(wit)
		if p := v.get(v.get("/resume").header.Get("Location")).body; !strings.Contains(p, `value="Half getypt"`) || !strings.Contains(p, "Wat u had getypt, staat er nog") {
			t.Errorf("after logging in: %s", words(p))
		}
		typed["resumed"] = "1"
		if a := v.send(at, typed); a.status != 303 {
			t.Errorf("saving it then: %d", a.status)
		}
		if a := v.get("/resume"); a.header.Get("Location") != "/" {
			t.Error("it is still kept")
		}
	})
}

// What an answer brings up is no mistake of who has not seen it, and is asked also when it need not be answered.
func TestN36_N38_QuestionsThatAnAnswerBringsUpAreAskedBeforeTheNextPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at := b.asks("2026-01482", "")
		v.page(at, "wie", "a.naam", "De Wit", "a.kinderen", "no")
		shown := first(askedField, v.get(at).body)
		if shown != "paspoort opmerking haast" {
			t.Fatalf("the page says it has %q", shown)
		}
		a := v.page(at, "stukken", "a.haast", "yes", "asked", shown)
		if a.status != 200 || !strings.Contains(words(a.body), "Door uw antwoord zijn er vragen bij gekomen: Wanneer moet het klaar zijn? Waarom?") {
			t.Fatalf("what came up: %d %s", a.status, words(a.body))
		}
		if strings.Contains(a.body, "aria-invalid") || !strings.Contains(a.body, `value="yes" checked`) {
			t.Errorf("it is called a mistake, or what was answered is gone: %s", words(a.body))
		}
		// It is one when it was on the page, and then nothing has come up.
		shown = first(askedField, a.body)
		a = v.page(at, "stukken", "a.haast", "yes", "asked", shown)
		if a.status != 422 || !strings.Contains(a.body, `href="#a.wanneer"`) || strings.Contains(words(a.body), "Door uw antwoord") {
			t.Errorf("left open: %d %s", a.status, words(a.body))
		}
		// One that need not be answered is asked once, on a page that was kept.
		a = v.page(at, "stukken", "a.haast", "yes", "a.wanneer", "Morgen", "asked", "paspoort opmerking haast wanneer")
		if a.status != 303 {
			t.Fatalf("keeping it: %d %s", a.status, words(a.body))
		}
		if p := v.get(a.header.Get("Location")).body; !strings.Contains(words(p), "Door uw antwoord zijn er vragen bij gekomen: Waarom?") || !strings.Contains(p, `value="Morgen"`) {
			t.Errorf("what need not be answered: %s", words(p))
		}
		if a = v.page(at, "stukken", "a.haast", "yes", "a.wanneer", "Morgen", "asked", shown); a.status != 303 || !strings.HasSuffix(a.header.Get("Location"), at) {
			t.Errorf("going on: %d %s", a.status, a.header.Get("Location"))
		}
	})
}

func TestN35_N37_AQuestionnaireHasALastDayThatTheOfficeCanMove(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at, s := b.asks("2026-01482", ""), b.handler
		v.post("/profile/notifications", "groups", "questionnaires")
		v.page(at, "wie", "a.naam", "De Wit", "a.kinderen", "no")

		for typed, want := range map[string]string{"gisteren": "Vul een datum in, zoals 31-12-2026.", "1-1-2020": "Kies vandaag of een latere dag.", "1-1-2199": "Kies een dag binnen 5 jaar."} {
			if a := s.post(at+"/due", "due", typed); a.status != 422 || !strings.Contains(words(a.body), want) || !strings.Contains(a.body, `value="`+typed+`"`) {
				t.Errorf("%s: %d %s", typed, a.status, words(a.body))
			}
			list := strings.TrimSuffix(at, at[strings.LastIndex(at, "/"):])
			page := s.get(list).body
			if a := s.post(list, "once", first(onceField, page), "form", first(formOption, page), "to", first(partyOption, page), "due", typed); a.status != 422 || !strings.Contains(words(a.body), want) {
				t.Errorf("sending until %s: %d", typed, a.status)
			}
		}
		day := time.Now().AddDate(0, 0, 9)
		if a := s.post(at+"/due", "due", day.Format("2-1-2006")); a.status != 303 {
			t.Fatalf("a last day: %d %s", a.status, words(a.body))
		}
		if p := words(v.get(at).body); !strings.Contains(p, "Invullen kan tot en met ") {
			t.Errorf("the client is not told until when: %s", p)
		}

		had, mails := actions(v), len(h.mailedTo("questionnaires"))
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update questionnaire set due_on = '2020-02-01' where id = $1`, at[strings.LastIndex(at, "/")+1:])
			return err
		}))
		const late = "De laatste dag om deze vragenlijst in te vullen is voorbij."
		if p := words(v.get(at).body); !strings.Contains(p, late) {
			t.Errorf("after the last day: %s", p)
		}
		if a := v.send(at, map[string]string{"page": "wie", "once": "late", "version": "1", "a.naam": "Te laat getypt", "a.kinderen": "no"}); a.status != 409 || !strings.Contains(words(a.body), late) || !strings.Contains(a.body, `value="Te laat getypt"`) {
			t.Errorf("saving after it: %d %s", a.status, words(a.body))
		}
		if a := v.post(at + "/complete"); a.status != 409 {
			t.Errorf("completing after it: %d", a.status)
		}
		if n := actions(v); n != had-1 {
			t.Errorf("Acties counts %d, was %d", n, had)
		}
		if p := words(s.get(at).body); !strings.Contains(p, "Te laat") {
			t.Errorf("the office is not told: %s", p)
		}
		if a := s.post(at+"/due", "due", ""); a.status != 303 {
			t.Fatalf("without an end: %d", a.status)
		}
		if n := len(h.mailedTo("questionnaires")); n != mails+1 {
			t.Errorf("%d mails to who can go on, was %d", n, mails)
		}
		v.page(at, "stukken")
		if a := v.post(at + "/complete"); a.status != 303 {
			t.Errorf("completing in time: %d", a.status)
		}
		if a := s.post(at+"/due", "due", day.Format(time.DateOnly)); a.status != 409 {
			t.Errorf("a last day of what is completed: %d", a.status)
		}
	})
}
