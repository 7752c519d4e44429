package storm

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// mount puts a small disk of its own on a folder.
func mount(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	must(t, os.MkdirAll(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=40m,mode=0700"); err != nil {
		t.Skipf("this system lets root mount no disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
}

// fill leaves so many bytes of a disk, and returns what makes room again.
func fill(t *testing.T, dir string, leave int64) (free func()) {
	t.Helper()
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast) // #nosec G304 -- a folder of the test
	must(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	info, err := f.Stat()
	must(t, err)
	must(t, f.Truncate(info.Size()-leave))
	must(t, f.Close())
	return func() { must(t, os.Remove(ballast)) }
}

// disks are what may be full by itself. An employee's look at something is not shown when the journal
// cannot have it, so that one ends with the database's disk.
var disks = []struct {
	name  string
	small func(dir, temp string) string // the folder that is on it
	look  int
}{
	{"database", func(dir, _ string) string { return dir }, 507},
	{"documents", func(dir, _ string) string { return filepath.Join(dir, blobsName) }, 200},
	{"temporary files", func(_, temp string) string { return temp }, 200},
}

// TestFullDisk fills the disk of the database, of the documents or of temporary files, to the last
// byte or but for less than a file needs, and asks for everything: what is refused is refused clearly
// and is not there, what can be read is read, and once there is room all is done.
func TestFullDisk(t *testing.T) {
	s := begun(t)
	for _, d := range disks {
		for _, leave := range []int64{0, 100_000} {
			t.Run(fmt.Sprintf("%s, %d bytes left", d.name, leave), func(t *testing.T) {
				dir, temp := filepath.Join(t.TempDir(), "data"), t.TempDir()
				must(t, os.Mkdir(dir, 0o700))
				small := d.small(dir, temp)
				mount(t, small)
				if small == dir {
					mount(t, filepath.Join(dir, blobsName))
				}
				t.Setenv("TMPDIR", temp)
				s.full(t, dir, d.look, func() (free func()) { return fill(t, small, leave) })
			})
		}
	}
}

// full runs the actions over a folder whose disk is full, and again when there is room.
func (s *seed) full(t *testing.T, dir string, look int, fill func() (free func())) {
	write(t, dir, s.files)
	h, err := openHouse(dir, nowhere, s.known.Now)
	must(t, err)
	u := newUser(h, s.known)
	free := fill()
	h.now.Advance(2 * time.Minute) // that a session is in use should be noted
	what := u.everything(t)
	u.reads(t, look)
	if look == 200 {
		what.also = tally{"dossier.listed": 1, "document.read": 1}
	}
	free()
	h.now.Advance(10 * time.Minute) // until the job is tried again
	for n, a := range actions {
		if what.outcomes[n] == acknowledged {
			continue
		}
		if what.outcomes[n] = outcomeOf(strconv.Itoa(a.do(u))); what.outcomes[n] != acknowledged {
			t.Errorf("%s: once there is room it is %s", a.name, what.outcomes[n])
		}
	}
	must(t, h.close())
	s.inspect(t, dir, what)
}

// everything does all actions, of which each is done or clearly refused.
func (u *user) everything(t *testing.T) (what tried) {
	t.Helper()
	for _, a := range actions {
		end := outcomeOf(strconv.Itoa(a.do(u)))
		if end == unknown && a.name != "scan" { // a job answers nobody
			t.Errorf("%s: nobody can tell what was done", a.name)
		}
		what.actions, what.outcomes = append(what.actions, a.name), append(what.outcomes, end)
	}
	t.Logf("%v: %v", what.actions, what.outcomes)
	return what
}

// reads asserts that a client reads, and that an employee's looks get the answer.
func (u *user) reads(t *testing.T, look int) {
	t.Helper()
	if status := u.client.get("/dossiers"); status != 200 {
		t.Errorf("the client's list is answered with %d", status)
	}
	for _, page := range []string{"/dossiers", "/dossiers/" + u.Talk + "/documents/" + u.Document} {
		if status := u.staff.get(page); status != look {
			t.Errorf("%s is answered with %d to an employee, want %d", page, status, look)
		}
	}
}
