package ops

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const (
	// fresh is how long figures are given again before the database is asked anew.
	fresh = 5 * time.Second
	// patience is how long the database may take over the figures.
	patience = 5 * time.Second
)

// Monitor watches the program and tells what it sees.
type Monitor struct {
	from     Sources
	requests *requests
	jobs     *prometheus.CounterVec
	registry *prometheus.Registry

	mu    sync.Mutex
	kept  Figures
	until time.Time
}

// New returns a monitor with a registry of its own.
func New(from Sources) (*Monitor, error) {
	m := &Monitor{
		from: from, requests: newRequests(from.clock()), registry: prometheus.NewRegistry(),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "voordeur_jobs_ended_total",
			Help: "Attempts at jobs that ended, by kind and result: done, or failed.",
		}, []string{"kind", "result"}),
	}
	for _, c := range []prometheus.Collector{
		m.requests.answers, m.requests.durations, m.jobs,
		figures{m},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := m.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Request is told of every answered request.
func (m *Monitor) Request(r Request) { m.requests.observe(r) }

// Job is told of every attempt at a job that ended.
func (m *Monitor) Job(kind string, failed bool) {
	result := "done"
	if failed {
		result = "failed"
	}
	m.jobs.WithLabelValues(kind, result).Inc()
}

// Now returns the figures, at most a few seconds old. Whoever asks at the same time waits for one
// look at the database.
func (m *Monitor) Now(ctx context.Context) Figures {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := m.from.clock().Now(); now.Before(m.until) {
		return m.kept
	}
	// Another one may wait for the same answer, so it does not end with the first who asked.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	s, err := look(ctx, m.from.DB)
	m.kept = Figures{State: s, Err: err}
	m.kept.list = m.own()
	if err == nil {
		m.kept.list = append(m.kept.list, stored(s)...)
	}
	m.kept.add("voordeur_database_answers", nil, truth(err == nil))
	m.until = m.from.clock().Now().Add(fresh)
	return m.kept
}

// figures hands the monitor's figures to Prometheus.
type figures struct{ m *Monitor }

// Describe implements prometheus.Collector. The labels differ by moment, so nothing is described
// beforehand.
func (figures) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (f figures) Collect(ch chan<- prometheus.Metric) {
	for _, g := range f.m.Now(context.Background()).list {
		d := prometheus.NewDesc(g.name, helps[g.name], nil, g.labels)
		kind := prometheus.GaugeValue
		if strings.HasSuffix(g.name, "_total") {
			kind = prometheus.CounterValue
		}
		ch <- prometheus.MustNewConstMetric(d, kind, g.value)
	}
}
