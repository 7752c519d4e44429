package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/mail/mailtest"
)

func TestN41_AnotherLanguageShowsAfterLoggingOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, second, other := h.client("c.dewit@post.example"), h.client("c.dewit@post.example"), h.client("p.vanhouten@post.example")
		b := v.get("/profile").body
		for _, want := range []string{"Instellen taal", "Nederlands", "Engels"} {
			if !strings.Contains(b, want) {
				t.Errorf("no %q", want)
			}
		}
		if a := v.post("/profile/language", "language", "en"); a.status != 303 {
			t.Fatalf("choose: %d", a.status)
		}
		b = v.get("/profile").body
		if !strings.Contains(b, "De gekozen taal wordt actief nadat u bent uitgelogd.") || !strings.Contains(b, `<html lang="nl"`) {
			t.Error("this session does not stay Dutch, with a notice")
		}
		if b := second.get("/profile").body; !strings.Contains(b, `<html lang="nl"`) {
			t.Error("another session of his has changed")
		}
		v.post("/logout")
		v = h.client("c.dewit@post.example")
		if b := v.get("/profile").body; !strings.Contains(b, `<html lang="en"`) || !strings.Contains(b, "Set language") {
			t.Error("after logging in again it is not English")
		}
		other.post("/logout")
		if b := h.client("p.vanhouten@post.example").get("/profile").body; !strings.Contains(b, `<html lang="nl"`) {
			t.Error("somebody else reads English")
		}
	})
}

func TestA5_AnotherLanguageShowsAtOnceWhereTheOfficeSays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, v := h.staff("beheer@delinde.example"), h.client("c.dewit@post.example")
		save := func(pairs ...string) answer {
			version := between(admin.get("/settings/languages").body, `name="version" value="`, `"`)
			return admin.post("/settings/languages", append(pairs, "version", version)...)
		}
		if a := save("languages", "nl", "languages", "en", "apply", "immediate"); a.status != 303 {
			t.Fatalf("save: %d", a.status)
		}
		v.post("/profile/language", "language", "en")
		if b := v.get("/profile").body; !strings.Contains(b, `<html lang="en"`) || !strings.Contains(b, "The language you chose has been stored.") {
			t.Error("it does not show at once")
		}
		h.visit(portal).post("/password", "email", "c.dewit@post.example")
		h.work()
		letters := mailtest.Outbox(t, h.dir+"/outbox")
		if last := letters[len(letters)-1]; last.To != "c.dewit@post.example" || !strings.Contains(last.Text, "Choose password") && !strings.Contains(last.Text, "Set password") {
			t.Errorf("the mail is not in English: %.200s", last.Text)
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'account.language_changed'`)
		must(t, err)
		if n != 1 {
			t.Errorf("%d entries in the journal", n)
		}
	})
}

func TestA5_ALanguageThatIsNotOfferedCannotBeChosen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, v := h.staff("beheer@delinde.example"), h.client("c.dewit@post.example")
		version := between(admin.get("/settings/languages").body, `name="version" value="`, `"`)
		for _, bad := range [][]string{{"apply", "immediate"}, {"languages", "fr", "apply", "immediate"}, {"languages", "nl", "apply", "sometime"}} {
			if a := admin.post("/settings/languages", append(bad, "version", version)...); a.status != 422 {
				t.Errorf("%v: %d", bad, a.status)
			}
		}
		if a := v.post("/profile/language", "language", "fr"); a.status != 422 {
			t.Errorf("French: %d", a.status)
		}
		if a := admin.post("/settings/languages", "languages", "nl", "apply", "immediate", "version", version); a.status != 303 {
			t.Fatalf("save: %d", a.status)
		}
		if a := v.post("/profile/language", "language", "en"); a.status != 422 {
			t.Errorf("English, which the office no longer speaks: %d", a.status)
		}
		if strings.Contains(v.get("/profile").body, "Instellen taal") {
			t.Error("a choice of one is offered")
		}
	})
}
