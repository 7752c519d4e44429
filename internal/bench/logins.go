package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/identity"
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
	var raw, all sample
	var n notice
	for range r.Rounds {
		raw.add(hashes(r.Slice))
		some, err := loadAll(ctx, storm[:r.Conns], r.Slice)
		if err != nil {
			return err
		}
		all.add(some)
		if err := r.notices(ctx, storm, page, &n); err != nil {
			return err
		}
	}
	w := pageRow("P9", "log-ins with a password", dialect, all)
	w.Limit, w.Of, w.Goal = raw.rate(), "argon2id", 0.9
	r.report.Add(w)
	r.report.Add(n.row("P9", "a page's p99 beside a storm of log-ins", dialect, 3))
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

// hashes hashes passwords as the program does, on the cores that it has for that, for a slice of time.
func hashes(slice time.Duration) sample {
	var n atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range identity.HashCores() {
		all.Go(func() {
			for first := true; first || time.Since(begin) < slice; first = false {
				identity.Stretch(world.Password, make([]byte, 16))
				n.Add(1)
			}
		})
	}
	all.Wait()
	return sample{requests: int(n.Load()), wall: time.Since(begin)}
}

// post is the bytes of a form that is sent.
func post(host, path string, form url.Values) []byte {
	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, host, len(body), body)
}
