package bounce_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"voordeur/internal/bounce"
	"voordeur/internal/mail"
)

// reported is a report as mail servers write it, with the given part for machines.
func reported(status string) string {
	return partReported("Content-Type: message/delivery-status", status)
}

func partReported(head, status string) string {
	return strings.ReplaceAll(`From: MAILER-DAEMON@mail.test
To: bounce+abc@mail.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

This is a MIME-encapsulated message.

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
Action: failed

--b1
`+head+`

`+status+`
--b1
Content-Type: message/rfc822

Subject: Er staat een document voor u klaar
Action: delayed

--b1--
`, "\n", "\r\n")
}

const aboutMessage = "Reporting-MTA: dns; mail.test\nArrival-Date: Tue, 1 Dec 2026 10:00:00 +0000\n\n"

func TestReportsOfMailServers(t *testing.T) {
	failed := func(why mail.Why, words string) bounce.Report {
		return bounce.Report{Failed: true, Why: why, Words: words}
	}
	postfix := aboutMessage + "Final-Recipient: rfc822; jan@client.test\nOriginal-Recipient: rfc822;jan@client.test\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.client.test\nDiagnostic-Code: smtp; 550 5.1.1 <jan@client.test>: Recipient address\n    rejected: User unknown\n"
	for name, c := range map[string]struct {
		raw  string
		want bounce.Report
	}{
		"postfix": {reported(postfix), failed(mail.NoSuchAddress, "550 5.1.1 <jan@client.test>: Recipient address rejected: User unknown")},
		"a status that says nothing, and words that do": {
			reported(aboutMessage + "Final-Recipient: rfc822;jan@client.test\nAction: Failed\nStatus: 5.0.0 (permanent failure)\nDiagnostic-Code: smtp;552 5.2.2 Mailbox full\n"),
			failed(mail.Full, "552 5.2.2 Mailbox full"),
		},
		"given up after days": {reported(aboutMessage + "Final-Recipient: rfc822; jan@client.test\nAction: failed (expired)\nStatus: 4.4.7\n"), failed(mail.TooLate, "4.4.7")},
		"no domain":           {reported(aboutMessage + "Action: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found\n"), failed(mail.NoSuchDomain, "Host or domain name not found")},
		"policy":              {reported(aboutMessage + "Action: failed\nStatus: 5.7.1\n"), failed(mail.Refused, "5.7.1")},
		"no status at all":    {reported(aboutMessage + "Action: failed\n"), failed(mail.Other, "")},
		"status of a success": {reported(aboutMessage + "Action: failed\nStatus: 2.0.0\n"), failed(mail.Other, "2.0.0")},
		"delayed":             {reported(aboutMessage + "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 later\n"), bounce.Report{Delayed: true, Words: "451 later"}},
		"two recipients, the worst counts": {
			reported(aboutMessage + "Action: delivered\nStatus: 2.0.0\n\nAction: delayed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.2.1\n\nAction: delayed\nStatus: 4.0.0\n"),
			failed(mail.NoSuchAddress, "5.2.1"),
		},
		"lines that are no field":    {reported("garbage\n: x\n  folded nowhere\n\n\n\nthis too\nAction: failed\nStatus: 5.1.1\n"), failed(mail.NoSuchAddress, "5.1.1")},
		"one block for all":          {reported("Reporting-MTA: dns; x\nAction: failed\nStatus: 5.1.1"), failed(mail.NoSuchAddress, "5.1.1")},
		"in other words of the norm": {partReported("Content-Type: message/global-delivery-status; charset=utf-8", "x: y\n\nAction: failed\nStatus: 5.1.1\n"), failed(mail.NoSuchAddress, "5.1.1")},
		"base64": {
			partReported("Content-Type: message/delivery-status\nContent-Transfer-Encoding: BASE64", base64.StdEncoding.EncodeToString([]byte(postfix))),
			failed(mail.NoSuchAddress, "550 5.1.1 <jan@client.test>: Recipient address rejected: User unknown"),
		},
		"quoted-printable": {partReported("Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable", "x: y\n\nAction: fai=\nled\nStatus: 5=2E1.1\n"), failed(mail.NoSuchAddress, "5.1.1")},
		"words that are no line": {
			reported(aboutMessage + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; a\x00\u202eb\t" + strings.Repeat("é", 400) + "\n"),
			failed(mail.NoSuchAddress, "a b "+strings.Repeat("é", 296)),
		},
		"cut off": {strings.Split(reported(postfix), "--b1\r\nContent-Type: message/rfc822")[0], failed(mail.NoSuchAddress, "550 5.1.1 <jan@client.test>: Recipient address rejected: User unknown")},
	} {
		got, err := bounce.Parse(strings.NewReader(c.raw))
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, c.want)
		}
	}
}

// What tells nothing for certain makes nobody unreachable.
func TestWhatIsNoReport(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing":       "",
		"no header":     "hello",
		"out of office": "From: jan@client.test\r\nSubject: Ik ben op vakantie\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
		"qmail":         "From: MAILER-DAEMON@x.test\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program.\r\n<jan@client.test>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n",
		"delivered":     reported(aboutMessage + "Action: delivered\nStatus: 2.0.0\n"),
		"relayed":       reported(aboutMessage + "Action: relayed\nStatus: 2.0.0\n"),
		"no action":     reported(aboutMessage + "Status: 5.1.1\n"),
		"action of two": reported(aboutMessage + "Action: failed-or-not\nStatus: 5.1.1\n"),
		"a receipt":     strings.Replace(partReported("Content-Type: message/disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed\nAction: failed\n"), "delivery-status", "disposition-notification", 1),
		"bad base64":    partReported("Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64", "%%%%"),
		"no boundary":   strings.Replace(reported("Action: failed\n"), "; boundary=\"b1\"", "", 1),
		"many parts":    strings.Replace(reported("Action: failed\n"), "--b1\r\nContent-Type: message/delivery", strings.Repeat("--b1\r\n\r\nx\r\n", 20)+"--b1\r\nContent-Type: message/delivery", 1),
		"a long way in": partReported("Content-Type: message/delivery-status", strings.Repeat("x: y\n", 20<<10)+"\nAction: failed\n"),
	} {
		if got, err := bounce.Parse(strings.NewReader(raw)); !errors.Is(err, bounce.ErrNoReport) || got != (bounce.Report{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Whatever comes in, a report says one thing, in one short line that can be shown.
func FuzzParse(f *testing.F) {
	f.Add(reported(aboutMessage + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 x\n"))
	f.Add(partReported("Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64", "QWN0aW9uOiBmYWlsZWQK"))
	f.Add("Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n \u2028\r\n--x--")
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := bounce.Parse(strings.NewReader(raw))
		switch {
		case err != nil && (r != bounce.Report{} || !errors.Is(err, bounce.ErrNoReport)):
			t.Errorf("%+v with %v", r, err)
		case err == nil && r.Failed == r.Delayed:
			t.Errorf("failed and delayed are both %t", r.Failed)
		case r.Failed != (r.Why != ""):
			t.Errorf("failed %t because of %q", r.Failed, r.Why)
		}
		if len([]rune(r.Words)) > 300 || strings.ContainsAny(r.Words, "\r\n\x00\u2028\u202e") {
			t.Errorf("words are %q", r.Words)
		}
	})
}
