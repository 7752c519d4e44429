package form

import (
	"math/big"
	"slices"
	"strconv"

	"voordeur/internal/errs"
)

// Saved is what was saved of each page, by the page's id.
type Saved map[string]Answers

// State is how far somebody is, folded from what was saved.
type State struct {
	Pages   []*Filled // that are asked, up to and with the first that does not stand
	Next    *Page     // the first page that is still to be filled in, or again; nil when the form is complete
	EndText Text      // of the page after which the form ended early
	Answers Answers   // that count: asked, good, with what is computed

	known *known
	today Today
}

// Filled is a page with its answers.
type Filled struct {
	Page    *Page
	Saved   bool
	Stands  bool // saved, and still good
	Parts   []*FilledPart
	Wrong   errs.Fields
	Answers Answers // the normal form of those that are good, without what is computed
}

// FilledPart is a group, or what stands between groups, that is asked: each repeat has its fields.
type FilledPart struct {
	Part    *Part
	Repeats [][]Field
}

// Field is a question that is asked, with where its answer stands and whether it must be given.
type Field struct {
	Question *Question
	Name     string
	Required bool
	Computed string // of what is computed, "" for no value
}

// value is an answer that conditions and sums look at.
type value struct {
	words []string
	num   *big.Rat
}

// known is what earlier answers say.
type known struct {
	values  map[string]value
	repeats map[string][]*big.Rat // of numbers in groups that repeat
	counts  map[string]int        // how many times a group is filled in
	today   string
}

// Fold works out the state from what was saved: it is the same whether the pages were saved at once or in a year.
func (d *Definition) Fold(saved Saved, today Today) *State {
	s := &State{Answers: Answers{}, today: today, known: &known{map[string]value{}, map[string][]*big.Rat{}, map[string]int{}, today.Day}}
	for _, page := range d.Pages {
		if !page.Show.met(s.known) {
			continue
		}
		typed, done := saved[page.ID]
		f := s.fill(page, typed)
		f.Saved, f.Stands = done, done && len(f.Wrong) == 0
		s.Pages = append(s.Pages, f)
		if !f.Stands {
			s.Next = page
			return s
		}
		if page.End != nil && page.End.When.holds(s.known) {
			s.EndText = page.End.Text
			return s
		}
	}
	return s
}

// met reports whether a condition holds, or there is none.
func (c *Cond) met(k *known) bool { return c == nil || c.holds(k) }

// fill reads the answers of a page, one question after the other, for each may depend on those before it.
func (s *State) fill(page *Page, typed Answers) *Filled {
	f := &Filled{Page: page, Answers: Answers{}}
	for _, part := range page.Parts {
		if !part.Show.met(s.known) {
			continue
		}
		fp := &FilledPart{Part: part}
		f.Parts = append(f.Parts, fp)
		if part.Repeat == nil {
			fp.Repeats = append(fp.Repeats, s.questions(f, part, "", typed))
			continue
		}
		n := s.repeats(f, part, typed)
		for i := 1; i <= n; i++ {
			fp.Repeats = append(fp.Repeats, s.questions(f, part, part.ID+"."+strconv.Itoa(i)+".", typed))
		}
	}
	return f
}

// repeats returns how many times a group is filled in, as its own field says.
func (s *State) repeats(f *Filled, part *Part, typed Answers) int {
	n, r := part.Repeat.Min, part.Repeat
	if said := typed.First(part.ID); said != "" {
		v, err := strconv.Atoi(said)
		if err != nil || v < r.Min || v > r.Max {
			f.Wrong.Add(part.ID, "form.wrong.repeats", "min", r.Min, "max", r.Max)
		} else {
			n = v
		}
	}
	f.Answers[part.ID] = []string{strconv.Itoa(n)}
	s.Answers[part.ID] = f.Answers[part.ID]
	s.known.counts[part.ID] = n
	return n
}

