package form_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

var today = form.Today{Day: "2026-12-03", Lang: i18n.NL}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// parsed reads a definition that is good.
func parsed(t *testing.T, source string) *form.Definition {
	t.Helper()
	d, err := form.Parse([]byte(source))
	if r, ok := errors.AsType[form.Refused](err); ok {
		for _, p := range r {
			t.Error(p.Words(i18n.For(i18n.EN, nil)))
		}
	}
	must(t, err)
	return d
}

// both is a text in both languages.
func both(s string) string { return fmt.Sprintf(`{"nl":%q,"en":%q}`, s, s) }

// one is a definition of one page with these questions.
func one(questions ...string) string { return pages(page("p1", "", questions...)) }

func pages(list ...string) string {
	return `{"format":1,"id":"f","title":` + both("F") + `,"pages":[` + strings.Join(list, ",") + `]}`
}

func page(id, more string, questions ...string) string {
	return fmt.Sprintf(`{"id":%q,"title":%s%s,"questions":[%s]}`, id, both("Pagina "+id), more, strings.Join(questions, ","))
}

func question(id, kind, more string) string {
	return fmt.Sprintf(`{"id":%q,"kind":%q,"label":%s%s}`, id, kind, both(id), more)
}

// schema is the published JSON Schema.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(form.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:voordeur:form:1", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:voordeur:form:1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fits(s *jsonschema.Schema, source []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestN36_EverySampleIsGoodAndFitsTheSchema(t *testing.T) {
	s, all := schema(t), form.Samples()
	if len(all) != 9 {
		t.Errorf("%d samples", len(all))
	}
	for name, source := range all {
		d := parsed(t, string(source))
		if d.ID != name {
			t.Errorf("%s calls itself %s", name, d.ID)
		}
		if err := fits(s, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestN36_ABadDefinitionIsRefusedWithPlaceAndReason(t *testing.T) {
	town := question("woonplaats", "text", "")
	repeated := `{"id":"kind","kind":"group","label":` + both("k") + `,"repeat":{"min":1,"max":3,"label":` + both("k") + `},"questions":[` + question("leeftijd", "number", "") + `]}`
	many := make([]string, form.MaxQuestions+1)
	for i := range many {
		many[i] = question(fmt.Sprintf("v%d", i), "text", "")
	}
	manyPages := make([]string, form.MaxPages+1)
	for i := range manyPages {
		manyPages[i] = page(fmt.Sprintf("p%d", i), "", question(fmt.Sprintf("v%d", i), "text", ""))
	}
	deep := strings.Repeat(`{"not":`, 100) + `{}` + strings.Repeat(`}`, 100)
	for _, c := range []struct{ name, source, want string }{
		{"no JSON", `{"format":1,` + "\n" + `"id":}`, "regel 2, teken 6: hier klopt de JSON niet."},
		{"something behind", one(town) + "x", "hier klopt de JSON niet."},
		{"too big", one(town) + strings.Repeat(" ", form.MaxBytes), "formulier: het bestand is groter dan 1 MB."},
		{"a list", `[]`, "formulier: „form” moet een object zijn."},
		{"another format", strings.Replace(one(town), `"format":1`, `"format":2`, 1), "formulier: „format” moet 1 zijn."},
		{"a key twice", strings.Replace(one(town), `"format":1`, `"format":1,"format":1`, 1), "„format” staat er twee keer."},
		{"too deep", one(question("a", "text", `,"show":`+deep)), "meer dan 40 lagen diep"},
		{"an unknown key", pages(page("p1", "", question("a", "text", "")), page("p2", "", question("b", "text", ""), question("c", "text", ""), question("woonplaats", "text", `,"hint":"x"`))), "pagina 2, vraag 3 (woonplaats): „hint” hoort hier niet."},
		{"a key of another kind", one(question("a", "date", `,"pattern":{}`)), "pagina 1, vraag 1 (a): „pattern” hoort hier niet."},
		{"a duplicate id", one(town, town), "pagina 1, vraag 2 (woonplaats): de naam „woonplaats” is al gebruikt."},
		{"a page twice", pages(page("p1", "", town), page("p1", "", question("b", "text", ""))), "pagina 2 (p1): de naam „p1” is al gebruikt."},
		{"an id with a dot", one(question("a.b", "text", "")), "„a.b” kan geen naam zijn"},
		{"no id", one(`{"kind":"text","label":` + both("x") + `}`), "pagina 1, vraag 1: „id” ontbreekt."},
		{"an unknown kind", one(question("a", "colour", "")), "er is geen soort vraag „colour”."},
		{"no pages", pages(), "formulier: er zijn geen pagina’s."},
		{"an empty page", one(), "pagina 1 (p1): deze pagina heeft geen vragen."},
		{"an empty group", one(`{"id":"g","kind":"group","label":` + both("g") + `,"questions":[]}`), "pagina 1, groep 1 (g): deze groep heeft geen vragen."},
		{"a group in a group", one(`{"id":"g","kind":"group","label":` + both("g") + `,"questions":[` + repeated + `]}`), "een groep kan niet in een andere groep staan."},
		{"501 questions", one(many...), "formulier: er zijn meer dan 500 vragen."},
		{"101 pages", pages(manyPages...), "formulier: er zijn meer dan 100 pagina’s."},
		{"a language is missing", strings.Replace(one(town), `"en":"woonplaats"`, `"en":" "`, 1), "„label” heeft geen tekst in de taal „en”."},
		{"a language too many", strings.Replace(one(town), `"en":"woonplaats"`, `"en":"w","de":"W"`, 1), "„de” hoort hier niet."},
		{"an unknown question", one(question("a", "text", `,"show":{"answer":"b","answered":true}`)), "pagina 1, vraag 1 (a): er is geen vraag „b”."},
		{"a later question", one(question("a", "text", `,"show":{"answer":"b","is":"x"}`), question("b", "text", "")), "pagina 1, vraag 1 (a): „b” wordt pas later gevraagd."},
		{"a later page", pages(page("p1", `,"show":{"answer":"b","is":"x"}`, town), page("p2", "", question("b", "text", ""))), "pagina 1 (p1): „b” wordt pas later gevraagd."},
		{"a circle of two", one(question("a", "text", `,"show":{"answer":"b","is":"x"}`), question("b", "text", `,"show":{"answer":"a","is":"x"}`)), "kring: b → a → b."},
		{"a circle of one", one(question("a", "text", `,"show":{"answer":"a","is":"x"}`)), "kring: a → a."},
		{"a circle by a page", one(question("a", "yesno", ""), question("c", "computed", `,"value":{"sum":[{"answer":"d"}]}`), question("d", "computed", `,"value":{"if":{"answer":"c","more":1},"then":1,"else":2}`)), "kring: d → c → d."},
		{"an answer in a repeat from outside", one(repeated, question("a", "text", `,"show":{"answer":"leeftijd","more":3}`)), "„leeftijd” staat in een groep die zich herhaalt"},
		{"a total of what does not repeat", one(question("a", "number", ""), question("c", "computed", `,"value":{"total":"a"}`)), "„a” staat niet in een groep die zich herhaalt"},
		{"a sum of texts", one(town, question("c", "computed", `,"value":{"answer":"woonplaats"}`)), "het antwoord op „woonplaats” is geen getal."},
		{"no calculation", one(question("c", "computed", `,"value":{}`)), "dit is geen berekening."},
		{"a comparison that does not fit", one(town, question("a", "text", `,"show":{"answer":"woonplaats","more":3}`)), "more kan niet bij het antwoord op „woonplaats”."},
		{"a value that does not fit", one(question("j", "yesno", ""), question("a", "text", `,"show":{"answer":"j","is":"ja"}`)), "met is kan het antwoord op „j” niet worden vergeleken"},
		{"two comparisons", one(question("n", "number", ""), question("a", "text", `,"show":{"answer":"n","more":1,"less":3}`)), "op twee manieren vergeleken"},
		{"no comparison", one(question("n", "number", ""), question("a", "text", `,"show":{"answer":"n"}`)), "niet hoe het antwoord wordt vergeleken"},
		{"no parts", one(question("a", "text", `,"show":{"all":[]}`)), "„all” is leeg."},
		{"a pattern that does not compile", one(question("a", "text", `,"pattern":{"regexp":"(","words":`+both("x")+`}`)), "het patroon is niet te gebruiken."},
		{"a pattern that looks behind", one(question("a", "text", `,"pattern":{"regexp":"(?<=a)b","words":`+both("x")+`}`)), "het patroon is niet te gebruiken."},
		{"a pattern without words", one(question("a", "text", `,"pattern":{"regexp":"a"}`)), "„words” ontbreekt."},
		{"one option", one(question("a", "choice", `,"options":[{"value":"x","label":`+both("x")+`}]`)), "er moeten 2 tot en met 100 keuzes zijn."},
		{"an option twice", one(question("a", "choice", `,"options":[{"value":"x","label":`+both("x")+`},{"value":"x","label":`+both("x")+`}]`)), "de keuze „x” staat er twee keer."},
		{"minimum over maximum", one(question("a", "number", `,"min":3,"max":2`)), "het minimum is groter dan het maximum."},
		{"a maximum that is a word", one(question("a", "amount", `,"max":"veel"`)), "„max” moet een getal zijn"},
		{"a day that is none", one(question("a", "date", `,"min":"gisteren"`)), "„min” moet een dag zijn"},
		{"three decimals", one(question("a", "number", `,"decimals":3`)), "0, 1, 2 of 4 cijfers"},
		{"a length that is too great", one(question("a", "text", `,"max":201`)), "„max” moet een heel getal zijn van 1 tot en met 200."},
		{"a source that does not fit", one(question("a", "date", `,"prefill":["client.email"]`)), "„client.email” past niet bij deze vraag."},
		{"a declaration that makes itself", one(question("a", "declaration", `,"prefill":["earlier"]`)), "„earlier” past niet bij deze vraag."},
		{"a repeat without end", one(strings.Replace(repeated, `"max":3`, `"max":51`, 1)), "„max” moet een heel getal zijn van 1 tot en met 50."},
		{"an end without a reason", pages(page("p1", `,"end":{"text":`+both("x")+`}`, town)), "„when” ontbreekt."},
	} {
		_, err := form.Parse([]byte(c.source))
		refused, ok := errors.AsType[form.Refused](err)
		if !ok {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var said []string
		for _, p := range refused {
			said = append(said, p.Words(i18n.For(i18n.NL, nil)))
		}
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
	}
}

func TestN36_TheSchemaRefusesWhatParseRefusesByItsShape(t *testing.T) {
	s := schema(t)
	for _, source := range []string{
		`[]`, pages(), one(), one(question("a", "colour", "")), one(question("a", "text", `,"hint":"x"`)), one(question("a.b", "text", "")),
		one(question("a", "date", `,"min":"gisteren"`)), one(question("a", "number", `,"decimals":3`)), one(question("a", "text", `,"show":{"answer":"n","more":1,"less":3}`)),
	} {
		if fits(s, []byte(source)) == nil {
			t.Errorf("fits: %s", source)
		}
	}
}

func TestN38_AnswersOfEveryKind(t *testing.T) {
	options := `,"options":[{"value":"rood","label":` + both("r") + `},{"value":"groen","label":` + both("g") + `},{"value":"geel","label":` + both("y") + `}]`
	long := strings.Repeat("é", 100_000)
	for _, c := range []struct{ kind, more, typed, want, wrong string }{
		{"text", "", "  Jan   Jansen ", "Jan Jansen", ""},
		{"text", "", "", "", "field.required"},
		{"text", `,"min":3`, "ab", "", "form.wrong.short"},
		{"text", `,"max":3`, "abcd", "", "field.too_long"},
		{"text", "", long, "", "field.too_long"},
		{"text", "", "a\x00b", "", "form.wrong.text"},
		{"text", "", "a\xffb", "", "form.wrong.text"},
		{"text", `,"pattern":{"regexp":"[0-9]+|x","words":` + both("w") + `}`, "12x", "", "form.wrong.pattern"},
		{"longtext", "", "een\r\ntwee ", "een\ntwee", ""},
		{"longtext", "", long, "", "field.too_long"},
		{"number", "", "12", "12", ""},
		{"number", "", "1.234", "1234", ""},
		{"number", "", "1,5", "", "form.wrong.decimals"},
		{"number", `,"decimals":1`, "1,5", "1.5", ""},
		{"number", `,"decimals":4`, "3,875", "3.8750", ""},
		{"number", "", "-1", "", "form.wrong.low"},
		{"number", `,"min":-5`, "-5", "-5", ""},
		{"number", `,"max":10`, "11", "", "form.wrong.high"},
		{"number", "", "twaalf", "", "form.wrong.number"},
		{"number", "", "1e9", "", "form.wrong.number"},
		{"number", "", strings.Repeat("9", 190), "", "form.wrong.number"},
		{"amount", "", "€ 1.234,56", "1234.56", ""},
		{"amount", "", "1,234.56", "1234.56", ""},
		{"amount", "", "1234.5", "1234.50", ""},
		{"amount", "", "100,-", "100.00", ""},
		{"amount", "", "1.234", "1234.00", ""},
		{"amount", "", "0,001", "", "form.wrong.decimals"},
		{"amount", "", "1.2.3", "", "form.wrong.amount"},
		{"date", "", "2026-12-31", "2026-12-31", ""},
		{"date", "", "3-1-2026", "2026-01-03", ""},
		{"date", "", "31-02-2026", "", "form.wrong.date"},
		{"date", "", "kat.jpg", "", "form.wrong.date"},
		{"date", `,"min":"today"`, "2-12-2026", "", "form.wrong.early"},
		{"date", `,"max":"today-18y"`, "03-12-2008", "2008-12-03", ""},
		{"date", `,"max":"today-18y"`, "04-12-2008", "", "form.wrong.late"},
		{"yesno", "", "yes", "yes", ""},
		{"yesno", "", "", "", "field.choose"},
		{"yesno", "", "perhaps", "", "form.wrong.yesno"},
		{"choice", options, "rood", "rood", ""},
		{"choice", options, "blauw", "", "form.wrong.choice"},
		{"choices", options, "geel|rood|geel", "rood|geel", ""},
		{"choices", options + `,"max":1`, "geel|rood", "", "form.wrong.many"},
		{"choices", options + `,"min":2`, "geel", "", "form.wrong.few"},
		{"choices", options, "geel|paars", "", "form.wrong.choice"},
		{"choices", options, "", "", "field.choose"},
		{"email", "", "jan@voorbeeld.nl", "jan@voorbeeld.nl", ""},
		{"email", "", "jan@localhost", "", "form.wrong.email"},
		{"email", "", "Jan <jan@voorbeeld.nl>", "", "form.wrong.email"},
		{"phone", "", "06 - 12 34 56 78", "+31612345678", ""},
		{"phone", "", "+31 (0)20 123 45 67", "+31201234567", ""},
		{"phone", "", "0032 470 12 34 56", "+32470123456", ""},
		{"phone", "", "06 1234567", "", "form.wrong.phone"},
		{"phone", "", "12345678", "", "form.wrong.phone"},
		{"bsn", "", "1112.22.333", "111222333", ""},
		{"bsn", "", "123456789", "", "form.wrong.bsn"},
		{"bsn", "", "000000000", "", "form.wrong.bsn"},
		{"rsin", "", "123456782", "123456782", ""},
		{"kvk", "", "12345678", "12345678", ""},
		{"kvk", "", "1234567", "", "form.wrong.kvk"},
		{"iban", "", "nl91 abna 0417 1643 00", "NL91ABNA0417164300", ""},
		{"iban", "", "NL91ABNA0417164301", "", "form.wrong.iban"},
		{"iban", "", "NL91ABNA041716430", "", "form.wrong.iban"},
		{"iban", "", "é", "", "form.wrong.iban"},
		{"country", "", "BE", "BE", ""},
		{"country", "", "XX", "", "form.wrong.country"},
		{"file", "", "f_1|f_2", "", "form.wrong.many"},
		{"file", `,"max":2`, "f_1|f_2", "f_1|f_2", ""},
		{"file", "", "../etc", "", "form.wrong.file"},
		{"declaration", "", "yes", "yes", ""},
		{"declaration", "", "", "", "form.wrong.declaration"},
	} {
		d := parsed(t, one(question("a", c.kind, `,"required":true`+c.more)))
		var typed []string
		if c.typed != "" {
			typed = strings.Split(c.typed, "|")
		}
		got, wrong := saved(d, nil, "p1", form.Answers{"a": typed})
		if join(got["a"]) != c.want || wrong["a"] != c.wrong {
			t.Errorf("%s %.40q: %q, %v; want %q, %q", c.kind, c.typed, got["a"], wrong, c.want, c.wrong)
		}
		if again, wrong := saved(d, nil, "p1", got); c.wrong == "" && (len(wrong) > 0 || !slices.Equal(again["a"], got["a"])) {
			t.Errorf("%s %q reads again as %q, %v", c.kind, c.want, again["a"], wrong)
		}
	}
}

func join(v []string) string { return strings.Join(v, "|") }

// saved saves a page and returns what is kept and what is wrong, by field.
func saved(d *form.Definition, s form.Saved, page string, a form.Answers) (form.Answers, map[string]string) {
	f, err := d.Save(s, page, a, today)
	wrong := map[string]string{}
	for _, x := range errs.FieldsOf(err) {
		wrong[x.Name] = x.Key
	}
	if f == nil {
		return nil, map[string]string{"": err.Error()}
	}
	return f.Answers, wrong
}

func TestN38_AnswersOfSeveralFields(t *testing.T) {
	for _, c := range []struct{ kind, typed, want, wrong string }{
		{"period", "from=1-12-2026 to=2026-12-24", "from=2026-12-01 to=2026-12-24", ""},
		{"period", "from=2-12-2026 to=1-12-2026", "", "to=form.wrong.period"},
		{"period", "from=2-12-2026", "", "to=field.required"},
		{"period", "", "", "from=field.required"},
		{"postcode", "postcode=1234ab number=12 addition=A", "addition=A number=12 postcode=1234_AB", ""},
		{"postcode", "postcode=0234ab number=12a", "", "number=form.wrong.house_number postcode=form.wrong.postcode"},
		{"address", "street=Dam number=1 postcode=1012js city=Amsterdam", "city=Amsterdam country=NL number=1 postcode=1012_JS street=Dam", ""},
		{"address", "street=Markt city=Brugge country=BE", "city=Brugge country=BE street=Markt", ""},
		{"address", "street=Dam country=NL", "", "city=field.required number=field.required postcode=field.required"},
		{"address", "country=BE", "", "street=field.required"},
		{"address", "street=Dam city=A country=XX", "", "country=form.wrong.country"},
		{"person", "first=Jan prefix=de last=Vries", "first=Jan last=Vries prefix=de", ""},
		{"person", "first=Jan", "", "last=field.required"},
	} {
		d := parsed(t, one(question("a", c.kind, `,"required":true`)))
		typed := form.Answers{}
		for _, f := range strings.Fields(c.typed) {
			part, v, _ := strings.Cut(f, "=")
			typed["a."+part] = []string{v}
		}
		kept, wrong := saved(d, nil, "p1", typed)
		var got, bad []string
		for _, name := range slices.Sorted(maps.Keys(kept)) {
			got = append(got, strings.TrimPrefix(name, "a.")+"="+strings.ReplaceAll(kept.First(name), " ", "_"))
		}
		for _, name := range slices.Sorted(maps.Keys(wrong)) {
			bad = append(bad, strings.TrimPrefix(name, "a.")+"="+wrong[name])
		}
		if strings.Join(got, " ") != c.want || strings.Join(bad, " ") != c.wrong {
			t.Errorf("%s %q: %q, %q", c.kind, c.typed, got, bad)
		}
	}
}

// house is a form with a page that may be skipped, a group that repeats, a sum and an end.
func house(t *testing.T) *form.Definition {
	t.Helper()
	return parsed(t, pages(
		page("wie", "", question("naam", "text", `,"required":true`), question("kinderen", "yesno", `,"required":true`)),
		page("kind", `,"show":{"answer":"kinderen","is":"yes"}`,
			`{"id":"kinders","kind":"group","label":`+both("k")+`,"repeat":{"min":1,"max":3,"label":`+both("Kind")+`},"questions":[`+
				question("kindnaam", "text", `,"required":true`)+","+question("zakgeld", "amount", "")+","+question("school", "text", `,"show":{"answer":"zakgeld","more":"5.00"},"required":true`)+`]}`,
			question("samen", "computed", `,"format":"amount","value":{"total":"zakgeld"}`)),
		page("klaar", `,"end":{"when":{"answer":"stop","is":"yes"},"text":`+both("Dit was het.")+`}`, question("stop", "yesno", `,"required":true`)),
		page("laatste", "", question("slot", "text", `,"required":{"answer":"naam","is":"Jan"}`)),
	))
}

func TestN37_TheNextPageFollowsFromTheAnswers(t *testing.T) {
	d, s := house(t), form.Saved{}
	next := func(want string) {
		t.Helper()
		state, got := d.Fold(s, today), ""
		if state.Next != nil {
			got = state.Next.ID
		}
		if got != want || state.Complete() != (want == "") {
			t.Errorf("next is %q, want %q", got, want)
		}
	}
	save := func(page string, a form.Answers) {
		t.Helper()
		f, err := d.Save(s, page, a, today)
		must(t, err)
		s[page] = f.Answers
	}
	next("wie")
	save("wie", form.Answers{"naam": {"Jan"}, "kinderen": {"yes"}, "zakgeld": {"3"}})
	next("kind")
	save("kind", form.Answers{"kinders": {"2"}, "kinders.1.kindnaam": {"A"}, "kinders.1.zakgeld": {"2,50"}, "kinders.2.kindnaam": {"B"}, "kinders.2.zakgeld": {"7"}, "kinders.2.school": {"S"}, "kinders.3.kindnaam": {"C"}})
	next("klaar")
	if got := d.Fold(s, today).Answers.First("samen"); got != "9.50" {
		t.Errorf("together %q", got)
	}
	save("klaar", form.Answers{"stop": {"no"}})
	next("laatste")
	if _, wrong := saved(d, s, "laatste", form.Answers{}); wrong["slot"] != "field.required" {
		t.Errorf("Jan may leave it empty: %v", wrong)
	}
	save("laatste", form.Answers{"slot": {"x"}})
	next("")

	save("wie", form.Answers{"naam": {"Piet"}, "kinderen": {"no"}})
	next("")
	if a := d.Fold(s, today).Answers; a.First("samen") != "" || a.First("kinders.1.kindnaam") != "" {
		t.Errorf("answers of a page that is skipped count: %v", a)
	}
	save("klaar", form.Answers{"stop": {"yes"}})
	state := d.Fold(s, today)
	if !state.Complete() || state.EndText.In(i18n.NL) != "Dit was het." || state.Answers.First("slot") != "" {
		t.Errorf("ended: %v, %v", state.EndText, state.Answers)
	}
}

func TestN38_AnswersToHiddenQuestionsAreDropped(t *testing.T) {
	d := house(t)
	s := form.Saved{"wie": {"naam": {"Jan"}, "kinderen": {"yes"}}}
	kept, wrong := saved(d, s, "kind", form.Answers{"kinders.1.kindnaam": {"A"}, "kinders.1.school": {"hidden"}, "samen": {"1000000"}, "other": {"x"}})
	if len(wrong) > 0 || len(kept) != 2 || kept.First("kinders.1.kindnaam") != "A" || kept.First("kinders") != "1" {
		t.Errorf("kept %v, wrong %v", kept, wrong)
	}
	if _, wrong := saved(d, s, "kind", form.Answers{"kinders": {"4"}}); wrong["kinders"] != "form.wrong.repeats" {
		t.Errorf("four children: %v", wrong)
	}
	if _, wrong := saved(d, s, "kind", form.Answers{"kinders": {"1e9"}}); wrong["kinders"] != "form.wrong.repeats" {
		t.Errorf("very many children: %v", wrong)
	}
	if _, wrong := saved(d, s, "kind", form.Answers{"kinders.1.kindnaam": {"A"}, "kinders.1.zakgeld": {"10"}}); wrong["kinders.1.school"] != "field.required" {
		t.Errorf("a question that follows from the same page: %v", wrong)
	}
}

func TestN37_APageOutOfOrderGetsAClearAnswer(t *testing.T) {
	d := house(t)
	for _, c := range []struct {
		saved form.Saved
		page  string
		kind  errs.Kind
		key   string
	}{
		{nil, "laatste", errs.Conflict, "form.page.order"},
		{form.Saved{"wie": {"naam": {"Jan"}, "kinderen": {"no"}}}, "kind", errs.Conflict, "form.page.not_asked"},
		{form.Saved{"wie": {"naam": {"Jan"}, "kinderen": {"no"}}}, "laatste", errs.Conflict, "form.page.order"},
		{form.Saved{"wie": {"naam": {"Jan"}, "kinderen": {"no"}}, "klaar": {"stop": {"yes"}}}, "laatste", errs.Conflict, "form.page.not_asked"},
		{nil, "elders", errs.NotFound, ""},
	} {
		_, err := d.Save(c.saved, c.page, form.Answers{"slot": {"x"}}, today)
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Kind != c.kind || e.Key != c.key {
			t.Errorf("%s: %v", c.page, err)
		}
	}
}

func TestN39_TheSummarySaysWhatWasAnswered(t *testing.T) {
	d := house(t)
	s := form.Saved{
		"wie":  {"naam": {"Jan"}, "kinderen": {"yes"}},
		"kind": {"kinders": {"2"}, "kinders.1.kindnaam": {"A"}, "kinders.1.zakgeld": {"2.50"}, "kinders.2.kindnaam": {"B"}, "kinders.2.zakgeld": {"1200.00"}, "kinders.2.school": {"S"}},
	}
	s["klaar"] = form.Answers{"stop": {"yes"}}
	var got []string
	for _, section := range d.Fold(s, today).Summary(i18n.For(i18n.NL, nil)) {
		got = append(got, section.Title)
		for _, b := range section.Blocks {
			got = append(got, "["+b.Heading+"]")
			for _, l := range b.Lines {
				got = append(got, l.Label+"="+l.Value)
			}
		}
	}
	want := "Pagina wie|[]|naam=Jan|kinderen=Ja|Pagina kind|[Kind 1]|kindnaam=A|zakgeld=€ 2,50|[Kind 2]|kindnaam=B|zakgeld=€ 1.200,00|school=S|[]|samen=€ 1.202,50|Pagina klaar|[]|stop=Ja"
	if join(got) != want {
		t.Errorf("%s\nwant %s", join(got), want)
	}
}

func TestN39_AnswersInWords(t *testing.T) {
	options := `,"options":[{"value":"a","label":{"nl":"Een","en":"One"}},{"value":"b","label":{"nl":"Twee","en":"Two"}}]`
	a := form.Answers{
		"x": {"1234.5"}, "x.from": {"2026-12-01"}, "x.to": {"2026-12-24"}, "x.first": {"Jan"}, "x.prefix": {"de"}, "x.last": {"Vries"},
		"x.street": {"Markt"}, "x.number": {"1"}, "x.postcode": {"8000"}, "x.city": {"Brugge"}, "x.country": {"BE"},
	}
	for _, c := range []struct{ kind, more, answer, nl, en string }{
		{"number", `,"decimals":2`, "1234.50", "1.234,5", "1,234.5"},
		{"amount", "", "1234567.80", "€ 1.234.567,80", "€ 1,234,567.80"},
		{"date", "", "2026-12-03", "03-12-2026", "03-12-2026"},
		{"period", "", "", "van 01-12-2026 tot en met 24-12-2026", "from 01-12-2026 to 24-12-2026"},
		{"person", "", "", "Jan de Vries", "Jan de Vries"},
		{"address", "", "", "Markt 1, 8000 Brugge, België", "Markt 1, 8000 Brugge, Belgium"},
		{"postcode", "", "", "1, 8000", "1, 8000"},
		{"choice", options, "a", "Een", "One"},
		{"choices", options, "a|b", "Een, Twee", "One, Two"},
		{"yesno", "", "no", "Nee", "No"},
		{"country", "", "DE", "Duitsland", "Germany"},
		{"iban", "", "NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 00"},
		{"text", "", "", "", ""},
	} {
		q := parsed(t, one(question("x", c.kind, c.more))).Question("x")
		if a["x"] = nil; c.answer != "" {
			a["x"] = strings.Split(c.answer, "|")
		}
		for l, want := range map[i18n.Lang]string{i18n.NL: c.nl, i18n.EN: c.en} {
			if got := q.Words(a, "x", i18n.For(l, nil)); got != want {
				t.Errorf("%s in %s: %q, want %q", c.kind, l, got, want)
			}
		}
	}
}

func TestN36_WhatIsKnownIsOffered(t *testing.T) {
	d := parsed(t, one(question("mail", "email", `,"prefill":["client.email","earlier"]`), question("woon", "address", `,"prefill":["client.address","earlier.adres"]`), question("los", "text", "")))
	from := form.Sources{
		Client:  form.Answers{"email": {"no address"}, "address.street": {"Dam"}, "address.number": {"1"}, "address.postcode": {"1012JS"}, "address.city": {"Amsterdam"}},
		Earlier: form.Answers{"mail": {"jan@voorbeeld.nl"}, "adres.street": {"Markt"}, "adres.city": {"Brugge"}, "adres.country": {"BE"}, "los": {"x"}},
	}
	state := d.Fold(nil, today)
	fields := state.Filled("p1").Parts[0].Repeats[0]
	if o := state.Offers(fields[0], from); len(o) != 1 || o[0].Source != "earlier" || o[0].Answers.First("mail") != "jan@voorbeeld.nl" {
		t.Errorf("mail: %v", o)
	}
	if o := state.Offers(fields[1], from); len(o) != 2 || o[0].Answers.First("woon.postcode") != "1012 JS" || o[1].Answers.First("woon.country") != "BE" {
		t.Errorf("address: %v", o)
	}
	if o := state.Offers(fields[2], from); len(o) != 0 {
		t.Errorf("who asks for nothing gets nothing: %v", o)
	}
}

func TestN36_CountriesComeByName(t *testing.T) {
	list := form.Countries(i18n.NL)
	if list[0].Value != "NL" || list[1].Label[i18n.NL] != "Afghanistan" || len(list) != 249 {
		t.Errorf("%d: %v", len(list), list[:3])
	}
}

// What a script asks the server about is what the page itself depends on, and nothing of other pages.
func TestDecidesAreTheQuestionsThatThePageDependsOn(t *testing.T) {
	d := parsed(t, `{"format": 1, "id": "f", "title": {"nl": "F", "en": "F"}, "pages": [
		{"id": "een", "title": {"nl": "Een", "en": "One"}, "questions": [
			{"id": "ver", "kind": "yesno", "label": {"nl": "Ver", "en": "Far"}},
			{"id": "los", "kind": "yesno", "label": {"nl": "Los", "en": "Loose"}}]},
		{"id": "twee", "title": {"nl": "Twee", "en": "Two"}, "show": {"answer": "los", "is": "yes"}, "questions": [
			{"id": "a", "kind": "yesno", "label": {"nl": "A", "en": "A"}},
			{"id": "b", "kind": "number", "label": {"nl": "B", "en": "B"}, "show": {"all": [{"answer": "a", "is": "yes"}, {"answer": "ver", "is": "yes"}]}},
			{"id": "c", "kind": "text", "label": {"nl": "C", "en": "C"}},
			{"id": "d", "kind": "text", "label": {"nl": "D", "en": "D"}, "required": {"answer": "c", "answered": true}},
			{"id": "e", "kind": "computed", "format": "number", "label": {"nl": "E", "en": "E"}, "value": {"sum": [{"answer": "b"}, 1]}}]}]}`)
	for page, want := range map[string][]string{"een": nil, "twee": {"a", "b", "c"}} {
		if got := d.Page(page).Decides(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", page, got)
		}
	}
}
