package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/bulkhead"
	"voordeur/internal/db"
	"voordeur/internal/scan"
	"voordeur/internal/world"
)

// asked is an answer that comes from another goroutine than the test's.
type asked struct {
	status      int
	retry, body string
	err         error
}

// ask is get in a language of its own, for several at once.
func (v *visitor) ask(path, language string) asked {
	req, err := http.NewRequest(http.MethodGet, v.h.http.URL+path, nil)
	if err != nil {
		return asked{err: err}
	}
	req.Host = v.host
	req.Header.Set("Accept-Language", language)
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return asked{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return asked{res.StatusCode, res.Header.Get("Retry-After"), string(b), err}
}

// flood asks for a page n times at once; what comes back is the answers as they come.
func (v *visitor) flood(n int, path, language string) <-chan asked {
	answers := make(chan asked, n)
	for range n {
		go func() { answers <- v.ask(path, language) }()
	}
	return answers
}

// neighbour is an employee of the other tenant.
func (h *house) neighbour() *visitor {
	h.t.Helper()
	v := h.visit("kantoor.gemeente.localhost")
	v.post("/login", "email", "beheer@waterlandaanzee.example", "password", world.Password)
	code, err := totp.GenerateCode(world.TOTP, time.Now())
	must(h.t, err)
	if a := v.post("/login/code", "code", code); a.status != 303 {
		h.t.Fatalf("the neighbour: %d", a.status)
	}
	return v
}

func await(b *bulkhead.Bulkhead, waiting int) {
	for b.Load().Waiting != waiting {
		runtime.Gosched()
	}
}

const queue = 3

// narrow lets one search of a tenant run and a few wait.
func (h *house) narrow() *bulkhead.Bulkhead {
	b := bulkhead.New(bulkhead.Limits{Total: 2, Tenant: 1, Queue: queue, Wait: time.Hour})
	h.Dossiers.Searches, h.Clients.Searches = b, b
	return b
}

// While one office searches as much as it can, others search, and its own pages are there. Who finds
// the queue full reads so in his own language, and nothing is noted that nobody saw.
func TestAFloodOfSearchesLeavesOthersAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b, other := h.narrow(), h.neighbour()
		staff, client := h.staff("behandelaar@delinde.example"), h.client("c.dewit@post.example")
		long, err := b.Enter(context.Background(), "notaris") // a search that takes its time
		must(t, err)
		answers := staff.flood(10, "/dossiers?q=linde", "nl")
		for range 10 - queue {
			if a := <-answers; a.status != 503 || a.retry != "5" || !strings.Contains(a.body, "Even niet beschikbaar") || !strings.Contains(a.body, "Het is nu erg druk.") {
				t.Errorf("past the queue: %d, Retry-After %q, %v\n%s", a.status, a.retry, a.err, a.body)
			}
		}
		await(b, queue)
		for what, a := range map[string]asked{
			"clients by name": staff.ask("/clients?q=wit", "en"), "a client's search": client.ask("/dossiers?q=linde", "en"), "a form's": staff.ask("/dossiers?q=x", "en"),
		} {
			if a.status != 503 || !strings.Contains(a.body, "It is very busy now.") {
				t.Errorf("%s: %d %v", what, a.status, a.err)
			}
		}
		for _, path := range []string{"/", "/dossiers", "/clients", "/dossiers/" + h.dossier("2026-01482")} {
			if a := staff.ask(path, "nl"); a.status != 200 {
				t.Errorf("%s: %d %v", path, a.status, a.err)
			}
		}
		for range 3 {
			if a := other.ask("/dossiers?q=wijk", "nl"); a.status != 200 {
				t.Errorf("the other office: %d %v", a.status, a.err)
			}
		}
		if n := b.Load().Waiting; n != queue {
			t.Errorf("%d of the flood wait, though nobody left", n)
		}
		long()
		for range queue {
			if a := <-answers; a.status != 200 {
				t.Errorf("who waited: %d %v", a.status, a.err)
			}
		}
		looks, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'dossier.listed' and detail like '%linde%'`)
		must(t, err)
		if looks != queue {
			t.Errorf("%d looks of %d searches that were answered", looks, queue)
		}
		if load := b.Load(); load.Running+load.Waiting != 0 {
			t.Errorf("places are lost: %+v", load)
		}
	})
}

// The image that is made anew for a viewer waits its turn too; a PDF, which is given as it is, does not.
func TestImagesAreMadeInTurn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		staff, id := h.staff("behandelaar@delinde.example"), h.dossier("2026-01482")
		if a := staff.send("/dossiers/"+id+"/documents", map[string]string{"category": "document"}, file{"gevel.jpg", photo(t)}); a.status != 303 {
			t.Fatalf("upload: %d", a.status)
		}
		h.work()
		d, image, paper := h.visit(docs), staff.opened(id, h.document("2026-01482", "gevel.jpg")), staff.opened(id, h.document("2026-01482", "Concept akte.pdf"))
		h.Dossiers.Pictures = bulkhead.New(bulkhead.Limits{Total: 1, Tenant: 1, Wait: time.Hour})
		leave, err := h.Dossiers.Pictures.Enter(context.Background(), "notaris")
		must(t, err)
		var log bytes.Buffer
		h.Log = slog.New(slog.NewTextHandler(&log, nil))
		if a := d.get(image); a.status != 503 || a.header.Get("Retry-After") != "5" || a.header.Get("Content-Disposition") != "" {
			t.Errorf("beside another image: %d %v", a.status, a.header)
		}
		if a := d.get(paper); a.status != 200 {
			t.Errorf("a PDF: %d", a.status)
		}
		leave()
		if a := d.get(image); a.status != 200 {
			t.Errorf("alone: %d", a.status)
		}
		if told := log.String(); !strings.Contains(told, "level=WARN msg=answer") || strings.Contains(told, "level=ERROR") {
			t.Errorf("what was meant so is told as a fault, or not at all: %s", told)
		}
	})
}

// What the operator's figures are of is what the work passes.
func TestHeavyWorkIsWired(t *testing.T) {
	h := start(t, db.SQLite, scan.Off{}, nil)
	for work, uses := range map[string][]*bulkhead.Bulkhead{
		"password": {h.Identity.Hashing()}, "search": {h.Dossiers.Searches, h.Clients.Searches}, "picture": {h.Dossiers.Pictures},
	} {
		for _, b := range uses {
			if b == nil || b != h.Heavy[work] {
				t.Errorf("%s has no bulkhead, or one that nobody sees", work)
			}
		}
	}
}
