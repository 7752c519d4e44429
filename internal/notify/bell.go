package notify

import (
	"slices"
	"sync"

	"voordeur/internal/db"
)

// maxEars is in how many windows one account hears of its notices at once.
const maxEars = 6

type ear struct{ tenant, account string }

// bells are who listens, in this process, for a change of what an account was told. What happens in another process is
// not heard: whoever listens looks now and then.
var bells = struct {
	sync.Mutex
	of map[ear][]chan struct{}
}{of: map[ear][]chan struct{}{}}

// Listen returns a channel on which every commit is heard that changed what an account was told, until deaf is called. It
// reports false when the account listens in too many windows already.
func Listen(tenantID, account string) (rung <-chan struct{}, deaf func(), ok bool) {
	bells.Lock()
	defer bells.Unlock()
	at, ch := ear{tenantID, account}, make(chan struct{}, 1)
	if len(bells.of[at]) >= maxEars {
		return nil, nil, false
	}
	bells.of[at] = append(bells.of[at], ch)
	return ch, func() {
		bells.Lock()
		defer bells.Unlock()
		bells.of[at] = slices.DeleteFunc(bells.of[at], func(c chan struct{}) bool { return c == ch })
		if len(bells.of[at]) == 0 {
			delete(bells.of, at)
		}
	}, true
}

// ring wakes whoever listens for an account, once the transaction has been committed.
func ring(tx *db.Tx, tenantID, account string) {
	tx.AfterCommit(func() {
		bells.Lock()
		defer bells.Unlock()
		for _, ch := range bells.of[ear{tenantID, account}] {
			select {
			case ch <- struct{}{}:
			default: // it has not heard the last one yet
			}
		}
	})
}
