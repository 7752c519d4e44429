package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// MAC authenticates a seal with a key that is not in the database.
type MAC func(parts ...string) []byte

// sealBatch is how many entries one seal takes at most.
const sealBatch = 1000

type record struct {
	id, event, actorKind, actor, role, means, origin, dossier, client, objects, detail string
	at                                                                                 db.Time
	salt, commitment                                                                   []byte // the latter of an erased record only
	seq                                                                                *int64
}

const recordColumns = `select id, at, event, actor_kind, actor_id, actor_role, means, origin, dossier_id, client_id, objects, detail, salt, commitment, seq from journal `

func scanRecord(scan db.Scan) (record, error) {
	var r record
	err := scan(&r.id, &r.at, &r.event, &r.actorKind, &r.actor, &r.role, &r.means, &r.origin, &r.dossier, &r.client, &r.objects, &r.detail, &r.salt, &r.commitment, &r.seq)
	return r, err
}

// leaf returns the canonical bytes of a record. Who it is about stands in it only as a commitment, so
// that a record can be erased and the log still be verified (security.md 5.4).
func (r record) leaf(tenant string) []byte {
	at, _ := r.at.Value()
	return canonical(tenant, r.id, at.(string), r.event, r.actorKind, r.role, r.means, string(r.personal()))
}

// personal returns the commitment to what is personal in a record.
func (r record) personal() []byte {
	if r.commitment != nil {
		return r.commitment
	}
	h := hmac.New(sha256.New, r.salt)
	h.Write(canonical(r.actor, r.origin, r.dossier, r.client, r.objects, r.detail))
	return h.Sum(nil)
}

// erased reports whether a record that has a commitment has nothing else left.
func (r record) erased() bool {
	return len(r.salt) == 0 && r.actor+r.origin+r.dossier+r.client == "" && r.objects == "null" && r.detail == "null"
}

// canonical writes every field with its length before it.
func canonical(fields ...string) []byte {
	var b bytes.Buffer
	for _, f := range fields {
		b.Write(binary.AppendUvarint(nil, uint64(len(f))))
		b.WriteString(f)
	}
	return b.Bytes()
}

// Seal numbers a tenant's entries that have no number yet and adds them to its Merkle log, with
// one authenticated root over everything so far. It returns how many it sealed.
func Seal(ctx context.Context, d *db.DB, tenant string, mac MAC) (int, error) {
	sealed := 0
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sealed = 0
		records, err := db.All(ctx, tx, scanRecord, recordColumns+`where tenant_id = $1 and seq is null order by at, id limit $2`, tenant, sealBatch)
		if err != nil || len(records) == 0 {
			return err
		}
		size, err := sealedSize(ctx, tx, tenant)
		if err != nil {
			return err
		}
		for i, r := range records {
			if err := appendLeaf(ctx, tx, tenant, size+int64(i), r); err != nil {
				return err
			}
		}
		size += int64(len(records))
		root, err := tlog.TreeHash(size, stored(ctx, tx, tenant))
		if err != nil {
			return err
		}
		sealed = len(records)
		_, err = tx.Exec(ctx, `insert into journal_seal (tenant_id, size, root, mac, at) values ($1, $2, $3, $4, $5)`,
			tenant, size, root[:], sealMAC(mac, tenant, size, root[:]), tx.Now())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("audit: seal: %w", err)
	}
	return sealed, nil
}

func sealedSize(ctx context.Context, r db.Reader, tenant string) (int64, error) {
	var size int64
	err := r.QueryRow(ctx, `select size from journal_seal where tenant_id = $1 order by size desc limit 1`, tenant).Scan(&size)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return size, err
}

func appendLeaf(ctx context.Context, tx *db.Tx, tenant string, seq int64, r record) error {
	if _, err := tx.Exec(ctx, `update journal set seq = $3 where tenant_id = $1 and id = $2`, tenant, r.id, seq); err != nil {
		return err
	}
	hashes, err := tlog.StoredHashes(seq, r.leaf(tenant), stored(ctx, tx, tenant))
	if err != nil {
		return err
	}
	at := tlog.StoredHashIndex(0, seq)
	for i, h := range hashes {
		if _, err := tx.Exec(ctx, `insert into journal_hash (tenant_id, position, hash) values ($1, $2, $3)`, tenant, at+int64(i), h[:]); err != nil {
			return err
		}
	}
	return nil
}

func stored(ctx context.Context, r db.Reader, tenant string) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			var b []byte
			if err := r.QueryRow(ctx, `select hash from journal_hash where tenant_id = $1 and position = $2`, tenant, at).Scan(&b); err != nil {
				return nil, err
			}
			if len(b) != tlog.HashSize {
				return nil, errors.New("audit: a stored hash has a wrong length")
			}
			copy(out[i][:], b)
		}
		return out, nil
	}
}
