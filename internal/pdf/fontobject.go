package pdf

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
)

// write adds the font with the used glyphs: a Type 0 font whose codes are glyph numbers (9.7).
func (f *font) write(o *objects, used map[uint16]rune) ref {
	data := f.subset(used)
	name := tag(data) + "+" + f.name
	program := o.stream(fmt.Sprintf("/Length1 %d", len(data)), data, packed)
	descriptor := o.add(fmt.Sprintf("<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0"+
		" /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %v>>", name,
		f.thousandths(f.box[0]), f.thousandths(f.box[1]), f.thousandths(f.box[2]), f.thousandths(f.box[3]),
		f.thousandths(f.ascent), f.thousandths(f.descent), f.thousandths(f.capHeight), program))
	glyphs := slices.Sorted(maps.Keys(used))
	descendant := o.add(fmt.Sprintf("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity)"+
		" /Supplement 0>> /FontDescriptor %v /DW 0 /W [%s] /CIDToGIDMap /Identity>>", name, descriptor, f.widths(glyphs)))
	unicode := o.stream("", []byte(toUnicode(glyphs, used)), packed)
	return o.add(fmt.Sprintf("<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%v] /ToUnicode %v>>",
		name, descendant, unicode))
}

// tag is the six letters that tell subsets of one font apart (9.6.4).
func tag(data []byte) string {
	hash := sha256.Sum256(data)
	letters := hash[:6]
	for n := range letters {
		letters[n] = 'A' + letters[n]%26
	}
	return string(letters)
}

// widths lists runs of glyphs: the first number, then the width of each (9.7.4.3).
func (f *font) widths(glyphs []uint16) string {
	var b strings.Builder
	for n, g := range glyphs {
		switch {
		case n == 0:
			fmt.Fprintf(&b, "%d [%d", g, f.width(g))
		case g == glyphs[n-1]+1:
			fmt.Fprintf(&b, " %d", f.width(g))
		default:
			fmt.Fprintf(&b, "] %d [%d", g, f.width(g))
		}
	}
	return b.String() + "]"
}

// toUnicode is the table by which readers get text back from glyphs (9.10.3). A section holds at
// most 100 lines.
func toUnicode(glyphs []uint16, used map[uint16]rune) string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for part := range slices.Chunk(glyphs, 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, g := range part {
			fmt.Fprintf(&b, "<%04X> <", g)
			for _, u := range utf16.Encode([]rune{used[g]}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}
