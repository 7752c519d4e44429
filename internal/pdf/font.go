package pdf

import (
	"embed"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

// The licences stand beside the fonts: SIL OFL 1.1 for Atkinson Hyperlegible Next, Bitstream Vera
// for DejaVu Sans, which has the symbols and scripts that the former lacks.
//
//go:embed fonts/*.ttf
var fontFiles embed.FS

// Places in a fontSet.
const (
	regular = iota
	bold
	symbols
	fontCount
)

var fontNames = [fontCount]string{"AtkinsonHyperlegibleNext-Regular", "AtkinsonHyperlegibleNext-Bold", "DejaVuSans"}

// embedded parses the fonts once; what it returns is shared and never written to.
var embedded = sync.OnceValues(func() ([fontCount]*font, error) {
	var all [fontCount]*font
	for n, name := range fontNames {
		data, err := fontFiles.ReadFile("fonts/" + name + ".ttf")
		if err != nil {
			return all, err
		}
		if all[n], err = parseFont(name, data); err != nil {
			return all, fmt.Errorf("font %s: %w", name, err)
		}
	}
	return all, nil
})

// font is a TrueType font. Measures are in units of an em, unitsPerEm of which make one em.
type font struct {
	name       string
	tables     map[string][]byte
	unitsPerEm int
	box        [4]int
	ascent     int
	descent    int
	capHeight  int
	advances   []uint16
	outlines   []uint32 // loca: outline n is glyf[outlines[n]:outlines[n+1]]
	glyphs     map[rune]uint16
}

var be = binary.BigEndian

// parseFont reads a TrueType font that stands in this package: lengths inside a table are trusted.
func parseFont(name string, data []byte) (*font, error) {
	f := &font{name: name, tables: map[string][]byte{}}
	for n := range int(be.Uint16(data[4:])) {
		entry := data[12+16*n:]
		at, size := be.Uint32(entry[8:]), be.Uint32(entry[12:])
		f.tables[string(entry[:4])] = data[at : at+size]
	}
	for _, need := range []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf", "cmap", "OS/2"} {
		if f.tables[need] == nil {
			return nil, fmt.Errorf("no table %s", need)
		}
	}
	f.parseMeasures()
	f.parseOutlines()
	return f, f.parseGlyphs()
}

func (f *font) parseMeasures() {
	head, hhea, os2 := f.tables["head"], f.tables["hhea"], f.tables["OS/2"]
	f.unitsPerEm = int(be.Uint16(head[18:]))
	for n := range f.box {
		f.box[n] = signed(head[36+2*n:])
	}
	f.ascent, f.descent = signed(hhea[4:]), signed(hhea[6:])
	f.capHeight = f.ascent
	if be.Uint16(os2) >= 2 {
		f.capHeight = signed(os2[88:])
	}
	count := int(be.Uint16(f.tables["maxp"][4:]))
	long := int(be.Uint16(hhea[34:]))
	f.advances = make([]uint16, count)
	for n := range f.advances {
		f.advances[n] = be.Uint16(f.tables["hmtx"][4*min(n, long-1):])
	}
}

func (f *font) parseOutlines() {
	loca := f.tables["loca"]
	f.outlines = make([]uint32, len(f.advances)+1)
	for n := range f.outlines {
		if signed(f.tables["head"][50:]) == 0 {
			f.outlines[n] = 2 * uint32(be.Uint16(loca[2*n:]))
		} else {
			f.outlines[n] = be.Uint32(loca[4*n:])
		}
	}
}

// outline returns the outline of a glyph, empty for a space.
func (f *font) outline(glyph uint16) []byte {
	return f.tables["glyf"][f.outlines[glyph]:f.outlines[glyph+1]]
}

// thousandths converts font units to the thousandths of an em that PDF counts in, rounded.
func (f *font) thousandths(units int) int {
	return int(math.Round(float64(units) * 1000 / float64(f.unitsPerEm)))
}

func (f *font) width(glyph uint16) int { return f.thousandths(int(f.advances[glyph])) }

func signed(b []byte) int { return int(int16(be.Uint16(b))) } // #nosec G115 -- two bytes, read with their sign
