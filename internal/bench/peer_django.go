package bench

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// djangoFolder has what Django runs.
const djangoFolder = "scripts/bench/peers/django"

// openDjango starts the same list in Django over the same database, asked with the same session.
func openDjango(ctx context.Context, r *run, gunicorn string, s *stage, in installation) (*process, target, error) {
	p, err := r.startAt(ctx, "django", func(addr string) *exec.Cmd {
		cmd := exec.Command(gunicorn, "--chdir", djangoFolder, "--bind", addr, "--workers", fmt.Sprint(runtime.NumCPU()), "--worker-tmp-dir", memoryDisk, "portal") // #nosec G204 -- Debian's
		cmd.Env = []string{"PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1", "DATABASE=" + in.address}
		return cmd
	})
	if err != nil {
		return nil, target{}, err
	}
	theirs := &person{on: p, host: s.big.host, cookies: s.big.cookies}
	err = p.withDatabase(ctx, in)
	if err == nil {
		err = r.sameList(ctx, s.big, theirs)
	}
	if err != nil {
		return nil, target{}, errors.Join(err, p.stop())
	}
	return p, theirs.asks("Django", "/dossiers"), nil
}

// sameList says whether two programs show the same dossiers, on the first page and by its link on the next.
func (r *run) sameList(ctx context.Context, ours, theirs *person) error {
	path := "/dossiers"
	for page := 1; ; page++ {
		a, err := ours.get(ctx, path)
		if err != nil {
			return err
		}
		b, err := theirs.get(ctx, path)
		if err != nil {
			return err
		}
		if !slices.Equal(shown(a), shown(b)) {
			return fmt.Errorf("bench: on page %d ours shows %v, theirs %v", page, shown(a), shown(b))
		}
		if page == 1 {
			if err := errors.Join(r.listed("Voordeur", a, `<td class="title"`), r.listed("Django", b, `<td class="title"`)); err != nil {
				return err
			}
		}
		next := nextPage.FindStringSubmatch(b)
		if next == nil || page == 2 {
			return nil
		}
		path = html.UnescapeString(next[1])
	}
}

// shown returns the dossiers of a list and what each has that is new.
func shown(page string) []string {
	var rows []string
	for _, row := range strings.Split(page, "<tr>")[1:] {
		m := links.FindStringSubmatch(row)
		if m != nil {
			rows = append(rows, fmt.Sprintf("%s %t", m[1], strings.Contains(row, "badge")))
		}
	}
	return rows
}
