package web_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/web"
)

type form struct {
	Text string   `form:"text"`
	Yes  bool     `form:"yes"`
	List []string `form:"list"`
	Ours string
}

// typed reports whether text holds only what can be typed.
func typed(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}

func FuzzBind(f *testing.F) {
	for _, body := range []string{"text=a&yes=1&list=x&list=y", "text=a&text=b", "Ours=x&ours=x", "text=%00%0d%0a%ff", "text=%zz", ";", strings.Repeat("list=&", 2000)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := form{}
		if err := web.Bind(&web.Ctx{W: httptest.NewRecorder(), R: r}, &got); err != nil {
			if !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
				t.Errorf("%v is not the user's mistake", err)
			}
			return
		}
		for _, s := range append(got.List, got.Text) {
			if !typed(s) || web.Clean(s) != s {
				t.Errorf("%q was taken as it is", s)
			}
		}
		if values, err := url.ParseQuery(body); err == nil && len(values["text"]) > 1 {
			t.Errorf("one of %q was taken", values["text"])
		}
		if got.Ours != "" {
			t.Error("a field without a name was filled")
		}
	})
}

func FuzzSee(f *testing.F) {
	for _, path := range []string{"/dossiers?q=a", "//evil.test", `/\evil.test`, "/\t/evil.test", "https://evil.test", "/%2f/evil.test", "/..//evil.test", "/\u0085/evil.test"} {
		f.Add(path)
	}
	here, err := url.Parse("https://portaal.test/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		rec := httptest.NewRecorder()
		c := &web.Ctx{W: rec, R: httptest.NewRequest(http.MethodGet, "/login", nil)}
		if err := c.See(path); err != nil {
			t.Fatal(err)
		}
		to := rec.Header().Get("Location")
		// As a browser reads it: tabs and line ends drop out, a backslash is a slash.
		read := strings.ReplaceAll(strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(to), `\`, "/")
		u, err := here.Parse(read)
		if err == nil && (u.Host != here.Host || u.Scheme != here.Scheme) || strings.HasPrefix(read, "//") {
			t.Errorf("See(%q) leads to %q", path, to)
		}
	})
}

func FuzzFlash(f *testing.F) {
	for _, plain := range []string{`{"k":"ok","t":"ui.help"}`, `{"k":"ok","t":"<b>"}`, `{`, "null", `{"a":[1,{"x":[]}],"t":"ui.help"}`} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(plain)))
	}
	f.Add("%%%")
	known := i18n.Keys(i18n.NL)
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "flash", Value: value})
		c := &web.Ctx{W: httptest.NewRecorder(), R: r, Texts: i18n.For(i18n.NL, nil)}
		c.TakeFlash()
		if c.Flash == nil {
			return
		}
		if _, ours := known[c.Flash.Key]; !ours {
			t.Errorf("the cookie put %q on the page", c.Flash.Key)
		}
		_ = c.T(c.Flash.Key, c.Flash.Args...) // with arguments of any kind
	})
}

func FuzzWants(f *testing.F) {
	for _, h := range []string{"", "nl", "en-GB,en;q=0.8", "de, *;q=0", ",,;;--", "NL"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if l := web.Wants(header); l != "" && !l.Known() {
			t.Errorf("%q asks for %q", header, l)
		}
	})
}
