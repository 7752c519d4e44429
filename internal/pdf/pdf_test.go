package pdf_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/pdf"
)

// everything is a document with every block, long enough to break each of them over pages.
func everything(t *testing.T) pdf.Document {
	t.Helper()
	long := strings.Repeat("Partijen verklaren dat zij tijdig kennis hebben genomen van de inhoud van dit stuk. ", 9)
	d := pdf.Document{
		Title: "Nota van afrekening (concept) – De Wit", Lang: "nl", Author: "Notariskantoor De Linde",
		Created: time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC), Header: "Dossier 2026-01482", Footer: "Notariskantoor De Linde",
		PageLabel: "Bladzijde {n} van {total}", Accent: color.RGBA{23, 70, 58, 255},
	}
	d.Blocks = []pdf.Block{
		pdf.Letterhead{Name: "Notariskantoor De Linde", Lines: []string{"Lindelaan 1", "3500 AA Utrecht"}},
		pdf.Address{Lines: []string{"Mevrouw C. de Wit", "Lindelaan 12", "3571 AB Utrecht"}},
		pdf.Table{RowHeaders: true, Rows: [][]string{{"Datum", "2 november 2026"}, {"Ons kenmerk", "2026-01482"}}},
		pdf.Heading{Level: 1, Text: "Nota van afrekening"},
		pdf.Paragraph{Text: long},
		pdf.Heading{Level: 2, Text: "Wat u moet doen"},
		pdf.List{Items: []string{"Lees het concept ✓", "Stuur de vragenlijst → terug", long}},
		pdf.List{Ordered: true, Start: 9, Items: []string{"Negen", "Tien"}},
		pdf.Link{Text: "Naar het portaal " + long, URL: "https://delinde.example/portaal?a=(1)&b=2"},
		pdf.Heading{Level: 3, Text: "Bedragen"},
		table(60, long),
		pdf.Image{Data: picture(t, "png"), Alt: "Voorgevel van Lindelaan 12", WidthMM: 60},
		pdf.Image{Data: picture(t, "jpeg"), Alt: "Scan", FullPage: true},
		pdf.PageBreak{},
		pdf.Heading{Level: 2, Text: "Ondertekening"},
		pdf.Signatures{Names: []string{"C. de Wit\nkoper", "P. van Houten\nverkoper", "mr. A. Linde"}},
	}
	return d
}

func table(rows int, long string) pdf.Table {
	t := pdf.Table{Caption: "Kosten van de levering", Head: []string{"Omschrijving", "Toelichting", "Bedrag"}, RowHeaders: true, Total: true}
	for range rows {
		t.Rows = append(t.Rows, []string{"Honorarium", "volgens opdracht", "€ 1.234,50"})
	}
	t.Rows = append(t.Rows, []string{"Bijzonder", strings.Repeat(long, 6), "€ 10,00"}, []string{"Totaal", "", "€ 74.080,00"})
	return t
}

func picture(t *testing.T, format string) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 40, 56))
	for n := range 40 * 56 {
		m.Set(n%40, n/40, color.NRGBA{uint8(n), 90, 160, uint8(255 - n%40)})
	}
	var b bytes.Buffer
	var err error
	if format == "png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t *testing.T, d pdf.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func stored(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSameDocumentSameBytes(t *testing.T) {
	if !bytes.Equal(write(t, everything(t)), write(t, everything(t))) {
		t.Error("two writes of one document differ")
	}
	other := everything(t)
	other.Blocks[4] = pdf.Paragraph{Text: "iets anders"}
	if bytes.Equal(write(t, everything(t)), write(t, other)) {
		t.Error("two documents have the same bytes")
	}
}

func TestRefusesWhatSomebodyCannotRead(t *testing.T) {
	h1 := pdf.Heading{Level: 1, Text: "Titel"}
	for reason, blocks := range map[string][]pdf.Block{
		"level 3 after level 1":    {h1, pdf.Heading{Level: 3, Text: "Te diep"}},
		"level 2 after level 0":    {pdf.Heading{Level: 2, Text: "Te diep"}},
		"heading of level 7":       {pdf.Heading{Level: 7, Text: "x"}},
		"heading without text":     {pdf.Heading{Level: 1, Text: " "}},
		"without a description":    {pdf.Image{Data: picture(t, "png")}},
		"unknown format":           {pdf.Image{Data: []byte("GIF89a"), Alt: "x"}},
		"row 1 has 1 cells, not 2": {pdf.Table{Head: []string{"a", "b"}, Rows: [][]string{{"1", "2"}, {"3"}}}},
		"without headers":          {pdf.Table{Rows: [][]string{{"1", "2"}}}},
		"without rows":             {pdf.Table{Head: []string{"a"}}},
		"not ASCII":                {pdf.Link{Text: "x", URL: "https://café.example/"}},
		"not absolute":             {pdf.Link{Text: "x", URL: "/portaal"}},
		"link without text":        {pdf.Link{URL: "https://delinde.example/"}},
		"without a name":           {pdf.Letterhead{}},
	} {
		var b bytes.Buffer
		err := pdf.Write(&b, pdf.Document{Title: "Proef", Lang: "nl", Blocks: blocks})
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("want an error with %q, got %v", reason, err)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", reason, b.Len())
		}
	}
	for _, d := range []pdf.Document{{Lang: "nl"}, {Title: "Proef"}} {
		if pdf.Write(&bytes.Buffer{}, d) == nil {
			t.Errorf("%+v was written", d)
		}
	}
}

func TestGoingUpMaySkipLevels(t *testing.T) {
	d := pdf.Document{Title: "Proef", Lang: "nl"}
	for _, level := range []int{1, 2, 3, 1} {
		d.Blocks = append(d.Blocks, pdf.Heading{Level: level, Text: "Kop"})
	}
	write(t, d)
}

func TestEmptyBlocksLeaveNothing(t *testing.T) {
	d := pdf.Document{Title: "Leeg", Lang: "nl", Blocks: []pdf.Block{pdf.Paragraph{Text: " \n"}, pdf.List{}, pdf.Address{}, pdf.Signatures{}, pdf.PageBreak{}}}
	r := read(t, write(t, d))
	if n := len(r.pages()); n != 1 {
		t.Errorf("%d pages", n)
	}
	if kids, has := r.dict(r.list(r.dict(r.root()["StructTreeRoot"])["K"])[0])["K"]; has {
		t.Errorf("the structure has %v", kids)
	}
}

func BenchmarkWrite(b *testing.B) {
	d := pdf.Document{Title: "Proef", Lang: "nl"}
	for range 120 {
		d.Blocks = append(d.Blocks, pdf.Paragraph{Text: strings.Repeat("Partijen verklaren dat zij de inhoud kennen. ", 8)})
	}
	for b.Loop() {
		if err := pdf.Write(&bytes.Buffer{}, d); err != nil {
			b.Fatal(err)
		}
	}
}
