package filetype

import (
	"mime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestCleanName(t *testing.T) {
	long := strings.Repeat("é", 150)
	for in, want := range map[string]string{
		"akte.pdf":                             "akte.pdf",
		"Akte van levering (2).PDF":            "Akte van levering (2).PDF",
		"../../etc/passwd":                     "passwd",
		`C:\Users\jan\akte.pdf`:                "akte.pdf",
		"map/":                                 "file",
		"":                                     "file",
		"..":                                   "file",
		" . ":                                  "file",
		".htaccess":                            "htaccess",
		"akte.pdf. .":                          "akte.pdf",
		"a\r\nSet-Cookie: x=1.pdf":             "aSet-Cookie: x=1.pdf",
		"a\x00b.pdf":                           "ab.pdf",
		"akte\u202efdp.exe":                    "aktefdp.exe",
		"a\u2066b\u200bc\ufeff.pdf":            "abc.pdf",
		"a\u2028b.pdf":                         "ab.pdf",
		"a  \u00a0 b.pdf":                      "a b.pdf",
		"Rene\u0301.pdf":                       "Ren\u00e9.pdf",
		"e\u200b\u0301.pdf":                    "\u00e9.pdf",
		"a\xff\xfe.pdf":                        "a.pdf",
		"日本語.pdf":                              "日本語.pdf",
		long + ".pdf":                          strings.Repeat("é", 98) + ".pdf",
		strings.Repeat("a", 300):               strings.Repeat("a", 200),
		"x" + strings.Repeat(".", 250) + "pdf": "x.pdf",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDisposition(t *testing.T) {
	for _, c := range []struct{ kind, name, want string }{
		{"inline", "akte.pdf", `inline; filename="akte.pdf"`},
		{"attachment", "akte 1; x.pdf", `attachment; filename="akte 1; x.pdf"`},
		{"attachment", "één.pdf", `attachment; filename="__n.pdf"; filename*=UTF-8''%C3%A9%C3%A9n.pdf`},
		{"attachment", `a"b%20.pdf`, `attachment; filename="a_b_20.pdf"; filename*=UTF-8''a%22b%2520.pdf`},
		{"attachment", "a\r\nX: y.pdf", `attachment; filename="aX: y.pdf"`},
		{"", "a.html", `attachment; filename="a.html"`},
		{"inline\r\nX: y", "a.pdf", `attachment; filename="a.pdf"`},
	} {
		if got := Disposition(c.kind, c.name); got != c.want {
			t.Errorf("Disposition(%q, %q) = %s, want %s", c.kind, c.name, got, c.want)
		}
	}
}

func seeds(f *testing.F) {
	for _, s := range []string{
		"", "akte.pdf", "../..", `a\b/c`, "\u202e\r\n\x00.pdf", "e\u200b\u0301", "\xff\xfe", "a b\u00a0c",
		strings.Repeat("é", 200) + ".docx", "x" + strings.Repeat(" .", 120) + "y", `"%'*;=`, "\u0344.\u0301",
	} {
		f.Add(s)
	}
}

func FuzzCleanName(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		if got == "" || len(got) > nameMax || !utf8.ValidString(got) {
			t.Errorf("%q: empty, too long or no UTF-8: %q", in, got)
		}
		if got == "." || got == ".." || strings.ContainsAny(got, `/\`) {
			t.Errorf("%q: is a path: %q", in, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
		}); i >= 0 {
			t.Errorf("%q: a character that must go in %q", in, got)
		}
		if !norm.NFC.IsNormalString(got) {
			t.Errorf("%q: not NFC: %q", in, got)
		}
		if again := CleanName(got); again != got {
			t.Errorf("%q: cleans to %q and then to %q", in, got, again)
		}
	})
}

func FuzzDisposition(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		for _, kind := range []string{"inline", "attachment"} {
			value := Disposition(kind, in)
			if strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
				t.Errorf("%q: not printable ASCII: %q", in, value)
			}
			got, params, err := mime.ParseMediaType(value)
			if err != nil || got != kind || len(params) != 1 || params["filename"] != CleanName(in) {
				t.Errorf("%q: %s parses to %s %v, %v", in, value, got, params, err)
			}
		}
	})
}
