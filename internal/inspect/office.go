package inspect

import (
	"bytes"
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

// macroMarks are the names of the storage of macros in old Office files, as their directory writes
// them; objectMark is how RTF begins an object, and fetchMarks, in small letters, are its template
// from elsewhere and what asks another program, in RTF and in files of Word.
var (
	macroMarks = [][]byte{utf16("_VBA_PROJECT"), utf16("Macros"), utf16("_VBA_PROJECT_CUR")}
	objectMark = []byte(`\objdata`)
	fetchMarks = [][]byte{[]byte(`\*\template http`), []byte(`\*\template \\`), []byte("ddeauto"), utf16("ddeauto")}
)

func utf16(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// oldOffice looks for macros, objects and what is fetched in files from before 2007.
func (l *look) oldOffice(r io.Reader) error {
	return l.windows(r, func(seen []byte) error {
		small := bytes.ToLower(seen)
		if bytes.Contains(small, objectMark) {
			l.note(Files)
		}
		if slices.ContainsFunc(fetchMarks, func(m []byte) bool { return bytes.Contains(small, m) }) {
			if err := l.treat(l.rules.External, External); err != nil {
				return err
			}
		}
		for _, m := range macroMarks {
			if bytes.Contains(seen, m) {
				return l.treat(l.rules.Macros, Macros)
			}
		}
		return nil
	})
}
