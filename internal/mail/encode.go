package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// oneKindOfEnd makes all line ends alike: Go's writer of quoted-printable loses a line end that
// follows anywhere after a carriage return that stands alone.
var oneKindOfEnd = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Encode validates the message and returns it in the form of RFC 5322, with CRLF line ends. Equal
// messages give equal bytes. Validation errors are permanent.
func Encode(m Message) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary(boundary(m)))
	setHeaders(msg, m)
	msg.SetBodyString(gomail.TypeTextPlain, oneKindOfEnd.Replace(m.Text))
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, oneKindOfEnd.Replace(m.HTML))
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("mail: encode: %w", err)
	}
	return b.Bytes(), nil
}

func setHeaders(msg *gomail.Msg, m Message) {
	msg.FromMailAddress(&netmail.Address{Name: plainHeader(m.FromName), Address: m.From})
	msg.ToMailAddress(&netmail.Address{Address: m.To})
	if m.ReplyTo != "" {
		msg.ReplyToMailAddress(&netmail.Address{Address: m.ReplyTo})
	}
	msg.Subject(plainHeader(m.Subject))
	msg.SetDateWithValue(m.Date.UTC())
	msg.SetMessageIDWithValue(m.key() + m.From[strings.LastIndexByte(m.From, '@'):])
	// RFC 3834: no out-of-office answers to this message.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.UnsubscribeURL != "" {
		msg.SetListUnsubscribe("<" + m.UnsubscribeURL + ">")
	}
}

// plainHeader joins runs of spaces, which folding could turn into an empty line, and breaks up
// what a reader would decode as an encoded word of RFC 2047.
func plainHeader(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "=?", "= ?")
}

// boundary is the same for the same message and not to be guessed by who writes only the body.
func boundary(m Message) string {
	sum := sha256.Sum256([]byte(m.key() + "\x00" + m.Text + "\x00" + m.HTML))
	return "voordeur-" + hex.EncodeToString(sum[:16])
}
