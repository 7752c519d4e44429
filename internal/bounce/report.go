package bounce

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"

	"voordeur/internal/mail"
)

// Report is what a report of non-delivery says of the one mail it is about (RFC 3464).
type Report struct {
	Failed  bool     // the mail will not arrive
	Delayed bool     // it has not arrived yet, and is still tried
	Why     mail.Why // of what failed
	Words   string   // of the mail server, for people; one line
}

// ErrNoReport is the answer to a mail that is no report, as an out-of-office reply, or too broken to
// tell anything.
var ErrNoReport = errors.New("bounce: no report of non-delivery")

const (
	maxStatus = 64 << 10 // bytes of the part for machines
	maxParts  = 20
)

// Parse reads a report. A report that tells nothing for certain is ErrNoReport: nobody is taken for
// unreachable on a guess.
func Parse(r io.Reader) (Report, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return Report{}, ErrNoReport
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || params["boundary"] == "" {
		return Report{}, ErrNoReport
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for range maxParts {
		p, err := parts.NextRawPart()
		if err != nil {
			break
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if kind == "message/delivery-status" || kind == "message/global-delivery-status" {
			text, err := io.ReadAll(io.LimitReader(decoded(p, p.Header.Get("Content-Transfer-Encoding")), maxStatus))
			if err != nil && len(text) == 0 {
				return Report{}, ErrNoReport
			}
			return judge(blocks(string(text)))
		}
	}
	return Report{}, ErrNoReport
}

func decoded(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}

// blocks are the groups of fields of a status: one about the message, then one for each recipient.
// Lines that are no field are passed by; the names are in small letters.
func blocks(text string) []map[string]string {
	var all []map[string]string
	block, last := map[string]string{}, ""
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		name, value, field := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "":
			all, block, last = append(all, block), map[string]string{}, ""
		case (line[0] == ' ' || line[0] == '\t') && last != "":
			block[last] += " " + strings.TrimSpace(line)
		case field:
			last = strings.ToLower(strings.TrimSpace(name))
			block[last] = strings.TrimSpace(value)
		}
	}
	return slices.DeleteFunc(append(all, block), func(b map[string]string) bool { return len(b) == 0 })
}

// judge takes the worst of what is said of recipients: a mail has one, but a server may list more on
// its way to him.
func judge(list []map[string]string) (Report, error) {
	var told Report
	for _, b := range list {
		action := strings.ToLower(firstWord(b["action"]))
		switch {
		case action == "failed" && !told.Failed:
			told = Report{Failed: true, Why: why(b), Words: words(b)}
		case action == "delayed" && !told.Failed:
			told = Report{Delayed: true, Words: words(b)}
		}
	}
	if told == (Report{}) {
		return told, ErrNoReport
	}
	return told, nil
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

// status finds one of RFC 3463 in what the server of the receiver said.
var status = regexp.MustCompile(`(?:^|[^0-9.])([45]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.]|$)`)

// why prefers the status field; where that one says no more than that it failed, the server's own
// words may have another.
func why(b map[string]string) mail.Why {
	for _, text := range []string{b["status"], b["diagnostic-code"]} {
		if m := status.FindStringSubmatch(text); m != nil {
			if w := mail.WhyOf(m[1]); w != mail.Other {
				return w
			}
		}
	}
	return mail.Other
}

// words are what the server of the receiver said, else the bare status.
func words(b map[string]string) string {
	text := b["diagnostic-code"]
	if kind, rest, ok := strings.Cut(text, ";"); ok && !strings.Contains(kind, " ") {
		text = rest
	}
	if strings.TrimSpace(text) == "" {
		text = b["status"]
	}
	return mail.Words(text)
}
