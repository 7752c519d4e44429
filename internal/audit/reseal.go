package audit

import (
	"context"
	"fmt"

	"voordeur/internal/db"
)

// resealBatch is how many seals Reseal takes in one transaction.
const resealBatch = 5000

type mark struct {
	size      int64
	root, mac []byte
}

// Reseal gives the next seals after a size the mark of another key, and returns the size of the last
// of them, 0 when there are no more. One that bears neither mark is an error: it was not made here,
// and must not look as if it were.
func Reseal(ctx context.Context, tx *db.Tx, tenant string, after int64, from, to MAC) (int64, error) {
	list, err := db.All(ctx, tx, func(scan db.Scan) (mark, error) {
		var s mark
		err := scan(&s.size, &s.root, &s.mac)
		return s, err
	}, `select size, root, mac from journal_seal where tenant_id = $1 and size > $2 order by size limit $3`, tenant, after, resealBatch)
	if err != nil {
		return 0, fmt.Errorf("audit: reseal: %w", err)
	}
	last := int64(0)
	for _, s := range list {
		if last = s.size; genuine(to, tenant, s.size, s.root, s.mac) {
			continue
		}
		if !genuine(from, tenant, s.size, s.root, s.mac) {
			return 0, fmt.Errorf("audit: reseal: the seal over the first %d records of %s was not made with this key", s.size, tenant)
		}
		if _, err := tx.Exec(ctx, `update journal_seal set mac = $3 where tenant_id = $1 and size = $2`, tenant, s.size, sealMAC(to, tenant, s.size, s.root)); err != nil {
			return 0, fmt.Errorf("audit: reseal: %w", err)
		}
	}
	return last, nil
}
