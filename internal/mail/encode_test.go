package mail_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/mail"
)

func TestEncodedMessage(t *testing.T) {
	raw := encode(t, message())
	parsed := parse(t, raw)
	for header, want := range map[string]string{
		"From":             `"Notariskantoor De Vos" <portaal@notaris.test>`,
		"To":               "<jan@client.test>",
		"Reply-To":         "<balie@notaris.test>",
		"Subject":          "Er staat een nieuw bericht voor u klaar",
		"Date":             "Thu, 03 Dec 2026 08:42:00 +0000",
		"Message-Id":       "<3f9a-1+notaris@notaris.test>",
		"Auto-Submitted":   "auto-generated",
		"List-Unsubscribe": "<https://notaris.test/meldingen?wie=1>",
		"User-Agent":       "",
		"X-Mailer":         "",
	} {
		if got := parsed.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	parts := bodies(t, parsed)
	if want := strings.ReplaceAll(message().Text, "\n", "\r\n"); parts["text/plain"] != want {
		t.Errorf("text is %q, want %q", parts["text/plain"], want)
	}
	if parts["text/html"] != message().HTML {
		t.Errorf("html is %q", parts["text/html"])
	}
}

func TestEqualMessagesAreEqualBytes(t *testing.T) {
	if !bytes.Equal(encode(t, message()), encode(t, message())) {
		t.Error("a repetition differs")
	}
}

func TestTextAlone(t *testing.T) {
	m := message()
	m.HTML, m.ReplyTo, m.UnsubscribeURL, m.Tenant = "", "", "", ""
	parsed := parse(t, encode(t, m))
	if got := parsed.Header.Get("Content-Type"); got != "text/plain; charset=UTF-8" {
		t.Errorf("content type is %q", got)
	}
	if got := parsed.Header.Get("Message-Id"); got != "<3f9a-1@notaris.test>" {
		t.Errorf("message id is %q", got)
	}
	for _, header := range []string{"Reply-To", "List-Unsubscribe"} {
		if _, there := parsed.Header[header]; there {
			t.Errorf("%s is there without a value", header)
		}
	}
}

func TestSubjectIsNotDecodedTwice(t *testing.T) {
	m := message()
	m.Subject = "=?utf-8?q?a=0D=0ABcc:_x@evil.test?="
	parsed := parse(t, encode(t, m))
	if got := subject(t, parsed); strings.ContainsAny(got, "\r\n") {
		t.Errorf("reader shows %q", got)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("Onderwerp", "De Vos", "jan@client.test", "tekst")
	f.Add("Zaak 2026/3 – überweisung", "Ö", "a+b@c.test", "\r\n.\r\n")
	f.Add("a\r\nBcc: x@evil.test", "a\u2028b", "a@b\r\nRCPT TO:<x@y>", "\x00")
	f.Add(strings.Repeat("a  ", 80), `"`+"\\", "\"a\"@b.test", "From x\n")
	f.Add("=?utf-8?q?=0A?=", "=?", "a@b", "--voordeur-")
	f.Fuzz(func(t *testing.T, subj, name, to, text string) {
		m := message()
		m.Subject, m.FromName, m.To, m.Text = subj, name, to, text
		raw, err := mail.Encode(m)
		if err != nil {
			return // refused, which is always safe
		}
		checkLines(t, raw)
		parsed := parse(t, raw)
		checkHeaders(t, parsed, m)
		if got, want := bodies(t, parsed)["text/plain"], text; lines(got) != lines(want) {
			t.Errorf("text is %q, want %q", got, want)
		}
	})
}

// checkLines holds the message to RFC 5322 2.1.1: at most 998 ASCII characters, ended by CRLF.
func checkLines(t *testing.T, raw []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") || slices.ContainsFunc(line, func(c byte) bool { return c >= 0x80 }) {
			t.Fatalf("line is not allowed: %q", line)
		}
	}
}

func checkHeaders(t *testing.T, parsed *netmail.Message, m mail.Message) {
	t.Helper()
	allowed := []string{"Auto-Submitted", "Content-Type", "Date", "From", "List-Unsubscribe", "Message-Id", "Mime-Version", "Reply-To", "Subject", "To"}
	for name, values := range parsed.Header {
		if len(values) != 1 || !slices.Contains(allowed, name) {
			t.Fatalf("unexpected header %s: %q", name, values)
		}
	}
	to, err := parsed.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != m.To {
		t.Errorf("to is %v (%v), want %q", to, err, m.To)
	}
	from, err := parsed.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != m.From {
		t.Errorf("from is %v (%v), want %q", from, err, m.From)
	}
	if got, want := words(subject(t, parsed)), words(m.Subject); got != want {
		t.Errorf("subject is %q, want %q", got, want)
	}
}

func encode(t *testing.T, m mail.Message) []byte {
	t.Helper()
	raw, err := mail.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func parse(t *testing.T, raw []byte) *netmail.Message {
	t.Helper()
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return parsed
}

// bodies returns the decoded parts of a multipart message by media type.
func bodies(t *testing.T, parsed *netmail.Message) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	reader := multipart.NewReader(parsed.Body, params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(b)
	}
}

func subject(t *testing.T, parsed *netmail.Message) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// words makes texts comparable that may differ in spaces.
func words(s string) string {
	return strings.Join(strings.Fields(s), "")
}

func lines(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}
