package pdf

import (
	"errors"
	"fmt"
	"io"
)

// producer is what the file says it was made with.
const producer = "Voordeur"

// Write writes the document as a tagged PDF file. It returns an error, and writes nothing, when
// the document breaks a rule of its blocks: no title, a skipped heading level, a row with too few
// cells, a picture without description, a link that is no absolute ASCII URI.
func Write(w io.Writer, d Document) error {
	l, err := newLayout()
	if err != nil {
		return err
	}
	if err := l.set(d); err != nil {
		return err
	}
	return l.write(w, d)
}

// WriteSheets writes several documents as one file that is printed on both sides of the paper: each
// begins on a sheet of its own, with an empty page before it where the last one ends on a front. Each
// keeps its language, footer and page numbers. The file has title, language, author and date of whole,
// whose blocks count for nothing.
func WriteSheets(w io.Writer, whole Document, all []Document) error {
	l, err := newLayout()
	if err != nil {
		return err
	}
	root := l.top
	for n, d := range all {
		if len(l.pages)%2 == 1 {
			l.newPage()
		}
		l.top = root.add("Part", " /Lang "+text(d.Lang))
		if err := l.set(d); err != nil {
			return fmt.Errorf("pdf: document %d: %w", n, err)
		}
	}
	l.top = root
	return l.write(w, whole)
}

// write writes what is set as a file with the title, language, author and date of d.
func (l *layout) write(w io.Writer, d Document) error {
	if err := d.check(); err != nil {
		return err
	}
	if len(l.pages) == 0 {
		return errors.New("pdf: file without a page")
	}
	l.doc = d
	if err := l.file(w); err != nil {
		return fmt.Errorf("pdf: write: %w", err)
	}
	return nil
}

func (l *layout) file(w io.Writer) error {
	o := l.objects
	tree := writeTree(o, l.top, l.pages)
	pages := l.writePages()
	meta := o.stream("/Type /Metadata /Subtype /XML", []byte(l.doc.xmp()), asIs)
	catalog := fmt.Sprintf("<</Type /Catalog /Pages %v /Lang %s /MarkInfo <</Marked true>> /StructTreeRoot %v "+
		"/ViewerPreferences <</DisplayDocTitle true>> /Metadata %v", pages, text(l.doc.Lang), tree, meta)
	if len(l.marks) > 0 {
		catalog += fmt.Sprintf(" /Outlines %v", l.writeOutline())
	}
	return o.file(w, o.add(catalog+">>"), o.add(l.doc.info()))
}

// writePages writes the pages with all they refer to, and returns the page tree.
func (l *layout) writePages() ref {
	o := l.objects
	fonts, images := "", ""
	for n, used := range l.fonts.used {
		if len(used) > 0 {
			fonts += fmt.Sprintf(" /F%d %v", n, l.fonts.fonts[n].write(o, used))
		}
	}
	for _, r := range l.images {
		images += fmt.Sprintf(" /I%d %v", int(r), r)
	}
	resources := o.add(fmt.Sprintf("<</Font <<%s>> /XObject <<%s>>>>", fonts, images))
	tree, kids := o.reserve(), ""
	for n, p := range l.pages {
		content := o.stream("", p.content.Bytes(), packed)
		width, height := p.size()
		o.set(p.ref, fmt.Sprintf("<</Type /Page /Parent %v /MediaBox [0 0 %s %s] /Resources %v /Contents %v /StructParents %d /Tabs /S%s>>",
			tree, num(width), num(height), resources, content, n, p.writeAnnotations(o)))
		kids += " " + p.ref.String()
	}
	o.set(tree, fmt.Sprintf("<</Type /Pages /Count %d /Kids [%s]>>", len(l.pages), kids[1:]))
	return tree
}

// writeAnnotations writes the links of a page and returns the entry that lists them (12.5.6.5).
func (p *page) writeAnnotations(o *objects) string {
	if len(p.annots) == 0 {
		return ""
	}
	list := ""
	for _, a := range p.annots {
		around, quads := a.boxes[0], ""
		for _, b := range a.boxes {
			around = box{min(around[0], b[0]), min(around[1], b[1]), max(around[2], b[2]), max(around[3], b[3])}
			quads += fmt.Sprintf(" %s %s %s %s %s %s %s %s", num(b[0]), num(b[3]), num(b[2]), num(b[3]), num(b[0]), num(b[1]), num(b[2]), num(b[1]))
		}
		o.set(a.ref, fmt.Sprintf("<</Type /Annot /Subtype /Link /Rect [%v] /QuadPoints [%s] /Border [0 0 0] /F 4 /Contents %s /StructParent %d "+
			"/A <</Type /Action /S /URI /URI %s>>>>", around, quads[1:], text(a.text), a.key, text(a.url)))
		list += " " + a.ref.String()
	}
	return " /Annots [" + list[1:] + "]"
}
