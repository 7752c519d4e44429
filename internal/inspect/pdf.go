package inspect

import (
	"bufio"
	"compress/zlib"
	"io"
	"strings"
)

const (
	// maxName is longer than any name that is looked for, with every letter escaped.
	maxName = 3 * 32
	// maxObjects is how much of a packed stream of objects is looked at, and maxStreams of how many.
	maxObjects = 16 << 20
	maxStreams = 10_000
)

// pdfNames are the names of parts that act by themselves. The short ones are believed outside
// streams only: there is enough noise in an image to hold any three letters.
var pdfNames = map[string]string{
	"JavaScript": Script, "JS": Script, "Launch": Launch, "EmbeddedFile": Files, "EmbeddedFiles": Files,
	"OpenAction": Action, "AA": Action, "Encrypt": Encrypted, "RichMedia": Files,
}

// pdfScan reads the tokens of a PDF one after another, whatever its cross references say: what is
// in the file counts, also when no object leads to it.
type pdfScan struct {
	l       *look
	r       *bufio.Reader
	packed  bool // a stream of objects begins next
	inside  bool // of a stream, whose bytes may look like anything
	depth   int
	streams *int
}

func (l *look) pdf(r io.Reader) error {
	streams := 0
	return (&pdfScan{l: l, r: bufio.NewReaderSize(r, 64<<10), streams: &streams}).run()
}

func (s *pdfScan) run() error {
	var word []byte
	for n := 0; ; n++ {
		if n%(1<<16) == 0 && s.l.ctx.Err() != nil {
			return s.l.ctx.Err()
		}
		b, err := s.r.ReadByte()
		if err != nil { // the end, or an error that the source keeps
			s.word(word)
			return nil
		}
		switch {
		case b == '/' || space(b) || strings.IndexByte("()<>[]{}%", b) >= 0:
			s.word(word)
			word = word[:0]
			if b == '/' {
				word = append(word, b)
			}
		case len(word) <= maxName:
			word = append(word, b)
		}
	}
}

func space(b byte) bool {
	return b == 0 || b == '\t' || b == '\n' || b == '\f' || b == '\r' || b == ' '
}

// word takes one name or keyword.
func (s *pdfScan) word(w []byte) {
	if len(w) == 0 || len(w) > maxName {
		return
	}
	if w[0] == '/' {
		name := unescape(w[1:])
		if flag := pdfNames[name]; flag != "" && (!s.inside || len(name) >= len("Launch")) {
			s.l.note(flag)
		}
		s.packed = s.packed || name == "ObjStm" && !s.inside
		return
	}
	switch string(w) {
	case "stream":
		if s.packed && s.depth == 0 {
			s.objects()
		}
		s.inside, s.packed = true, false
	case "endstream", "endobj", "obj":
		s.inside, s.packed = false, false
	}
}

// objects looks into a packed stream of objects, in which names hide.
func (s *pdfScan) objects() {
	if *s.streams++; *s.streams > maxStreams {
		s.l.note(Uninspected)
		return
	}
	for {
		b, err := s.r.Peek(1)
		if err != nil || b[0] != '\n' && b[0] != '\r' {
			break
		}
		_, _ = s.r.Discard(1) // it was just peeked at
	}
	z, err := zlib.NewReader(s.r)
	if err != nil {
		s.l.note(Uninspected)
		return
	}
	plain := &io.LimitedReader{R: z, N: maxObjects}
	_ = (&pdfScan{l: s.l, r: bufio.NewReader(plain), depth: 1, streams: s.streams}).run() // ends with its stream
	if _, err := io.Copy(io.Discard, io.LimitReader(z, 1)); err != nil || plain.N <= 0 {
		s.l.note(Uninspected)
	}
}

// unescape reads a name as PDF writes it: #4A is J.
func unescape(w []byte) string {
	var out []byte
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if hi, lo := hex(w[i+1]), hex(w[i+2]); hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return string(out)
}

func hex(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'a' && b <= 'f':
		return int(b-'a') + 10
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}
