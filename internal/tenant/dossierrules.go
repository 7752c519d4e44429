package tenant

import (
	"strings"
	"unicode/utf8"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

const (
	maxStatuses  = 20
	maxTemplates = 30
	maxSteps     = 40
	maxWord      = 60
	maxStep      = 120
)

func (s *Settings) checkStatuses(f *errs.Fields) {
	if len(s.Statuses) > maxStatuses {
		f.Add("", "settings.dossiers.too_many", "max", maxStatuses)
	}
	open, closed := 0, 0
	for _, st := range s.Statuses {
		at := "status_" + st.ID
		if st.Closed {
			closed++
		} else {
			open++
		}
		for _, l := range i18n.Langs {
			line(f, at+"_"+string(l), st.Name[l], maxWord)
		}
	}
	// A dossier must be able to begin and to end.
	if open == 0 || closed == 0 {
		f.Add("", "settings.dossiers.open_and_closed")
	}
}

func (s *Settings) checkProgress(f *errs.Fields) {
	if len(s.Progress) > maxTemplates {
		f.Add("", "settings.dossiers.too_many", "max", maxTemplates)
	}
	for _, p := range s.Progress {
		at := "list_" + p.ID
		line(f, at+"_name", p.Name, maxWord)
		if len(p.Steps) == 0 || len(p.Steps) > maxSteps {
			f.Add(at+"_steps", "settings.dossiers.steps", "max", maxSteps)
		}
		for _, step := range p.Steps {
			if utf8.RuneCountInString(step) > maxStep {
				f.Add(at+"_steps", "settings.dossiers.step_too_long", "max", maxStep)
				break
			}
		}
	}
}

// line checks a text of one line that must be there.
func line(f *errs.Fields, name, text string, most int) {
	switch {
	case strings.TrimSpace(text) == "":
		f.Add(name, "field.required")
	case !oneLine(text):
		f.Add(name, "settings.one_line")
	case utf8.RuneCountInString(text) > most:
		f.Add(name, "field.too_long", "max", most)
	}
}
