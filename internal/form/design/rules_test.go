package design_test

import (
	"encoding/json"
	"testing"

	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
)

func cond(t *testing.T, source string) *design.Cond {
	t.Helper()
	var c design.Cond
	must(t, json.Unmarshal([]byte(source), &c))
	return &c
}

const (
	hasChild = `{"answer":"kind","is":"yes"}`
	named    = `{"answer":"naam","answered":true}`
	young    = `{"not":{"answer":"dag","before":"today"}}`
)

func TestN36_RulesSayTheSameWhenPutTogetherAgain(t *testing.T) {
	f, nl := read(t), i18n.For(i18n.NL, nil)
	for _, x := range []struct{ source, again, words string }{
		{hasChild, hasChild, "„Kinderen?” is „Ja”"},
		{young, young, "„Dag” is niet vóór vandaag"},
		{`{"all":[` + hasChild + `]}`, hasChild, "„Kinderen?” is „Ja”"},
		{`{"not":{"all":[` + hasChild + `]}}`, "", "„Kinderen?” is niet „Ja”"},
		{`{"not":{"not":` + hasChild + `}}`, `{"all":[{"not":{"not":` + hasChild + `}}]}`, "niet geldt: „Kinderen?” is niet „Ja”"},
		{`{"any":[{"all":[` + hasChild + `,` + named + `]}]}`, "", "„Kinderen?” is „Ja” en „Naam” is ingevuld"},
		{`{"all":[{"all":[{"any":[` + hasChild + `,` + named + `]}]},` + young + `]}`, "", "(„Kinderen?” is „Ja” of „Naam” is ingevuld) en „Dag” is niet vóór vandaag"},
		{`{"not":{"any":[{"not":{"all":[` + hasChild + `,` + named + `]}},` + young + `]}}`, "", "niet geldt: (niet geldt: („Kinderen?” is „Ja” en „Naam” is ingevuld) of „Dag” is niet vóór vandaag)"},
	} {
		c := cond(t, x.source)
		if x.again == "" {
			x.again = x.source
		}
		out, err := json.Marshal(c.Rules().Cond())
		if must(t, err); string(out) != x.again {
			t.Errorf("%s becomes %s", x.source, out)
		}
		if got := f.CondWords(c, nl); got != x.words {
			t.Errorf("%s is said as %s", x.source, got)
		}
	}
	var none *design.Cond
	if none.Rules().Cond() != nil {
		t.Error("nothing becomes a condition")
	}
}

func TestN36_AGroupIsTakenApartOnlyWithItsMeaning(t *testing.T) {
	for source, want := range map[string]string{
		`{"all":[` + young + `,{"any":[` + hasChild + `,` + named + `]}]}`: `{"all":[` + young + `,` + hasChild + `,` + named + `]}`,
		`{"all":[` + young + `,{"not":{"any":[` + hasChild + `]}}]}`:       "",
	} {
		loose, ok := cond(t, source).Rules().Loose(1)
		if ok != (want != "") {
			t.Errorf("%s is taken apart: %v", source, ok)
			continue
		}
		if out, err := json.Marshal(loose.Cond()); ok && (err != nil || string(out) != want) {
			t.Errorf("%s becomes %s, %v", source, out, err)
		}
	}
	alone := cond(t, `{"all":[{"not":{"any":[`+hasChild+`,`+named+`]}}]}`).Rules()
	if loose, ok := alone.Loose(0); !ok || !loose.Not || !loose.Any || len(loose.Parts) != 2 {
		t.Errorf("the only group becomes %+v, %v", loose, ok)
	}
}
