package mail

import (
	"context"
	"errors"
)

// Sender hands a message to whoever delivers it. Send answers nil only when the message is in
// their hands. After any other answer the caller repeats the same message later, unless
// Permanent(err).
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// refusal is an error that repeating the message cannot mend.
type refusal struct {
	err error
	why Why
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func permanent(err error) error { return &refusal{err: err, why: NotSent} }

// Permanent reports whether the message itself was refused, so that sending it again is useless.
// What the operator can mend (an unknown host, a wrong password, a missing certificate) is
// temporary.
func Permanent(err error) bool {
	_, ok := errors.AsType[*refusal](err)
	return ok
}

// Because returns why a message that Send could not send did not arrive.
func Because(err error) Why {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.why
	}
	return NotSent
}
