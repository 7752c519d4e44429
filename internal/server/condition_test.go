package server_test

import (
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/form"
)

// asked begins a form with a page „Gezin” of three questions, and one behind them whose condition is made.
func (h *house) asked(title string) *drafting {
	d := h.drafts(title)
	d.done("/add-page", "title_nl", "Gezin")
	d.done("/pages/gezin/question", "kind", "yesno", "label_nl", "Getrouwd")
	d.done("/pages/gezin/question", "kind", "yesno", "label_nl", "Kinderen")
	d.done("/pages/gezin/question", "kind", "number", "label_nl", "Aantal")
	d.done("/pages/gezin/question", "kind", "text", "label_nl", "Naam")
	return d
}

const when = "/questions/naam/show"

// keeps makes a rule, in a group or not, and returns where that leads.
func (d *drafting) keeps(group, question, how, value string, more ...string) string {
	d.house.t.Helper()
	return d.done(when, append([]string{"do", "keep", "group", group, "question", question, "how", how, "than", value}, more...)...)
}

// says is the condition of „Naam” as the overview has it.
func (d *drafting) says(want string) {
	d.house.t.Helper()
	if p := words(d.get(d.at).body); !strings.Contains(p, want) {
		d.house.t.Errorf("the overview lacks %q: %s", want, p)
	}
	if p := words(d.get(d.at + when).body); !strings.Contains(p, want) {
		d.house.t.Errorf("the page of the condition lacks %q: %s", want, p)
	}
}

func TestN36_RulesStandInGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.asked("Groepen")
		if p := d.get(d.at + when).body; strings.Contains(p, "Groep toevoegen") {
			t.Error("a group is offered before there is a rule")
		}
		d.keeps("", "getrouwd", "is", "yes")
		if p := words(d.get(d.at + when + "?group=new&question=kinderen").body); !strings.Contains(p, "Hoeveel regels van de groep moeten kloppen?") {
			t.Errorf("the first rule of a group: %s", p)
		}
		if to := d.keeps("new", "kinderen", "is", "yes", "join", "any"); !strings.HasSuffix(to, when+"?group=2") {
			t.Errorf("after a new group: %s", to)
		}
		d.keeps("2", "aantal", "more", "2", "join", "any")
		d.says("Alleen als „Getrouwd” is „Ja” en („Kinderen” is „Ja” of „Aantal” is meer dan 2).")
		if p := words(d.get(d.at + when).body); !strings.Contains(p, "Groep: één regel is genoeg") {
			t.Errorf("the page does not show the group: %s", p)
		}

		// A rule is changed where it stands, also to another question.
		if p := d.get(d.at + when + "?group=2&rule=2&question=aantal").body; !strings.Contains(p, `<option value="more" selected`) || !strings.Contains(p, `value="2"`) {
			t.Errorf("a rule is not shown as it is: %s", words(p))
		}
		d.keeps("2", "aantal", "at_most", "2,5", "rule", "2")
		d.keeps("", "getrouwd", "is_not", "yes", "rule", "1")
		d.says("Alleen als „Getrouwd” is niet „Ja” en („Kinderen” is „Ja” of „Aantal” is hoogstens 2,5).")
		d.keeps("2", "getrouwd", "answered", "", "rule", "1")

		// Not one of a group, and one of the whole.
		d.done(when, "do", "join", "group", "2", "join", "none")
		d.done(when, "do", "join", "join", "any")
		d.says("Alleen als „Getrouwd” is niet „Ja” of niet geldt: („Getrouwd” is ingevuld of „Aantal” is hoogstens 2,5).")
		if p := words(d.get(d.at + when + "?group=2").body); !strings.Contains(p, "kan pas worden opgeheven") {
			t.Errorf("a group that must not hold can be taken apart: %s", p)
		}
		d.done(when, "do", "join", "group", "2", "join", "all")

		// Taken apart, put together, and taken away.
		if to := d.done(when, "do", "loose", "group", "2"); !strings.HasSuffix(to, when) {
			t.Errorf("after taking a group apart: %s", to)
		}
		d.says("Alleen als „Getrouwd” is niet „Ja” of „Getrouwd” is ingevuld of „Aantal” is hoogstens 2,5.")
		d.done(when, "do", "group")
		d.keeps("", "kinderen", "is", "no", "join", "all")
		d.says("Alleen als („Getrouwd” is niet „Ja” of „Getrouwd” is ingevuld of „Aantal” is hoogstens 2,5) en „Kinderen” is „Nee”.")
		d.done(when, "do", "drop2", "group", "1")
		d.says("Alleen als („Getrouwd” is niet „Ja” of „Aantal” is hoogstens 2,5) en „Kinderen” is „Nee”.")
		d.done("/publish")
		if _, err := form.Parse([]byte(h.form("groepen"))); err != nil || !strings.Contains(regexp.MustCompile(`\s`).ReplaceAllString(h.form("groepen"), ""), `"show":{"all":[{"any":[{"not":`) {
			t.Errorf("published: %v %s", err, h.form("groepen"))
		}
	})
}

