package server_test

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/form"
)

const designer = "/settings/questionnaires"

// drafting is an administrator who makes a form.
type drafting struct {
	*house
	*visitor
	at string // the address of the draft
}

// drafts begins a form with a title.
func (h *house) drafts(title string) *drafting {
	h.t.Helper()
	d := &drafting{house: h, visitor: h.staff("beheer@delinde.example")}
	a := d.post(designer+"/new", "once", "begin-"+title, "title_nl", title)
	if a.status != 303 {
		h.t.Fatalf("beginning: %d %s", a.status, words(a.body))
	}
	d.at = a.header.Get("Location")
	return d
}

// does posts a form of the draft as its page has it, with fields in pairs.
func (d *drafting) does(path string, fields ...string) answer {
	d.house.t.Helper()
	body := d.get(d.at).body
	from := strings.TrimSuffix(path, "/act")
	if path != "/publish" && path != "/discard" {
		kind := ""
		for i := 0; i+1 < len(fields); i += 2 {
			if fields[i] == "kind" || fields[i] == "question" && fields[i+1] != "" {
				kind = "?" + fields[i] + "=" + fields[i+1]
			}
		}
		body = d.get(d.at + from + kind).body
	}
	pairs := []string{"once", first(onceField, body), "version", first(versionField, body)}
	if path == "/publish" { // what is not finished has no button
		pairs = append(pairs, "number", cmp.Or(first(numberField, body), "0"))
	}
	return d.post(d.at+path, append(pairs, fields...)...)
}

// done is does for what must succeed.
func (d *drafting) done(path string, fields ...string) string {
	d.house.t.Helper()
	a := d.does(path, fields...)
	if a.status != 303 {
		d.house.t.Fatalf("%s: %d %s", path, a.status, words(a.body))
	}
	return a.header.Get("Location")
}

var numberField = regexp.MustCompile(`name="number" value="([^"]*)"`)

// form is the newest version of a form as it is kept, "" for none.
func (h *house) form(name string) string {
	h.t.Helper()
	list, err := db.All(context.Background(), h.DB, db.Value[string], `select source from form where tenant_id = 'notaris' and name = $1 order by number desc limit 1`, name)
	must(h.t, err)
	return strings.Join(list, "")
}

