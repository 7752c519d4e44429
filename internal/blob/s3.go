package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"voordeur/internal/bulkhead"
)

// S3Config says where a bucket is and who may use it.
type S3Config struct {
	Address   string // s3://bucket or s3://bucket/prefix
	Endpoint  string // https://host, or http://host on this machine
	Region    string
	AccessKey string
	SecretKey string
	PathStyle bool // the bucket stands in the path, not before the host's name
}

const (
	s3Scheme = "s3://"
	// s3Part is what goes to the store at a time: at least the 5 MiB that S3 asks of a part, and with
	// the 10,000 parts that it allows more than any upload is.
	s3Part = 16 << 20
	// s3Page is how many names a bucket tells at a time.
	s3Page = 1000
)

var (
	bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$`)
)

// IsS3 reports whether the address of a store is that of a bucket, not a folder.
func IsS3(address string) bool { return strings.HasPrefix(address, s3Scheme) }

// Same reports whether two addresses lead to one store, however each is written: a folder by another
// path, or a bucket with a stroke behind it. A folder that is not there is no other's.
func Same(a, b string) bool {
	if IsS3(a) || IsS3(b) {
		return strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
	}
	there, err := os.Stat(a)
	other, wrong := os.Stat(b)
	return err == nil && wrong == nil && os.SameFile(there, other)
}

// bucket takes an address apart.
func (c S3Config) bucket() (bucket, prefix string, err error) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(c.Address, s3Scheme), "/")
	prefix = strings.Trim(prefix, "/")
	if !IsS3(c.Address) || !bucketPattern.MatchString(bucket) || prefix != "" && !prefixPattern.MatchString(prefix) {
		return "", "", fmt.Errorf("%q is not s3://BUCKET or s3://BUCKET/PREFIX", c.Address)
	}
	return bucket, prefix, nil
}

// host takes the endpoint apart. Whether it may go without TLS is for the configuration to say.
func (c S3Config) host() (*url.URL, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, errors.New("the endpoint is not https://HOST or https://HOST:PORT, with nothing behind it")
	}
	return u, nil
}

// Check tells what is wrong with a configuration. It asks nobody.
func (c S3Config) Check() error {
	_, _, err := c.bucket()
	if _, wrong := c.host(); wrong != nil {
		err = errors.Join(err, wrong)
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		err = errors.Join(err, errors.New("the access key or the secret key is missing"))
	}
	return err
}

// S3 is a Store in a bucket. An object is named prefix/tenant/key, and appears under that name only
// when it is whole. See docs/adr/0010-documents-on-s3.md.
type S3 struct {
	core    *minio.Core
	bucket  string
	prefix  string
	part    int64
	patient patience
	doors   *bulkhead.Bulkhead
	tr      *http.Transport
}

// OpenS3 returns the store of a bucket. It asks nobody: the program starts and serves all else while
// the bucket is away. Answers tells whether it is there.
func OpenS3(c S3Config) (*S3, error) { return openS3(c, s3Part, patient) }

func openS3(c S3Config, part int64, p patience) (*S3, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	bucket, prefix, _ := c.bucket()
	host, _ := c.host()
	style := minio.BucketLookupDNS
	if c.PathStyle {
		style = minio.BucketLookupPath
	}
	tr := p.transport()
	core, err := minio.NewCore(host.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: host.Scheme == "https", Region: c.Region,
		BucketLookup: style, Transport: tr, MaxRetries: 1, // what is tried again, and with which bytes, is said in do
	})
	if err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	return &S3{core: core, bucket: bucket, prefix: prefix, part: part, patient: p, doors: bulkhead.New(p.doors), tr: tr}, nil
}

// Close ends the connections.
func (s *S3) Close() error {
	s.tr.CloseIdleConnections()
	return nil
}

// Answers tells why the bucket cannot be used now; nil when it can.
func (s *S3) Answers(ctx context.Context) error {
	return s.do(ctx, call{"ask", "", 1}, func(ctx context.Context) error {
		there, err := s.core.BucketExists(ctx, s.bucket)
		if err == nil && !there {
			err = minio.ErrorResponse{Code: minio.NoSuchBucket, StatusCode: http.StatusNotFound}
		}
		return err
	})
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, tenant, key string) error {
	name, err := s.object(tenant, key)
	if err != nil {
		return err
	}
	err = s.do(ctx, call{"delete", tenant, tries}, func(ctx context.Context) error {
		return s.core.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{})
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// List implements Store.
func (s *S3) List(ctx context.Context, tenant string, fn func(key string, modified time.Time) error) error {
	folder, err := s.folder(tenant)
	if err != nil {
		return err
	}
	for after := ""; ; {
		list, err := s.page(ctx, tenant, folder, after)
		if err != nil {
			return err
		}
		for _, o := range list {
			key := strings.TrimPrefix(o.Key, folder)
			if !keyPattern.MatchString(key) {
				continue
			}
			if err := fn(key, o.LastModified.UTC()); err != nil {
				return err
			}
		}
		if len(list) < s3Page {
			return nil
		}
		after = list[len(list)-1].Key
	}
}

// page returns the objects of a folder behind one of them.
func (s *S3) page(ctx context.Context, tenant, folder, after string) (list []minio.ObjectInfo, err error) {
	err = s.do(ctx, call{"list", tenant, tries}, func(ctx context.Context) error {
		list = list[:0]
		for o := range s.core.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: folder, StartAfter: after, MaxKeys: s3Page, Recursive: true}) {
			if o.Err != nil {
				return o.Err
			}
			if list = append(list, o); len(list) == s3Page {
				break
			}
		}
		return nil
	})
	return list, err
}

// abandon ends the uploads in parts that began before a moment and that nobody ends any more. Their
// parts cost room and show in no list of objects.
func (s *S3) abandon(ctx context.Context, tenant string, before time.Time) error {
	folder, err := s.folder(tenant)
	if err != nil {
		return err
	}
	var found minio.ListMultipartUploadsResult
	for {
		err := s.do(ctx, call{"list uploads", tenant, tries}, func(ctx context.Context) (err error) {
			found, err = s.core.ListMultipartUploads(ctx, s.bucket, folder, found.NextKeyMarker, found.NextUploadIDMarker, "", s3Page)
			return err
		})
		if err != nil {
			return err
		}
		for _, u := range found.Uploads {
			if !u.Initiated.Before(before) || !strings.HasPrefix(u.Key, folder) {
				continue
			}
			if err := s.abort(ctx, tenant, u.Key, u.UploadID); err != nil {
				return err
			}
		}
		if !found.IsTruncated {
			return nil
		}
	}
}

func (s *S3) abort(ctx context.Context, tenant, name, upload string) error {
	err := s.do(ctx, call{"abort", tenant, tries}, func(ctx context.Context) error {
		return s.core.AbortMultipartUpload(ctx, s.bucket, name, upload)
	})
	if codeOf(err) == minio.NoSuchUpload {
		return nil
	}
	return err
}

func (s *S3) folder(tenant string) (string, error) {
	if _, err := tenantFolder(tenant); err != nil {
		return "", err
	}
	return path.Join(s.prefix, tenant) + "/", nil
}

func (s *S3) object(tenant, key string) (string, error) {
	if _, err := blobName(tenant, key); err != nil {
		return "", err
	}
	return path.Join(s.prefix, tenant, key), nil
}
