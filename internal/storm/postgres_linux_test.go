package storm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/mail/mailtest"
)

// envPostgresBin names the variable that holds the folder of PostgreSQL's programs, which
// scripts/with-postgres sets.
const envPostgresBin = "VOORDEUR_TEST_POSTGRES_BIN"

// patience is how long the server and the program may take to be back.
const patience = 2 * time.Minute

// postgres is a server of the test's own, with the settings of production: the one that all tests
// share keeps nothing safe, and nobody may kill it.
type postgres struct {
	t        *testing.T
	bin, dir string
	port     string
	cmd      *exec.Cmd
	log      strings.Builder
	forgets  bool // it answers before it has written, once everybody has logged in
	holds    bool // nobody writes its log, from then on
}

// newPostgres makes a server and starts it.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	bin := os.Getenv(envPostgresBin)
	if bin == "" {
		t.Skip("scripts/with-postgres tells where PostgreSQL is")
	}
	// Not a folder of the test's: PostgreSQL's own user must be able to reach it.
	dir, err := os.MkdirTemp("/tmp", "voordeur-pg-storm.")
	must(t, err)
	p := &postgres{t: t, bin: bin, dir: dir, port: freePort(t)}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	if as := p.owner(); as != nil {
		must(t, os.Chown(dir, int(as.Uid), int(as.Gid)))
	}
	output(t, p.command("initdb", "-D", "data", "-U", "voordeur", "--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8"))
	p.start()
	t.Cleanup(p.kill)
	return p
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// owner is who runs PostgreSQL, which refuses root; nil for who tests.
func (p *postgres) owner() *syscall.Credential {
	p.t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := osuser.Lookup("postgres")
	must(p.t, err)
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	must(p.t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	must(p.t, err)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// command is one of PostgreSQL's programs. Those that ask a server ask this one.
func (p *postgres) command(name string, args ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = p.dir, &syscall.SysProcAttr{Credential: p.owner()}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PGHOST=127.0.0.1", "PGUSER=voordeur", "PGDATABASE=postgres", "PGPORT=" + p.port}
	return cmd
}

func (p *postgres) address() string {
	return "postgres://voordeur@127.0.0.1:" + p.port + "/postgres?sslmode=disable"
}

// start returns when the server answers, whatever a kill left to it.
func (p *postgres) start() {
	p.t.Helper()
	p.log.Reset()
	p.cmd = p.command("postgres", "-D", "data", "-p", p.port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=50")
	p.cmd.Stderr = &p.log
	must(p.t, p.cmd.Start())
	if !comes(func() bool { return p.command("pg_isready", "-q").Run() == nil }) {
		p.kill()
		p.t.Fatalf("PostgreSQL does not start: %s", p.log.String())
	}
	if p.holds {
		p.hold()
	}
}

// hold stops the process that writes the log of those who do not wait for it.
func (p *postgres) hold() {
	p.t.Helper()
	p.holds = true
	held := func() bool {
		for _, child := range p.children() {
			title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
			if err == nil && strings.Contains(string(title), "walwriter") {
				must(p.t, syscall.Kill(child, syscall.SIGSTOP))
				return true
			}
		}
		return false
	}
	if !comes(held) {
		p.t.Fatal("nobody writes the log")
	}
}

// comes reports whether something becomes true while one may wait for it.
func comes(there func() bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if there() {
			return true
		}
	}
	return false
}

// kill ends all processes of the server at once. The first is stopped before, so that it neither
// starts others nor buries them: no number of a process can be another's by then.
func (p *postgres) kill() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGSTOP))
	for _, child := range p.children() {
		must(p.t, syscall.Kill(child, syscall.SIGKILL))
	}
	must(p.t, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // says that it was killed
}

// children are the numbers of the server's processes, without the first.
func (p *postgres) children() (pids []int) {
	p.t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/status")
	must(p.t, err)
	parent := fmt.Sprintf("\nPPid:\t%d\n", p.cmd.Process.Pid)
	for _, name := range all {
		status, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(status), parent) {
			continue // of others, which come and go
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		must(p.t, err)
		pids = append(pids, pid)
	}
	return pids
}

// open opens the database and the folder as the program does.
func (p *postgres) open(t testing.TB, dir, smtp string) *witness {
	t.Helper()
	ctx := context.Background()
	h := &house{now: clock.NewManual(clock.System{}.Now())}
	var err error
	h.disk, err = blob.OpenDisk(filepath.Join(dir, blobsName))
	must(t, err)
	d, err := db.Open(ctx, p.address(), db.Options{Clock: h.now})
	must(t, err)
	must(t, d.Migrate(ctx))
	keys, err := masterKey(filepath.Join(dir, keyName))
	must(t, err)
	h.House, err = wire(d, keys, h.disk, smtp)
	must(t, err)
	return &witness{h, t}
}

// siege is a program that is used while its database is killed.
type siege struct {
	*postgres
	mails   *mailtest.Server
	program *program
	ledger  *ledger
	staff   *browser
	talk    string
}

// besiege kills the database so many times while the program is used, and the program at the end.
func (p *postgres) besiege(kills int) *siege {
	p.t.Helper()
	s := &siege{postgres: p, mails: mailtest.Start(p.t, mailtest.Config{NoSTARTTLS: true}), ledger: &ledger{files: map[string]fate{}, messages: map[string]fate{}}}
	dir := p.t.TempDir()
	w := p.open(p.t, dir, s.mails.Addr)
	w.fill()
	toggle := w.dossier("2026-01483")
	s.talk = w.dossier("2026-01482")
	w.close()

	s.program = &program{t: p.t, bin: build(p.t), dir: dir, db: p.address(), smtp: s.mails.Addr}
	s.program.start()
	defer s.program.kill()
	client := loginClient(p.t, s.program)
	s.staff = loginStaff(p.t, s.program)
	if p.forgets {
		// Nobody but the writer of the log, which stands still, would write it before the server is killed:
		// not for a commit, nor for a page that goes out of memory.
		ask := []string{"-q"}
		for _, set := range []string{"synchronous_commit = off", "bgwriter_lru_maxpages = 0"} {
			ask = append(ask, "-c", "alter system set "+set)
		}
		output(p.t, p.command("psql", append(ask, "-c", "select pg_reload_conf()")...))
		p.hold()
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		s.ledger.load(stop, client, s.staff, s.talk, toggle)
	}()
	for range kills {
		done := s.ledger.acknowledged()
		if !comes(func() bool { return s.ledger.acknowledged() > done }) {
			p.t.Fatalf("nothing is acknowledged any more:\n%s", s.program.log.String())
		}
		time.Sleep(time.Duration(rand.IntN(450)) * time.Millisecond)
		p.kill()
		p.start()
	}
	close(stop)
	<-ended
	s.newWork()
	return s
}

// newWork asserts that the program goes on by itself, without a start of its own.
func (s *siege) newWork() {
	s.t.Helper()
	if !comes(func() bool { return s.staff.get("/dossiers") == 200 }) {
		s.t.Fatalf("the program does not find its database again:\n%s", s.program.log.String())
	}
	if status := s.ledger.upload(s.staff, s.talk); status != 303 {
		s.t.Errorf("after the storm an upload is answered with %d", status)
	}
}

// TestKillStormOfPostgres kills PostgreSQL, and not the program, which comes to terms by itself with a
// database that goes and comes back.
func TestKillStormOfPostgres(t *testing.T) {
	s := newPostgres(t).besiege(rounds(t, postgresKills))
	w := s.open(t, s.program.dir, s.mails.Addr)
	defer w.close()
	output(t, s.command("pg_amcheck", "--install-missing", "--heapallindexed"))
	w.check(s.ledger)
	s.ledger.some(t)
	w.jobs(s.mails, rounds(t, postgresKills)+1)
	w.collect()
}

// A server that acknowledges before it has written its log, as its settings allow: what the storm is
// there to find.
func TestKillStormFindsAPostgresThatForgets(t *testing.T) {
	p := newPostgres(t)
	p.forgets = true
	s := p.besiege(3)
	found := wrong(t, func(t testing.TB) {
		w := s.open(t, s.program.dir, s.mails.Addr)
		defer w.close()
		w.check(s.ledger)
	})
	if !slices.ContainsFunc(found, func(what string) bool { return strings.Contains(what, "acknowledged true, there are 0") }) {
		t.Errorf("what was acknowledged was lost, and nobody noticed: %v", found)
	}
}
