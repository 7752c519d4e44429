package scan_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"voordeur/internal/scan"
	"voordeur/internal/scan/scantest"
)

func scanner(t *testing.T, setting string) scan.Scanner {
	t.Helper()
	s, err := scan.New(setting)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSettingOfTheScanner(t *testing.T) {
	for _, good := range []string{"off", "clamd:unix:/run/clamav/clamd.ctl", "clamd:127.0.0.1:3310", "clamd:[::1]:3310", "clamd:scanner.example:3310"} {
		scanner(t, good)
	}
	for _, bad := range []string{"", "on", "OFF", "clamd", "clamd:", "clamd:unix:", "clamd:unix:relative", "clamd:host", "clamd::3310", "clamd:host:", "unix:/x", "tcp:host:3310"} {
		if s, err := scan.New(bad); err == nil || s != nil || !strings.Contains(err.Error(), "clamd:HOST:PORT") {
			t.Errorf("%q: %v, %v", bad, s, err)
		}
	}
}

// What the real one says: at the start, in the middle and at the end of a file, and past its limits.
func TestClamd(t *testing.T) {
	d := scantest.StartClamd(t, "StreamMaxLength 2M", "MaxFileSize 1M", "MaxScanSize 1M", "AlertExceedsMax yes")
	s := scanner(t, d.Setting())
	far := strings.Repeat("akte ", 40_000)
	for name, c := range map[string]struct {
		text string
		want scan.Verdict
	}{
		"empty":       {"", scan.Verdict{State: scan.Clean}},
		"clean":       {far, scan.Verdict{State: scan.Clean}},
		"whole chunk": {strings.Repeat("a", 64<<10), scan.Verdict{State: scan.Clean}},
		"almost":      {far + scantest.Signature[1:], scan.Verdict{State: scan.Clean}},
		"start":       {scantest.Signature + far, scan.Verdict{State: scan.Found, Reason: scantest.Found}},
		"across":      {strings.Repeat("a", 64<<10-5) + scantest.Signature, scan.Verdict{State: scan.Found, Reason: scantest.Found}},
		"end":         {far + scantest.Signature, scan.Verdict{State: scan.Found, Reason: scantest.Found}},
		// clamd would call it clean, for it looks at the start only; AlertExceedsMax makes it say so.
		"past its look":   {strings.Repeat("a", 1_500_000) + scantest.Signature, scan.Verdict{State: scan.Unscannable, Reason: "Heuristics.Limits.Exceeded.MaxFileSize"}},
		"past its limit":  {strings.Repeat("a", 3_000_000) + scantest.Signature, scan.Verdict{State: scan.Unscannable, Reason: "INSTREAM size limit exceeded."}},
		"far past it":     {strings.Repeat("a", 30_000_000), scan.Verdict{State: scan.Unscannable, Reason: "INSTREAM size limit exceeded."}},
		"found and large": {scantest.Signature + strings.Repeat("a", 3_000_000), scan.Verdict{State: scan.Unscannable, Reason: "INSTREAM size limit exceeded."}},
	} {
		if got, err := s.Scan(t.Context(), strings.NewReader(c.text)); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
	d.Kill()
	if v, err := s.Scan(t.Context(), strings.NewReader("akte")); err == nil || v.Released() {
		t.Errorf("without clamd: %+v, %v", v, err)
	}
	d.Start()
	if v, err := s.Scan(t.Context(), strings.NewReader("akte")); err != nil || v.State != scan.Clean {
		t.Errorf("with clamd again: %+v, %v", v, err)
	}
}

// double answers as clamd never should.
func double(t *testing.T, behave func(net.Conn)) scan.Scanner {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			behave(conn)
			_ = conn.Close()
		}
	}()
	return scanner(t, "clamd:"+l.Addr().String())
}

// after reads all that is sent, up to the empty chunk, and says something.
func after(says string) func(net.Conn) {
	return func(conn net.Conn) {
		var seen []byte
		buf := make([]byte, 32<<10)
		for !bytes.HasSuffix(seen, []byte{0, 0, 0, 0}) {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			seen = append(seen, buf[:n]...)
		}
		_, _ = io.WriteString(conn, says)
	}
}

