package docs_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asvsLevels are the sections of OWASP ASVS 5.0.0, each with the levels of its requirements in order:
// 1.4 222 is 1.4.1 to 1.4.3, all of level 2.
const asvsLevels = `1.1 22, 1.2 1111122223, 1.3 112222222223, 1.4 222, 1.5 123
2.1 122, 2.2 112, 2.3 12223, 2.4 23
3.1 3, 3.2 113, 3.3 12223, 3.4 11222233, 3.5 11122333, 3.6 3, 3.7 22333
4.1 12233, 4.2 23333, 4.3 22, 4.4 1222
5.1 2, 5.2 112333, 5.3 113, 5.4 222
6.1 222, 6.2 111111112222, 6.3 11223333, 6.4 112233, 6.5 22222333, 6.6 2223, 6.7 33, 6.8 2222
7.1 222, 7.2 1111, 7.3 22, 7.4 11222, 7.5 223, 7.6 22
8.1 1233, 8.2 1123, 8.3 133, 8.4 23
9.1 111, 9.2 1222
10.1 22, 10.2 223, 10.3 22223, 10.4 1111122222233333, 10.5 22222, 10.6 22, 10.7 222
11.1 2233, 11.2 22233, 11.3 11233, 11.4 1222, 11.5 23, 11.6 23, 11.7 33
12.1 12233, 12.2 11, 12.3 22223
13.1 2333, 13.2 222223, 13.3 2233, 13.4 1222233
14.1 22, 14.2 12223333, 14.3 122
15.1 12233, 15.2 12233, 15.3 1222222, 15.4 3333
16.1 2, 16.2 22222, 16.3 2222, 16.4 222, 16.5 2223
17.1 23, 17.2 22223333, 17.3 22`

// asvsTotal is the number of requirements that it has.
const asvsTotal = 345

// asvsRow is a line of asvs.csv: id, level, applies, what, where, test, reason. What is a short
// paraphrase; the words of the standard are its own. Applies is yes, no, or document for what asks for
// a document. Tests are divided by ";" and named as in rows.txt, files too; a document is a file with
// the heading. A reason that begins with "open" is a requirement that is not met, or not wholly.
type asvsRow struct {
	id, level, applies, what, reason string
	where, tests                     []string
}

func readASVS(t *testing.T) []asvsRow {
	t.Helper()
	f, err := os.Open("asvs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || strings.Join(lines[0], ",") != "id,level,applies,what,where,test,reason" {
		t.Fatalf("asvs.csv: %v, %v", lines[0], err)
	}
	var rows []asvsRow
	for _, l := range lines[1:] {
		rows = append(rows, asvsRow{id: l[0], level: l[1], applies: l[2], what: l[3], where: names(l[4]), tests: names(l[5]), reason: l[6]})
	}
	return rows
}

// levelsOf returns the level of every requirement.
func levelsOf(t *testing.T) map[string]string {
	t.Helper()
	levels := map[string]string{}
	for _, section := range strings.FieldsFunc(asvsLevels, func(r rune) bool { return r == ',' || r == '\n' }) {
		name, digits, _ := strings.Cut(strings.TrimSpace(section), " ")
		for n, level := range digits {
			levels[fmt.Sprintf("%s.%d", name, n+1)] = string(level)
		}
	}
	if len(levels) != asvsTotal {
		t.Fatalf("%d requirements, want %d", len(levels), asvsTotal)
	}
	return levels
}

func (r asvsRow) open() bool { return strings.HasPrefix(r.reason, "open") }

// state is what a row comes to: no, open, document or shown; wrong is what keeps it from any.
func (r asvsRow) state() (state, wrong string) {
	switch {
	case r.what == "":
		return "", "says not what it is"
	case r.applies == "no" && (r.reason == "" || len(r.where)+len(r.tests) > 0):
		return "", "does not apply, which needs a reason and nothing else"
	case r.applies == "no":
		return "no", ""
	case r.applies != "yes" && r.applies != "document":
		return "", "applies is yes, no or document"
	case r.applies == "yes" && len(r.where) == 0:
		return "", "names no file"
	case r.applies == "yes" && len(r.tests) == 0 && r.reason == "":
		return "", "has neither a test nor a reason"
	case r.applies == "document" && len(r.where) == 0 && !r.open():
		return "", "names no document and is not open"
	case r.open() || r.applies == "yes" && len(r.tests) == 0:
		return "open", ""
	case r.applies == "document":
		return "document", ""
	}
	return "shown", ""
}

