package blob

import (
	"context"
	"time"
)

// abandoner is a Store in which a crash leaves more than blobs, and which has no start at which to
// clear that.
type abandoner interface {
	abandon(ctx context.Context, tenant string, before time.Time) error
}

// Collect deletes the blobs of a tenant that nothing uses, and returns how many. What was modified
// at or after before stays: its row may not be committed yet. used must answer from one view of
// the database, as a file moves from one row to another. What was left half stored before that time
// goes too.
func Collect(ctx context.Context, s Store, tenant string, before time.Time, used func(ctx context.Context, key string) (bool, error)) (int, error) {
	if a, ok := s.(abandoner); ok {
		if err := a.abandon(ctx, tenant, before); err != nil {
			return 0, err
		}
	}
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
