// Package docs_test keeps docs/requirements.md in line with rows.txt and the tests that it names.
//
// A line of rows.txt is a requirement: id | state | what | positive tests | negative tests. The state
// is open (of a later milestone), part (a test is still missing) or shown. Tests are divided by ";":
// a Go test by its name, a browser test as FILE.spec.ts: and how its title begins.
package docs_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rowCount is the number of requirements of the five manuals together.
const rowCount = 233

const head = "# Requirements and the tests that show them\n\n" +
	"Made from docs/rows.txt by `UPDATE=1 go test ./docs`. A row that is shown has a test of what it promises and one of what must not happen; a row that is partly shown says which is missing. " +
	"Tests in Go run on SQLite and PostgreSQL. Browser tests run on a phone and on a desktop, and without JavaScript where it says so.\n\n" +
	"| row | what | state | positive | negative |\n|---|---|---|---|---|\n"

type row struct {
	id, state, what    string
	positive, negative []string
}

// readRows reads rows.txt.
func readRows(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile("rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		for len(cells) < 5 {
			cells = append(cells, "")
		}
		rows = append(rows, row{cells[0], cells[1], cells[2], names(cells[3]), names(cells[4])})
	}
	return rows
}

func names(cell string) []string {
	var list []string
	for name := range strings.SplitSeq(cell, ";") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// wrong returns what keeps a row from being in the state that it claims.
func (r row) wrong() string {
	none := len(r.positive) + len(r.negative)
	both := len(r.positive) > 0 && len(r.negative) > 0
	switch {
	case r.what == "":
		return "says not what it is"
	case r.state == "shown" && !both:
		return "is said to be shown and lacks a positive or a negative test"
	case r.state == "part" && (both || none == 0):
		return "is said to be partly shown and has all of its tests, or none"
	case r.state == "open" && none > 0:
		return "is said to be open and has tests"
	case !slices.Contains([]string{"shown", "part", "open"}, r.state):
		return fmt.Sprintf("has no state %q", r.state)
	}
	return ""
}

// tests are all tests that a row may name, with where they are.
type tests struct {
	goTests map[string]string
	browser map[string][]browserTest // by file
}

type browserTest struct{ title, where string }

var (
	goTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	group  = regexp.MustCompile(`^test\.describe\(.*tag: '(@\w+)'`)
	title  = regexp.MustCompile(`^\s*test\('((?:[^'\\]|\\.)*)'`)
)

// runs says where a browser test runs, by its tag.
var runs = map[string]string{"": "phone, desktop, without JavaScript", "@js": "phone, desktop", "@nojs": "without JavaScript"}

func allTests(t *testing.T) tests {
	t.Helper()
	all := tests{map[string]string{}, map[string][]browserTest{}}
	for _, dir := range []string{"../internal", "../cmd", "../deploy", "../scripts", "../web"} {
		read(t, dir, "_test.go", func(path, text string) {
			if strings.HasPrefix(text, "//go:build") { // not part of make test
				return
			}
			for _, m := range goTest.FindAllStringSubmatch(text, -1) {
				all.goTests[m[1]] = filepath.Dir(path)
			}
		})
	}
	read(t, "../e2e/tests", ".spec.ts", func(path, text string) {
		tag := ""
		for line := range strings.Lines(text) {
			if m := group.FindStringSubmatch(line); m != nil {
				tag = m[1]
			}
			if m := title.FindStringSubmatch(line); m != nil {
				name := filepath.Base(path)
				all.browser[name] = append(all.browser[name], browserTest{m[1], runs[tag]})
			}
			if strings.HasPrefix(line, "})") {
				tag = ""
			}
		}
	})
	return all
}

// find returns how the table shows a test, "" when there is no such test, or more than one.
func (all tests) find(name string) string {
	file, begin, ok := strings.Cut(name, ": ")
	if !ok {
		if dir := all.goTests[name]; dir != "" {
			return dir + " " + name
		}
		return ""
	}
	found := ""
	for _, b := range all.browser[file] {
		if !strings.HasPrefix(b.title, begin) {
			continue
		}
		if found != "" {
			return ""
		}
		found = fmt.Sprintf("e2e %s: %s (%s)", file, b.title, b.where)
	}
	return found
}

// cell is the tests of one column; missing tells that there is none.
func (all tests) cell(t *testing.T, r row, list []string) string {
	t.Helper()
	var shown []string
	for _, name := range list {
		found := all.find(name)
		if found == "" {
			t.Errorf("rows.txt: %s names %q, which is not one test", r.id, name)
		}
		shown = append(shown, found)
	}
	if len(shown) == 0 && r.state == "part" {
		return "**missing**"
	}
	return strings.Join(shown, "<br>")
}

// read gives the text of every file below dir whose name ends so.
func read(t *testing.T, dir, end string, use func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
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

// TestRequirements fails when a row claims what its tests do not show, when it names a test that is
// not there, and when the table is out of date; UPDATE=1 go test ./docs writes it.
func TestRequirements(t *testing.T) {
	rows, all := readRows(t), allTests(t)
	var b strings.Builder
	b.WriteString(head)
	seen := map[string]bool{}
	for _, r := range rows {
		if wrong := cmp.Or(r.wrong(), again(seen, r.id)); wrong != "" {
			t.Errorf("rows.txt: %s %s", r.id, wrong)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.id, r.what, r.state, all.cell(t, r, r.positive), all.cell(t, r, r.negative))
	}
	if len(rows) != rowCount {
		t.Errorf("rows.txt: %d rows, want %d", len(rows), rowCount)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("requirements.md", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("requirements.md")
	if err != nil || string(have) != b.String() {
		t.Errorf("docs/requirements.md is out of date: UPDATE=1 go test ./docs (%v)", err)
	}
}

// again tells a row that was there before.
func again(seen map[string]bool, id string) string {
	if seen[id] {
		return "is there twice"
	}
	seen[id] = true
	return ""
}

// TestRequirements_ClaimsAreChecked shows that a row cannot claim more than its tests show.
func TestRequirements_ClaimsAreChecked(t *testing.T) {
	one := []string{"TestX"}
	for _, r := range []row{
		{"N1", "shown", "x", one, nil},
		{"N1", "shown", "x", nil, one},
		{"N1", "part", "x", one, one},
		{"N1", "part", "x", nil, nil},
		{"N1", "open", "x", one, nil},
		{"N1", "done", "x", one, one},
		{"N1", "open", "", nil, nil},
	} {
		if r.wrong() == "" {
			t.Errorf("%+v passes", r)
		}
	}
	all := allTests(t)
	for _, name := range []string{"TestNoSuchTest", "upload.spec.ts: N99:", "upload.spec.ts: N", "no.spec.ts: N1"} {
		if found := all.find(name); found != "" {
			t.Errorf("%s is found: %s", name, found)
		}
	}
	if found := all.find("upload.spec.ts: N29 N32: the plain field"); !strings.Contains(found, "(without JavaScript)") {
		t.Errorf("the plain field runs where? %q", found)
	}
}
