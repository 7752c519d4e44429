package dossier

import (
	"fmt"
	"testing"
)

// Photos are one set at the place of the first of them, forty at most; everything else stands alone, as do photos of which
// the client says so.
func TestE13_E22_WhichFilesBecomeOneDocument(t *testing.T) {
	files := func(types ...string) (all []Kept) {
		for n, m := range types {
			all = append(all, Kept{ID: fmt.Sprint(n), mediaType: m})
		}
		return all
	}
	many := make([]string, maxPages+2)
	for n := range many {
		many[n] = "image/jpeg"
	}
	for name, c := range map[string]struct {
		all      []Kept
		together bool
		want     string
	}{
		"among others": {files("application/pdf", "image/jpeg", "text/plain", "image/webp", "image/png"), true, "[0] [1 3 4] [2]"},
		"apart":        {files("image/jpeg", "image/webp"), false, "[0] [1]"},
		"one":          {files("image/jpeg"), true, "[0]"},
		"nobody turns": {files("image/jpeg", "image/heic", "image/gif"), true, "[0] [1] [2]"},
		"none":         {nil, true, ""},
	} {
		got := ""
		for _, set := range (&Dossiers{}).sets(c.all, c.together) {
			ids := []string{}
			for _, k := range set {
				ids = append(ids, k.ID)
			}
			got += fmt.Sprint(" ", ids)
		}
		if got != "" && got[1:] != c.want || got == "" && c.want != "" {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
	if got := (&Dossiers{}).sets(files(many...), true); len(got) != 2 || len(got[0]) != maxPages || len(got[1]) != 2 {
		t.Errorf("of %d photos come %d documents", len(many), len(got))
	}
}

func TestATitleNamesItsFile(t *testing.T) {
	for title, want := range map[string]string{"Paspoort": "Paspoort.pdf", "Paspoort / ID": "Paspoort - ID.pdf", `a\b`: "a-b.pdf", "../../etc": "-..-etc.pdf"} {
		if got := titled(title); got != want {
			t.Errorf("%q: %q", title, got)
		}
	}
}
