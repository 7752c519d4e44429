package assets_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	assets "voordeur/web"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	assets.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestAssetsAreKeptForEverUnderAnAddressOfTheirContent(t *testing.T) {
	for name, mediaType := range map[string]string{
		"voordeur.css":   "text/css; charset=utf-8",
		"boot.js":        "text/javascript; charset=utf-8",
		"atkinson.woff2": "font/woff2",
		"icons.svg":      "image/svg+xml; charset=utf-8",
	} {
		a := get(t, assets.URL(name))
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != mediaType {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.Header.Get("Content-Type"))
		}
		if c := a.Header.Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, c)
		}
		if a.ContentLength == 0 {
			t.Errorf("%s has %d bytes", name, a.ContentLength)
		}
	}
}

func TestAssetsAreZippedForThoseWhoCanUnzip(t *testing.T) {
	plain, zipped := get(t, assets.URL("voordeur.css")), get(t, assets.URL("voordeur.css"), "Accept-Encoding", "br, gzip")
	if plain.Header.Get("Content-Encoding") != "" || zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Error("Content-Encoding does not follow Accept-Encoding")
	}
	if zipped.ContentLength >= plain.ContentLength/2 {
		t.Errorf("%d of %d bytes", zipped.ContentLength, plain.ContentLength)
	}
	if font := get(t, assets.URL("atkinson.woff2"), "Accept-Encoding", "gzip"); font.Header.Get("Content-Encoding") != "" {
		t.Error("the font is zipped twice")
	}
}

func TestWhatIsNoAssetIsNotFound(t *testing.T) {
	for _, path := range []string{"/assets/", "/assets/voordeur.css", "/assets/manifest.json", "/assets/../assets.go", assets.URL("boot.js") + "x"} {
		if a := get(t, path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// firstVisit is how much a page may bring along the first time, in bytes: on a slow phone that is
// a second. Of the fonts only the program's own counts, which a house style replaces with its own.
const firstVisit = 90_000

func TestTheFirstVisitIsLight(t *testing.T) {
	paths := []string{assets.URL("voordeur.css"), assets.URL("boot.js"), assets.URL("atkinson.woff2"), assets.URL("icons.svg"), assets.URL("icon.svg")}
	script, err := io.ReadAll(get(t, assets.URL("boot.js")).Body)
	if err != nil {
		t.Fatal(err)
	}
	// What the script needs at once; what it asks for later stands in import("…").
	for _, m := range regexp.MustCompile(`(?:from|import)\s*"\./([^"]+)"`).FindAllSubmatch(script, -1) {
		paths = append(paths, "/assets/"+string(m[1]))
	}
	var sum int64
	for _, path := range paths {
		a := get(t, path, "Accept-Encoding", "gzip")
		if a.StatusCode != http.StatusOK || a.ContentLength == 0 {
			t.Errorf("%s: %d, %d bytes", path, a.StatusCode, a.ContentLength)
		}
		sum += a.ContentLength
		t.Logf("%6d %s", a.ContentLength, path)
	}
	if sum > firstVisit {
		t.Errorf("a first visit brings %d bytes", sum)
	}
}
