package design

import (
	"errors"
	"slices"

	"voordeur/internal/form"
)

// unfinished are the reasons for which a form cannot be used yet and can go on being made.
var unfinished = []string{"form.bad.no_pages", "form.bad.empty_page", "form.bad.empty_group"}

// Check returns what package form says is wrong, and apart from that what is only not finished yet.
func (f *Form) Check() (wrong, open form.Refused, err error) {
	source, err := f.Write()
	if err != nil {
		return nil, nil, err
	}
	_, err = form.Parse(source)
	refused, _ := errors.AsType[form.Refused](err)
	for _, p := range refused {
		if slices.Contains(unfinished, p.Key) {
			open = append(open, p)
		} else {
			wrong = append(wrong, p)
		}
	}
	return wrong, open, nil
}

// Trial returns the form as far as it can be tried out: without pages and groups that have no questions yet. It is a
// form.Refused when nothing is left.
func (f *Form) Trial() (*form.Definition, error) {
	t := *f
	t.Pages = nil
	for _, p := range f.Pages {
		page := *p
		page.Questions = slices.DeleteFunc(slices.Clone(p.Questions), func(i *Item) bool { return i.Kind == Group && len(i.Questions) == 0 })
		if len(page.Questions) > 0 {
			t.Pages = append(t.Pages, &page)
		}
	}
	source, err := t.Write()
	if err != nil {
		return nil, err
	}
	return form.Parse(source)
}
