package design_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// everything is a form with every key that a definition can have.
const everything = `{"$schema": "schema.json", "format": 1, "id": "alles", "title": {"nl": "Alles", "en": "All"}, "intro": {"nl": "Hallo <b>", "en": "Hello"}, "pages": [
	{"id": "een", "title": {"nl": "Een", "en": "One"}, "intro": {"nl": "Eerst", "en": "First"}, "questions": [
		{"id": "naam", "kind": "text", "label": {"nl": "Naam", "en": "Name"}, "help": {"nl": "Hulp", "en": "Help"}, "example": {"nl": "Jan", "en": "John"},
		 "required": true, "min": 2, "max": 40, "pattern": {"regexp": "[A-Z].*", "words": {"nl": "Begin met een hoofdletter.", "en": "Begin with a capital."}}, "prefill": ["client.name", "earlier", "earlier.oud"]},
		{"id": "kind", "kind": "yesno", "label": {"nl": "Kinderen?", "en": "Children?"}, "required": false},
		{"id": "getal", "kind": "number", "label": {"nl": "Getal", "en": "Number"}, "min": -1.50, "max": "20", "decimals": 2, "required": {"answer": "kind", "is": "yes"}},
		{"id": "dag", "kind": "date", "label": {"nl": "Dag", "en": "Day"}, "min": "today-18y", "max": "2030-01-31", "show": {"answer": "getal", "atLeast": 1}},
		{"id": "keus", "kind": "choices", "label": {"nl": "Keus", "en": "Choice"}, "min": 1, "max": 2, "options": [{"value": "a", "label": {"nl": "A", "en": "A"}}, {"value": "b", "label": {"nl": "B", "en": "B"}}]}],
	 "end": {"when": {"all": [{"answer": "keus", "has": "a"}, {"not": {"any": [{"answer": "dag", "before": "today"}, {"answer": "naam", "answered": false}]}}]}, "text": {"nl": "Klaar", "en": "Over"}}},
	{"id": "twee", "title": {"nl": "Twee", "en": "Two"}, "show": {"any": [{"answer": "kind", "is": "yes"}]}, "questions": [
		{"id": "g", "kind": "group", "label": {"nl": "Groep", "en": "Group"}, "show": {"answer": "kind", "is": "yes"}, "repeat": {"min": 0, "max": 3, "label": {"nl": "Kind", "en": "Child"}},
		 "questions": [{"id": "geld", "kind": "amount", "label": {"nl": "Geld", "en": "Money"}, "max": 10}, {"id": "meer", "kind": "text", "label": {"nl": "Meer", "en": "More"}, "show": {"answer": "geld", "more": 5}}]},
		{"id": "som", "kind": "computed", "format": "amount", "label": {"nl": "Som", "en": "Sum"},
		 "value": {"if": {"answer": "getal", "less": 3}, "then": {"product": [{"total": "geld"}, 0.21]}, "else": {"difference": [{"sum": [{"answer": "getal"}, {"count": "g"}]}, 1]}}}]}]}`

// value is a JSON text as a value, with numbers as they are written.
func value(t *testing.T, b []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	must(t, dec.Decode(&v))
	return v
}

func TestN36_WhatTheDesignerDoesNotShowComesOutAsItWentIn(t *testing.T) {
	sources := form.Samples()
	sources["everything"] = []byte(everything)
	for name, source := range sources {
		if _, err := form.Parse(source); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f, err := design.Read(source)
		must(t, err)
		out, err := f.Write()
		must(t, err)
		if !reflect.DeepEqual(value(t, source), value(t, out)) {
			t.Errorf("%s comes out otherwise:\n%s", name, out)
		}
		if _, err := form.Parse(out); err != nil {
			t.Errorf("%s is refused: %v", name, err)
		}
	}
}

func read(t *testing.T) *design.Form {
	t.Helper()
	f, err := design.Read([]byte(everything))
	must(t, err)
	return f
}

