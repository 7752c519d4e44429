package dossiertype

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// The most that a type may have. They keep a page readable and a file small.
const (
	MaxParts  = 50
	MaxName   = 80
	MaxText   = 1000
	MaxTerm   = 1000
	maxStep   = 120
	maxURL    = 500
	maxKey    = 60
	maxButton = 40
)

// Part is a kind of things that a type has several of.
type Part string

// The parts.
const (
	General   Part = ""
	Statuses  Part = "statuses"
	Results   Part = "results"
	Documents Part = "documents"
)

// Flaw is what is wrong in a type: of which thing, in which field of its form, and the text that says so.
type Flaw struct {
	Part Part
	Key  string
	errs.Field
}

type flaws []Flaw

func (f *flaws) of(p Part, key string, fields errs.Fields) {
	for _, x := range fields {
		*f = append(*f, Flaw{p, key, x})
	}
}

// Check returns what is wrong, in the order of the page.
func (d Definition) Check() []Flaw {
	var f flaws
	f.of(General, "", d.checkGeneral())
	f.of(Statuses, "", d.checkStatuses())
	for _, s := range d.Statuses {
		f.of(Statuses, s.Key, s.check())
	}
	f.of(Results, "", keysOf(d.Results, func(r Result) string { return r.Key }))
	for _, r := range d.Results {
		f.of(Results, r.Key, r.check())
	}
	f.of(Documents, "", keysOf(d.Documents, func(k DocumentType) string { return k.Key }))
	for _, k := range d.Documents {
		f.of(Documents, k.Key, k.check(d.Threshold))
	}
	return f
}

var keyForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func key(f *errs.Fields, k string) {
	if len(k) > maxKey || !keyForm.MatchString(k) {
		f.Add("key", "type.bad_key", "max", maxKey)
	}
}

func (d Definition) checkGeneral() errs.Fields {
	var f errs.Fields
	key(&f, d.Key)
	name(&f, "name", d.Name, MaxName)
	texts(&f, "explain", d.Explain, MaxText)
	term(&f, d.Term)
	if !d.Rank.Known() {
		f.Add("rank", "field.choose")
	}
	if !d.Threshold.Known() {
		f.Add("threshold", "field.choose")
	}
	if !slices.Contains(Ways, d.Progress) {
		f.Add("progress", "field.choose")
	}
	if d.Messages != "" && !slices.Contains(MessageModes, d.Messages) {
		f.Add("messages", "field.choose")
	}
	if !slices.Contains(Tellings, d.Told) {
		f.Add("told", "field.choose")
	}
	d.Retention.check(&f)
	if len(d.Steps) > MaxParts {
		f.Add("steps", "type.too_many", "max", MaxParts)
	}
	for _, step := range d.Steps {
		if utf8.RuneCountInString(step) > maxStep || strings.TrimSpace(step) == "" || !line(step) {
			f.Add("steps", "type.bad_step", "max", maxStep)
			break
		}
	}
	return f
}

// checkStatuses is what holds for all of them together: a dossier must be able to begin and to end.
func (d Definition) checkStatuses() errs.Fields {
	f := keysOf(d.Statuses, func(s Status) string { return s.Key })
	final := slices.ContainsFunc(d.Statuses, func(s Status) bool { return s.Final })
	if !final || len(d.Statuses) == 0 || d.First().Final {
		f.Add("", "type.begin_and_end")
	}
	return f
}

func (s Status) check() errs.Fields {
	var f errs.Fields
	key(&f, s.Key)
	name(&f, "name", s.Name, MaxName)
	texts(&f, "public", s.Public, MaxName)
	texts(&f, "text", s.Text, MaxText)
	texts(&f, "expects", s.Expects, MaxText)
	term(&f, s.Term)
	if !slices.Contains(Colours, s.Colour) {
		f.Add("colour", "field.choose")
	}
	s.Button.check(&f)
	return f
}

func (b Button) check(f *errs.Fields) {
	if b.URL == "" && b.Label.In(i18n.NL) == "" && b.Label.In(i18n.EN) == "" {
		return
	}
	name(f, "button", b.Label, maxButton)
	u, err := url.Parse(b.URL)
	inside := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(b.URL, "/") && !strings.HasPrefix(b.URL, "//")
	outside := err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
	if len(b.URL) > maxURL || !inside && !outside || strings.ContainsFunc(b.URL, func(r rune) bool { return r <= ' ' || r == '\\' }) {
		f.Add("url", "type.bad_url")
	}
}

func (r Result) check() errs.Fields {
	var f errs.Fields
	key(&f, r.Key)
	name(&f, "name", r.Name, MaxName)
	texts(&f, "text", r.Text, MaxText)
	r.Retention.check(&f)
	return f
}

// check refuses what a client could add and would not see afterwards: he would think that it is lost.
func (k DocumentType) check(threshold Rank) errs.Fields {
	var f errs.Fields
	key(&f, k.Key)
	name(&f, "name", k.Name, MaxName)
	texts(&f, "explain", k.Explain, MaxText)
	switch {
	case k.Rank != 0 && !k.Rank.Known():
		f.Add("confidentiality", "field.choose")
	case k.Deliver && k.Rank > threshold:
		f.Add("confidentiality", "type.document_unseen")
	}
	return f
}

func keysOf[T any](list []T, of func(T) string) errs.Fields {
	var f errs.Fields
	if len(list) > MaxParts {
		f.Add("", "type.too_many", "max", MaxParts)
	}
	seen := map[string]bool{}
	for _, x := range list {
		if k := of(x); seen[k] {
			f.Add("", "type.twice", "key", k)
		}
		seen[of(x)] = true
	}
	return f
}

// name checks a text that must be there in each language.
func name(f *errs.Fields, field string, w Words, most int) {
	for _, l := range i18n.Langs {
		if at := field + "_" + string(l); strings.TrimSpace(w[l]) == "" {
			f.Add(at, "field.required")
		}
	}
	texts(f, field, w, most)
}

// texts checks what need not be there. A text of a name's length is one line.
func texts(f *errs.Fields, field string, w Words, most int) {
	for l, text := range w {
		at := field + "_" + string(l)
		switch {
		case !l.Known():
			f.Add(field, "type.language", "lang", string(l))
		case utf8.RuneCountInString(text) > most:
			f.Add(at, "field.too_long", "max", most)
		case most < MaxText && !line(text):
			f.Add(at, "settings.one_line")
		}
	}
}

func term(f *errs.Fields, days int) {
	if days < 0 || days > MaxTerm {
		f.Add("term", "type.bad_term", "max", MaxTerm)
	}
}

func line(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }
