package identity

import (
	"context"
	"runtime"
)

// ArgonMemory is what the program hashes with.
const ArgonMemory = argonMemory

// HashWith has passwords hashed with so many KiB, until back is called.
func HashWith(kib uint32) (back func()) {
	was := memory
	memory = kib
	return func() { memory = was }
}

// FillHashing takes every place in a tenant's queue for hashing, until free is called.
func (i *Identity) FillHashing(tenantID string) (free func()) {
	cores, gone := i.TakeCores(tenantID), make(chan struct{})
	ctx, leave := context.WithCancel(context.Background())
	for range hashQueue {
		go func() {
			_, _ = i.hash.Enter(ctx, tenantID) // nobody comes in before all of them leave
			gone <- struct{}{}
		}()
	}
	for i.hash.Load().Waiting < hashQueue {
		runtime.Gosched()
	}
	return func() {
		leave()
		for range hashQueue {
			<-gone
		}
		cores()
	}
}

// TakeCores lets a tenant hash on every core that passwords may have, for ever, until free is called.
func (i *Identity) TakeCores(tenantID string) (free func()) {
	var places []func()
	for range HashCores() {
		leave, err := i.hash.Enter(context.Background(), tenantID)
		if err != nil {
			panic(err)
		}
		places = append(places, leave)
	}
	return func() {
		for _, leave := range places {
			leave()
		}
	}
}
