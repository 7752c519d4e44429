package mail

import (
	"errors"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
)

// Why says what kept a mail from arriving: for each there is a text in every language.
type Why string

// What keeps mail from arriving. All but NotSent are for the office to mend; that one is for the
// operator.
const (
	NoSuchAddress Why = "no_address" // the mailbox does not exist, or takes nothing any more
	NoSuchDomain  Why = "no_domain"  // nobody takes mail for what follows the @
	Full          Why = "full"
	TooLate       Why = "too_late" // tried for days
	Refused       Why = "refused"  // the receiver does not want it
	Other         Why = "other"
	NotSent       Why = "not_sent" // our own server did not take it
)

var statusShape = regexp.MustCompile(`^([245])\.([0-9]{1,3})\.([0-9]{1,3})(?:[^0-9.]|$)`)

// statusOf returns the status of RFC 3463 with which a text begins, "" for none.
func statusOf(text string) string {
	m := statusShape.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1] + "." + m[2] + "." + m[3]
}

// reasons are what the last two numbers of a status mean, or the middle one alone.
var reasons = map[string]Why{
	"1.2": NoSuchDomain, "1.8": Refused, "1.7": Refused, "1": NoSuchAddress,
	"2.2": Full, "2.3": Refused, "2": NoSuchAddress,
	"3.4": Refused,
	"4.4": NoSuchDomain, "4.7": TooLate, "4": TooLate,
	"6": Refused, "7": Refused,
}

// WhyOf returns what a status of RFC 3463 means for a mail that will not arrive.
func WhyOf(status string) Why {
	_, rest, _ := strings.Cut(status, ".")
	subject, _, _ := strings.Cut(rest, ".")
	for _, key := range []string{rest, subject} {
		if w, known := reasons[key]; known {
			return w
		}
	}
	return Other
}

// maxWords is how much of what a mail server says is kept, in characters.
const maxWords = 300

// Words makes a text of a stranger's mail server one short line that shows as it is.
func Words(text string) string {
	runes := []rune(strings.Join(strings.Fields(OneLine(text)), " "))
	return string(runes[:min(len(runes), maxWords)])
}

// Said is what a mail server said when Send failed, else the error itself.
func Said(err error) string {
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		return Words(strconv.Itoa(answer.Code) + " " + answer.Msg)
	}
	return Words(err.Error())
}
