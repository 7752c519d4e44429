package inspect

import (
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"slices"
	"strings"
)

// programs are the extensions of what acts when somebody opens it.
var programs = strings.Fields(`exe com scr pif bat cmd ps1 vbs vbe js jse wsf wsh hta msi msp jar lnk url reg cpl dll sh app dmg iso img vhd
	html htm xhtml mht mhtml svg docm dotm xlsm xltm xlam pptm potm ppam ppsm`)

// named notices what the name of an entry tells.
func (l *look) named(name string) error {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	if slices.Contains(programs, strings.TrimPrefix(path.Ext(name), ".")) {
		l.note(Programs)
	}
	switch {
	case path.Base(name) == "vbaproject.bin", name == "basic/script-lc.xml", strings.HasPrefix(name, "scripts/python/"), strings.Contains(name, "/macrosheets/"):
		return l.treat(l.rules.Macros, Macros)
	case strings.Contains(name, "/embeddings/"), strings.Contains(name, "/activex/"), strings.HasPrefix(name, "objectreplacements/"):
		l.note(Files)
	}
	return nil
}

func isXML(name string, head []byte) bool {
	switch path.Ext(strings.ToLower(name)) {
	case ".xml", ".rels":
		return true
	}
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<?xml"))
}

// maxRelations is how much of a list of relations is looked at.
const maxRelations = 1 << 20

var entityMark = []byte("<!ENTITY")

// entities refuses XML that defines entities, wherever that stands, and looks at relations of Office
// documents to places elsewhere.
func (l *look) entities(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxRelations))
	if err != nil {
		return l.torn()
	}
	if flat := flatten(b); bytes.Contains(flat, []byte("schemas.openxmlformats.org/package/2006/relationships")) || bytes.Contains(flat, []byte("purl.oclc.org/ooxml")) {
		if len(b) == maxRelations {
			l.note(Uninspected)
		}
		if err := l.relations(flat); err != nil {
			return err
		}
	}
	return l.windows(io.MultiReader(bytes.NewReader(b), r), func(seen []byte) error {
		if bytes.Contains(flatten(seen), entityMark) {
			return refused(Entities)
		}
		return nil
	})
}

// flatten makes plain letters of UTF-16, which XML may be in: it has a zero beside each.
func flatten(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0}, nil) }

// windows shows all of r piece by piece, with some of what came before each.
func (l *look) windows(r io.Reader, f func(seen []byte) error) error {
	const step, overlap = 64 << 10, 64
	buf, kept := make([]byte, overlap+step), 0
	for {
		n, err := io.ReadFull(r, buf[kept:kept+step])
		seen := buf[:kept+n]
		if err := f(seen); err != nil {
			return err
		}
		if err != nil {
			return l.ctx.Err()
		}
		kept = copy(buf, seen[len(seen)-overlap:])
	}
}

// relations notices what a document fetches from elsewhere when it is opened. A link that somebody
// follows is none of it.
func (l *look) relations(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		t, err := d.Token()
		if err != nil { // also where the file is cut
			return nil
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" {
			continue
		}
		attr := map[string]string{}
		for _, a := range e.Attr {
			attr[a.Name.Local] = a.Value
		}
		if strings.EqualFold(attr["TargetMode"], "External") && !strings.HasSuffix(attr["Type"], "/hyperlink") {
			return l.treat(l.rules.External, External)
		}
	}
}

// macroMarks are the names of the storage of macros in old Office files, as their directory writes
// them, and objectMark is how RTF begins an object.
var (
	macroMarks = [][]byte{utf16("_VBA_PROJECT"), utf16("Macros"), utf16("_VBA_PROJECT_CUR")}
	objectMark = []byte(`\objdata`)
)

func utf16(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// oldOffice looks for macros and objects in files from before 2007.
func (l *look) oldOffice(r io.Reader) error {
	return l.windows(r, func(seen []byte) error {
		if bytes.Contains(bytes.ToLower(seen), objectMark) {
			l.note(Files)
		}
		for _, m := range macroMarks {
			if bytes.Contains(seen, m) {
				return l.treat(l.rules.Macros, Macros)
			}
		}
		return nil
	})
}
