package bench

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"
)

// Report is what a run found.
type Report struct {
	At       time.Time `json:"at"`
	Go       string    `json:"go"`
	Cores    int       `json:"cores"`
	Dossiers int       `json:"dossiers"`
	Rows     []Row     `json:"rows"`
}

// Row is one figure. Where it has a limit that was measured in the same run, the ratio of the two is
// what the goal is about; else it is the figure itself.
type Row struct {
	ID       string  `json:"id"` // of the goal
	Name     string  `json:"name"`
	Database string  `json:"database,omitempty"`
	Unit     string  `json:"unit"`
	Ours     float64 `json:"ours"`
	Limit    float64 `json:"limit,omitempty"`
	Of       string  `json:"of,omitempty"` // what the limit is
	Ratio    float64 `json:"ratio,omitempty"`
	Goal     float64 `json:"goal,omitempty"`
	Most     bool    `json:"most,omitempty"` // the goal is not to be passed; else it is to be reached
	Met      bool    `json:"met"`
	Missing  bool    `json:"missing,omitempty"` // what it is compared with could not be had: it is not judged
	// Of pages: processor seconds of a thousand, of program and database together, and milliseconds
	// within which half and all but one in a hundred were answered.
	CPU float64 `json:"cpu_s_per_1000,omitempty"`
	P50 float64 `json:"p50_ms,omitempty"`
	P99 float64 `json:"p99_ms,omitempty"`
}

func newReport(c Config) *Report {
	return &Report{At: time.Now().UTC().Truncate(time.Second), Go: runtime.Version(), Cores: runtime.NumCPU(), Dossiers: c.Many}
}

// Add judges a row. One without a goal is told and not judged.
func (r *Report) Add(w Row) {
	w.Met = !w.Missing
	judged := w.Ours
	if w.Limit > 0 {
		w.Ratio = w.Ours / w.Limit
		judged = w.Ratio
	}
	switch {
	case w.Missing:
	case w.Goal > 0 && w.Most:
		w.Met = judged <= w.Goal
	case w.Goal > 0:
		w.Met = judged >= w.Goal
	}
	r.Rows = append(r.Rows, w)
}

// verdict says whether a row's goal is met; "" when it has none.
func (w Row) verdict() string {
	switch {
	case w.Missing:
		return "not measured"
	case w.Goal == 0:
		return ""
	case w.Met:
		return "met"
	}
	return "missed"
}

func (w Row) aim() string {
	switch {
	case w.Goal == 0:
		return ""
	case w.Most:
		return "<= " + short(w.Goal)
	}
	return ">= " + short(w.Goal)
}

// short writes a figure with three digits, or as a whole number.
func short(v float64) string {
	switch {
	case v == 0:
		return ""
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// Print writes the table.
func (r *Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%d dossiers, %d cores, %s\n\n", r.Dossiers, r.Cores, r.Go)
	fmt.Fprintln(w, "goal\twhat\tdatabase\tours\tlimit\tratio\taim\t\tCPU s/1,000\tp50 ms\tp99 ms")
	for _, x := range r.Rows {
		limit := short(x.Limit)
		if x.Of != "" {
			limit += " " + x.Of
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.Name, x.Database, short(x.Ours), x.Unit, limit,
			short(x.Ratio), x.aim(), x.verdict(), short(x.CPU), short(x.P50), short(x.P99))
	}
	return w.Flush()
}
