package dossiertypeweb

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// part is one of the lists of a type of which each thing has a page of its own: its address has the key of the thing, or
// says that one is added. T is the thing, and F its form.
type part[T any, F formOf[T]] struct {
	name  dossiertype.Part
	title string // of the page, a key of the texts
	blank F      // with which the form of a new one begins
	list  func(*dossiertype.Definition) *[]T
	key   func(T) string
	form  func(thing T, at string) F
	sheet func(*web.Ctx, ui.Frame, partView, F) templ.Component
}

// formOf is the form of a T.
type formOf[T any] interface {
	posted() posted
	thing(key string) T
}

// posted is what every form of a thing has: the version that its writer saw, the name, the place in the list, and what to do.
type posted struct{ version, name, at, do string }

var statuses = part[dossiertype.Status, statusForm]{
	name: dossiertype.Statuses, title: "type.status", blank: statusForm{Portal: "on", Colour: string(dossiertype.Info)},
	list: func(d *dossiertype.Definition) *[]dossiertype.Status { return &d.Statuses },
	key:  func(s dossiertype.Status) string { return s.Key }, form: statusOf, sheet: statusSheet,
}

var results = part[dossiertype.Result, resultForm]{
	name: dossiertype.Results, title: "type.result",
	list: func(d *dossiertype.Definition) *[]dossiertype.Result { return &d.Results },
	key:  func(r dossiertype.Result) string { return r.Key }, form: resultOf, sheet: resultSheet,
}

var documents = part[dossiertype.DocumentType, documentForm]{
	name: dossiertype.Documents, title: "type.document", blank: documentForm{Deliver: "on"},
	list: func(d *dossiertype.Definition) *[]dossiertype.DocumentType { return &d.Documents },
	key:  func(k dossiertype.DocumentType) string { return k.Key }, form: documentOf, sheet: documentSheet,
}

func (l part[T, F]) routes(p *Pages, pattern string) []web.Route {
	manage := access.OfficeWith(access.Manage)
	return []web.Route{
		{Method: web.Get, Pattern: pattern, Policy: manage, Handler: web.Staff(func(c *web.Ctx, a access.Staff) error { return l.show(p, c, a) })},
		{Method: web.Post, Pattern: pattern, Policy: manage, Handler: web.Staff(func(c *web.Ctx, a access.Staff) error { return l.save(p, c, a) }), Form: l.blank},
	}
}

func (l part[T, F]) show(p *Pages, c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	key, in := c.Param("key"), l.blank
	if key != fresh {
		list := *l.list(&t.Draft)
		i := l.index(list, key)
		if i < 0 {
			return errs.Missing()
		}
		in = l.form(list[i], strconv.Itoa(i+1))
	}
	return c.Render(200, l.sheet(c, c.Frame(c.T(l.title)), viewOf(t, key), in))
}

func (l part[T, F]) save(p *Pages, c *web.Ctx, a access.Staff) error {
	var f F
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	key := c.Param("key")
	change := func(d *dossiertype.Definition) error {
		list := l.list(d)
		put, k, err := l.put(*list, key, f)
		if err != nil {
			return err
		}
		*list = put
		return flawed(d.Check(), l.name, k)
	}
	return p.save(c, a, f.posted().version, key, change, func(code int, v partView) error {
		return c.Render(code, l.sheet(c, titled(c, code, c.T(l.title)), v, f))
	})
}

func (l part[T, F]) index(list []T, key string) int {
	return slices.IndexFunc(list, func(o T) bool { return l.key(o) == key })
}

// put brings the thing that a form makes into the list, and returns its key too: that of a new one is made of its name.
func (l part[T, F]) put(list []T, key string, f F) ([]T, string, error) {
	in, adds := f.posted(), key == fresh
	if adds {
		key = dossiertype.KeyOf(in.name)
	}
	i := l.index(list, key)
	switch {
	case adds && i >= 0:
		return nil, "", &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "name_nl", Key: "type.name_taken"}}}
	case !adds && i < 0:
		return nil, "", errs.Missing()
	}
	return place(list, i, f.thing(key), in), key, nil
}

// place puts a thing that stood at i, or nowhere, at the place that was typed, or takes it out; what has no readable place
// stays where it is, or stands at the end.
func place[T any](list []T, i int, x T, in posted) []T {
	list = slices.Clone(list)
	if i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if in.do == "remove" {
		return list
	}
	if n := int(number(in.at)); n > 0 {
		i = n - 1
	}
	if i < 0 || i > len(list) {
		i = len(list)
	}
	return slices.Insert(list, i, x)
}
