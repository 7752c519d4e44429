package mail_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/mail"
)

func message() mail.Message {
	return mail.Message{
		ID: "3f9a-1", Tenant: "notaris",
		Date: time.Date(2026, time.December, 3, 8, 42, 0, 0, time.UTC),
		From: "portaal@notaris.test", FromName: "Notariskantoor De Vos", ReplyTo: "balie@notaris.test",
		To:      "jan@client.test",
		Subject: "Er staat een nieuw bericht voor u klaar",
		Text:    "Goedendag,\n\n.Een regel met een punt vooraan.\n€ 12\n",
		HTML:    "<!doctype html><title>Bericht</title><p>Goedendag, € 12",

		UnsubscribeURL: "https://notaris.test/meldingen?wie=1",
	}
}

// Security requirement 1.3.11: nothing a person types becomes a header or a second recipient.
func TestInjectionIsRefused(t *testing.T) {
	evil := map[string]string{
		"carriage return": "a\rBcc: x@evil.test", "line feed": "a\nBcc: x@evil.test",
		"both": "a\r\nBcc: x@evil.test", "end of header": "a\r\n\r\nbody", "tab": "a\tb", "nul": "a\x00b",
		"next line": "a\u0085Bcc: x@evil.test", "line separator": "a\u2028Bcc: x@evil.test",
		"paragraph separator": "a\u2029Bcc: x@evil.test", "right to left": "a\u202etxe.pdf",
		"not utf-8": "a\xff", "too long": strings.Repeat("a", 256),
	}
	fields := map[string]func(*mail.Message, string){
		"subject":   func(m *mail.Message, s string) { m.Subject = s },
		"from name": func(m *mail.Message, s string) { m.FromName = s },
		"from":      func(m *mail.Message, s string) { m.From = s + "@notaris.test" },
		"to":        func(m *mail.Message, s string) { m.To = s + "@client.test" },
		"reply-to":  func(m *mail.Message, s string) { m.ReplyTo = s + "@client.test" },
		"id":        func(m *mail.Message, s string) { m.ID = s },
		"tenant":    func(m *mail.Message, s string) { m.Tenant = s },
	}
	for field, set := range fields {
		for name, value := range evil {
			t.Run(field+"/"+name, func(t *testing.T) {
				m := message()
				set(&m, value)
				raw, err := mail.Encode(m)
				if err == nil {
					t.Fatalf("was encoded:\n%s", raw)
				}
				if !mail.Permanent(err) {
					t.Errorf("%v counts as temporary and would be repeated for ever", err)
				}
			})
		}
	}
}

func TestIncompleteMessageIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Message){
		"no id":                     func(m *mail.Message) { m.ID = "" },
		"id leads out of a folder":  func(m *mail.Message) { m.ID = "../x" },
		"id looks like another's":   func(m *mail.Message) { m.ID = "1+zorg" },
		"no date":                   func(m *mail.Message) { m.Date = time.Time{} },
		"no recipient":              func(m *mail.Message) { m.To = "" },
		"no subject":                func(m *mail.Message) { m.Subject = " " },
		"no text":                   func(m *mail.Message) { m.Text = "\n" },
		"body too long":             func(m *mail.Message) { m.HTML = strings.Repeat("a", 1<<20) },
		"body not utf-8":            func(m *mail.Message) { m.Text = "a\xff" },
		"unsubscribe by script":     func(m *mail.Message) { m.UnsubscribeURL = "javascript:alert(1)" },
		"unsubscribe relative":      func(m *mail.Message) { m.UnsubscribeURL = "/meldingen" },
		"unsubscribe ends the list": func(m *mail.Message) { m.UnsubscribeURL = "https://a.test/>,<https://evil.test/" },
	} {
		t.Run(name, func(t *testing.T) {
			m := message()
			spoil(&m)
			if err := m.Validate(); !mail.Permanent(err) {
				t.Errorf("got %v, want a permanent error", err)
			}
		})
	}
}

func TestValidAddress(t *testing.T) {
	for _, good := range []string{"jan@client.test", "j.de-vries+zaak@mail.client.test", "o'neil@client.test", "root@localhost", "a@xn--mnchen-3ya.de"} {
		if !mail.ValidAddress(good) {
			t.Errorf("%q was refused", good)
		}
	}
	for _, bad := range []string{
		"", "jan", "@client.test", "jan@", "jan@-client.test", "jan@client..test", "jan@client.test.", "jan@[127.0.0.1]",
		"Jan <jan@client.test>", "<jan@client.test>", "jan@client.test, piet@client.test", "jan@client.test;piet@client.test",
		"jan@client.test (Jan)", `"jan de"@client.test`, " jan@client.test", "jan@client.test ", "jan@evil.test@client.test",
		"jan..de@client.test", ".jan@client.test", "jan@münchen.de", "jän@client.test",
		strings.Repeat("a", 65) + "@client.test", "jan@" + strings.Repeat("a.", 130) + "test",
	} {
		if mail.ValidAddress(bad) {
			t.Errorf("%q was taken", bad)
		}
	}
}
