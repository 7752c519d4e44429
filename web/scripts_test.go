package assets_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unsafe is what no script of ours does: make markup or code of text (ASVS 1.3.2, 3.2.2), talk to
// other windows or hosts (3.5.5), read cookies (3.3.4), refuse what is pasted (6.2.7), or reach for
// what every object inherits (15.3.6).
var unsafe = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc|\beval\(|new Function|set(Timeout|Interval)\(['"]` +
	`|postMessage|onmessage|addEventListener\('message'|window\.name|document\.cookie|importScripts|indexedDB|https?://|'paste'|__proto__|\.prototype\b|constructor\[`)

// kept is all that our scripts keep in the browser, by file: how many files were chosen, which box
// was ticked, that the keys are off.
var kept = map[string]int{"upload.ts": 3, "filter.ts": 3, "keys.ts": 3}

func TestScriptsMakeNoMarkupAndKeepNothingOfAnybody(t *testing.T) {
	files, err := filepath.Glob("ts/*.ts")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	storage := regexp.MustCompile(`(local|session)Storage\.`)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(b), "\n") {
			if found := unsafe.FindString(line); found != "" {
				t.Errorf("%s:%d has %s", file, n+1, found)
			}
		}
		if n := len(storage.FindAll(b, -1)); n != kept[filepath.Base(file)] {
			t.Errorf("%s keeps something new in the browser: %d uses, not %d", file, n, kept[filepath.Base(file)])
		}
	}
	for _, line := range []string{"a.innerHTML = x", "eval(x)", "fetch('https://elsewhere.example')", "o.__proto__.x"} {
		if !unsafe.MatchString(line) {
			t.Errorf("%q passes", line)
		}
	}
}
