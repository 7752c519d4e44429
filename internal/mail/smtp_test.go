package mail_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"voordeur/internal/mail"
	"voordeur/internal/mail/mailtest"
)

func sender(t *testing.T, server *mailtest.Server, change func(*mail.SMTPConfig)) *mail.SMTP {
	t.Helper()
	cfg := mail.SMTPConfig{Addr: server.Addr, RootCAs: server.Roots, Timeout: 5 * time.Second}
	if change != nil {
		change(&cfg)
	}
	s, err := mail.NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sameMail leaves out of account the line end that the protocol adds to a message without one.
func sameMail(a, b []byte) bool { return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) }

func TestSMTPDelivers(t *testing.T) {
	login := func(c *mail.SMTPConfig) { c.Username, c.Password = "portaal", "geheim" }
	for name, tc := range map[string]struct {
		server mailtest.Config
		change func(*mail.SMTPConfig)
		tls    bool
	}{
		"starttls":   {tls: true},
		"with login": {server: mailtest.Config{Username: "portaal", Password: "geheim"}, change: login, tls: true},
		"implicit tls": {
			server: mailtest.Config{ImplicitTLS: true}, tls: true,
			change: func(c *mail.SMTPConfig) { c.TLS = mail.ImplicitTLS },
		},
		"implicit tls with login": {
			server: mailtest.Config{ImplicitTLS: true, Username: "portaal", Password: "geheim"}, tls: true,
			change: func(c *mail.SMTPConfig) { c.TLS = mail.ImplicitTLS; login(c) },
		},
		"plain text when configured": {
			server: mailtest.Config{NoSTARTTLS: true},
			change: func(c *mail.SMTPConfig) { c.TLS = mail.PlainText },
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := mailtest.Start(t, tc.server)
			if err := sender(t, server, tc.change).Send(t.Context(), message()); err != nil {
				t.Fatal(err)
			}
			got := server.Received()
			if len(got) != 1 {
				t.Fatalf("received %d messages, want 1", len(got))
			}
			if got[0].From != message().From || len(got[0].To) != 1 || got[0].To[0] != message().To {
				t.Errorf("envelope is %s to %v", got[0].From, got[0].To)
			}
			if got[0].TLS != tc.tls {
				t.Errorf("encrypted is %t, want %t", got[0].TLS, tc.tls)
			}
			if !sameMail(got[0].Raw, encode(t, message())) {
				t.Errorf("received other bytes:\n%s", got[0].Raw)
			}
		})
	}
}

// Security requirement 12.3: no mail and no password over a connection that is not protected.
func TestSMTPRefusesUnprotectedConnections(t *testing.T) {
	t.Run("no starttls", func(t *testing.T) {
		server := mailtest.Start(t, mailtest.Config{NoSTARTTLS: true})
		refused(t, server, sender(t, server, nil))
	})
	t.Run("unknown authority", func(t *testing.T) {
		server := mailtest.Start(t, mailtest.Config{})
		refused(t, server, sender(t, server, func(c *mail.SMTPConfig) { c.RootCAs = x509.NewCertPool() }))
	})
	t.Run("another host's certificate", func(t *testing.T) {
		server := mailtest.Start(t, mailtest.Config{})
		refused(t, server, sender(t, server, func(c *mail.SMTPConfig) { c.RootCAs = mailtest.Start(t, mailtest.Config{}).Roots }))
	})
	t.Run("password without tls", func(t *testing.T) {
		_, err := mail.NewSMTP(mail.SMTPConfig{Addr: "127.0.0.1:25", TLS: mail.PlainText, Username: "portaal", Password: "geheim"})
		if err == nil {
			t.Error("the configuration was taken")
		}
	})
}

