package design_test

import (
	"slices"
	"strings"
	"testing"

	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
)

func says(nl, en string) form.Text { return form.Text{i18n.NL: nl, i18n.EN: en} }

func TestN36_RemarksNameWhatAReaderStumblesOver(t *testing.T) {
	long := strings.Repeat("woord ", 21)
	for name, c := range map[string]struct {
		item design.Item
		want []string
	}{
		"plain":        {design.Item{Kind: form.ShortText, Label: says("Wat is uw naam?", "What is your name?")}, nil},
		"sentence":     {design.Item{Kind: form.ShortText, Label: says("Naam", "Name"), Help: says(long+". Kort.", "Short.")}, []string{"nl sentence"}},
		"label":        {design.Item{Kind: form.ShortText, Label: says(strings.Repeat("Lang! ", 20), "Long")}, []string{"nl label"}},
		"help":         {design.Item{Kind: form.ShortText, Label: says("Naam", "Name"), Help: says("Kort.", strings.Repeat("Rather long. ", 30))}, []string{"en help"}},
		"passive":      {design.Item{Kind: form.ShortText, Label: says("Naam", "Name"), Help: says("Uw aanvraag wordt snel behandeld.", "Your application is quickly handled.")}, []string{"nl passive", "en passive"}},
		"no passive":   {design.Item{Kind: form.ShortText, Label: says("Naam", "Name"), Help: says("Wij behandelen het. Wat wordt uw adres?", "We handle it. It is red.")}, nil},
		"word":         {design.Item{Kind: form.ShortText, Label: says("Indien u verhuist, middels", "Prior to moving")}, []string{"nl word", "nl word", "en word"}},
		"in a word":    {design.Item{Kind: form.ShortText, Label: says("De indiener", "Priority")}, nil},
		"untranslated": {design.Item{Kind: form.ShortText, Label: says("Wat is uw naam?", "Wat is uw naam?")}, []string{"nl untranslated"}},
		"why":          {design.Item{Kind: form.BSN, Label: says("BSN", "BSN"), Required: &design.Required{Always: true}}, []string{"nl why"}},
		"option":       {design.Item{Kind: form.Choice, Label: says("Kies", "Choose"), Options: []design.Option{{Value: "a", Label: says("Thans", "Now")}}}, []string{"nl word"}},
	} {
		c.item.ID = "vraag"
		f := design.Fresh("f", says("Formulier", "Form"))
		f.Pages = []*design.Page{{ID: "een", Title: says("Pagina", "Page"), Questions: []*design.Item{&c.item}}}
		var got []string
		for _, r := range f.Remarks() {
			if r.At != "vraag" {
				t.Errorf("%s: a remark on %q", name, r.At)
			}
			got = append(got, string(r.Lang)+" "+r.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestN36_RemarksCountTheQuestionsOfAPage(t *testing.T) {
	f := design.Fresh("f", says("Formulier", "Form"))
	page := &design.Page{ID: "een", Title: says("Pagina", "Page")}
	f.Pages = []*design.Page{page}
	for n := range 8 {
		page.Questions = append(page.Questions, &design.Item{ID: "v" + string(rune('a'+n)), Kind: form.YesNo, Label: says("Ja?", "Yes?")})
	}
	if list := f.Remarks(); len(list) != 0 {
		t.Errorf("eight: %v", list)
	}
	page.Questions = append(page.Questions, &design.Item{ID: "negen", Kind: form.YesNo, Label: says("Ja?", "Yes?")})
	if list := f.Remarks(); len(list) != 1 || list[0].Key != "many" || list[0].At != "een" {
		t.Errorf("nine: %v", list)
	}
}
