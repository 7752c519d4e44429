package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// secret is something that is guessed at a host: try makes the form of the n-th guess, and cookie what is
// sent with it, where a guess takes more than a form.
type secret struct {
	name, host string
	try        func(n int) (path string, form url.Values)
	cookie     func(ctx context.Context, n int) (string, error)
}

// guesses has secrets guessed from addresses that change all the time, while the owner logs in from the
// browser that he always uses (security.md, G8). It fails when one of the guesses opens something.
func (r *run) guesses(ctx context.Context, dialect db.Dialect) error {
	s, err := r.copied(ctx, dialect, r.work)
	if err != nil {
		return err
	}
	defer s.stop()
	mine, err := logIn(ctx, s.process, "portal", seeded, client)
	if err != nil {
		return err
	}
	portal := hostOf("portal", seeded)
	for _, guessed := range []secret{
		{"password", portal, func(n int) (string, url.Values) {
			return "/login", url.Values{"email": {client}, "password": {fmt.Sprintf("Welkom%06d", n)}}
		}, nil},
		{"code of an app", hostOf("office", seeded), func(n int) (string, url.Values) {
			return "/login/code", url.Values{"code": {fmt.Sprintf("%06d", n)}}
		}, halfway(s.process)},
		{"link", portal, func(n int) (string, url.Values) {
			return fmt.Sprintf("/password/%043d", n), url.Values{"password": {"Welkom123456"}, "again": {"Welkom123456"}}
		}, nil},
	} {
		waits, err := r.guess(ctx, s.process, guessed, mine)
		if err != nil {
			return fmt.Errorf("%s: %w", guessed.name, err)
		}
		r.report.Add(Row{
			ID: "G8", Name: fmt.Sprintf("owner's p95 beside %d guesses of a %s", r.Guesses, guessed.name), Database: string(dialect), Unit: "ms",
			Ours: ms(sample{latencies: waits}.quantile(0.95)), Goal: 2000, Most: true,
		})
	}
	return nil
}

// halfway gives who has a password the step after it, and another one every thousand guesses: a step is over
// after five wrong codes, and a new one ends the one before.
func halfway(on *process) func(context.Context, int) (string, error) {
	var mu sync.Mutex
	var who *person
	return func(ctx context.Context, n int) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if who == nil || n%1000 == 0 {
			who = &person{on: on, host: hostOf("office", seeded), cookies: map[string]string{}}
			status, err := who.enter(ctx, "/login", url.Values{"email": {handler}, "password": {world.Password}})
			if err = who.refused(err, status, handler); err != nil {
				return "", err
			}
		}
		return who.cookie(), nil
	}
}

// guess has one secret guessed and returns how long the owner waited each time he logged in meanwhile.
func (r *run) guess(ctx context.Context, on *process, what secret, owner *person) (waits []time.Duration, err error) {
	attack, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- r.attack(attack, on, what) }()
	for {
		begin := time.Now()
		status, err := owner.enter(ctx, "/login", url.Values{"email": {client}, "password": {world.Password}})
		if err = owner.refused(err, status, client); err != nil {
			stop()
			return nil, errors.Join(err, <-done)
		}
		waits = append(waits, time.Since(begin))
		select {
		case err := <-done:
			return waits, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// attack makes all guesses over a few connections, and fails when one is answered as what is right is.
func (r *run) attack(ctx context.Context, on *process, what secret) error {
	client := &http.Transport{MaxIdleConnsPerHost: r.Conns}
	defer client.CloseIdleConnections()
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(r.Conns)
	for n := 0; n < r.Guesses && ctx.Err() == nil; n++ {
		all.Go(func() error { return what.once(ctx, client, on, n) })
	}
	return all.Wait()
}

func (s secret) once(ctx context.Context, client *http.Transport, on *process, n int) error {
	path, form := s.try(n)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+on.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if s.cookie != nil {
		c, err := s.cookie(ctx, n)
		if err != nil {
			return err
		}
		req.Header.Set("Cookie", c)
	}
	req.Host = s.host
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255))
	res, err := client.RoundTrip(req)
	if err != nil {
		return err
	}
	// A step that has ended leads back to the log-in.
	if to := res.Header.Get("Location"); res.StatusCode < 400 && !strings.HasPrefix(to, "/login") {
		return errors.Join(fmt.Errorf("bench: guess %d was answered %s %s", n, res.Status, to), drain(res))
	}
	return drain(res)
}

// timing looks whether the time of an answer tells who has an account (security.md, G9): a known and an
// unknown address are asked for by turns, in an order that is drawn, and compared by the test of Mann
// and Whitney. What is told is the share of pairs that one would guess right, a half for none.
func (r *run) timing(ctx context.Context, dialect db.Dialect) error {
	s, err := r.copied(ctx, dialect, r.work)
	if err != nil {
		return err
	}
	defer s.stop()
	d, err := db.Open(ctx, s.in.address, db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // only counters were forgotten
	for _, form := range []struct {
		name, path string
		fields     url.Values
	}{
		{"log-in", "/login", url.Values{"password": {"Verkeerd123"}}},
		{"new password", "/password", url.Values{}},
	} {
		visitor := &person{on: s.process, host: hostOf("portal", seeded), cookies: map[string]string{}}
		times := map[bool][]time.Duration{}
		for n := range r.Timings {
			// The counters would keep out both, and a mailbox gets no more links than it should.
			if n%4 == 0 {
				if err := forget(ctx, d); err != nil {
					return err
				}
			}
			answers := map[bool]string{}
			first := rand.IntN(2) == 0 // #nosec G404 -- which comes first is no secret
			for _, known := range []bool{first, !first} {
				form.fields.Set("email", map[bool]string{true: client, false: "marieke.janssen@post.example"}[known])
				begin := time.Now()
				res, err := visitor.do(ctx, http.MethodPost, form.path, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, strings.NewReader(form.fields.Encode()))
				if err != nil {
					return err
				}
				b, err := io.ReadAll(res.Body)
				times[known] = append(times[known], time.Since(begin))
				if err = errors.Join(err, res.Body.Close()); err != nil {
					return err
				}
				answers[known] = fmt.Sprint(res.StatusCode, strings.ReplaceAll(string(b), form.fields.Get("email"), ""))
			}
			if answers[true] != answers[false] {
				return fmt.Errorf("bench: %s answers a known address otherwise than an unknown one", form.name)
			}
		}
		share, p := mannWhitney(times[true], times[false])
		r.report.Add(Row{
			ID: "G9", Name: fmt.Sprintf("%s: pairs told apart (p %.2f)", form.name, p), Database: string(dialect), Unit: "of 1",
			Ours: max(share, 1-share), Goal: 0.55, Most: true, P50: ms(sample{latencies: times[true]}.quantile(0.5)), P99: ms(sample{latencies: times[true]}.quantile(0.99)),
		})
	}
	return nil
}

// forget forgets what was counted of tries.
func forget(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from throttle where tenant_id in (select id from tenant)`)
		return err
	})
}

// mannWhitney returns the share of pairs in which a is the longer one, and how likely that or a larger
// difference is by chance, by the normal distribution that many values come near to.
func mannWhitney(a, b []time.Duration) (share, p float64) {
	slices.Sort(b)
	var more float64
	for _, x := range a {
		below, _ := slices.BinarySearch(b, x)
		upTo, _ := slices.BinarySearch(b, x+1)
		more += float64(below) + float64(upTo-below)/2
	}
	n, m := float64(len(a)), float64(len(b))
	z := math.Abs(more-n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
	return more / (n * m), math.Erfc(z / math.Sqrt2)
}
