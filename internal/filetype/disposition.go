package filetype

import (
	"fmt"
	"strings"
)

// Disposition returns the value of a Content-Disposition header (RFC 6266) for a file of that
// name, which is cleaned first. Kind is "inline" or "attachment"; anything else is an attachment.
// A name outside ASCII is given twice, for old programs with "_" in it and for all others in
// UTF-8 (RFC 8187).
func Disposition(kind, name string) string {
	if kind != "inline" {
		kind = "attachment"
	}
	name = CleanName(name)
	ascii := strings.Map(asciiOnly, name)
	value := kind + `; filename="` + ascii + `"`
	if ascii != name {
		value += "; filename*=UTF-8''" + encode(name)
	}
	return value
}

// asciiOnly replaces what may not stand between quotes, and "%", which some browsers decode
// (RFC 6266, appendix D).
func asciiOnly(r rune) rune {
	if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
		return '_'
	}
	return r
}

// attrPunctuation is what RFC 8187 leaves unencoded besides letters and digits.
const attrPunctuation = "!#$&+-.^_`|~"

func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(attrPunctuation, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
