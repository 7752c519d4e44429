package form

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"voordeur/internal/i18n"
)

// Parse reads a definition, or returns a Refused with every place and reason.
func Parse(source []byte) (*Definition, error) {
	p := &parser{
		d:    &Definition{questions: map[string]*Question{}, groups: map[string]*Part{}},
		seqs: map[string]int{}, needs: map[string][]string{},
	}
	p.whole(source)
	for _, look := range p.later {
		look()
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return p.d, nil
}

// parser collects what is wrong while it reads. What names another question is looked at last, when all are known.
type parser struct {
	d        *Definition
	at       Place
	problems Refused
	later    []func()
	seq      int                 // counts questions and groups, to tell earlier from later
	count    int                 // of questions
	seqs     map[string]int      // by id, also of groups
	needs    map[string][]string // of what a question or page depends: for circles
}

func (p *parser) bad(key string, args ...any) { p.badAt(p.at, key, args...) }

func (p *parser) badAt(at Place, key string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{at, key, args})
	}
}

// object is a JSON object that is being read; what was not asked for by its end is an unknown key.
type object struct {
	p    *parser
	n    *node
	read map[string]bool
}

// object reads a node as an object, or says that it is none.
func (p *parser) object(n *node, name string) (*object, bool) {
	if n.kind != '{' {
		p.bad("form.bad.object", "key", name)
		return nil, false
	}
	return &object{p, n, map[string]bool{}}, true
}

