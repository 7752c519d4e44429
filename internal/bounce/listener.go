package bounce

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// Office is where reports go.
type Office interface {
	// Tenants returns the tenants that send mail.
	Tenants(ctx context.Context) ([]string, error)
	// Returned keeps what a report says of a mail. It is durable when it answers nil.
	Returned(ctx context.Context, tenantID, id string, r Report) error
}

const (
	maxMessage = 4 << 20 // bytes; a report may carry the mail that it is about
	convTime   = time.Minute
	storeTime  = 20 * time.Second
)

// Listener is a mail server for reports alone. The operator's own mail server stands before it: it
// keeps the queue, so a report that cannot be taken in now comes again.
type Listener struct {
	paths  *Paths
	office Office
	log    *slog.Logger
	server *smtp.Server
}

// NewListener returns a listener for the return paths.
func NewListener(paths *Paths, office Office, log *slog.Logger) *Listener {
	l := &Listener{paths: paths, office: office, log: log}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{Listener: l}, nil }))
	s.Domain, s.MaxRecipients, s.MaxMessageBytes = "localhost", 1, maxMessage
	s.ReadTimeout, s.WriteTimeout = convTime, convTime
	// What the library logs by itself can name addresses.
	s.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn)
	l.server = s
	return l
}

// Serve takes reports in until Close.
func (l *Listener) Serve(on net.Listener) error { return l.server.Serve(on) }

// Close ends every conversation; what was not confirmed comes again.
func (l *Listener) Close() error {
	if err := l.server.Close(); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return nil
}

// session is one conversation.
type session struct {
	*Listener
	tenantID, id string
}

var (
	errNobody = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such return path"}
	errLater  = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not now"}
)

// Mail implements smtp.Session. Who sends says nothing: the return path is the proof.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session. A return path that was not made here is refused.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	tenants, err := s.office.Tenants(ctx)
	if err != nil {
		s.log.Error("bounce", "err", err)
		return errLater
	}
	var ok bool
	if s.tenantID, s.id, ok = s.paths.Whose(to, tenants); !ok {
		return errNobody
	}
	return nil
}

// Data implements smtp.Session. It confirms what is kept, and what there is nothing to keep of.
func (s *session) Data(r io.Reader) error {
	report, err := Parse(r)
	if _, rest := io.Copy(io.Discard, r); rest != nil {
		return rest
	}
	if err != nil {
		s.log.Info("mail to a return path that is no report", "tenant", s.tenantID, "mail", s.id)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	if err := s.office.Returned(ctx, s.tenantID, s.id, report); err != nil {
		s.log.Error("bounce", "tenant", s.tenantID, "mail", s.id, "err", err)
		return errLater
	}
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.tenantID, s.id = "", "" }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
