package mailtest

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// The ways in which a scripted server answers instead of as it should. Any other text is sent as it
// stands, with a line end.
const (
	Hang  = "(hang)"  // says nothing more
	Cut   = "(cut)"   // breaks the connection
	Flood = "(flood)" // never ends its line
	Drip  = "(drip)"  // begins an answer that has no end, a line at a time
)

// Stages are the moments of a conversation at which a scripted server can misbehave: as it is met, at
// each command, and at the end of the content.
var Stages = []string{"greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"}

// Scripted is a server that speaks the least of SMTP, without TLS, and answers one stage in its own
// way. The server of Start cannot: it is a library that does as it should.
type Scripted struct {
	Addr string

	stage, answer string
	done          chan struct{}
	conns         sync.WaitGroup

	mu       sync.Mutex
	received []string
}

// StartScripted runs a server until the test ends that gives the answer at the stage.
func StartScripted(t testing.TB, stage, answer string) *Scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &Scripted{Addr: l.Addr().String(), stage: stage, answer: answer, done: make(chan struct{})}
	s.conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { s.converse(conn) })
		}
	})
	t.Cleanup(func() {
		close(s.done)
		must(t, l.Close())
		s.conns.Wait()
	})
	return s
}

// Received returns the contents that came in whole, whatever was answered to them.
func (s *Scripted) Received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.received...)
}

// errOver ends a conversation as the script says.
var errOver = errors.New("over")

func (s *Scripted) converse(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	err := s.say(conn, "greeting", "220 localhost")
	for err == nil {
		var line string
		if line, err = in.ReadString('\n'); err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb = strings.Replace(strings.ToUpper(verb), "HELO", "EHLO", 1); verb {
		case "QUIT":
			return
		case "DATA":
			if err = s.say(conn, verb, "354 go on"); err == nil && s.stage != verb {
				err = s.content(conn, in)
			}
		default:
			err = s.say(conn, verb, "250 well")
		}
	}
}

func (s *Scripted) content(conn net.Conn, in *bufio.Reader) error {
	var text strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	s.mu.Lock()
	s.received = append(s.received, text.String())
	s.mu.Unlock()
	return s.say(conn, "content", "250 taken")
}

// say answers at a stage: as the script says at its own, and as a server should at any other.
func (s *Scripted) say(conn net.Conn, stage, right string) error {
	if stage != s.stage {
		right += "\r\n"
		_, err := io.WriteString(conn, right)
		return err
	}
	switch s.answer {
	case Hang:
		<-s.done
		return errOver
	case Cut:
		return errOver
	case Flood, Drip:
		return s.flood(conn)
	}
	_, err := io.WriteString(conn, s.answer+"\r\n")
	return err
}

func (s *Scripted) flood(conn net.Conn) error {
	piece := strings.Repeat("x", 32<<10)
	if s.answer == Drip {
		piece = strings.Repeat("250-and so on\r\n", 2<<10)
	}
	for {
		if _, err := io.WriteString(conn, piece); err != nil {
			return err
		}
	}
}
