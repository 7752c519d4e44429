package design

import (
	"embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Remark is something that a reader would stumble over. None keeps a form from being published.
type Remark struct {
	At   string // id of the page, the group or the question; "" for the form itself
	Lang i18n.Lang
	Key  string // its text is design.remark and this
	Args []any  // of that text
}

// What is long: a sentence in words (Rijkshuisstijl and plain-language guides say fifteen to twenty), the others in characters
// or questions.
const (
	maxSentence  = 20
	maxLabel     = 100
	maxHelp      = 300
	maxQuestions = 8
)

//go:embed difficult_*.txt
var lists embed.FS

// difficult are the words for which there is an easier one, by language: a line has the word, an equals sign and the easier one.
var difficult = sync.OnceValue(func() map[i18n.Lang][][2]string {
	all := map[i18n.Lang][][2]string{}
	for _, l := range i18n.Langs {
		b, err := lists.ReadFile("difficult_" + string(l) + ".txt")
		if err != nil {
			panic(err) // it is part of the program
		}
		for line := range strings.Lines(string(b)) {
			if hard, easy, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				all[l] = append(all[l], [2]string{hard, easy})
			}
		}
	}
	return all
})

// passive finds "uw aanvraag wordt behandeld" and "your application is handled": nobody says who does it.
var passive = map[i18n.Lang]*regexp.Regexp{
	i18n.NL: regexp.MustCompile(`(?i)\b(?:wordt|worden|werd|werden)\b[^.?!]*?\b((?:ge|be|ver|ont|her)\p{L}+(?:d|t|en))\b`),
	i18n.EN: regexp.MustCompile(`(?i)\b(?:is|are|was|were|be|been|being)\s+(?:\p{L}+ly\s+)?(\p{L}{2,}ed)\b`),
}

var sentence = regexp.MustCompile(`[^.?!\n]+`)

// private are the kinds of which people wonder why they are asked.
var private = []form.Kind{form.BSN, form.RSIN, form.IBAN, form.Phone, form.File}

// Remarks returns what a reader would stumble over, in the order of the form.
func (f *Form) Remarks() []Remark {
	var r remarks
	r.text("", f.Title, f.Intro)
	for _, p := range f.Pages {
		r.text(p.ID, p.Title, p.Intro)
		if p.End != nil {
			r.text(p.ID, p.End.Text)
		}
		n := 0
		for s := range f.Spots {
			if s.Page == p && s.Item.Kind != Group && s.Item.Kind != form.Computed {
				n++
			}
		}
		if n > maxQuestions {
			r.add(p.ID, i18n.NL, "many", "n", n, "max", maxQuestions)
		}
		for s := range f.Spots {
			if s.Page == p {
				r.item(s.Item)
			}
		}
	}
	return r.list
}

// remarks gathers them.
type remarks struct{ list []Remark }

func (r *remarks) add(at string, l i18n.Lang, key string, args ...any) {
	r.list = append(r.list, Remark{at, l, key, args})
}

func (r *remarks) item(i *Item) {
	r.text(i.ID, i.Label, i.Help, i.Example)
	for _, l := range i18n.Langs {
		if n := utf8.RuneCountInString(i.Label[l]); n > maxLabel {
			r.add(i.ID, l, "label", "n", n, "max", maxLabel)
		}
		if n := utf8.RuneCountInString(i.Help[l]); n > maxHelp {
			r.add(i.ID, l, "help", "n", n, "max", maxHelp)
		}
	}
	for _, o := range i.Options {
		r.text(i.ID, o.Label)
	}
	if nl := i.Label[i18n.NL]; strings.Contains(nl, " ") && nl == i.Label[i18n.EN] {
		r.add(i.ID, i18n.NL, "untranslated")
	}
	if i.Required != nil && i.Required.Always && slices.Contains(private, i.Kind) && i.Help[i18n.NL] == "" {
		r.add(i.ID, i18n.NL, "why")
	}
}

// text looks at the sentences of texts in both languages.
func (r *remarks) text(at string, texts ...form.Text) {
	for _, l := range i18n.Langs {
		for _, t := range texts {
			for _, s := range sentence.FindAllString(t[l], -1) {
				r.sentence(at, l, s)
			}
		}
	}
}

func (r *remarks) sentence(at string, l i18n.Lang, s string) {
	words := strings.Fields(s)
	if len(words) > maxSentence {
		r.add(at, l, "sentence", "n", len(words), "max", maxSentence, "begin", strings.Join(words[:5], " "))
	}
	if m := passive[l].FindStringSubmatch(s); m != nil {
		r.add(at, l, "passive", "word", m[1])
	}
	plain := " " + strings.ToLower(strings.Join(strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;:()„”“\"", c) }), " ")) + " "
	for _, d := range difficult()[l] {
		if strings.Contains(plain, " "+d[0]+" ") {
			r.add(at, l, "word", "word", d[0], "easy", d[1])
		}
	}
}
