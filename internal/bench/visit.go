package bench

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"

	"voordeur/internal/db"
)

// fetched are the addresses that a browser fetches for a page by itself.
var fetched = regexp.MustCompile(`(?:<link[^>]*(?:rel="(?:stylesheet|preload|icon|modulepreload)")[^>]*href|<(?:script|img)[^>]*src)="([^"]+)"`)

var inStyle = regexp.MustCompile(`url\(["']?([^"')]+)["']?\)`)

// visit measures P11: how many bytes a first visit takes with all that it fetches, how many each later
// page, and what it costs to make them small.
func (r *run) visit(ctx context.Context, dialect db.Dialect) error {
	if dialect != db.SQLite { // the same pages
		return nil
	}
	s, err := r.stage(ctx, dialect, r.Few)
	if err != nil {
		return err
	}
	defer s.stop()
	visitor := &person{on: s.process, host: hostOf("portal", seeded), cookies: map[string]string{}}
	first, err := visitor.all(ctx, "/login")
	if err != nil {
		return err
	}
	r.report.Add(Row{ID: "P11", Name: "first visit with all it fetches", Unit: "KB", Ours: float64(first) / 1000, Goal: 90, Most: true})
	for name, at := range map[string]struct {
		who  *person
		path string
	}{"office list": {s.admin, "/dossiers"}, "client list": {s.big, "/dossiers"}, "Home": {s.client, "/"}, "worklist": {s.handler, "/"}} {
		_, size, err := at.who.small(ctx, at.path)
		if err != nil {
			return err
		}
		r.report.Add(Row{ID: "P11", Name: "later page: " + name, Unit: "KB", Ours: float64(size) / 1000, Goal: 12, Most: true})
	}
	plain, small := s.big.asks("plain", "/dossiers"), s.big.asks("small", "/dossiers", "Accept-Encoding: gzip", "Sec-Fetch-Site: same-origin")
	found, err := interleave(ctx, r.Config, []target{plain, small})
	if err != nil {
		return err
	}
	r.report.Add(costRow("P11", "client list, compressed", dialect, found["small"], found["plain"], "plain", 1.25))
	return nil
}

// small fetches as a browser does that follows a link, and returns the page and the bytes it took.
func (p *person) small(ctx context.Context, path string) (page string, bytes int, err error) {
	res, err := p.do(ctx, http.MethodGet, path, map[string]string{"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}, nil)
	if err != nil {
		return "", 0, err
	}
	sent, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("bench: %s answers %s", path, res.Status)
	}
	if err := res.Body.Close(); err != nil {
		return "", 0, err
	}
	if err != nil {
		return "", 0, err
	}
	page, err = p.get(ctx, path)
	return page, len(sent), err
}

// all returns the bytes of a page and of everything that it fetches.
func (p *person) all(ctx context.Context, path string) (int, error) {
	page, total, err := p.small(ctx, path)
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, m := range fetched.FindAllStringSubmatch(page, -1) {
		at := html.UnescapeString(m[1])
		if seen[at] {
			continue
		}
		seen[at] = true
		body, size, err := p.small(ctx, at)
		if err != nil {
			return 0, err
		}
		total += size
		for _, u := range inStyle.FindAllStringSubmatch(body, -1) { // a font that a style sheet names
			if strings.HasPrefix(u[1], "/") && !seen[u[1]] && strings.HasSuffix(at, ".css") {
				seen[u[1]] = true
				_, size, err := p.small(ctx, u[1])
				if err != nil {
					return 0, err
				}
				total += size
			}
		}
	}
	return total, nil
}
