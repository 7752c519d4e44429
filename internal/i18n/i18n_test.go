package i18n_test

import (
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
