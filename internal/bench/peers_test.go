package bench

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"voordeur/internal/db"
)

// A program of others that cannot be had has rows that say so, and the run goes on.
func TestAPeerThatCannotBeHadIsNotMeasured(t *testing.T) {
	for _, get := range []string{"", "false", filepath.Join("..", "..", "scripts", "bench", "peers", "get")} {
		var log strings.Builder
		r := &run{Config: Config{Peers: get}, report: &Report{}, out: &log}
		if err := r.against(t.Context(), db.SQLite, peer{name: "Nobody's", key: "nobody", goal: 0.5}, nil, installation{}); err != nil {
			t.Fatal(err)
		}
		if len(r.report.Rows) != 2 || !strings.Contains(log.String(), "Nobody's is not measured") {
			t.Errorf("%q: %+v %s", get, r.report.Rows, log.String())
		}
		for _, w := range r.report.Rows {
			if w.ID != "P5" || w.Met || w.verdict() != "not measured" {
				t.Errorf("%q: %+v", get, w)
			}
		}
		if strings.HasSuffix(get, "get") && !strings.Contains(log.String(), "there is no nobody") {
			t.Errorf("nothing says why: %s", log.String())
		}
	}
}

// A run that is ended while it waits for others ends.
func TestARunEndsWhileItWaitsForAPeer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var log strings.Builder
	r := &run{Config: Config{Peers: "true"}, report: &Report{}, out: &log}
	if err := r.against(ctx, db.SQLite, peer{name: "Nobody's"}, nil, installation{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestMain is a server of its own when it is told where to listen.
func TestMain(m *testing.M) {
	if addr := os.Getenv("LISTEN_AS_A_PEER"); addr != "" {
		time.Sleep(200 * time.Millisecond) // one that answers late
		server := &http.Server{Addr: addr, Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
		_ = server.ListenAndServe() // until it is stopped
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// A program of others is there when it answers, and one that ends at once is told of with what it said.
func TestAPeerIsStarted(t *testing.T) {
	r := &run{work: t.TempDir()}
	p, err := r.startAt(t.Context(), "late", func(addr string) *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{"LISTEN_AS_A_PEER=" + addr}
		return cmd
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.cpu(); err != nil {
		t.Error(err)
	}
	visitor := &person{on: p, host: p.addr}
	if _, err := visitor.get(t.Context(), "/"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	_, err = r.startAt(t.Context(), "short", func(string) *exec.Cmd { return exec.Command("sh", "-c", "echo no such module; exit 3") })
	if err == nil || !strings.Contains(err.Error(), "no such module") {
		t.Error(err)
	}
	if _, err := r.startAt(t.Context(), "none", func(string) *exec.Cmd { return exec.Command(filepath.Join(r.work, "none")) }); err == nil {
		t.Error("a program that there is not was started")
	}
}

// A server that closes each connection is asked over new ones, and one that sends in pieces is read to
// the end of them.
func TestTheClientConnectsAgain(t *testing.T) {
	for name, closes := range map[string]bool{"stays": false, "closes": true} {
		var connections atomic.Int64
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if closes {
				w.Header().Set("Connection", "close")
			}
			_, _ = w.Write([]byte("one"))
			if r.URL.Path == "/pieces" {
				_ = http.NewResponseController(w).Flush()
			}
			_, _ = w.Write([]byte("two"))
		}))
		server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				connections.Add(1)
			}
		}
		server.Start()
		on := &subject{strings.TrimPrefix(server.URL, "http://"), func() (time.Duration, error) { return 0, nil }}
		for _, path := range []string{"/", "/pieces"} {
			s, err := load(t.Context(), target{name, on, request("x", path, "")}, 1, 50*time.Millisecond)
			if err != nil || s.requests < 2 {
				t.Errorf("%s %s: %d requests, %v", name, path, s.requests, err)
			}
			// The last connection to a server that closes is made for a request that does not come.
			if n := connections.Swap(0); !closes && n != 1 || closes && n < int64(s.requests) {
				t.Errorf("%s %s: %d connections for %d requests", name, path, n, s.requests)
			}
		}
		server.Close()
	}
}

// Two programs show the same when they have the same dossiers in the same order, with the same marks.
func TestListsAreCompared(t *testing.T) {
	page := `<table><tr><th>Titel</th></tr><tr><td><a href="/dossiers/a1">A</a> <span class="badge">1 nieuw</span></td></tr><tr><td><a href="/dossiers/b2">B</a></td></tr></table>`
	if got := shown(page); !slices.Equal(got, []string{"/dossiers/a1 true", "/dossiers/b2 false"}) {
		t.Error(got)
	}
	var log strings.Builder
	r := &run{out: &log}
	if err := r.listed("Ours", page, "<td"); err != nil || !strings.Contains(log.String(), "2 rows") {
		t.Error(err, log.String())
	}
	if err := r.listed("Ours", page, "<article"); err == nil {
		t.Error("an empty list is measured")
	}
}
