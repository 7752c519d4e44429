package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"voordeur/internal/db"
)

// peer is a program of others that has a list as ours has, and what ours may cost of it.
type peer struct {
	name string
	key  string // by which the command that brings it knows it
	goal float64
	on   []db.Dialect
	// open starts it over what the stage stands on, or over as much of its own, and says what is asked of it.
	open func(ctx context.Context, r *run, program string, s *stage, in installation) (*process, target, error)
}

var others = []peer{
	{"Django", "django", 1.0 / 8, []db.Dialect{db.SQLite, db.Postgres}, openDjango},
	{"PocketBase", "pocketbase", 1.0 / 2, []db.Dialect{db.SQLite}, openPocketBase},
	{"Miniflux", "miniflux", 1.0 / 20, []db.Dialect{db.Postgres}, openMiniflux},
}

// peers measures P5: the processor time of our lists against that of others, by turns. One that cannot
// be had here has a row that says so.
func (r *run) peers(ctx context.Context, dialect db.Dialect) error {
	in, err := r.data.seeded(ctx, dialect, r.Many)
	if err != nil {
		return err
	}
	s, err := r.stage(ctx, dialect, r.Many)
	if err != nil {
		return err
	}
	defer s.stop()
	for _, p := range others {
		if !slices.Contains(p.on, dialect) {
			continue
		}
		if err := r.against(ctx, dialect, p, s, in); err != nil {
			return err
		}
	}
	return nil
}

// The lists that are compared: that of a client, as the others have it, and that of the office, which
// says of each dossier whose it is and records who looked.
const (
	ofClient = "client list"
	ofOffice = "office list, with its look"
)

// against compares our lists with the list of one of the others.
func (r *run) against(ctx context.Context, dialect db.Dialect, p peer, s *stage, in installation) error {
	on, theirs, err := r.other(ctx, p, s, in)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(r.out, "%s is not measured: %v\n", p.name, err)
		for _, list := range []string{ofClient, ofOffice} {
			r.report.Add(Row{ID: "P5", Name: list, Database: string(dialect), Unit: "ms CPU", Of: p.name, Goal: p.goal, Most: true, Missing: true})
		}
		return nil
	}
	defer on.stop()
	if _, err := load(ctx, theirs, r.Conns, r.Slice/4); err != nil { // each of its processes reads its program first
		return err
	}
	found, err := interleave(ctx, r.Config, []target{s.big.asks(ofClient, "/dossiers"), s.admin.asks(ofOffice, "/dossiers"), theirs})
	if err != nil {
		return err
	}
	for _, list := range []string{ofClient, ofOffice} {
		r.report.Add(costRow("P5", list, dialect, found[list], found[theirs.name], p.name, p.goal))
	}
	return nil
}

var errNoPeers = errors.New("this run was not told how to get it")

// other brings one of the others and starts it.
func (r *run) other(ctx context.Context, p peer, s *stage, in installation) (*process, target, error) {
	if r.Peers == "" {
		return nil, target{}, errNoPeers
	}
	fmt.Fprintf(r.out, "%s is installed or built where it is missing\n", p.name)
	get := exec.CommandContext(ctx, r.Peers, p.key) // #nosec G204 -- the repository's own
	get.Stderr = r.out
	path, err := get.Output()
	if err != nil {
		return nil, target{}, err
	}
	return p.open(ctx, r, strings.TrimSpace(string(path)), s, in)
}

// listed says how large a list is, and refuses an empty one: a mark stands once in each row.
func (r *run) listed(name, list, mark string) error {
	rows := strings.Count(list, mark)
	if rows == 0 {
		return fmt.Errorf("bench: the list of %s is empty", name)
	}
	fmt.Fprintf(r.out, "the list of %s has %d rows, %d bytes\n", name, rows, len(list))
	return nil
}

// within is how soon a program of others has to answer; PocketBase makes its records before.
const within = 5 * time.Minute

// startAt starts a program that does not say where it listens, at an address that is free, and returns
// when it answers there.
func (r *run) startAt(ctx context.Context, name string, command func(addr string) *exec.Cmd) (_ *process, err error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(r.work, name+".log")) // #nosec G304 -- named in this package
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	cmd := command(addr)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	p.addr = addr
	p.cpu = func() (time.Duration, error) { return cpuBelow(cmd.Process.Pid) }
	if err := p.awaited(ctx); err != nil {
		said, _ := os.ReadFile(log.Name()) // what it says is for the reader alone
		return nil, errors.Join(fmt.Errorf("%w: %s", err, bytes.TrimSpace(said[max(0, len(said)-1000):])), p.stop())
	}
	return p, nil
}

// awaited returns when the program takes connections.
func (p *process) awaited(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		if c, err := net.Dial("tcp", p.addr); err == nil {
			return c.Close()
		}
		if fields, err := stat(p.cmd.Process.Pid); err != nil || fields[0] == "Z" {
			return fmt.Errorf("bench: %s ends at once", p.cmd)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("bench: %s does not answer: %w", p.cmd, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// freeAddr is an address on loopback at which nothing listens.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
