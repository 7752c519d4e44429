package server_test

import (
	"slices"
	"strings"
	"testing"

	"voordeur/internal/identity"
)

// Who acts for somebody else reads in one mail for whom the news is, and it leads to where he acts for that one. What
// stands in a name is no place of the mail's text.
func TestE9_SeveralChangesOfSomebodyElseSayWhose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.exec(`update client set name = 'C. {name} de Wit' where tenant_id = 'notaris' and id = '` + h.clientOf(dewit) + `'`)
		h.actingOn(true)
		v, s := h.client(vanHouten), h.staff(handlerEmail)
		v.post("/profile/notifications", "groups", "documents", "groups", "messages")
		id := h.mandated(dewit, vanHouten)
		path := "/dossiers/" + h.dossier("2026-01482")
		write := func(once string) {
			if a := s.send(path+"/messages/new", map[string]string{"once": once, "subject": "Geheim onderwerp", "body": "Een geheime tekst."}); a.status != 303 {
				t.Fatalf("message %s: %d", once, a.status)
			}
		}
		had := len(h.mails(vanHouten))
		write("a")
		one := h.mails(vanHouten)
		if len(one) != had+1 || !strings.Contains(one[had].Text, "Dit gaat over C. {name} de Wit, voor wie u handelt.") {
			t.Fatalf("of one message: %v", one[had:])
		}
		write("b")
		write("c")
		all := h.mails(vanHouten)
		if len(all) != had+2 {
			t.Fatalf("of two more: %d mails", len(all)-had-1)
		}
		last := all[had+1]
		for _, want := range []string{"Voor C. {name} de Wit, voor wie u handelt: 2 nieuwe berichten", "/namens/" + id + path} {
			if !strings.Contains(last.Text, want) || !strings.Contains(last.HTML, want) {
				t.Errorf("it does not say %q: %s", want, last.Text)
			}
		}
		if strings.Contains(last.Text+last.HTML, "eheim") {
			t.Errorf("it holds contents: %s", last.Text)
		}
		// A mandate that ends before the mail goes ends the news too.
		h.exec(`update account set mailed_at = '2999-01-01T00:00:00.000000Z' where tenant_id = 'notaris' and email_key = '` + vanHouten + `'`)
		write("e")
		h.work()
		if a := h.client(dewit).post("/profile/mandates/" + id + "/end"); a.status != 303 {
			t.Fatalf("ended: %d", a.status)
		}
		for _, l := range h.mails(vanHouten)[had+2:] {
			if strings.Contains(l.Subject, "nieuws") || strings.Contains(l.Subject, "bericht van") {
				t.Errorf("news of somebody for whom he no longer acts: %s", l.Subject)
			}
		}
	})
}

// Nothing is mailed that is not asked for again when the mail goes.
func TestE9_EveryEventIsAskedAgainWhenItsMailGoes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, e := range append(slices.Clone(identity.Events), identity.Noticed) {
			if !h.Identity.Asked(e) {
				t.Errorf("nobody says whether %s still stands", e)
			}
		}
	})
}
