package mail

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var placeholderName = regexp.MustCompile(`^[a-z][a-z_]{0,30}$`)

// piece is a stretch of a filled template: the template's own words, or the value of a place.
type piece struct {
	text string
	name string // of the place; empty for the template's own words
}

// Fill returns the template with every {name} replaced by its value. There is nothing but places:
// no conditions, no functions, and a value is never looked at again, so {x} in a value stays as it
// is. A place without a value, or a brace that is no place, is an error that an administrator can
// read about. The result is plain text; Compose escapes it for HTML.
func Fill(template string, values map[string]string) (string, error) {
	pieces, err := parse(template, values)
	if err != nil {
		return "", err
	}
	return join(pieces), nil
}

func parse(template string, values map[string]string) ([]piece, error) {
	var pieces []piece
	for rest := template; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return nil, fmt.Errorf("mail: template: a } without {")
		}
		pieces = append(pieces, piece{text: before})
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || !placeholderName.MatchString(name) {
			return nil, fmt.Errorf("mail: template: a { that starts no place")
		}
		value, known := values[name]
		if !known {
			return nil, fmt.Errorf("mail: template: unknown place {%s}", name)
		}
		pieces = append(pieces, piece{text: OneLine(value), name: name})
		rest = tail
	}
	return pieces, nil
}

func join(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// OneLine keeps a value within its sentence, and as it reads: a name with line ends could pretend to
// be a paragraph.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Bidi_Control):
			return -1
		case unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
