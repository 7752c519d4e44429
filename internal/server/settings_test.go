package server_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

const admin = "beheer@delinde.example"

var (
	versionField = regexp.MustCompile(`name="version" value="(\d+)"`)
	inputField   = regexp.MustCompile(`<input [^>]*id="([^"]+)" name="[^"]+" type="(?:text|email)" value="([^"]*)"`)
	nearField    = regexp.MustCompile(`name="use" value="(accent=#[0-9a-f]{6})"`)
)

// form reads the version and the text fields of a page of settings, with changes over them.
func (v *visitor) form(path string, changes ...string) []string {
	v.h.t.Helper()
	body := v.get(path).body
	version := versionField.FindStringSubmatch(body)
	if version == nil {
		v.h.t.Fatalf("%s has no form", path)
	}
	out := []string{"version", version[1], "do", "save"}
	changed := map[string]bool{}
	for i := 0; i < len(changes); i += 2 {
		changed[changes[i]] = true
	}
	for _, m := range inputField.FindAllStringSubmatch(body, -1) {
		if !changed[m[1]] {
			out = append(out, m[1], strings.ReplaceAll(m[2], "&#39;", "'"))
		}
	}
	return append(out, changes...)
}

// upload posts a file with the version that the page has.
func (v *visitor) upload(path, name string, data []byte) answer {
	v.h.t.Helper()
	version := versionField.FindStringSubmatch(v.get("/settings/logo").body)
	if version == nil {
		v.h.t.Fatal("the page of the logo has no form")
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	must(v.h.t, w.WriteField("version", version[1]))
	part, err := w.CreateFormFile("file", name)
	must(v.h.t, err)
	_, err = part.Write(data)
	must(v.h.t, err)
	must(v.h.t, w.Close())
	return v.do("POST", path, w.FormDataContentType(), &b)
}

func logo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 200, 100))))
	return b.Bytes()
}

func (h *house) changes(what string) int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'tenant.settings_changed' and detail = $1`,
		fmt.Sprintf(`{"what":%q}`, what))
	must(h.t, err)
	return n
}

func TestD5_LogoAndColourShowOnThisPortalAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, other := h.staff(admin), h.visit("gemeente.localhost")
		before, beforeLogin := other.get("/theme.css").body, other.get("/login").body
		if a := v.post("/settings/style", v.form("/settings/style", "name", "Notarissen & Zonen", "accent", "#7A1F3D", "font", "source-serif-4", "radius", "0")...); a.status != 303 {
			t.Fatalf("saved: %d %s", a.status, a.body)
		}
		if a := v.upload("/settings/logo", "logo.png", logo(t)); a.status != 303 {
			t.Fatalf("logo: %d %s", a.status, a.body)
		}
		if h.changes("style") != 1 || h.changes("logo") != 1 {
			t.Error("the journal lacks a change")
		}
		portal := h.visit(portal)
		if css := portal.get("/theme.css").body; !strings.Contains(css, "--voordeur-accent: #7a1f3d;") || !strings.Contains(css, `"Source Serif 4"`) || !strings.Contains(css, "--voordeur-radius: 0px") {
			t.Errorf("the portal's style: %s", css)
		}
		login := portal.get("/login").body
		if !strings.Contains(login, `alt="Notarissen &amp; Zonen"`) || !strings.Contains(login, `src="/logo?v=`) {
			t.Error("the login page shows no logo with the name")
		}
		a := portal.get("/logo")
		if img, err := png.Decode(strings.NewReader(a.body)); err != nil || img.Bounds().Dx() != 200 || a.header.Get("Content-Type") != "image/png" || a.header.Get("ETag") == "" {
			t.Errorf("logo: %d %v %v", a.status, a.header, err)
		}
		if other.get("/theme.css").body != before || other.get("/login").body != beforeLogin || other.get("/logo").status != 404 {
			t.Error("another organisation changed too")
		}
		if a := v.post("/settings/logo/remove", "version", versionField.FindStringSubmatch(v.get("/settings/logo").body)[1]); a.status != 303 {
			t.Errorf("removed: %d", a.status)
		}
		if portal.get("/logo").status != 404 || strings.Contains(portal.get("/login").body, "/logo?") {
			t.Error("the logo is still there")
		}
	})
}

