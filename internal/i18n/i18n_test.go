package i18n_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/i18n"
)

// place finds the {name} places of a text.
var place = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesHaveTheSameKeysAndPlaces(t *testing.T) {
	nl, en := i18n.Keys(i18n.NL), i18n.Keys(i18n.EN)
	for k, dutch := range nl {
		english, ok := en[k]
		if !ok {
			t.Errorf("%s has no English text", k)
			continue
		}
		for _, p := range place.FindAllString(dutch, -1) {
			if !strings.Contains(english, p) {
				t.Errorf("%s: %s is missing in English", k, p)
			}
		}
	}
	for k := range en {
		if _, ok := nl[k]; !ok {
			t.Errorf("%s has no Dutch text", k)
		}
	}
}

// used finds keys that stand in code in full; a key that is put together ends in a dot there.
var used = regexp.MustCompile(`\bT\("([a-z_]+(?:\.[a-z_]+)+)"`)

func TestEveryKeyInCodeHasAText(t *testing.T) {
	nl, seen := i18n.Keys(i18n.NL), 0
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") ||
			!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range used.FindAllStringSubmatch(string(b), -1) {
			seen++
			if _, ok := nl[m[1]]; !ok {
				t.Errorf("%s: no text for %s", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Errorf("only %d keys found in code: the search is broken", seen)
	}
}

func TestFormats(t *testing.T) {
	nl, en := i18n.For(i18n.NL, nil), i18n.For(i18n.EN, map[string]string{"nav.home": "Start"})
	at := time.Date(2026, 12, 3, 7, 42, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{nl.Date(at), "donderdag 3 december 2026"},
		{nl.Recent(at, at.Add(time.Hour)), "vandaag om 8.42 uur"},
		{nl.Recent(at, at.Add(48*time.Hour)), "3 december"},
		{en.DateTime(at), "Thursday 3 December 2026 at 8:42 am"},
		{nl.Size(1_240_000), "1,2 MB"},
		{nl.Size(1), "1 kB"},
		{en.T("nav.home"), "Start"},
		{nl.T("no.such.key"), "no.such.key"},
		{nl.T("dossier.numbered", "number", "{x}"), "Dossier {x}"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
