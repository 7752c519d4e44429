package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// TLSMode says how the connection to the SMTP server is protected. There is no mode that falls
// back to plain text by itself.
type TLSMode int

// The modes.
const (
	StartTLS    TLSMode = iota // port 587: plain greeting, then STARTTLS or no mail
	ImplicitTLS                // port 465: TLS from the first byte
	PlainText                  // no protection; only for a server on the same machine or network
)

// SMTPConfig says where mail goes. The zero TLS mode is StartTLS.
type SMTPConfig struct {
	Addr     string // host:port; the certificate must be the host's
	TLS      TLSMode
	Username string         // empty for a server that asks for no login; needs TLS
	Password string         //
	Hello    string         // the name this machine gives itself; empty means localhost
	Timeout  time.Duration  // for the whole conversation; 0 means 30 seconds
	RootCAs  *x509.CertPool // nil means those of the machine
}

// SMTP sends over SMTP, one connection per message. It is safe for use by several goroutines.
type SMTP struct {
	cfg  SMTPConfig
	host string
}

// NewSMTP checks the configuration; it does not connect.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail: smtp address: %w", err)
	}
	if cfg.TLS == PlainText && cfg.Username != "" {
		return nil, errors.New("mail: smtp login without TLS would show the password")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Hello == "" {
		cfg.Hello = "localhost"
	}
	return &SMTP{cfg: cfg, host: host}, nil
}

// Send delivers the message to the server. When the connection breaks before the server confirmed
// the message, it may have arrived all the same: the repetition has the same Message-ID.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	raw, err := Encode(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("mail: smtp: %w", err)
	}
	defer conn.Close()
	conn = &shortSpoken{conn, maxAnswers}
	// Closing the connection ends every wait for the server, whatever stage the conversation is in.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	err = s.converse(conn, m, raw)
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil && !Permanent(err) {
		err = errors.Join(cause, err)
	}
	return fmt.Errorf("mail: smtp: %w", err)
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	if s.cfg.TLS == ImplicitTLS {
		d := tls.Dialer{Config: s.tlsConfig()}
		return d.DialContext(ctx, "tcp", s.cfg.Addr)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.cfg.Addr)
}

func (s *SMTP) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.cfg.RootCAs, MinVersion: tls.VersionTLS12}
}

// converse leads the conversation to the server's word that it has the message. go-mail's own
// client is not used for it: it reports a delivered message as failed when the connection breaks
// right after that word.
func (s *SMTP) converse(conn net.Conn, m Message, raw []byte) error {
	client, err := s.greet(conn)
	if err != nil {
		return err
	}
	// A server that refuses us refuses every mail, and the operator can mend that.
	if err := client.Mail(cmp.Or(m.ReturnPath, m.From)); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := client.Rcpt(m.To); err != nil {
		return classify(recipient, err)
	}
	w, err := client.Data()
	if err != nil {
		return classify("data", err)
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("content: %w", err)
	}
	if err := w.Close(); err != nil {
		return classify("content", err)
	}
	_ = client.Quit() // delivered already; how the connection ends no longer matters
	return nil
}

// greet brings the connection to where mail may be given: encrypted and logged in as configured.
func (s *SMTP) greet(conn net.Conn) (*smtp.Client, error) {
	client, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	client.SkipSMTPUTF8(true) // every address is ASCII
	if err := client.Hello(s.cfg.Hello); err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	if s.cfg.TLS == StartTLS {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return nil, errors.New("server offers no STARTTLS")
		}
		if err := client.StartTLS(s.tlsConfig()); err != nil {
			return nil, fmt.Errorf("starttls: %w", err)
		}
	}
	if s.cfg.Username == "" {
		return client, nil
	}
	if err := s.login(client); err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	return client, nil
}

// login uses the strongest of the three mechanisms that the server offers.
func (s *SMTP) login(client *smtp.Client) error {
	_, offered := client.Extension("AUTH")
	has := map[string]bool{}
	for _, name := range strings.Fields(strings.ToUpper(offered)) {
		has[name] = true
	}
	switch {
	case has["SCRAM-SHA-256"]:
		return client.Auth(smtp.ScramSHA256Auth(s.cfg.Username, s.cfg.Password))
	case has["PLAIN"]:
		return client.Auth(smtp.PlainAuth("", s.cfg.Username, s.cfg.Password, s.host, false))
	case has["LOGIN"]:
		return client.Auth(smtp.LoginAuth(s.cfg.Username, s.cfg.Password, s.host, false))
	}
	return fmt.Errorf("server offers none of SCRAM-SHA-256, PLAIN, LOGIN but %q", offered)
}

// maxAnswers is how many bytes of a server are listened to in one conversation.
const maxAnswers = 256 << 10

// shortSpoken is a connection to a server that must not talk without end: an answer is kept in
// memory until its line ends.
type shortSpoken struct {
	net.Conn
	left int
}

func (c *shortSpoken) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("the server does not stop talking")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// recipient is the stage at which a server says whether it takes mail for the address.
const recipient = "recipient"

// aboutUs are the statuses of RFC 3463 that a server gives for the recipient and means for whoever
// sends: policy, and a sender that it does not believe.
var aboutUs = regexp.MustCompile(`^5\.(7\..*|1\.[78])$`)

// classify makes an answer 5xx permanent, but for those that ask for a login or for TLS
// (RFC 4954 6, RFC 3207 4), and for those to a recipient that speak of our policy or our sender, as
// of a server that does not relay for us: there the configuration is wrong, not the message.
func classify(stage string, err error) error {
	wrapped := fmt.Errorf("%s: %w", stage, err)
	answer, ok := errors.AsType[*textproto.Error](err)
	if !ok || answer.Code < 500 || answer.Code > 599 {
		return wrapped
	}
	status := statusOf(answer.Msg)
	switch {
	case answer.Code == 530 || answer.Code == 534 || answer.Code == 535 || answer.Code == 538:
		return wrapped
	case stage == recipient && aboutUs.MatchString(status):
		return wrapped
	}
	return &refusal{err: wrapped, why: why(stage, answer.Code, status)}
}

// why tells from an answer 5xx what is the matter: from its status, or from its older code where that
// says nothing.
func why(stage string, code int, status string) Why {
	w := WhyOf(status)
	switch {
	case w != Other:
		return w
	case stage == recipient && code == 552:
		return Full
	case stage == recipient:
		return NoSuchAddress
	}
	return Refused
}