// questions reads one repeat of a part.
func (s *State) questions(f *Filled, part *Part, prefix string, typed Answers) []Field {
	var fields []Field
	for _, q := range part.Questions {
		delete(s.known.values, q.ID) // what the repeat before this one said
		if !q.Show.met(s.known) {
			continue
		}
		field := Field{Question: q, Name: prefix + q.ID}
		if q.Kind == Computed {
			if r := q.Value.compute(s.known); r != nil {
				field.Computed = r.FloatString(q.Decimals)
				s.keep(q, field.Name, Answers{field.Name: {field.Computed}})
			}
			fields = append(fields, field)
			continue
		}
		field.Required = q.Required != nil && q.Required.holds(s.known)
		normal, wrong := q.read(typed, field.Name, field.Required, s.today)
		f.Wrong = append(f.Wrong, wrong...)
		for name, v := range normal {
			f.Answers[name] = v
		}
		s.keep(q, field.Name, normal)
		fields = append(fields, field)
	}
	return fields
}

// keep makes an answer count.
func (s *State) keep(q *Question, name string, normal Answers) {
	if len(normal) == 0 {
		return
	}
	for n, v := range normal {
		s.Answers[n] = v
	}
	v := value{words: normal[name]}
	if q.numeric() {
		v.num, _ = new(big.Rat).SetString(normal.First(name))
		if q.part != nil {
			s.known.repeats[q.ID] = append(s.known.repeats[q.ID], v.num)
		}
	}
	s.known.values[q.ID] = v
}

// Complete reports whether everything that is asked has been answered well.
func (s *State) Complete() bool { return s.Next == nil }

// Filled returns a page that may be filled in now: one that stands, or the next. It is nil for every other.
func (s *State) Filled(id string) *Filled {
	if i := slices.IndexFunc(s.Pages, func(f *Filled) bool { return f.Page.ID == id }); i >= 0 {
		return s.Pages[i]
	}
	return nil
}

// Before returns the page that is asked before one, nil for the first.
func (s *State) Before(id string) *Page {
	i := slices.IndexFunc(s.Pages, func(f *Filled) bool { return f.Page.ID == id })
	if i < 1 {
		return nil
	}
	return s.Pages[i-1].Page
}

// Save reads what was posted of a page and returns it as it is to be saved: in its normal form, without what was
// not asked. The error is NotFound for a page that the form does not have, a Conflict for one that is not asked or
// whose turn has not come, and Invalid when an answer must be mended; the page comes with that one, as typed.
func (d *Definition) Save(saved Saved, id string, posted Answers, today Today) (*Filled, error) {
	page := d.Page(id)
	if page == nil {
		return nil, errs.Missing()
	}
	state := d.Fold(saved, today)
	if state.Filled(id) == nil {
		if state.Next == nil || d.order(id) < d.order(state.Next.ID) {
			return nil, errs.New(errs.Conflict, "form.page.not_asked")
		}
		return nil, errs.New(errs.Conflict, "form.page.order", "page", state.Next.Title.In(today.Lang))
	}
	f := d.Try(saved, id, posted, today)
	return f, f.Wrong.Err()
}

// Try reads what was posted of a page without saving it, to show the page again: with the questions that follow
// from it, and what is wrong. The page must be one that Save takes.
func (d *Definition) Try(saved Saved, id string, posted Answers, today Today) *Filled {
	with := Saved{}
	for page, a := range saved {
		with[page] = a
	}
	with[id] = posted
	return d.Fold(with, today).Filled(id)
}

func (d *Definition) order(id string) int {
	return slices.IndexFunc(d.Pages, func(p *Page) bool { return p.ID == id })
}

// Fields are the questions of a page that are asked, in order.
func (f *Filled) Fields() []Field {
	var all []Field
	for _, part := range f.Parts {
		for _, fields := range part.Repeats {
			all = append(all, fields...)
		}
	}
	return all
}
