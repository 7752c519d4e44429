package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"voordeur/internal/db"
)

// start measures P10: how soon there is a page, and how much memory a program takes that nobody uses.
func (r *run) start(ctx context.Context, dialect db.Dialect) error {
	in, err := r.data.seeded(ctx, dialect, r.Many)
	if err != nil {
		return err
	}
	var times []time.Duration
	var idle int64
	for range r.Rounds {
		took, memory, err := r.startOnce(ctx, in)
		if err != nil {
			return err
		}
		times, idle = append(times, took), memory
	}
	r.report.Add(Row{ID: "P10", Name: "start to first page", Database: string(dialect), Unit: "ms", Ours: ms(median(times)), Goal: 100, Most: true})
	r.report.Add(Row{ID: "P10", Name: "idle memory", Database: string(dialect), Unit: "MB", Ours: float64(idle) / mb, Goal: 60, Most: true})
	return nil
}

func (r *run) startOnce(ctx context.Context, in installation) (took time.Duration, memory int64, err error) {
	begin := time.Now()
	p, err := serve(ctx, r.Config, in)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	visitor := &person{on: p, host: hostOf("portal", seeded), cookies: map[string]string{}}
	res, err := visitor.do(ctx, http.MethodGet, "/login", nil, nil)
	if err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	if res.StatusCode != http.StatusOK {
		return 0, 0, fmt.Errorf("bench: the first page is %s", res.Status)
	}
	if err := drain(res); err != nil {
		return 0, 0, err
	}
	if err := (&stage{process: p}).rest(ctx); err != nil {
		return 0, 0, err
	}
	memory, err = memoryOf(p.cmd.Process.Pid, "VmRSS")
	return took, memory, err
}
