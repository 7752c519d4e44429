package audit

import (
	"context"
	"crypto/hmac"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"voordeur/internal/db"
)

// verifyBatch is how many records Verify holds in memory at a time.
const verifyBatch = 2000

// Report is what Verify found in one tenant's journal.
type Report struct {
	Sealed   int64  // entries under the newest seal
	Unsealed int64  // entries still waiting for one
	Wrong    string // the first wrong record in words, "" when all is well
	Root     []byte // of the log under the newest seal, nil before the first
}

// Verify recomputes a tenant's journal from its records and compares it with the stored hashes and
// with every seal. It names the first record that is missing or differs. Records stream by in
// batches; of the log it keeps only what the next hashes are made of. While the program seals, r must
// be one moment of the database, or what is sealed meanwhile looks wrong.
//
// Heads that were kept elsewhere earlier must still be part of the log: without one, newest records
// that were removed together with their seals leave no trace.
func Verify(ctx context.Context, r db.Reader, tenant string, mac MAC, earlier ...Head) (Report, error) {
	rep, err := verify(ctx, r, tenant, mac, earlier)
	if err != nil {
		return rep, fmt.Errorf("audit: verify: %w", err)
	}
	return rep, nil
}

func verify(ctx context.Context, d db.Reader, tenant string, mac MAC, earlier []Head) (Report, error) {
	var rep Report
	size, err := sealedSize(ctx, d, tenant)
	if err != nil {
		return rep, err
	}
	rep.Sealed = size
	if err := d.QueryRow(ctx, `select count(*) from journal where tenant_id = $1 and seq is null`, tenant).Scan(&rep.Unsealed); err != nil {
		return rep, err
	}
	roots, err := seals(ctx, d, tenant, mac)
	if err != nil {
		return rep, err
	}
	rep.Root = roots[size].root
	if rep.Wrong = expect(roots, size, earlier); rep.Wrong != "" {
		return rep, nil
	}
	v := verifier{db: d, tenant: tenant, size: size, frontier: map[int64]tlog.Hash{}, roots: roots}
	for v.next < size && rep.Wrong == "" {
		if rep.Wrong, err = v.batch(ctx); err != nil {
			return rep, err
		}
	}
	if rep.Wrong != "" {
		return rep, nil
	}
	var extra int64
	err = d.QueryRow(ctx, `select count(*) from journal where tenant_id = $1 and seq >= $2`, tenant, size).Scan(&extra)
	if err == nil && extra > 0 {
		rep.Wrong = fmt.Sprintf("%d records have a number but no seal: a seal was removed", extra)
	}
	return rep, err
}

// expect adds the roots that were kept elsewhere to those that the log is compared with.
func expect(roots map[int64]seal, size int64, earlier []Head) string {
	for _, h := range earlier {
		switch had, ok := roots[h.Sealed]; {
		case h.Sealed == 0:
		case h.Sealed > size:
			return fmt.Sprintf("%d records were sealed before, and %d are now: the newest were removed", h.Sealed, size)
		case ok && string(had.root) != string(h.Root):
			return fmt.Sprintf("the seal over the first %d records is another one than before", h.Sealed)
		case !ok:
			roots[h.Sealed] = seal{root: h.Root, ok: true}
		}
	}
	return ""
}

// verifier walks the log from its first record to its newest seal.
type verifier struct {
	db     db.Reader
	tenant string
	size   int64
	next   int64 // number of the record to verify next
	// frontier holds the roots of the complete subtrees left of next, by their stored position.
	frontier map[int64]tlog.Hash
	roots    map[int64]seal
}

// batch verifies the next records and says what is wrong with the first that is.
func (v *verifier) batch(ctx context.Context) (string, error) {
	from, to := v.next, min(v.size, v.next+verifyBatch)
	records, err := db.All(ctx, v.db, scanRecord, recordColumns+`where tenant_id = $1 and seq >= $2 and seq < $3 order by seq`, v.tenant, from, to)
	if err != nil {
		return "", err
	}
	first, end := tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to)
	kept := make(map[int64][]byte, end-first)
	_, err = db.All(ctx, v.db, func(scan db.Scan) (struct{}, error) {
		var at int64
		var hash []byte
		err := scan(&at, &hash)
		kept[at] = hash
		return struct{}{}, err
	}, `select position, hash from journal_hash where tenant_id = $1 and position >= $2 and position < $3`, v.tenant, first, end)
	if err != nil {
		return "", err
	}
	for i := range to - from {
		if i >= int64(len(records)) || records[i].seq == nil || *records[i].seq != from+i {
			return fmt.Sprintf("record %d is missing", from+i), nil
		}
		if wrong, err := v.record(records[i], kept); err != nil || wrong != "" {
			return wrong, err
		}
	}
	return "", nil
}

// record recomputes the hashes that the next record added and compares them with what is stored.
func (v *verifier) record(r record, kept map[int64][]byte) (string, error) {
	if r.commitment != nil && !r.erased() { // its values would not be looked at
		return fmt.Sprintf("record %d (%s, %s) was changed", v.next, r.id, r.event), nil
	}
	added, err := tlog.StoredHashes(v.next, r.leaf(v.tenant), v.read())
	if err != nil {
		return "", err
	}
	at := tlog.StoredHashIndex(0, v.next)
	for i, h := range added {
		if string(kept[at+int64(i)]) != string(h[:]) {
			return fmt.Sprintf("record %d (%s, %s) was changed", v.next, r.id, r.event), nil
		}
		v.frontier[at+int64(i)] = h
	}
	v.next++
	// The last added hash is the root of a subtree; what it was made of is not needed again.
	for level := range len(added) - 1 {
		right := v.next>>level - 1
		delete(v.frontier, tlog.StoredHashIndex(level, right))
		delete(v.frontier, tlog.StoredHashIndex(level, right-1))
	}
	if s, ok := v.roots[v.next]; ok {
		return s.compare(v.next, v.read()), nil
	}
	return "", nil
}

func (v *verifier) read() tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			h, ok := v.frontier[at]
			if !ok {
				return nil, fmt.Errorf("hash %d is not at hand", at)
			}
			out[i] = h
		}
		return out, nil
	}
}

type seal struct {
	root []byte
	ok   bool
}

func (s seal) compare(size int64, read tlog.HashReader) string {
	root, err := tlog.TreeHash(size, read)
	if err != nil || !s.ok || string(root[:]) != string(s.root) {
		return fmt.Sprintf("the seal over the first %d records does not fit", size)
	}
	return ""
}

func seals(ctx context.Context, d db.Reader, tenant string, mac MAC) (map[int64]seal, error) {
	bySize := map[int64]seal{}
	_, err := db.All(ctx, d, func(scan db.Scan) (struct{}, error) {
		var s seal
		var size int64
		var sum []byte
		err := scan(&size, &s.root, &sum)
		s.ok = genuine(mac, tenant, size, s.root, sum)
		bySize[size] = s
		return struct{}{}, err
	}, `select size, root, mac from journal_seal where tenant_id = $1`, tenant)
	return bySize, err
}

// genuine reports whether a seal was made with the key that is not in the database.
func genuine(mac MAC, tenant string, size int64, root, sum []byte) bool {
	return hmac.Equal(sum, sealMAC(mac, tenant, size, root))
}

func sealMAC(mac MAC, tenant string, size int64, root []byte) []byte {
	return mac("seal", tenant, fmt.Sprint(size), string(root))
}
