package scantest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Found is what a Daemon calls Signature; clamd marks names that are not its own.
const Found = Reason + ".UNOFFICIAL"

// program is where Debian has it, which is not in everybody's PATH.
const program = "/usr/sbin/clamd"

// Daemon is Debian's clamd with a configuration of its own, that knows Signature and nothing else,
// on a unix socket that it alone has.
type Daemon struct {
	t     testing.TB
	conf  string
	path  string
	cmd   *exec.Cmd
	noise bytes.Buffer
}

// StartClamd starts a clamd that the test stops. Limits are further lines of its configuration. A
// machine without clamd skips the test.
func StartClamd(t testing.TB, limits ...string) *Daemon {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		t.Skip("clamd is not installed: ", err)
	}
	// Not in t.TempDir: the path of a unix socket is limited to 107 bytes.
	dir, err := os.MkdirTemp("/tmp", "voordeur-clamd.")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	d := &Daemon{t: t, conf: filepath.Join(dir, "clamd.conf"), path: filepath.Join(dir, "ctl")}
	must(t, os.Mkdir(filepath.Join(dir, "db"), 0o700))
	// A rule of any file type and any place.
	must(t, os.WriteFile(filepath.Join(dir, "db", "test.ndb"), fmt.Appendf(nil, "%s:0:*:%s\n", Reason, hex.EncodeToString([]byte(Signature))), 0o600))
	lines := append([]string{"Foreground yes", "LocalSocket " + d.path, "FixStaleSocket yes", "DatabaseDirectory " + filepath.Join(dir, "db")}, limits...)
	must(t, os.WriteFile(d.conf, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	d.Start()
	t.Cleanup(d.Kill)
	return d
}

// Setting is the value of VOORDEUR_SCAN that leads to the daemon.
func (d *Daemon) Setting() string { return "clamd:unix:" + d.path }

// Start starts the daemon and waits until it listens.
func (d *Daemon) Start() {
	d.t.Helper()
	d.cmd = exec.Command(program, "--config-file="+d.conf) // #nosec G204 -- clamd of this machine, for tests
	d.noise.Reset()
	d.cmd.Stdout, d.cmd.Stderr = &d.noise, &d.noise
	must(d.t, d.cmd.Start())
	for range 600 {
		if _, err := os.Stat(d.path); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	d.Kill()
	d.t.Fatalf("clamd does not start:\n%s", d.noise.String())
}

// Kill ends the daemon as a power cut would.
func (d *Daemon) Kill() {
	if d.cmd == nil {
		return
	}
	_ = d.cmd.Process.Kill() // it may have ended by itself
	_ = d.cmd.Wait()
	_ = os.Remove(d.path)
	d.cmd = nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
