package blob

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"
)

const (
	// tailBytes is what Open brings along: the last chunk, which opening a file reads, and often all.
	tailBytes = copyBuffer + 4<<10
	// A reader fetches firstWindow bytes, and twice as much each time that it goes on where it was. With
	// the tail and what decrypting takes that is less than 1 MiB. A request never waits for the visitor,
	// whose line may be slow: it has ended before he gets its bytes.
	firstWindow = 64 << 10
	lastWindow  = 512 << 10
)

// Open implements Store. The reader may be used while ctx lives.
func (s *S3) Open(ctx context.Context, tenant, key string) (Reader, error) {
	name, err := s.object(tenant, key)
	if err != nil {
		return nil, err
	}
	r := &s3Reader{s: s, ctx: ctx, tenant: tenant, name: name}
	if err := s.do(ctx, call{"open", tenant, tries}, r.open); err != nil {
		return nil, err
	}
	return r, nil
}

// s3Reader reads one object by windows. Several goroutines may, one after the other.
type s3Reader struct {
	s            *S3
	ctx          context.Context // of who opened it: an io.ReaderAt knows none
	tenant, name string
	size         int64
	etag         string
	tail         []byte

	mu     sync.Mutex
	window []byte
	at     int64 // where the window begins
}

func (r *s3Reader) Size() int64 { return r.size }

func (r *s3Reader) Close() error { return nil } // every request has ended

// open fetches the end of the object, which tells its size too.
func (r *s3Reader) open(ctx context.Context) error {
	var opts minio.GetObjectOptions
	if err := opts.SetRange(0, -tailBytes); err != nil {
		return err
	}
	body, info, header, err := r.s.core.GetObject(ctx, r.s.bucket, r.name, opts)
	if codeOf(err) == minio.InvalidRange {
		return r.empty(ctx)
	}
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if info.Size == 0 {
		return r.empty(ctx)
	}
	first, last, size, err := rangeOf(header.Get("Content-Range"))
	if err != nil {
		return err
	}
	if last != size-1 || last-first+1 != min(size, tailBytes) {
		return fmt.Errorf("asked for the last %d bytes, got %d to %d of %d", tailBytes, first, last, size)
	}
	tail := make([]byte, last-first+1)
	if err := exactly(body, tail); err != nil {
		return err
	}
	r.size, r.etag, r.tail = size, info.ETag, tail
	return nil
}

// empty looks whether an object of which no last byte came is one without bytes. Stores differ in what
// they say of those.
func (r *s3Reader) empty(ctx context.Context) error {
	have, err := r.s.core.StatObject(ctx, r.s.bucket, r.name, minio.StatObjectOptions{})
	if err == nil && have.Size != 0 {
		err = fmt.Errorf("an object of %d bytes was given as an empty one", have.Size)
	}
	return err
}

// ReadAt implements io.ReaderAt.
func (r *s3Reader) ReadAt(p []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, fmt.Errorf("blob: read at %d", at)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) {
		if at >= r.size {
			return n, io.EOF
		}
		have, err := r.from(at)
		if err != nil {
			return n, err
		}
		got := copy(p[n:], have)
		n, at = n+got, at+int64(got)
	}
	return n, nil
}

// from returns bytes that begin at a place of the object.
func (r *s3Reader) from(at int64) ([]byte, error) {
	if begin := r.size - int64(len(r.tail)); at >= begin {
		return r.tail[at-begin:], nil
	}
	if at < r.at || at >= r.at+int64(len(r.window)) {
		if err := r.fetch(at); err != nil {
			return nil, err
		}
	}
	return r.window[at-r.at:], nil
}

// fetch fills the window from a place on, at most up to the tail.
func (r *s3Reader) fetch(at int64) error {
	length := int64(firstWindow)
	if at == r.at+int64(len(r.window)) {
		length = min(max(2*int64(len(r.window)), firstWindow), lastWindow)
	}
	length = min(length, r.size-int64(len(r.tail))-at)
	r.window = r.window[:0]
	if int64(cap(r.window)) < length {
		r.window = make([]byte, 0, length)
	}
	window := r.window[:length]
	err := r.s.do(r.ctx, call{"read", r.tenant, tries}, func(ctx context.Context) error {
		return r.get(ctx, window, at)
	})
	if err == nil {
		r.window, r.at = window, at
	}
	return err
}

// get reads a range of the object that was opened, and takes no other answer for it.
func (r *s3Reader) get(ctx context.Context, p []byte, at int64) error {
	var opts minio.GetObjectOptions
	end := at + int64(len(p)) - 1
	if err := opts.SetRange(at, end); err != nil {
		return err
	}
	if err := opts.SetMatchETag(r.etag); err != nil {
		return err
	}
	body, _, header, err := r.s.core.GetObject(ctx, r.s.bucket, r.name, opts)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	first, last, size, err := rangeOf(header.Get("Content-Range"))
	if err != nil {
		return err
	}
	if first != at || last != end || size != r.size {
		return fmt.Errorf("asked for bytes %d to %d of %d, got %d to %d of %d", at, end, r.size, first, last, size)
	}
	return exactly(body, p)
}

func rangeOf(header string) (first, last, size int64, err error) {
	if _, err := fmt.Sscanf(header, "bytes %d-%d/%d", &first, &last, &size); err != nil || first < 0 || last < first || size <= last {
		return 0, 0, 0, fmt.Errorf("the answer has the range %q", header)
	}
	return first, last, size, nil
}

// exactly fills p from a body that must have as many bytes.
func exactly(body io.Reader, p []byte) error {
	if _, err := io.ReadFull(body, p); err != nil {
		return err
	}
	if n, err := io.ReadFull(body, make([]byte, 1)); n > 0 || err != io.EOF {
		return fmt.Errorf("the answer is longer than its range, or broke off: %w", err)
	}
	return nil
}
