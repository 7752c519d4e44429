package world

import (
	"fmt"
	"slices"
	"sync"

	"voordeur/internal/db"
)

// IDs gives the objects of a fixture small numbers per tenant and kind, so that two tenants have
// the same identifiers, and a client, an account and a dossier of one tenant share one as well: a
// statement that forgets to ask for the tenant, or compares the wrong column, then finds a wrong
// row instead of none. What the running program makes afterwards gets random ones.
type IDs struct {
	mu    sync.Mutex
	queue []string
	last  map[string]int
	place func(kind string, n int) int
}

// New is what db.WithIDs asks for.
func (s *IDs) New() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return db.RandomID()
	}
	kind := s.queue[0]
	s.queue = s.queue[1:]
	s.last[kind]++
	return FixtureID(s.place(kind, s.last[kind]))
}

// FixtureID is the identifier with a number, as long as a random one.
func FixtureID(n int) string { return fmt.Sprintf("%026d", n) }

// begin starts a tenant: place says which number the n-th object of a kind gets.
func (s *IDs) begin(place func(kind string, n int) int) {
	if s == nil {
		return
	}
	if place == nil {
		place = func(_ string, n int) int { return n }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.last, s.place = nil, map[string]int{}, place
}

// expect says of which kinds the next objects are.
func (s *IDs) expect(kinds ...string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = kinds
}

// dossier says that the next objects are the dossier of a story and the steps of its progress list.
// A dossier has the place of its story among those of the office, whenever it was opened.
func (s *IDs) dossier(o office, st story) {
	if s == nil {
		return
	}
	steps := 0
	for _, p := range o.progress {
		if p.ID == st.template {
			steps = len(p.Steps)
		}
	}
	s.expect(append([]string{"dossier"}, slices.Repeat([]string{"step"}, steps)...)...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last["dossier"] = slices.Index(o.numbers(), st.number)
}
