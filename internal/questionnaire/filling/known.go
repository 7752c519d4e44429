package filling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/web"
)

// What is known already fills in a page that was never saved. What else is known for a question, from another source or
// since it was answered, is offered below it: who fills in says where his answer comes from.

// know finds what is known for the questions of the page, and fills in the best of it where nothing was answered yet.
func (v *pageView) know() error {
	fields := v.page.Fields()
	if v.p.Sources == nil || !slices.ContainsFunc(fields, func(f form.Field) bool { return len(f.Question.Prefill) > 0 }) {
		return nil
	}
	from, err := v.p.Sources()
	if err != nil {
		return err
	}
	if v.begins {
		v.typed = form.Answers{}
	}
	v.offers = map[string][]form.Offer{}
	for _, f := range fields {
		list := v.p.Progress.Offers(f, from)
		if v.offers[f.Name] = list; v.begins && len(list) > 0 {
			answer(v.typed, f, list[0])
		}
	}
	return nil
}

// answer answers a question with what a source has for it.
func answer(typed form.Answers, f form.Field, o form.Offer) {
	delete(typed, f.Name)
	for _, part := range f.Question.Kind.Parts() {
		delete(typed, f.Name+"."+part)
	}
	for name, a := range o.Answers {
		typed[name] = a
	}
}

// source says from where an answer is that was not saved yet, "" when it is the visitor's own.
func (v pageView) source(c *web.Ctx, f form.Field) string {
	if v.version > 0 {
		return ""
	}
	now := f.Question.Words(v.typed, f.Name, c.Texts)
	for _, o := range v.offers[f.Name] {
		if f.Question.Words(o.Answers, f.Name, c.Texts) == now {
			return c.T("questionnaire.from." + origin(o))
		}
	}
	return ""
}

// origin is what texts are about that name a source.
func origin(o form.Offer) string {
	if strings.HasPrefix(o.Source, "client.") {
		return "client"
	}
	return "earlier"
}

// other is an answer that a question could have instead of the one that it has.
type other struct{ do, href, label string }

const takeOver = "known"

// others are what is known besides the answer that stands there.
func (v pageView) others(c *web.Ctx, f form.Field) []other {
	var list []other
	had := []string{f.Question.Words(v.typed, f.Name, c.Texts)}
	for n, o := range v.offers[f.Name] {
		words := f.Question.Words(o.Answers, f.Name, c.Texts)
		if !slices.Contains(had, words) {
			had = append(had, words)
			list = append(list, other{fmt.Sprintf("%s.%d.%s", takeOver, n, f.Name), v.p.Href + link(f), c.T("questionnaire.take."+origin(o), "answer", words)})
		}
	}
	return list
}

// takes answers a question with what is known, when the button for that was pressed. One for what is known no more
// leaves the answer as it is.
func (p Place) takes(in *posted) (bool, error) {
	act, rest, _ := strings.Cut(in.do, ".")
	at, name, _ := strings.Cut(rest, ".")
	page := p.Try(in.page, in.typed, p.Today)
	if act != takeOver || page == nil || p.Sources == nil {
		return act == takeOver, nil
	}
	from, err := p.Sources()
	if err != nil {
		return true, err
	}
	for _, f := range page.Fields() {
		if f.Name != name {
			continue
		}
		list := p.Progress.Offers(f, from)
		if n, err := strconv.Atoi(at); err == nil && n >= 0 && n < len(list) {
			answer(in.typed, f, list[n])
		}
	}
	return true, nil
}
