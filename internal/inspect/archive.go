package inspect

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"errors"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
)

// The bounds of an archive. Office documents stay far below them.
const (
	maxEntries = 10_000
	// maxDirectory is how much of an archive's list of contents is read: it says itself how long it is.
	maxDirectory = 4 << 20
	// maxRatio is how much more an archive may unpack to than it is, beyond smallest.
	maxRatio = 100
	smallest = 100_000_000
	largest  = 4_000_000_000
	maxDepth = 3
	// maxInner is the size of an archive in an archive that is kept in memory to be looked into.
	maxInner = 16 << 20
	// headSize is the start of an entry in which its type shows.
	headSize = 4 << 10
)

func mostUnpacked(size int64) int64 { return min(max(size*maxRatio, smallest), largest) }

var errDirectory = errors.New("the list of contents is too long")

// bounded gives up after a number of bytes.
type bounded struct {
	io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errDirectory
	}
	return b.ReaderAt.ReadAt(p, at)
}

// archive looks into a zip file, of which Office documents are a kind.
func (l *look) archive(f io.ReaderAt, size int64, depth int) error {
	if depth > maxDepth {
		return refused(Nested)
	}
	limit := &bounded{f, maxDirectory}
	z, err := zip.NewReader(limit, size)
	switch {
	case limit.left < 0:
		return refused(Bomb)
	case err != nil:
		l.note(Uninspected)
		return nil
	case len(z.File) > maxEntries:
		return refused(Bomb)
	}
	limit.left = math.MaxInt64 // what follows bounds itself
	if err := l.honest(z.File); err != nil {
		return err
	}
	for _, e := range z.File {
		if err := l.entry(f, e, depth); err != nil {
			return err
		}
	}
	return nil
}

// honest checks what an archive says of its entries: names that stay inside, no entry twice, no two
// of the same bytes, and no more bytes in all than is allowed.
func (l *look) honest(files []*zip.File) error {
	type span struct{ from, to int64 }
	var spans []span
	names := map[string]bool{}
	var total uint64
	most := uint64(l.most) // #nosec G115 -- a bound of ours, never negative
	for _, e := range files {
		name := strings.ToLower(strings.ReplaceAll(e.Name, `\`, "/"))
		if !inside(name) || e.Mode()&fs.ModeType&^fs.ModeDir != 0 {
			return refused(Paths)
		}
		if names[e.Name] || e.Method == zip.Store && e.CompressedSize64 != e.UncompressedSize64 {
			return refused(Forged)
		}
		names[e.Name] = true
		if e.UncompressedSize64 > math.MaxInt64 {
			return refused(Bomb)
		}
		if total += min(e.UncompressedSize64, largest+1); total > most {
			return refused(Bomb)
		}
		at, err := e.DataOffset()
		if err != nil || e.CompressedSize64 > 1<<62 {
			return refused(Forged)
		}
		if e.CompressedSize64 > 0 {
			spans = append(spans, span{at, at + int64(e.CompressedSize64)}) // #nosec G115 -- held below 1<<62 above
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return refused(Bomb)
		}
	}
	return nil
}

// inside reports whether a name, with slashes and in small letters, stays in the folder it is
// unpacked in.
func inside(name string) bool {
	if strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':' || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return false
	}
	return !slices.Contains(strings.Split(name, "/"), "..")
}

// entry unpacks one entry to nowhere, and looks at what it is.
func (l *look) entry(f io.ReaderAt, e *zip.File, depth int) error {
	if strings.HasSuffix(e.Name, "/") {
		return nil
	}
	if e.Flags&1 != 0 {
		l.note(Encrypted)
		return nil
	}
	if e.Method != zip.Store && e.Method != zip.Deflate {
		l.note(Uninspected)
		return nil
	}
	if err := l.named(e.Name); err != nil {
		return err
	}
	raw, err := e.OpenRaw()
	if err != nil {
		return refused(Forged)
	}
	plain := raw
	if e.Method == zip.Deflate {
		plain = flate.NewReader(raw)
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(plain, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return l.torn()
	}
	head = head[:n]
	rest := &counted{r: io.MultiReader(bytes.NewReader(head), plain), most: int64(e.UncompressedSize64)} // #nosec G115 -- honest has looked
	if err := l.content(f, e, head, rest, depth); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, rest); err != nil && rest.n <= rest.most {
		return l.torn()
	}
	if rest.n > rest.most {
		return refused(Forged)
	}
	if l.unpacked += rest.n; l.unpacked > l.most {
		return refused(Bomb)
	}
	return nil
}

// torn is an entry that cannot be unpacked here.
func (l *look) torn() error {
	l.note(Uninspected)
	return l.ctx.Err()
}

// content looks at what an entry holds, and leaves the rest of it unread.
func (l *look) content(f io.ReaderAt, e *zip.File, head []byte, rest io.Reader, depth int) error {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return l.inner(f, e, rest, depth)
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return l.pdf(rest)
	case isXML(e.Name, head):
		return l.xml(rest)
	}
	return nil
}

// inner looks into an archive in an archive: in place when it is stored as it is, and in memory when
// it is packed.
func (l *look) inner(f io.ReaderAt, e *zip.File, rest io.Reader, depth int) error {
	if e.Method == zip.Store {
		at, err := e.DataOffset()
		if err != nil {
			return refused(Forged)
		}
		return l.archive(io.NewSectionReader(f, at, int64(e.CompressedSize64)), int64(e.CompressedSize64), depth+1) // #nosec G115 -- honest has looked
	}
	if e.UncompressedSize64 > maxInner {
		l.note(Uninspected)
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(rest, maxInner+1))
	if err != nil {
		return l.torn()
	}
	return l.archive(bytes.NewReader(b), int64(len(b)), depth+1)
}

// counted stops just past the size that was announced.
type counted struct {
	r       io.Reader
	n, most int64
}

var errMore = errors.New("more than was announced")

func (c *counted) Read(p []byte) (int, error) {
	if c.n > c.most {
		return 0, errMore
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
