package server_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/identity"
)

const (
	wit    = "c.dewit@post.example"
	houten = "p.vanhouten@post.example"
)

// saveWith saves a dossier as the office's form has it, with one more party.
func (h *house) saveWith(s *visitor, number, title, email string) {
	h.t.Helper()
	party, err := db.One(context.Background(), h.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and email_key = $1`, email)
	must(h.t, err)
	at := "/dossiers/" + h.dossier(number) + "/edit"
	page := s.get(at).body
	handler := regexp.MustCompile(`<option value="([^"]*)" selected>Sanne`).FindStringSubmatch(page)[1]
	pairs := []string{"once", "join", "version", versionField.FindStringSubmatch(page)[1], "number", number, "title", title, "status", "in_progress", "handler", handler, "party", party}
	for _, had := range regexp.MustCompile(`name="party" value="([^"]*)" checked`).FindAllStringSubmatch(page, -1) {
		pairs = append(pairs, "party", had[1])
	}
	if a := s.post(at, pairs...); a.status != 303 {
		h.t.Fatalf("another party: %d %s", a.status, mainOf(a.body))
	}
}

// later has those be mailed whose last mail is less than five minutes ago as if it were not.
func (h *house) later() {
	h.t.Helper()
	h.work()
	h.exec(`update account set mailed_at = null where mailed_at is not null`)
	h.exec(`update job set run_at = $1 where kind = $2 and done_at is null`, db.At(h.DB.Clock().Now()), identity.JobNews)
	h.work()
}

// mailedTo returns to whom mail of a group was queued, in order.
func (h *house) mailedTo(group string) []string {
	h.t.Helper()
	h.later()
	list, err := db.All(context.Background(), h.DB, db.Value[string], `select address from mail where tenant_id = 'notaris' and purpose = $1 order by created_at, address`, group)
	must(h.t, err)
	return list
}

var letterLink = regexp.MustCompile(`/dossiers/[a-z0-9]{26}/messages/[a-z0-9]{26}`)

// Buyer and seller are in one dossier, and neither reads what the other writes, hands in or is
// answered.
func TestN23_N25_N54_PartiesOfOneDossierDoNotReadEachOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, a, b, id := h.staff("behandelaar@delinde.example"), h.client(wit), h.client(houten), h.dossier("2026-01482")
		at := "/dossiers/" + id
		h.saveWith(s, "2026-01482", "Levering woning", houten)
		if p := b.get(at + "?tab=document"); p.status != 200 || !strings.Contains(p.body, "Concept akte.pdf") {
			t.Fatalf("the new party does not see the dossier and what is published in it: %d", p.status)
		}
		b.post("/profile/notifications", "groups", "messages")

		if p := words(b.get(at + "?tab=messages").body); !strings.Contains(p, "Er zijn nog geen berichten") {
			t.Errorf("the new party reads the conversation of the first: %s", p)
		}
		a.send(at+"/messages/new", map[string]string{"once": "a1", "subject": "Van De Wit", "body": "Zie mijn paspoort."}, file{"paspoort.pdf", "%PDF-1.7\nx"})
		h.work()
		mine := letterLink.FindString(a.get(at + "?tab=messages").body)
		if p := b.get(at + "?tab=delivered").body; strings.Contains(p, "paspoort.pdf") || strings.Contains(p, "identiteitskaart.jpg") {
			t.Error("one party sees what the other handed in")
		}
		file := regexp.MustCompile(at + `/documents/[a-z0-9]{26}`).FindString(a.get(at + "?tab=delivered").body)
		gone := b.get(at + "/documents/" + strings.Repeat("a", 26))
		for _, link := range []string{mine, file, file + "/open"} {
			if got := b.get(link); got.status != 404 || got.body != gone.body {
				t.Errorf("%s of the other party: %d, or other bytes than what never existed", link, got.status)
			}
		}
		if got := b.send(at+"/messages/new", map[string]string{"once": "b0", "subject": "s", "body": "b", "reply_to": mine[strings.LastIndex(mine, "/")+1:]}); got.status != 404 {
			t.Errorf("one party answers what the other wrote: %d", got.status)
		}

		// The office answers De Wit: nobody else hears of it.
		form := s.get(mine).body
		if strings.Contains(form, `name="client"`) || !strings.Contains(form, "Alleen met mevrouw C. de Wit") {
			t.Error("an answer asks to whom, or does not say with whom the conversation is")
		}
		s.send(at+"/messages/new", map[string]string{"once": "s1", "subject": "Re: Van De Wit", "body": "Dank u.", "reply_to": mine[strings.LastIndex(mine, "/")+1:]})
		if !strings.Contains(a.get(at+"?tab=messages").body, "Re: Van De Wit") || strings.Contains(b.get(at+"?tab=messages").body, "Re: Van De Wit") {
			t.Error("the answer is not with whom it was for, or with the other party too")
		}
		if to := h.mailedTo("messages"); len(to) != 0 {
			t.Errorf("mail about somebody else's letter to %v", to)
		}

		// The office writes to all of them, and each answers for himself.
		if f := s.get(at + "/messages/new").body; !strings.Contains(f, "Alle partijen") {
			t.Error("the form of a new message does not ask to whom")
		}
		s.send(at+"/messages/new", map[string]string{"once": "s2", "subject": "Afspraak", "body": "Vrijdag tien uur.", "client": ""}, file_("route.pdf"))
		h.work()
		if to := h.mailedTo("messages"); !slices.Equal(to, []string{houten}) {
			t.Errorf("mail to %v, want the one who asked for it", to)
		}
		everybodys := letterLink.FindString(b.get(at + "?tab=messages").body)
		for _, v := range []*visitor{a, b} {
			if p := v.get(everybodys); p.status != 200 || !strings.Contains(p.body, "route.pdf") {
				t.Errorf("a letter to every party, or what came with it: %d", p.status)
			}
		}
		answer := map[string]string{"once": "b1", "subject": "Re: Afspraak", "body": "Ik kom.", "reply_to": everybodys[strings.LastIndex(everybodys, "/")+1:], "answers": "0"}
		if got := b.send(at+"/messages/new", answer); got.status != 303 {
			t.Errorf("answered: %d", got.status)
		}
		answer["once"], answer["body"] = "a2", "Ik ook."
		if got := a.send(at+"/messages/new", answer); got.status != 303 {
			t.Errorf("one party notices that the other has answered: %d", got.status)
		}
		if p := a.get(at + "?tab=messages").body; strings.Count(p, "Re: Afspraak") != 1 {
			t.Error("one party sees the other's answer")
		}

		// To one of them only, who must be in the dossier.
		if got := s.send(at+"/messages/new", map[string]string{"once": "s3", "subject": "s", "body": "b", "client": "nobody"}); got.status != 422 || !strings.Contains(got.body, "Maak een keuze") {
			t.Errorf("a letter to who is no party: %d", got.status)
		}

		b.get("/") // takes what it said about the answer
		before := words(b.get(at + "/looks").body)
		s.get(mine)
		s.get(file)
		if after := words(b.get(at + "/looks").body); after != before {
			t.Errorf("who looked tells one party what staff read of the other:\n%s\n%s", before, after)
		}
	})
}