// journalled is how often the journal has an event.
func (h *house) journalled(event string) int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = $1`, event)
	must(h.t, err)
	return n
}

func TestN36_AnAdministratorMakesAFormInSteps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Vragen over de hond")
		if a := d.does("/publish"); a.status != 422 || !strings.Contains(a.body, "nog geen pagina") {
			t.Errorf("an empty form is published: %d", a.status)
		}
		if to := d.done("/add-page", "title_nl", "Uw hond", "title_en", "Your dog"); !strings.HasSuffix(to, "/pages/uw_hond/add") {
			t.Errorf("after a page: %s", to)
		}
		if !strings.Contains(d.get(d.at).body, "heeft nog geen vragen") {
			t.Error("a page without questions is not told")
		}
		d.done("/pages/uw_hond/question", "kind", "yesno", "label_nl", "Heeft u een hond?", "label_en", "Do you have a dog?", "required", "yes")
		d.done("/pages/uw_hond/question", "kind", "choice", "label_nl", "Wat voor hond?", "required", "no", "options_nl", "Een teckel\nEen poedel\n")
		d.done("/pages/uw_hond/question", "kind", "date", "label_nl", "Geboren", "max", "vandaag - 1 jaar")
		d.done("/pages/uw_hond/question", "kind", "group", "label_nl", "Vorige honden", "repeats", "on", "one_nl", "Hond", "max", "5")
		d.done("/pages/uw_hond/question", "kind", "amount", "label_nl", "Kosten", "group", "vorige_honden", "min", "0,50")
		d.done("/pages/uw_hond/question", "kind", "computed", "label_nl", "Samen", "how", "total", "of1", "kosten", "format", "amount")
		p := words(d.get(d.at).body)
		for _, want := range []string{"Heeft u een hond? Ja of nee · verplicht", "Wat voor hond? Eén keuze · niet verplicht", "Vorige honden Groep vragen · herhaalt zich", "Berekent: het totaal van „Kosten”."} {
			if !strings.Contains(p, want) {
				t.Errorf("the overview lacks %q: %s", want, p)
			}
		}
		if n := strings.Count(p, "krijgt deze vraag nu in het Nederlands"); n != 2 || strings.Contains(p, "moeilijk woord") {
			t.Errorf("%d questions without English, and plain words: %s", n, p)
		}
		d.done("/questions/geboren", "label_nl", "Geboren", "help_nl", "Middels deze vraag wordt de leeftijd bepaald.", "max", "vandaag - 1 jaar")
		if b := d.get(d.at).body; !strings.Contains(words(b), "Een moeilijk woord: „middels”. Makkelijker is „met”.") || !strings.Contains(words(b), "de lijdende vorm met „bepaald”") || !strings.Contains(b, d.at+`/questions/geboren"`) {
			t.Errorf("the remarks: %s", words(b))
		}
		d.done("/questions/wat_voor_hond", "label_nl", "Welke hond?", "required", "no", "options_nl", "Een teckel\nEen koningspoedel\n")
		d.done("/questions/geboren/act", "do", "up")
		d.done("/questions/kosten/act", "do", "copy")
		d.done("/questions/kosten_2/act", "do", "remove")
		if f := h.form("vragen_over_de_hond"); f != "" {
			t.Error("clients have the form before it is published")
		}
		d.done("/publish")
		def, err := form.Parse([]byte(h.form("vragen_over_de_hond")))
		must(t, err)
		q := def.Question("wat_voor_hond")
		if q.Label.In("nl") != "Welke hond?" || q.Options[1].Value != "een_poedel" || q.Options[1].Label.In("nl") != "Een koningspoedel" || def.Pages[0].Parts[0].Questions[1].ID != "geboren" {
			t.Error("the form is another than was made")
		}
		if a := d.get(d.at); a.status != 404 {
			t.Errorf("the draft is still there: %d", a.status)
		}
		if h.journalled("questionnaire.form_drafted") != 13 || h.journalled("questionnaire.draft_ended") != 1 {
			t.Errorf("the journal has %d changes", h.journalled("questionnaire.form_drafted"))
		}
	})
}

// A form in use is changed by way of a draft; what is being filled in keeps its version.
func TestN37_PublishingADraftLeavesAStartedQuestionnaireAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, v := h.bureau(), h.client(wit)
		at := b.asks("2026-01482", "")
		if a := v.page(at, "wie", "a.naam", "Carla", "a.kinderen", "no"); a.status != 303 {
			t.Fatalf("the first page: %d", a.status)
		}
		list := b.admin.get(designer).body
		id := between(between(list, "Vragen over de koop", "</form>"), `name="form" value="`, `"`)
		d := &drafting{house: h, visitor: b.admin}
		d.at = b.admin.post(designer+"/edit", "once", "edit", "form", id).header.Get("Location")
		if again := b.admin.post(designer+"/edit", "once", "edit2", "form", id).header.Get("Location"); again != d.at {
			t.Errorf("a second draft of the same form: %s", again)
		}
		if !strings.Contains(d.get(d.at).body, "gelijk aan versie") {
			t.Error("the draft does not say that nothing changed")
		}
		d.done("/questions/paspoort/act", "do", "remove")
		if !strings.Contains(d.get(d.at).body, "Vraag weg: Paspoort") {
			t.Error("the difference is not told")
		}
		d.done("/publish")
		if strings.Contains(h.form("koop"), "paspoort") {
			t.Error("the new version has what was removed")
		}
		if p := v.get(at).body; !strings.Contains(p, "Paspoort") {
			t.Error("what was begun has lost its question")
		}
	})
}

func TestN36_TwoAdministratorsAtOnceLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Samen")
		d.done("/add-page", "title_nl", "Eerste")
		d.done("/pages/eerste/question", "kind", "text", "label_nl", "Naam")
		sheet := d.at + "/questions/naam"
		old := d.get(sheet).body
		d.done("/questions/naam", "label_nl", "Hoe heet u?")
		a := d.post(sheet, "once", first(onceField, old), "version", first(versionField, old), "label_nl", "Wat is uw naam?", "help_nl", "Zoals in uw paspoort.")
		if a.status != 409 || !strings.Contains(a.body, "Hoe heet u?") || !strings.Contains(a.body, "Wat is uw naam?") || !strings.Contains(a.body, "Zoals in uw paspoort.") {
			t.Fatalf("the second one: %d %s", a.status, words(a.body))
		}
		if a := d.post(sheet, "once", first(onceField, a.body), "version", first(versionField, a.body), "label_nl", "Wat is uw naam?"); a.status != 303 {
			t.Errorf("who saves again: %d", a.status)
		}
		// Of two clicks the second changes nothing, and says nothing of a colleague.
		page := d.get(d.at + "/add-page").body
		for range 2 {
			if a := d.post(d.at+"/add-page", "once", first(onceField, page), "version", first(versionField, page), "title_nl", "Tweede"); a.status != 303 || !strings.HasSuffix(a.header.Get("Location"), "/pages/tweede/add") {
				t.Errorf("two clicks: %d", a.status)
			}
		}
		if n := strings.Count(d.get(d.at).body, `id="page-tweede`); n != 1 {
			t.Errorf("two clicks made %d pages", n)
		}
		// What a colleague took away is still there as it was typed.
		d.done("/questions/naam/act", "do", "remove")
		a = d.post(sheet, "once", "gone", "version", first(versionField, old), "label_nl", "Mijn lange vraag")
		if a.status != 409 || !strings.Contains(a.body, "Mijn lange vraag") {
			t.Errorf("a question that is gone: %d", a.status)
		}
		if a := d.post(d.at+"/publish", "once", "late", "version", first(versionField, old), "number", "0"); a.status != 409 {
			t.Errorf("publishing what was seen before: %d", a.status)
		}
		if a := d.post(d.at+"/discard", "once", "late2", "version", first(versionField, old)); a.status != 409 {
			t.Errorf("throwing away what was seen before: %d", a.status)
		}
	})
}

func TestN36_ABadDesignGetsAClearAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Slecht")
		d.done("/add-page", "title_nl", "Pagina")
		long := strings.Repeat("é", 100_000)
		for name, try := range map[string]struct {
			fields []string
			want   string
		}{
			"no label":         {[]string{"kind", "text", "help_nl", "Hulp staat er nog"}, "Hulp staat er nog"},
			"a label too long": {[]string{"kind", "text", "label_nl", long}, "langer dan"},
			"one choice":       {[]string{"kind", "choice", "label_nl", "Kies", "options_nl", "Een"}, "minstens twee keuzes"},
			"other English":    {[]string{"kind", "choice", "label_nl", "Kies", "options_nl", "Een\nTwee", "options_en", "One"}, "2 keuzes en in het Engels 1"},
			"no number":        {[]string{"kind", "number", "label_nl", "Hoeveel", "min", "veel"}, "Vul een getal in."},
			"no day":           {[]string{"kind", "date", "label_nl", "Wanneer", "min", "morgen"}, "Vul een datum in"},
			"bounds crossed":   {[]string{"kind", "number", "label_nl", "Hoeveel", "min", "5", "max", "2"}, "minimum is groter"},
			"too many letters": {[]string{"kind", "text", "label_nl", "Naam", "max", "999"}, "heel getal zijn van 1 tot en met 200"},
			"a bad pattern":    {[]string{"kind", "text", "label_nl", "Naam", "regexp", "(", "words_nl", "Fout"}, "patroon is niet te gebruiken"},
			"nothing to add":   {[]string{"kind", "computed", "label_nl", "Som", "how", "sum"}, "Kies waarmee"},
			"unknown question": {[]string{"kind", "computed", "label_nl", "Som", "how", "sum", "of1", "nergens"}, "er is geen vraag „nergens”"},
		} {
			a := d.does("/pages/pagina/question", try.fields...)
			if a.status != 422 || !strings.Contains(a.body, try.want) {
				t.Errorf("%s: %d without %q", name, a.status, try.want)
			}
		}
		if a := d.does("/pages/pagina/question", "kind", "group", "group", "nergens", "label_nl", "G"); a.status != 404 {
			t.Errorf("a group in a group: %d", a.status)
		}
		d.done("/pages/pagina/question", "kind", "number", "label_nl", "Aantal")
		d.done("/pages/pagina/question", "kind", "computed", "label_nl", "Som", "how", "sum", "of1", "aantal", "number", "2")
		a := d.does("/questions/aantal/act", "do", "remove")
		if a.status != 422 || !strings.Contains(words(a.body), "„Aantal” is nog nodig voor „Som” op pagina 1 („Pagina”)") {
			t.Errorf("removing what is needed: %d %s", a.status, words(a.body))
		}
		if a := d.does("/questions/som/act", "do", "up"); a.status != 422 || !strings.Contains(words(a.body), "pas later gevraagd") {
			t.Errorf("moving before what it needs: %d", a.status)
		}
		for n := range 99 {
			d.done("/add-page", "title_nl", fmt.Sprint("Pagina ", n))
		}
		if a := d.does("/add-page", "title_nl", "Te veel"); a.status != 422 || !strings.Contains(a.body, "meer dan 100 pagina") || !strings.Contains(a.body, "Te veel") {
			t.Errorf("page 101: %d", a.status)
		}
	})
}

