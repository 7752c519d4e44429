package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/mail/mailtest"
)

// event is something that the office or a client does, with the group of switches it belongs to: ""
// for what nobody is mailed of.
type event struct {
	name, group string
	do          func(once string)
}

// secrets are the words of the events that no mail may hold.
var secrets = []string{"Geheim", "geheim", "2026-01482", "Lindelaan 12", "woning", "Verhoeven"}

// events are what happens in the client's dossier, each time with another key.
func (h *house) events(client, office *visitor) []event {
	id, hidden := h.dossier("2026-01482"), h.dossier("2026-01499")
	add := func(dossier, once string) string {
		name := "Geheim " + once + ".pdf"
		if a := office.send("/dossiers/"+dossier+"/documents", map[string]string{"once": once, "category": "document"}, file{name, pdf}); a.status != 303 {
			h.t.Fatalf("%s: %d %s", name, a.status, a.body)
		}
		h.work()
		doc, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = $1`, name)
		must(h.t, err)
		return "/dossiers/" + dossier + "/documents/" + doc + "/show"
	}
	show := func(v *visitor, at, on string) {
		if a := v.post(at, "on", on); a.status != 303 {
			h.t.Fatalf("%s: %d", at, a.status)
		}
	}
	write := func(v *visitor, once string, files ...file) {
		if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": once, "subject": "Geheim onderwerp", "body": "Een geheime tekst."}, files...); a.status != 303 {
			h.t.Fatalf("message %s: %d", once, a.status)
		}
	}
	return []event{
		{"a document is added", "", func(once string) { add(id, once) }},
		{"a document is published", "documents", func(once string) { show(office, add(id, once), "1") }},
		{"a document is withdrawn", "documents", func(once string) { // the mail is that of its publication
			at := add(id, once)
			show(office, at, "1")
			h.later()
			show(office, at, "")
		}},
		{"a document is published in a dossier that is not", "", func(once string) { show(office, add(hidden, once), "1") }},
		{"the office writes", "messages", func(once string) { write(office, once) }},
		{"the office writes with a document", "messages", func(once string) { write(office, once, file{"Geheim bij " + once + ".pdf", pdf}) }},
		{"the client writes", "", func(once string) { write(client, once) }},
	}
}

// Each switch gives the mail of its own group and no other; nobody else is mailed.
func TestN47_EachSwitchGivesItsOwnMail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(dewit), h.staff(handlerEmail)
		const other = "p.vanhouten@post.example"
		h.client(other).post("/profile/notifications", "groups", "documents", "groups", "messages")
		others := len(h.mails(other))
		for n, on := range [][]string{{}, {"documents"}, {"messages"}, {"questionnaires"}, {"documents", "messages", "questionnaires"}} {
			var form []string
			for _, group := range on {
				form = append(form, "groups", group)
			}
			if a := v.post("/profile/notifications", form...); a.status != 303 {
				t.Fatalf("%v: %d", on, a.status)
			}
			for k, e := range h.events(v, s) {
				had := len(h.mails(dewit))
				e.do(fmt.Sprint("n", n, "e", k))
				all := h.mails(dewit)[had:]
				if want := slices.Contains(on, e.group); len(all) > 1 || (len(all) == 1) != want {
					t.Errorf("with %v on, %s: %d mails", on, e.name, len(all))
				}
				for _, l := range all {
					h.discreet(l, e)
				}
			}
		}
		if n := len(h.mails(other)) - others; n != 0 {
			t.Errorf("a client of another dossier got %d mails", n)
		}
	})
}

// discreet checks that a mail tells that there is something, where, and how to get no more of them;
// and nothing of what it is.
func (h *house) discreet(l mailtest.Letter, e event) {
	h.t.Helper()
	own := "http://" + portal + ":8080"
	for part, text := range map[string]string{"subject": l.Subject, "text": l.Text, "page": l.HTML} {
		for _, word := range secrets {
			if strings.Contains(text, word) {
				h.t.Errorf("%s: the %s holds %q:\n%s", e.name, part, word, text)
			}
		}
		if part != "subject" && (!strings.Contains(text, own+"/dossiers/"+h.dossier("2026-01482")) || !strings.Contains(text, own+"/profile#notifications")) {
			h.t.Errorf("%s: the %s lacks the link to the dossier or to the switches:\n%s", e.name, part, text)
		}
	}
	if what := map[string]string{"documents": "document", "messages": "bericht"}[e.group]; !strings.Contains(l.Subject, what) {
		h.t.Errorf("%s: the subject is %q", e.name, l.Subject)
	}
	if got := l.Header.Get("List-Unsubscribe"); got != "<"+own+"/profile#notifications>" {
		h.t.Errorf("%s: List-Unsubscribe is %q", e.name, got)
	}
}

// Who is blocked, or has no password yet, is mailed of nothing, whatever his switches say.
func TestN47_OnlyActiveAccountsAreMailed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(dewit), h.staff(handlerEmail)
		v.post("/profile/notifications", "groups", "documents", "groups", "messages")
		events := h.events(v, s)
		for _, state := range []string{"blocked", "invited", "active"} {
			must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update account set state = $1 where tenant_id = 'notaris' and email_key = $2`, state, dewit)
				return err
			}))
			had := len(h.mails(dewit))
			events[1].do("document " + state)
			h.later()
			events[4].do("message " + state)
			if n, active := len(h.mails(dewit))-had, state == "active"; (n == 2) != active || (n == 0) == active {
				t.Errorf("%s: %d mails", state, n)
			}
		}
	})
}
