package i18n_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/i18n"
)

var (
	// quoted finds a key that stands in code in full.
	quoted = regexp.MustCompile("[\"`]([a-z0-9_]+(?:\\.[a-z0-9_]+)+)[\"`]")
	// begun finds the beginning of a key that is put together: "dossier.tab."+x.
	begun = regexp.MustCompile(`"([a-z_]+(?:\.[a-z_]+)*\.)" ?\+`)
	// word finds what may be the rest of a key that is put together.
	word = regexp.MustCompile("[\"`]([a-z0-9_+]+)[\"`]")
	// ended finds the end of one: key+".next".
	ended = regexp.MustCompile(`\+ ?"(\.[a-z_]+)"`)
)

// uses is how code names keys: in full, by their beginning, and by their end; joins is whether it
// puts a dot between a beginning and the rest.
type uses struct {
	full, begins, ends, words, tails map[string]bool
	joins                            bool
}

func noUses() *uses {
	return &uses{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, false}
}

func (u *uses) add(code string) {
	for _, m := range quoted.FindAllStringSubmatch(code, -1) {
		u.full[m[1]] = true
		u.tails[m[1][strings.LastIndex(m[1], ".")+1:]] = true
	}
	u.joins = u.joins || strings.Contains(code, `+ "." +`)
	for _, m := range begun.FindAllStringSubmatch(code, -1) {
		u.begins[m[1]] = true
	}
	for _, m := range word.FindAllStringSubmatch(code, -1) {
		u.words[strings.ReplaceAll(m[1], "+", "_")] = true // as keys have it
	}
	for _, m := range ended.FindAllStringSubmatch(code, -1) {
		u.ends[m[1]] = true
	}
}

// has reports whether a key is used: in full, or put together of a beginning and a word that both
// stand in code, and an end if it has one: "mail."+kind+".subject".
func (u *uses) has(key string) bool {
	if u.full[key] || u.composed(key) {
		return true
	}
	for end := range u.ends {
		if head, ok := strings.CutSuffix(key, end); ok && (u.full[head] || u.composed(head)) {
			return true
		}
	}
	return false
}

// glued reports whether code has both halves of a word: "dark_"+"colours". The second may be the end
// of another key.
func (u *uses) glued(word string) bool {
	for i, c := range word {
		if rest := word[i+1:]; c == '_' && u.words[word[:i+1]] && (u.words[rest] || u.tails[rest]) {
			return true
		}
	}
	return false
}

// composed reports whether code has a beginning and the rest: "journal.event."+"message.read". Where
// code joins two with a dot of its own, the beginning has none: "help.portal" and "login".
func (u *uses) composed(key string) bool {
	for i, c := range key {
		if rest := key[i+1:]; c == '.' && (u.words[rest] || u.full[rest] || u.composed(rest) || u.glued(rest)) && (u.begins[key[:i+1]] || u.joins && u.full[key[:i]]) {
			return true
		}
	}
	return false
}

// plurals are the ends that Texts.N puts behind a key.
var plurals = []string{".one", ".other"}

func usesIn(t *testing.T, root string) *uses {
	t.Helper()
	u := noUses()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") ||
			!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
			return err
		}
		b, err := os.ReadFile(path)
		u.add(string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestEveryTextIsUsed(t *testing.T) {
	u := usesIn(t, "..")
	var unused []string
	for _, key := range slices.Sorted(maps.Keys(i18n.Keys(i18n.NL))) {
		base := key
		for _, p := range plurals {
			base = strings.TrimSuffix(base, p)
		}
		if !u.has(key) && !u.has(base) {
			unused = append(unused, key)
		}
	}
	if len(unused) > 0 {
		t.Errorf("nothing uses these texts:\n%s", strings.Join(unused, "\n"))
	}
}

func TestAnUnusedTextIsFound(t *testing.T) {
	u := noUses()
	u.add(`c.T("a.full"); c.T("a.part."+x); c.T("a.mail."+kind+".subject"); key+".next"; kind := "letter"; x := "x"
		c.T("b.event." + "doc.read"); prefix := "b.help"; prefix + "." + id; id := "start"; "b.style." + prefix + "colour"; "dark_"; "colour"; means := "one+two"; "b.means." + means`)
	for key, want := range map[string]bool{
		"a.full": true, "a.part.x": true, "a.mail.letter.subject": true, "a.full.next": true, "a.other": false,
		"a.part.x.y": false, "a.mail.letter.body": false, "b.next": false,
		"b.event.doc.read": true, "b.help.start": true, "b.help.stop": false, "b.style.dark_colour": true, "b.style.light_colour": false, "b.means.one_two": true,
	} {
		if u.has(key) != want {
			t.Errorf("%s counts as used: %v, want %v", key, !want, want)
		}
	}
}
