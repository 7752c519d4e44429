package dossier

import (
	"strings"
	"testing"
)

// What is searched matches itself and nothing by accident: signs of LIKE stand for themselves.
func FuzzSearchWords(f *testing.F) {
	for _, s := range []string{"linde 12", "100%", `a\_b`, "  É  ", "\u00a0x\u2003y", "\x00", "İ"} {
		f.Add(s, "laan")
	}
	f.Fuzz(func(t *testing.T, text, rest string) {
		p := pattern(text)
		plain := strings.ToLower(strings.TrimSpace(text))
		if got := unescaped(t, p); got != plain {
			t.Errorf("%q is searched as %q, which is %q", text, p, got)
		}
		for _, w := range words(text) {
			if strings.ContainsAny(w, " \t\n") || w == "" {
				t.Errorf("%q has the word %q", text, w)
			}
			exact, begins := spanOf(w, false), spanOf(w, true)
			if w < exact.from || w >= exact.to || w < begins.from || w >= begins.to {
				t.Errorf("%q is not among its own words", w)
			}
			longer := w + strings.Join(words(rest), "")
			if longer != w && longer < exact.to && longer[len(w)] > 1 {
				t.Errorf("%q is taken for %q", longer, w)
			}
		}
	})
}

// unescaped reads a pattern of LIKE back, and fails on a sign that stands for others.
func unescaped(t *testing.T, p string) string {
	t.Helper()
	p = strings.TrimSuffix(strings.TrimPrefix(p, "%"), "%")
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '%', '_':
			t.Errorf("%q has an open %c", p, p[i])
		case '\\':
			if i++; i == len(p) {
				t.Fatalf("%q ends with a sign that escapes nothing", p)
			}
		}
		b.WriteByte(p[i])
	}
	return b.String()
}
