package trace_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/trace"
)

// receiver is one that keeps what it gets, as bytes: texts stand in them as they are.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	got  strings.Builder
	asks int
}

func receive(t *testing.T, status int) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.asks++
		if _, err := io.Copy(&r.got, q.Body); err != nil || q.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", q.URL, err)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func work() {
	ctx, outer := trace.Start(context.Background(), "outer")
	_, inner := trace.Start(ctx, "inner")
	inner.Number("n", 7)
	inner.End(true)
	outer.Rename("renamed")
	outer.Text("kind", "of work")
	outer.End(false)
}

func TestSpansAreSentWhileOpenAndNotOtherwise(t *testing.T) {
	r := receive(t, http.StatusOK)
	work()
	stop, err := trace.Open(context.Background(), r.URL+"/v1/traces", "1.2.3", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if r.asks != 0 {
		t.Error("something was sent before")
	}
	work()
	if err := stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"renamed", "inner", "kind", "of work", "voordeur", "1.2.3"} {
		if n := strings.Count(r.got.String(), want); n == 0 {
			t.Errorf("%q was not sent", want)
		}
	}
	if strings.Contains(r.got.String(), "outer") || strings.Count(r.got.String(), "inner") != 1 {
		t.Errorf("%q", r.got.String())
	}
	asks := r.asks
	work()
	if r.asks != asks {
		t.Error("something was sent afterwards")
	}
	if n := testing.AllocsPerRun(100, work); n != 0 {
		t.Errorf("what nobody receives costs %v allocations", n)
	}
}

func TestAReceiverThatIsAwayHoldsUpNobody(t *testing.T) {
	r := receive(t, http.StatusBadRequest)
	r.Close()
	stop, err := trace.Open(context.Background(), r.URL+"/v1/traces", "1.2.3", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 { // more than are kept
		work()
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := stop(over); err == nil {
		t.Error("nobody received it, and nothing is said")
	}
}
