package server_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
)

// stream is the live bell in a window.
type stream struct {
	h    *house
	res  *http.Response
	in   *bufio.Reader
	shut context.CancelFunc
}

// live opens the bell of an employee.
func (v *visitor) live() *stream {
	v.h.t.Helper()
	ctx, shut := context.WithCancel(context.Background())
	v.h.t.Cleanup(shut)
	req, err := http.NewRequestWithContext(ctx, "GET", v.h.http.URL+"/notices/live", nil)
	must(v.h.t, err)
	req.Host = v.host
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Accept-Encoding", "gzip")
	for k, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: c})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(v.h.t, err)
	v.h.t.Cleanup(func() { res.Body.Close() })
	return &stream{v.h, res, bufio.NewReader(res.Body), shut}
}

// number waits for the next one, "" for the end.
func (s *stream) number() string {
	s.h.t.Helper()
	for {
		line, err := s.in.ReadString('\n')
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
			return n
		}
		if err == io.EOF {
			return ""
		}
		must(s.h.t, err)
	}
}

func TestD35_TheBellIsLive(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.cleared()
		v, s, other := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		path := h.townCase("Z-2026-0117")
		bell, theirs := s.live(), other.live()
		if got := bell.res.Header; bell.res.StatusCode != 200 || got.Get("Content-Type") != "text/event-stream" || got.Get("Cache-Control") != "no-store" || got.Get("Content-Encoding") != "" {
			t.Errorf("%d %v", bell.res.StatusCode, got)
		}
		if got := bell.number() + theirs.number(); got != "00" {
			t.Errorf("at the beginning: %s", got)
		}
		if a, _ := v.writes(path, "Wanneer komt u?"); a.status != 303 {
			t.Fatal(a.status)
		}
		if got := bell.number(); got != "1" {
			t.Errorf("told of a message: %s", got)
		}
		s.get(path)
		if got := bell.number(); got != "0" {
			t.Errorf("and opened it: %s", got)
		}
		// What another process writes is found all the same.
		h.exec(`insert into notice (tenant_id, id, account_id, kind, dossier_id, at) select 'gemeente', 'uitanderproces', id, 'note', '` + strings.TrimPrefix(path, "/dossiers/") + `', created_at from account where tenant_id = 'gemeente' and email_key = '` + townClerk + `'`)
		if got := bell.number(); got != "1" {
			t.Errorf("told by another process: %s", got)
		}
		// With the session it ends, and so it does with the right to it.
		if a := s.post("/logout"); a.status != 303 {
			t.Fatal(a.status)
		}
		if got := bell.number(); got != "" {
			t.Errorf("after logging out: %s", got)
		}
		h.exec(`update account set state = 'blocked' where tenant_id = 'gemeente' and email_key = '` + townColleague + `'`)
		if got := theirs.number(); got != "" {
			t.Errorf("of who is blocked: %s", got)
		}
		if a := s.live().res.StatusCode; a != 401 {
			t.Errorf("without a session: %d", a)
		}
		if a := v.live().res.StatusCode; a != 404 {
			t.Errorf("in the portal: %d", a)
		}
	})
}

func TestD35_ALiveBellIsNoSignOfLifeAndHasItsLimits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.inTown(townDesk, townClerk)
		seen := `select cast(max(seen_at) as text) from session where tenant_id = 'gemeente' and ended_at is null`
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update session set seen_at = $1 where tenant_id = 'gemeente'`, db.At(tx.Now().Add(-5*time.Minute)))
			return err
		}))
		before := h.value(seen)
		var open []*stream
		for range 6 {
			b := s.live()
			if b.number() == "" {
				t.Fatal("no number")
			}
			open = append(open, b)
		}
		if a := s.live().res.StatusCode; a != 429 {
			t.Errorf("a seventh window: %d", a)
		}
		if got := h.value(seen); got != before {
			t.Errorf("the session was in use: %s, then %s", before, got)
		}
		// Who goes makes room.
		open[0].shut()
		for s.live().res.StatusCode != 200 {
			time.Sleep(10 * time.Millisecond)
		}
		if a := s.do("HEAD", "/notices/live", "", nil); a.status != 200 && a.status != 429 {
			t.Errorf("HEAD: %d", a.status)
		}
		// A program that stops waits for none of them.
		h.Stop()
		for _, b := range open[1:] {
			for b.number() != "" {
			}
		}
	})
}
