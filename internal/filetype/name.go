package filetype

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	nameMax      = 200 // bytes; leaves room for " (2)" below the 255 of file systems
	extensionMax = 16  // bytes with the dot; what is longer is part of the name
	nameless     = "file"
)

// CleanName makes a name that is safe to store, show and send of whatever a client sent: the last
// element of a path, in NFC, of at most 200 bytes with the extension kept, without control
// characters, invisible ones and those that change the direction of text, without dots and spaces
// at its ends. It is never empty, and cleaning it again changes nothing.
func CleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(keep, name)
	name = strings.Join(strings.Fields(norm.NFC.String(name)), " ")
	name = cut(strings.Trim(name, ". "))
	if name == "" {
		return nameless
	}
	return name
}

// keep drops what has no place in a name: Cc is CR, LF, NUL and the like, Cf the bidirectional
// overrides and zero-width characters, Zl and Zp break lines, and the replacement character is
// what invalid UTF-8 turns into.
func keep(r rune) rune {
	if r == utf8.RuneError || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
		return -1
	}
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// cut takes from the end of the stem, between characters.
func cut(name string) string {
	if len(name) <= nameMax {
		return name
	}
	stem, extension := split(name)
	n := nameMax - len(extension)
	for !utf8.RuneStart(stem[n]) {
		n--
	}
	return strings.TrimRight(stem[:n], ". ") + extension
}

// split returns the name up to its extension, and the extension with its dot, or "" when the name
// has none.
func split(name string) (stem, extension string) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || i == len(name)-1 || len(name)-i > extensionMax {
		return name, ""
	}
	return name[:i], name[i:]
}
