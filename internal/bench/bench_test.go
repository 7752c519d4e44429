package bench_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/bench"
	"voordeur/internal/db/dbtest"
)

// A run so small that its figures say nothing shows that a run works: every goal has its rows, on each
// database, and what is written down can be read again. No figure is judged.
func TestARunHasAFigureForEveryGoal(t *testing.T) {
	t.Chdir(filepath.Join("..", "..")) // where it runs
	c := bench.Tiny()
	dir := t.TempDir()
	c.Program, c.Limits, c.Cache, c.Postgres = filepath.Join(dir, "voordeur"), filepath.Join(dir, "bench"), filepath.Join(dir, "cache"), os.Getenv(dbtest.EnvPostgres)
	for bin, source := range map[string]string{c.Program: "./cmd/voordeur", c.Limits: "./scripts/bench"} {
		if out, err := exec.Command("go", "build", "-o", bin, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var log strings.Builder
	report, err := bench.Run(ctx, c, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	b, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var read bench.Report
	if err := json.Unmarshal(b, &read); err != nil || !slices.Equal(read.Rows, report.Rows) {
		t.Errorf("%v: what is written is not what is read: %s", err, b)
	}
	databases := []string{"sqlite"}
	if c.Postgres != "" {
		databases = append(databases, "postgres")
	}
	for _, database := range databases {
		for _, id := range []string{"P1", "P2", "P3", "P4", "P5", "P6", "P8", "P9", "P10", "G8", "G9", "bulkhead"} {
			if !slices.ContainsFunc(read.Rows, func(w bench.Row) bool { return w.ID == id && w.Database == database }) {
				t.Errorf("%s has no row on %s", id, database)
			}
		}
	}
	for _, id := range []string{"P7", "P11"} {
		if !slices.ContainsFunc(read.Rows, func(w bench.Row) bool { return w.ID == id }) {
			t.Errorf("%s has no row", id)
		}
	}
	for _, w := range read.Rows {
		// Processor time is counted in hundredths of a second, of which a run as small may see none.
		if w.Name == "" || w.Unit == "" || w.Ours <= 0 && w.Unit != "ms CPU" {
			t.Errorf("a figure is missing: %+v", w)
		}
		// What others cost is measured by those who ask for it: here it is told that it is not.
		if w.Missing != (w.ID == "P5") {
			t.Errorf("what was not measured is not told: %+v", w)
		}
	}
	var table strings.Builder
	if err := report.Print(&table); err != nil || !strings.Contains(table.String(), "later page: Home") {
		t.Errorf("%v: %s", err, table.String())
	}
	if left, err := os.ReadDir(c.Cache); err != nil || len(left) != 1 {
		t.Errorf("a run leaves more than its data: %v %v", left, err)
	}
}

// A ratio is judged against its goal from the right side, and a row without a goal is not judged.
func TestRowsAreJudged(t *testing.T) {
	for _, c := range []struct {
		row bench.Row
		met bool
	}{
		{bench.Row{Ours: 20, Limit: 100, Goal: 0.2}, true},
		{bench.Row{Ours: 19, Limit: 100, Goal: 0.2}, false},
		{bench.Row{Ours: 11, Limit: 10, Goal: 1.1, Most: true}, true},
		{bench.Row{Ours: 12, Limit: 10, Goal: 1.1, Most: true}, false},
		{bench.Row{Ours: 99, Goal: 100, Most: true}, true},
		{bench.Row{Ours: 101, Goal: 100, Most: true}, false},
		{bench.Row{Ours: 1}, true},
	} {
		r := &bench.Report{}
		r.Add(c.row)
		if r.Rows[0].Met != c.met {
			t.Errorf("%+v", r.Rows[0])
		}
	}
}
