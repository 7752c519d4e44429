package server

import (
	"runtime"
	"time"

	"voordeur/internal/bulkhead"
	"voordeur/internal/identity"
)

// heavy is what bounds each kind of heavy work, by the name that the operator reads. One office that
// searches as much as it can takes a quarter of the cores and leaves the rest to others; images are made
// anew one at a time, because of the memory that takes.
func heavy(ids *identity.Identity) map[string]*bulkhead.Bulkhead {
	cores := runtime.GOMAXPROCS(0)
	return map[string]*bulkhead.Bulkhead{
		"password": ids.Hashing(),
		"search":   bulkhead.New(bulkhead.Limits{Total: cores, Tenant: max(1, cores/2), Queue: 20, Wait: 10 * time.Second, Rest: 1}),
		// A live bell is no work, but a connection and two small questions every two seconds.
		"live":    bulkhead.New(bulkhead.Limits{Total: 2000, Tenant: 1000, Wait: time.Second}),
		"picture": bulkhead.New(bulkhead.Limits{Total: 1, Tenant: 1, Queue: 10, Wait: 10 * time.Second}),
	}
}
