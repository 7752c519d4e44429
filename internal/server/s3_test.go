package server_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/move"
	"voordeur/internal/scan"
	"voordeur/internal/scan/scantest"
)

// onS3 runs a house whose documents are in a bucket.
func onS3(t *testing.T, endpoint string, scanner scan.Scanner) *house {
	t.Helper()
	d, dir := kept.Copy(t, db.SQLite, nil)
	s, err := blob.OpenS3(blob.S3Config{
		Address: "s3://documents/server-" + strconv.FormatInt(time.Now().UnixNano(), 36), Endpoint: endpoint, Region: "us-east-1",
		AccessKey: "voordeur", SecretKey: "voordeur-test", PathStyle: true,
	})
	must(t, err)
	h := wireOn(t, d, dir, scanner, s)
	site := httptest.NewServer(h.Handler())
	t.Cleanup(func() { site.Close(); must(t, s.Close()) })
	return &house{House: h, t: t, http: site, dir: dir}
}

// A client uploads in pieces, it is checked, and the office reads it, as a whole and in part.
func TestDocumentsOnS3(t *testing.T) {
	endpoint := os.Getenv("VOORDEUR_TEST_S3")
	if endpoint == "" {
		t.Skip("VOORDEUR_TEST_S3 is not set: scripts/with-s3 starts a server")
	}
	scanner := &scantest.Scanner{}
	h := onS3(t, endpoint, scanner)
	disk, err := blob.OpenDisk(h.dir + "/blobs")
	must(t, err)
	// The documents that the house has move first.
	_, err = move.Documents{DB: h.DB, From: disk, To: h.Store.(*blob.S3), Say: func(string, ...any) {}}.Copy(context.Background())
	must(t, err)
	must(t, disk.Close())
	v, s, id := h.client("c.dewit@post.example"), h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
	if got := v.get("/dossiers/" + id + "/documents/" + h.document("2026-01482", "Concept akte.pdf")); got.status != 200 || !strings.HasPrefix(got.body, "%PDF") {
		t.Errorf("a document that was moved: %d", got.status)
	}
	data := pdfOf(900_000)
	at, a := v.begin(id, "paspoort.pdf", len(data), "")
	if a.status != 201 {
		t.Fatalf("begin: %d", a.status)
	}
	if a := v.patch(at, 0, bytes.NewReader(data[:300_000])); a.status != 204 {
		t.Fatalf("a piece: %d %s", a.status, a.body)
	}
	if a := v.patch(at, 300_000, bytes.NewReader(data[300_000:])); a.status != 204 {
		t.Fatalf("the rest: %d %s", a.status, a.body)
	}
	upload := at[strings.LastIndex(at, "/")+1:]
	if a := v.send("/dossiers/"+id+"/messages/new", map[string]string{"once": "t1", "subject": "Paspoort", "body": "Zie bijlage", "upload": upload}); a.status != 303 {
		t.Fatalf("send: %d %s", a.status, a.body)
	}
	h.work()
	if scanner.Scans() != 1 {
		t.Errorf("scanned %d times", scanner.Scans())
	}
	doc := h.document("2026-01482", "paspoort.pdf")
	if got := s.get("/dossiers/" + id + "/documents/" + doc); got.status != 200 || got.body != string(data) {
		t.Errorf("the office reads %d bytes, status %d", len(got.body), got.status)
	}
	for _, c := range []struct {
		ranges string
		want   []byte
	}{{"bytes=0-7", data[:8]}, {"bytes=-9", data[len(data)-9:]}, {"bytes=500000-700000", data[500_000:700_001]}} {
		req, err := http.NewRequest("GET", h.http.URL+s.opened(id, doc), nil)
		must(t, err)
		req.Host = docs
		req.Header.Set("Range", c.ranges)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		var got bytes.Buffer
		_, err = got.ReadFrom(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		if res.StatusCode != 206 || !bytes.Equal(got.Bytes(), c.want) {
			t.Errorf("%s: %d with %d bytes", c.ranges, res.StatusCode, got.Len())
		}
	}
	// Nothing that is in use is collected, nor what is young.
	if _, files, err := h.Collector.Run(context.Background()); err != nil || files != 0 {
		t.Errorf("collected %d, %v", files, err)
	}
}

// Nobody answers at the address of the bucket: visitors log in and read on, and documents say so.
func TestDocumentsOnS3ThatIsAway(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	h := onS3(t, gone.URL, scan.Off{})
	v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
	if got := v.get("/dossiers/" + id); got.status != 200 {
		t.Errorf("the dossier: %d", got.status)
	}
	const words = "geen documenten opslaan of tonen"
	got := v.get("/dossiers/" + id + "/documents/" + h.document("2026-01482", "Concept akte.pdf"))
	if got.status != 503 || !strings.Contains(got.body, words) || got.header.Get("Retry-After") == "" {
		t.Errorf("a download: %d %s", got.status, got.body)
	}
	before := h.uploads()
	at, _ := v.begin(id, "paspoort.pdf", 1000, "")
	if a := v.patch(at, 0, bytes.NewReader(pdfOf(1000))); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("an upload: %d %s", a.status, a.body)
	}
	if a := v.tus("HEAD", at, nil, nil); a.header.Get("Upload-Offset") != "0" {
		t.Errorf("what was not stored is acknowledged: %v", a.header)
	}
	if h.uploads() != before+1 {
		t.Errorf("the upload that waits to be resumed is gone")
	}
}
