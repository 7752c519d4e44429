package storm

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/storm/trace"
)

// outcome is what whoever asked for an action knows of its end.
type outcome string

const (
	acknowledged outcome = "acknowledged"
	refused      outcome = "refused"
	unknown      outcome = "unknown"
)

// outcomeOf tells what an answer means. Of one that says that something went wrong inside nobody
// knows what was done, nor when none came.
func outcomeOf(status string) outcome {
	switch status {
	case "200", "303":
		return acknowledged
	case "503", "507":
		return refused
	case "", "500":
		return unknown
	}
	return outcome("answered with " + status)
}

// odd reports whether the answer is one that no fault excuses.
func (o outcome) odd() bool { return o != acknowledged && o != refused && o != unknown }

// tried is what became of actions, by their order.
type tried struct {
	actions  []string
	outcomes []outcome
	also     tally // what else was asked for, and done
}

// triedBy reads the answers that a process gave before a moment.
func triedBy(names []string, calls []trace.Call, moment int) tried {
	said := ""
	for _, c := range calls {
		if c.Kind == trace.Answer && c.Done(moment) {
			said += string(c.Data)
		}
	}
	t, lines := tried{actions: names}, strings.Fields(said)
	for n := range names {
		status := ""
		if n < len(lines) {
			status = lines[n]
		}
		t.outcomes = append(t.outcomes, outcomeOf(status))
	}
	return t
}

// ledger returns what the users know.
func (tr tried) ledger() *ledger {
	l := &ledger{files: map[string]fate{}, messages: map[string]fate{}}
	for n, name := range tr.actions {
		a, done := actionOf(name), tr.outcomes[n] == acknowledged
		if a.file != "" {
			l.files[a.file] = fate{done, sha256.Sum256(paperOf(a.file))}
		}
		if a.adds["messages"] > 0 {
			l.messages["storm-"+name] = fate{acknowledged: done}
		}
	}
	return l
}

// possible returns what may have been added: all of what was acknowledged, nothing of what was
// refused, and of the rest all or nothing.
func (tr tried) possible() []tally {
	list := []tally{tally{}.plus(tr.also)}
	for n, name := range tr.actions {
		var with []tally
		for _, sum := range list {
			with = append(with, sum.plus(actionOf(name).adds))
		}
		switch tr.outcomes[n] {
		case acknowledged:
			list = with
		case unknown:
			list = append(list, with...)
		}
	}
	return list
}

// jury collects what a test would fail of.
type jury struct {
	testing.TB
	mu    sync.Mutex
	found []string
}

func (j *jury) Error(args ...any)                 { j.add(fmt.Sprint(args...)) }
func (j *jury) Errorf(format string, args ...any) { j.add(fmt.Sprintf(format, args...)) }
func (j *jury) Fatal(args ...any)                 { j.add(fmt.Sprint(args...)); runtime.Goexit() }
func (j *jury) Fatalf(format string, args ...any) { j.Fatal(fmt.Sprintf(format, args...)) }
func (j *jury) Log(...any)                        {}
func (j *jury) Logf(string, ...any)               {}

func (j *jury) add(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.found = append(j.found, what)
}

// wrong returns what f finds wrong.
func wrong(t testing.TB, f func(t testing.TB)) []string {
	j, ended := &jury{TB: t}, make(chan struct{})
	go func() {
		defer close(ended)
		f(j)
	}()
	<-ended
	return j.found
}

// inMemory runs f with a folder that is gone afterwards.
func inMemory(t testing.TB, f func(dir string)) {
	t.Helper()
	dir, err := os.MkdirTemp(ram(), "voordeur-storm-*")
	must(t, err)
	defer func() { must(t, os.RemoveAll(dir)) }()
	f(dir)
}

// inspect asserts all invariants over what a fault has left of the seed.
func (s *seed) inspect(t testing.TB, dir string, what tried) {
	t.Helper()
	w := openAt(t, dir, nowhere, s.known.Now)
	defer w.close()
	if i := slices.IndexFunc(what.outcomes, outcome.odd); i >= 0 {
		t.Errorf("%s is %s", what.actions[i], what.outcomes[i])
	}
	w.check(what.ledger(), s.head)
	if added, may := w.tally().since(s.tally), what.possible(); !slices.ContainsFunc(may, func(n tally) bool { return maps.Equal(n, added) }) {
		t.Errorf("%v %v: there are %v more", what.actions, what.outcomes, added)
	}
	before := w.tally()
	if status, added := newUser(w.house, s.known).upload(), w.tally().since(before); outcomeOf(strconv.Itoa(status)) != acknowledged || added["documents"] != 1 {
		t.Errorf("new work is answered with %d, and there are %v more", status, added)
	}
	w.collect()
}

// strike has the actions done, with the verdict's faults, and returns what is wrong afterwards.
func (s *seed) strike(t testing.TB, o order, decide func(trace.Call) trace.Verdict) (seen trace.Trace, found []string) {
	t.Helper()
	inMemory(t, func(dir string) {
		write(t, dir, s.files)
		o.Dir, o.Known = dir, s.known
		var err error
		seen, err = trace.Run(o.subject(t), decide)
		if err != nil {
			found = []string{err.Error()}
			return
		}
		found = wrong(t, func(t testing.TB) {
			if strings.Contains(seen.Errors, "panic:") || strings.Contains(seen.Errors, "fatal error:") {
				t.Errorf("the program breaks: %s", seen.Errors)
			}
			s.look(t, dir, triedBy(o.Actions, seen.Calls, seen.Last))
		})
	})
	return seen, found
}
