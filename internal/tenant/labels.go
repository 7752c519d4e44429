package tenant

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/mail"
)

// LabelGroups are the texts an organisation may put in its own words, by the first part of their
// keys. What explains a refusal or a right is not among them: it must be the same everywhere.
var LabelGroups = []string{"nav", "home", "dossier", "document", "message", "profile", "login", "info"}

const (
	maxLabel    = 200
	maxLongText = 5000
)

// Renamable reports whether a tenant may give the text of key its own words.
func Renamable(key string) bool {
	group, _, _ := strings.Cut(key, ".")
	_, known := i18n.Keys(i18n.NL)[key]
	return known && slices.Contains(LabelGroups, group)
}

// MailKinds returns the kinds of mail that the program sends, in order.
func MailKinds() []string {
	var kinds []string
	for key := range i18n.Keys(i18n.NL) {
		if kind, ok := strings.CutSuffix(key, ".subject"); ok && strings.HasPrefix(kind, "mail.") {
			kinds = append(kinds, strings.TrimPrefix(kind, "mail."))
		}
	}
	slices.Sort(kinds)
	return kinds
}

// The places a mail's texts may have. The subject must name the office: it is how the receiver
// knows whose mail it is.
var (
	SubjectPlaces = []string{"office"}
	BodyPlaces    = []string{"name", "office"}
)

// LabelKey names the field of a text in a language.
func LabelKey(l i18n.Lang, key string) string { return string(l) + "." + key }

// SetLabel gives a text the tenant's own words; an empty or unchanged one is the program's again.
func (s *Settings) SetLabel(l i18n.Lang, key, text string) {
	text = strings.TrimSpace(text)
	if text == "" || text == i18n.Keys(l)[key] {
		delete(s.Labels[l], key)
		return
	}
	if s.Labels == nil {
		s.Labels = map[i18n.Lang]map[string]string{}
	}
	if s.Labels[l] == nil {
		s.Labels[l] = map[string]string{}
	}
	s.Labels[l][key] = text
}

func (s *Settings) checkLabels(f *errs.Fields, old Settings) {
	for _, l := range i18n.Langs {
		for _, key := range slices.Sorted(maps.Keys(s.Labels[l])) {
			if text := s.Labels[l][key]; text != old.Labels[l][key] {
				checkLabel(f, l, key, text)
			}
		}
	}
}

func checkLabel(f *errs.Fields, l i18n.Lang, key, text string) {
	name := LabelKey(l, key)
	if strings.HasPrefix(key, "mail.") {
		checkMailText(f, name, key, text)
		return
	}
	most := maxLabel
	if strings.HasPrefix(key, "info.") {
		most = maxLongText
	}
	switch {
	case !Renamable(key):
		f.Add(name, "settings.labels.fixed")
	case utf8.RuneCountInString(text) > most:
		f.Add(name, "field.too_long", "max", most)
	case most == maxLabel && !oneLine(text):
		f.Add(name, "settings.one_line")
	default:
		samePlaces(f, name, i18n.Keys(l)[key], text)
	}
}

var place = regexp.MustCompile(`\{[a-z_]+\}`)

// samePlaces holds a label to the places of the program's own text: one more would show as it is,
// one less would hide what every other organisation's clients are told.
func samePlaces(f *errs.Fields, name, own, text string) {
	want, have := place.FindAllString(own, -1), place.FindAllString(text, -1)
	for _, p := range have {
		if !slices.Contains(want, p) {
			f.Add(name, "settings.place_unknown", "place", p)
			return
		}
	}
	for _, p := range want {
		if !slices.Contains(have, p) {
			f.Add(name, "settings.place_missing", "place", p)
			return
		}
	}
}

func checkMailText(f *errs.Fields, name, key, text string) {
	kind, part := key[:strings.LastIndexByte(key, '.')], key[strings.LastIndexByte(key, '.')+1:]
	if !slices.Contains(MailKinds(), strings.TrimPrefix(kind, "mail.")) {
		f.Add(name, "settings.labels.fixed")
		return
	}
	places, most := []string(nil), maxLabel
	switch part {
	case "subject":
		places = SubjectPlaces
	case "body":
		places, most = BodyPlaces, maxLongText
	case "button":
	default:
		f.Add(name, "settings.labels.fixed")
		return
	}
	switch {
	case utf8.RuneCountInString(text) > most:
		f.Add(name, "field.too_long", "max", most)
	case part != "body" && !oneLine(text):
		f.Add(name, "settings.one_line")
	case len(places) == 0 && !fills(text, nil):
		f.Add(name, "settings.mails.no_place")
	case !fills(text, places):
		f.Add(name, "settings.mails.bad_place", "places", braces(places))
	case part == "subject" && !strings.Contains(text, "{office}"):
		f.Add(name, "settings.place_missing", "place", "{office}")
	}
}

// fills reports whether the text has no places but these, and no brace that is none.
func fills(text string, places []string) bool {
	values := map[string]string{}
	for _, p := range places {
		values[p] = ""
	}
	_, err := mail.Fill(text, values)
	return err == nil
}

func braces(places []string) string {
	var out []string
	for _, p := range places {
		out = append(out, "{"+p+"}")
	}
	return strings.Join(out, " ")
}
