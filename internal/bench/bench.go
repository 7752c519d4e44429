// Package bench measures what the program costs, and compares it with what the machine can do at
// most: with a handler that only sends the same bytes, a server that gives a file by sendfile and one
// that stores a stream as it is; and with the lists of others. Its figures are reported and never
// asserted: how fast a machine is says nothing of a change.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"voordeur/internal/db"
)

// Config is what is measured, and for how long.
type Config struct {
	Program  string // the built voordeur
	Limits   string // the program that has Limit as its command "limit KIND FILE"
	Cache    string // folder of what is made once
	Postgres string // address of a cluster, "" for SQLite alone
	Peers    string // the command that brings a program of others by its name, "" for none
	Profile  string // address on which the programs give profiles, "" for none

	Few, Many int           // dossiers of the two installations that are compared
	Conns     int           // connections that ask at once
	Slice     time.Duration // for how long one target is asked before the next
	Rounds    int           // of all targets
	Only      string        // what is measured, by the name of its part; "" for all

	File    int // megabytes of a file whose transfer is timed
	Uploads int // files that come in at once
	Upload  int // megabytes of each

	Guesses int // of each secret
	Timings int // how often a known and an unknown address are asked for, each
}

// Full is a run from which figures are told, with so many dossiers.
func Full(dossiers int) Config {
	return Config{Few: min(1000, dossiers/2), Many: dossiers, Conns: 16, Slice: time.Second, Rounds: 5, File: 512, Uploads: 200, Upload: 50, Guesses: 100_000, Timings: 1000}
}

// Tiny is a run that shows that a run works.
func Tiny() Config {
	return Config{Few: 60, Many: 120, Conns: 2, Slice: 10 * time.Millisecond, Rounds: 1, File: 1, Uploads: 3, Upload: 1, Guesses: 50, Timings: 4}
}

// run is a run on its way.
type run struct {
	Config
	data   *data
	work   string // folder of a part, which goes away with it
	report *Report
	out    io.Writer
	// sessions are the cookies of who has logged in, by database and address.
	sessions map[string]map[string]string
}

// Run measures everything and writes the rows to out as they come.
func Run(ctx context.Context, c Config, out io.Writer) (*Report, error) {
	d, err := newData(c, out)
	if err != nil {
		return nil, err
	}
	r := &run{Config: c, data: d, report: newReport(c), out: out, sessions: map[string]map[string]string{}}
	return r.report, r.all(ctx)
}

func (r *run) all(ctx context.Context) error {
	for _, dialect := range r.data.dialects() {
		for _, part := range []struct {
			name    string
			measure func(context.Context, db.Dialect) error
		}{
			{"start", r.start},
			{"pages", r.pages},
			{"flood", r.flood},
			{"transfers", r.transfers},
			{"crowd", r.crowd},
			{"writes", r.writes},
			{"visit", r.visit},
			{"logins", r.logins},
			{"guesses", r.guesses},
			{"timing", r.timing},
			{"peers", r.peers},
		} {
			if r.Only != "" && r.Only != part.name {
				continue
			}
			fmt.Fprintf(r.out, "measuring %s on %s\n", part.name, dialect)
			if err := r.part(ctx, dialect, part.measure); err != nil {
				return fmt.Errorf("bench: %s on %s: %w", part.name, dialect, err)
			}
		}
	}
	return nil
}

// part measures one part in a folder of its own.
func (r *run) part(ctx context.Context, dialect db.Dialect, measure func(context.Context, db.Dialect) error) (err error) {
	cache := filepath.Dir(r.data.root)
	if err := os.MkdirAll(cache, 0o750); err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp(cache, "run-*"); err != nil {
		return err
	}
	return errors.Join(measure(ctx, dialect), os.RemoveAll(r.work))
}
