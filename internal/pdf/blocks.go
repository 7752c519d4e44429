package pdf

import (
	"fmt"
	"strconv"
)

// headings by level: the style and the space above.
var headings = [6]struct {
	style
	above float64
}{
	{style{font: bold, size: 20, leading: 26}, 14},
	{style{font: bold, size: 14, leading: 19}, 12},
	{style{font: bold, size: 12, leading: 16.5}, 9},
	{boldStyle, 7},
	{boldStyle, 7},
	{boldStyle, 7},
}

func (h Heading) draw(l *layout) error {
	st := headings[h.Level-1]
	if h.Level < 3 {
		st.ink = l.doc.Accent
	}
	lines := l.lines(h.Text, st.style, textWidth)
	// A heading never stands alone at the foot of a page.
	l.need(st.above + float64(len(lines))*st.leading + 3*bodyStyle.leading)
	l.space(st.above)
	l.marks = append(l.marks, bookmark{level: h.Level, text: clean(h.Text), page: l.page, y: l.y})
	l.flow(l.top.add("H"+strconv.Itoa(h.Level), ""), lines, marginSide, st.style)
	l.y -= gap / 2
	return nil
}

func (p Paragraph) draw(l *layout) error {
	if lines := l.lines(p.Text, bodyStyle, textWidth); len(lines) > 0 {
		l.flow(l.top.add("P", ""), lines, marginSide, bodyStyle)
		l.y -= gap
	}
	return nil
}

func (b List) draw(l *layout) error {
	if len(b.Items) == 0 {
		return nil
	}
	numbering := "Disc"
	if b.Ordered {
		numbering = "Decimal"
	}
	list := l.top.add("L", " /A <</O /List /ListNumbering /"+numbering+">>")
	first := max(b.Start, 1)
	indent := l.fonts.shape(b.label(first+len(b.Items)-1), regular).width(bodyStyle.size) + gap
	for n, text := range b.Items {
		item := list.add("LI", "")
		lines := l.lines(text, bodyStyle, textWidth-indent)
		l.need(bodyStyle.leading * float64(min(2, max(1, len(lines)))))
		l.put(item.add("Lbl", ""), l.fonts.shape(b.label(first+n), regular), marginSide, l.y, bodyStyle)
		if len(lines) == 0 {
			l.y -= bodyStyle.leading
		}
		l.flow(item.add("LBody", ""), lines, marginSide+indent, bodyStyle)
		l.y -= gap / 4
	}
	l.y -= gap
	return nil
}

func (b List) label(number int) string {
	if b.Ordered {
		return strconv.Itoa(number) + "."
	}
	return "•"
}

func (k Link) draw(l *layout) error {
	link := l.top.add("P", "").add("Link", "")
	st := bodyStyle
	st.ink.B = 170
	var boxes []box
	for _, t := range l.lines(k.Text, st, textWidth) {
		if l.room() < st.leading && len(boxes) > 0 {
			l.annotate(link, k, boxes)
			boxes = nil
		}
		l.need(st.leading)
		boxes = append(boxes, l.put(link, t, marginSide, l.y, st))
		l.y -= st.leading
	}
	l.annotate(link, k, boxes)
	l.y -= gap
	return nil
}

// annotate makes a link of boxes on this page. The line below it shows without colour that it is
// one (WCAG 1.4.1).
func (l *layout) annotate(link *element, k Link, boxes []box) {
	a := annotation{ref: l.objects.reserve(), owner: link, url: k.URL, text: clean(k.Text), boxes: boxes}
	l.page.annots = append(l.page.annots, a)
	link.kids = append(link.kids, kid{page: l.page, annot: a.ref})
	for _, b := range boxes {
		y := bodyStyle.baseline(b[3]) - 1.5
		l.page.artifact("", func() {
			fmt.Fprintf(&l.page.content, "0 0 0.667 RG 0.6 w %s %s m %s %s l S\n", num(b[0]), num(y), num(b[2]), num(y))
		})
	}
}

func (PageBreak) draw(l *layout) error {
	if !l.fresh() {
		l.newPage()
	}
	return nil
}
