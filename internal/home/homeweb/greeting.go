package homeweb

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// titles are the ways in which an office writes before a name whom it addresses.
var titles = map[string]string{
	"mevrouw": "madam", "mevr.": "madam", "mw.": "madam", "mrs": "madam", "mrs.": "madam", "ms": "madam", "ms.": "madam",
	"de heer": "sir", "heer": "sir", "dhr.": "sir", "meneer": "sir", "mr": "sir",
}

// addressed returns how somebody is greeted: the title, and the name without initials and with a
// capital, as in "mevrouw De Wit". A name without a title is that of an organisation, or of somebody
// of whom only the first name may be known, and is not greeted by name: surname is "".
func addressed(name string) (title, surname string) {
	words := strings.Fields(name)
	for n := min(2, len(words)); n > 0; n-- {
		if title = titles[strings.ToLower(strings.Join(words[:n], " "))]; title != "" {
			words = words[n:]
			break
		}
	}
	if title == "" {
		return "", ""
	}
	for len(words) > 0 && strings.HasSuffix(words[0], ".") {
		words = words[1:]
	}
	rest := strings.Join(words, " ")
	r, size := utf8.DecodeRuneInString(rest)
	if size == 0 {
		return "", ""
	}
	return title, string(unicode.ToUpper(r)) + rest[size:]
}
