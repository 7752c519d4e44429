package scan

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"
)

const (
	dialTime  = 10 * time.Second
	chunkSize = 64 << 10
	// answerSize is more than clamd ever says.
	answerSize = 1 << 10
)

// Clamd has files scanned by clamd, the daemon of ClamAV, each over a connection of its own.
type Clamd struct{ network, address string }

// New returns the scanner of a setting: "off", "clamd:unix:/run/clamav/clamd.ctl" or
// "clamd:HOST:PORT".
func New(setting string) (Scanner, error) {
	if setting == "off" {
		return Off{}, nil
	}
	if path, ok := strings.CutPrefix(setting, "clamd:unix:"); ok && strings.HasPrefix(path, "/") {
		return Clamd{"unix", path}, nil
	}
	address, ok := strings.CutPrefix(setting, "clamd:")
	host, port, err := net.SplitHostPort(address)
	if !ok || err != nil || host == "" || host == "unix" || port == "" {
		return nil, fmt.Errorf("%q is not off, clamd:unix:/PATH or clamd:HOST:PORT", setting)
	}
	return Clamd{"tcp", address}, nil
}

// Scan implements Scanner. It waits as long as ctx lets it.
func (c Clamd) Scan(ctx context.Context, r io.Reader) (Verdict, error) {
	conn, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return Verdict{}, fmt.Errorf("clamd: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	answered := make(chan answer, 1)
	go func() { answered <- listen(conn) }()
	whole, err := stream(conn, r, answered)
	if err != nil {
		return Verdict{}, fmt.Errorf("clamd: %w", err)
	}
	v, err := (<-answered).verdict(whole)
	if err != nil {
		return Verdict{}, fmt.Errorf("clamd: %w", errors.Join(err, ctx.Err()))
	}
	return v, nil
}

// stream sends all of r in chunks. It reports whether clamd took the whole: over its size limit it
// answers early and hangs up. An error is one of r.
func stream(conn io.Writer, r io.Reader, answered chan answer) (whole bool, err error) {
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return false, nil
	}
	chunk := make([]byte, 4+chunkSize)
	for len(answered) == 0 {
		n, err := io.ReadFull(r, chunk[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, err
		}
		binary.BigEndian.PutUint32(chunk, uint32(n)) // #nosec G115 -- at most a chunk; an empty one is the end
		if _, err := conn.Write(chunk[:4+n]); err != nil {
			return false, nil
		}
		if n == 0 {
			return true, nil
		}
	}
	return false, nil
}

// answer is all that clamd said until it hung up, and the error with which it did.
type answer struct {
	text string
	err  error
}

func listen(conn io.Reader) answer {
	b, err := io.ReadAll(io.LimitReader(conn, answerSize))
	return answer{string(b), err}
}

const (
	tooLarge = "INSTREAM size limit exceeded. ERROR\x00"
	clean    = "stream: OK\x00"
	// pastLimits begins the name of what clamd "finds" in a file that goes past a limit of its own
	// (AlertExceedsMax): it did not look at all of it.
	pastLimits = "Heuristics.Limits.Exceeded"
)

var found = regexp.MustCompile(`^stream: ([!-~]+) FOUND\x00$`)

// verdict reads an answer. Whatever is not word for word what clamd says is no verdict; that a file
// is too large may be followed by a broken connection, because clamd does not read on.
func (a answer) verdict(whole bool) (Verdict, error) {
	if a.text == tooLarge {
		return Verdict{State: Unscannable, Reason: strings.TrimSuffix(tooLarge, " ERROR\x00")}, nil
	}
	name := found.FindStringSubmatch(a.text)
	switch {
	case a.err != nil || !whole:
		return Verdict{}, fmt.Errorf("hung up after %.200q: %w", a.text, errors.Join(a.err, io.ErrUnexpectedEOF))
	case a.text == clean:
		return Verdict{State: Clean}, nil
	case name == nil:
		return Verdict{}, fmt.Errorf("answered %.200q", a.text)
	case strings.HasPrefix(name[1], pastLimits):
		return Verdict{State: Unscannable, Reason: name[1]}, nil
	}
	return Verdict{State: Found, Reason: name[1]}, nil
}
