package sms

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Message is one text message to one person.
type Message struct {
	To   Number
	Text string
	// Voice is the language in which the text is spoken on a call, as nl-NL; "" is a text message.
	Voice string
	// Key names the message for ever: at most 32 letters and digits. A repetition has the same one, and
	// what a provider reports of a message has it too.
	Key string
	// Made is when the message was made, and Expires from when it is worth nothing: a provider does not
	// deliver it any more.
	Made, Expires time.Time
}

// maxText is how long a text may be, in bytes.
const maxText = 1000

var keyShape = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)

// check reports what is wrong with a message. It names neither its number nor its text.
func (m Message) check() error {
	switch {
	case m.To.e164 == "":
		return refused(Refused, "no number")
	case m.Voice == "" && m.To.Landline():
		return refused(NoSuchNumber, "a landline")
	case !keyShape.MatchString(m.Key):
		return refused(Refused, "a key of another shape")
	case strings.TrimSpace(m.Text) == "" || len(m.Text) > maxText || !utf8.ValidString(m.Text):
		return refused(Refused, "no text that can be sent")
	case strings.ContainsFunc(m.Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return refused(Refused, "a text with control characters")
	}
	return nil
}

// Sender hands a message to a provider. Send answers nil when the message is in the provider's hands,
// with the provider's own name for it if it has one. Of any other answer Final and Uncertain tell
// what it means.
type Sender interface {
	Send(ctx context.Context, m Message) (reference string, err error)
	// Calls reports whether the provider can call a telephone and speak a message.
	Calls() bool
	// Repeatable reports whether the provider knows a message by its key, so that sending it again sends
	// it once.
	Repeatable() bool
}

// Provider is a sender that tells later what became of a message.
type Provider interface {
	Sender
	// Reports reads what the provider's callback says.
	Reports(body []byte) ([]Report, error)
}

// noCalls is the answer to a message that should be spoken, of a provider that makes no calls.
func noCalls(s Sender) error {
	if s.Calls() {
		return nil
	}
	return refused(NotSent, "a call, and the provider makes none")
}

// Why says what kept a message from arriving: for each there is a text in every language.
type Why string

// What keeps messages from arriving. NotSent is for the operator to mend.
const (
	NoSuchNumber Why = "number"  // nobody has it, or it takes no text messages
	Blocked      Why = "blocked" // its owner, or the operator of the network, wants none from us
	Refused      Why = "refused" // the provider does not take the message
	Late         Why = "late"    // the telephone was off, or out of reach, for too long
	Undelivered  Why = "undelivered"
	NotSent      Why = "not_sent" // the provider could not be reached, or does not know us
)

// outcome is what an error of Send means for the message.
type outcome int

const (
	again     outcome = iota // nothing was sent: it may be tried again
	final                    // it will not be sent, however often it is tried
	uncertain                // it may have been sent
)

// failure is why a message was not accepted. Its text is for the log: it has no number, no text of the
// message, and nothing of the provider's but codes.
type failure struct {
	outcome outcome
	why     Why
	wait    time.Duration // how long the provider wants to be left alone
	text    string
	err     error
}

func (f *failure) Error() string {
	if f.err != nil {
		return f.text + ": " + f.err.Error()
	}
	return f.text
}

func (f *failure) Unwrap() error { return f.err }

func refused(why Why, format string, args ...any) *failure {
	return &failure{outcome: final, why: why, text: fmt.Sprintf("sms: "+format, args...)}
}

// Final reports whether the message itself was refused, so that sending it again is useless. What the
// operator can mend (a wrong key, no credit, an unknown host) is not final.
func Final(err error) bool { return is(err, final) }

// Uncertain reports whether the message may have been sent all the same: it was handed over, and no
// answer came that says what became of it.
func Uncertain(err error) bool { return is(err, uncertain) }

func is(err error, o outcome) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.outcome == o
}

// Because returns why a message that Send could not send does not arrive.
func Because(err error) Why {
	if f, ok := errors.AsType[*failure](err); ok && f.why != "" {
		return f.why
	}
	return NotSent
}
