package server_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/scan"
)

const (
	bigFile     = 64 << 20
	lookAt      = 4 << 20 // how often memory is looked at
	perTransfer = 1 << 20 // what a transfer may hold, P7
)

// gauge passes a stream through and notes the most memory that was live while it ran: what is left
// after a collection, so that neither time nor the collector's mood counts.
type gauge struct {
	r          io.Reader
	since      int64
	base, most uint64
}

// live collects until nothing more goes: the other side of the stream works on until the buffers
// between the two are full, and what it drops meanwhile is not held.
func live() uint64 {
	var m runtime.MemStats
	for least := uint64(math.MaxUint64); ; least = m.HeapAlloc {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc+16<<10 >= least {
			return min(least, m.HeapAlloc)
		}
	}
}

func measure(r io.Reader) *gauge {
	base := live()
	return &gauge{r: r, base: base, most: base}
}

func (g *gauge) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if g.since += int64(n); g.since >= lookAt {
		g.since = 0
		g.most = max(g.most, live())
	}
	return n, err
}

func (g *gauge) check(t *testing.T, what string) {
	t.Helper()
	if used := g.most - g.base; used > perTransfer {
		t.Errorf("%s holds %d KiB", what, used>>10)
	}
}

// zeros gives n bytes that a file may hold.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

func TestATransferHoldsLittleMemory(t *testing.T) {
	h := start(t, db.SQLite, scan.Off{}, nil)
	office := h.staff("behandelaar@delinde.example")
	id := h.dossier("2026-01482")
	// Statements and templates are at hand after a first time of everything.
	page := office.get("/dossiers/" + id).body
	office.get("/dossiers/" + id + "/documents/" + between(page, `href="/dossiers/`+id+`/documents/`, `"`))
	office.send("/dossiers/"+id+"/documents", map[string]string{"once": "warm"}, file{"warm.pdf", "%PDF-1.7\n"})

	head, tail := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"groot.pdf\"\r\n\r\n%PDF-1.7\n", "\r\n--b--\r\n"
	up := measure(io.MultiReader(strings.NewReader(head), &zeros{bigFile}, strings.NewReader(tail)))
	if a := office.do("POST", "/dossiers/"+id+"/documents", "multipart/form-data; boundary=b", up); a.status != 303 {
		t.Fatalf("upload: %d %s", a.status, a.body)
	}
	up.check(t, "an upload")
	h.work()

	doc, err := db.One(context.Background(), h.DB, db.Value[string], `select id from document where tenant_id = 'notaris' and file_name = 'groot.pdf'`)
	must(t, err)
	req, err := http.NewRequest("GET", h.http.URL+"/dossiers/"+id+"/documents/"+doc, nil)
	must(t, err)
	req.Host = kantor
	for k, c := range office.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	down, sum := measure(res.Body), sha256.New()
	n, err := io.Copy(sum, down)
	must(t, err)
	if res.StatusCode != 200 || n != bigFile+int64(len("%PDF-1.7\n")) {
		t.Fatalf("download: %d, %d bytes", res.StatusCode, n)
	}
	want := sha256.New()
	_, err = io.Copy(want, io.MultiReader(strings.NewReader("%PDF-1.7\n"), &zeros{bigFile}))
	must(t, err)
	if fmt.Sprintf("%x", sum.Sum(nil)) != fmt.Sprintf("%x", want.Sum(nil)) {
		t.Error("the download is not what was uploaded")
	}
	down.check(t, "a download")
}
