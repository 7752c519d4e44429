//go:build mutate

package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/server"
)

// mutant is a statement of the program without one of its conditions.
type mutant struct{ At, Text, Condition, Mutated string }

// verdict is a test that ends at the first thing that is wrong.
type verdict struct {
	testing.TB
	reason string
}

func (v *verdict) Errorf(format string, args ...any) {
	v.reason = fmt.Sprintf(format, args...)
	panic(v)
}

func (v *verdict) Fatalf(format string, args ...any) { v.Errorf(format, args...) }
func (v *verdict) Fatal(args ...any)                 { v.Errorf("%s", fmt.Sprint(args...)) }
func (v *verdict) Cleanup(func())                    {}

// step is a part of the matrix: what one site asks of one route in one phase.
type step struct{ site, probe, phase int }

// TestMutants takes each condition out of each statement in turn and runs the part of the matrix
// that uses the statement. A mutant that nothing notices is a survivor. scripts/mutate builds it
// with a package db in which db.Mutate sees every statement.
func TestMutants(t *testing.T) {
	d := dbtest.SQLite(t, newTicking())
	u := newUniverse(t, d)
	frozen := filepath.Join(t.TempDir(), "frozen.db")
	u.exec(`vacuum into '` + frozen + `'`)
	b, err := os.ReadFile(os.Getenv("VOORDEUR_MUTANTS"))
	must(t, err)
	var list []mutant
	must(t, json.Unmarshal(b, &list))
	used := map[string]map[step]bool{}
	var now step
	db.Mutate = func(q string) string {
		if used[q] == nil {
			used[q] = map[step]bool{}
		}
		used[q][now] = true
		return q
	}
	if reason := u.thaw(t, frozen, nil, &now); reason != "" {
		t.Fatalf("the matrix fails without a mutant: %s", reason)
	}
	killed, unreached := 0, 0
	for _, m := range list {
		if len(used[m.Text]) == 0 {
			unreached++
			t.Logf("NOT ASKED %s: %s\n\t%s", m.At, m.Condition, m.Text)
			continue
		}
		db.Mutate = func(q string) string {
			if q == m.Text {
				return m.Mutated
			}
			return q
		}
		if reason := u.thaw(t, frozen, used[m.Text], &now); reason == "" {
			t.Logf("SURVIVES %s: %s\n\t%s", m.At, m.Condition, m.Text)
		} else {
			killed++
			t.Logf("killed %s: %s: %.150s", m.At, m.Condition, reason)
		}
	}
	t.Logf("%d mutants, %d killed, %d survive, %d not asked by the matrix", len(list), killed, len(list)-killed-unreached, unreached)
}

// thaw runs steps of the matrix, or all, on a fresh copy of the world, and returns what was wrong.
func (u *universe) thaw(t *testing.T, frozen string, steps map[step]bool, now *step) (reason string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.db")
	b, err := os.ReadFile(frozen)
	must(t, err)
	must(t, os.WriteFile(file, b, 0o600))
	d, err := db.Open(context.Background(), file, db.Options{})
	must(t, err)
	v := &verdict{TB: t}
	raw := dbtest.Raw(v, d)
	watch, err := raw.Conn(context.Background())
	must(t, err)
	defer func() {
		if p := recover(); p != nil {
			if p != any(v) {
				panic(p)
			}
			reason = v.reason
		}
		must(t, watch.Close())
		must(t, raw.Close())
		must(t, d.Close())
		must(t, os.Remove(file))
	}()
	parts := u.parts
	parts.DB = d
	house, err := server.Wire(parts)
	must(t, err)
	c := &universe{t: v, parts: parts, house: house, handler: house.Handler(), raw: raw, watch: watch, tables: u.tables, beside: u.beside}
	for i, s := range u.sites {
		again := *s
		again.universe = c
		c.sites[i] = &again
	}
	c.sites[0].other, c.sites[1].other = c.sites[1], c.sites[0]
	c.steps(steps, now)
	return ""
}

// steps runs the matrix in its order.
func (u *universe) steps(only map[step]bool, now *step) {
	for i, s := range u.sites {
		list := s.probes()
		*now = step{i, 0, 3}
		if only == nil || only[*now] {
			s.silence(list)
		}
		for phase, f := range []func(*probe){(*probe).refusals, (*probe).looks, (*probe).changes} {
			for _, last := range []bool{false, true} {
				for n, p := range list {
					*now = step{i, n, phase}
					if p.row.last == last && (only == nil || only[*now]) {
						f(p)
					}
				}
			}
		}
	}
}
