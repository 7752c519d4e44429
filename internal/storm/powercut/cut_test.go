package powercut_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/storm/powercut"
	"voordeur/internal/storm/trace"
)

// did is a program that made its calls one after the other: the n-th lasts from moment 2n-1 to 2n.
func did(calls ...trace.Call) trace.Trace {
	for n := range calls {
		calls[n].N, calls[n].Start, calls[n].End = n+1, 2*n+1, 2*n+2
	}
	return trace.Trace{Calls: calls, Last: 2 * len(calls)}
}

func create(name string) trace.Call { return trace.Call{Kind: trace.Create, Path: name, Fresh: true} }
func sync(name string) trace.Call   { return trace.Call{Kind: trace.Sync, Path: name} }
func write(name, data string, at int64) trace.Call {
	return trace.Call{Kind: trace.Write, Path: name, Data: []byte(data), Offset: at}
}

// left tells what a cut leaves, as "name=content", the folders as "name/".
func left(t *testing.T, seen trace.Trace, moment int, mode string) string {
	t.Helper()
	h, err := powercut.Of(powercut.Files{"old": []byte("abcdef"), "d": nil}, seen)
	if err != nil {
		t.Fatal(err)
	}
	m := powercut.Modes[slices.IndexFunc(powercut.Modes, func(m powercut.Mode) bool { return m.Name == mode })]
	f, _ := h.Cut(moment, m, rand.New(rand.NewPCG(1, 2)))
	var list []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if f[name] == nil {
			list = append(list, name+"/")
		} else {
			list = append(list, fmt.Sprintf("%s=%q", name, f[name]))
		}
	}
	return strings.Join(list, " ")
}

func TestOnlyWhatWasSyncedIsSure(t *testing.T) {
	seen := did(create("new"), write("new", "xyz", 0), sync("new"), sync("."), write("old", "B", 1))
	for _, c := range []struct {
		moment     int
		mode, want string
	}{
		{8, "nothing", `d/ new="xyz" old="abcdef"`},
		{7, "nothing", `d/ old="abcdef"`}, // the sync of the folder has not ended
		{7, "names alone", `d/ new="xyz" old="abcdef"`},
		{5, "names alone", `d/ new="" old="abcdef"`}, // nor that of the file
		{5, "names, and zeros for data", `d/ new="\x00\x00\x00" old="abcdef"`},
		{5, "data alone", `d/ old="abcdef"`},
		{5, "everything", `d/ new="xyz" old="abcdef"`},
		{8, "everything", `d/ new="xyz" old="abcdef"`},
		{9, "everything", `d/ new="xyz" old="aBcdef"`}, // the call has begun
		{10, "nothing", `d/ new="xyz" old="abcdef"`},
		{10, "names, and zeros for data", `d/ new="xyz" old="abcdef"`}, // its place was there
		{0, "everything", `d/ old="abcdef"`},
	} {
		if got := left(t, seen, c.moment, c.mode); got != c.want {
			t.Errorf("cut at %d, %s: %s, want %s", c.moment, c.mode, got, c.want)
		}
	}
}

// A write that lasts while a sync begins is not covered by it.
func TestASyncCoversWhatEndedBefore(t *testing.T) {
	seen := did(write("old", "ABC", 0), sync("old"))
	seen.Calls[0].End = 3
	seen.Calls[1].Start = 2
	if got := left(t, seen, 4, "nothing"); got != `d/ old="abcdef"` {
		t.Error(got)
	}
}

func TestARenameIsSafeInEachFolderByItself(t *testing.T) {
	across := did(trace.Call{Kind: trace.Rename, Path: "old", To: "d/new"}, sync("."))
	for mode, want := range map[string]string{"nothing": `d/`, "everything": `d/ d/new="abcdef"`} {
		if got := left(t, across, 4, mode); got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
	within := did(trace.Call{Kind: trace.Rename, Path: "old", To: "new"})
	if got := left(t, within, 2, "nothing"); got != `d/ old="abcdef"` {
		t.Error(got)
	}
	second := did(trace.Call{Kind: trace.Link, Path: "old", To: "new"}, trace.Call{Kind: trace.Remove, Path: "old"}, write("new", "A", 0), sync("new"))
	for mode, want := range map[string]string{"nothing": `d/ old="Abcdef"`, "everything": `d/ new="Abcdef"`} {
		if got := left(t, second, 8, mode); got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
	below := did(trace.Call{Kind: trace.Mkdir, Path: "e"}, create("e/f"), sync("e"))
	if got := left(t, below, 6, "nothing"); got != `d/ old="abcdef"` { // nobody finds what is in it
		t.Error(got)
	}
}

// What a failed sync should have made safe is gone, whatever is synced later.
func TestAFailedSyncLosesItsWrites(t *testing.T) {
	seen := did(write("old", "A", 0), sync("old"), write("old", "B", 1), sync("old"))
	seen.Calls[1].Errno = syscall.EIO
	for _, mode := range []string{"nothing", "everything"} {
		if got := left(t, seen, 8, mode); got != `d/ old="aBcdef"` {
			t.Errorf("%s: %s", mode, got)
		}
	}
}

func TestDataIsTornBySectors(t *testing.T) {
	long := strings.Repeat("x", 4*512)
	seen := did(create("new"), write("new", long, 0), sync("."))
	h, err := powercut.Of(powercut.Files{}, seen)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for n := range uint64(50) {
		f, _ := h.Cut(6, powercut.Modes[5], rand.New(rand.NewPCG(n, 0)))
		b := string(f["new"])
		for at := 0; at < len(b); at += 512 {
			if s := strings.Trim(b[at:at+512], b[at:at+1]); s != "" {
				t.Fatalf("the sector at %d is torn itself", at)
			}
		}
		kinds[b] = true
	}
	if len(kinds) != 16 {
		t.Errorf("four sectors are torn in %d ways", len(kinds))
	}
}

// Equal keys are equal images, and an unknown file is an error and no guess.
func TestKeysAndUnknownFiles(t *testing.T) {
	h, err := powercut.Of(powercut.Files{"old": []byte("abc")}, did(write("old", "X", 0), sync("old"), sync("."), write("old", "Y", 1)))
	if err != nil {
		t.Fatal(err)
	}
	images := map[string]string{}
	for moment := range h.Last() + 1 {
		for n, m := range powercut.Modes {
			f, key := h.Cut(moment, m, rand.New(rand.NewPCG(uint64(moment), uint64(n)))) // #nosec G115 -- small numbers
			if had, ok := images[key]; ok && had != string(f["old"]) {
				t.Errorf("%s and %s have the key %q", had, f["old"], key)
			}
			images[key] = string(f["old"])
		}
	}
	if len(images) < 4 {
		t.Errorf("only %v", images)
	}
	if _, err := powercut.Of(powercut.Files{}, did(write("old", "X", 0))); err == nil {
		t.Error("a write to a file that nobody made is taken")
	}
}
