package dossiertype_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

func sample() dossiertype.Definition {
	d := dossiertype.Fresh("kapvergunning", dossiertype.Words{i18n.NL: "Kapvergunning", i18n.EN: "Felling permit"})
	d.Steps = []string{"Meten, wegen"}
	d.Messages, d.Told = dossiertype.Conversation, dossiertype.TellDepartment
	d.Retention = dossiertype.Forever
	d.Results = []dossiertype.Result{{Key: "verleend", Name: dossiertype.Words{i18n.NL: "Verleend", i18n.EN: "Granted"}, Retention: "P20Y"}}
	d.Documents = append(d.Documents, dossiertype.DocumentType{
		Key: "foto", Name: dossiertype.Words{i18n.NL: "Foto", i18n.EN: "Photograph"}, Explain: dossiertype.Words{i18n.NL: "Van de boom."}, Required: true, Deliver: true, Rank: dossiertype.Internal,
	})
	return d
}

func TestK4_D19_D22_D41_AFileOfATypeComesBackAsItWas(t *testing.T) {
	b, err := dossiertype.Write(sample())
	if err != nil {
		t.Fatal(err)
	}
	d, err := dossiertype.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if changes := dossiertype.Compare(sample(), d); len(changes) > 0 || len(d.Check()) > 0 {
		t.Errorf("it differs in %v and lacks %v", changes, d.Check())
	}
	again, err := dossiertype.Write(d)
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("written again it is another file: %v", err)
	}
}

func TestAFileThatIsWrongIsRefusedWithItsPlace(t *testing.T) {
	good, err := dossiertype.Write(sample())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, key, place string }{
		"an unknown key":          {`"portal": true,`, `"portal": true, "colours": 3,`, "type.file_unknown", "colours"},
		"a text for a number":     {`"offered": true,`, `"offered": "ja",`, "type.file_kind", "offered"},
		"half a file":             {"\n}\n", "", "type.file_broken", ""},
		"a second thing":          {"\n}\n", "\n} {}", "type.file_broken", ""},
		"another kind of file":    {"voordeur-dossier-type/1", "voordeur-form/1", "type.file_format", ""},
		"an unknown rank":         {`"threshold": "zaakvertrouwelijk"`, `"threshold": "heel geheim"`, "type.file_broken", ""},
		"a status that is a text": {`"statuses": [`, `"statuses": ["ontvangen", `, "type.file_kind", "statuses"},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Fatalf("%s: nothing was replaced", name)
		}
		_, err := dossiertype.Read([]byte(text))
		fields := errs.FieldsOf(err)
		if len(fields) != 1 || fields[0].Key != c.key {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.place != "" && fields[0].Args[1] != c.place {
			t.Errorf("%s: the place is %v", name, fields[0].Args)
		}
	}
}

func TestATypeThatCannotWorkIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*dossiertype.Definition)
		key    string
	}{
		"no status":                {func(d *dossiertype.Definition) { d.Statuses = nil }, "type.begin_and_end"},
		"no end":                   {func(d *dossiertype.Definition) { d.Statuses = d.Statuses[:2] }, "type.begin_and_end"},
		"an end first":             {func(d *dossiertype.Definition) { d.Statuses = d.Statuses[2:] }, "type.begin_and_end"},
		"a status twice":           {func(d *dossiertype.Definition) { d.Statuses[1].Key = d.Statuses[0].Key }, "type.twice"},
		"a name in one language":   {func(d *dossiertype.Definition) { d.Name = dossiertype.Words{i18n.NL: "Kap"} }, "field.required"},
		"a name of two lines":      {func(d *dossiertype.Definition) { d.Name[i18n.NL] = "Kap\nvergunning" }, "settings.one_line"},
		"a term below zero":        {func(d *dossiertype.Definition) { d.Term = -1 }, "type.bad_term"},
		"a threshold that is none": {func(d *dossiertype.Definition) { d.Threshold = 9 }, "field.choose"},
		"a link to a script":       {func(d *dossiertype.Definition) { d.Statuses[0].Button.URL = "javascript:alert(1)" }, "type.bad_url"},
		"a link without https":     {func(d *dossiertype.Definition) { d.Statuses[0].Button.URL = "http://elders.example" }, "type.bad_url"},
		"a link to another host":   {func(d *dossiertype.Definition) { d.Statuses[0].Button.URL = "//elders.example" }, "type.bad_url"},
		"a foreign language":       {func(d *dossiertype.Definition) { d.Explain = dossiertype.Words{"fy": "Beam"} }, "type.language"},
		"a long text":              {func(d *dossiertype.Definition) { d.Explain = dossiertype.Words{i18n.NL: strings.Repeat("a", 100_000)} }, "field.too_long"},
		"a document twice":         {func(d *dossiertype.Definition) { d.Documents[1].Key = d.Documents[0].Key }, "type.twice"},
		"a document without name":  {func(d *dossiertype.Definition) { d.Documents[0].Name = nil }, "field.required"},
		"a rank that is none":      {func(d *dossiertype.Definition) { d.Documents[0].Rank = -1 }, "field.choose"},
		"what its giver loses":     {func(d *dossiertype.Definition) { d.Documents[0].Rank = dossiertype.Secret }, "type.document_unseen"},
		"a term of zero days":      {func(d *dossiertype.Definition) { d.Retention = "P0D" }, "type.bad_retention"},
		"a term below zero years":  {func(d *dossiertype.Definition) { d.Retention = "P-1Y" }, "type.bad_retention"},
		"half a year":              {func(d *dossiertype.Definition) { d.Results[0].Retention = "P0,5Y" }, "type.bad_retention"},
		"more than 200 years":      {func(d *dossiertype.Definition) { d.Retention = "P201Y" }, "type.bad_retention"},
		"as much in months":        {func(d *dossiertype.Definition) { d.Retention = "P2401M" }, "type.bad_retention"},
		"a term without a number":  {func(d *dossiertype.Definition) { d.Retention = "PY" }, "type.bad_retention"},
		"a term in no unit":        {func(d *dossiertype.Definition) { d.Results[0].Retention = "20 jaar" }, "type.unknown_retention"},
		"a message mode":           {func(d *dossiertype.Definition) { d.Messages = "megaphone" }, "field.choose"},
		"somebody to be told":      {func(d *dossiertype.Definition) { d.Told = "everybody" }, "field.choose"},
		"too many statuses":        {func(d *dossiertype.Definition) { d.Statuses = make([]dossiertype.Status, 51) }, "type.too_many"},
	} {
		d := sample()
		c.change(&d)
		found := false
		for _, f := range d.Check() {
			found = found || f.Field.Key == c.key
		}
		if !found {
			t.Errorf("%s: %v", name, d.Check())
		}
	}
	if f := sample().Check(); len(f) > 0 {
		t.Errorf("a good one lacks %v", f)
	}
}

