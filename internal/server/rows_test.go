package server_test

import (
	"context"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// hide unpublishes dossiers of the notary as an employee.
func (v *visitor) hide(numbers ...string) {
	v.h.t.Helper()
	for _, n := range numbers {
		if a := v.post("/dossiers/" + v.h.dossier(n) + "/publish"); a.status != 303 {
			v.h.t.Fatalf("%s: %d", n, a.status)
		}
	}
}

func TestN12_N14_WithoutDossiersThereIsAWordAndWithoutOtherStatusesNoFilter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(dewit), h.staff(handlerEmail)
		if b := v.get("/dossiers").body; !strings.Contains(b, `name="status"`) {
			t.Error("no filter for who has a closed dossier")
		}
		s.hide("2024-00310") // his only closed one
		if b := v.get("/dossiers").body; strings.Contains(b, `name="status"`) || !strings.Contains(b, "2026-01482") {
			t.Error("a filter with nothing to choose, or no dossiers")
		}
		s.hide("2026-01482", "2026-01483")
		a := v.get("/dossiers")
		if a.status != 200 || !strings.Contains(a.body, "U heeft geen lopende dossiers.") || strings.Contains(a.body, "<table") || strings.Contains(a.body, `name="status"`) {
			t.Errorf("without a dossier: %d", a.status)
		}
		if b := v.get("/").body; !strings.Contains(b, "0 in behandeling, 0 totaal") {
			t.Error("Home counts dossiers that are not there")
		}
	})
}

var tabShape = regexp.MustCompile(`(?s)<a href="/dossiers/[a-z0-9]+\?tab=([a-z]+)(?:#[a-z]+)?".*?</a>`)

// tab is what a tab says: how many things, and how many of them are new.
type tab struct{ count, fresh string }

func (v *visitor) tabs(dossier string) map[string]tab {
	v.h.t.Helper()
	all := map[string]tab{}
	for _, m := range tabShape.FindAllStringSubmatch(v.get("/dossiers/"+dossier).body, -1) {
		all[m[1]] = tab{between(m[0], `class="count">`, "<"), between(m[0], `class="new">`, "<")}
	}
	if len(all) != 4 {
		v.h.t.Fatalf("the tabs are %v", all)
	}
	return all
}

func TestN16_AnEmptyTabIsZeroAndWhatOneSendsIsNotNew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, id := h.client("p.vanhouten@post.example"), h.staff(handlerEmail), h.dossier("2026-01455")
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update document set published_at = null where tenant_id = 'notaris' and dossier_id = $1 and category = 'correspondence'`, id)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `delete from unread where tenant_id = 'notaris' and dossier_id = $1 and tab = 'correspondence'`, id)
			return err
		}))
		mine, theirs := v.tabs(id), s.get("/").body
		if mine["correspondence"] != (tab{"0", ""}) || mine["delivered"] != (tab{"1", ""}) {
			t.Errorf("an empty tab and one with a file of his own read %v", mine)
		}
		if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "own", "subject": "Van mijzelf", "body": "Hierbij."}, file{"stuk.pdf", pdf}); a.status != 303 {
			t.Fatal(a.status)
		}
		h.work()
		sent := v.tabs(id)
		if sent["messages"].fresh != mine["messages"].fresh || sent["messages"].count == mine["messages"].count || sent["delivered"] != (tab{"2", ""}) {
			t.Errorf("after sending a message with a file: from %v to %v", mine, sent)
		}
		if b := s.get("/").body; strings.Contains(theirs, "Van mijzelf") || !strings.Contains(b, "Van mijzelf") {
			t.Error("the message is not new to the office")
		}
		waiting := s.get("/").body
		if a := s.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "office", "subject": "Van kantoor", "body": "Dank u."}); a.status != 303 {
			t.Fatal(a.status)
		}
		if b := s.get("/").body; strings.Contains(b, "Van kantoor") || !strings.Contains(waiting, "Van mijzelf") {
			t.Error("what the office sends waits for the office")
		}
	})
}

func TestN2_KnownAndUnknownAddressesGetTheSamePage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ask := func(email string) answer { return h.visit(portal).post("/password", "email", email) }
		known, unknown := ask(dewit), ask("nobody@post.example")
		if known.status != 200 || unknown.status != 200 || known.body != unknown.body || !strings.Contains(known.body, "Als dit e-mailadres bij ons bekend is") {
			t.Errorf("known %d and unknown %d differ", known.status, unknown.status)
		}
		for _, head := range []answer{known, unknown} {
			head.header.Del("Date")
		}
		if !maps.EqualFunc(known.header, unknown.header, func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }) {
			t.Errorf("the headers differ: %v and %v", known.header, unknown.header)
		}
		if len(h.mails("nobody@post.example")) != 0 {
			t.Error("an unknown address was mailed")
		}
		for _, bad := range []string{"", "abc"} {
			if a := ask(bad); a.status != 422 {
				t.Errorf("%q: %d", bad, a.status)
			}
		}
	})
}

// link asks for a link and returns its path from the mail.
func (h *house) link() string {
	h.t.Helper()
	h.unthrottle()
	if a := h.visit(portal).post("/password", "email", dewit); a.status != 200 {
		h.t.Fatal(a.status)
	}
	all := h.mails(dewit)
	return token.FindString(all[len(all)-1].Text)
}

func TestN3_ADeadLinkSaysSoAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const fresh = "Nieuwwacht1"
		dead := func(name, at string) {
			t.Helper()
			for what, a := range map[string]answer{"opened": h.visit(portal).get(at), "posted": h.visit(portal).post(at, "password", fresh)} {
				if a.status != 410 || !strings.Contains(a.body, "Deze link is niet (meer) geldig") || !strings.Contains(a.body, `href="/password"`) || len(a.header.Values("Set-Cookie")) != 0 {
					t.Errorf("%s, %s: %d", name, what, a.status)
				}
			}
			if a := h.visit(portal).post("/login", "email", dewit, "password", fresh); a.status != 422 {
				t.Errorf("%s: the password changed: %d", name, a.status)
			}
			h.unthrottle()
			h.client(dewit) // fails unless the old one works
		}
		altered := []byte(h.link())
		altered[len(altered)-1] ^= 1
		dead("altered", string(altered))
		expired := h.link()
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account_token set expires_at = $1 where purpose = 'set_password'`, db.At(tx.Now().Add(-1)))
			return err
		}))
		dead("expired", expired)
		used := h.link()
		if a := h.visit(portal).post(used, "password", world.Password); a.status != 303 {
			t.Fatalf("a good link: %d %s", a.status, a.body)
		}
		dead("used", used)
	})
}

