package dossiertype

import (
	"strconv"
	"strings"

	"voordeur/internal/i18n"
)

// What of a type is compared, by the names of the forms.

func (w Words) pairs(field string) []pair {
	var out []pair
	for _, l := range i18n.Langs {
		out = append(out, pair{field + "_" + string(l), w[l]})
	}
	return out
}

func yes(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func days(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (d Definition) general() []pair {
	out := append(d.Name.pairs("name"), d.Explain.pairs("explain")...)
	return append(out, pair{"portal", yes(d.Portal)}, pair{"threshold", d.Threshold.String()}, pair{"offered", yes(d.Offered)},
		pair{"rank", d.Rank.String()}, pair{"term", days(d.Term)}, pair{"progress", string(d.Progress)}, pair{"messages", string(d.Messages)}, pair{"told", string(d.Told)}, pair{"retention", string(d.Retention)}, pair{"steps", strings.Join(d.Steps, "\n")})
}

func (s Status) pairs() []pair {
	out := append(s.Name.pairs("name"), s.Public.pairs("public")...)
	out = append(append(out, s.Text.pairs("text")...), s.Expects.pairs("expects")...)
	out = append(out, s.Button.Label.pairs("button")...)
	return append(out, pair{"url", s.Button.URL}, pair{"portal", yes(s.Portal)}, pair{"final", yes(s.Final)}, pair{"colour", string(s.Colour)}, pair{"term", days(s.Term)})
}

func (r Result) pairs() []pair {
	return append(append(r.Name.pairs("name"), r.Text.pairs("text")...), pair{"retention", string(r.Retention)})
}

func (k DocumentType) pairs() []pair {
	out := append(k.Name.pairs("name"), k.Explain.pairs("explain")...)
	return append(out, pair{"deliver", yes(k.Deliver)}, pair{"required", yes(k.Required)}, pair{"confidentiality", k.Rank.String()})
}