func TestN36_AFormComesFromAFileAndGoesToOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		take := func(once, source string) answer {
			return b.admin.sendAs("file", designer+"/import", map[string]string{"once": once}, file{"form.json", source})
		}
		for name, try := range map[string][2]string{
			"no form":        {"{}", "„format” moet 1 zijn"},
			"an unknown key": {strings.Replace(survey, `"required": true`, `"verplicht": true`, 1), "pagina 1, vraag 1 (naam): „verplicht” hoort hier niet."},
			"a circle":       {strings.Replace(survey, `"id": "naam", "kind": "text"`, `"id": "naam", "kind": "text", "show": {"answer": "naam", "answered": true}`, 1), "in een kring"},
			"too large":      {strings.Repeat(" ", form.MaxBytes+1), "hoogstens 1 MB"},
			"empty":          {"", "Kies"},
		} {
			if a := take("bad-"+name, try[0]); a.status != 422 || !strings.Contains(words(a.body), try[1]) {
				t.Errorf("%s: %d %s", name, a.status, words(a.body))
			}
		}
		a := take("good", survey)
		if a.status != 303 {
			t.Fatalf("the file: %d %s", a.status, words(a.body))
		}
		at := a.header.Get("Location")
		if again := take("again", survey); again.header.Get("Location") != at {
			t.Errorf("the same file again: %d", again.status)
		}
		if a := take("other", strings.Replace(survey, "Naam van het kind", "Hoe heet het kind", 1)); a.status != 409 || !strings.Contains(a.body, "al een concept") {
			t.Errorf("another file over a draft: %d", a.status)
		}
		out := b.admin.get(at + "/export")
		if _, err := form.Parse([]byte(out.body)); err != nil || out.header.Get("Content-Type") != "application/json" || !strings.Contains(out.header.Get("Content-Disposition"), "koop.json") {
			t.Errorf("what is saved: %v %s", err, out.header)
		}
		if h.form("koop") != "" {
			t.Error("a file is in use before anybody has seen its difference")
		}
	})
}

func TestN36_N54_OnlyAdministratorsMakeForms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Alleen beheer")
		for _, who := range []*visitor{h.staff("behandelaar@delinde.example"), h.client(wit)} {
			for _, path := range []string{d.at, designer + "/new", d.at + "/export"} {
				if a := who.get(path); a.status != 403 && a.status != 404 {
					t.Errorf("%s: %d", path, a.status)
				}
			}
			if a := who.post(d.at+"/discard", "once", "x", "version", "1"); a.status != 403 && a.status != 404 {
				t.Errorf("throwing away: %d", a.status)
			}
		}
	})
}

