package ops_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/bulkhead"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/disk"
	"voordeur/internal/errs"
	"voordeur/internal/ops"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fixture is a database with one tenant, filled behind the program's back.
type fixture struct {
	t    testing.TB
	d    *db.DB
	raw  *sql.DB
	rows int
}

func newFixture(t testing.TB, d *db.DB) *fixture {
	f := &fixture{t: t, d: d, raw: dbtest.Raw(t, d)}
	f.exec(`insert into tenant (id, name, wrapped_key, settings, created_at) values ('linde', 'De Linde', '', '{}', $1)`, db.At(start))
	f.exec(`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at) values ('linde', 'bea', 'office', 'administrator', 'bea@linde.example', 'bea@linde.example', 'Bea', 'active', $1)`, db.At(start))
	f.exec(`insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at) values ('linde', 'd', '1', 'Huis', 'x', false, 'bea', '', $1, $1)`, db.At(start))
	return f
}

func (f *fixture) exec(q string, args ...any) {
	f.t.Helper()
	_, err := f.raw.Exec(q, args...)
	must(f.t, err)
}

func (f *fixture) id() string {
	f.rows++
	return fmt.Sprintf("row%d", f.rows)
}

// job adds a job made so long ago; a negative pause is one that is done.
func (f *fixture) job(kind string, age, pause time.Duration) {
	var done any
	if pause < 0 {
		done = db.At(start)
	}
	f.exec(`insert into job (tenant_id, id, kind, payload, run_at, created_at, done_at) values ('linde', $1, $2, '{}', $3, $4, $5)`,
		f.id(), kind, db.At(start.Add(pause)), db.At(start.Add(-age)), done)
}

func (f *fixture) text(state string, age time.Duration) {
	f.exec(`insert into sms (tenant_id, id, account_id, purpose, number, state, created_at, expires_at) values ('linde', $1, 'bea', 'code', $2, $3, $4, $4)`,
		f.id(), []byte("sealed"), state, db.At(start.Add(-age)))
}

func (f *fixture) mail(state string, age time.Duration) {
	f.exec(`insert into mail (tenant_id, id, account_id, purpose, address, subject, state, created_at) values ('linde', $1, 'bea', 'link', 'bea@linde.example', 'Uw link', $2, $3)`,
		f.id(), state, db.At(start.Add(-age)))
}

func (f *fixture) document(state string, age time.Duration) {
	f.exec(`insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, state, created_at, created_by)
		values ('linde', $1, 'd', 'office', 'document', 'Akte', 'geheim.pdf', '', 1, '', 'k', 1, '', $2, $3, 'bea')`, f.id(), state, db.At(start.Add(-age)))
}

func (f *fixture) entry(seq any, age time.Duration) {
	f.exec(`insert into journal (tenant_id, id, seq, at, event, actor_kind, actor_id, actor_role, means, origin, dossier_id, client_id, objects, detail, salt)
		values ('linde', $1, $2, $3, 'x.y', 'staff', 'bea', '', '', '', '', '', '', '', '')`, f.id(), seq, db.At(start.Add(-age)))
}

func (f *fixture) session(seen, expires time.Duration, ended any) {
	f.exec(`insert into session (tenant_id, id, account_id, face, means, created_at, seen_at, expires_at, ended_at) values ('linde', $1, 'bea', 'office', '', $2, $3, $4, $5)`,
		f.id(), db.At(start.Add(-time.Hour)), db.At(start.Add(-seen)), db.At(start.Add(expires)), ended)
}

// plan returns how the database runs a statement.
func (f *fixture) plan(text string) string {
	f.t.Helper()
	explain, columns := "explain query plan ", 4
	if f.d.Dialect() == db.Postgres {
		explain, columns = "explain ", 1
	}
	args := slices.Repeat([]any{db.At(start)}, strings.Count(text, "$"))
	rows, err := f.raw.Query(explain+text, args...)
	must(f.t, err)
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		step := make([]any, columns)
		for i := range step {
			step[i] = new(any)
		}
		must(f.t, rows.Scan(step...))
		fmt.Fprintln(&b, *step[columns-1].(*any))
	}
	must(f.t, rows.Err())
	return b.String()
}

