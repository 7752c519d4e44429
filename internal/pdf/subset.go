package pdf

import (
	"bytes"
	"maps"
	"slices"
)

// Flags of a part of a composite outline (OpenType specification, "glyf").
const (
	partWords = 1 << 0
	partScale = 1 << 3
	partMore  = 1 << 5
	partXY    = 1 << 6
	part2x2   = 1 << 7
)

// subset returns a font file with only the outlines of the used glyphs, which keep their numbers;
// outlines between them are empty and those above the highest are gone.
func (f *font) subset(used map[uint16]rune) []byte {
	keep := map[uint16]bool{}
	f.keep(0, keep) // .notdef, which every font must have
	for glyph := range used {
		f.keep(glyph, keep)
	}
	count := int(slices.Max(slices.Collect(maps.Keys(keep)))) + 1

	var glyf bytes.Buffer
	loca := make([]byte, 0, 4*(count+1))
	hmtx := make([]byte, 0, 4*count)
	for n := range count {
		glyph := uint16(n)                               // #nosec G115 -- a font has at most 65,535 glyphs
		loca = be.AppendUint32(loca, uint32(glyf.Len())) // #nosec G115 -- a font of ours is far below 4 GiB
		if keep[glyph] {
			glyf.Write(f.outline(glyph))
			glyf.Write(make([]byte, -glyf.Len()&3))
		}
		hmtx = be.AppendUint16(hmtx, f.advances[n])
		hmtx = be.AppendUint16(hmtx, f.bearing(n))
	}
	loca = be.AppendUint32(loca, uint32(glyf.Len())) // #nosec G115 -- a font of ours is far below 4 GiB

	tables := map[string][]byte{
		"glyf": glyf.Bytes(), "loca": loca, "hmtx": hmtx,
		"head": patched(f.tables["head"], 50, 1),             // long offsets
		"hhea": patched(f.tables["hhea"], 34, uint16(count)), // #nosec G115 -- a font has at most 65,535 glyphs
		"maxp": patched(f.tables["maxp"], 4, uint16(count)),
	} // #nosec G115 -- a font has at most 65,535 glyphs
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if t := f.tables[name]; t != nil {
			tables[name] = t
		}
	}
	return fontFile(tables)
}

// keep adds a glyph and the parts that it is composed of.
func (f *font) keep(glyph uint16, keep map[uint16]bool) {
	if keep[glyph] {
		return
	}
	keep[glyph] = true
	o := f.outline(glyph)
	if len(o) == 0 || signed(o) >= 0 {
		return
	}
	for at, flags := 10, uint16(partMore); flags&partMore != 0; {
		flags = be.Uint16(o[at:])
		f.keep(be.Uint16(o[at+2:]), keep)
		at += 6
		if flags&partWords != 0 {
			at += 2
		}
		switch {
		case flags&partScale != 0:
			at += 2
		case flags&partXY != 0:
			at += 4
		case flags&part2x2 != 0:
			at += 8
		}
	}
}

// bearing returns the left side bearing of a glyph: after the last advance, hmtx has bearings only.
func (f *font) bearing(glyph int) uint16 {
	hmtx, long := f.tables["hmtx"], int(be.Uint16(f.tables["hhea"][34:]))
	if glyph < long {
		return be.Uint16(hmtx[4*glyph+2:])
	}
	return be.Uint16(hmtx[4*long+2*(glyph-long):])
}

func patched(table []byte, at int, value uint16) []byte {
	out := bytes.Clone(table)
	be.PutUint16(out[at:], value)
	return out
}

// fontFile puts tables together with their checksums (OpenType specification, "otff").
func fontFile(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	be.PutUint32(tables["head"][8:], 0)
	power := 1
	for power*2 <= len(names) {
		power *= 2
	}
	log := 0
	for 1<<(log+1) <= len(names) {
		log++
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(names), 16 * power, log, 16 * (len(names) - power)} {
		out = be.AppendUint16(out, uint16(v)) // #nosec G115 -- a font has fewer than 20 tables
	}
	at, head := 12+16*len(names), 0
	var body []byte
	for _, name := range names {
		t := tables[name]
		if name == "head" {
			head = at + len(body)
		}
		out = append(out, name...)
		out = be.AppendUint32(out, checksum(t))
		out = be.AppendUint32(out, uint32(at+len(body))) // #nosec G115 -- a font of ours is far below 4 GiB
		out = be.AppendUint32(out, uint32(len(t)))       // #nosec G115 -- a font of ours is far below 4 GiB
		body = append(body, t...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	out = append(out, body...)
	be.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for ; len(b) >= 4; b = b[4:] {
		sum += be.Uint32(b)
	}
	if len(b) > 0 {
		sum += be.Uint32(append(bytes.Clone(b), make([]byte, 4-len(b))...))
	}
	return sum
}
