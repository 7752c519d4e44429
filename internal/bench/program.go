package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is a program that listens, ours or one that shows the limit of the machine.
type process struct {
	subject
	cmd *exec.Cmd
}

// start starts a program and returns when it says that it listens.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(out); p.addr == ""; {
		if !lines.Scan() {
			return nil, errors.Join(fmt.Errorf("bench: %s does not start", cmd), p.stop())
		}
		if _, addr, found := strings.Cut(lines.Text(), " listens on "); found {
			p.addr = addr
		}
	}
	p.cpu = func() (time.Duration, error) { return cpuOf(cmd.Process.Pid) }
	return p, nil
}

// stop asks the program to end and waits until it has.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_, err := p.cmd.Process.Wait()
	return err
}

// serve starts the real program over an installation, with its log in a file beside it.
func serve(ctx context.Context, c Config, in installation) (p *process, err error) {
	log, err := os.Create(filepath.Join(in.dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	cmd := exec.Command(c.Program, "serve") // #nosec G204 -- the program that was just built
	cmd.Stderr = log
	cmd.Env = []string{
		"VOORDEUR_ADDR=127.0.0.1:0", "VOORDEUR_DB=" + in.address, "VOORDEUR_BLOBS=" + filepath.Join(in.dir, "blobs"), "VOORDEUR_KEY_FILE=" + filepath.Join(in.dir, "key"),
		"VOORDEUR_ORIGIN_SCHEME=http", "VOORDEUR_SMTP_ADDR=127.0.0.1:9", "VOORDEUR_SMTP_TLS=none", "VOORDEUR_OPS_ADDR=" + c.Profile,
		"VOORDEUR_TRUSTED_PROXIES=127.0.0.1/32", // so that who guesses comes from everywhere
	}
	p, err = start(cmd)
	if err != nil {
		return nil, err
	}
	if err := p.withDatabase(ctx, in); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// withDatabase counts what the server of a database spends as the program's own, where there is one.
func (p *process) withDatabase(ctx context.Context, in installation) error {
	if !strings.HasPrefix(in.address, "postgres") {
		return nil
	}
	master, err := postmaster(ctx, in.address)
	if err != nil {
		return err
	}
	own := p.cpu
	p.cpu = func() (time.Duration, error) {
		ours, err := own()
		if err != nil {
			return 0, err
		}
		theirs, err := cpuBelow(master)
		return ours + theirs, err
	}
	return nil
}

// limit starts a program that shows what the machine can do at most; see Limit.
func limit(c Config, kind, file string) (*process, error) {
	return start(exec.Command(c.Limits, "limit", kind, file)) // #nosec G204 -- this program itself
}

// hostOf names a face of a tenant as the demo does.
func hostOf(face, tenant string) string {
	prefix := map[string]string{"portal": "", "office": "kantoor.", "docs": "docs."}[face]
	return (&url.URL{Host: prefix + tenant + ".localhost"}).Host
}
