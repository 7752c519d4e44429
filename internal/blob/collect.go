package blob

import (
	"context"
	"time"
)

// Collect deletes the blobs of a tenant that nothing uses, and returns how many. What was modified
// at or after before stays: its row may not be committed yet. used must answer from one view of
// the database, as a file moves from one row to another.
func Collect(ctx context.Context, s Store, tenant string, before time.Time, used func(ctx context.Context, key string) (bool, error)) (int, error) {
	n := 0
	err := s.List(ctx, tenant, func(key string, modified time.Time) error {
		if !modified.Before(before) {
			return nil
		}
		live, err := used(ctx, key)
		if err != nil || live {
			return err
		}
		if err := s.Delete(ctx, tenant, key); err != nil {
			return err
		}
		n++
		return nil
	})
	return n, err
}
