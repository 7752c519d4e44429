package form

import (
	"cmp"
	"strings"

	"voordeur/internal/i18n"
)

// Problem is one reason why a definition is refused, and where.
type Problem struct {
	Place Place
	Key   string
	Args  []any
}

// Place is a place in a definition: a page, in it a group or question, each counted from 1, or a place in the
// file while that cannot be read at all.
type Place struct {
	Page, Group, Question int
	ID                    string // of the innermost that has one
	Line, Column          int
}

// Refused is the error of a definition that is not good.
type Refused []Problem

// maxProblems is how many are told at once: who sees fifty begins with the first.
const maxProblems = 50

// Error tells the log how many there are; the words of a definition are an office's own.
func (r Refused) Error() string {
	if len(r) == 0 {
		return "form: definition refused"
	}
	return "form: definition refused: " + r[0].Key
}

// Words says the place as people call it: "pagina 2, vraag 3 (woonplaats)".
func (p Place) Words(t *i18n.Texts) string {
	var parts []string
	for _, one := range []struct {
		n   int
		key string
	}{{p.Line, "form.place.line"}, {p.Column, "form.place.column"}, {p.Page, "form.place.page"}, {p.Group, "form.place.group"}, {p.Question, "form.place.question"}} {
		if one.n > 0 {
			parts = append(parts, t.T(one.key, "n", one.n))
		}
	}
	s := cmp.Or(strings.Join(parts, ", "), t.T("form.place.whole"))
	if p.ID != "" {
		s += " (" + p.ID + ")"
	}
	return s
}

// Words says the place and the reason.
func (p Problem) Words(t *i18n.Texts) string {
	return p.Place.Words(t) + ": " + t.T(p.Key, p.Args...)
}