func TestWhatIsNotWordForWordAnAnswerIsNeverClean(t *testing.T) {
	for name, says := range map[string]string{
		"nothing": "", "cut off": "stream: O", "no end": "stream: OK", "line end": "stream: OK\n", "two ends": "stream: OK\x00\x00", "lower case": "stream: ok\x00",
		"two answers": "stream: OK\x00stream: OK\x00", "clean, then found": "stream: OK\x00stream: X FOUND\x00", "found, then clean": "stream: X FOUND\x00stream: OK\x00",
		"other words": "1: stream: OK\x00", "no name": "stream:  FOUND\x00", "name with a line end": "stream: A\nstream: OK FOUND\x00", "an error": "stream: Can't allocate memory ERROR\x00",
		"unknown command": "UNKNOWN COMMAND\x00", "size limit with more": "INSTREAM size limit exceeded. ERROR\x00stream: OK\x00", "a web server": "HTTP/1.1 200 OK\r\n\r\n",
		"a lot": strings.Repeat("stream: OK\x00", 10_000),
	} {
		v, err := double(t, after(says)).Scan(t.Context(), strings.NewReader("akte"))
		if err == nil || v != (scan.Verdict{}) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	if v, err := double(t, after("stream: OK\x00")).Scan(t.Context(), strings.NewReader("akte")); err != nil || v.State != scan.Clean {
		t.Errorf("the double itself: %+v, %v", v, err)
	}
}

func TestClamdThatIsGoneHalfWayOrAnswersTooEarly(t *testing.T) {
	large := func() io.Reader { return io.LimitReader(endless{}, 64<<20) }
	for name, behave := range map[string]func(net.Conn){
		"hangs up":          func(net.Conn) {},
		"hangs up half-way": func(c net.Conn) { _, _ = io.CopyN(io.Discard, c, 1<<20) },
		"clean too early":   func(c net.Conn) { _, _ = io.WriteString(c, "stream: OK\x00") },
		"found too early": func(c net.Conn) {
			_, _ = io.CopyN(io.Discard, c, 1<<20)
			_, _ = io.WriteString(c, "stream: X FOUND\x00")
		},
	} {
		if v, err := double(t, behave).Scan(t.Context(), large()); err == nil || v != (scan.Verdict{}) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	down, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = down.Close()
	if v, err := scanner(t, "clamd:"+down.Addr().String()).Scan(t.Context(), large()); err == nil || v.Released() {
		t.Errorf("down: %+v, %v", v, err)
	}
}

func TestClamdThatHangsIsLeftWhenTheTimeIsOver(t *testing.T) {
	for name, behave := range map[string]func(net.Conn){
		"reads nothing": func(net.Conn) { <-t.Context().Done() },
		"reads all, says nothing": func(c net.Conn) {
			_, _ = io.Copy(io.Discard, c)
		},
		"says it, and holds on": func(c net.Conn) {
			after("stream: OK\x00")(c)
			_, _ = io.Copy(io.Discard, c)
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		began := &signal{r: io.LimitReader(endless{}, 8<<20), after: 4 << 20, f: cancel}
		if name == "reads nothing" {
			began.after = 1
		}
		if v, err := double(t, behave).Scan(ctx, began); !errors.Is(err, context.Canceled) || v != (scan.Verdict{}) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

func TestAFileThatCannotBeReadHasNoVerdict(t *testing.T) {
	broken := errors.New("disk")
	v, err := double(t, after("stream: OK\x00")).Scan(t.Context(), io.MultiReader(strings.NewReader("akte"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || v != (scan.Verdict{}) {
		t.Errorf("%+v, %v", v, err)
	}
}

// endless is a file without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("a"), len(p))), nil }

// signal calls f once so many bytes were read.
type signal struct {
	r     io.Reader
	after int
	f     func()
}

func (s *signal) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.after -= n; s.after <= 0 {
		s.f()
	}
	return n, err
}
