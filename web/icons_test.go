package assets_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	drawn = regexp.MustCompile(`<symbol id="([a-z0-9-]+)"`)
	named = regexp.MustCompile(`(?:\bIcon\(|\bIconLink\(|\bBand\(|\bIcon: *)"([a-z0-9-]+)"`)
)

// An icon that is not in the sprite is an empty place on the page.
func TestEveryIconThatAPageNamesIsDrawn(t *testing.T) {
	sprite, err := os.ReadFile("static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	have, used := map[string]bool{}, 0
	for _, m := range drawn.FindAllStringSubmatch(string(sprite), -1) {
		have[m[1]] = true
	}
	err = filepath.WalkDir("../internal", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			used++
			if !have[m[1]] {
				t.Errorf("%s names the icon %q, which is not drawn", path, m[1])
			}
		}
		return err
	})
	if err != nil || used < 50 {
		t.Errorf("%d icons are named: %v", used, err)
	}
}