func find(t *testing.T, f *design.Form, id string) design.Spot {
	t.Helper()
	s, ok := f.Find(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	return s
}

func TestN36_ConditionsAreSaidInWords(t *testing.T) {
	f := read(t)
	nl, en := i18n.For(i18n.NL, nil), i18n.For(i18n.EN, nil)
	page, _ := f.Page("een")
	if got := f.CondWords(page.End.When, nl); got != "bij „Keus” is „A” gekozen en niet geldt: („Dag” is vóór vandaag of „Naam” is niet ingevuld)" {
		t.Errorf("the end is when %s", got)
	}
	if got := f.CondWords(find(t, f, "dag").Item.Show, nl); got != "„Getal” is minstens 1" {
		t.Errorf("the day is asked when %s", got)
	}
	if got := f.CondWords(find(t, f, "getal").Item.Required.When, en); got != "“Children?” is “Yes”" {
		t.Errorf("the number is required when %s", got)
	}
	if got := f.CondWords(&design.Cond{Op: "not", Parts: []*design.Cond{{Op: "is", Answer: "kind", Value: []byte(`"yes"`)}}}, nl); got != "„Kinderen?” is niet „Ja”" {
		t.Errorf("the opposite is %s", got)
	}
	if got := f.ExprWords(find(t, f, "som").Item.Value, nl); got != "als „Getal” is minder dan 3: het totaal van „Geld” × 0,21, anders („Getal” + hoe vaak „Groep” is ingevuld) − 1" {
		t.Errorf("the sum is %s", got)
	}
}

func TestN36_DaysAreTypedAsPeopleSayThem(t *testing.T) {
	nl, en := i18n.For(i18n.NL, nil), i18n.For(i18n.EN, nil)
	for typed, want := range map[string]string{
		"31-12-2026": `"2026-12-31"`, "2026-12-31": `"2026-12-31"`, "vandaag": `"today"`, "Today": `"today"`, "vandaag - 18 jaar": `"today-18y"`,
		"today + 3 months": `"today+3m"`, "vandaag +28 dagen": `"today+28d"`, "today-18y": `"today-18y"`,
		"31-2-2026": "", "morgen": "", "vandaag - veel jaar": "", "": "",
	} {
		raw, ok := design.ReadDay(typed)
		if ok != (want != "") || ok && string(raw) != want {
			t.Errorf("%q is %s, %v", typed, raw, ok)
		}
		if !ok {
			continue
		}
		for _, texts := range []*i18n.Texts{nl, en} {
			said := design.DayWords(strings.Trim(string(raw), `"`), texts)
			if again, ok := design.ReadDay(said); !ok || string(again) != string(raw) {
				t.Errorf("%s is said as %q, which is %s", raw, said, again)
			}
		}
	}
	for typed, want := range map[string]string{"5": "5", "0,21": "0.21", "-1.50": "-1.50", "007": "7", "0": "0", "1.234,5": "", "vijf": "", "1e9": ""} {
		if raw, ok := design.ReadNumber(typed); ok != (want != "") || ok && string(raw) != want {
			t.Errorf("%q is %s, %v", typed, raw, ok)
		}
	}
}

func TestN36_AddingMovingCopyingAndRemoving(t *testing.T) {
	f := read(t)
	page := f.AddPage(form.Text{i18n.NL: "Één", i18n.EN: "One"}, nil)
	if page != "een_2" {
		t.Errorf("the page is %s", page)
	}
	q := &design.Item{Kind: form.ShortText, Label: form.Text{i18n.NL: "Naam", i18n.EN: "Name"}}
	must(t, f.Add(q, page, ""))
	if q.ID != "naam_2" {
		t.Errorf("the question is %s", q.ID)
	}
	if err := f.Add(&design.Item{Kind: design.Group}, "twee", "g"); err == nil {
		t.Error("a group in a group")
	}
	if err := f.Add(&design.Item{Kind: form.ShortText}, "een", "g"); err == nil {
		t.Error("a group of another page")
	}
	f.MovePage(page, -1)
	if _, at := f.Page(page); at != 1 {
		t.Errorf("the page is at %d", at)
	}
	f.Move("kind", -1)
	f.Move("kind", -1) // it stays at the beginning
	if s := find(t, f, "kind"); s.At != 0 {
		t.Errorf("the question is at %d", s.At)
	}
	must(t, f.MoveTo("naam_2", "twee", "g"))
	if s := find(t, f, "naam_2"); s.Group == nil || s.At != 2 {
		t.Error("the question is not in the group")
	}
	id, err := f.Copy("g")
	must(t, err)
	if s := find(t, f, "meer_2"); id != "g_2" || s.Group.ID != "g_2" || s.Item.Show.Answer != "geld_2" {
		t.Error("within the copy a condition does not go on")
	}
	if s := find(t, f, "meer"); s.Item.Show.Answer != "geld" {
		t.Error("the copy changed what was copied")
	}
	must(t, f.Remove("g_2"))
	must(t, f.Remove("naam_2"))
	if wrong, open, err := f.Check(); err != nil || len(wrong) > 0 || len(open) != 1 {
		t.Errorf("the form is wrong: %v, %v, %v", wrong, open, err)
	}
}

func TestN36_WhatConditionsNeedCannotBeRemoved(t *testing.T) {
	for id, want := range map[string]string{"kind": "getal twee g", "geld": "meer som", "g": "som som", "getal": "dag som", "keus": "een", "naam": "een"} {
		err := read(t).Remove(id)
		used, ok := errors.AsType[design.Used](err)
		var got []string
		for _, u := range used {
			if u.Item == nil {
				got = append(got, u.Page.ID)
			} else {
				got = append(got, u.Item.ID)
			}
		}
		if want == "getal twee g" {
			want = "twee getal g" // pages first
		}
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s is used in %v", id, got)
		}
	}
	must(t, read(t).Remove("som"))
	if err := read(t).RemovePage("een"); err == nil {
		t.Error("a page goes with what others need")
	}
	must(t, read(t).RemovePage("twee"))
}