func TestN36_ConditionsAreMadeInWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Voorwaarden")
		d.done("/add-page", "title_nl", "Gezin")
		d.done("/pages/gezin/question", "kind", "yesno", "label_nl", "Kinderen")
		d.done("/pages/gezin/question", "kind", "number", "label_nl", "Hoeveel")
		d.done("/pages/gezin/question", "kind", "choice", "label_nl", "Soort", "options_nl", "Groot\nKlein")
		d.done("/pages/gezin/question", "kind", "date", "label_nl", "Sinds")
		d.done("/add-page", "title_nl", "Meer")
		d.done("/pages/meer/question", "kind", "text", "label_nl", "Toelichting")
		if p := d.get(d.at + "/questions/kinderen/show").body; !strings.Contains(p, "Hiervoor wordt nog niets gevraagd") {
			t.Error("the first question offers something to depend on")
		}
		page := d.get(d.at + "/questions/hoeveel/show?question=kinderen").body
		if !strings.Contains(page, "Als „Kinderen” …") || !strings.Contains(page, `<option value="yes"`) {
			t.Errorf("the rule: %s", words(page))
		}
		d.done("/questions/hoeveel/show", "do", "keep", "question", "kinderen", "how", "is", "than", "yes")
		d.done("/questions/sinds/required", "do", "keep", "question", "hoeveel", "how", "more", "than", "2,5")
		d.done("/pages/meer/show", "do", "keep", "question", "sinds", "how", "before", "than", "vandaag - 18 jaar")
		d.done("/pages/meer/show", "do", "keep", "question", "soort", "how", "is_not", "than", "klein", "join", "any")
		d.done("/pages/gezin/end", "do", "keep", "question", "kinderen", "how", "empty", "text_nl", "U hoeft niets te doen.")
		p := words(d.get(d.at).body)
		for _, want := range []string{
			"Alleen als „Kinderen” is „Ja”.", "Verplicht als „Hoeveel” is meer dan 2,5.", "Alleen als „Sinds” is vóór vandaag - 18 jaar of „Soort” is niet „Klein”.",
			"Na deze pagina stopt het formulier als „Kinderen” is niet ingevuld. De klant leest dan: U hoeft niets te doen.",
		} {
			if !strings.Contains(p, want) {
				t.Errorf("the overview lacks %q: %s", want, p)
			}
		}
		d.done("/pages/meer/show", "do", "join", "join", "all")
		d.done("/pages/gezin/end", "do", "text", "text_nl", "Klaar.")
		d.done("/pages/meer/show", "do", "drop1")
		d.done("/questions/sinds/required", "do", "drop1")
		p = words(d.get(d.at).body)
		if strings.Contains(p, "vandaag") || strings.Contains(p, "Verplicht als") || !strings.Contains(p, "Alleen als „Soort” is niet „Klein”.") || !strings.Contains(p, "De klant leest dan: Klaar.") {
			t.Errorf("after taking rules away: %s", p)
		}
		d.done("/publish")
		if _, err := form.Parse([]byte(h.form("voorwaarden"))); err != nil {
			t.Error(err)
		}
	})
}

func TestN36_ABadConditionGetsAClearAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := h.drafts("Kringen")
		d.done("/add-page", "title_nl", "Pagina")
		d.done("/pages/pagina/question", "kind", "number", "label_nl", "Aantal")
		d.done("/pages/pagina/question", "kind", "date", "label_nl", "Dag")
		d.done("/pages/pagina/question", "kind", "choice", "label_nl", "Soort", "options_nl", "Groot\nKlein")
		d.done("/pages/pagina/question", "kind", "text", "label_nl", "Naam")
		for name, try := range map[string][]string{
			"no comparison":   {"question", "aantal", "how", "before", "Maak een keuze."},
			"no number":       {"question", "aantal", "how", "less", "Vul een getal in."},
			"no day":          {"question", "dag", "how", "before", "Vul een datum in"},
			"no such answer":  {"question", "soort", "how", "is", "Dit antwoord heeft de vraag niet."},
			"without a value": {"question", "aantal", "how", "more", "Dit veld is verplicht."},
		} {
			value := "veel"
			if name == "without a value" {
				value = ""
			}
			a := d.does("/questions/naam/show", "do", "keep", try[0], try[1], try[2], try[3], "than", value)
			if a.status != 422 || !strings.Contains(a.body, try[4]) || value != "" && name[:2] == "no " && name != "no comparison" && name != "no such answer" && !strings.Contains(a.body, value) {
				t.Errorf("%s: %d %s", name, a.status, words(a.body))
			}
		}
		page := d.get(d.at + "/questions/naam").body
		for id, want := range map[string]string{"": "Maak een keuze.", "nergens": "Maak een keuze.", "naam": "„Naam” kan hier niet."} { // the last is itself
			a := d.post(d.at+"/questions/naam/show", "once", "q"+id, "version", first(versionField, page), "do", "keep", "question", id, "how", "less", "than", "12")
			if a.status != 422 || !strings.Contains(a.body, "question-error") || !strings.Contains(a.body, want) || !strings.Contains(a.body, `name="than" value="12"`) {
				t.Errorf("a rule about %q: %d %s", id, a.status, words(a.body))
			}
		}
		d.done("/questions/naam/show", "do", "keep", "question", "aantal", "how", "answered")
		// What would make a circle is refused with the place, and the form stays as it was.
		a := d.does("/questions/aantal/act", "do", "move", "to", "pagina")
		if a.status != 422 || !strings.Contains(words(a.body), "„aantal” wordt pas later gevraagd") {
			t.Errorf("the question behind what needs it: %d %s", a.status, words(a.body))
		}
		if a := d.does("/pages/pagina/end", "do", "keep", "question", "aantal", "how", "answered"); a.status != 422 || !strings.Contains(a.body, "text_nl-error") {
			t.Errorf("an end without words: %d", a.status)
		}
	})
}

