package inspect

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const (
	// maxXML is how much XML of a file is read element by element: large sheets take a hundred million bytes.
	maxXML = 256 << 20
	// maxRun is the most bytes without an angle bracket: longer texts and values are not kept in memory.
	maxRun = 1 << 20
	// maxElements is how deep elements may stand in one another; those of Office stay below a hundred.
	maxElements = 1000
)

// xlink is the namespace in which OpenDocument names what it takes from elsewhere.
const xlink = "http://www.w3.org/1999/xlink"

// xml refuses XML that defines entities, wherever that stands, and looks for what a document fetches
// from elsewhere when it is opened.
func (l *look) xml(r io.Reader) error {
	all := io.TeeReader(r, &search{})
	err := l.fetches(all)
	if err == nil {
		_, err = io.Copy(io.Discard, all)
	}
	if _, no := errors.AsType[refused](err); no {
		return err
	}
	if err != nil {
		return l.torn()
	}
	return l.ctx.Err()
}

var entityMark = []byte("<!ENTITY")

// search refuses what is written to it when entities are defined there.
type search struct{ kept []byte }

// Write implements io.Writer.
func (s *search) Write(p []byte) (int, error) {
	seen := append(s.kept, flatten(p)...)
	if bytes.Contains(seen, entityMark) {
		return 0, refused(Entities)
	}
	s.kept = append(s.kept[:0], seen[max(0, len(seen)-len(entityMark)):]...)
	return len(p), nil
}

// flatten makes plain letters of UTF-16, which XML may be in: it has a zero beside each.
func flatten(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0}, nil) }

var errTooMuch = errors.New("more than is kept in memory")

// plain reads XML for the decoder, which keeps each text and each value in memory: without the zeros
// of UTF-16, and only as long as there is an angle bracket now and then.
type plain struct {
	r    io.Reader
	left *int64 // what may still be read of the file's XML
	run  int
}

// Read implements io.Reader.
func (p *plain) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if *p.left -= int64(n); *p.left < 0 {
		return 0, errTooMuch
	}
	if last := bytes.LastIndexAny(b[:n], "<>"); last >= 0 {
		p.run = n - last
	} else if p.run += n; p.run > maxRun {
		return 0, errTooMuch
	}
	return copy(b, flatten(b[:n])), err
}

// fetches notices what a document fetches from elsewhere or asks of another program when it is opened.
// A link that somebody follows is none of it.
func (l *look) fetches(r io.Reader) error {
	left := maxXML - l.parsed
	d := xml.NewDecoder(&plain{r: r, left: &left})
	defer func() { l.parsed = maxXML - max(left, 0) }()
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var f fields
	for depth := 0; ; {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if _, no := errors.AsType[refused](err); no {
			return err
		}
		if err != nil || depth > maxElements {
			l.note(Uninspected)
			return nil
		}
		runs, outside := false, false
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			runs, outside = strings.HasPrefix(value(t, xlink, "href"), "vnd.sun.star."), takes(t) || f.begin(t)
		case xml.CharData:
			f.text(t)
		case xml.EndElement:
			depth--
			outside = f.end(t)
		}
		if runs {
			err = l.treat(l.rules.Macros, Macros)
		}
		if outside && err == nil {
			err = l.treat(l.rules.External, External)
		}
		if err != nil {
			return err
		}
	}
}

// takes reports whether an element takes something from outside the document: a relation of Office
// Open XML, a reference of OpenDocument, or a table's link to another program.
func takes(e xml.StartElement) bool {
	switch e.Name.Local {
	case "Relationship":
		return strings.EqualFold(value(e, "", "TargetMode"), "External") && !strings.HasSuffix(value(e, "", "Type"), "/hyperlink")
	case "ddeLink", "dde-source":
		return true
	case "a", "form", "template": // somebody follows it, sends it, or made the document with it
		return false
	}
	return elsewhere(value(e, xlink, "href"))
}

func value(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && (space == "" || a.Name.Space == space) {
			return a.Value
		}
	}
	return ""
}

// elsewhere reports whether a reference leaves the document. Other files of the computer are outside
// too, but ones that the sender cannot know.
func elsewhere(ref string) bool {
	scheme, _, found := strings.Cut(strings.ToLower(strings.TrimSpace(ref)), ":")
	return strings.HasPrefix(ref, "//") || strings.HasPrefix(ref, `\\`) ||
		found && (strings.HasPrefix(scheme, "http") || strings.HasPrefix(scheme, "ftp") || scheme == "file" || scheme == "smb" || scheme == "webdav")
}

// fields reads the instructions of Word's fields, which stand in an attribute or in pieces of text.
type fields struct {
	code   []byte
	inside bool
}

// maxCode is how much of an instruction is kept; what it does is its first word.
const maxCode = 4 << 10

func (f *fields) begin(e xml.StartElement) bool {
	switch e.Name.Local {
	case "instrText":
		f.inside = true
	case "fldSimple":
		return asks(value(e, "", "instr"))
	case "fldChar": // an instruction begins or ends
		f.code = f.code[:0]
	}
	return false
}

func (f *fields) text(t xml.CharData) {
	if f.inside && len(f.code)+len(t) <= maxCode {
		f.code = append(f.code, t...)
	}
}

func (f *fields) end(e xml.EndElement) bool {
	if e.Name.Local != "instrText" {
		return false
	}
	f.inside = false
	return asks(string(f.code))
}

// asks reports whether a field's instruction asks another program or another host.
func asks(code string) bool {
	word := strings.Fields(strings.ToUpper(code))
	switch {
	case len(word) == 0:
		return false
	case word[0] == "DDE", word[0] == "DDEAUTO":
		return true
	case strings.HasPrefix(word[0], "INCLUDE") || word[0] == "IMPORT":
		return len(word) > 1 && elsewhere(strings.Trim(word[1], `"`))
	}
	return false
}
