package form

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// question reads one question into a part.
func (p *parser) question(page *Page, part *Part, o *object) {
	q := &Question{ID: o.id(), seq: p.seq}
	p.count++
	p.claim(q.ID)
	part.Questions = append(part.Questions, q)
	p.d.questions[q.ID] = q
	if part.Repeat != nil {
		q.part = part
	}
	p.needs[q.ID] = append(p.needs[q.ID], "page "+page.ID)
	if part.ID != "" {
		p.needs[q.ID] = append(p.needs[q.ID], part.ID)
	}
	kind := Kind(o.needed("kind"))
	if !slices.Contains(Kinds, kind) {
		if kind != "" {
			p.bad("form.bad.kind", "kind", string(kind))
		}
		return
	}
	q.Kind = kind
	own := scope{self: q.ID, seq: q.seq, part: q.part}
	q.Label, q.Help = o.text("label", true), o.text("help", false)
	q.Show = o.cond("show", own)
	if kind == Computed {
		p.computed(q, o, own)
	} else {
		q.Example = o.text("example", false)
		q.Required = o.required(own)
		p.details(q, o)
		q.Prefill = p.prefill(kind, o)
	}
	o.done()
}

// required reads true, false or a condition.
func (o *object) required(s scope) *Cond {
	if n := o.get("required"); n != nil && n.kind == 'b' {
		if n.yes {
			return &Cond{op: always}
		}
		return nil
	}
	return o.cond("required", s)
}

func (p *parser) computed(q *Question, o *object, s scope) {
	q.Decimals = 2
	switch format := o.word("format"); format {
	case "amount":
		q.amountComputed = true
	case "number", "":
		q.Decimals = o.decimals()
	default:
		p.bad("form.bad.word", "key", "format", "value", format)
	}
	if n := o.get("value"); n != nil {
		q.Value = p.expr(n, s)
	} else {
		p.bad("form.bad.missing", "key", "value")
	}
}

// decimals of a number are 0, 1, 2 or 4: with three, 1.234 would be both a thousand and a bit more than one.
func (o *object) decimals() int {
	d := o.count("decimals", 0, 4, 0)
	if d == 3 {
		o.p.bad("form.bad.decimals")
	}
	return d
}

// details reads what belongs to the kind.
func (p *parser) details(q *Question, o *object) {
	switch q.Kind {
	case ShortText:
		q.least, q.most = o.count("min", 0, maxShort, 0), o.count("max", 1, maxShort, maxShort)
		q.Pattern = o.pattern()
	case LongText:
		q.least, q.most = o.count("min", 0, maxLong, 0), o.count("max", 1, maxLong, defaultLong)
	case Number, Amount:
		q.Decimals = 2
		if q.Kind == Number {
			q.Decimals = o.decimals()
		}
		q.min, q.max = o.bound("min"), o.bound("max")
		if q.min == nil {
			q.min = new(big.Rat)
		}
		if q.max != nil && q.min.Cmp(q.max) > 0 {
			p.bad("form.bad.min_max")
		}
	case Date, Period:
		q.first, q.last = o.day("min"), o.day("max")
	case Choice, Choices:
		p.options(q, o)
	case File:
		q.least, q.most = o.count("min", 0, MaxFiles, 0), o.count("max", 1, MaxFiles, 1)
	}
	if q.least > q.most {
		p.bad("form.bad.min_max")
	}
}

func (p *parser) options(q *Question, o *object) {
	seen := map[string]bool{}
	for _, n := range o.list("options") {
		one, ok := p.object(n, "options")
		if !ok {
			continue
		}
		v := one.needed("value")
		switch {
		case v != "" && !idShape.MatchString(v):
			p.bad("form.bad.id", "id", v)
		case seen[v]:
			p.bad("form.bad.option_twice", "value", v)
		}
		seen[v] = true
		q.Options = append(q.Options, Option{v, one.text("label", true)})
		one.done()
	}
	if len(q.Options) < 2 || len(q.Options) > maxOptions {
		p.bad("form.bad.options", "max", maxOptions)
	}
	if q.Kind == Choices {
		q.least, q.most = o.count("min", 0, maxOptions, 0), o.count("max", 1, maxOptions, maxOptions)
	}
}

const maxOptions = 100

// pattern reads a regular expression, of the whole answer, and its words.
func (o *object) pattern() *Pattern {
	in, ok := o.inner("pattern")
	if !ok {
		return nil
	}
	source := in.needed("regexp")
	words := in.text("words", true)
	in.done()
	r, err := regexp.Compile(`^(?:` + source + `)$`)
	if err != nil || len(source) > maxPattern {
		o.p.bad("form.bad.pattern")
		return nil
	}
	return &Pattern{r, words}
}

const maxPattern = 500

var decimal = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`)

// rat reads a number exactly as it is written, or as a string of it.
func rat(n *node) (*big.Rat, bool) {
	if n.kind != 'n' && n.kind != 's' || !decimal.MatchString(n.text) {
		return nil, false
	}
	return new(big.Rat).SetString(n.text)
}

func whole(n *node) (int, bool) {
	if n.kind != 'n' {
		return 0, false
	}
	v, err := strconv.Atoi(n.text)
	return v, err == nil
}

func (o *object) bound(key string) *big.Rat {
	n := o.get(key)
	if n == nil {
		return nil
	}
	r, ok := rat(n)
	if !ok {
		o.p.bad("form.bad.number", "key", key)
	}
	return r
}

func (o *object) day(key string) *Day {
	n := o.get(key)
	if n == nil {
		return nil
	}
	d, ok := parseDay(n.text)
	if !ok || n.kind != 's' {
		o.p.bad("form.bad.day", "key", key)
		return nil
	}
	return d
}

// The parts of what is known of a client, by the source that names them.
var sources = map[string]Kind{
	"client.name": ShortText, "client.person": Person, "client.born": Date, "client.email": Email, "client.phone": Phone,
	"client.address": Address, "client.bsn": BSN, "client.kvk": KvK, "client.rsin": RSIN, "client.iban": IBAN,
}

// Sources are those from which a question of a kind can be filled in beforehand, in the order of their names.
func (k Kind) Sources() []string {
	if k == File || k == Declaration || k == Computed {
		return nil
	}
	list := []string{"earlier"}
	for source, of := range sources {
		if of == k || k == ShortText && len(of.Parts()) == 0 {
			list = append(list, source)
		}
	}
	slices.Sort(list)
	return list
}

// prefill reads the sources of a question: what is known of the client, or an earlier answer to the same question
// or to another one.
func (p *parser) prefill(kind Kind, o *object) []string {
	var list []string
	for _, n := range o.list("prefill") {
		s := n.text
		of, client := sources[s]
		earlier, is := strings.CutPrefix(s, "earlier.")
		switch {
		case n.kind != 's', kind == File, kind == Declaration, // a file was delivered elsewhere, and a declaration is made anew
			!client && s != "earlier" && !(is && idShape.MatchString(earlier)),
			client && of != kind && !(kind == ShortText && len(of.Parts()) == 0):
			p.bad("form.bad.prefill", "source", s)
		}
		list = append(list, s)
	}
	return list
}