func TestD5_OnlyTheAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		paths := []string{
			"/settings", "/settings/style", "/settings/style/preview.css", "/settings/style/import", "/settings/logo", "/settings/modules", "/settings/labels",
			"/settings/dossiers", "/settings/sender", "/settings/mails", "/settings/mails/link", "/settings/password", "/settings/files", "/settings/sms",
		}
		for _, email := range []string{"behandelaar@delinde.example", "auditor@delinde.example"} {
			v := h.staff(email)
			if strings.Contains(v.get("/").body, `href="/settings"`) {
				t.Errorf("%s has the way to the settings in his menu", email)
			}
			for _, path := range paths {
				if a := v.get(path); a.status != 403 {
					t.Errorf("%s opens %s: %d", email, path, a.status)
				}
			}
			for _, path := range []string{"/settings/style", "/settings/logo", "/settings/logo/remove", "/settings/password"} {
				if a := v.post(path, "version", "1", "do", "save", "accent", "#000000"); a.status != 403 {
					t.Errorf("%s posts to %s: %d", email, path, a.status)
				}
			}
		}
		if a := h.client("c.dewit@post.example").get("/settings/style"); a.status != 404 {
			t.Errorf("a client: %d", a.status)
		}
		v := h.staff(admin)
		for _, path := range paths {
			if a := v.get(path); a.status != 200 {
				t.Errorf("the administrator at %s: %d", path, a.status)
			}
		}
		if a := v.get("/settings/mails/nothing"); a.status != 404 {
			t.Errorf("a mail that is none: %d", a.status)
		}
	})
}

func TestD5_UnsafeFilesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		for name, data := range map[string]string{"logo.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "logo.png": "<script>alert(1)</script>", "leeg.png": ""} {
			a := v.upload("/settings/logo", name, []byte(data))
			if a.status != 422 || !strings.Contains(a.body, `id="logo-file-error"`) || strings.Contains(a.body, "alert(1)") {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		if a := v.upload("/settings/logo/font", "x.woff2", []byte("wOF2 not really")); a.status != 422 {
			t.Errorf("a font that is none: %d", a.status)
		}
		if a := v.upload("/settings/style/import", "x.css", []byte("body { color: red }")); a.status != 422 {
			t.Errorf("tokens that are none: %d", a.status)
		}
		if h.visit(portal).get("/logo").status != 404 || h.changes("logo") != 0 {
			t.Error("something was kept")
		}
	})
}

func TestD5_AnUnreadablePairIsRefusedWithAColourThatPasses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		bad := v.form("/settings/style", "name", "Nieuwe naam", "accent", "#9ad0b5", "font", "atkinson")
		a := v.post("/settings/style", bad...)
		near := nearField.FindStringSubmatch(a.body)
		if a.status != 422 || near == nil || !strings.Contains(a.body, "#9ad0b5") || !strings.Contains(a.body, "Nieuwe naam") || !strings.Contains(a.body, "nodig is 4,5 op 1") {
			t.Fatalf("an unreadable pair: %d, suggestion %v", a.status, near)
		}
		if css := h.visit(portal).get("/theme.css").body; strings.Contains(css, "#9ad0b5") {
			t.Error("it was kept all the same")
		}
		taken := v.post("/settings/style", append(bad, "use", near[1])...)
		_, colour, _ := strings.Cut(near[1], "=")
		if taken.status == 303 || !strings.Contains(taken.body, `value="`+colour+`"`) || !strings.Contains(taken.body, "Nieuwe naam") {
			t.Errorf("taking over the suggestion: %d", taken.status)
		}
		// Taking over every suggestion ends with a house style that is kept.
		body := taken.body
		for range 4 {
			m := regexp.MustCompile(`name="use" value="([a-z_]+)=(#[0-9a-f]{6})"`).FindStringSubmatch(body)
			if m == nil {
				break
			}
			bad = set(bad, m[1], m[2])
			body = v.post("/settings/style", append(set(bad, "accent", colour), "do", "preview")...).body
			bad = set(bad, "accent", colour)
		}
		if a := v.post("/settings/style", set(bad, "accent", colour)...); a.status != 303 {
			t.Errorf("with the suggestions: %d", a.status)
		}
		if a := v.post("/settings/style", v.form("/settings/style", "accent", "rood", "font", "atkinson")...); a.status != 422 || !strings.Contains(a.body, `value="rood"`) {
			t.Errorf("what is no colour: %d", a.status)
		}
	})
}

// set changes a pair of a form.
func set(pairs []string, name, value string) []string {
	out := append([]string(nil), pairs...)
	for i := 0; i+1 < len(out); i += 2 {
		if out[i] == name {
			out[i+1] = value
		}
	}
	return out
}

