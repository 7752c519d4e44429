// Package mailtest has a real SMTP server for tests: on loopback, with STARTTLS and a certificate
// of its own, recording what it accepts and misbehaving on request.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Config says what kind of server to start. The zero value offers STARTTLS and asks for no login.
type Config struct {
	NoSTARTTLS  bool
	ImplicitTLS bool   // TLS from the first byte
	Username    string // when set, mail is taken only after AUTH PLAIN with it
	Password    string
}

// Fault is a way to misbehave with one message.
type Fault int

// The faults.
const (
	None               Fault = iota
	TemporarySender          // 451 to MAIL
	LoginAskedAtSender       // 530 to MAIL
	TemporaryRecipient       // 450 to RCPT
	PermanentRecipient       // 550 to RCPT
	TemporaryData            // 451 after the content
	PermanentData            // 554 after the content
	HangAfterData            // takes the content, then says nothing more
	DropAfterData            // records the message, then breaks the connection unconfirmed
	DropAfterConfirm         // confirms the message, then breaks the connection
)

// Received is a message that the server took.
type Received struct {
	From string // of the envelope
	To   []string
	Raw  []byte // with CRLF line ends
	TLS  bool
}

// Server is a running SMTP server. It is safe for use by several goroutines.
type Server struct {
	Addr  string         // host:port on loopback
	Roots *x509.CertPool // with the server's certificate

	cfg  Config
	done chan struct{} // closed when the test ends; lets hanging conversations go

	mu       sync.Mutex
	faults   []Fault
	received []Received
}

// Start runs a server until the test ends.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	cert, roots := certificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: listener.Addr().String(), Roots: roots, cfg: cfg, done: make(chan struct{})}
	tlsConfig := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if cfg.ImplicitTLS {
		listener = tls.NewListener(listener, tlsConfig)
	}

	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "localhost"
	server.ErrorLog = log.New(io.Discard, "", 0) // broken conversations are what the tests are about
	if !cfg.NoSTARTTLS {
		server.TLSConfig = tlsConfig
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		close(s.done)
		if err := server.Close(); err != nil {
			t.Errorf("mailtest: close: %v", err)
		}
		// A test that never connects can end before Serve knows its listener.
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("mailtest: close listener: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("mailtest: serve: %v", err)
		}
	})
	return s
}

// Misbehave uses up one fault per message, in this order; after them the server behaves.
func (s *Server) Misbehave(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Received returns the messages taken so far, oldest first.
func (s *Server) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.received...)
}

func (s *Server) session(conn *smtp.Conn) (smtp.Session, error) {
	c := &conversation{server: s, conn: conn}
	if s.cfg.Username == "" {
		return c, nil
	}
	return &guarded{conversation: c}, nil
}

func (s *Server) nextFault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return None
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

func (s *Server) record(r Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, r)
}
