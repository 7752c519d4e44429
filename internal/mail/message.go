// Package mail composes messages and sends them: to an SMTP server or into a folder. It keeps no
// queue: a job calls Send again with the same Message until it answers nil or a permanent error.
package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a message, in bytes. RFC 5321 4.5.3.1 gives the lengths of an address.
const (
	maxLocalPart = 64
	maxAddress   = 254
	maxHeader    = 255
	maxURL       = 900 // with its header name and brackets below the 998 of RFC 5322 2.1.1
	maxBody      = 512 << 10
)

// Message is one mail to one person. There is no list of recipients and no copy, so that no input
// can add a second address.
type Message struct {
	// ID is the idempotency key within the tenant: at most 64 letters, digits, dots, dashes and
	// underscores. With Tenant it becomes the local part of the Message-ID, so a receiver
	// recognises a repetition.
	ID     string
	Tenant string // id of the organisation, of the same shape; empty for mail of the installation

	// Date is when the message was made. A repetition carries the same date and is therefore the
	// same to the byte.
	Date time.Time

	From           string // bare address
	ReturnPath     string // bare address, where a report of non-delivery goes; empty means From
	FromName       string // may be empty
	ReplyTo        string // bare address, may be empty
	To             string // bare address
	Subject        string // one line
	Text           string // plain text, required
	HTML           string // the same content as a page, may be empty
	UnsubscribeURL string // absolute http or https URL for List-Unsubscribe, may be empty
}

var (
	keyShape    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	domainShape = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)
)

// Validate reports everything that is wrong with the message; the error is permanent.
func (m Message) Validate() error {
	err := errors.Join(m.validateKey(), m.validateHeaders(), m.validateBody())
	if err != nil {
		return permanent(fmt.Errorf("mail: message %q: %w", m.ID, err))
	}
	return nil
}

func (m Message) validateKey() error {
	var errs []error
	if !keyShape.MatchString(m.ID) {
		errs = append(errs, errors.New("id has another shape"))
	}
	if m.Tenant != "" && !keyShape.MatchString(m.Tenant) {
		errs = append(errs, errors.New("tenant has another shape"))
	}
	if m.Date.IsZero() {
		errs = append(errs, errors.New("date is missing"))
	}
	return errors.Join(errs...)
}

func (m Message) validateHeaders() error {
	var errs []error
	for _, a := range []struct{ name, value string }{{"from", m.From}, {"to", m.To}, {"reply-to", m.ReplyTo}, {"return path", m.ReturnPath}} {
		optional := a.name == "reply-to" || a.name == "return path"
		if !ValidAddress(a.value) && (!optional || a.value != "") {
			errs = append(errs, fmt.Errorf("%s is no address", a.name))
		}
	}
	if strings.TrimSpace(m.Subject) == "" {
		errs = append(errs, errors.New("subject is missing"))
	}
	for _, h := range []struct{ name, value string }{{"subject", m.Subject}, {"from name", m.FromName}} {
		if err := validHeader(h.value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", h.name, err))
		}
	}
	if m.UnsubscribeURL != "" && !validURL(m.UnsubscribeURL) {
		errs = append(errs, errors.New("unsubscribe url is not absolute http or https"))
	}
	return errors.Join(errs...)
}

func (m Message) validateBody() error {
	switch {
	case strings.TrimSpace(m.Text) == "":
		return errors.New("text is missing")
	case len(m.Text) > maxBody || len(m.HTML) > maxBody:
		return fmt.Errorf("body is longer than %d bytes", maxBody)
	case !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML):
		return errors.New("body is not UTF-8")
	}
	return nil
}

// ValidAddress reports whether s is a bare mail address that can be sent to: ASCII (an
// international domain in its xn-- form), no display name, no comment, no quoting, no IP address.
func ValidAddress(s string) bool {
	if len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return false
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > maxLocalPart || !domainShape.MatchString(s[at+1:]) {
		return false
	}
	parsed, err := netmail.ParseAddress(s)
	return err == nil && parsed.Name == "" && parsed.Address == s
}

// validHeader refuses what could end the header or show it as something else: control characters,
// line separators, and marks that reverse the direction of reading.
func validHeader(s string) error {
	if len(s) > maxHeader {
		return fmt.Errorf("longer than %d bytes", maxHeader)
	}
	if !utf8.ValidString(s) {
		return errors.New("not UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return fmt.Errorf("contains %U", r)
		}
	}
	return nil
}

func validURL(s string) bool {
	if len(s) > maxURL || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>",`, r) }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// key names the message in the whole installation: two tenants may use one id.
func (m Message) key() string {
	if m.Tenant == "" {
		return m.ID
	}
	return m.ID + "+" + m.Tenant
}
