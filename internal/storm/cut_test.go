package storm

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"voordeur/internal/storm/powercut"
	"voordeur/internal/storm/trace"
)

// images is how many `make crash` makes at least of all histories together.
const images = 10_000

// all are the names of the actions.
func all() (names []string) {
	for _, a := range actions {
		names = append(names, a.name)
	}
	return names
}

// histories are what a power cut ends: each action alone, and one after the other in one process.
func histories() (list [][]string) {
	for _, name := range all() {
		list = append(list, []string{name})
	}
	return append(list, all())
}

// cut is one power cut.
type cut struct {
	moment int
	mode   powercut.Mode
	round  int // with other luck
}

// cutter makes images of one history and inspects each different one once.
type cutter struct {
	*seed
	history *powercut.History
	seen    trace.Trace
	names   []string
	luck    uint64
	had     sync.Map
	made    atomic.Int64
}

// image inspects what a cut leaves, and returns what is wrong with it.
func (c *cutter) image(t testing.TB, at cut) (found []string) {
	chance := rand.New(rand.NewPCG(c.luck, uint64(at.moment)<<16|uint64(at.round))) // #nosec G115 G404 -- small numbers, no secret
	left, key := c.history.Cut(at.moment, at.mode, chance)
	what := triedBy(c.names, c.seen.Calls, at.moment)
	if _, twice := c.had.LoadOrStore(fmt.Sprint(key, what.outcomes), true); twice {
		return nil
	}
	c.made.Add(1)
	delete(left, dbName+"-shm") // shared memory, which the next start makes anew
	inMemory(t, func(dir string) {
		write(t, dir, left)
		found = wrong(t, func(t testing.TB) { c.look(t, dir, what) })
	})
	for n := range found {
		found[n] = fmt.Sprintf("a power cut at moment %d, %s, that leaves %s: %s", at.moment, c.doing(at.moment), at.mode.Name, found[n])
	}
	return found
}

func (c *cutter) doing(moment int) string {
	for _, call := range c.seen.Calls {
		if moment <= call.End {
			return call.String()
		}
	}
	return "the end"
}

// record traces actions and returns what makes images of them.
func (s *seed) record(t testing.TB, names []string, luck uint64, decide func(trace.Call) trace.Verdict) *cutter {
	t.Helper()
	var c *cutter
	inMemory(t, func(dir string) {
		write(t, dir, s.files)
		seen, err := trace.Run(order{Dir: dir, Known: s.known, Actions: names}.subject(t), decide)
		must(t, err)
		h, err := powercut.Of(s.files, seen)
		must(t, err)
		c = &cutter{seed: s, history: h, seen: seen, names: names, luck: luck}
		c.compare(t, dir)
	})
	return c
}

// compare asserts that the history ends with the folder as it really is. What is in shared memory no
// call tells.
func (c *cutter) compare(t testing.TB, dir string) {
	t.Helper()
	real := read(t, dir)
	replayed := c.history.Seen()
	for _, shared := range []powercut.Files{real, replayed} {
		delete(shared, dbName+"-shm")
	}
	if !maps.EqualFunc(real, replayed, bytes.Equal) {
		for name := range real {
			if !bytes.Equal(real[name], replayed[name]) {
				t.Errorf("%s: %d bytes, replayed %d", name, len(real[name]), len(replayed[name]))
			}
		}
		t.Fatalf("what was seen does not make what is there: %d names, replayed %d", len(real), len(replayed))
	}
}

// cuts are all power cuts of a history.
func (c *cutter) cuts(round int) (list []cut) {
	for _, m := range powercut.Modes {
		for moment := range c.history.Last() + 1 {
			list = append(list, cut{moment, m, round})
		}
	}
	return list
}

// TestPowerCut cuts the power at every moment of every history, and lets the disk keep more or less
// of what was not synced.
func TestPowerCut(t *testing.T) {
	skipUntraceable(t)
	chance := luck(t)
	for _, names := range histories() {
		t.Run(strings.Join(names, " "), func(t *testing.T) { begun(t).record(t, names, chance.Uint64(), calm).cut(t, chance) })
	}
	t.Run("founding", func(t *testing.T) {
		nothing().record(t, []string{founding.name}, chance.Uint64(), calm).cut(t, chance)
	})
}

func (c *cutter) cut(t *testing.T, chance *rand.Rand) {
	list := sample(chance, c.cuts(0), 50)
	for round := 1; long() && round < 10; round++ {
		list = append(list, c.cuts(round)...)
	}
	enough := int64(images / (len(histories()) + 1))
	share(t, list, func(t testing.TB, at cut) {
		if at.round > 0 && c.made.Load() >= enough {
			return
		}
		for _, what := range c.image(t, at) {
			t.Error(what)
		}
	})
	t.Logf("%d calls, %d images", len(c.seen.Calls), c.made.Load())
}

// TestEIOThenPowerCut lets each sync fail, after which its writes are lost for good, and cuts the power
// at moments from then on.
func TestEIOThenPowerCut(t *testing.T) {
	skipUntraceable(t)
	chance := luck(t)
	for _, names := range histories() {
		t.Run(strings.Join(names, " "), func(t *testing.T) { begun(t).loseSyncs(t, names, chance) })
	}
}

func (s *seed) loseSyncs(t *testing.T, names []string, chance *rand.Rand) {
	var syncs []int
	for _, call := range s.record(t, names, 0, calm).seen.Calls {
		if call.Kind == trace.Sync {
			syncs = append(syncs, call.N)
		}
	}
	most, luck := 8, chance.Uint64()
	if long() {
		most = 60
	}
	var made atomic.Int64
	share(t, sample(chance, syncs, 3), func(t testing.TB, n int) {
		c := s.record(t, names, luck, fault{verdict: trace.Fail(syscall.EIO)}.at(n))
		for _, at := range evenly(rand.New(rand.NewPCG(luck, uint64(n))), c.after(n), most) { // #nosec G115 G404 -- a small number, no secret
			for _, what := range c.image(t, at) {
				t.Errorf("EIO of %s, then %s", callAt(c.seen, n), what)
			}
		}
		made.Add(c.made.Load())
	})
	t.Logf("%d syncs, %d images", len(syncs), made.Load())
}

// after are the cuts since a call that keep nothing, or all but what is lost.
func (c *cutter) after(n int) (list []cut) {
	for _, call := range c.seen.Calls {
		if call.N >= n {
			list = append(list, cut{call.End, powercut.Modes[0], 0}, cut{call.End, powercut.All, 0})
		}
	}
	return list
}