func TestD5_AColleaguesChangeIsAConflictThatLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		mine := v.form("/settings/sender", "from_name", "De Linde notarissen")
		if a := v.post("/settings/sender", v.form("/settings/sender", "from_name", "Kantoor De Linde")...); a.status != 303 {
			t.Fatalf("the colleague: %d", a.status)
		}
		a := v.post("/settings/sender", mine...)
		if a.status != 409 || !strings.Contains(a.body, `value="De Linde notarissen"`) || !strings.Contains(a.body, "Kantoor De Linde") {
			t.Errorf("conflict: %d", a.status)
		}
		again := set(mine, "version", versionField.FindStringSubmatch(a.body)[1])
		if a := v.post("/settings/sender", again...); a.status != 303 {
			t.Errorf("saved anyway: %d", a.status)
		}
		for _, bad := range []string{"", "geen adres", "a@b.example\r\nBcc: x@y.example"} {
			if a := v.post("/settings/sender", v.form("/settings/sender", "from", bad)...); a.status != 422 {
				t.Errorf("sender %q: %d", bad, a.status)
			}
		}
		if a := v.post("/settings/sender", v.form("/settings/sender", "from_name", "A\nBcc: x@y.example")...); a.status != 422 {
			t.Errorf("a name of two lines: %d", a.status)
		}
	})
}

func TestD5_AModuleThatIsOff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, client, id := h.staff(admin), h.client("c.dewit@post.example"), h.dossier("2026-01482")
		if a := v.post("/settings/modules", v.form("/settings/modules", "modules", "messages")...); a.status != 422 {
			t.Errorf("messages without dossiers: %d", a.status)
		}
		if a := v.post("/settings/modules", v.form("/settings/modules", "modules", "dossiers")...); a.status != 303 {
			t.Fatalf("messages and profile off: %d %s", a.status, a.body)
		}
		for _, path := range []string{"/profile", "/dossiers/" + id + "/messages/new"} {
			if a := client.get(path); a.status != 404 || !strings.Contains(a.body, "Dit onderdeel staat uit.") {
				t.Errorf("%s: %d", path, a.status)
			}
		}
		for _, who := range []*visitor{client, v} {
			for _, path := range []string{"/", "/dossiers", "/dossiers/" + id, "/dossiers/" + id + "?tab=messages"} {
				a := who.get(path)
				own := who == client && strings.Contains(a.body, `href="/profile"`) // an employee's own page is of no module
				if a.status != 200 || own || strings.Contains(a.body, "/messages/") || strings.Contains(a.body, "tab=messages") {
					t.Errorf("%s %s: %d, or a link to what is off", who.host, path, a.status)
				}
			}
		}
		if a := v.post("/settings/modules", v.form("/settings/modules")...); a.status != 303 {
			t.Fatalf("all off: %d", a.status)
		}
		for _, who := range []*visitor{client, v} {
			if a := who.get("/"); a.status != 200 || strings.Contains(a.body, `href="/dossiers`) {
				t.Errorf("%s Home: %d, or a link to dossiers", who.host, a.status)
			}
			if a := who.get("/dossiers"); a.status != 404 || !strings.Contains(a.body, "Dit onderdeel staat uit.") {
				t.Errorf("%s dossiers: %d", who.host, a.status)
			}
		}
	})
}

func TestD5_WordsMailsAndRules(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		if a := v.post("/settings/labels?group=nav", v.form("/settings/labels?group=nav", "nl.nav.dossiers", "Zaken <b>")...); a.status != 303 {
			t.Fatalf("label: %d", a.status)
		}
		if b := h.client("c.dewit@post.example").get("/").body; !strings.Contains(b, "Zaken &lt;b&gt;") {
			t.Error("the portal does not use the office's word, or does not escape it")
		}
		if a := v.post("/settings/labels?q=nieuw", v.form("/settings/labels?q=nieuw", "nl.dossier.new", "nieuwe stukken")...); a.status != 422 || !strings.Contains(a.body, "{n}") {
			t.Errorf("a label without its place: %d", a.status)
		}
		for _, bad := range []string{"Zonder naam", "Voor {office} {secret}", "Voor {office} {"} {
			if a := v.post("/settings/mails/link", v.form("/settings/mails/link", "nl.mail.link.subject", bad)...); a.status != 422 || !strings.Contains(a.body, bad) {
				t.Errorf("subject %q: %d", bad, a.status)
			}
		}
		a := v.post("/settings/mails/link", set(v.form("/settings/mails/link", "nl.mail.link.body", "Beste {name},\nEen <i>link</i> van {office}."), "do", "preview")...)
		if a.status != 200 || !strings.Contains(a.body, "Een &lt;i&gt;link&lt;/i&gt; van Notariskantoor De Linde.") || h.changes("mails") != 0 {
			t.Errorf("the preview of a mail: %d", a.status)
		}
		if a := v.post("/settings/password", v.form("/settings/password", "min", "7")...); a.status != 422 {
			t.Errorf("a rule below the floor: %d", a.status)
		}
		if a := v.post("/settings/password", v.form("/settings/password", "min", "veel")...); a.status != 422 || !strings.Contains(a.body, `value="veel"`) {
			t.Errorf("what is no number: %d", a.status)
		}
		if a := v.post("/settings/files", v.form("/settings/files", "extensions", "pdf", "extensions", "exe")...); a.status != 422 {
			t.Errorf("programs as attachments: %d", a.status)
		}
		if a := v.post("/settings/password", v.form("/settings/password", "min", "12")...); a.status != 303 || !strings.Contains(v.get("/settings/password").body, "12 tekens") {
			t.Errorf("a stricter rule: %d", a.status)
		}
	})
}

