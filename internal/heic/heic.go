// Package heic has photos in HEIC, as telephones make them, turned into JPEG by a service beside the program. That one
// runs a decoder in C over files of strangers, as another user who can read nothing of the program's and reach nobody.
package heic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"voordeur/internal/picture"
)

const (
	dialTime = 10 * time.Second
	// maxBytes is the size of the largest photo that is turned, and of the largest JPEG that comes of one.
	maxBytes = 50_000_000
	// answerTime is more than a photo takes on a slow machine, with others before it.
	answerTime = 3 * time.Minute
)

// What the service answers before the photo: one word and the end of a line.
const (
	fine   = "jpeg\n"
	broken = "broken\n"
	large  = "large\n"
)

// Converter turns photos. A nil Converter is none.
type Converter struct{ path string }

// New returns the converter of a setting: "off", which is nil, or "unix:/run/voordeur-heic.sock".
func New(setting string) (*Converter, error) {
	if setting == "off" {
		return nil, nil
	}
	path, ok := strings.CutPrefix(setting, "unix:")
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("%q is not off or unix:/PATH", setting)
	}
	return &Converter{path}, nil
}

// JPEG returns a photo of so many bytes as the service turned it: upright, and still with what its maker left in it. One
// that cannot be decoded is picture.ErrBroken, one that takes too much picture.ErrTooLarge; any other error is of the
// service, which may answer later.
func (c *Converter) JPEG(ctx context.Context, photo io.Reader, size int64) ([]byte, error) {
	if size > maxBytes {
		return nil, picture.ErrTooLarge
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, "unix", c.path)
	if err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := send(conn, photo); err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	data, err := receive(conn)
	if err != nil && !errors.Is(err, picture.ErrBroken) && !errors.Is(err, picture.ErrTooLarge) {
		return nil, fmt.Errorf("heic: %w", errors.Join(err, ctx.Err()))
	}
	return data, err
}

// send gives the photo. An error is one of reading it: the service may answer before it has read all, and hang up.
func send(conn net.Conn, photo io.Reader) error {
	from := &source{r: photo}
	_, _ = io.Copy(conn, from)
	if u, ok := conn.(*net.UnixConn); ok {
		_ = u.CloseWrite()
	}
	return from.err
}

// source keeps the error of reading apart from those of writing.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func receive(conn io.Reader) ([]byte, error) {
	in := bufio.NewReader(io.LimitReader(conn, int64(len(fine))+maxBytes))
	word, err := in.ReadString('\n')
	switch {
	case word == broken:
		return nil, picture.ErrBroken
	case word == large:
		return nil, picture.ErrTooLarge
	case word != fine:
		return nil, fmt.Errorf("answered %.20q: %w", word, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return io.ReadAll(in)
}

// Largest returns how many pixels the largest image has that the head of a HEIC file tells of, and whether it tells of
// any: each has a box "ispe" with version, width and height.
func Largest(head []byte) (pixels uint64, found bool) {
	mark := []byte("ispe")
	for at := bytes.Index(head, mark); at >= 0; at = bytes.Index(head, mark) {
		found = true
		if head = head[at+len(mark):]; len(head) < 12 {
			break
		}
		width, height := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:])
		pixels = max(pixels, uint64(width)*uint64(height))
	}
	return pixels, found
}