// deep is a form whose condition has three levels and a comparison that only a file has.
const deep = `{"format": 1, "id": "diep", "title": {"nl": "Diep", "en": "Deep"}, "pages": [{"id": "gezin", "title": {"nl": "Gezin", "en": "Family"}, "questions": [
	{"id": "kinderen", "kind": "yesno", "label": {"nl": "Kinderen", "en": "Children"}}, {"id": "sinds", "kind": "date", "label": {"nl": "Sinds", "en": "Since"}},
	{"id": "naam", "kind": "text", "label": {"nl": "Naam", "en": "Name"}, "show": {"all": [
		{"any": [{"answer": "kinderen", "is": "no"}, {"all": [{"answer": "kinderen", "is": "yes"}, {"answer": "sinds", "answered": true}]}]},
		{"not": {"answer": "sinds", "before": "today"}}]}}]}]}`

func TestN36_WhatGoesDeeperIsShownAndKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		a := b.admin.sendAs("file", designer+"/import", map[string]string{"once": "take"}, file{"form.json", deep})
		d := &drafting{house: h, visitor: b.admin, at: a.header.Get("Location")}
		const kept = "(„Kinderen” is „Nee” of („Kinderen” is „Ja” en „Sinds” is ingevuld))"
		d.says("Alleen als " + kept + " en „Sinds” is niet vóór vandaag.")
		p := d.get(d.at + when).body
		if n := strings.Count(p, "in een bestand gemaakt"); n != 2 || strings.Contains(p, "Groep wijzigen") || strings.Contains(p, "Deze regels in een groep") {
			t.Errorf("%d parts are of a file: %s", n, words(p))
		}
		for _, at := range []string{"?group=1", "?group=2", "?group=9", "?group=x", "?rule=1", "?rule=0"} {
			if a := d.get(d.at + when + at); a.status != 404 {
				t.Errorf("%s is there: %d", at, a.status)
			}
		}
		for _, wrong := range [][]string{{"do", "keep", "group", "1"}, {"do", "keep", "rule", "1"}, {"do", "loose", "group", "1"}} {
			if a := d.does(when, append(wrong, "question", "kinderen", "how", "answered")...); a.status != 404 {
				t.Errorf("%v: %d", wrong, a.status)
			}
		}
		d.done(when, "do", "group")
		d.done(when, "do", "drop7")
		d.keeps("", "kinderen", "answered", "")
		d.says("Alleen als " + kept + " en „Sinds” is niet vóór vandaag en „Kinderen” is ingevuld.")
		d.keeps("", "sinds", "after", "vandaag", "rule", "2")
		d.done(when, "do", "drop3")
		d.says("Alleen als " + kept + " en „Sinds” is na vandaag.")
		d.done(when, "do", "drop1")
		d.says("Alleen als „Sinds” is na vandaag.")
	})
}

func TestN36_ABadRuleOfAGroupLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.asked("Fouten")
		d.keeps("", "getrouwd", "is", "yes")
		d.keeps("new", "kinderen", "is", "yes", "join", "none")
		const said = "Alleen als „Getrouwd” is „Ja” en „Kinderen” is niet „Ja”."
		a := d.does(when, "do", "keep", "group", "2", "rule", "1", "question", "aantal", "how", "less", "than", "veel")
		for _, want := range []string{`value="veel"`, `name="group" value="2"`, `name="rule" value="1"`, `<option value="less" selected`, "Vul een getal in.", `id="than-error"`} {
			if a.status != 422 || !strings.Contains(a.body, want) {
				t.Errorf("a bad number lacks %s: %d %s", want, a.status, words(a.body))
			}
		}
		a = d.does(when, "do", "keep", "group", "2", "question", "kinderen", "how", "is", "than", "misschien", "join", "any")
		if a.status != 422 || !strings.Contains(a.body, "Dit antwoord heeft de vraag niet.") || !strings.Contains(a.body, `value="any" checked`) {
			t.Errorf("an answer that there is not: %d %s", a.status, words(a.body))
		}
		d.says(said)

		// A colleague takes the group away: what was typed is there, and becomes a rule of the whole.
		old := first(versionField, d.get(d.at+when+"?group=2&question=aantal").body)
		d.done(when, "do", "drop2")
		a = d.post(d.at+when, "once", "late", "version", old, "do", "keep", "group", "2", "rule", "1", "question", "aantal", "how", "less", "than", "12")
		if a.status != 409 || !strings.Contains(a.body, `value="12"`) || !strings.Contains(a.body, `name="group" value=""`) || !strings.Contains(words(a.body), "Een collega") {
			t.Errorf("the group is gone: %d %s", a.status, words(a.body))
		}
		// And one puts another rule where one is changed: that is not written over.
		d.done(when, "do", "drop1")
		d.keeps("", "kinderen", "is", "no")
		a = d.post(d.at+when, "once", "later", "version", old, "do", "keep", "rule", "1", "question", "aantal", "how", "less", "than", "12")
		if a.status != 409 || !strings.Contains(a.body, `name="rule" value=""`) || !strings.Contains(a.body, `value="12"`) {
			t.Errorf("another rule stands there: %d %s", a.status, words(a.body))
		}
		d.says("Alleen als „Kinderen” is „Nee”.")
	})
}
