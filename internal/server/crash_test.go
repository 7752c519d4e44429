package server_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/scan"
)

// begin announces a file of the store's client.
func (s *store) begin(name string) string {
	s.t.Helper()
	u, err := s.Dossiers.Begin(context.Background(), s.me.Scope(), s.id, dossier.NewUpload{FileName: name, Size: int64(len(pdf))})
	must(s.t, err)
	return u.ID
}

// deliver sends the bytes of an announced file.
func (s *store) deliver(upload string) (dossier.Upload, error) {
	return s.Dossiers.Append(context.Background(), s.me.Scope(), s.id, upload, 0, strings.NewReader(pdf))
}

// On a full disk the change is not made, for certain: its file goes at once.
func TestAFullDatabaseTakesItsFileAway(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		if s.DB.Dialect() != db.SQLite {
			t.Skip("another server keeps PostgreSQL's disk")
		}
		up, before := s.begin("vol.pdf"), len(s.blobs())
		var err error
		dbtest.Failing(t, dbtest.Writes, syscall.ENOSPC, func() { _, err = s.deliver(up) })
		if !errs.Is(err, errs.Unavailable) || len(s.blobs()) != before {
			t.Errorf("%v, and %d files are left behind", err, len(s.blobs())-before)
		}
		if u, err := s.deliver(up); err != nil || !u.Complete {
			t.Errorf("once there is room: %v", err)
		}
		s.readAll()
	})
}

func TestAFullDatabaseIsAnsweredAndStillRead(t *testing.T) {
	now := clock.NewManual(clock.System{}.Now())
	h := start(t, db.SQLite, scan.Off{}, now)
	v, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(method, path, strings.NewReader(body))
		req.Host = portal
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		req.Header.Set("Cookie", "session="+v.cookies["session"])
		rec := httptest.NewRecorder()
		h.Handler().ServeHTTP(rec, req)
		return rec
	}
	send := func() *httptest.ResponseRecorder {
		form := "--b\r\nContent-Disposition: form-data; name=\"%\"\r\n\r\n%\r\n"
		body := ""
		for _, name := range []string{"once", "subject", "body"} {
			body += strings.ReplaceAll(form, "%", name)
		}
		return ask("POST", "/dossiers/"+id+"/messages/new", body+"--b--\r\n")
	}
	now.Advance(2 * time.Minute) // that the session is in use should be noted
	dbtest.Failing(t, dbtest.Writes, syscall.ENOSPC, func() {
		if a := send(); a.Code != 507 || a.Header().Get("Retry-After") == "" || strings.Contains(a.Body.String(), "(13)") {
			t.Errorf("a message on a full disk: %d, Retry-After %q", a.Code, a.Header().Get("Retry-After"))
		}
		if a := ask("GET", "/dossiers", ""); a.Code != 200 || !strings.Contains(a.Body.String(), "2026-01482") {
			t.Errorf("the list on a full disk: %d", a.Code)
		}
	})
	if a := send(); a.Code != 303 {
		t.Errorf("once there is room: %d", a.Code)
	}
}

// doubt makes every commit that completes an upload fail, on both databases: the reference is
// looked at no sooner. A failed commit may have taken place for all that the program can know.
var doubt = map[db.Dialect][2]string{
	db.SQLite: {`create table doubt (id text references tenant (id) deferrable initially deferred);
		create trigger doubts after update on upload begin insert into doubt values ('nobody'); end`, `drop trigger doubts`},
	db.Postgres: {`create table doubt (id text references tenant (id) deferrable initially deferred);
		create function doubts() returns trigger language plpgsql as 'begin insert into doubt values (''nobody''); return null; end';
		create trigger doubts after update on upload for each row execute function doubts()`, `drop trigger doubts on upload`},
}

// certain makes the change fail before its commit.
var certain = map[db.Dialect][2]string{
	db.SQLite: {`create trigger sure before update on upload begin select raise(abort, 'no'); end`, `drop trigger sure`},
	db.Postgres: {`create function sure() returns trigger language plpgsql as 'begin raise exception ''no''; end';
		create trigger sure before update on upload for each row execute function sure()`, `drop trigger sure on upload`},
}

// While nobody knows whether a change was made its file stays, for a row may name it; the collector
// takes it once no row does. The file of a change that was not made goes at once.
func TestTheFileOfADoubtfulCommitStays(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		raw := dbtest.Raw(t, s.DB)
		up := map[string]string{}
		for _, c := range []struct {
			name  string
			cause map[db.Dialect][2]string
			kept  int
		}{{"certain", certain, 0}, {"doubtful", doubt, 1}} {
			up[c.name] = s.begin(c.name + ".pdf")
			before, way := len(s.blobs()), c.cause[s.DB.Dialect()]
			_, err := raw.Exec(way[0])
			must(t, err)
			_, err = s.deliver(up[c.name])
			_, undone := raw.Exec(way[1])
			must(t, undone)
			if kept := len(s.blobs()) - before; err == nil || errors.Is(err, db.ErrUnknown) != (c.kept == 1) || kept != c.kept {
				t.Errorf("%s: %v, and %d files stay", c.name, err, kept)
			}
		}
		s.now.Advance(25 * time.Hour)
		if _, files, err := s.Collector.Run(context.Background()); err != nil || files != 1 {
			t.Errorf("the collector took %d files, %v", files, err)
		}
		for name, id := range up {
			if u, err := s.deliver(id); err != nil || !u.Complete {
				t.Errorf("%s: the sender tries again: %v", name, err)
			}
		}
		s.readAll()
	})
}
