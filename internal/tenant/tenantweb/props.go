package tenantweb

import (
	"strconv"
	"strings"

	"voordeur/internal/tenant"
	"voordeur/internal/ui"
)

// shape is the field with its value and what is wrong with it.
func (en entry) shape(problems []ui.Problem) ui.Field {
	f := en.field
	f.Value, f.Error = en.value, ui.ErrorOf(problems, f.Name)
	f.Options = en.options()
	return f
}

// part is the fields below one heading. A folded one shows its heading alone until it is opened.
type part struct {
	heading, intro string
	own            string // what the organisation made of it, beside the heading of a folded part
	folded, open   bool
	fields         []entry
}

// parts cuts the fields at their headings. What most people leave as it is, is folded, but never
// over something that must be mended.
func parts(v view) []part {
	var out []part
	for _, en := range v.fields {
		if en.heading != "" || len(out) == 0 {
			out = append(out, part{heading: en.heading, intro: en.intro, folded: v.folds(en)})
		}
		last := &out[len(out)-1]
		last.fields = append(last.fields, en)
		if ui.ErrorOf(v.problems, en.field.Name) != "" {
			last.open = true
		}
		if v.path == labelsPath && en.value != "" {
			last.own = strings.TrimPrefix(last.own+" · "+en.value, " · ")
		}
	}
	return out
}

// folds tells whether the part that begins with this field is folded.
func (v view) folds(en entry) bool {
	return v.path == labelsPath || v.path == dossiersPath || strings.HasPrefix(en.field.Name, "dark_")
}

// sideOf returns a side of the logo at most as high and wide as said, in its own proportions.
func sideOf(f ui.Frame, wide bool, most int) string {
	w, h := f.LogoWidth, max(1, f.LogoHeight)
	if longest := max(w, h); longest > most {
		w, h = w*most/longest, h*most/longest
	}
	if wide {
		return strconv.Itoa(max(1, w))
	}
	return strconv.Itoa(max(1, h))
}

// The ids of the file fields, of which a page can have two.
const (
	logoField = "logo-file"
	fontField = "font-file"
)

// anchored leads the links of the summary to the file fields of the page.
func anchored(problems []ui.Problem) []ui.Problem {
	out := make([]ui.Problem, len(problems))
	for i, p := range problems {
		out[i] = ui.Problem{Field: logoField, Text: p.Text}
		if p.Field == tenant.FileFont {
			out[i].Field = fontField
		}
	}
	return out
}
