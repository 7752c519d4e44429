package ui

import (
	"strings"

	"voordeur/internal/i18n"
)

// hinted reports whether the hint shows: not above an error that says the same.
func (f Field) hinted() bool { return f.Hint != "" && !strings.Contains(f.Error, f.Hint) }

// described names the hint and the error that belong to a field.
func described(f Field) string {
	s := ""
	if f.hinted() {
		s = f.Name + "-hint"
	}
	if f.Error != "" {
		if s != "" {
			s += " "
		}
		s += f.Name + "-error"
	}
	return s
}

func typeOf(f Field) string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func fieldClass(f Field) string {
	if f.Error != "" {
		return "utrecht-form-field utrecht-form-field--invalid field field-error"
	}
	return "utrecht-form-field field"
}

// DateType is the type of a field with a date: one whose content is none is shown as it was typed, which a browser's own
// field of a date would not do.
func DateType(list []Problem, field string) string {
	if ErrorOf(list, field) != "" {
		return "text"
	}
	return "date"
}

// optionalWord is what stands behind the label; a search field is optional without a word.
func optionalWord(f Field) string { return strings.TrimSpace(f.Optional) }

func alertIcon(kind string) string {
	switch kind {
	case "error":
		return "alert-circle"
	case "warning":
		return "alert-triangle"
	case "info":
		return "info-circle"
	}
	return "circle-check"
}

// problemText says in the summary which field a problem is about, where the field has a name: many
// fields can have the same problem.
func problemText(t *i18n.Texts, p Problem) string {
	key := "fieldname." + p.Field
	if name := t.T(key); name != key {
		return name + ": " + p.Text
	}
	return p.Text
}
