package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// expire ends every session as half an hour of absence does; a code may be used again by then.
func (h *house) expire() {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `update factor set step = 0`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update session set expires_at = $1`, db.At(tx.Now().Add(-1)))
		return err
	}))
}

func TestN28_SessionEndedWhileTyping(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id + "/messages/new"
		typed := map[string]string{"once": "k1", "subject": "Mijn lange verhaal", "body": "Alles over de keuken.\n\nEn de tuin."}
		h.expire()
		a := v.send(at, typed, file{"foto.pdf", "%PDF-1.7"})
		if a.status != 303 || a.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("without a session: %d %s", a.status, a.header.Get("Location"))
		}
		if b := v.get("/login?next=/resume").body; !strings.Contains(b, "Wat u typte, is bewaard") || strings.Contains(b, "keuken") {
			t.Error("the login page does not say that the text is kept, or shows it")
		}
		other := h.client("p.vanhouten@post.example")
		if a := other.get("/resume"); a.status != 303 || a.header.Get("Location") != "/" {
			t.Errorf("another account: %d %s", a.status, a.header.Get("Location"))
		}
		v = h.client("c.dewit@post.example")
		to := v.get("/resume").header.Get("Location")
		b := v.get(to).body
		if to != at+"?resume=1" || !strings.Contains(b, "Mijn lange verhaal") || !strings.Contains(b, "Alles over de keuken.\n\nEn de tuin.") {
			t.Errorf("after logging in at %q the text is not there", to)
		}
		typed["resumed"] = "1"
		if a := v.send(at, typed); a.status != 303 {
			t.Errorf("sent: %d %s", a.status, a.body)
		}
		if a := v.get("/resume"); a.header.Get("Location") != "/" {
			t.Errorf("it is still kept after sending: %s", a.header.Get("Location"))
		}
		if a := h.visit(portal).send(at, typed); a.status != 401 {
			t.Errorf("a visitor who never had a session: %d", a.status)
		}
	})
}

func TestStaffFormSurvivesAnEndedSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.staff("behandelaar@delinde.example")
		h.expire()
		form := []string{"once", "k1", "kind", "person", "name", "Mevrouw Nieuw", "salutation", "mevrouw", "number", "77"}
		if a := s.post("/clients/new", form...); a.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("%d %s", a.status, a.header.Get("Location"))
		}
		s = h.staff("behandelaar@delinde.example")
		b := s.get("/resume").body
		if !strings.Contains(b, `action="/clients/new"`) || !strings.Contains(b, `value="Mevrouw Nieuw"`) {
			t.Error("the form is not offered again")
		}
		if a := s.post("/resume/drop"); a.status != 303 {
			t.Errorf("drop: %d", a.status)
		}
		if a := s.get("/resume"); a.header.Get("Location") != "/" {
			t.Error("it was not thrown away")
		}
	})
}

func TestN27_TwoWindowsAnswerTheSameMessage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		at := "/dossiers/" + id + "/messages/new"
		if a := s.send(at, map[string]string{"once": "q", "subject": "Vraag", "body": "Wanneer kunt u?"}); a.status != 303 {
			t.Fatal(a.status)
		}
		question, err := db.One(context.Background(), h.DB, db.Value[string], `select id from message where tenant_id = 'notaris' and subject = 'Vraag'`)
		must(t, err)
		reply := func(once, body, answers string) answer {
			return v.send(at, map[string]string{"once": once, "subject": "Re: Vraag", "body": body, "reply_to": question, "answers": answers})
		}
		if a := reply("one", "Maandag.", "0"); a.status != 303 {
			t.Fatalf("the first window: %d", a.status)
		}
		a := reply("two", "Dinsdag dan.", "0")
		if a.status != 409 || !strings.Contains(a.body, "Dinsdag dan.") || !strings.Contains(a.body, "is al geantwoord") {
			t.Fatalf("the second window: %d", a.status)
		}
		if a := reply("two", "Dinsdag dan.", between(a.body, `name="answers" value="`, `"`)); a.status != 303 {
			t.Errorf("sent once more by choice: %d", a.status)
		}
		closed := h.dossier("2024-00310")
		if a := v.send("/dossiers/"+closed+"/messages/new", map[string]string{"once": "c", "subject": "Nog iets", "body": "Mijn tekst"}); a.status != 409 || !strings.Contains(a.body, "Mijn tekst") || !strings.Contains(a.body, "afgesloten") {
			t.Errorf("a dossier that was closed meanwhile: %d", a.status)
		}
	})
}
