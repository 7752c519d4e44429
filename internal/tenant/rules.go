package tenant

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/inspect"
	"voordeur/internal/mail"
	"voordeur/internal/sms"
)

// Modules are the parts that can be switched, in the order of the page.
var Modules = []string{ModuleDossiers, ModuleMessages, ModuleQuestionnaires, ModuleProducts, ModuleApprovals, ModuleProfile, ModuleMandates}

func within(f *errs.Fields, name string, n, least, most int64) {
	if n < least || n > most {
		f.Add(name, "settings.between", "min", least, "max", most)
	}
}

func (s *Settings) checkModules(f *errs.Fields) {
	if s.Modules[ModuleMessages] && !s.Modules[ModuleDossiers] {
		f.Add("modules", "settings.modules.messages_need_dossiers")
	}
	if s.Modules[ModuleQuestionnaires] && !s.Modules[ModuleDossiers] {
		f.Add("modules", "settings.modules.questionnaires_need_dossiers")
	}
	if s.Modules[ModuleProducts] && !s.Modules[ModuleDossiers] {
		f.Add("modules", "settings.modules.products_need_dossiers")
	}
	if s.Modules[ModuleApprovals] && !s.Modules[ModuleDossiers] {
		f.Add("modules", "settings.modules.approvals_need_dossiers")
	}
	for name := range s.Modules {
		if !slices.Contains(Modules, name) {
			f.Add("modules", "settings.modules.unknown")
		}
	}
}

// The bounds of what may be uploaded, in megabytes and pieces.
const (
	maxClientMB   = 1024
	maxOfficeMB   = 2148 // a file of 2 GiB, in megabytes of a million bytes
	maxDossierMB  = 1 << 20
	maxAttachment = 100
)

func (r FileRule) check(f *errs.Fields) {
	if len(r.Extensions) == 0 {
		f.Add("extensions", "settings.files.none")
	}
	for _, e := range r.Extensions {
		if t, known := filetype.Lookup(e); !known || t.Extension != e {
			f.Add("extensions", "settings.files.unknown", "type", e)
		}
	}
	within(f, "client_max", r.ClientMaxMB, 1, maxClientMB)
	within(f, "office_max", r.OfficeMaxMB, 1, maxOfficeMB)
	within(f, "dossier_max", r.DossierMaxMB, max(r.ClientMaxMB, r.OfficeMaxMB, 1), maxDossierMB)
	for name, t := range map[string]inspect.Treatment{"macros": r.Macros, "external": r.External} {
		if t != "" && !slices.Contains(inspect.Treatments, t) {
			f.Add(name, "field.choose")
		}
	}
	within(f, "attachments", int64(r.MaxAttachment), 1, maxAttachment)
}

func (m MailSettings) check(f *errs.Fields) {
	if !mail.ValidAddress(m.From) {
		f.Add("from", "email.invalid")
	}
	line := func(name, value string, most int) {
		switch {
		case !oneLine(value):
			f.Add(name, "settings.one_line")
		case utf8.RuneCountInString(value) > most:
			f.Add(name, "field.too_long", "max", most)
		}
	}
	line("from_name", m.FromName, maxName)
	line("address", m.Address, 200)
}

// maxTexts bounds what an organisation can lose on one day to somebody who abuses its text messages.
const maxTexts = 10_000

func (s *Settings) checkTexts(f *errs.Fields) {
	within(f, "per_day", int64(s.SMS.PerDay), 0, maxTexts)
	if len(s.SMS.Countries) == 0 {
		f.Add("countries", "settings.sms.none")
	}
	for _, c := range s.SMS.Countries {
		if !slices.Contains(sms.Countries(), c) {
			f.Add("countries", "settings.sms.unknown")
			return
		}
	}
}

// checkBSN holds the ground on which the organisation uses the number of citizens to what fits a line.
func (s *Settings) checkBSN(f *errs.Fields) {
	switch {
	case !oneLine(s.BSN):
		f.Add("bsn", "settings.one_line")
	case utf8.RuneCountInString(s.BSN) > 200:
		f.Add("bsn", "field.too_long", "max", 200)
	}
}

// oneLine reports whether a text has no line ends, control characters or marks that turn the
// direction of reading, so that it can stand in the head of a mail.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	})
}

func (t Theme) check(f *errs.Fields) {
	bad := append(badColours(t.Palette, "", false), badColours(t.Dark, "dark_", true)...)
	for _, name := range bad {
		f.Add(name, "settings.style.not_a_colour")
	}
	if t.Font != "" && t.Font != FontUploaded && !slices.ContainsFunc(Fonts, func(x Font) bool { return x.ID == t.Font }) {
		f.Add("font", "field.choose")
	}
	if n, err := strconv.Atoi(t.Radius); t.Radius != "" && (err != nil || n < 0 || n > MaxRadius) {
		f.Add("radius", "settings.between", "min", 0, "max", MaxRadius)
	}
	if len(bad) > 0 {
		return
	}
	for _, c := range t.Clashes() {
		f.Add(c.Field, "settings.style.clash."+c.With, "ratio", decimal(c.Ratio), "needed", decimal(c.Needed), "colour", c.Nearest)
	}
}

// decimal writes a ratio with one decimal, rounded down: 4.49 must not read as the 4.5 it lacks.
func decimal(n float64) string { return strconv.FormatFloat(float64(int(n*10))/10, 'f', 1, 64) }
