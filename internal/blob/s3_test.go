package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// leastPart is the smallest part that a real server takes.
const leastPart = 5 << 20

// newS3 opens an empty part of the bucket of a real server.
func newS3(t *testing.T) (*S3, S3Config) {
	t.Helper()
	endpoint := os.Getenv("VOORDEUR_TEST_S3")
	if endpoint == "" {
		t.Skip("VOORDEUR_TEST_S3 is not set: scripts/with-s3 starts a server")
	}
	c := S3Config{Address: "s3://documents/" + newKey(), Endpoint: endpoint, Region: "us-east-1", AccessKey: "voordeur", SecretKey: "voordeur-test", PathStyle: true}
	return openedS3(t, c), c
}

func openedS3(t *testing.T, c S3Config) *S3 {
	t.Helper()
	s, err := openS3(c, leastPart, patient)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// heldIn names the objects and the uploads in parts below the store's prefix.
func heldIn(t *testing.T, s *S3) []string {
	t.Helper()
	var all []string
	for o := range s.core.Client.ListObjects(t.Context(), s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + "/", Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		all = append(all, o.Key)
	}
	found, err := s.core.ListMultipartUploads(t.Context(), s.bucket, s.prefix+"/", "", "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range found.Uploads {
		all = append(all, u.Key+" "+u.UploadID)
	}
	return all
}

func TestS3IsAStore(t *testing.T) {
	testStore(t, func(t *testing.T) subject {
		s, c := newS3(t)
		return subject{
			Store: s,
			again: func(t *testing.T) Store { return openedS3(t, c) },
			held:  func(t *testing.T) []string { return heldIn(t, s) },
		}
	})
}

// The double is as good a store as long as nothing is wrong, or its faults would show little.
func TestTheDoubleIsAStore(t *testing.T) {
	testStore(t, func(t *testing.T) subject {
		d, s := newDouble(t)
		return subject{Store: s, again: func(*testing.T) Store { return s }, held: func(*testing.T) []string { return d.held() }}
	})
}

func TestS3PartsMakeOneObject(t *testing.T) {
	s, _ := newS3(t)
	v, key := NewVault(s), tenantKey(t)
	for _, n := range []int{leastPart - 1000, leastPart, 2*leastPart + 777} {
		plain := sample(n)
		stored, err := v.Put(t.Context(), "t1", key, bytes.NewReader(plain))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Check(t.Context(), "t1", key, stored); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		c, err := v.Open(t.Context(), "t1", key, stored)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{0, int64(n) - 10, int64(n) / 2} {
			if _, err := c.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 10)
			if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, plain[at:at+10]) {
				t.Errorf("%d bytes at %d: %x, %v", n, at, got, err)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	// A broken stream after the first part leaves no upload.
	before := len(heldIn(t, s))
	broken := io.MultiReader(bytes.NewReader(make([]byte, leastPart+1)), failing{})
	if _, err := v.Put(t.Context(), "t1", key, broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v", err)
	}
	if after := heldIn(t, s); len(after) != before {
		t.Errorf("left behind: %v", after)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestS3CollectsWhatWasAbandoned(t *testing.T) {
	s, _ := newS3(t)
	live, orphan := mustPut(t, s, "t1", "akte"), mustPut(t, s, "t1", "brief")
	name, err := s.object("t1", newKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.core.NewMultipartUpload(t.Context(), s.bucket, name, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	other := mustPut(t, s, "t2", "een ander")
	used := func(_ context.Context, key string) (bool, error) { return key == live.Key, nil }
	if n, err := Collect(t.Context(), s, "t1", time.Now().Add(-time.Hour), used); n != 0 || err != nil || len(heldIn(t, s)) != 4 {
		t.Errorf("what is young: %d, %v", n, err)
	}
	if n, err := Collect(t.Context(), s, "t1", time.Now().Add(time.Hour), used); n != 1 || err != nil {
		t.Errorf("collected %d, %v", n, err)
	}
	held := heldIn(t, s)
	if len(held) != 2 || slices.ContainsFunc(held, func(n string) bool { return strings.Contains(n, orphan.Key) }) {
		t.Errorf("held: %v", held)
	}
	if got, err := read(s, "t2", other.Key); err != nil || got != "een ander" {
		t.Errorf("another tenant's: %q, %v", got, err)
	}
}

func TestS3ListsMoreThanAPage(t *testing.T) {
	s, _ := newS3(t)
	var all sync.WaitGroup
	const n = s3Page + 5
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range 16 {
		all.Go(func() {
			for range next {
				name, _ := s.object("t1", newKey())
				if _, err := s.core.PutObject(context.Background(), s.bucket, name, strings.NewReader(""), 0, "", "", minio.PutObjectOptions{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	got := keys(t, s, "t1")
	slices.Sort(got)
	if once := slices.Compact(got); len(once) != n {
		t.Errorf("%d keys, want %d", len(once), n)
	}
}

func TestS3CopiesBothWays(t *testing.T) {
	s, _ := newS3(t)
	d, dir := newDisk(t)
	for _, text := range []string{"", "akte", strings.Repeat("x", leastPart+10)} {
		info := mustPut(t, d, "t1", text)
		wrong := info
		wrong.Sum[0]++
		if err := s.Copy(t.Context(), d, "t1", wrong); !errors.Is(err, ErrMismatch) {
			t.Errorf("another sum: %v", err)
		}
		for range 2 {
			if err := s.Copy(t.Context(), d, "t1", info); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Delete(t.Context(), "t1", info.Key); err != nil {
			t.Fatal(err)
		}
		if err := d.Copy(t.Context(), s, "t1", info); err != nil {
			t.Fatal(err)
		}
		if got, err := read(d, "t1", info.Key); err != nil || got != text {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
	}
	if n := len(regular(t, dir)); n != 3 || len(heldIn(t, s)) != 3 {
		t.Errorf("%d here, %v there", n, heldIn(t, s))
	}
}

// A document of a few megabytes is read in a few requests, however small each read is.
func TestS3ReadsAhead(t *testing.T) {
	d, s := newDouble(t)
	v, key := NewVault(s), tenantKey(t)
	plain := sample(4 << 20)
	stored, err := v.Put(t.Context(), "t1", key, bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	d.asked = nil
	c, err := v.Open(t.Context(), "t1", key, stored)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if _, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{c}, make([]byte, 1000)); err != nil || !bytes.Equal(got.Bytes(), plain) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if n := len(d.asked); n > 14 {
		t.Errorf("%d requests", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// discarding answers an upload and keeps nothing of it, so that the memory seen is the store's own.
func discarding(w http.ResponseWriter, r *http.Request) bool {
	if kindOf(r) != "part" {
		return false
	}
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, 4<<10))
	w.Header().Set("ETag", `"x"`)
	return true
}

// 200 uploads stand half-way at once, each with a part sent and another begun.
func TestS3ManyUploadsNeedLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector, which the short form is for, memory says nothing")
	}
	const n, part, each = 200, 1 << 20, 192 << 10
	d, s := newDouble(t)
	s.part, s.patient.request, s.tr.ResponseHeaderTimeout = part, time.Minute, time.Minute
	d.fault = discarding
	base := heap()
	var half, done sync.WaitGroup
	half.Add(n)
	on := make(chan struct{})
	for range n {
		done.Go(func() {
			waits := reads(func([]byte) (int, error) {
				half.Done()
				<-on
				return 0, io.ErrUnexpectedEOF
			})
			_, _ = s.Put(context.Background(), "t1", io.MultiReader(&zeros{n: part * 3 / 2}, waits))
		})
	}
	half.Wait()
	if held := heap() - base; held > n*each {
		t.Errorf("%d uploads hold %d bytes, want at most %d each", n, held, each)
	}
	close(on)
	done.Wait()
	left(t, d, s)
}

type reads func([]byte) (int, error)

func (f reads) Read(p []byte) (int, error) { return f(p) }

func TestS3ReadingNeedsLittleMemory(t *testing.T) {
	_, s := newDouble(t)
	info := mustPut(t, s, "t1", strings.Repeat("x", 4<<20))
	r, err := s.Open(t.Context(), "t1", info.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(struct{ io.Writer }{io.Discard}, io.NewSectionReader(r, 0, r.Size())); err != nil {
		t.Fatal(err)
	}
	if held := cap(r.(*s3Reader).window) + cap(r.(*s3Reader).tail); held > memoryMax-contentBuffer-copyBuffer {
		t.Errorf("a reader holds %d bytes", held)
	}
}

func TestS3RefusesWhatIsNoBucket(t *testing.T) {
	good := S3Config{Address: "s3://documents/a", Endpoint: "https://s3.example.nl", AccessKey: "a", SecretKey: "b"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*S3Config){
		"no bucket":        func(c *S3Config) { c.Address = "s3://" },
		"a folder":         func(c *S3Config) { c.Address = "/var/lib" },
		"a key in it":      func(c *S3Config) { c.Address = "s3://key:secret@documents" },
		"dots":             func(c *S3Config) { c.Address = "s3://documents/../x" },
		"no endpoint":      func(c *S3Config) { c.Endpoint = "" },
		"no scheme":        func(c *S3Config) { c.Endpoint = "s3.example.nl" },
		"a path":           func(c *S3Config) { c.Endpoint = "https://s3.example.nl/documents" },
		"a user":           func(c *S3Config) { c.Endpoint = "https://a:b@s3.example.nl" },
		"no access key":    func(c *S3Config) { c.AccessKey = "" },
		"no secret key":    func(c *S3Config) { c.SecretKey = "" },
		"a scheme of more": func(c *S3Config) { c.Endpoint = "ftp://s3.example.nl" },
	} {
		c := good
		change(&c)
		if _, err := OpenS3(c); err == nil || c.SecretKey != "" && strings.Contains(err.Error(), fmt.Sprintf("%q", c.SecretKey)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneStoreIsOneHoweverItsAddressIsWritten(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(dir))
	for _, same := range [][2]string{
		{dir, dir + "/"},
		{dir, filepath.Base(dir)},
		{dir, dir + "/./"},
		{link, dir},
		{"s3://documents/linde", "s3://documents/linde/"},
		{"s3://documents", "s3://documents/"},
	} {
		if !Same(same[0], same[1]) {
			t.Errorf("%s and %s are one", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{dir, t.TempDir()}, {dir, dir + "x"}, {dir + "x", dir + "x"}, {dir, "s3://documents"}, {"s3://documents/linde", "s3://documents/lindeboom"}} {
		if Same(other[0], other[1]) {
			t.Errorf("%s and %s are two", other[0], other[1])
		}
	}
}