// busy returns bulkheads, of which one has so much to do.
func busy(t testing.TB, work string, running, waiting, refused int) map[string]*bulkhead.Bulkhead {
	t.Helper()
	b := bulkhead.New(bulkhead.Limits{Total: max(1, running), Tenant: max(1, running), Queue: waiting, Wait: time.Hour})
	ctx, leave := context.WithCancel(context.Background())
	t.Cleanup(leave)
	for range running {
		_, err := b.Enter(ctx, "linde")
		must(t, err)
	}
	for range waiting {
		go func() { _, _ = b.Enter(ctx, "linde") }() // waits until the test is over
	}
	for b.Load().Waiting < waiting {
		runtime.Gosched()
	}
	for range refused {
		if _, err := b.Enter(ctx, "linde"); !errs.Is(err, errs.Unavailable) {
			t.Fatal(err)
		}
	}
	all := map[string]*bulkhead.Bulkhead{"password": nil, "picture": nil, "search": nil}
	all[work] = b
	return all
}

// monitor watches the database with room on its disks.
func monitor(t testing.TB, d *db.DB) *ops.Monitor {
	t.Helper()
	m, err := ops.New(ops.Sources{
		DB: d, Version: "1.2.3", Heavy: busy(t, "password", 2, 7, 1),
		Blobs:       func() (disk.Room, error) { return disk.Room{Free: 100 << 30, Total: 200 << 30}, nil },
		Store:       func(context.Context) error { return nil },
		Certificate: func() time.Time { return start.Add(60 * 24 * time.Hour) },
	})
	must(t, err)
	return m
}

func ask(t testing.TB, h http.Handler, host, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func metrics(t testing.TB, m *ops.Monitor) string {
	t.Helper()
	w := ask(t, m.Handler(true), "127.0.0.1:9180", "/metrics")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func onBoth(t *testing.T, f func(t *testing.T, d *db.DB, now *clock.Manual)) {
	dbtest.EachWith(t, f, func() *clock.Manual { return clock.NewManual(start) })
}

func TestFiguresTellWhatWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		f := newFixture(t, d)
		f.job("mail.send", 90*time.Second, 0)
		f.job("mail.send", 30*time.Second, time.Hour)
		f.job("document.scan", time.Second, 0)
		f.job("mail.send", time.Hour, -1)                     // done
		f.job("mail.send", 5*time.Hour, 100*365*24*time.Hour) // given up
		f.mail("queued", time.Minute)
		f.mail("failed", 3*time.Hour)
		f.mail("failed", 30*time.Hour) // long ago
		f.mail("sent", 3*time.Hour)
		f.text("waiting", 10*time.Second)
		f.text("unknown", 3*time.Hour)
		f.text("expired", 30*time.Hour) // long ago
		f.text("delivered", 3*time.Hour)
		f.document("checking", 2*time.Minute)
		f.document("refused", 48*time.Hour)
		f.document("released", 48*time.Hour)
		f.entry(nil, 3*time.Second)
		f.entry(nil, time.Second)
		f.entry(0, time.Hour)
		f.session(time.Minute, time.Hour, nil)
		f.session(time.Hour, time.Hour, nil)            // idle too long
		f.session(time.Minute, -time.Second, nil)       // over
		f.session(time.Minute, time.Hour, db.At(start)) // ended
		text := metrics(t, monitor(t, d))
		for _, want := range []string{
			`voordeur_jobs_open{kind="mail.send"} 2`, `voordeur_jobs_oldest_seconds{kind="mail.send"} 90`, `voordeur_jobs_open{kind="document.scan"} 1`,
			`voordeur_jobs_given_up{kind="mail.send"} 1`,
			`voordeur_mail_unsent{state="queued"} 1`, `voordeur_mail_unsent{state="failed"} 1`, `voordeur_mail_oldest_seconds{state="queued"} 60`,
			`voordeur_sms_unsent{state="waiting"} 1`, `voordeur_sms_unsent{state="unknown"} 1`, `voordeur_sms_oldest_seconds{state="waiting"} 10`,
			`voordeur_documents_unreleased{state="checking"} 1`, `voordeur_documents_unreleased{state="refused"} 1`, `voordeur_documents_oldest_seconds{state="checking"} 120`,
			"voordeur_journal_unsealed_entries 2", "voordeur_journal_unsealed_seconds 3", "voordeur_sessions_live 1", "voordeur_database_answers 1",
			`voordeur_heavy_running{work="password"} 2`, `voordeur_heavy_waiting{work="password"} 7`, `voordeur_heavy_refused_total{work="password"} 1`, `voordeur_heavy_waiting{work="search"} 0`, "# TYPE voordeur_heavy_refused_total counter", `version="1.2.3"`, "voordeur_certificate_left_seconds 5.184e+06",
			`voordeur_disk_free_bytes{of="documents"} 1.073741824e+11`, "go_goroutines", "process_resident_memory_bytes",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is missing in\n%s", want, text)
			}
		}
		for _, wrong := range []string{"released\"}", `state="sent"`} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s is counted, which costs more with every year", wrong)
			}
		}
		if here := strings.Contains(text, `voordeur_disk_free_bytes{of="database"}`); here != (d.Dialect() == db.SQLite) {
			t.Errorf("the disk of the database is told: %v", here)
		}
	})
}

func TestFiguresNameNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		f := newFixture(t, d)
		f.job("mail.send", time.Hour, 0)
		f.mail("failed", time.Hour)
		f.document("checking", time.Hour)
		f.entry(nil, time.Hour)
		m := monitor(t, d)
		m.Request(ops.Request{Face: "office", Pattern: "", Method: "GEHEIM", Status: 404})
		for _, text := range []string{metrics(t, m), ask(t, m.Handler(true), "localhost", "/").Body.String()} {
			for _, secret := range []string{"linde", "bea", "Bea", "geheim", "GEHEIM", "Akte", "Huis", "row1", "Uw link"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q stands in\n%s", secret, text)
				}
			}
		}
	})
}

func TestEveryCountReadsWhatIsNotFinished(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		f := newFixture(t, d)
		// What is finished is by far the most, as in life.
		for range 3000 {
			f.job("mail.send", time.Hour, -1)
		}
		for range 1000 {
			f.mail("sent", time.Hour)
			f.text("delivered", time.Hour)
			f.document("released", time.Hour)
			f.entry(f.rows, time.Hour)
			f.session(time.Hour, -time.Hour, db.At(start))
		}
		f.exec(`analyze`)
		for index, text := range ops.Counts {
			if plan := f.plan(text); !strings.Contains(plan, index) {
				t.Errorf("%s is not used:\n%s", index, plan)
			}
		}
	})
}

func TestTheDatabaseIsAskedOnceForAll(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		f := newFixture(t, d)
		m := monitor(t, d)
		f.job("mail.send", 0, 0)
		before := metrics(t, m)
		f.job("mail.send", 0, 0)
		if text := metrics(t, m); !strings.Contains(text, `voordeur_jobs_open{kind="mail.send"} 1`) {
			t.Errorf("asked again at once: %s\n%s", before, text)
		}
		now.Advance(6 * time.Second)
		if text := metrics(t, m); !strings.Contains(text, `voordeur_jobs_open{kind="mail.send"} 2`) {
			t.Errorf("never asked again: %s", text)
		}
	})
}

func TestADatabaseThatIsAwayIsTold(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(start))
	f := newFixture(t, d)
	f.exec(`drop table mail`)
	m := monitor(t, d)
	text := metrics(t, m)
	if !strings.Contains(text, "voordeur_database_answers 0") || strings.Contains(text, "voordeur_sessions_live") || !strings.Contains(text, `voordeur_heavy_waiting{work="password"}`) {
		t.Errorf("%s", text)
	}
	page := ask(t, m.Handler(true), "localhost", "/").Body.String()
	for _, want := range []string{"<h1>One thing needs you</h1>", "The database does not answer.", "Not seen", "no such table: mail"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	if strings.Contains(page, "There is no job to be done") {
		t.Error("says that nothing waits though nobody could look")
	}
}