// get returns the value of a key, nil when it is not there.
func (o *object) get(key string) *node {
	o.read[key] = true
	for _, m := range o.n.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// kinded returns the value of a key when it is of a kind.
func (o *object) kinded(key string, kind byte, wrong string) *node {
	n := o.get(key)
	if n != nil && n.kind != kind {
		o.p.bad(wrong, "key", key)
		return nil
	}
	return n
}

// word returns a string, "" when it is not there.
func (o *object) word(key string) string {
	if n := o.kinded(key, 's', "form.bad.string"); n != nil {
		return n.text
	}
	return ""
}

// needed is word of a key that must be there.
func (o *object) needed(key string) string {
	s := o.word(key)
	if s == "" && o.get(key) == nil {
		o.p.bad("form.bad.missing", "key", key)
	}
	return s
}

// list returns the elements of a list.
func (o *object) list(key string) []*node {
	if n := o.kinded(key, '[', "form.bad.list"); n != nil {
		return n.items
	}
	return nil
}

// inner returns an object within this one.
func (o *object) inner(key string) (*object, bool) {
	n := o.get(key)
	if n == nil {
		return nil, false
	}
	return o.p.object(n, key)
}

// maxText is how many characters a text of a definition may have.
const maxText = 5_000

// text returns a text that stands in every language.
func (o *object) text(key string, needed bool) Text {
	n := o.get(key)
	if n == nil {
		if needed {
			o.p.bad("form.bad.missing", "key", key)
		}
		return nil
	}
	in, ok := o.p.object(n, key)
	if !ok {
		return nil
	}
	t := Text{}
	for _, l := range i18n.Langs {
		s := strings.TrimSpace(in.word(string(l)))
		switch {
		case s == "":
			o.p.bad("form.bad.text", "key", key, "lang", string(l))
		case len(s) > maxText:
			o.p.bad("form.bad.text_long", "key", key, "max", maxText)
		}
		t[l] = s
	}
	in.done()
	return t
}

// done says which keys are unknown.
func (o *object) done() {
	for _, m := range o.n.members {
		if !o.read[m.key] {
			o.p.bad("form.bad.unknown_key", "key", m.key)
		}
	}
}

var idShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// id reads an id and says it when it is not one.
func (o *object) id() string {
	s := o.needed("id")
	if s != "" && !idShape.MatchString(s) || s == "" && o.get("id") != nil {
		o.p.bad("form.bad.id", "id", s)
		return ""
	}
	return s
}

func (p *parser) whole(source []byte) {
	if len(source) > MaxBytes {
		p.bad("form.bad.big", "max", MaxBytes>>20)
		return
	}
	n, line, column, err := readTree(source)
	if err != nil {
		at := Place{Line: line, Column: column}
		if t, ok := errors.AsType[twice](err); ok {
			p.badAt(at, "form.bad.twice", "key", string(t))
		} else if errors.Is(err, errDeep) {
			p.badAt(at, "form.bad.deep", "max", maxDepth)
		} else {
			p.badAt(at, "form.bad.json")
		}
		return
	}
	o, ok := p.object(n, "form")
	if !ok {
		return
	}
	o.word("$schema")
	if f := o.get("format"); f == nil || f.kind != 'n' || f.text != "1" {
		p.bad("form.bad.format")
	}
	p.d.ID = o.id()
	p.d.Title, p.d.Intro = o.text("title", true), o.text("intro", false)
	pages := o.list("pages")
	o.done()
	switch {
	case len(pages) == 0:
		p.bad("form.bad.no_pages")
	case len(pages) > MaxPages:
		p.bad("form.bad.many_pages", "max", MaxPages)
		return
	}
	for i, n := range pages {
		p.at = Place{Page: i + 1}
		p.page(n)
	}
	p.at = Place{}
	if p.count > MaxQuestions {
		p.bad("form.bad.many_questions", "max", MaxQuestions)
	}
}

func (p *parser) page(n *node) {
	o, ok := p.object(n, "page")
	if !ok {
		return
	}
	page := &Page{ID: o.id()}
	p.at.ID = page.ID
	if page.ID != "" && p.d.Page(page.ID) != nil {
		p.bad("form.bad.id_twice", "id", page.ID)
	}
	p.d.Pages = append(p.d.Pages, page)
	page.Title, page.Intro = o.text("title", true), o.text("intro", false)
	self := "page " + page.ID
	page.Show = o.cond("show", scope{self: self, seq: p.seq})
	items := o.list("questions")
	if len(items) == 0 {
		p.bad("form.bad.empty_page")
	}
	at := p.at
	for i, item := range items {
		p.at = at
		p.item(page, item, i+1)
	}
	p.at = at
	if end, ok := o.inner("end"); ok {
		page.End = &End{When: end.cond("when", scope{self: self + " end", seq: p.seq}), Text: end.text("text", true)}
		if page.End.When == nil {
			p.bad("form.bad.missing", "key", "when")
		}
		end.done()
	}
	o.done()
}

// item is a question or a group. Questions between two groups stand in a part of their own.
func (p *parser) item(page *Page, n *node, place int) {
	o, ok := p.object(n, "question")
	if !ok {
		return
	}
	p.at.ID = ""
	if o.word("kind") == "group" {
		p.at.Group = place
		p.group(page, o)
		return
	}
	p.at.Question = place
	last := len(page.Parts) - 1
	if last < 0 || page.Parts[last].ID != "" {
		page.Parts, last = append(page.Parts, &Part{seq: p.seq}), last+1
	}
	p.question(page, page.Parts[last], o)
}

// claim takes an id for a question or a group: no other may have it.
func (p *parser) claim(id string) {
	p.at.ID = id
	if _, taken := p.seqs[id]; taken && id != "" {
		p.bad("form.bad.id_twice", "id", id)
	}
	p.seqs[id] = p.seq
	p.seq++
}

func (p *parser) group(page *Page, o *object) {
	g := &Part{seq: p.seq, ID: o.id()}
	p.claim(g.ID)
	p.d.groups[g.ID] = g
	page.Parts = append(page.Parts, g)
	g.Label = o.text("label", true)
	g.Show = o.cond("show", scope{self: g.ID, seq: g.seq})
	p.needs[g.ID] = append(p.needs[g.ID], "page "+page.ID)
	if r, ok := o.inner("repeat"); ok {
		g.Repeat = &Repeat{Min: r.count("min", 0, MaxRepeats, 0), Max: r.count("max", 1, MaxRepeats, MaxRepeats), Label: r.text("label", true)}
		if g.Repeat.Min > g.Repeat.Max {
			p.bad("form.bad.min_max")
		}
		r.done()
	}
	items := o.list("questions")
	if len(items) == 0 {
		p.bad("form.bad.empty_group")
	}
	o.done()
	at := p.at
	for i, n := range items {
		p.at = at
		p.at.Question, p.at.ID = i+1, ""
		if q, ok := p.object(n, "question"); ok {
			if q.word("kind") == "group" {
				p.bad("form.bad.nested")
				continue
			}
			p.question(page, g, q)
		}
	}
	p.at = at
}

// count reads a whole number between low and high.
func (o *object) count(key string, low, high, without int) int {
	n := o.get(key)
	if n == nil {
		return without
	}
	if v, ok := whole(n); ok && v >= low && v <= high {
		return v
	}
	o.p.bad("form.bad.count", "key", key, "min", low, "max", high)
	return without
}

// scope is from where a condition looks: it may name what comes before seq, and in a group that repeats what
// belongs to the same repeat.
type scope struct {
	self string // what depends on it
	seq  int
	part *Part // the group that repeats, nil for none
}

// look finds, when all are known, the question that a condition or a sum names.
func (p *parser) look(id string, s scope, found func(q *Question)) {
	at := p.at
	p.needs[s.self] = append(p.needs[s.self], id)
	p.later = append(p.later, func() {
		q := p.d.questions[id]
		switch {
		case q == nil:
			p.badAt(at, "form.bad.unknown_question", "id", id)
		case !p.earlier(at, id, s):
		case q.part != nil && q.part != s.part:
			p.badAt(at, "form.bad.repeated_question", "id", id)
		default:
			before := p.at
			p.at = at
			found(q)
			p.at = before
		}
	})
}

// lookIn is look for what gathers all repeats: a question of a group that repeats, or such a group.
func (p *parser) lookIn(id string, s scope, fits func() bool) {
	at := p.at
	p.needs[s.self] = append(p.needs[s.self], id)
	p.later = append(p.later, func() {
		if _, known := p.seqs[id]; !known {
			p.badAt(at, "form.bad.unknown_question", "id", id)
		} else if p.earlier(at, id, s) && !fits() {
			p.badAt(at, "form.bad.not_gathered", "id", id)
		}
	})
}

// earlier says it when what is named comes later, or depends itself on what names it.
func (p *parser) earlier(at Place, id string, s scope) bool {
	if p.seqs[id] < s.seq {
		return true
	}
	if round := p.circle(id, s.self); round != nil {
		p.badAt(at, "form.bad.circle", "ids", strings.Join(round, " → "))
	} else {
		p.badAt(at, "form.bad.later_question", "id", id)
	}
	return false
}

// circle returns the way from one id to another along what they need, nil for none.
func (p *parser) circle(from, to string) []string {
	way, seen := []string{}, map[string]bool{}
	var walk func(id string) bool
	walk = func(id string) bool {
		if seen[id] {
			return false
		}
		seen[id] = true
		way = append(way, id)
		if id == to || slices.ContainsFunc(p.needs[id], walk) {
			return true
		}
		way = way[:len(way)-1]
		return false
	}
	if !walk(from) {
		return nil
	}
	return append(way, from)
}
