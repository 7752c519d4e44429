package trace_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"voordeur/internal/storm/trace"
)

// envFolder has the test's own program write in a folder instead of testing.
const envFolder = "VOORDEUR_TEST_TRACE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envFolder); dir != "" {
		fmt.Println(work(dir))
		return
	}
	os.Exit(m.Run())
}

// work changes a folder by every kind of call, and reads there, which is none.
func work(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	if err := root.Mkdir("sub", 0o700); err != nil {
		return err
	}
	f, err := root.Create("a")
	if err != nil {
		return err
	}
	_, first := f.WriteString("one ")
	_, second := f.WriteString("two")
	_, third := f.WriteAt([]byte("T"), 4)
	err = errors.Join(first, second, third, f.Sync(), f.Truncate(6), f.Close(), root.Rename("a", "sub/b"))
	if _, missing := root.ReadFile("sub/b"); missing != nil {
		err = errors.Join(err, missing)
	}
	sub, opened := root.Open("sub")
	if opened != nil {
		return errors.Join(err, opened)
	}
	return errors.Join(err, root.Link("sub/b", "c"), root.Remove("sub/b"), sub.Sync(), sub.Close())
}

func traced(t *testing.T, decide func(trace.Call) trace.Verdict) (trace.Trace, string) {
	t.Helper()
	dir := t.TempDir()
	seen, err := trace.Run(trace.Program{Path: os.Args[0], Args: os.Args[:1], Env: []string{envFolder + "=" + dir}, Folder: dir}, decide)
	if errors.Is(err, trace.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return seen, dir
}

func pass(trace.Call) trace.Verdict { return trace.Pass }

func TestEveryCallIsSeenAsItIs(t *testing.T) {
	seen, _ := traced(t, pass)
	if seen.Killed || seen.Exit != 0 || seen.Output != "<nil>\n" {
		t.Errorf("it ends with %d, killed %t: %s%s", seen.Exit, seen.Killed, seen.Output, seen.Errors)
	}
	want := []string{
		"mkdir sub", "create a", "write 4 bytes at 0 of a", "write 3 bytes at 4 of a", "write 1 bytes at 4 of a", "sync a", "truncate a",
		"rename a to sub/b", "link sub/b to c", "remove sub/b", "sync sub", "answer stdout",
	}
	var got []string
	moment := 0
	for n, c := range seen.Calls {
		got = append(got, strings.TrimPrefix(c.String(), fmt.Sprintf("call %d: ", n+1)))
		if c.Start != moment+1 || c.End != moment+2 || !c.Done(c.End) || c.Done(c.Start) {
			t.Errorf("%v lasts from %d to %d", c, c.Start, c.End)
		}
		moment = c.End
	}
	if !slices.Equal(got, want) || moment != seen.Last {
		t.Errorf("until moment %d of %d there were %q", moment, seen.Last, got)
	}
	if data := string(seen.Calls[3].Data); data != "two" || !seen.Calls[1].Fresh || seen.Calls[6].Size != 6 || seen.Calls[5].Folder || !seen.Calls[10].Folder {
		t.Errorf("what was written is %q", data)
	}
}

func TestACallCanFailOrBePassedOverOrBeTheLast(t *testing.T) {
	for n, want := range map[int]string{1: "", 3: "create a", 8: "truncate a"} {
		seen, dir := traced(t, func(c trace.Call) trace.Verdict {
			if c.N == n {
				return trace.Kill
			}
			return trace.Pass
		})
		if !seen.Killed || len(seen.Calls) != n || seen.Calls[n-1].End != 0 {
			t.Errorf("to be killed at call %d it made %d", n, len(seen.Calls))
		}
		if _, err := os.Stat(filepath.Join(dir, "a")); (err == nil) != (want != "") {
			t.Errorf("killed at call %d: %v", n, err)
		}
	}
	seen, _ := traced(t, func(c trace.Call) trace.Verdict {
		switch c.Kind {
		case trace.Sync:
			return trace.Fail(syscall.EIO)
		case trace.Truncate:
			return trace.Swallow
		}
		return trace.Pass
	})
	if !strings.Contains(seen.Output, "input/output error") || seen.Calls[5].Errno != syscall.EIO {
		t.Errorf("a sync that fails: %s", seen.Output)
	}
	if slices.ContainsFunc(seen.Calls, func(c trace.Call) bool { return c.Kind == trace.Truncate }) || strings.Contains(seen.Output, "truncate") {
		t.Errorf("what was passed over is told: %s", seen.Output)
	}
}

// Each tracer sees to its own program alone.
func TestTwoProgramsAreTracedAtOnce(t *testing.T) {
	traced(t, pass) // skips
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			dir, err := os.MkdirTemp(t.TempDir(), "")
			if err != nil {
				t.Error(err)
				return
			}
			seen, err := trace.Run(trace.Program{Path: os.Args[0], Args: os.Args[:1], Env: []string{envFolder + "=" + dir}, Folder: dir}, pass)
			if err != nil || len(seen.Calls) != 12 {
				t.Errorf("%d calls, %v", len(seen.Calls), err)
			}
		})
	}
	both.Wait()
}
