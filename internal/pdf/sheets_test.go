package pdf_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/pdf"
)

func note(lang, text string, pages int) pdf.Document {
	d := pdf.Document{Title: text, Lang: lang, Footer: text, Blocks: []pdf.Block{pdf.Heading{Level: 1, Text: text}}}
	for n := range pages {
		if n > 0 {
			d.Blocks = append(d.Blocks, pdf.PageBreak{})
		}
		d.Blocks = append(d.Blocks, pdf.Paragraph{Text: text})
	}
	return d
}

func sheets(t *testing.T, all ...pdf.Document) *reader {
	t.Helper()
	var b bytes.Buffer
	whole := pdf.Document{Title: "Brieven", Lang: "nl", Created: time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)}
	if err := pdf.WriteSheets(&b, whole, all); err != nil {
		t.Fatal(err)
	}
	return read(t, b.Bytes())
}

// An odd letter is followed by an empty page, so that the next one does not stand on its back.
func TestC6_EachDocumentBeginsOnASheetOfItsOwn(t *testing.T) {
	r := sheets(t, note("nl", "Een", 1), note("en", "Twee", 2), note("nl", "Drie", 3), note("nl", "Vier", 1))
	var got []string
	for _, p := range r.pages() {
		marks := len(r.content(p))
		empty := len(r.get(r.dict(p)["Contents"]).(stream).data) == 0
		switch {
		case empty && marks == 0:
			got = append(got, "empty")
		case r.content(p)[0] == "H1":
			got = append(got, "first")
		default:
			got = append(got, "next")
		}
	}
	if want := strings.Fields("first empty first next first next next empty first"); !slices.Equal(got, want) {
		t.Errorf("the pages are %v, want %v", got, want)
	}
}

func TestEachDocumentOfSheetsHasItsLanguage(t *testing.T) {
	r := sheets(t, note("nl", "Een", 1), note("en", "Twee", 1))
	if c := r.root(); c["Lang"] != "nl" || decode(r.dict(r.trailer["Info"])["Title"].(string)) != "Brieven" {
		t.Errorf("the whole: %v", c)
	}
	var parts []string
	marks, _ := r.owned()
	r.walk(r.top(), func(_ ref, e dict) {
		if e["S"] == name("Part") {
			parts = append(parts, e["Lang"].(string))
		}
	})
	if !slices.Equal(parts, []string{"nl", "en"}) || len(marks) != 4 {
		t.Errorf("parts in %v with %d marks", parts, len(marks))
	}
}

func TestSheetsAreRefusedAsDocumentsAre(t *testing.T) {
	whole := pdf.Document{Title: "Brieven", Lang: "nl"}
	for reason, all := range map[string][]pdf.Document{
		"document 1: pdf: document without a title": {note("nl", "Een", 1), note("nl", "", 1)},
		"without a page": nil,
	} {
		var b bytes.Buffer
		if err := pdf.WriteSheets(&b, whole, all); err == nil || !strings.Contains(err.Error(), reason) || b.Len() > 0 {
			t.Errorf("want %q, got %v and %d bytes", reason, err, b.Len())
		}
	}
	if pdf.WriteSheets(&bytes.Buffer{}, pdf.Document{}, []pdf.Document{note("nl", "Een", 1)}) == nil {
		t.Error("a file without a title was written")
	}
}
