package server_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/i18n"
)

var (
	dotted = regexp.MustCompile(`[a-z_]+(?:\.[a-z0-9_]+)+`)
	linked = regexp.MustCompile(`href="(/[^"#]*)`)
	number = regexp.MustCompile(`/[^/?]*[0-9][^/?]*`)
)

// bareKeys returns what on a page looks like a key of a text, which a key without a text prints: it
// begins as keys do, and is no name of a file.
func bareKeys(body string) []string {
	begins := map[string]bool{}
	for key := range i18n.Keys(i18n.NL) {
		begins[key[:strings.IndexByte(key, '.')]] = true
	}
	var found []string
	for _, w := range dotted.FindAllString(words(body), -1) {
		head, rest, _ := strings.Cut(w, ".")
		if begins[head] && rest != "pdf" {
			found = append(found, w)
		}
	}
	return found
}

// reach follows the links from Home and returns the pages of which an address was not seen yet, one
// of each kind.
func (v *visitor) reach(get func(string) string) map[string]string {
	v.h.t.Helper()
	pages, todo, known := map[string]string{}, []string{"/"}, map[string]bool{}
	for len(todo) > 0 {
		at := html.UnescapeString(todo[0])
		todo = todo[1:]
		kind := number.ReplaceAllString(at, "/N")
		if known[kind] || strings.Contains(at, "/documents/") || strings.Contains(at, ".") || strings.HasPrefix(at, "/assets/") {
			continue
		}
		known[kind] = true
		pages[at] = get(at)
		for _, m := range linked.FindAllStringSubmatch(pages[at], -1) {
			todo = append(todo, m[1])
		}
	}
	return pages
}

func TestNoPageShowsAKeyInsteadOfAText(t *testing.T) {
	if got := bareKeys(`<p>settings.style.dark_colours</p> <p>Stuur document.pdf naar portaal@delinde.example</p>`); len(got) != 1 {
		t.Fatalf("a page with one bare key has %v", got)
	}
	each(t, func(t *testing.T, h *house) {
		for _, v := range []*visitor{h.client(wit), h.staff("behandelaar@delinde.example"), h.staff(admin)} {
			for lang, get := range map[string]func(string) string{"nl": func(at string) string { return v.get(at).body }, "en": v.inEnglish} {
				pages := v.reach(get)
				if len(pages) < 9 {
					t.Errorf("%s: only %d pages", v.host, len(pages))
				}
				for at, body := range pages {
					if !strings.Contains(body, "<html") { // it leads on to another page
						continue
					}
					if !strings.Contains(body, `<html lang="`+lang) {
						t.Errorf("%s%s is not in %s", v.host, at, lang)
					}
					if found := bareKeys(body); len(found) > 0 {
						t.Errorf("%s%s in %s: %v", v.host, at, lang, found)
					}
				}
			}
		}
	})
}
