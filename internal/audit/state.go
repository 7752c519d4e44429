package audit

import (
	"context"
	"fmt"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// State is how far a journal is sealed, and what came of the last time it was recomputed.
type State struct {
	Sealed     int64    // entries under the newest seal
	SealedAt   *db.Time // nil before the first seal
	Genuine    bool     // the newest seal bears this installation's own mark
	VerifiedAt *db.Time // nil when it was never recomputed
	Verified   int64    // entries that were recomputed then
	Sound      bool     // all of them were as they had been sealed
}

// Verified notes in the journal what recomputing it found, so that an auditor can see when that was.
func Verified(ctx context.Context, d *db.DB, s access.Scope, rep Report) error {
	e := Entry{Event: "seal.verified", Detail: map[string]string{"sealed": strconv.FormatInt(rep.Sealed, 10)}}
	if rep.Wrong != "" {
		e.Event = "seal.broken"
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return Record(ctx, tx, s, e) })
}

// StateOf returns the state of the tenant's journal. It reads one seal and one entry.
func StateOf(ctx context.Context, r db.Reader, a access.Staff, mac MAC) (State, error) {
	var st State
	tenant := a.Scope().Tenant()
	var at db.Time
	var root, sum []byte
	err := r.QueryRow(ctx, `select size, root, mac, at from journal_seal where tenant_id = $1 order by size desc limit 1`, tenant).Scan(&st.Sealed, &root, &sum, &at)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return st, fmt.Errorf("audit: state: %w", err)
	}
	if err == nil {
		st.SealedAt, st.Genuine = &at, genuine(mac, tenant, st.Sealed, root, sum)
	}
	rows, err := source(ctx, r, Filter{Group: "seal"}, tenant, db.At(epoch), db.At(never), "", "seal.", "", "", "", "")
	if err != nil {
		return st, fmt.Errorf("audit: state: %w", err)
	}
	if len(rows) == 0 {
		return st, nil
	}
	last := rows[0]
	st.VerifiedAt, st.Sound = &last.At, last.Event == "seal.verified"
	if st.Verified, err = strconv.ParseInt(last.Detail["sealed"], 10, 64); err != nil {
		return st, fmt.Errorf("audit: state: %w", err)
	}
	return st, nil
}

// Head is what a copy of a journal is known by: how far it is sealed and the root of that.
type Head struct {
	Sealed int64
	Root   []byte   // nil before the first seal
	Newest *db.Time // of all entries, nil when there are none
}

// HeadOf returns the head of a tenant's journal.
func HeadOf(ctx context.Context, r db.Reader, tenant string) (Head, error) {
	var h Head
	err := r.QueryRow(ctx, `select size, root from journal_seal where tenant_id = $1 order by size desc limit 1`, tenant).Scan(&h.Sealed, &h.Root)
	if err == nil || errs.Is(err, errs.NotFound) {
		err = r.QueryRow(ctx, `select at from journal where tenant_id || '' = $1 order by at desc limit 1`, tenant).Scan(&h.Newest)
	}
	if err != nil && !errs.Is(err, errs.NotFound) {
		return h, fmt.Errorf("audit: head: %w", err)
	}
	return h, nil
}
