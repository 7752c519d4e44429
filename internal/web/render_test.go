package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"voordeur/internal/web"
)

var letter = strings.Repeat("<p>Geachte heer De Wit</p>", 400)

func render(t *testing.T, headers map[string]string, page templ.Component) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/dossiers", nil)
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	return w, (&web.Ctx{W: w, R: r}).Render(http.StatusOK, page)
}

// Only what the visitor himself or a page of ours asks for is compressed: another site could have him
// ask with words of its own, and see from the length whether they are on his page.
func TestPagesAreCompressedForWhoComesFromHere(t *testing.T) {
	for name, c := range map[string]struct {
		from, accepts string
		small         bool
	}{
		"a link on our page":           {"same-origin", "gzip, deflate, br", true},
		"an address that was typed":    {"none", "gzip", true},
		"another site":                 {"cross-site", "gzip", false},
		"a host beside ours":           {"same-site", "gzip", false},
		"a browser that does not tell": {"", "gzip", false},
		"one that cannot unpack":       {"same-origin", "br", false},
	} {
		w, err := render(t, map[string]string{"Sec-Fetch-Site": c.from, "Accept-Encoding": c.accepts}, templ.Raw(letter))
		if err != nil {
			t.Fatal(err)
		}
		body, sent := io.Reader(w.Body), w.Body.Len()
		if small := w.Header().Get("Content-Encoding") == "gzip"; small != c.small || small != (sent < len(letter)/10) {
			t.Errorf("%s: %d bytes, %v", name, sent, w.Header())
		} else if small {
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != letter {
			t.Errorf("%s: %d bytes arrive, %v", name, len(got), err)
		}
		if w.Header().Get("Content-Length") != strconv.Itoa(sent) {
			t.Errorf("%s: %d bytes, announced as %s", name, sent, w.Header().Get("Content-Length"))
		}
	}
}

// A page that breaks half-way is not sent in part: whoever renders it can still answer.
func TestAPageThatBreaksIsNotSent(t *testing.T) {
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, letter)
		return errors.New("broken")
	})
	w, err := render(t, nil, broken)
	if err == nil || w.Body.Len() > 0 {
		t.Errorf("%v, and %d bytes went out", err, w.Body.Len())
	}
	if w, err = render(t, nil, templ.Raw("whole")); err != nil || w.Body.String() != "whole" {
		t.Errorf("the next page: %q %v", w.Body, err)
	}
}
