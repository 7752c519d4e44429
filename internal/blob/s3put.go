package blob

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/minio/minio-go/v7"
)

const (
	sumHeader       = "X-Amz-Checksum-Sha256"
	algorithmHeader = "X-Amz-Checksum-Algorithm"
)

// Put implements Store. The bytes wait part by part in a file without a name, so that a part can be
// sent with its sum before it, and again, without being in memory. The blob is there when the store
// says afterwards that it has an object of that size and sum.
func (s *S3) Put(ctx context.Context, tenant string, r io.Reader) (Info, error) {
	return s.put(ctx, tenant, newKey(), r, func(Info) error { return nil })
}

// Copy takes a blob of another store under the key that it has there. When it returns nil the blob
// is durable here and has the size and the sum of info; otherwise it is not here (ErrMismatch when
// its bytes are others). A blob that is here stays: it never changes.
func (s *S3) Copy(ctx context.Context, from Store, tenant string, info Info) error {
	name, err := s.object(tenant, info.Key)
	if err != nil {
		return err
	}
	if have, err := s.stat(ctx, tenant, name); err == nil && have.Size == info.Size {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r, err := from.Open(ctx, tenant, info.Key)
	if err != nil {
		return err
	}
	_, err = s.put(ctx, tenant, info.Key, io.NewSectionReader(r, 0, r.Size()), info.fits)
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("blob: copy %s/%s: %w", tenant, info.Key, err)
	}
	return nil
}

// put sends the blob of a key, unless fits refuses what was read. After an error it takes away what
// it may have left; what cannot be taken away then, as the store is gone, Collect finds.
func (s *S3) put(ctx context.Context, tenant, key string, r io.Reader, fits func(Info) error) (Info, error) {
	name, err := s.object(tenant, key)
	if err != nil {
		return Info{}, err
	}
	file, err := unnamed()
	if err != nil {
		return Info{}, explain(fmt.Errorf("blob: put: %w", err))
	}
	u := &sending{s: s, tenant: tenant, name: name, file: file, whole: sha256.New(), fits: fits}
	err = u.all(ctx, readerWithContext{ctx, r})
	if err != nil {
		err = errors.Join(explain(err), u.undo(ctx))
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return Info{}, fmt.Errorf("blob: put: %w", err)
	}
	return Info{Key: key, Size: u.size, Sum: u.sum()}, nil
}

