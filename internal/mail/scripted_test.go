package mail_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/mail"
	"voordeur/internal/mail/mailtest"
)

// answers are what a server can say instead of what it should, with whether the message was to
// blame at the stage at which it said so.
var answers = map[string]func(stage string) (permanent bool, why mail.Why){
	"421 4.3.2 going down":          never,
	"451 4.7.1 greylisted":          never,
	mailtest.Hang:                   never,
	mailtest.Cut:                    never,
	mailtest.Flood:                  never,
	mailtest.Drip:                   never,
	"HTTP/1.1 400 Bad Request":      never,
	"":                              never,
	"25":                            never,
	"999 what":                      never,
	"550 no":                        at(map[string]mail.Why{"RCPT": mail.NoSuchAddress, "DATA": mail.Refused, "content": mail.Refused}),
	"550 5.1.1 no such user":        at(map[string]mail.Why{"RCPT": mail.NoSuchAddress, "DATA": mail.NoSuchAddress, "content": mail.NoSuchAddress}),
	"552 too much":                  at(map[string]mail.Why{"RCPT": mail.Full, "DATA": mail.Refused, "content": mail.Refused}),
	"552 5.2.2 mailbox full":        at(map[string]mail.Why{"RCPT": mail.Full, "DATA": mail.Full, "content": mail.Full}),
	"554 5.7.1 relay access denied": at(map[string]mail.Why{"DATA": mail.Refused, "content": mail.Refused}),
	"550 5.1.8 sender unknown":      at(map[string]mail.Why{"DATA": mail.Refused, "content": mail.Refused}),
}

func never(string) (bool, mail.Why) { return false, mail.NotSent }

func at(stages map[string]mail.Why) func(string) (bool, mail.Why) {
	return func(stage string) (bool, mail.Why) {
		why, permanent := stages[stage]
		if !permanent {
			why = mail.NotSent
		}
		return permanent, why
	}
}

// Whatever a server says at whatever moment, the conversation ends; what the operator or time can
// mend is tried again, and what only the office can mend is not. A message counts as delivered when
// the server has said so, and only then.
func TestSMTPServerThatMisbehavesAtEveryStage(t *testing.T) {
	for answer, expected := range answers {
		for _, stage := range mailtest.Stages {
			t.Run(stage+"/"+strings.ReplaceAll(answer, " ", "_"), func(t *testing.T) {
				t.Parallel()
				server := mailtest.StartScripted(t, stage, answer)
				cfg := mail.SMTPConfig{Addr: server.Addr, TLS: mail.PlainText, Timeout: 5 * time.Second}
				if answer == mailtest.Hang || answer == "" {
					cfg.Timeout = 200 * time.Millisecond
				}
				s, err := mail.NewSMTP(cfg)
				if err != nil {
					t.Fatal(err)
				}
				err = s.Send(t.Context(), message())
				permanent, why := expected(stage)
				if err == nil || mail.Permanent(err) != permanent || mail.Because(err) != why {
					t.Errorf("%v: permanent %t because of %s; want %t because of %s", err, mail.Permanent(err), mail.Because(err), permanent, why)
				}
				if n := len(server.Received()); n > 1 || n == 1 && stage != "content" {
					t.Errorf("%d messages came in", n)
				}
			})
		}
	}
}

func TestSMTPReturnPathIsTheEnvelopesAlone(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{})
	m := message()
	m.ReturnPath = "bounce+abc@mail.notaris.test"
	if err := sender(t, server, nil).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.Received()[0]
	if got.From != m.ReturnPath || !sameMail(got.Raw, encode(t, message())) {
		t.Errorf("from %s:\n%s", got.From, got.Raw)
	}
	m.ReturnPath = "a\r\nBcc: x@evil.test"
	if err := m.Validate(); !mail.Permanent(err) {
		t.Errorf("an envelope with a line end: %v", err)
	}
}

func TestWhyOf(t *testing.T) {
	for status, want := range map[string]mail.Why{
		"5.1.1": mail.NoSuchAddress, "5.1.10": mail.NoSuchAddress, "5.1.2": mail.NoSuchDomain, "5.2.1": mail.NoSuchAddress, "5.2.2": mail.Full,
		"5.4.4": mail.NoSuchDomain, "4.4.7": mail.TooLate, "5.4.7": mail.TooLate, "4.4.1": mail.TooLate, "5.6.1": mail.Refused, "5.7.26": mail.Refused,
		"5.3.4": mail.Refused, "5.3.0": mail.Other, "5.0.0": mail.Other, "": mail.Other, "5": mail.Other, "5.": mail.Other,
	} {
		if got := mail.WhyOf(status); got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
	}
}
