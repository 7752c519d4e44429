package server_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// whatIsThere is what a page offers, without its looks: words, addresses, fields and buttons.
func whatIsThere(body string) string {
	body = regexp.MustCompile(`(?s)<head>.*?</head>`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`name="(version|once|new_status|new_list|upload)" value="[^"]*"`).ReplaceAllString(body, "$1")
	return regexp.MustCompile(`(?s)<a class="brand".*?</a>`).ReplaceAllString(body, "")
}

func TestD6_TheSameFunctionsUnderEveryBranding(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, client, id := h.staff(admin), h.client("c.dewit@post.example"), h.dossier("2026-01482")
		paths := []string{
			"/", "/dossiers", "/dossiers?q=lindelaan", "/dossiers/" + id, "/dossiers/" + id + "?tab=correspondence", "/dossiers/" + id + "?tab=messages",
			"/dossiers/" + id + "/messages/new", "/profile", "/help", "/privacy", "/nothing",
		}
		walk := func(who *visitor, paths []string) []string {
			var out []string
			for _, p := range paths {
				a := who.get(p)
				out = append(out, fmt.Sprint(p, " ", a.status, "\n", whatIsThere(a.body)))
			}
			return out
		}
		office := []string{"/", "/dossiers", "/dossiers/" + id, "/dossiers/new", "/clients"}
		before, officeBefore := walk(client, paths), walk(v, office)
		login := whatIsThere(h.visit(portal).get("/login").body)
		dark := []string{
			"header_ground", "#ffdd00", "header_text", "#000000", "accent", "#00005a", "on_accent", "#ffff00", "tint", "#ffffff", "dark_accent", "#ffccff",
			"dark_on_accent", "#000000", "font", "source-serif-4", "radius", "24", "modules", "none", "closed_messaging", "on",
		}
		if a := v.post("/settings/style", v.form("/settings/style", dark...)...); a.status != 303 {
			t.Fatalf("the other branding: %d %s", a.status, a.body)
		}
		if a := v.upload("/settings/logo", "logo.png", logo(t)); a.status != 303 {
			t.Fatalf("logo: %d", a.status)
		}
		if css := h.visit(portal).get("/theme.css").body; !strings.Contains(css, "#ffdd00") {
			t.Fatal("the branding did not change")
		}
		v.get("/settings/logo") // takes the sentence that the logo was kept
		for i, got := range walk(client, paths) {
			if got != before[i] {
				t.Errorf("the client's %s offers something else", paths[i])
			}
		}
		for i, got := range walk(v, office) {
			if got != officeBefore[i] {
				t.Errorf("the office's %s offers something else", office[i])
			}
		}
		if whatIsThere(h.visit(portal).get("/login").body) != login {
			t.Error("the login page offers something else")
		}
		if a := client.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "d6", "subject": "s", "body": "b"}); a.status != 303 {
			t.Errorf("sending a message: %d", a.status)
		}
	})
}