func TestN36_TheDifferenceIsToldInFull(t *testing.T) {
	was, next := read(t), read(t)
	if list := design.Compare(was, next); len(list) > 0 {
		t.Errorf("the same form differs: %v", list)
	}
	next.Title = form.Text{i18n.NL: "Anders", i18n.EN: "Other"}
	must(t, next.Remove("som"))
	find(t, next, "geld").Item.Max = []byte("20")
	must(t, next.MoveTo("meer", "twee", ""))
	next.Move("naam", 1)
	next.AddPage(form.Text{i18n.NL: "Drie", i18n.EN: "Three"}, nil)
	got := map[string]string{}
	for _, ch := range design.Compare(was, next) {
		got[ch.What] += ch.Name.In(i18n.NL)
	}
	want := map[string]string{"form_changed": "Anders", "question_removed": "Som", "question_changed": "Geld", "page_added": "Drie", "question_moved": "Meer", "page_moved": "Een"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the difference is %v", got)
	}
}

func TestN36_SimpleValuesComeBackAsTheyWere(t *testing.T) {
	for source, simple := range map[string]bool{
		`{"sum": [{"answer": "a"}, {"answer": "b"}]}`: true, `{"product": [{"answer": "a"}, 0.21]}`: true, `{"difference": [{"answer": "a"}, {"answer": "b"}]}`: true,
		`{"total": "a"}`: true, `{"count": "g"}`: true, `5`: false, `{"sum": [1, {"answer": "a"}]}`: false, `{"sum": [{"total": "a"}]}`: false,
		`{"if": {"answer": "a", "more": 1}, "then": 1, "else": 2}`: false,
	} {
		var e design.Expr
		must(t, json.Unmarshal([]byte(source), &e))
		s, ok := e.Simple()
		if ok != simple {
			t.Errorf("%s is simple: %v", source, ok)
		}
		if !ok {
			continue
		}
		back, ok := s.Expr()
		out, err := json.Marshal(back)
		must(t, err)
		if !ok || !reflect.DeepEqual(value(t, out), value(t, []byte(source))) {
			t.Errorf("%s comes back as %s", source, out)
		}
	}
}