func TestN9_TheVersionAndNothingElseOfTheInside(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		host, err := os.Hostname()
		must(t, err)
		v := h.visit(portal)
		for name, a := range map[string]answer{
			"login": v.get("/login"), "e-mail address": v.get("/password"), "password": v.get(h.link()), "dead link": v.get("/password/nonsense"),
			"no such page": v.get("/nothing"), "wrong password": v.post("/login", "email", dewit, "password", "Fout1234"),
		} {
			if !strings.Contains(a.body, "Versie: 1.2.3") {
				t.Errorf("%s shows no version", name)
			}
			for _, inside := range []string{strings.TrimPrefix(h.dir, "/"), host + ".", host + ":", host + " ", "goroutine", "go:", "internal/", "sql:"} {
				if regexp.MustCompile(`\b` + regexp.QuoteMeta(inside)).MatchString(a.body) {
					t.Errorf("%s shows %q", name, inside)
				}
			}
		}
	})
}

func TestN10_HomeIsOnEveryScreen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, id := h.client(dewit), h.dossier("2026-01482")
		letter := between(v.get("/dossiers/"+id+"?tab=messages").body, `href="/dossiers/`+id+`/messages/`, `"`)
		for _, at := range []string{
			"/", "/dossiers", "/dossiers?q=xyzzy", "/dossiers/" + id, "/dossiers/" + id + "?tab=messages", "/dossiers/" + id + "/messages/" + letter,
			"/dossiers/" + id + "/messages/new", "/profile", "/help", "/accessibility", "/privacy", "/nothing", "/dossiers/" + strings.Repeat("a", 26),
		} {
			if b := v.get(at).body; !homeLink.MatchString(b) {
				t.Errorf("%s has no way Home", at)
			}
		}
		for _, want := range []string{"Dossiers", "Acties", "Mijn gegevens"} {
			if !strings.Contains(v.get("/").body, want) {
				t.Errorf("Home lacks %s", want)
			}
		}
		if b := h.visit(portal).get("/login").body; homeLink.MatchString(b) {
			t.Error("a visitor is shown a Home that he cannot open")
		}
	})
}

var homeLink = regexp.MustCompile(`(?s)<a[^>]* href="/"[^>]*>(?:[^<]|<svg.*?</svg>|<span[^>]*>)*Home`)
