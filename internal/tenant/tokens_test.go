package tenant_test

import (
	"testing"

	"voordeur/internal/tenant"
)

func found(t *testing.T, file string) map[string]string {
	t.Helper()
	got, err := tenant.ReadTokens([]byte(file))
	if err != nil {
		t.Fatalf("%.60s: %v", file, err)
	}
	out := map[string]string{"?": got.UnknownFont}
	for _, u := range got.Used {
		out[u.Field] = u.Value
	}
	return out
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
}

func TestD5_TokensOfAnotherOrganisation(t *testing.T) {
	// Design Tokens format with references, as NL Design System's themes publish it.
	same(t, found(t, `{
		"gouda": {"color": {"blauw": {"500": {"$value": "#154273", "$type": "color"}}}},
		"utrecht": {
			"button": {"primary-action": {"background-color": {"$value": "{gouda.color.blauw.500}"}, "color": {"$value": "#FFF"}}, "border-radius": {"$value": "0.25rem"}},
			"document": {"font-family": {"$value": ["Noto Sans", "sans-serif"]}, "color": {"$value": "#222"}},
			"page-header": {"background-color": {"$value": {"colorSpace": "srgb", "components": [0, 0.2, 0.4], "alpha": 1}}}
		}}`), map[string]string{"accent": "#154273", "on_accent": "#ffffff", "radius": "4", "font": "noto-sans", "header_ground": "#003366"})
	// Style Dictionary.
	same(t, found(t, `{"nl": {"button": {"primary": {"background-color": {"value": "rgb(0, 102, 51)"}}}}}`), map[string]string{"accent": "#006633"})
	// A style sheet with custom properties, references, comments and strings.
	same(t, found(t, `@charset "utf-8"; /* --utrecht-link-color: red; */
		.x-theme { --x-blue: #0B5394; --utrecht-link-color: var(--x-blue, black); --utrecht-document-font-family: "Rijks; Sans", Arial;
		--utrecht-button-border-radius: 40px } @media (prefers-color-scheme: dark) { .x-theme { --x-blue: #fff } }`),
		map[string]string{"accent": "#0b5394", "radius": "24", "?": "Rijks; Sans", "font": ""})
}

func TestD5_TokensThatSayNothingAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		"":                    "upload.none",
		"{":                   "settings.import.broken",
		`{"a": {"b": 1}}`:     "settings.import.nothing",
		"<html>--x</html>":    "settings.import.nothing",
		"body { color: red }": "settings.import.nothing",
		`{"utrecht": {"link": {"color": {"$value": "{utrecht.link.color}"}}}}`:      "settings.import.nothing", // in a circle
		`{"utrecht": {"link": {"color": {"$value": "url(https://evil.example)"}}}}`: "settings.import.nothing",
		":root { --utrecht-link-color: #11223344 }":                                 "settings.import.nothing",
		":root { --utrecht-link-color: 'unclosed":                                   "settings.import.nothing",
	} {
		_, err := tenant.ReadTokens([]byte(file))
		if got := keyOf(err); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

func TestD5_ColoursThatGoWithImportedOnesAreMadeToFit(t *testing.T) {
	got, err := tenant.ReadTokens([]byte(":root { --utrecht-button-background-color: #154273 }"))
	if err != nil {
		t.Fatal(err)
	}
	if clashes := got.Apply(theme()).Clashes(); len(clashes) > 0 {
		t.Errorf("an organisation's readable blue leads to %+v", clashes)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add([]byte(`{"utrecht": {"link": {"color": {"$value": "#fff"}}}}`))
	f.Add([]byte(":root { --utrecht-link-color: var(--a, #fff); --a: '\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := tenant.ReadTokens(b)
		if err != nil {
			return
		}
		if err := got.Apply(theme()).Check(); err != nil && keyOf(err) == "settings.style.not_a_colour" {
			t.Errorf("%q gives a theme with what is no colour", b)
		}
	})
}