func file_(name string) file { return file{name, "%PDF-1.7\nx"} }

// A dossier that is made ready in silence tells of itself once it is published; what is in it then
// is new to those who asked to hear of it.
func TestN34_N47_PublishingADossierTellsThoseWhoAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, v := h.staff("behandelaar@delinde.example"), h.client(wit)
		at := "/dossiers/" + h.dossier("2026-01482")
		v.post("/profile/notifications", "groups", "documents", "groups", "messages")
		s.post(at + "/publish")
		s.send(at+"/documents", map[string]string{"category": "document", "once": "d1"}, file{"akte.pdf", "%PDF-1.7\nx"})
		h.work()
		link := regexp.MustCompile(`action="(`+at+`/documents/[a-z0-9]{26}/show)"`).FindAllStringSubmatch(s.get(at).body, -1)
		for _, l := range link {
			s.post(l[1], "on", "1")
		}
		s.send(at+"/messages/new", map[string]string{"once": "m1", "subject": "Klaar", "body": "Uw akte staat klaar."})
		if a, b := h.mailedTo("documents"), h.mailedTo("messages"); len(a)+len(b) != 0 {
			t.Fatalf("mail about what nobody sees yet: %v %v", a, b)
		}
		s.post(at+"/publish", "on", "1")
		if to := h.mailedTo("changes"); !slices.Equal(to, []string{wit}) {
			t.Errorf("published: mail about documents and messages to %v, want one", to)
		}
		for _, what := range []string{"één dossier", "nieuwe documenten", "nieuwe berichten"} {
			if l := h.mails(wit); !strings.Contains(l[len(l)-1].Text, what) {
				t.Errorf("the mail does not say %q: %s", what, l[len(l)-1].Text)
			}
		}
		s.post(at+"/publish", "on", "1")
		h.saveWith(s, "2026-01482", "Andere naam", wit)
		if a, b := h.mailedTo("documents"), h.mailedTo("messages"); len(a)+len(b)+len(h.mailedTo("changes")) != 1 {
			t.Errorf("publishing again or another name sent more mail: %v %v", a, b)
		}
		if other := h.client(houten); strings.Contains(other.get("/").body, "Klaar") {
			t.Error("another client hears of it")
		}
		// Who joins later hears of what he sees by it, and nobody else does.
		h.client(houten).post("/profile/notifications", "groups", "documents")
		h.saveWith(s, "2026-01482", "Andere naam", houten)
		if to := h.mailedTo("changes"); !slices.Equal(to, []string{wit, houten}) {
			t.Errorf("a new party: mail about documents to %v", to)
		}
	})
}
