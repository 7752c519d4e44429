// Command voordeur is a customer portal for organisations that work on dossiers for people.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set when a release is built.
var version = "0.1.0-1"

type command struct {
	name, help string
	run        func(ctx context.Context, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"demo", "the five demo tenants on this machine, in a folder of their own", demo},
		{"heic", "make JPEG of photos in HEIC, for the programs of this machine", turnPhotos},
		{"eid-sim", "log-in services that are not real, on this machine, to test with", eidSim},
		{"serve", "serve the tenants of a database", serve},
		{"migrate", "bring a database's schema up to date", migrate},
		{"admin", "make a tenant or an employee, or reset an employee's factor", admin},
		{"seed", "fill a tenant with made-up dossiers, to measure with", seed},
		{"verify", "recompute the journal and name the first wrong record; --documents reads those too", verify},
		{"backup", "copy database and documents to a folder of backups, while the program serves", makeBackup},
		{"restore", "bring a backup back to an empty place, and check all of it", restore},
		{"drill", "restore the newest backup aside, check it and take it away again", drill},
		{"move", "take the tenants of a SQLite database over into PostgreSQL", moveTo},
		{"rekey", "replace the master key, while the program is stopped", newKey},
		{"blobs", "move the documents between a folder and an S3 bucket", blobs},
		{"health", "ask the program that runs here whether it is well", health},
		{"routes", "print the route table", routes},
		{"version", "print the version", func(_ context.Context, _ []string, out io.Writer) error {
			_, err := fmt.Fprintln(out, version)
			return err
		}},
	}
}

// heapGrowth is by how much in a hundred what is in use may grow before it is collected. So little is in use that at the
// usual hundred a sixth of a page's time went to collecting (docs/performance.md).
const heapGrowth = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "voordeur:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(ctx, args[1:], out)
			}
		}
	}
	fmt.Fprintln(out, "voordeur COMMAND [flags]; each command has --help")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-9s %s\n", c.name, c.help)
	}
	if len(args) > 0 && args[0] != "help" && args[0] != "--help" && args[0] != "-h" {
		return fmt.Errorf("no command %q", args[0])
	}
	return nil
}
