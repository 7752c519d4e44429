package ops_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/disk"
	"voordeur/internal/ops"
)

func TestPageSaysThatAllIsWell(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		f := newFixture(t, d)
		f.job("mail.send", 29*time.Minute, 0)
		f.entry(nil, 4*time.Minute)
		m := quiet(t, d)
		page := ask(t, m.Handler(true), "localhost:9180", "/").Body.String()
		for _, want := range []string{"<h1>All is well</h1>", "Work in the background is done in time.", "29 min", "above 30 min<", "59 d", "Voordeur 1.2.3"} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is missing in\n%s", want, page)
			}
		}
		for _, wrong := range []string{"<script", "style=", `class="wrong"`, "Not seen"} {
			if strings.Contains(page, wrong) {
				t.Errorf("%q stands in\n%s", wrong, page)
			}
		}
	})
}

// quiet watches a database beside which nothing is wrong, whatever the disk of this machine.
func quiet(t *testing.T, d *db.DB) *ops.Monitor {
	t.Helper()
	m, err := ops.New(ops.Sources{
		DB: d, Version: "1.2.3", Heavy: busy(t, "password", 0, 0, 0),
		Blobs:       func() (disk.Room, error) { return disk.Room{Free: 100 << 30, Total: 200 << 30}, nil },
		Certificate: func() time.Time { return start.Add(59*24*time.Hour + time.Minute) },
	})
	must(t, err)
	return m
}

// Every alarm is shown to ring just past its limit and to keep still just before it.
func TestPageRingsAtTheLimitsOfTheRules(t *testing.T) {
	for alarm, c := range map[string]struct {
		before, past func(f *fixture, s *ops.Sources, m func() *ops.Monitor)
		says         string
	}{
		"VoordeurServerErrors":       {errorsOf(10), errorsOf(11), "Many answers"},
		"VoordeurDocumentsDiskFull":  {room(256 << 20), room(256<<20 - 1), "nearly full"},
		"VoordeurDocumentsDiskLow":   {room(20 << 30), room(20<<30 - 1), "getting full"},
		"VoordeurDocumentsSilent":    {store(nil), store(errors.New("away")), "cannot be used"},
		"VoordeurJobsLate":           {late(30 * time.Minute), late(30*time.Minute + time.Second), "is late"},
		"VoordeurJobsGivenUp":        {nothing, givenUp, "not tried again"},
		"VoordeurMailFails":          {failedMail(20), failedMail(21), "could not be sent"},
		"VoordeurDocumentsUnchecked": {unchecked(15 * time.Minute), unchecked(15*time.Minute + time.Second), "wait to be checked"},
		"VoordeurJournalUnsealed":    {unsealed(5 * time.Minute), unsealed(5*time.Minute + time.Second), "are not sealed"},
		"VoordeurPasswordQueue":      {waits(t, "password", 25), waits(t, "password", 26), "Log-ins wait"},
		"VoordeurSearchQueue":        {waits(t, "search", 15), waits(t, "search", 16), "Searches wait"},
		"VoordeurCertificateEnds":    {ends(10 * 24 * time.Hour), ends(10*24*time.Hour - time.Second), "ends soon"},
	} {
		t.Run(alarm, func(t *testing.T) {
			for ring, set := range map[bool]func(f *fixture, s *ops.Sources, m func() *ops.Monitor){false: c.before, true: c.past} {
				d := dbtest.SQLite(t, clock.NewManual(start))
				s := ops.Sources{DB: d, Heavy: busy(t, "password", 0, 0, 0)}
				var m *ops.Monitor
				made := func() *ops.Monitor {
					if m == nil {
						var err error
						m, err = ops.New(s)
						must(t, err)
					}
					return m
				}
				set(newFixture(t, d), &s, made)
				page := ask(t, made().Handler(true), "localhost", "/").Body.String()
				if got := strings.Contains(page, "<small>"+alarm+":"); got != ring || ring && !strings.Contains(page, c.says) {
					t.Errorf("rings: %v, should be %v\n%s", got, ring, page)
				}
			}
		})
	}
}

type set = func(*fixture, *ops.Sources, func() *ops.Monitor)

func nothing(*fixture, *ops.Sources, func() *ops.Monitor) {}

func errorsOf(n int) set {
	return func(_ *fixture, _ *ops.Sources, m func() *ops.Monitor) {
		for range n {
			m().Request(ops.Request{Status: http.StatusInternalServerError})
		}
	}
}

func room(free uint64) set {
	return func(_ *fixture, s *ops.Sources, _ func() *ops.Monitor) {
		s.Blobs = func() (disk.Room, error) { return disk.Room{Free: free, Total: 1 << 40}, nil }
	}
}

func store(said error) set {
	return func(_ *fixture, s *ops.Sources, _ func() *ops.Monitor) {
		s.Store = func(context.Context) error { return said }
	}
}

func late(age time.Duration) set {
	return func(f *fixture, _ *ops.Sources, _ func() *ops.Monitor) { f.job("mail.send", age, 0) }
}

