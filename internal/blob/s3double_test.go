package blob

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/bulkhead"
)

// double is an S3 server in memory that keeps what it says, until a fault has it do otherwise. The
// real server of the other tests never misbehaves; this one does on command.
type double struct {
	mu      sync.Mutex
	objects map[string]thing
	uploads map[string]map[int][]byte // by name and number of the upload
	started map[string]time.Time
	asked   []string

	// fault sees a request first and reports whether it has answered it.
	fault func(w http.ResponseWriter, r *http.Request) bool
	// change is what happens to bytes on their way to where they are kept.
	change func([]byte) []byte
}

type thing struct {
	bytes    []byte
	sum      string
	modified time.Time
}

// hasty is patience for a server on this machine.
var hasty = patience{
	dial: time.Second, header: time.Second, request: 2 * time.Second, pause: time.Millisecond,
	doors: bulkhead.Limits{Total: 64, Tenant: 32, Queue: 400, Wait: 20 * time.Second},
}

// TestMain runs more tests at once than there are processors: those of a store that hangs wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

const doublePart = 256 << 10

func newDouble(t *testing.T) (*double, *S3) {
	t.Helper()
	d := &double{objects: map[string]thing{}, uploads: map[string]map[int][]byte{}, started: map[string]time.Time{}}
	server := httptest.NewServer(d)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s, err := openS3(S3Config{Address: "s3://documents/here", Endpoint: server.URL, Region: "us-east-1", AccessKey: "voordeur", SecretKey: "very secret", PathStyle: true}, doublePart, hasty)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return d, s
}

// heal ends the misbehaviour.
func (d *double) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.change = nil, nil
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	fault := d.fault
	d.asked = append(d.asked, kindOf(r))
	d.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer(w, r, body)
}

// kindOf names a request as the faults do.
func kindOf(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "begin"
	case r.Method == http.MethodPost:
		return "complete"
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return "part"
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return "abort"
	case r.Method == http.MethodGet && q.Has("uploads"):
		return "uploads"
	case r.Method == http.MethodGet && q.Has("list-type"):
		return "list"
	}
	return strings.ToLower(r.Method)
}

func (d *double) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	name := strings.TrimPrefix(r.URL.Path, "/documents/")
	upload := r.URL.Query().Get("uploadId")
	switch kindOf(r) {
	case "put":
		d.keep(w, name, body, sumOfBytes(body))
	case "begin":
		id := name + "?" + strconv.Itoa(len(d.started))
		d.uploads[id], d.started[id] = map[int][]byte{}, time.Now()
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case "part":
		n, _ := strconv.Atoi(r.URL.Query().Get("partNumber"))
		d.uploads[upload][n] = d.changed(body)
		w.Header().Set("ETag", `"`+strconv.Itoa(n)+`"`)
	case "complete":
		d.complete(w, name, upload)
	case "abort":
		delete(d.uploads, upload)
		w.WriteHeader(http.StatusNoContent)
	case "delete":
		delete(d.objects, name)
		w.WriteHeader(http.StatusNoContent)
	case "uploads":
		d.tellUploads(w)
	case "list":
		d.list(w, r.URL.Query().Get("prefix"))
	default:
		d.give(w, r, name)
	}
}

func (d *double) changed(b []byte) []byte {
	if d.change == nil {
		return b
	}
	return d.change(bytes.Clone(b))
}

func sumOfBytes(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (d *double) keep(w http.ResponseWriter, name string, body []byte, sum string) {
	body = d.changed(body)
	if d.change != nil {
		sum = sumOfBytes(body)
	}
	d.objects[name] = thing{body, sum, time.Now()}
	w.Header().Set("ETag", `"`+name+`"`)
}

func (d *double) complete(w http.ResponseWriter, name, upload string) {
	parts, ok := d.uploads[upload]
	if !ok {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	var all, sums []byte
	for _, n := range slices.Sorted(maps.Keys(parts)) {
		sum := sha256.Sum256(parts[n])
		all, sums = append(all, parts[n]...), append(sums, sum[:]...)
	}
	delete(d.uploads, upload)
	d.objects[name] = thing{all, sumOfBytes(sums) + "-" + strconv.Itoa(len(parts)), time.Now()}
	fmt.Fprint(w, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
}

func (d *double) give(w http.ResponseWriter, r *http.Request, name string) {
	o, ok := d.objects[name]
	if !ok && name == "" {
		return // the bucket itself
	}
	if !ok {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("ETag", `"`+name+`"`)
	w.Header().Set("X-Amz-Checksum-Sha256", o.sum)
	http.ServeContent(w, r, "", o.modified, bytes.NewReader(o.bytes))
}

func (d *double) list(w http.ResponseWriter, prefix string) {
	fmt.Fprint(w, "<ListBucketResult>")
	for name, o := range d.objects {
		if strings.HasPrefix(name, prefix) {
			fmt.Fprintf(w, "<Contents><Key>%s</Key><LastModified>%s</LastModified><Size>%d</Size></Contents>", name, o.modified.UTC().Format(time.RFC3339), len(o.bytes))
		}
	}
	fmt.Fprint(w, "</ListBucketResult>")
}

func (d *double) tellUploads(w http.ResponseWriter) {
	fmt.Fprint(w, "<ListMultipartUploadsResult>")
	for id := range d.uploads {
		name, _, _ := strings.Cut(id, "?")
		fmt.Fprintf(w, "<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>", name, id, d.started[id].UTC().Format(time.RFC3339))
	}
	fmt.Fprint(w, "</ListMultipartUploadsResult>")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

// held names what the double keeps, unfinished or not.
func (d *double) held() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Concat(slices.Collect(maps.Keys(d.objects)), slices.Collect(maps.Keys(d.uploads)))
}