func TestD23_WordsAreNoStructure(t *testing.T) {
	words := func(d *dossiertype.Definition) {
		d.Name, d.Portal, d.Threshold, d.Offered = dossiertype.Words{i18n.NL: "Anders"}, false, dossiertype.Secret, false
		d.Statuses[0].Text, d.Statuses[0].Colour, d.Statuses[0].Public = dossiertype.Words{i18n.NL: "Nieuw"}, dossiertype.Warning, dossiertype.Words{i18n.NL: "Binnen"}
		for i := range d.Results {
			d.Results[i].Text = dossiertype.Words{i18n.NL: "Gefeliciteerd"}
		}
		for i := range d.Documents {
			d.Documents[i].Name, d.Documents[i].Explain = dossiertype.Words{i18n.NL: "Papier"}, nil
		}
	}
	other := sample()
	words(&other)
	if !other.SameStructure(sample()) {
		t.Error("words make another structure")
	}
	for name, change := range map[string]func(*dossiertype.Definition){
		"a status hidden":  func(d *dossiertype.Definition) { d.Statuses[1].Portal = false },
		"a status more":    func(d *dossiertype.Definition) { d.Statuses = append(d.Statuses, dossiertype.Status{Key: "x"}) },
		"another order":    func(d *dossiertype.Definition) { d.Statuses[0], d.Statuses[1] = d.Statuses[1], d.Statuses[0] },
		"a step split":     func(d *dossiertype.Definition) { d.Steps = []string{"Meten", "wegen"} },
		"kept longer":      func(d *dossiertype.Definition) { d.Retention = "P1Y" },
		"a result longer":  func(d *dossiertype.Definition) { d.Results[0].Retention = "P1Y" },
		"another term":     func(d *dossiertype.Definition) { d.Term = 3 },
		"a result less":    func(d *dossiertype.Definition) { d.Results = nil },
		"a document less":  func(d *dossiertype.Definition) { d.Documents = d.Documents[:1] },
		"a document ours":  func(d *dossiertype.Definition) { d.Documents[0].Deliver = false },
		"a document more":  func(d *dossiertype.Definition) { d.Documents = append(d.Documents, dossiertype.DocumentType{Key: "x"}) },
		"one not needed":   func(d *dossiertype.Definition) { d.Documents[1].Required = false },
		"one more secret":  func(d *dossiertype.Definition) { d.Documents[1].Rank = dossiertype.CaseConfidential },
		"other messages":   func(d *dossiertype.Definition) { d.Messages = "" },
		"others are told":  func(d *dossiertype.Definition) { d.Told = dossiertype.TellHandler },
		"another progress": func(d *dossiertype.Definition) { d.Progress = dossiertype.ByBoth },
	} {
		d := sample()
		change(&d)
		if d.SameStructure(sample()) || len(dossiertype.Compare(sample(), d)) == 0 {
			t.Errorf("%s is the same", name)
		}
		// The old version takes the words of the new one over, and keeps its own structure.
		words(&d)
		old := sample().WithWords(d)
		if !old.SameStructure(sample()) || old.Name[i18n.NL] != "Anders" || old.Documents[0].Name[i18n.NL] != "Papier" || old.Statuses[2].Key != "afgehandeld" {
			t.Errorf("%s: the old version is %+v", name, old)
		}
	}
}

func TestTheRanksAreThoseOfTheStandard(t *testing.T) {
	b, err := json.Marshal(dossiertype.Ranks)
	if err != nil || string(b) != `["openbaar","beperkt_openbaar","intern","zaakvertrouwelijk","vertrouwelijk","confidentieel","geheim","zeer_geheim"]` {
		t.Errorf("%s: %v", b, err)
	}
	for _, r := range dossiertype.Ranks {
		if got, ok := dossiertype.ParseRank(r.String()); !ok || got != r {
			t.Errorf("%s is read as %d", r, got)
		}
	}
	if _, ok := dossiertype.ParseRank("geheimer"); ok {
		t.Error("a rank that is none is read")
	}
}

func TestKeysAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{"Kapvergunning": "kapvergunning", "  Één melding: stoep & weg ": "een-melding-stoep-weg", "—": "", "New": "new-1"} {
		if got := dossiertype.KeyOf(name); got != want {
			t.Errorf("%q: %q, should be %q", name, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	b, err := dossiertype.Write(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"voordeur-dossier-type/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := dossiertype.Read(b)
		if err != nil {
			if len(errs.FieldsOf(err)) != 1 {
				t.Fatalf("refused without a place: %v", err)
			}
			return
		}
		if len(d.Check()) > 0 {
			return
		}
		// What works is written and read as it is.
		out, err := dossiertype.Write(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := dossiertype.Read(out)
		if err != nil || len(dossiertype.Compare(d, again)) > 0 {
			t.Fatalf("comes back another: %v", err)
		}
	})
}

func TestD41_ClientsAddOnlyWhatTheTypeLetsThemAndTheyWouldSee(t *testing.T) {
	d := sample()
	d.Documents = append(d.Documents, dossiertype.DocumentType{Key: "besluit"}, dossiertype.DocumentType{Key: "geheim", Deliver: true, Rank: dossiertype.Secret})
	var keys []string
	for _, k := range d.Deliverable() {
		keys = append(keys, k.Key)
	}
	if got := strings.Join(keys, " "); got != "overig foto" {
		t.Errorf("they may add %q", got)
	}
	if _, ok := d.Document("besluit"); !ok || len(d.Documents) != 4 {
		t.Error("the office's own kinds are not there any more")
	}
}