// unnamed makes a file that is gone when it is closed, also by a crash.
func unnamed() (*os.File, error) {
	f, err := os.CreateTemp("", "voordeur-part-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sending is one blob on its way.
type sending struct {
	s            *S3
	tenant, name string
	file         *os.File // of the part on its way
	whole        hash.Hash
	size         int64
	fits         func(Info) error

	upload string // of an upload in parts
	parts  []minio.CompletePart
	sums   []byte // of the parts, one after the other
	named  bool   // the object may be there under its name
}

func (u *sending) sum() [32]byte { return [32]byte(u.whole.Sum(nil)) }

// all sends what r gives: in one request when it is less than a part.
func (u *sending) all(ctx context.Context, r io.Reader) error {
	for {
		n, sum, err := u.take(r)
		if err != nil {
			return err
		}
		if n < u.s.part {
			return u.end(ctx, n, sum)
		}
		if err := u.sendPart(ctx, n, sum); err != nil {
			return err
		}
	}
}

// take writes the next part to the file.
func (u *sending) take(r io.Reader) (n int64, sum []byte, err error) {
	if _, err := u.file.Seek(0, io.SeekStart); err != nil {
		return 0, nil, err
	}
	part := sha256.New()
	n, err = io.CopyBuffer(io.MultiWriter(u.file, part, u.whole), io.LimitReader(r, u.s.part), make([]byte, copyBuffer))
	u.size += n
	return n, part.Sum(nil), err
}

// body gives the part from its begin, for each try anew: a request that failed may still be reading.
func (u *sending) body(n int64) io.Reader { return io.NewSectionReader(u.file, 0, n) }

// end sends the last part, which may be the only one, and looks whether all is there.
func (u *sending) end(ctx context.Context, n int64, sum []byte) error {
	if err := u.fits(Info{Size: u.size, Sum: u.sum()}); err != nil {
		return err
	}
	want := base64.StdEncoding.EncodeToString(sum)
	if u.upload == "" {
		if err := u.sendWhole(ctx, n, sum); err != nil {
			return err
		}
	} else {
		if n > 0 {
			if err := u.sendPart(ctx, n, sum); err != nil {
				return err
			}
		}
		if err := u.complete(ctx); err != nil {
			return err
		}
		of := sha256.Sum256(u.sums)
		want = base64.StdEncoding.EncodeToString(of[:]) + "-" + strconv.Itoa(len(u.parts))
	}
	return u.confirm(ctx, want)
}

func (u *sending) sendWhole(ctx context.Context, n int64, sum []byte) error {
	u.named = true
	opts := minio.PutObjectOptions{DisableContentSha256: true, UserMetadata: map[string]string{sumHeader: base64.StdEncoding.EncodeToString(sum)}}
	return u.s.do(ctx, call{"put", u.tenant, tries}, func(ctx context.Context) error {
		_, err := u.s.core.PutObject(ctx, u.s.bucket, u.name, u.body(n), n, "", hex.EncodeToString(sum), opts)
		return err
	})
}

func (u *sending) sendPart(ctx context.Context, n int64, sum []byte) error {
	if u.upload == "" {
		if err := u.begin(ctx); err != nil {
			return err
		}
	}
	number, text := len(u.parts)+1, base64.StdEncoding.EncodeToString(sum)
	var have minio.ObjectPart
	err := u.s.do(ctx, call{"put part", u.tenant, tries}, func(ctx context.Context) (err error) {
		opts := minio.PutObjectPartOptions{DisableContentSha256: true, Sha256Hex: hex.EncodeToString(sum), CustomHeader: map[string][]string{sumHeader: {text}}}
		have, err = u.s.core.PutObjectPart(ctx, u.s.bucket, u.name, u.upload, number, u.body(n), n, opts)
		return err
	})
	u.parts = append(u.parts, minio.CompletePart{PartNumber: number, ETag: have.ETag, ChecksumSHA256: text})
	u.sums = append(u.sums, sum...)
	return err
}

// begin is tried again too: an upload whose answer was lost is ended by Collect.
func (u *sending) begin(ctx context.Context) error {
	return u.s.do(ctx, call{"begin", u.tenant, tries}, func(ctx context.Context) (err error) {
		opts := minio.PutObjectOptions{UserMetadata: map[string]string{algorithmHeader: "SHA256"}}
		u.upload, err = u.s.core.NewMultipartUpload(ctx, u.s.bucket, u.name, opts)
		return err
	})
}

// complete makes one object of the parts. It may have done so when its answer was lost, and a second
// try then finds no upload: what counts is what confirm sees.
func (u *sending) complete(ctx context.Context) error {
	u.named = true
	err := u.s.do(ctx, call{"complete", u.tenant, tries}, func(ctx context.Context) error {
		_, err := u.s.core.CompleteMultipartUpload(ctx, u.s.bucket, u.name, u.upload, u.parts, minio.PutObjectOptions{})
		return err
	})
	if codeOf(err) == minio.NoSuchUpload {
		return nil
	}
	return err
}

// confirm asks the store what it has: an answer to what was sent is only a word.
func (u *sending) confirm(ctx context.Context, want string) error {
	have, err := u.s.stat(ctx, u.tenant, u.name)
	if errors.Is(err, fs.ErrNotExist) {
		err = errLost
	}
	if err == nil && (have.Size != u.size || have.ChecksumSHA256 != "" && have.ChecksumSHA256 != want) {
		err = ErrMismatch
	}
	if errors.Is(err, errLost) || errors.Is(err, ErrMismatch) {
		return u.s.explain(ctx, "confirm", err)
	}
	return err
}

// errLost means that a store has not what it said that it took.
var errLost = errors.New("the object is not there after it was taken")

func (s *S3) stat(ctx context.Context, tenant, name string) (have minio.ObjectInfo, err error) {
	err = s.do(ctx, call{"stat", tenant, tries}, func(ctx context.Context) error {
		have, err = s.core.StatObject(ctx, s.bucket, name, minio.StatObjectOptions{Checksum: true})
		return err
	})
	return have, err
}

// undo takes away what a blob that failed may have left, also when the caller has left. He is not made
// to wait for long.
func (u *sending) undo(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), u.s.patient.header)
	defer cancel()
	var wrong error
	if u.upload != "" {
		wrong = u.s.abort(ctx, u.tenant, u.name, u.upload)
	}
	if u.named {
		wrong = errors.Join(wrong, u.s.do(ctx, call{"undo", u.tenant, 1}, func(ctx context.Context) error {
			return u.s.core.RemoveObject(ctx, u.s.bucket, u.name, minio.RemoveObjectOptions{})
		}))
	}
	return wrong
}
