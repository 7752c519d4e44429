package pdf_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"voordeur/internal/pdf"
)

// fonts returns the Type 0 fonts of a file by resource name.
func (r *reader) fonts() map[string]dict {
	out := map[string]dict{}
	for n, f := range r.dict(r.dict(r.dict(r.pages()[0])["Resources"])["Font"]) {
		out[n] = r.dict(f)
	}
	return out
}

func (r *reader) program(f dict) []byte {
	cid := r.dict(r.list(f["DescendantFonts"])[0])
	return r.get(r.dict(cid["FontDescriptor"])["FontFile2"]).(stream).data
}

func TestFontsAreEmbeddedSubsets(t *testing.T) {
	r := read(t, write(t, everything(t)))
	if n := len(r.fonts()); n != 3 {
		t.Errorf("%d fonts", n)
	}
	for _, f := range r.fonts() {
		data := r.program(f)
		base := string(f["BaseFont"].(name))
		if len(base) < 8 || base[6] != '+' {
			t.Errorf("name %s is not that of a subset", base)
		}
		if len(data) > 40_000 {
			t.Errorf("%s has %d bytes", base, len(data))
		}
		var sum uint32
		for n := 0; n < len(data); n += 4 {
			sum += binary.BigEndian.Uint32(data[n:])
		}
		if sum != 0xB1B0AFBA {
			t.Errorf("%s: checksum %x", base, sum)
		}
	}
}

func TestGlyphsHaveWidthOutlineAndText(t *testing.T) {
	r := read(t, write(t, everything(t)))
	for _, f := range r.fonts() {
		cid := r.dict(r.list(f["DescendantFonts"])[0])
		widths := map[int]float64{}
		w := r.list(cid["W"])
		for n := 0; n < len(w); n += 2 {
			for k, v := range w[n+1].([]any) {
				widths[int(w[n].(float64))+k] = v.(float64)
			}
		}
		text := r.toUnicode(f)
		if len(text) != len(widths) {
			t.Errorf("%d glyphs with text, %d with a width", len(text), len(widths))
		}
		data := r.program(f)
		for glyph, s := range text {
			if s == "" || s == "\x00" || widths[glyph] == 0 {
				t.Errorf("glyph %d: text %q, width %v", glyph, s, widths[glyph])
			}
			if strings.TrimSpace(s) != "" && outlineSize(data, glyph) == 0 {
				t.Errorf("glyph %d (%s) is empty", glyph, s)
			}
		}
	}
}

func (r *reader) toUnicode(f dict) map[int]string {
	out := map[int]string{}
	for l := range strings.Lines(string(r.get(f["ToUnicode"]).(stream).data)) {
		var glyph, unit int
		if n, _ := fmt.Sscanf(l, "<%04X> <%04X>\n", &glyph, &unit); n == 2 && !(glyph == 0 && unit == 0xFFFF) {
			out[glyph] = string(rune(unit))
		}
	}
	return out
}

func outlineSize(data []byte, glyph int) uint32 {
	be := binary.BigEndian
	for n := range int(be.Uint16(data[4:])) {
		if entry := data[12+16*n:]; string(entry[:4]) == "loca" {
			loca := data[be.Uint32(entry[8:]):]
			return be.Uint32(loca[4*glyph+4:]) - be.Uint32(loca[4*glyph:])
		}
	}
	return 0
}

// extract returns the text of the marks, page after page, as a reader of tags would join it.
func (r *reader) extract() string {
	fonts, text := r.fonts(), map[string]map[int]string{}
	for n, f := range fonts {
		text[n] = r.toUnicode(f)
	}
	var b strings.Builder
	for _, p := range r.pages() {
		var operands []any
		current, artifact := "", false
		l := &lexer{data: r.get(r.dict(p)["Contents"]).(stream).data}
		for l.skip(); l.pos < len(l.data); l.skip() {
			v := l.value()
			op, ok := v.(error)
			if !ok {
				operands = append(operands, v)
				continue
			}
			switch op.Error() {
			case "BDC", "BMC":
				artifact = operands[0] == name("Artifact")
			case "Tf":
				current = string(operands[0].(name))
			case "Tj":
				codes := operands[0].(string)
				for n := 0; n < len(codes) && !artifact; n += 2 {
					b.WriteString(text[current][int(codes[n])<<8|int(codes[n+1])])
				}
			}
			operands = nil
		}
	}
	return b.String()
}

func TestTextComesBack(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Partijen verklaren dat zij de levering aanvaarden. ", 90))
	for in, want := range map[string]string{
		long:                         long, // over lines and a page, with every space
		"eerste\ntweede":             "eerste tweede",
		"cafe\u0301 Zoë":             "café Zoë",
		"ver\u00ADgadering":          "vergadering",
		"10\u202F000\u00A0m\u00B2":   "10\u00A0000\u00A0m²",
		"niet\u2011Nederlands":       "niet-Nederlands",
		"→ ✓ ☐ ☑ Ж":                  "→ ✓ ☐ ☑ Ж",
		"\u5B57 en \u0000\u0007stil": "? en stil",
		"kapot\xff":                  "kapot?",
		strings.Repeat("x", 400):     strings.Repeat("x", 400),
		"€ 1.234,50 – ‘ja’ “nee” …":  "€ 1.234,50 – ‘ja’ “nee” …",
		"ij ĳ Ĳ ş ğ İ ı ł ć đ ñ ß Þ": "ij ĳ Ĳ ş ğ İ ı ł ć đ ñ ß Þ",
	} {
		got := read(t, write(t, pdf.Document{Title: "Proef", Lang: "nl", Blocks: []pdf.Block{pdf.Paragraph{Text: in}}})).extract()
		if got != want {
			t.Errorf("%.60q came back as %.60q, not %.60q", in, got, want)
		}
	}
}

// Another reader of fonts must find the same glyph for each character, in the whole font, as the
// subset has, because subsets keep the numbers.
func TestGlyphsAreThoseOfTheFont(t *testing.T) {
	data, err := os.ReadFile("fonts/AtkinsonHyperlegibleNext-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, write(t, everything(t)))
	checked := 0
	for _, f := range r.fonts() {
		if !strings.HasSuffix(string(f["BaseFont"].(name)), "Next-Regular") {
			continue
		}
		for glyph, s := range r.toUnicode(f) {
			index, err := whole.GlyphIndex(nil, []rune(s)[0])
			if err != nil || int(index) != glyph {
				t.Errorf("%q is glyph %d in the whole font, %d here: %v", s, index, glyph, err)
			}
			checked++
		}
	}
	if checked < 40 {
		t.Errorf("%d glyphs", checked)
	}
}
