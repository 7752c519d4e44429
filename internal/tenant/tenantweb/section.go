package tenantweb

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// section is a page with one form over a part of the settings, as data.
type section struct {
	path, what string // what names the part for the journal and its texts
	entries    func(*web.Ctx, tenant.Edition) []entry
	apply      func(*web.Ctx, *tenant.Edition, values) error // nil: each entry sets its own
	title      func(*web.Ctx) (string, error)                // nil: the text of what
	back       string                                        // "" for the index
	top        func(*web.Ctx) templ.Component
	bottom     func(*web.Ctx, tenant.Edition, *tenant.Tenant) (templ.Component, error) // what the typed values come to
}

// entry is one field of a section. A value is always a text: of check boxes the chosen ones with
// spaces between.
type entry struct {
	kind    kind
	heading string // above the field, "" for none
	intro   string // below the heading
	field   ui.Field
	value   string
	derived string // the colour that an empty field stands for
	set     func(*tenant.Edition, string) (problem string)
}

type kind int

const (
	line kind = iota
	tick
	choose
	colour
	hidden
)

// values are what was typed, by the name of the field.
type values map[string]string

// base is what every form of settings sends along.
type base struct {
	Version string `form:"version"`
	Do      string `form:"do"`
	Use     string `form:"use"`
}

// view is a section as it is shown.
type view struct {
	section
	heading, lead string
	backLabel     string
	action        string
	version       int64
	fields        []entry
	problems      []ui.Problem
	general       string
	theirs        []string // what a colleague made of it meanwhile
	notes         []string // what was read from a package of tokens
	above, below  templ.Component
	style         styleView
}

func (p *Pages) view(c *web.Ctx, s section, t *tenant.Tenant, list []entry) (view, error) {
	v := view{section: s, heading: c.T("settings." + s.what), lead: c.T("settings." + s.what + ".lead"), action: c.R.URL.RequestURI(), version: t.Version, fields: list}
	if s.title != nil {
		title, err := s.title(c)
		if err != nil {
			return v, err
		}
		v.heading = title
	}
	v.backLabel = c.T("nav.settings")
	if s.back != "" {
		v.backLabel = c.T("settings.mails")
	}
	v.back = cmp.Or(s.back, index)
	if s.top != nil {
		v.above = s.top(c)
	}
	return v, nil
}

func (p *Pages) show(s section) web.Handler {
	return func(c *web.Ctx) error {
		t, e, err := p.now(c)
		if err != nil {
			return err
		}
		v, err := p.view(c, s, t, s.entries(c, e))
		if err != nil {
			return err
		}
		return p.render(c, 200, v, e, t)
	}
}

func (p *Pages) render(c *web.Ctx, status int, v view, e tenant.Edition, t *tenant.Tenant) error {
	v.whole()
	if v.bottom != nil {
		below, err := v.bottom(c, e, t)
		if err != nil {
			return err
		}
		v.below = below
	}
	title := v.heading
	if len(v.problems) > 0 || v.general != "" {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, formPage(c, c.Frame(title), v))
}

// whole takes what is wrong with the form as a whole from the problems of its fields.
func (v *view) whole() {
	var fields []ui.Problem
	for _, p := range v.problems {
		if p.Field == "" {
			v.general = p.Text
		} else {
			fields = append(fields, p)
		}
	}
	v.problems = fields
}

// save keeps what was typed. What is wrong, or what a colleague changed meanwhile, comes back with
// everything that was typed.
func (p *Pages) save(s section) func(*web.Ctx, access.Staff) error {
	return func(c *web.Ctx, a access.Staff) error {
		f, typed, version, err := read(c)
		if err != nil {
			return err
		}
		t, e, err := p.now(c)
		if err != nil {
			return err
		}
		list := s.entries(c, e)
		if s.title != nil {
			if _, err := s.title(c); err != nil {
				return err
			}
		}
		if f.Do == "preview" {
			wrong := fill(c, s, &e, list, typed)
			v, err := p.view(c, s, t, refill(list, typed))
			if err != nil {
				return err
			}
			v.version, v.problems = version, wrong
			return p.render(c, statusOf(wrong), v, e, t)
		}
		err = p.tenants.Edit(c.R.Context(), a, version, s.what, func(e *tenant.Edition) error { return s.put(c, e, list, typed) })
		if err == nil {
			return c.Done(c.R.URL.RequestURI(), "settings.saved")
		}
		return p.again(c, s, t, e, typed, err)
	}
}

