package identity

// FillHashing takes every place in the queue for hashing, until free is called.
func (i *Identity) FillHashing() (free func()) {
	for range hashQueue {
		i.hash.queue <- struct{}{}
	}
	return func() {
		for range hashQueue {
			<-i.hash.queue
		}
	}
}

// TakeCores lets every core hash for ever, until free is called.
func (i *Identity) TakeCores() (free func()) {
	for range cap(i.hash.slots) {
		i.hash.slots <- struct{}{}
	}
	return func() {
		for range cap(i.hash.slots) {
			<-i.hash.slots
		}
	}
}

// InHashing returns how many wait for a hash or make one.
func (i *Identity) InHashing() int { return len(i.hash.queue) }