func TestDocumentsOnADiskThatIsAwayAreNotCounted(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(start))
	m, err := ops.New(ops.Sources{DB: d, Heavy: busy(t, "password", 0, 0, 0), Blobs: func() (disk.Room, error) { return disk.Room{}, errors.New("away") }})
	must(t, err)
	if text := metrics(t, m); strings.Contains(text, `of="documents"`) || strings.Contains(text, "certificate") {
		t.Errorf("%s", text)
	}
}

func TestRequestsAreFewSeries(t *testing.T) {
	now := clock.NewManual(start)
	m := monitor(t, dbtest.SQLite(t, now))
	m.Request(ops.Request{Face: "portal", Pattern: "GET /dossiers/{dossier}", Method: "GET", Status: 200, Took: 3 * time.Millisecond})
	m.Request(ops.Request{Face: "portal", Pattern: "GET /dossiers/{dossier}", Method: "HEAD", Status: 404, Took: time.Second})
	m.Request(ops.Request{Pattern: "/healthz", Method: "GET", Status: 503})
	for n := range 50 {
		m.Request(ops.Request{Face: "office", Method: fmt.Sprintf("M%d", n), Status: 405})
	}
	m.Job("mail.send", false)
	m.Job("mail.send", true)
	text := metrics(t, m)
	for _, want := range []string{
		`voordeur_http_requests_total{class="2xx",face="portal",method="GET",route="/dossiers/{dossier}"} 1`,
		`voordeur_http_requests_total{class="4xx",face="portal",method="HEAD",route="/dossiers/{dossier}"} 1`,
		`voordeur_http_requests_total{class="5xx",face="",method="GET",route="/healthz"} 1`,
		`voordeur_http_requests_total{class="4xx",face="office",method="other",route="none"} 50`,
		`voordeur_http_request_duration_seconds_bucket{face="portal",route="/dossiers/{dossier}",le="0.005"} 1`,
		`voordeur_jobs_ended_total{kind="mail.send",result="done"} 1`, `voordeur_jobs_ended_total{kind="mail.send",result="failed"} 1`,
		"voordeur_http_errors_recent 1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	now.Advance(6 * time.Minute)
	if text := metrics(t, m); !strings.Contains(text, "voordeur_http_errors_recent 0") {
		t.Error("an error is recent for ever")
	}
}

// BenchmarkLook measures one look at a database that has kept a million jobs, mails, documents,
// entries and sessions, of which a thousand wait.
func BenchmarkLook(b *testing.B) {
	now := clock.NewManual(start)
	d := dbtest.SQLite(b, now)
	f := newFixture(b, d)
	many := `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000) `
	f.exec(many+`insert into job (tenant_id, id, kind, payload, run_at, created_at, done_at) select 'linde', i, 'mail.send', '{}', $1, $1, case when i % 1000 > 0 then $1 end from n`, db.At(start))
	f.exec(many+`insert into mail (tenant_id, id, account_id, purpose, address, subject, state, created_at) select 'linde', i, 'bea', 'link', 'bea@linde.example', 'x', case when i % 1000 > 0 then 'sent' else 'queued' end, $1 from n`, db.At(start))
	f.exec(many+`insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum, state, created_at, created_by)
		select 'linde', i, 'd', 'office', 'document', 'x', 'x', '', 1, '', 'k', 1, '', case when i % 1000 > 0 then 'released' else 'checking' end, $1, 'bea' from n`, db.At(start))
	f.exec(many+`insert into journal (tenant_id, id, seq, at, event, actor_kind, actor_id, actor_role, means, origin, dossier_id, client_id, objects, detail, salt)
		select 'linde', i, case when i % 1000 > 0 then i end, $1, 'x.y', 'staff', 'bea', '', '', '', '', '', '', '', '' from n`, db.At(start))
	f.exec(many+`insert into session (tenant_id, id, account_id, face, means, created_at, seen_at, expires_at, ended_at) select 'linde', i, 'bea', 'office', '', $1, $1, $2, case when i % 1000 > 0 then $1 end from n`,
		db.At(start), db.At(start.Add(time.Hour)))
	m := monitor(b, d)
	for b.Loop() {
		if f := m.Now(b.Context()); f.Err != nil {
			b.Fatal(f.Err)
		}
		now.Advance(time.Minute)
	}
}
