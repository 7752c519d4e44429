package pdf

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// info is the information dictionary (14.3.3).
func (d Document) info() string {
	s := "<</Title " + text(clean(d.Title)) + " /Producer (" + producer + ")"
	if d.Author != "" {
		s += " /Author " + text(clean(d.Author))
	}
	if !d.Created.IsZero() {
		// Z for the zone is allowed, but not every reader takes it.
		date := d.Created.UTC().Format("(D:20060102150405+00'00')")
		s += " /CreationDate " + date + " /ModDate " + date
	}
	return s + ">>"
}

// xmp is the metadata that PDF/UA-1 asks for: a title and the claim to be PDF/UA-1 (ISO 14289-1, 5).
func (d Document) xmp() string {
	var b strings.Builder
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"` +
		` xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">` + "\n")
	fmt.Fprintf(&b, `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>`+"\n", escape(d.Title))
	fmt.Fprintf(&b, "<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>\n", escape(d.Lang))
	if d.Author != "" {
		fmt.Fprintf(&b, "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n", escape(d.Author))
	}
	if !d.Created.IsZero() {
		date := d.Created.UTC().Format(time.RFC3339)
		fmt.Fprintf(&b, "<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>\n", date, date)
	}
	b.WriteString("<pdf:Producer>" + producer + "</pdf:Producer><pdfuaid:part>1</pdfuaid:part>\n" +
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>")
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	// A strings.Builder takes everything.
	_ = xml.EscapeText(&b, []byte(clean(s)))
	return b.String()
}

// outline is an entry of the outline with the entries below it.
type outline struct {
	bookmark
	ref  ref
	kids []*outline
}

// writeOutline writes the headings as bookmarks (12.3.3) and returns the outline.
func (l *layout) writeOutline() ref {
	top := &outline{ref: l.objects.reserve()}
	path := []*outline{top}
	for _, m := range l.marks {
		n := &outline{bookmark: m, ref: l.objects.reserve()}
		for path[len(path)-1].level >= m.level {
			path = path[:len(path)-1]
		}
		parent := path[len(path)-1]
		parent.kids = append(parent.kids, n)
		path = append(path, n)
	}
	l.objects.set(top.ref, "<</Type /Outlines"+top.write(l.objects)+">>")
	return top.ref
}

// write sets the entries below e, and returns the part of e's dictionary that leads to them.
func (e *outline) write(o *objects) string {
	for n, k := range e.kids {
		dict := fmt.Sprintf("<</Title %s /Parent %v /Dest [%v /XYZ %s %s null]", text(k.text), e.ref, k.page.ref, num(marginSide), num(k.y))
		if n > 0 {
			dict += fmt.Sprintf(" /Prev %v", e.kids[n-1].ref)
		}
		if n < len(e.kids)-1 {
			dict += fmt.Sprintf(" /Next %v", e.kids[n+1].ref)
		}
		o.set(k.ref, dict+k.write(o)+">>")
	}
	if len(e.kids) == 0 {
		return ""
	}
	return fmt.Sprintf(" /First %v /Last %v /Count %d", e.kids[0].ref, e.kids[len(e.kids)-1].ref, e.count())
}

// count is how many entries stand below e, all of them unfolded.
func (e *outline) count() int {
	sum := len(e.kids)
	for _, k := range e.kids {
		sum += k.count()
	}
	return sum
}
