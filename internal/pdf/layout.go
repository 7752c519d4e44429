package pdf

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"
)

// style is how text looks; measures in points.
type style struct {
	font    int
	size    float64
	leading float64 // from baseline to baseline
	ink     color.RGBA
}

var (
	bodyStyle  = style{font: regular, size: 11, leading: 15.5}
	boldStyle  = style{font: bold, size: 11, leading: 15.5}
	cellStyle  = style{font: regular, size: 10, leading: 13.5}
	headStyle  = style{font: bold, size: 10, leading: 13.5}
	smallStyle = style{font: regular, size: 8.5, leading: 12, ink: color.RGBA{R: 70, G: 70, B: 70}}
)

// gap is the space after a block, in points.
const gap = 8

// layout sets blocks on pages, from top to bottom.
type layout struct {
	doc     Document // whose pages are being set
	fonts   *fontSet
	objects *objects
	top     *element
	pages   []*page
	page    *page
	y       float64 // below what has been drawn
	marks   []bookmark
	images  []ref
}

// bookmark is an entry of the outline.
type bookmark struct {
	level int
	text  string
	page  *page
	y     float64
}

func newLayout() (*layout, error) {
	fonts, err := newFontSet()
	if err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return &layout{fonts: fonts, objects: &objects{}, top: &element{kind: "Document"}}, nil
}

// set sets a document on pages of its own.
func (l *layout) set(d Document) error {
	if err := d.check(); err != nil {
		return err
	}
	l.doc = d
	from := len(l.pages)
	l.newPage()
	for n, b := range d.Blocks {
		if err := b.draw(l); err != nil {
			return fmt.Errorf("pdf: block %d: %w", n, err)
		}
	}
	l.finish(l.pages[from:])
	return nil
}

func (l *layout) newPage() {
	if l.page != nil {
		l.page.end()
	}
	l.page = &page{ref: l.objects.reserve()}
	l.pages = append(l.pages, l.page)
	l.y = pageHeight - marginTop
}

// fresh reports whether nothing stands on the page yet.
func (l *layout) fresh() bool { return l.y == pageHeight-marginTop }

func (l *layout) room() float64 { return l.y - marginBottom }

// need starts a new page when less than height is left.
func (l *layout) need(height float64) {
	if l.room() < height && !l.fresh() {
		l.newPage()
	}
}

// space leaves room between blocks; atop a page there is none.
func (l *layout) space(height float64) {
	if !l.fresh() {
		l.y -= height
	}
}

// lines shapes text and breaks it to a width in points; text that is just as wide fits.
func (l *layout) lines(text string, st style, width float64) []line {
	return l.fonts.shape(text, st.font).wrap(int(width/st.size*1000 + 0.5))
}

// put draws a line as part of e with its top at y, and returns its box.
func (l *layout) put(e *element, t line, x, y float64, st style) box {
	l.page.mark(e)
	l.page.show(t, x, st.baseline(y), st)
	return box{x, y - st.leading, x + t.width(st.size), y}
}

// baseline returns where the baseline of a line is whose top is at y: capitals, seven tenths of
// the size high, stand in the middle.
func (st style) baseline(y float64) float64 { return y - (st.leading+0.7*st.size)/2 }

// flow draws lines one below the other as part of e, on as many pages as it takes. A block of
// several lines does not leave its first one alone at the foot of a page.
func (l *layout) flow(e *element, lines []line, x float64, st style) {
	if len(lines) > 1 {
		l.need(2 * st.leading)
	}
	for _, t := range lines {
		l.need(st.leading)
		l.put(e, t, x, l.y, st)
		l.y -= st.leading
	}
}

// finish draws header and footer on the pages of a document, when it is known how many there are.
func (l *layout) finish(pages []*page) {
	l.page.end()
	for n, p := range pages {
		if p.bare {
			continue
		}
		if n > 0 && l.doc.Header != "" {
			l.running(p, "Header", l.doc.Header, "", pageHeight-marginTop/2)
		}
		label := l.doc.PageLabel
		if label == "" {
			label = "{n} / {total}"
		}
		label = strings.NewReplacer("{n}", strconv.Itoa(n+1), "{total}", strconv.Itoa(len(pages))).Replace(label)
		l.running(p, "Footer", l.doc.Footer, label, marginBottom/2)
	}
}

// running draws the line that stands on every page: text at the left, a label at the right.
func (l *layout) running(p *page, kind, text, label string, y float64) {
	right := l.fonts.shape(label, regular)
	width := right.width(smallStyle.size)
	p.artifact("/Type /Pagination /Subtype /"+kind, func() {
		if lines := l.lines(text, smallStyle, textWidth-width-gap); len(lines) > 0 {
			p.show(lines[0], marginSide, y, smallStyle)
		}
		if len(right) > 0 {
			p.show(right, pageWidth-marginSide-width, y, smallStyle)
		}
	})
}