// answered are the fields of a page that is tried out, as it stands.
func (d *drafting) answered(body string, answers ...string) map[string]string {
	fields := map[string]string{"page": between(body, `name="page" value="`, `"`), "carry": html.UnescapeString(between(body, `name="carry" value="`, `"`))}
	for i := 0; i+1 < len(answers); i += 2 {
		fields[answers[i]] = answers[i+1]
	}
	return fields
}

func TestN36_ADraftIsTriedOutAndNothingIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.bureau()
		a := b.admin.sendAs("file", designer+"/import", map[string]string{"once": "take"}, file{"form.json", survey})
		d := &drafting{house: h, visitor: b.admin, at: a.header.Get("Location")}
		d.done("/add-page", "title_nl", "Nog leeg")
		for _, at := range []string{d.at + "/try", d.at + "/try?whole=1"} {
			page := d.get(at)
			if page.status != 200 || !strings.Contains(page.body, "<h1>Wie koopt er?</h1>") || strings.Contains(page.body, "Nog leeg</h1>") {
				t.Fatalf("%s begins with %d %s", at, page.status, words(page.body))
			}
			wrong := d.send(at, d.answered(page.body, "a.naam", "Carla"))
			if wrong.status != 422 || !strings.Contains(wrong.body, `value="Carla"`) {
				t.Errorf("what must be answered is not: %d", wrong.status)
			}
			next := d.send(at, d.answered(wrong.body, "a.naam", "Carla", "a.kinderen", "yes"))
			if next.status != 200 || !strings.Contains(next.body, "<h1>Uw kinderen</h1>") {
				t.Fatalf("the second page: %d %s", next.status, words(next.body))
			}
			if more := d.send(at, d.answered(next.body, "do", "add.kind", "a.kind", "1")); !strings.Contains(more.body, "Kind 2") {
				t.Error("a group does not repeat")
			}
			if first := d.send(at, d.answered(next.body, "do", "back.wie")); !strings.Contains(first.body, `value="Carla"`) {
				t.Error("going back loses what was filled in")
			}
			papers := d.send(at, d.answered(next.body, "a.kind", "1", "a.kind.1.kindnaam", "Sam", "a.kind.1.spaargeld", "12,50"))
			end := d.sendAs("a.paspoort", at, d.answered(papers.body), file{"paspoort.pdf", "%PDF-1.4"})
			if text := words(end.body); !strings.Contains(text, "Controleer uw antwoorden") || !strings.Contains(text, "€ 12,50") || !strings.Contains(text, "paspoort.pdf") {
				t.Errorf("the end: %d %s", end.status, text)
			}
			if end := d.send(at, map[string]string{"page": "stukken", "carry": "{broken"}); end.status != 200 || !strings.Contains(end.body, "<h1>Wie koopt er?</h1>") {
				t.Errorf("a tampered trial: %d", end.status)
			}
		}
		n, err := db.One(context.Background(), h.DB, db.Value[int], `select (select count(*) from questionnaire_page where tenant_id = 'notaris' and page = 'wie') + (select count(*) from upload where tenant_id = 'notaris')`)
		if must(t, err); n != 0 {
			t.Errorf("%d things of a trial are kept", n)
		}
	})
}
