package dossier

import (
	"context"
	"fmt"

	"voordeur/internal/blob"
	"voordeur/internal/db"
)

// filesQuery reads every row that keeps a file, in the order of the key: a refused document has lost
// it. A file that is sent moves
// from one table to another, so it is one statement.
const filesQuery = `select blob_key, size, sha256, blob_size, blob_sum from document where tenant_id = $1 and blob_key > $2 and state <> 'refused'
	union all select blob_key, size, sha256, blob_size, blob_sum from upload where tenant_id = $1 and blob_key > $2
	union all select blob_key, size, sha256, blob_size, blob_sum from upload_part where tenant_id = $1 and blob_key > $2
	order by 1 limit $3`

// filesPage is how many rows are read at a time.
const filesPage = 1000

// EachFile calls fn for all of the tenant's stored files, as Files gives them.
func EachFile(ctx context.Context, r db.Reader, tenantID string, fn func(blob.Stored) error) error {
	for after := ""; ; {
		list, err := Files(ctx, r, tenantID, after, filesPage)
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := fn(f); err != nil {
				return err
			}
		}
		if len(list) < filesPage {
			return nil
		}
		after = list[len(list)-1].Key
	}
}

// Files returns the tenant's stored files in the order of their keys, at most limit after the one
// with the key after: those of documents and of uploads on their way. It is for backups and checks,
// which see all of a tenant and show nothing.
func Files(ctx context.Context, r db.Reader, tenantID, after string, limit int) ([]blob.Stored, error) {
	list, err := db.All(ctx, r, func(scan db.Scan) (blob.Stored, error) {
		var f blob.Stored
		var plain, stored []byte
		err := scan(&f.Key, &f.PlainSize, &plain, &f.StoredSize, &stored)
		copy(f.PlainSHA256[:], plain)
		copy(f.StoredSum[:], stored)
		return f, err
	}, filesQuery, tenantID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("dossier: files: %w", err)
	}
	return list, nil
}
