package pdf

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// glyph is one character as a font draws it.
type glyph struct {
	font  int // place in the fontSet
	id    uint16
	r     rune
	width int // thousandths of the font size
}

// line is text that stands on one line.
type line []glyph

// fontSet has the fonts with the glyphs that a document uses, each with the character that text
// extraction gives back for it.
type fontSet struct {
	fonts [fontCount]*font
	used  [fontCount]map[uint16]rune
}

func newFontSet() (*fontSet, error) {
	fonts, err := embedded()
	if err != nil {
		return nil, err
	}
	s := &fontSet{fonts: fonts}
	for n := range s.used {
		s.used[n] = map[uint16]rune{}
	}
	return s, nil
}

// clean composes characters and takes out what has no glyph or only steers line breaks.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r == '\u2011': // hyphen without a break
			return '-'
		case r == '\u202F': // narrow space without a break
			return '\u00A0'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // soft hyphens among them
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, "?")))
}

// shape returns the glyphs of a text; a line feed is drawn as a space, or tag readers join words.
func (s *fontSet) shape(text string, font int) line {
	text = strings.TrimRight(clean(text), " \n")
	out := make(line, 0, len(text))
	for _, r := range text {
		out = append(out, s.glyph(r, font))
	}
	return out
}

func (s *fontSet) glyph(r rune, font int) glyph {
	drawn := r
	if r == '\n' {
		drawn = ' '
	}
	id, ok := s.fonts[font].glyphs[drawn]
	if !ok {
		if other, has := s.fonts[symbols].glyphs[drawn]; has {
			font, id = symbols, other
		} else {
			drawn = '?'
			id = s.fonts[font].glyphs[drawn]
		}
	}
	// Two characters may share a glyph, such as the space and the space without a break.
	if old, has := s.used[font][id]; !has || drawn < old {
		s.used[font][id] = drawn
	}
	return glyph{font: font, id: id, r: r, width: s.fonts[font].width(id)}
}

// width returns how wide the line is at a font size, in points. Spaces at its end do not count.
func (l line) width(size float64) float64 {
	end := len(l)
	for end > 0 && (l[end-1].r == ' ' || l[end-1].r == '\n') {
		end--
	}
	sum := 0
	for _, g := range l[:end] {
		sum += g.width
	}
	return float64(sum) * size / 1000
}

// wrap breaks text into lines of at most limit thousandths of the font size. Each line keeps the
// space at which it broke. A word that is wider than a line is cut.
func (l line) wrap(limit int) []line {
	var out []line
	start, possible, x := 0, 0, 0
	cut := func(at int) {
		out = append(out, l[start:at])
		start, possible, x = at, at, 0
	}
	for n, g := range l {
		if g.r == '\n' {
			cut(n + 1)
			continue
		}
		x += g.width
		if g.r == ' ' {
			possible = n + 1
			continue
		}
		if x > limit && n > start {
			if possible == start {
				possible = n
			}
			cut(possible)
			for _, g := range l[start : n+1] {
				x += g.width
			}
		}
		if g.r == '-' && n > start && unicode.IsLetter(l[n-1].r) {
			possible = n + 1
		}
	}
	if start < len(l) {
		out = append(out, l[start:])
	}
	return out
}

// widestWord returns the width of the widest word at a font size, in points.
func (l line) widestWord(size float64) float64 {
	widest, start := 0.0, 0
	for n, g := range l {
		if g.r == ' ' || g.r == '\n' {
			widest = max(widest, l[start:n].width(size))
			start = n + 1
		}
	}
	return max(widest, l[start:].width(size))
}
