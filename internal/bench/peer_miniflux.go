package bench

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// The statements that give Miniflux's one user what it is compared with: a page as long as ours, of a
// thousand entries that are unread.
const (
	minifluxUser  = `update users set entries_per_page = 25`
	minifluxFeeds = `insert into feeds (user_id, category_id, title, feed_url, site_url, disabled)
		select u.id, c.id, 'Nieuws ' || i, 'https://example.invalid/' || i || '/feed', 'https://example.invalid/' || i, true
		from users u join categories c on c.user_id = u.id, generate_series(1, 10) i`
	minifluxEntries = `insert into entries (user_id, feed_id, hash, published_at, changed_at, title, url, author, content)
		select f.user_id, f.id, md5(f.id || ' ' || i), now() - i * interval '1 minute', now(), 'Aankoop Lindelaan ' || i, f.site_url || '/' || i, 'Notariskantoor De Linde', ''
		from feeds f, generate_series(1, 100) i`
)

// openMiniflux starts Miniflux over a database of its own on the same server, and logs in its user.
func openMiniflux(ctx context.Context, r *run, program string, _ *stage, _ installation) (*process, target, error) {
	const name = "miniflux"
	in, err := r.data.at(db.Postgres, name)
	if err != nil {
		return nil, target{}, err
	}
	if err := r.data.empty(ctx, db.Postgres, name, ""); err != nil {
		return nil, target{}, err
	}
	p, err := r.startAt(ctx, name, func(addr string) *exec.Cmd {
		cmd := exec.Command(program) // #nosec G204 -- built for this
		cmd.Env = []string{
			"DATABASE_URL=" + in.address, "LISTEN_ADDR=" + addr, "RUN_MIGRATIONS=1", "DISABLE_SCHEDULER_SERVICE=1",
			"CREATE_ADMIN=1", "ADMIN_USERNAME=" + name, "ADMIN_PASSWORD=" + world.Password,
		}
		return cmd
	})
	if err != nil {
		return nil, target{}, err
	}
	theirs := &person{on: p, host: p.addr, cookies: map[string]string{}}
	for _, statement := range []string{minifluxUser, minifluxFeeds, minifluxEntries, "vacuum analyze"} {
		err = errors.Join(err, command(ctx, in.address, statement))
	}
	if err == nil {
		err = enterMiniflux(ctx, theirs, name)
	}
	if err == nil {
		var list string
		list, err = theirs.get(ctx, "/unread")
		err = errors.Join(err, r.listed("Miniflux", list, "<article"), p.withDatabase(ctx, in))
	}
	if err != nil {
		return nil, target{}, errors.Join(err, p.stop())
	}
	return p, theirs.asks("Miniflux", "/unread"), nil
}

var minifluxProof = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// enterMiniflux logs in by the form, which wants back what it carries.
func enterMiniflux(ctx context.Context, p *person, name string) error {
	res, err := p.do(ctx, http.MethodGet, "/", nil, nil)
	if err != nil {
		return err
	}
	p.keep(res)
	if err := drain(res); err != nil {
		return err
	}
	page, err := p.get(ctx, "/")
	if err != nil {
		return err
	}
	m := minifluxProof.FindStringSubmatch(page)
	if m == nil {
		return errors.New("bench: the form of Miniflux is not known")
	}
	status, err := p.enter(ctx, "/login", url.Values{"csrf": {html.UnescapeString(m[1])}, "username": {name}, "password": {world.Password}})
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("bench: Miniflux answers %d", status)
	}
	return err
}
