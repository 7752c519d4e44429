package blob

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"

	"voordeur/internal/bulkhead"
	"voordeur/internal/errs"
)

const (
	// tries is how often a request is made whose repetition does no harm.
	tries = 3
	// downRetry is when to come back to a store that does not answer.
	downRetry = 30 * time.Second
)

// patience is how long a store may take for each step of a request, and how much is asked of it at
// once. Every request takes or gives a bounded number of bytes, so none may last.
type patience struct {
	dial, header, request time.Duration
	pause                 time.Duration // before the second try, twice that before the third
	doors                 bulkhead.Limits
}

var patient = patience{
	dial: 5 * time.Second, header: 30 * time.Second, request: 2 * time.Minute, pause: 200 * time.Millisecond,
	doors: bulkhead.Limits{Total: 64, Tenant: 32, Queue: 200, Wait: 20 * time.Second},
}

// transport has as many connections as requests may run, and no proxy: the environment of a service
// is not where documents are sent elsewhere. Certificates are verified.
func (p patience) transport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: p.dial}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: p.dial, ResponseHeaderTimeout: p.header, ExpectContinueTimeout: time.Second, IdleConnTimeout: time.Minute,
		MaxConnsPerHost: p.doors.Total, MaxIdleConnsPerHost: p.doors.Total, WriteBufferSize: 32 << 10, ReadBufferSize: 32 << 10,
		DisableCompression: true, // a size that was asked for is the size that must come
	}
}

// call names a request for the log, says for whom it is made and how often it may be tried.
type call struct {
	what, tenant string
	tries        int
}

// do makes a request when it is its turn, again where that may help, and explains what came of it.
// request begins anew each time: it shares nothing with the one before that it changes.
func (s *S3) do(ctx context.Context, c call, request func(context.Context) error) error {
	for n := 1; ; n++ {
		err := s.once(ctx, c.tenant, request)
		if err == nil || ctx.Err() != nil || n >= c.tries || !passing(err) {
			return s.explain(ctx, c.what, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.patient.pause * time.Duration(n)):
		}
	}
}

func (s *S3) once(ctx context.Context, tenant string, request func(context.Context) error) error {
	leave, err := s.doors.Enter(ctx, tenant)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, s.patient.request)
	defer cancel()
	return request(ctx)
}

// passing reports whether an error may be gone at the next try: the store is busy or broken, or what
// was sent or came was damaged on its way. What it refuses it will refuse again.
func passing(err error) bool {
	if errs.Is(err, errs.Unavailable) || errors.Is(err, fs.ErrNotExist) {
		return false
	}
	said, ok := errors.AsType[minio.ErrorResponse](err)
	if !ok {
		return true
	}
	switch said.Code {
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "RequestTimeout", "SlowDown":
		return true
	}
	return said.StatusCode >= 500 || said.StatusCode == http.StatusTooManyRequests || said.StatusCode == http.StatusRequestTimeout || said.StatusCode < 300 // an answer that makes no sense
}

// reasons are what an operator can do something about.
var reasons = map[string]string{
	minio.AccessDenied:             "the store refuses this access key what it must be able to do: see the policy in docs/operations.md",
	"InvalidAccessKeyId":           "the store does not know this access key",
	"SignatureDoesNotMatch":        "the secret key is not that of the access key, or something on the way changes requests",
	"RequestTimeTooSkewed":         "the clock of this machine and that of the store differ: set it right",
	"InvalidObjectState":           "the object was moved to an archive: no lifecycle rule may do that",
	minio.NoSuchBucket:             "there is no such bucket",
	"InsufficientStorage":          "the store is full",
	"QuotaExceeded":                "the store is full",
	"XMinioStorageFull":            "the store is full",
	minio.MethodNotAllowed:         "the store does not know this request",
	minio.PreconditionFailed:       "the object is not the one that was opened",
	"AuthorizationHeaderMalformed": "the region is another one, or the access key is malformed",
}

// explain gives an error its meaning for the user and the operator. Only an object that the store
// says it lacks does not exist: everything else may be there tomorrow.
func (s *S3) explain(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("blob: %s: %w", what, ctx.Err())
	case errs.Is(err, errs.Unavailable):
		return err
	}
	code := codeOf(err)
	if code == minio.NoSuchKey {
		return fmt.Errorf("blob: %s: %w", what, fs.ErrNotExist)
	}
	err = fmt.Errorf("blob: %s in s3 bucket %s: %w", what, s.bucket, err)
	if reason := reasons[code]; reason != "" {
		err = fmt.Errorf("%w (%s)", err, reason)
	}
	return &errs.Error{Kind: errs.Unavailable, Key: "file.store_down", RetryAfter: downRetry, Err: err}
}

// codeOf returns what the store calls an error; empty for what is not an answer of its.
func codeOf(err error) string {
	said, _ := errors.AsType[minio.ErrorResponse](err)
	return said.Code
}
