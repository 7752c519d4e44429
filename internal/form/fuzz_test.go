package form_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/url"
	"reflect"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Whatever a file says, Parse answers with a form or with places and reasons that have words; and what it takes fits the schema.
func FuzzParse(f *testing.F) {
	for seed := range uint64(20) { // the samples are so large that the fuzzer would spend its time on making them smaller
		source, err := json.Marshal((&maker{Rand: rand.New(rand.NewPCG(seed, 5))}).definition())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Add([]byte(one(question("a", "text", `,"show":{"answer":"a","is":"x"}`))))
	f.Add([]byte(`{"format":1,"pages":[[]]}`))
	f.Add([]byte(`{"a":{"a":{"b":1,"b":2}}} x`))
	s := schema(f)
	f.Fuzz(func(t *testing.T, source []byte) {
		d, err := form.Parse(source)
		if err == nil {
			if err := fits(s, source); err != nil {
				t.Errorf("taken, and does not fit the schema: %v", err)
			}
			d.Fold(nil, today)
			return
		}
		refused, ok := errors.AsType[form.Refused](err)
		if !ok || len(refused) == 0 {
			t.Fatalf("refused without a reason: %v", err)
		}
		for _, p := range refused {
			if _, known := i18n.Keys(i18n.NL)[p.Key]; !known {
				t.Errorf("no words for %s", p.Key)
			}
		}
	})
}

// Whatever is posted for a page, the answer is what is kept or which fields are wrong; what is kept is kept again as it is,
// through JSON as well.
func FuzzAnswers(f *testing.F) {
	var all []*form.Definition
	for _, source := range form.Samples() {
		d, err := form.Parse(source)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, d)
	}
	f.Add("naam.first=Jan&naam.last=Vries&geboren=1980-01-01&adres.street=Dam&adres.number=1&bsn=111222333")
	f.Add("boom=2&boom.1.boom_soort=Eik&boom.1.boom_omtrek=1.000&boom.2.boom_foto=f1&boom.2.boom_foto=f2")
	f.Add("iban=NL91ABNA0417164300&jaar=2025&prijs=%E2%82%AC+1.234,56&soorten=loon&soorten=geen&telefoon=%2B31+%280%296")
	f.Fuzz(func(t *testing.T, body string) {
		posted, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for _, d := range all {
			fill(t, d, form.Answers(posted))
		}
	})
}

// fill posts the same to each page in turn, as far as it goes.
func fill(t *testing.T, d *form.Definition, posted form.Answers) {
	saved := form.Saved{}
	for _, page := range d.Pages {
		f, err := d.Save(saved, page.ID, posted, today)
		if err != nil {
			if k := errs.KindOf(err); k != errs.Invalid && k != errs.Conflict {
				t.Fatalf("%s: %v", page.ID, err)
			}
			return
		}
		b, err := json.Marshal(f.Answers)
		if err != nil {
			t.Fatal(err)
		}
		var back form.Answers
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		again, err := d.Save(saved, page.ID, back, today)
		if err != nil || !reflect.DeepEqual(again.Answers, f.Answers) {
			t.Fatalf("%s keeps %v, and then %v, %v", page.ID, f.Answers, again, err)
		}
		saved[page.ID] = back
	}
	d.Fold(saved, today).Summary(i18n.For(i18n.NL, nil))
}