func TestD5_AStatusInUseStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		page := v.get("/settings/dossiers").body
		fresh := regexp.MustCompile(`name="new_status" value="([a-z0-9]+)"`).FindStringSubmatch(page)
		list := regexp.MustCompile(`name="new_list" value="([a-z0-9]+)"`).FindStringSubmatch(page)
		if fresh == nil || list == nil {
			t.Fatal("no place for a new status or list")
		}
		base := []string{
			"version", versionField.FindStringSubmatch(page)[1], "do", "save", "new_status", fresh[1], "new_list", list[1],
			"status_in_progress_nl", "In behandeling", "status_in_progress_en", "In progress", "status_in_progress_place", "2",
			"status_closed_nl", "Afgerond", "status_closed_en", "Completed", "status_closed_closed", "on", "status_closed_place", "3",
			"list_levering_name", "Aankoop", "list_levering_steps", "Opdracht", "list_testament_gone", "on",
		}
		if a := v.post("/settings/dossiers", append(base, "status_closed_gone", "on")...); a.status != 422 {
			t.Errorf("without a closed status: %d", a.status)
		}
		at := "status_" + fresh[1]
		more := append(base, at+"_nl", "Nieuw", at+"_en", "New", at+"_place", "1", "list_"+list[1]+"_name", "Kort", "list_"+list[1]+"_steps", "Een\nTwee\n\n")
		if a := v.post("/settings/dossiers", append(more, "status_in_progress_gone", "on")...); a.status != 422 || !strings.Contains(a.body, `value="Nieuw"`) || !strings.Contains(a.body, "Een\nTwee") {
			t.Errorf("a status in use goes: %d", a.status)
		}
		if a := v.post("/settings/dossiers", more...); a.status != 303 {
			t.Fatalf("added: %d %s", a.status, a.body)
		}
		form := v.get("/dossiers/new").body
		if strings.Index(form, "Nieuw</option>") > strings.Index(form, "In behandeling</option>") || !strings.Contains(form, "Kort</option>") {
			t.Error("the new status is not the first, or the list is not there")
		}
	})
}

func TestD5_PreviewChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		a := v.post("/settings/style", set(v.form("/settings/style", "accent", "#5a0000", "font", "public-sans"), "do", "preview")...)
		sheet := regexp.MustCompile(`/settings/style/preview\.css\?[^"]+`).FindString(a.body)
		address, err := url.Parse(strings.ReplaceAll(sheet, "&amp;", "&"))
		must(t, err)
		css := v.get(address.String())
		if a.status != 200 || !strings.Contains(css.body, ".preview-light") || !strings.Contains(css.body, "--voordeur-accent: #5a0000;") || css.header.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("preview %d, sheet %d at %s", a.status, css.status, address)
		}
		if strings.Contains(h.visit(portal).get("/theme.css").body, "#5a0000") || h.changes("style") != 0 {
			t.Error("looking changed something")
		}
		if got := v.get("/settings/style/preview.css?accent=" + url.QueryEscape("#fff; } body { display: none")).body; strings.Contains(got, "display: none") {
			t.Error("the address puts rules in the style sheet")
		}
		tokens := v.upload("/settings/style/import", "thema.css", []byte(":root { --utrecht-button-background-color: #154273 }"))
		if tokens.status != 200 || !strings.Contains(tokens.body, `value="#154273"`) || h.changes("style") != 0 {
			t.Errorf("tokens fill the form: %d", tokens.status)
		}
	})
}
