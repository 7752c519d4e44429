package form

import (
	"math/big"
	"strings"
	"time"

	"voordeur/internal/i18n"
)

// Section is what the result says of a page.
type Section struct {
	Page   *Page
	Title  string
	Blocks []Block
}

// Block is answers under the name of their group, or of one of its repeats; "" for those of no group.
type Block struct {
	Heading string
	Lines   []Line
}

// Line is a question and its answer in words.
type Line struct {
	Label, Value string
	Files        []string // ids
}

// Summary returns the answers that count, page by page, in a language.
func (s *State) Summary(t *i18n.Texts) []Section {
	var list []Section
	for _, f := range s.Pages {
		section := Section{Page: f.Page, Title: f.Page.Title.In(t.Lang())}
		for _, part := range f.Parts {
			for i, fields := range part.Repeats {
				b := Block{Heading: part.heading(i, t)}
				for _, field := range fields {
					b.Lines = append(b.Lines, s.line(field, t))
				}
				if len(b.Lines) > 0 {
					section.Blocks = append(section.Blocks, b)
				}
			}
		}
		list = append(list, section)
	}
	return list
}

// heading is the name of a group, or of one of its repeats.
func (p *FilledPart) heading(i int, t *i18n.Texts) string {
	switch {
	case p.Part.Repeat != nil:
		return t.T("form.repeat", "name", p.Part.Repeat.Label.In(t.Lang()), "n", i+1)
	case p.Part.ID != "":
		return p.Part.Label.In(t.Lang())
	}
	return ""
}

func (s *State) line(f Field, t *i18n.Texts) Line {
	l := Line{Label: f.Question.Label.In(t.Lang())}
	if f.Question.Kind == File {
		l.Files = s.Answers[f.Name]
		return l
	}
	l.Value = f.Question.Words(s.Answers, f.Name, t)
	return l
}

// Words returns an answer as people read it, "" for none.
func (q *Question) Words(a Answers, name string, t *i18n.Texts) string {
	part := func(p string) string { return a.First(name + "." + p) }
	s := a.First(name)
	switch q.Kind {
	case Period:
		if part("from") == "" {
			return ""
		}
		return t.T("form.period", "from", dayWords(part("from")), "to", dayWords(part("to")))
	case Person:
		return joined(" ", part("first"), part("prefix"), part("last"))
	case Postcode:
		return joined(", ", joined(" ", part("number"), part("addition")), part("postcode"))
	case Address:
		country := ""
		if c := part("country"); c != "" && c != home {
			country = countryName(c, t.Lang())
		}
		return joined(", ", joined(" ", part("street"), part("number"), part("addition")), joined(" ", part("postcode"), part("city")), country)
	case Choices:
		var labels []string
		for _, v := range a[name] {
			labels = append(labels, q.label(v, t.Lang()))
		}
		return strings.Join(labels, ", ")
	}
	if s == "" {
		return ""
	}
	return q.word(s, t)
}

// word returns an answer of one field as people read it.
func (q *Question) word(s string, t *i18n.Texts) string {
	switch q.Kind {
	case Number, Amount, Computed:
		if r, ok := new(big.Rat).SetString(s); ok {
			return q.figure(r, t.Lang())
		}
	case Date:
		return dayWords(s)
	case YesNo, Declaration:
		return t.T("form.answer." + s)
	case Choice:
		return q.label(s, t.Lang())
	case Country:
		return countryName(s, t.Lang())
	case IBAN:
		return grouped(s, 4)
	}
	return s
}

func (q *Question) label(v string, l i18n.Lang) string {
	for _, o := range q.Options {
		if o.Value == v {
			return o.Label.In(l)
		}
	}
	return v
}

func joined(with string, parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, with)
}

// grouped puts a space after every n characters.
func grouped(s string, n int) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%n == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// dayWords writes a day as 03-12-2026.
func dayWords(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("02-01-2006")
}

// figure writes a number as people of a language do: 1.234,5 or € 1.234,56.
func (q *Question) figure(r *big.Rat, l i18n.Lang) string {
	s := r.FloatString(q.Decimals)
	if !q.IsAmount() && strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	digits, minus := strings.CutPrefix(s, "-")
	front, rest, _ := strings.Cut(digits, ".")
	point, comma := ".", ","
	if l == i18n.EN {
		point, comma = ",", "."
	}
	var b strings.Builder
	for i, c := range front {
		if i > 0 && (len(front)-i)%3 == 0 {
			b.WriteString(point)
		}
		b.WriteRune(c)
	}
	if rest != "" {
		b.WriteString(comma + rest)
	}
	s = b.String()
	if minus {
		s = "-" + s
	}
	if q.IsAmount() {
		s = "€ " + s
	}
	return s
}

// Typed returns a field as people would type it, from its normal form; what is not in that form stays as it is.
func (q *Question) Typed(s string, l i18n.Lang) string {
	switch q.Kind {
	case Date, Period:
		return dayWords(s)
	case Number, Amount:
		if m := plain.FindStringSubmatch(s); m != nil && m[1] != "" && l == i18n.NL {
			return strings.Replace(s, ".", ",", 1)
		}
	}
	return s
}
