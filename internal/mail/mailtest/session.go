package mailtest

import (
	"crypto/subtle"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// conversation is one connection; it carries one message.
type conversation struct {
	server    *Server
	conn      *smtp.Conn
	fault     Fault
	message   Received
	confirmed bool
}

// Mail implements smtp.Session.
func (c *conversation) Mail(from string, _ *smtp.MailOptions) error {
	c.fault = c.server.nextFault()
	switch c.fault {
	case TemporarySender:
		return answer(451, "try again later")
	case LoginAskedAtSender:
		return answer(530, "authentication required")
	}
	_, encrypted := c.conn.TLSConnectionState()
	c.message = Received{From: from, TLS: encrypted || c.server.cfg.ImplicitTLS}
	return nil
}

// Rcpt implements smtp.Session.
func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch c.fault {
	case TemporaryRecipient:
		return answer(450, "mailbox busy")
	case PermanentRecipient:
		return answer(550, "no such user")
	}
	c.message.To = append(c.message.To, to)
	return nil
}

// Data implements smtp.Session.
func (c *conversation) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch c.fault {
	case TemporaryData:
		return answer(451, "try again later")
	case PermanentData:
		return answer(554, "content refused")
	case HangAfterData:
		<-c.server.done
		return nil
	}
	c.message.Raw = raw
	c.server.record(c.message)
	if c.fault == DropAfterData {
		return c.conn.Conn().Close()
	}
	c.confirmed = true
	return nil
}

// Reset implements smtp.Session. The library calls it after it wrote the answer to DATA.
func (c *conversation) Reset() {
	if c.confirmed && c.fault == DropAfterConfirm {
		_ = c.conn.Conn().Close() // the client notices; there is nobody else to tell
	}
}

// Logout implements smtp.Session.
func (c *conversation) Logout() error { return nil }

// guarded is a conversation that takes mail only after a login.
type guarded struct {
	*conversation
	loggedIn bool
}

// AuthMechanisms implements smtp.AuthSession.
func (g *guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (g *guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		cfg := g.server.cfg
		if username != cfg.Username || subtle.ConstantTimeCompare([]byte(password), []byte(cfg.Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		g.loggedIn = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (g *guarded) Mail(from string, opts *smtp.MailOptions) error {
	if !g.loggedIn {
		return answer(530, "authentication required")
	}
	return g.conversation.Mail(from, opts)
}

func answer(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}
