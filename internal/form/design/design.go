// Package design is a form while an administrator makes it: the definition of package form with nothing left out, what
// can be changed of it, its conditions in words, and what a reader would stumble over. Whether it is good decides
// package form; what is not shown to the administrator comes out as it went in.
package design

import (
	"bytes"
	"encoding/json"
	"fmt"

	"voordeur/internal/form"
)

// Form is a definition that can be changed.
type Form struct {
	Schema string    `json:"$schema,omitempty"`
	Format int       `json:"format"`
	ID     string    `json:"id"`
	Title  form.Text `json:"title"`
	Intro  form.Text `json:"intro,omitempty"`
	Pages  []*Page   `json:"pages"`
}

// Page is what is asked at once.
type Page struct {
	ID        string    `json:"id"`
	Title     form.Text `json:"title"`
	Intro     form.Text `json:"intro,omitempty"`
	Show      *Cond     `json:"show,omitempty"`
	Questions []*Item   `json:"questions"`
	End       *End      `json:"end,omitempty"`
}

// End says when the form is over after a page, and what is told then.
type End struct {
	When *Cond     `json:"when"`
	Text form.Text `json:"text"`
}

// Item is a question, or a group of them.
type Item struct {
	ID       string          `json:"id"`
	Kind     form.Kind       `json:"kind"`
	Label    form.Text       `json:"label"`
	Help     form.Text       `json:"help,omitempty"`
	Example  form.Text       `json:"example,omitempty"`
	Show     *Cond           `json:"show,omitempty"`
	Required *Required       `json:"required,omitempty"`
	Options  []Option        `json:"options,omitempty"`
	Min      json.RawMessage `json:"min,omitempty"`
	Max      json.RawMessage `json:"max,omitempty"`
	Decimals *int            `json:"decimals,omitempty"`
	Pattern  *Pattern        `json:"pattern,omitempty"`
	Format   string          `json:"format,omitempty"`
	Value    *Expr           `json:"value,omitempty"`
	Prefill  []string        `json:"prefill,omitempty"`

	Repeat    *Repeat `json:"repeat,omitempty"`
	Questions []*Item `json:"questions,omitempty"`
}

// Group is the kind of an item that holds questions. It is none of form.Kinds: nobody answers it.
const Group form.Kind = "group"

// Option is one of the answers that can be chosen.
type Option struct {
	Value string    `json:"value"`
	Label form.Text `json:"label"`
}

// Pattern is what a short text must look like, and what is told to who writes it otherwise.
type Pattern struct {
	Regexp string    `json:"regexp"`
	Words  form.Text `json:"words"`
}

// Repeat says how many times a group is filled in.
type Repeat struct {
	Min   *int      `json:"min,omitempty"`
	Max   *int      `json:"max,omitempty"`
	Label form.Text `json:"label"`
}

// Required says whether an answer must be given: always, or when a condition holds.
type Required struct {
	Always bool
	When   *Cond // nil: as Always says
}

// MarshalJSON writes true, false or a condition.
func (r Required) MarshalJSON() ([]byte, error) {
	if r.When != nil {
		return json.Marshal(r.When)
	}
	return json.Marshal(r.Always)
}

// UnmarshalJSON reads true, false or a condition.
func (r *Required) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		r.When = &Cond{}
		return json.Unmarshal(b, r.When)
	}
	return json.Unmarshal(b, &r.Always)
}

// Fresh returns a form without pages.
func Fresh(id string, title form.Text) *Form {
	return &Form{Format: 1, ID: id, Title: title, Pages: []*Page{}}
}

// Read reads a definition that package form has taken, or one that Write wrote.
func Read(source []byte) (*Form, error) {
	var f Form
	if err := json.Unmarshal(source, &f); err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	return &f, nil
}

// Write returns the definition as a file that people can read.
func (f *Form) Write() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	return b.Bytes(), nil
}

// Spot is where an item stands.
type Spot struct {
	Page  *Page
	Group *Item // nil for none
	At    int   // in the list
	Item  *Item
}

// list is the list in which it stands.
func (s Spot) list() *[]*Item {
	if s.Group != nil {
		return &s.Group.Questions
	}
	return &s.Page.Questions
}

// Page returns the page with an id and its place, nil and -1 for none.
func (f *Form) Page(id string) (*Page, int) {
	for i, p := range f.Pages {
		if p.ID == id {
			return p, i
		}
	}
	return nil, -1
}

// Find returns the question or group with an id.
func (f *Form) Find(id string) (Spot, bool) {
	for s := range f.Spots {
		if s.Item.ID == id {
			return s, true
		}
	}
	return Spot{}, false
}

// Spots are all questions and groups, in order: a group before what it holds.
func (f *Form) Spots(yield func(Spot) bool) {
	for _, p := range f.Pages {
		for i, item := range p.Questions {
			if !yield(Spot{p, nil, i, item}) {
				return
			}
			for j, q := range item.Questions {
				if !yield(Spot{p, item, j, q}) {
					return
				}
			}
		}
	}
}
