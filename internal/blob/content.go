package blob

import (
	"bufio"
	"fmt"
	"io"
)

// contentBuffer holds two chunks: decrypting needs a chunk of memory for every read, however
// small, and http.ServeContent reads 32 KiB at a time.
const contentBuffer = 128 << 10

// Content is the plain bytes of a stored file, fit for http.ServeContent with ranges. It is for
// one goroutine.
type Content struct {
	section *io.SectionReader
	buf     *bufio.Reader
	blob    io.Closer
}

func newContent(plain io.ReaderAt, size int64, blob io.Closer) *Content {
	section := io.NewSectionReader(plain, 0, size)
	return &Content{section: section, buf: bufio.NewReaderSize(section, contentBuffer), blob: blob}
}

// Read gives bytes only after they were authenticated; those that were changed are an error.
func (c *Content) Read(p []byte) (int, error) {
	n, err := c.buf.Read(p)
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("blob: read: %w", err)
	}
	return n, err
}

// ReadAt implements io.ReaderAt. It does not move where Read goes on.
func (c *Content) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.section.ReadAt(p, at)
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("blob: read: %w", err)
	}
	return n, err
}

// Seek implements io.Seeker.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		offset -= int64(c.buf.Buffered())
	}
	at, err := c.section.Seek(offset, whence)
	if err != nil {
		return 0, fmt.Errorf("blob: seek: %w", err)
	}
	c.buf.Reset(c.section)
	return at, nil
}

// Size returns the number of plain bytes.
func (c *Content) Size() int64 { return c.section.Size() }

// Close releases the blob.
func (c *Content) Close() error {
	if err := c.blob.Close(); err != nil {
		return fmt.Errorf("blob: close: %w", err)
	}
	return nil
}

// joined reads parts one after the other with one of them open at a time.
type joined struct {
	parts []Stored
	open  func(Stored) (*Content, error)
	now   *Content
}

func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.now == nil {
			if len(j.parts) == 0 {
				return 0, io.EOF
			}
			c, err := j.open(j.parts[0])
			if err != nil {
				return 0, err
			}
			j.now, j.parts = c, j.parts[1:]
		}
		n, err := j.now.Read(p)
		if err == io.EOF {
			err = j.close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// close closes the part that a failed copy left open.
func (j *joined) close() error {
	if j.now == nil {
		return nil
	}
	c := j.now
	j.now = nil
	return c.Close()
}
