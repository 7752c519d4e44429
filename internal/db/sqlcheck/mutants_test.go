package sqlcheck

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// conjunct finds a condition that may decide whose row it is.
var conjunct = regexp.MustCompile(`(?:where|and|on|\()\s+?((?:[a-z]+\.)?(?:tenant_id|account_id|client_id|dossier_id|viewer|face|role|state|published_at|origin|ended_at|expires_at|seen_at|used_at|blob_key|author_id|message_id) ` +
	`(?:(?:=|<>|<|>) (?:\$\d+|'[a-z]+'|[a-z]+\.[a-z_]+)|is (?:not )?null|in \('[^)]*\)))`)

// mutant is a statement without one of its conditions.
type mutant struct{ At, Text, Condition, Mutated string }

// mutants returns every statement without each of its conditions in turn. A condition stays as
// half of an "or", so that parameters keep their place.
func mutants(list []statement) []mutant {
	var out []mutant
	for _, s := range list {
		for _, m := range conjunct.FindAllStringSubmatchIndex(s.text, -1) {
			out = append(out, s.without(m[2], m[3]))
		}
		for from := 0; ; {
			i := strings.Index(s.text[from:], "exists (")
			if i < 0 {
				break
			}
			from += i
			out = append(out, s.without(from, closing(s.text, from+len("exists "))))
			from += len("exists (")
		}
	}
	return out
}

func (s statement) without(from, to int) mutant {
	return mutant{s.at, s.text, s.text[from:to], s.text[:from] + "(" + s.text[from:to] + " or 1 = 1)" + s.text[to:]}
}

// closing returns the place after the parenthesis that closes the one at i.
func closing(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

func TestMutantsAreMade(t *testing.T) {
	list := mutants([]statement{{"here", `select 1 from d where d.tenant_id = $1 and exists (select 1 from p where p.dossier_id = d.id and (p.a or b)) and x.published_at is not null`}})
	want := []string{`d.tenant_id = $1`, `p.dossier_id = d.id`, `x.published_at is not null`, `exists (select 1 from p where p.dossier_id = d.id and (p.a or b))`}
	for i, w := range want {
		if i >= len(list) || list[i].Condition != w {
			t.Fatalf("got %v, want %v", list, want)
		}
	}
	all := mutants(statements(t, "voordeur/..."))
	if len(all) < fewest {
		t.Errorf("only %d mutants", len(all))
	}
	if file := os.Getenv("VOORDEUR_MUTANTS"); file != "" { // scripts/mutate asks for the list
		b, err := json.Marshal(all)
		if err == nil {
			err = os.WriteFile(file, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