var anchorless = regexp.MustCompile(`[^a-z0-9 -]`)

// stands reports whether a file is there, with the heading that comes after a "#".
func stands(where string) bool {
	file, heading, some := strings.Cut(where, "#")
	b, err := os.ReadFile(filepath.Join("..", file))
	if err != nil || !some {
		return err == nil
	}
	for line := range strings.Lines(string(b)) {
		title, found := strings.CutPrefix(strings.TrimSpace(line), "## ")
		if found && strings.ReplaceAll(anchorless.ReplaceAllString(strings.ToLower(title), ""), " ", "-") == heading {
			return true
		}
	}
	return false
}

// TestASVS fails when a requirement of level 1 or 2 has no row, when a row names a file or a test that
// is not there, and when docs/security.md counts otherwise.
func TestASVS(t *testing.T) {
	levels, all, count := levelsOf(t), allTests(t), map[string]int{}
	var seen []string
	for _, r := range readASVS(t) {
		state, wrong := r.state()
		if wrong != "" {
			t.Errorf("asvs.csv: %s %s", r.id, wrong)
		}
		if levels[r.id] != r.level || slices.Contains(seen, r.id) {
			t.Errorf("asvs.csv: %s is of level %q, not %q, or is there twice", r.id, levels[r.id], r.level)
		}
		for _, where := range r.where {
			if !stands(where) || r.applies == "document" && !strings.Contains(where, "#") {
				t.Errorf("asvs.csv: %s names %s, which is not there", r.id, where)
			}
		}
		for _, name := range r.tests {
			if all.find(name) == "" {
				t.Errorf("asvs.csv: %s names %q, which is not one test", r.id, name)
			}
		}
		seen = append(seen, r.id)
		if r.level != "3" {
			count[state]++
		}
	}
	for id, level := range levels {
		if level != "3" && !slices.Contains(seen, id) {
			t.Errorf("asvs.csv: %s of level %s has no row", id, level)
		}
	}
	sentence := fmt.Sprintf("Of its requirements of levels 1 and 2, %d apply: %d are shown by tests that their rows name, %d by a document, and %d are open or shown in part.\n",
		count["shown"]+count["document"]+count["open"], count["shown"], count["document"], count["open"])
	if b, err := os.ReadFile("security.md"); err != nil || !strings.Contains(string(b), sentence) {
		t.Errorf("docs/security.md needs this sentence: %s%v", sentence, err)
	}
}

// TestASVS_ClaimsAreChecked shows that a row cannot claim what is not there.
func TestASVS_ClaimsAreChecked(t *testing.T) {
	file, test := []string{"go.mod"}, []string{"TestASVS"}
	for _, r := range []asvsRow{
		{applies: "yes", where: file, tests: test},
		{applies: "maybe", what: "x", where: file, tests: test},
		{applies: "yes", what: "x", tests: test},
		{applies: "yes", what: "x", where: file},
		{applies: "no", what: "x"},
		{applies: "no", what: "x", reason: "x", tests: test},
		{applies: "document", what: "x", reason: "later"},
	} {
		if _, wrong := r.state(); wrong == "" {
			t.Errorf("%+v passes", r)
		}
	}
	for state, r := range map[string]asvsRow{
		"shown": {applies: "yes", what: "x", where: file, tests: test, reason: "but"}, "no": {applies: "no", what: "x", reason: "x"},
		"open": {applies: "yes", what: "x", where: file, tests: test, reason: "open: x"}, "document": {applies: "document", what: "x", where: file},
	} {
		if got, wrong := r.state(); got != state || wrong != "" {
			t.Errorf("%+v is %q, %s", r, got, wrong)
		}
	}
	for where, want := range map[string]bool{"go.mod": true, "no.mod": false, "docs/security.md#known-limits": true, "docs/security.md#no-limits": false} {
		if stands(where) != want {
			t.Errorf("%s stands: %t", where, !want)
		}
	}
}
