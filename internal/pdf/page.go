package pdf

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"
)

// A4 with its margins, in points.
const (
	point        = 72 / 25.4 // per millimetre
	pageWidth    = 210 * point
	pageHeight   = 297 * point
	marginSide   = 25 * point
	marginTop    = 24 * point
	marginBottom = 25 * point
	textWidth    = pageWidth - 2*marginSide
)

// page is a page with what is drawn on it so far.
type page struct {
	ref     ref
	content bytes.Buffer
	marks   []*element // owner of each mark, by MCID
	open    *element   // owner of the mark that is open
	annots  []annotation
	bare    bool // neither header nor footer
	wide    bool // lying, for a picture that is
}

func (p *page) size() (width, height float64) {
	if p.wide {
		return pageHeight, pageWidth
	}
	return pageWidth, pageHeight
}

// annotation is a link on a page: one box for each line of its text.
type annotation struct {
	ref   ref
	key   int // in the parent tree
	owner *element
	url   string
	text  string
	boxes []box
}

// box is a rectangle: left, bottom, right, top.
type box [4]float64

func (b box) String() string {
	return num(b[0]) + " " + num(b[1]) + " " + num(b[2]) + " " + num(b[3])
}

// mark lets what is drawn next belong to e.
func (p *page) mark(e *element) {
	if p.open == e {
		return
	}
	p.end()
	fmt.Fprintf(&p.content, "/%s <</MCID %d>> BDC\n", e.kind, len(p.marks))
	e.kids = append(e.kids, kid{page: p, mark: len(p.marks)})
	p.marks = append(p.marks, e)
	p.open = e
}

func (p *page) end() {
	if p.open != nil {
		p.content.WriteString("EMC\n")
		p.open = nil
	}
}

// artifact draws what is no part of the document's text (14.8.2.2): it never stands inside a mark.
func (p *page) artifact(properties string, draw func()) {
	p.end()
	if properties == "" {
		p.content.WriteString("/Artifact BMC\n")
	} else {
		fmt.Fprintf(&p.content, "/Artifact <<%s>> BDC\n", properties)
	}
	draw()
	p.content.WriteString("EMC\n")
}

// rule draws a level line of the given thickness as an artifact.
func (p *page) rule(x, y, width, thickness float64) {
	p.artifact("", func() {
		fmt.Fprintf(&p.content, "0.55 G %s w %s %s m %s %s l S\n", num(thickness), num(x), num(y), num(x+width), num(y))
	})
}

// fill draws a light ground as an artifact.
func (p *page) fill(b box) {
	p.artifact("", func() {
		fmt.Fprintf(&p.content, "0.945 0.953 0.965 rg %s %s %s %s re f\n", num(b[0]), num(b[1]), num(b[2]-b[0]), num(b[3]-b[1]))
	})
}

// show draws a line of text from x on its baseline y.
func (p *page) show(l line, x, y float64, st style) {
	fmt.Fprintf(&p.content, "BT %s rg %s %s Td", ink(st.ink), num(x), num(y))
	for start := 0; start < len(l); {
		end := start
		for end < len(l) && l[end].font == l[start].font {
			end++
		}
		fmt.Fprintf(&p.content, " /F%d %s Tf <", l[start].font, num(st.size))
		for _, g := range l[start:end] {
			fmt.Fprintf(&p.content, "%04X", g.id)
		}
		p.content.WriteString("> Tj")
		start = end
	}
	p.content.WriteString(" ET\n")
}

func ink(c color.RGBA) string {
	part := func(v uint8) string { return num(float64(v) / 255) }
	return part(c.R) + " " + part(c.G) + " " + part(c.B)
}

// num writes a number with at most three decimals, as PDF knows no exponents.
func num(v float64) string {
	s := []byte(strconv.FormatFloat(v, 'f', 3, 64))
	s = bytes.TrimRight(s, "0")
	s = bytes.TrimSuffix(s, []byte("."))
	if string(s) == "-0" {
		return "0"
	}
	return string(s)
}
