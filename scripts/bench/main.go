// Command bench measures the program; `make bench` runs it. See docs/performance.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"voordeur/internal/bench"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "limit" { // it ends by a signal, as a program does by itself
		fmt.Fprintln(os.Stderr, bench.Limit(os.Args[2], os.Args[3], os.Stdout))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	dossiers := flags.Int("dossiers", 1_000_000, "dossiers of the large installation")
	only := flags.String("only", "", "measure this part alone")
	profile := flags.String("profile", "", "address on which the measured program gives profiles")
	_ = flags.Parse(args) // ExitOnError: it does not return one
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := bench.Full(*dossiers)
	c.Program, c.Limits, c.Cache, c.Postgres, c.Only, c.Profile = "bin/voordeur", self, ".cache/bench", os.Getenv("VOORDEUR_TEST_POSTGRES"), *only, *profile
	c.Peers = "scripts/bench/peers/get"
	report, err := bench.Run(ctx, c, os.Stdout)
	if err != nil {
		return err
	}
	if err := write(report, "bench/latest.json"); err != nil {
		return err
	}
	return report.Print(os.Stdout)
}

func write(report *bench.Report, path string) error {
	b, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}
