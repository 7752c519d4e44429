package ops

import (
	_ "embed"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"voordeur/internal/config"
)

//go:embed style.css
var style []byte

// policy lets the page have its own style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler answers on the operator's address: the page, /metrics and /debug/pprof/. It knows no
// log-in, so only the operator's network may reach it. With loopback it answers to names of this
// machine only: a page that a browser here has open elsewhere cannot pass itself off as one.
func (m *Monitor) Handler(loopback bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", m.page)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(style) // whoever left needs no style
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, EnableOpenMetrics: true}))
	// Without cmdline: the flags of the program may hold the password of the database.
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if loopback && !thisMachine(r.Host) {
			http.Error(w, "421 unknown host", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (m *Monitor) page(w http.ResponseWriter, r *http.Request) {
	f := m.Now(r.Context())
	list := checks(f)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page(f, m, list).Render(r.Context(), w) // it fails only for a reader who left
}

// thisMachine reports whether a Host header names loopback.
func thisMachine(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return config.Loopback(host)
}
