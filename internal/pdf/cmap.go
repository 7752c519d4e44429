package pdf

import "errors"

// parseGlyphs reads which glyph stands for which character: format 12 where the font has it, else
// format 4, both for Unicode (OpenType specification, "cmap").
func (f *font) parseGlyphs() error {
	f.glyphs = map[rune]uint16{}
	cmap := f.tables["cmap"]
	var four, twelve []byte
	for n := range int(be.Uint16(cmap[2:])) {
		entry := cmap[4+8*n:]
		if platform := be.Uint16(entry); platform != 0 && platform != 3 {
			continue
		}
		table := cmap[be.Uint32(entry[4:]):]
		switch be.Uint16(table) {
		case 4:
			four = table
		case 12:
			twelve = table
		}
	}
	switch {
	case twelve != nil:
		f.parseGroups(twelve)
	case four != nil:
		f.parseSegments(four)
	default:
		return errors.New("no Unicode cmap of format 4 or 12")
	}
	return nil
}

func (f *font) parseGroups(table []byte) {
	for n := range int(be.Uint32(table[12:])) {
		group := table[16+12*n:]
		first, last, glyph := be.Uint32(group), be.Uint32(group[4:]), be.Uint32(group[8:])
		for c := first; c <= last; c++ {
			f.glyphs[rune(c)] = uint16(glyph + c - first) // #nosec G115 -- a font has at most 65,535 glyphs
		}
	}
}

func (f *font) parseSegments(table []byte) {
	size := int(be.Uint16(table[6:])) // twice the number of segments
	ends := table[14:]
	starts := ends[size+2:]
	deltas, offsets := starts[size:], starts[2*size:]
	for n := 0; n < size; n += 2 {
		first, last := int(be.Uint16(starts[n:])), int(be.Uint16(ends[n:]))
		offset := int(be.Uint16(offsets[n:]))
		for c := first; c <= last && c < 0xFFFF; c++ {
			glyph := uint16(c) // #nosec G115 -- two bytes
			if offset != 0 {
				// The offset counts from its own place in the table.
				if glyph = be.Uint16(offsets[n+offset+2*(c-first):]); glyph == 0 {
					continue
				}
			}
			if glyph += be.Uint16(deltas[n:]); glyph != 0 {
				f.glyphs[rune(c)] = glyph
			}
		}
	}
}
