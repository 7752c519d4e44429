package design

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// NewID makes an id of a Dutch text that nothing in the form has yet.
func (f *Form) NewID(text string) string {
	return free(text, "vraag", func(id string) bool { _, taken := f.Find(id); return taken })
}

func (f *Form) newPageID(text string) string {
	return free(text, "pagina", func(id string) bool { p, _ := f.Page(id); return p != nil })
}

// maxID is how many characters an id of a form has at most.
const maxID = 40

// Slug makes an id of a text: small letters, digits and _, a letter first; other when nothing is left of it.
func Slug(text, other string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || b.Len() == 0:
		default:
			b.WriteByte('_')
		}
	}
	id := strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' }), "_")
	if id = strings.TrimRight(id[:min(len(id), maxID)], "_"); id == "" {
		return other
	}
	return id
}

func free(text, other string, taken func(string) bool) string {
	base := Slug(text, other)
	id := base
	for n := 2; taken(id); n++ {
		end := "_" + strconv.Itoa(n)
		id = base[:min(len(base), maxID-len(end))] + end
	}
	return id
}

// AddPage adds a page without questions at the end, and returns its id.
func (f *Form) AddPage(title, intro form.Text) string {
	p := &Page{ID: f.newPageID(title.In(i18n.NL)), Title: title, Intro: intro, Questions: []*Item{}}
	f.Pages = append(f.Pages, p)
	return p.ID
}

// Add puts an item at the end of a page, or of a group of it, and gives it an id.
func (f *Form) Add(item *Item, page, group string) error {
	list, err := f.place(page, group, item.Kind)
	if err != nil {
		return err
	}
	item.ID = f.NewID(item.Label.In(i18n.NL))
	*list = append(*list, item)
	return nil
}

// place is the list of a page, or of a group of it, in which a kind can stand.
func (f *Form) place(page, group string, kind form.Kind) (*[]*Item, error) {
	p, _ := f.Page(page)
	if p == nil {
		return nil, errs.Missing()
	}
	if group == "" {
		return &p.Questions, nil
	}
	s, ok := f.Find(group)
	if !ok || s.Page != p || s.Item.Kind != Group || kind == Group {
		return nil, errs.Missing()
	}
	return &s.Item.Questions, nil
}

// MovePage moves a page so many places; at an end it stays.
func (f *Form) MovePage(id string, by int) {
	_, i := f.Page(id)
	move(f.Pages, i, by)
}

// Move moves an item so many places within its page or group; at an end it stays.
func (f *Form) Move(id string, by int) {
	if s, ok := f.Find(id); ok {
		move(*s.list(), s.At, by)
	}
}

func move[T any](list []T, i, by int) {
	if j := i + by; i >= 0 && j >= 0 && j < len(list) {
		x := list[i]
		copy(list[i:], list[i+1:])
		copy(list[j+1:], list[j:len(list)-1])
		list[j] = x
	}
}

// MoveTo puts an item at the end of another page, or of a group.
func (f *Form) MoveTo(id, page, group string) error {
	s, ok := f.Find(id)
	if !ok {
		return errs.Missing()
	}
	list, err := f.place(page, group, s.Item.Kind)
	if err != nil {
		return err
	}
	from := s.list()
	*from = slices.Delete(*from, s.At, s.At+1)
	*list = append(*list, s.Item)
	return nil
}

// Copy puts a copy of an item behind it, and returns its id. What a group holds is copied with it, and conditions among
// them go on within the copy.
func (f *Form) Copy(id string) (string, error) {
	s, ok := f.Find(id)
	if !ok {
		return "", errs.Missing()
	}
	list := s.list()
	one := s.Item.clone()
	*list = slices.Insert(*list, s.At+1, one)
	names := map[string]string{}
	for _, item := range append([]*Item{one}, one.Questions...) {
		was := item.ID
		item.ID = "" // or it would not be free
		item.ID = f.NewID(was)
		names[was] = item.ID
	}
	for _, item := range append([]*Item{one}, one.Questions...) {
		item.names(func(name *string) {
			if now, ok := names[*name]; ok {
				*name = now
			}
		})
	}
	return one.ID, nil
}

// RemovePage takes a page out with what is on it.
func (f *Form) RemovePage(id string) error {
	p, i := f.Page(id)
	if p == nil {
		return errs.Missing()
	}
	f.Pages = slices.Delete(f.Pages, i, i+1)
	return f.unused(p.Questions...)
}

// Remove takes a question out, or a group with what it holds.
func (f *Form) Remove(id string) error {
	s, ok := f.Find(id)
	if !ok {
		return errs.Missing()
	}
	list := s.list()
	*list = slices.Delete(*list, s.At, s.At+1)
	return f.unused(s.Item)
}

// Used is the error of what cannot go because others look at its answer.
type Used []Use

// Use is one place that names a question: a page, or a question or group on it.
type Use struct {
	Of   *Item // what is named
	Page *Page
	Item *Item // nil for the page itself
}

// Error tells the log how many there are.
func (u Used) Error() string { return "design: used in " + strconv.Itoa(len(u)) + " places" }

// unused returns an error when what was taken out is named by what is left.
func (f *Form) unused(gone ...*Item) error {
	of := map[string]*Item{}
	for _, item := range gone {
		of[item.ID] = item
		for _, q := range item.Questions {
			of[q.ID] = q
		}
	}
	var used Used
	see := func(p *Page, item *Item) func(*string) {
		return func(id *string) {
			use := Use{of[*id], p, item}
			if use.Of != nil && !slices.Contains(used, use) {
				used = append(used, use)
			}
		}
	}
	for _, p := range f.Pages {
		p.Show.each(see(p, nil))
		if p.End != nil {
			p.End.When.each(see(p, nil))
		}
	}
	for s := range f.Spots {
		s.Item.names(see(s.Page, s.Item))
	}
	if used != nil {
		return used
	}
	return nil
}

// names calls f for the questions and groups that the conditions and the sum of an item name.
func (i *Item) names(f func(*string)) {
	i.Show.each(f)
	if i.Required != nil {
		i.Required.When.each(f)
	}
	i.Value.each(f)
}

// clone returns a copy that shares nothing that changes.
func (i *Item) clone() *Item {
	c := *i
	c.Options, c.Prefill = slices.Clone(i.Options), slices.Clone(i.Prefill)
	c.Show, c.Value = i.Show.clone(), i.Value.clone()
	if i.Required != nil {
		c.Required = &Required{i.Required.Always, i.Required.When.clone()}
	}
	if i.Repeat != nil {
		r := *i.Repeat
		c.Repeat = &r
	}
	if i.Pattern != nil {
		p := *i.Pattern
		c.Pattern = &p
	}
	c.Questions = nil
	for _, q := range i.Questions {
		c.Questions = append(c.Questions, q.clone())
	}
	return &c
}

func (c *Cond) clone() *Cond {
	if c == nil {
		return nil
	}
	d := *c
	d.Parts = nil
	for _, p := range c.Parts {
		d.Parts = append(d.Parts, p.clone())
	}
	return &d
}

func (e *Expr) clone() *Expr {
	if e == nil {
		return nil
	}
	d := *e
	d.Parts, d.When = nil, e.When.clone()
	for _, p := range e.Parts {
		d.Parts = append(d.Parts, p.clone())
	}
	return &d
}
