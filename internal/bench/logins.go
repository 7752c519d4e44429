package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// logins measures P9: log-ins beside the argon2id that each of them takes, and pages while they storm.
func (r *run) logins(ctx context.Context, dialect db.Dialect) error {
	s, err := r.copied(ctx, dialect, r.work)
	if err != nil {
		return err
	}
	defer s.stop()
	storm, err := crowdAtTheDoor(ctx, s, 2*r.Conns)
	if err != nil {
		return err
	}
	page := s.handler.asks("worklist", "/")
	var raw, all, calm, beside sample
	for range r.Rounds {
		raw.add(hashes(r.Slice))
		some, err := loadAll(ctx, storm[:r.Conns], r.Slice)
		if err != nil {
			return err
		}
		all.add(some)
		if some, err = load(ctx, page, 4, r.Slice); err != nil {
			return err
		}
		calm.add(some)
		if some, err = r.during(ctx, storm, page); err != nil {
			return err
		}
		beside.add(some)
	}
	w := pageRow("P9", "log-ins with a password", dialect, all)
	w.Limit, w.Of, w.Goal = raw.rate(), "argon2id", 0.9
	r.report.Add(w)
	r.report.Add(Row{
		ID: "P9", Name: "a page's p99 beside a storm of log-ins", Database: string(dialect), Unit: "ms",
		Ours: ms(beside.quantile(0.99)), Limit: ms(calm.quantile(0.99)), Of: "calm", Goal: 3, Most: true,
		P50: ms(beside.quantile(0.5)), P99: ms(beside.quantile(0.99)), CPU: beside.cost().Seconds() * 1000,
	})
	return nil
}

// crowdAtTheDoor gives so many clients a password and returns the log-in of each: one account is tried a few
// times at once at most.
func crowdAtTheDoor(ctx context.Context, s *stage, n int) (targets []target, err error) {
	h, closeAll, err := house(ctx, s.in)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	type account struct{ id, email string }
	list, err := db.All(ctx, h.DB, func(scan db.Scan) (a account, err error) {
		err = scan(&a.id, &a.email)
		return a, err
	},
		`select id, email from account where tenant_id = $1 and face = 'portal' and id >= 'seedaccount' order by id limit $2`, seeded, n)
	if err != nil {
		return nil, err
	}
	if len(list) < n {
		return nil, fmt.Errorf("bench: %d accounts of %d", len(list), n)
	}
	for _, a := range list {
		if err := h.Identity.StorePassword(ctx, seeded, a.id, world.Password); err != nil {
			return nil, err
		}
		targets = append(targets, target{"log-in", &s.subject, post(hostOf("portal", seeded), "/login", url.Values{"email": {a.email}, "password": {world.Password}})})
	}
	return targets, nil
}

// hashes hashes passwords as the program does, on all cores for a slice of time.
func hashes(slice time.Duration) sample {
	var n atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for first := true; first || time.Since(begin) < slice; first = false {
				argon2.IDKey([]byte(world.Password), make([]byte, 16), 2, 19*1024, 1, 32)
				n.Add(1)
			}
		})
	}
	all.Wait()
	return sample{requests: int(n.Load()), wall: time.Since(begin)}
}

// post is the bytes of a form that is sent.
func post(host, path string, form url.Values, headers ...string) []byte {
	var b bytes.Buffer
	body := form.Encode()
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", path, host, len(body))
	for i := 0; i+1 < len(headers); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", headers[i], headers[i+1])
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}