func refused(t *testing.T, server *mailtest.Server, s *mail.SMTP) {
	t.Helper()
	err := s.Send(t.Context(), message())
	if err == nil || mail.Permanent(err) {
		t.Errorf("got %v, want a temporary error: the operator can mend this", err)
	}
	if n := len(server.Received()); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func TestSMTPErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		fault     mailtest.Fault
		permanent bool
	}{
		"451 to sender":    {fault: mailtest.TemporarySender},
		"530 to sender":    {fault: mailtest.LoginAskedAtSender},
		"450 to recipient": {fault: mailtest.TemporaryRecipient},
		"550 to recipient": {fault: mailtest.PermanentRecipient, permanent: true},
		"451 to content":   {fault: mailtest.TemporaryData},
		"554 to content":   {fault: mailtest.PermanentData, permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := mailtest.Start(t, mailtest.Config{})
			server.Misbehave(tc.fault)
			s := sender(t, server, nil)
			err := s.Send(t.Context(), message())
			if err == nil || mail.Permanent(err) != tc.permanent {
				t.Errorf("got %v, permanent %t; want permanent %t", err, mail.Permanent(err), tc.permanent)
			}
			if err := s.Send(t.Context(), message()); err != nil {
				t.Errorf("the next attempt failed as well: %v", err)
			}
			if n := len(server.Received()); n != 1 {
				t.Errorf("received %d messages, want 1", n)
			}
		})
	}
}

func TestSMTPWrongPasswordIsTemporary(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{Username: "portaal", Password: "geheim"})
	refused(t, server, sender(t, server, func(c *mail.SMTPConfig) { c.Username, c.Password = "portaal", "fout" }))
	refused(t, server, sender(t, server, nil))
}

func TestSMTPNobodyListens(t *testing.T) {
	s, err := mail.NewSMTP(mail.SMTPConfig{Addr: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), message()); err == nil || mail.Permanent(err) {
		t.Errorf("got %v, want a temporary error", err)
	}
}

func TestSMTPHangEnds(t *testing.T) {
	t.Run("by timeout", func(t *testing.T) {
		server := mailtest.Start(t, mailtest.Config{})
		server.Misbehave(mailtest.HangAfterData)
		s := sender(t, server, func(c *mail.SMTPConfig) { c.Timeout = 300 * time.Millisecond })
		if err := s.Send(t.Context(), message()); !errors.Is(err, context.DeadlineExceeded) || mail.Permanent(err) {
			t.Errorf("got %v, want a temporary deadline", err)
		}
	})
	t.Run("by the caller", func(t *testing.T) {
		server := mailtest.Start(t, mailtest.Config{})
		server.Misbehave(mailtest.HangAfterData)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if err := sender(t, server, nil).Send(ctx, message()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want cancelled", err)
		}
	})
}

// A connection that breaks after the content leaves open whether the message arrived. It is sent
// again, and the receiver can tell by the Message-ID that it is the same.
func TestSMTPRepetitionIsTheSameMessage(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{})
	server.Misbehave(mailtest.DropAfterData)
	s := sender(t, server, nil)
	if err := s.Send(t.Context(), message()); err == nil || mail.Permanent(err) {
		t.Fatalf("got %v, want a temporary error", err)
	}
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := server.Received()
	if len(got) != 2 {
		t.Fatalf("received %d messages, want 2", len(got))
	}
	if !bytes.Equal(got[0].Raw, got[1].Raw) {
		t.Errorf("the repetition differs:\n%s\n%s", got[0].Raw, got[1].Raw)
	}
}

func TestSMTPConfirmedIsDelivered(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{})
	server.Misbehave(mailtest.DropAfterConfirm)
	if err := sender(t, server, nil).Send(t.Context(), message()); err != nil {
		t.Errorf("a confirmed message counts as failed and would be sent twice: %v", err)
	}
}

func TestSMTPSendsNoInvalidMessage(t *testing.T) {
	server := mailtest.Start(t, mailtest.Config{})
	m := message()
	m.To = "jan@client.test, piet@client.test"
	if err := sender(t, server, nil).Send(t.Context(), m); !mail.Permanent(err) {
		t.Errorf("got %v, want a permanent error", err)
	}
	if n := len(server.Received()); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}
