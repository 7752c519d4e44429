package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"voordeur/internal/storm/trace"
)

// fault is what happens at a call.
type fault struct {
	name    string
	verdict trace.Verdict
	lasting bool // and to all that write after it
}

var faults = []fault{
	{"killed at", trace.Kill, false},
	{"EIO of", trace.Fail(syscall.EIO), false},
	{"ENOSPC of", trace.Fail(syscall.ENOSPC), false},
	{"ENOSPC from", trace.Fail(syscall.ENOSPC), true},
}

// at returns what becomes of each call when the fault comes at one of them.
func (f fault) at(n int) func(trace.Call) trace.Verdict {
	return func(c trace.Call) trace.Verdict {
		if c.N == n || f.lasting && c.N > n && (c.Kind == trace.Write || c.Kind == trace.Create && c.Fresh || c.Kind == trace.Mkdir) {
			return f.verdict
		}
		return trace.Pass
	}
}

func calm(trace.Call) trace.Verdict { return trace.Pass }

// long reports whether `make crash` asks for everything.
func long() bool { return os.Getenv("VOORDEUR_KILLS") != "" }

// luck returns a source of chance whose seed is told, and can be given again.
func luck(t *testing.T) *rand.Rand {
	t.Helper()
	n := rand.Uint64()
	if text := os.Getenv("VOORDEUR_SEED"); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	t.Logf("the same again with VOORDEUR_SEED=%d", n)
	return rand.New(rand.NewPCG(n, 0)) // #nosec G404 -- not a secret
}

// sample takes so many of a list evenly, a third of them when tests are to be short, and all of it
// when they may be long.
func sample[T any](chance *rand.Rand, list []T, most int) []T {
	switch {
	case long():
		return list
	case testing.Short():
		most = most/3 + 1
	}
	return evenly(chance, list, most)
}

// evenly takes so many of a list.
func evenly[T any](chance *rand.Rand, list []T, most int) []T {
	if len(list) <= most {
		return list
	}
	step := float64(len(list)) / float64(most)
	from := chance.Float64() * step
	var some []T
	for n := range most {
		some = append(some, list[int(from+float64(n)*step)])
	}
	return some
}

// share has f done for each of a list by as many at once as there are cores, each as a test of its own.
func share[T any](t *testing.T, list []T, f func(t testing.TB, one T)) {
	queue := make(chan T)
	var work sync.WaitGroup
	for range runtime.NumCPU() {
		work.Go(func() {
			for one := range queue {
				for _, what := range wrong(t, func(t testing.TB) { f(t, one) }) {
					t.Error(what)
				}
			}
		})
	}
	for _, one := range list {
		queue <- one
	}
	close(queue)
	work.Wait()
}

// traced returns what actions do when nobody disturbs them.
func (s *seed) traced(t *testing.T, o order) trace.Trace {
	t.Helper()
	seen, found := s.strike(t, o, calm)
	if len(found) > 0 {
		t.Fatalf("%v undisturbed: %v", o.Actions, found)
	}
	return seen
}

func skipUntraceable(t *testing.T) {
	t.Helper()
	_, err := trace.Run(trace.Program{Path: os.Args[0], Args: []string{os.Args[0], "-test.run=^$"}, Folder: os.TempDir()}, calm)
	if errors.Is(err, trace.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
}

// TestEveryCall disturbs each call by which an action changes the folder, in each way.
func TestEveryCall(t *testing.T) {
	skipUntraceable(t)
	chance := luck(t)
	for _, a := range actions {
		t.Run(a.name, func(t *testing.T) { begun(t).disturb(t, a.name, chance) })
	}
	t.Run("founding", func(t *testing.T) { nothing().disturb(t, founding.name, chance) })
}

func (s *seed) disturb(t *testing.T, name string, chance *rand.Rand) {
	type point struct {
		fault
		n int
	}
	o := order{Actions: []string{name}}
	calm := s.traced(t, o)
	if end := triedBy(o.Actions, calm.Calls, calm.Last).outcomes[0]; end != acknowledged {
		t.Fatalf("undisturbed it is %s: %s", end, calm.Errors)
	}
	var points []point
	for _, f := range faults {
		for n := range calm.Calls {
			points = append(points, point{f, n + 1})
		}
	}
	points = sample(chance, points, 24)
	var mu sync.Mutex
	ends := map[string]int{}
	share(t, points, func(t testing.TB, p point) {
		seen, found := s.strike(t, o, p.at(p.n))
		for _, what := range found {
			t.Errorf("%s %s: %s", p.name, callAt(seen, p.n), what)
		}
		mu.Lock()
		defer mu.Unlock()
		ends[fmt.Sprint(p.name, " ", triedBy(o.Actions, seen.Calls, seen.Last).outcomes[0])]++
	})
	t.Logf("%d calls, %d faults: %v", len(calm.Calls), len(points), ends)
}

func callAt(seen trace.Trace, n int) string {
	for _, c := range seen.Calls {
		if c.N == n {
			return c.String()
		}
	}
	return fmt.Sprintf("call %d, which did not come", n)
}
