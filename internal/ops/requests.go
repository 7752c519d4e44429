package ops

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"voordeur/internal/clock"
)

// Request is what is told of a request once it is answered: nothing of who asked or for what.
type Request struct {
	Face    string // portal, office or docs; "" when no tenant has the host
	Pattern string // of the route, with or without its method; "" when there is none
	Method  string
	Status  int
	Took    time.Duration
}

// requests counts answers and how long they took.
type requests struct {
	answers   *prometheus.CounterVec
	durations *prometheus.HistogramVec
	errors    *window
}

func newRequests(c clock.Clock) *requests {
	return &requests{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "voordeur_http_requests_total",
			Help: "Answered requests by face, route, method and class of status.",
		}, []string{"face", "route", "method", "class"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "voordeur_http_request_duration_seconds",
			Help:    "How long answers took, by face and route.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60},
		}, []string{"face", "route"}),
		errors: &window{clock: c},
	}
}

func (q *requests) observe(r Request) {
	_, route, both := strings.Cut(r.Pattern, " ")
	if !both {
		route = r.Pattern
	}
	if route == "" {
		route = "none"
	}
	q.answers.WithLabelValues(r.Face, route, Method(r.Method), strconv.Itoa(r.Status/100)+"xx").Inc()
	q.durations.WithLabelValues(r.Face, route).Observe(r.Took.Seconds())
	if r.Status >= http.StatusInternalServerError {
		q.errors.add()
	}
}

// Method returns a method that HTTP has, or "other": a visitor may invent any word, and each would
// be a series for ever.
func Method(method string) string {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
	if slices.Contains(methods, method) {
		return method
	}
	return "other"
}

// recentMinutes is how far a window looks back.
const recentMinutes = 5

// window counts what happened in this minute and the whole ones before it.
type window struct {
	clock   clock.Clock
	mu      sync.Mutex
	minutes [recentMinutes]struct {
		minute int64 // since 1970
		n      int
	}
}

func (w *window) add() {
	now := w.clock.Now().Unix() / 60
	w.mu.Lock()
	defer w.mu.Unlock()
	m := &w.minutes[now%recentMinutes]
	if m.minute != now {
		m.minute, m.n = now, 0
	}
	m.n++
}

func (w *window) count() int {
	now := w.clock.Now().Unix() / 60
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, m := range w.minutes {
		if now-m.minute < recentMinutes {
			n += m.n
		}
	}
	return n
}