func givenUp(f *fixture, _ *ops.Sources, _ func() *ops.Monitor) {
	f.job("mail.send", time.Minute, 100*365*24*time.Hour)
}

func failedMail(n int) set {
	return func(f *fixture, _ *ops.Sources, _ func() *ops.Monitor) {
		for range n {
			f.mail("failed", time.Hour)
		}
	}
}

func unchecked(age time.Duration) set {
	return func(f *fixture, _ *ops.Sources, _ func() *ops.Monitor) { f.document("checking", age) }
}

func unsealed(age time.Duration) set {
	return func(f *fixture, _ *ops.Sources, _ func() *ops.Monitor) { f.entry(nil, age) }
}

func waits(t *testing.T, work string, waiting int) set {
	return func(_ *fixture, s *ops.Sources, _ func() *ops.Monitor) { s.Heavy = busy(t, work, 2, waiting, 0) }
}

func ends(in time.Duration) set {
	return func(_ *fixture, s *ops.Sources, _ func() *ops.Monitor) {
		s.Certificate = func() time.Time { return start.Add(in) }
	}
}

// TestRules fails when the file of rules is out of date; UPDATE=1 go test ./internal/ops writes it.
func TestRules(t *testing.T) {
	path := filepath.Join("..", "..", "deploy", "prometheus", "voordeur.rules.yml")
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(path, []byte(ops.Rules()), 0o600))
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != ops.Rules() {
		t.Fatalf("%s is out of date: UPDATE=1 go test ./internal/ops (%v)", path, err)
	}
}

func TestRulesNameWhatIsExported(t *testing.T) {
	f := newFixture(t, dbtest.SQLite(t, clock.NewManual(start)))
	f.job("mail.send", 0, 100*365*24*time.Hour)
	f.job("mail.send", 0, 0)
	f.mail("failed", 0)
	for _, state := range []string{"expired", "failed", "unknown"} {
		f.text(state, 0)
	}
	f.document("checking", 0)
	text := metrics(t, monitor(t, f.d))
	names := regexp.MustCompile(`voordeur_\w+`).FindAllString(ops.Rules(), -1)
	if len(names) < 10 {
		t.Fatalf("only %d names in the rules", len(names))
	}
	for _, name := range names {
		if !strings.Contains(text, "\n"+name+"{") && !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("%s is in a rule and not exported", name)
		}
	}
	for _, m := range regexp.MustCompile(`(voordeur_\w+)\{(\w+="\w+")\}`).FindAllStringSubmatch(ops.Rules(), -1) {
		if !strings.Contains(text, "\n"+m[0]) {
			t.Errorf("%s has no %s", m[1], m[2])
		}
	}
	for _, m := range regexp.MustCompile(`# HELP (voordeur_\w+) ?(.*)`).FindAllStringSubmatch(text, -1) {
		if m[2] == "" {
			t.Errorf("%s has no explanation", m[1])
		}
	}
}

func TestOperatorsAddressAnswersToThisMachineOnly(t *testing.T) {
	m := quiet(t, dbtest.SQLite(t, clock.NewManual(start)))
	for host, want := range map[string]int{"127.0.0.1:9180": 200, "[::1]:9180": 200, "localhost": 200, "elsewhere.example": 421, "10.0.0.1:9180": 421, "": 421} {
		for _, path := range []string{"/", "/metrics", "/debug/pprof/", "/style.css"} {
			if w := ask(t, m.Handler(true), host, path); w.Code != want {
				t.Errorf("%s on %q: %d", path, host, w.Code)
			}
		}
		if w := ask(t, m.Handler(false), host, "/metrics"); w.Code != 200 {
			t.Errorf("exposed, %q: %d", host, w.Code)
		}
	}
	h := m.Handler(true)
	for path, want := range map[string]int{"/debug/pprof/heap": 200, "/debug/pprof/goroutine": 200, "/debug/pprof/cmdline": 404, "/nothing": 404} {
		if w := ask(t, h, "localhost", path); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		} else if p := w.Header().Get("Content-Security-Policy"); strings.Contains(p, "unsafe") || !strings.Contains(p, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, p)
		}
	}
}

func TestFiguresInWords(t *testing.T) {
	for _, c := range []struct {
		v          float64
		unit, want string
	}{
		{0, "things", "0"},
		{1234567, "things", "1234567"},
		{0, "seconds", "0 s"},
		{59.4, "seconds", "59 s"},
		{59.6, "seconds", "1 min"},
		{3599, "seconds", "59 min 59 s"},
		{3600, "seconds", "1 h"},
		{90000, "seconds", "1 d 1 h"},
		{86460, "seconds", "1 d"},
		{-90, "seconds", "-1 min 30 s"},
		{0, "bytes", "0 B"},
		{1023, "bytes", "1023 B"},
		{1536, "bytes", "1.5 KiB"},
		{20 << 30, "bytes", "20 GiB"},
		{5 << 50, "bytes", "5120 TiB"},
		{0, "answer", "no"},
		{1, "answer", "yes"},
	} {
		if got := ops.Say(c.v, c.unit); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}
