// Package disk tells how much room there is where files are kept, and writes small ones for good.
package disk

import (
	"fmt"
	"syscall"
)

// Room is the space of a file system in bytes.
type Room struct {
	Free  uint64 // for this program: what is reserved for root does not count
	Total uint64
}

// At returns the room of the file system that a folder or file is on.
func At(path string) (Room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return Room{}, fmt.Errorf("disk: room at %s: %w", path, err)
	}
	block := uint64(s.Bsize) // #nosec G115 -- the size of a block is never negative
	return Room{Free: s.Bavail * block, Total: s.Blocks * block}, nil
}
