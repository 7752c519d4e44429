// Package docs_test keeps docs/requirements.md in line with the names of the tests.
package docs_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testName = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	rowName  = regexp.MustCompile(`[NADCE]\d{1,2}`)
	// A browser test's title begins with the rows it walks through.
	title = regexp.MustCompile(`(?m)^\s*test\('((?:[NADCE]\d{1,2} ?)+):`)
)

// shown returns the tests that name each row.
func shown(t *testing.T) map[string][]string {
	t.Helper()
	by := map[string][]string{}
	read(t, "../internal", "_test.go", func(path, text string) {
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			for part := range strings.SplitSeq(m[1][len("Test"):], "_") {
				if rowName.FindString(part) == part {
					by[part] = append(by[part], filepath.Dir(path)+" "+m[1])
				}
			}
		}
	})
	read(t, "../e2e/tests", ".spec.ts", func(path, text string) {
		for _, m := range title.FindAllStringSubmatch(text, -1) {
			for _, row := range strings.Fields(m[1]) {
				by[row] = append(by[row], path)
			}
		}
	})
	return by
}

// read gives the text of every file below dir whose name ends so.
func read(t *testing.T, dir, end string, use func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, end) {
			return err
		}
		b, err := os.ReadFile(path)
		use(strings.TrimPrefix(filepath.ToSlash(path), "../"), string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRequirements fails when the table is out of date; UPDATE=1 go test ./docs writes it.
func TestRequirements(t *testing.T) {
	f, err := os.Open("rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	by := shown(t)
	var b strings.Builder
	b.WriteString("# Requirements and the tests that show them\n\nMade from the names of the tests by `UPDATE=1 go test ./docs`. Those in Go run on SQLite and PostgreSQL, those in e2e on a phone, a desktop and without JavaScript.\n\n| row | what | state | tests |\n|---|---|---|---|\n")
	for lines := bufio.NewScanner(f); lines.Scan(); {
		id, what, _ := strings.Cut(lines.Text(), " ")
		state := "open"
		if len(by[id]) > 0 {
			state = "shown"
		}
		slices.Sort(by[id])
		by[id] = slices.Compact(by[id])
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", id, what, state, strings.Join(by[id], "<br>"))
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("requirements.md", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("requirements.md")
	if err != nil || string(have) != b.String() {
		t.Fatalf("docs/requirements.md is out of date: UPDATE=1 go test ./docs (%v)", err)
	}
}
