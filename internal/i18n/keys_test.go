package i18n_test

import (
	"maps"
	"slices"
	"testing"

	"voordeur/internal/i18n"
)

// Whatever way a key goes to the page, both languages have it; and no text is without its way.
func TestEveryKeyThatReachesAPageHasATextAndNoOther(t *testing.T) {
	f := follow(t)
	if len(f.found) < 300 {
		t.Errorf("only %d keys found: the search is broken", len(f.found))
	}
	for _, l := range i18n.Langs {
		for key, at := range f.missing(i18n.Keys(l)) {
			t.Errorf("%s: no text in %s for %s", at, l, key)
		}
		for key := range i18n.Keys(l) {
			if !f.uses(key) {
				t.Errorf("nothing uses the text of %s in %s", key, l)
			}
		}
	}
	for way, key := range ways {
		lacking := maps.Clone(i18n.Keys(i18n.NL))
		delete(lacking, key)
		if got := slices.Collect(maps.Keys(f.missing(lacking))); !slices.Equal(got, []string{key}) {
			t.Errorf("%s: without a text for %s these are missing: %v", way, key, got)
		}
	}
}

// ways are the ways by which a key comes to a page, each with one that goes no other.
var ways = map[string]string{
	"Ctx.T":                       "nav.home",
	"Texts.N":                     "ui.unread.one",
	"errs.New":                    "upload.quota",
	"errs.Error":                  "error.busy",
	"errs.Fields.Add":             "password.too_long",
	"Ctx.Done":                    "profile.saved",
	"Flash.Key":                   "login.step_over",
	"a table of kinds":            "error.limited",
	"a table of kinds, continued": "error.limited.next",
	"a list, then Texts.N":        "password.rule.digit.other",
	"a constant":                  "file.empty",
}