// problems is ui.Problems with the decimals of ratios as the language writes them.
func problems(c *web.Ctx, err error) []ui.Problem {
	var list []ui.Problem
	for _, f := range errs.FieldsOf(err) {
		args := slices.Clone(f.Args)
		for i := 1; i < len(args); i += 2 {
			if s, ok := args[i].(string); ok && (args[i-1] == "ratio" || args[i-1] == "needed") && c.Texts.Lang() == i18n.NL {
				args[i] = strings.ReplaceAll(s, ".", ",")
			}
		}
		list = append(list, ui.Problem{Field: f.Name, Text: c.T(f.Key, args...)})
	}
	return list
}

func statusOf(problems []ui.Problem) int {
	if len(problems) > 0 {
		return 422
	}
	return 200
}

// again shows the form with what was typed and why it was not kept.
func (p *Pages) again(c *web.Ctx, s section, t *tenant.Tenant, e tenant.Edition, typed values, err error) error {
	if errs.FieldsOf(err) == nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	list := s.entries(c, e)
	status, theirs := 422, []string(nil)
	if errs.Is(err, errs.Conflict) {
		status, theirs = 409, differences(c, list, typed)
	}
	wrong := problems(c, err)
	// What is typed shows below too, as far as it can be read.
	fill(c, s, &e, list, typed)
	v, viewErr := p.view(c, s, t, refill(list, typed))
	if viewErr != nil {
		return viewErr
	}
	v.problems, v.theirs = wrong, theirs
	if status == 409 {
		v.general = c.T("settings.conflict")
	}
	return p.render(c, status, v, e, t)
}

// put sets every field and collects what could not be read.
func (s section) put(c *web.Ctx, e *tenant.Edition, list []entry, typed values) error {
	if s.apply != nil {
		return s.apply(c, e, typed)
	}
	var f errs.Fields
	for _, en := range list {
		if key := en.set(e, typed[en.field.Name]); key != "" {
			f.Add(en.field.Name, key)
		}
	}
	return f.Err()
}

func fill(c *web.Ctx, s section, e *tenant.Edition, list []entry, typed values) []ui.Problem {
	return problems(c, s.put(c, e, list, typed))
}

// refill puts what was typed in the fields.
func refill(list []entry, typed values) []entry {
	for i := range list {
		list[i].value = typed[list[i].field.Name]
	}
	return list
}

// differences tells what stands now where it is not what was typed.
func differences(c *web.Ctx, list []entry, typed values) []string {
	var out []string
	for _, en := range list {
		if en.kind != hidden && typed[en.field.Name] != en.value {
			out = append(out, c.T("settings.theirs", "label", en.field.Label, "value", en.shown(c)))
		}
	}
	return out
}

// shown is the value in words.
func (en entry) shown(c *web.Ctx) string {
	if en.kind == line || en.kind == colour {
		return cmp.Or(en.value, c.T("settings.empty"))
	}
	var labels []string
	for _, o := range en.options() {
		if o.Chosen {
			labels = append(labels, o.Label)
		}
	}
	return cmp.Or(strings.Join(labels, ", "), c.T("settings.empty"))
}

// options are the choices with those of the value chosen.
func (en entry) options() []ui.Option {
	chosen := " " + en.value + " "
	out := make([]ui.Option, len(en.field.Options))
	for i, o := range en.field.Options {
		o.Chosen = strings.Contains(chosen, " "+o.Value+" ")
		out[i] = o
	}
	return out
}

// read takes the posted form: its version and act, and every field by its name.
func read(c *web.Ctx) (base, values, int64, error) {
	var f base
	if err := web.Bind(c, &f); err != nil {
		return f, nil, 0, err
	}
	version, err := strconv.ParseInt(f.Version, 10, 64)
	if err != nil {
		return f, nil, 0, &errs.Error{Kind: errs.Invalid, Key: "error.form_stale", Err: err}
	}
	typed := values{}
	for name, list := range c.R.PostForm {
		clean := make([]string, len(list))
		for i, s := range list {
			clean[i] = web.Clean(s)
		}
		typed[name] = strings.Join(clean, " ")
	}
	return f, typed, version, nil
}

// number makes an entry of a whole number.
func number(c *web.Ctx, name, label string, value int64, set func(*tenant.Edition, int64)) entry {
	return entry{field: ui.Field{Name: name, Label: c.T(label), InputMode: "numeric"}, value: fmt.Sprint(value), set: func(e *tenant.Edition, s string) string {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return "settings.not_a_number"
		}
		set(e, n)
		return ""
	}}
}

// text makes an entry of one line that may be empty.
func text(c *web.Ctx, name, label, value string, set func(*tenant.Edition, string)) entry {
	return entry{field: ui.Field{Name: name, Label: c.T(label), Optional: c.T("ui.optional")}, value: value, set: func(e *tenant.Edition, s string) string {
		set(e, strings.TrimSpace(s))
		return ""
	}}
}
