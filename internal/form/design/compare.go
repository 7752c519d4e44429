package design

import (
	"bytes"
	"encoding/json"
	"slices"

	"voordeur/internal/form"
)

// Change is one thing in which two designs differ.
type Change struct {
	What string    // page_added, question_moved
	Name form.Text // of the page or question
}

// Compare returns what is other in next, in the order of the form.
func Compare(was, next *Form) []Change {
	var out []Change
	if !same([]any{was.Title, was.Intro}, []any{next.Title, next.Intro}) {
		out = append(out, Change{"form_changed", next.Title})
	}
	for _, p := range was.Pages {
		if now, _ := next.Page(p.ID); now == nil {
			out = append(out, Change{"page_removed", p.Title})
		}
	}
	for s := range was.Spots {
		if _, ok := next.Find(s.Item.ID); !ok {
			out = append(out, Change{"question_removed", s.Item.Label})
		}
	}
	for _, p := range next.Pages {
		out = append(out, p.compare(was)...)
	}
	return append(out, moved(was, next)...)
}

// compare returns what is other on a page of the next form.
func (p *Page) compare(was *Form) []Change {
	var out []Change
	switch old, _ := was.Page(p.ID); {
	case old == nil:
		out = append(out, Change{"page_added", p.Title})
	case !same(old.head(), p.head()):
		out = append(out, Change{"page_changed", p.Title})
	}
	for _, item := range p.Questions {
		for _, one := range append([]*Item{item}, item.Questions...) {
			switch old, ok := was.Find(one.ID); {
			case !ok:
				out = append(out, Change{"question_added", one.Label})
			case !same(old.Item.head(), one.head()):
				out = append(out, Change{"question_changed", one.Label})
			}
		}
	}
	return out
}

// head is a page without its questions.
func (p *Page) head() Page {
	h := *p
	h.Questions = nil
	return h
}

// head is a group without its questions.
func (i *Item) head() Item {
	h := *i
	h.Questions = nil
	return h
}

func same(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}

// moved returns what stands elsewhere: on another page or in another group, or a page whose order is another.
func moved(was, next *Form) []Change {
	var out []Change
	pages := func(f, other *Form) []string {
		var ids []string
		for _, p := range f.Pages {
			if there, _ := other.Page(p.ID); there != nil {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	if !slices.Equal(pages(was, next), pages(next, was)) {
		out = append(out, Change{"form_moved", next.Title})
	}
	for s := range next.Spots {
		if old, ok := was.Find(s.Item.ID); ok && home(old) != home(s) {
			out = append(out, Change{"question_moved", s.Item.Label})
		}
	}
	for _, p := range next.Pages {
		if old, _ := was.Page(p.ID); old != nil && !slices.Equal(stayed(old, next), stayed(p, was)) {
			out = append(out, Change{"page_moved", p.Title})
		}
	}
	return out
}

// home is the page and the group in which an item stands.
func home(s Spot) string {
	if s.Group != nil {
		return s.Page.ID + "/" + s.Group.ID
	}
	return s.Page.ID
}

// stayed are the ids of what stands in the same page or group of another form too, in order.
func stayed(p *Page, other *Form) []string {
	var ids []string
	for _, item := range p.Questions {
		for _, one := range append([]*Item{item}, item.Questions...) {
			here := p.ID
			if one != item {
				here += "/" + item.ID
			}
			if s, ok := other.Find(one.ID); ok && home(s) == here {
				ids = append(ids, one.ID)
			}
		}
	}
	return ids
}
