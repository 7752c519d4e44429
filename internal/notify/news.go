package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"voordeur/internal/db"
)

// Change is something that happened in a dossier, of which a reader is to be mailed (ADR 33). Object is the thing to which
// it happened, "" for the dossier itself.
type Change struct {
	Reader
	Event, Dossier, Object string
	At                     db.Time
}

// Await keeps a change until its reader is mailed of it.
func Await(ctx context.Context, tx *db.Tx, tenantID string, c Change) error {
	_, err := tx.Exec(ctx, `insert into news (tenant_id, id, account_id, client_id, mandate_id, event, dossier_id, object_id, at) values ($1, $2, $3, nullif($4, ''), nullif($5, ''), $6, $7, $8, $9)`,
		tenantID, tx.NewID(), c.Account, c.Client, c.Mandate, c.Event, c.Dossier, c.Object, tx.Now())
	if err != nil {
		return fmt.Errorf("notify: await: %w", err)
	}
	return nil
}

// Oldest returns since when an account waits to be mailed of something; nothing waits as NotFound.
func Oldest(ctx context.Context, tx *db.Tx, tenantID, account string) (db.Time, error) {
	return db.One(ctx, tx, db.Value[db.Time], `select at from news where tenant_id = $1 and account_id = $2 order by at, id limit 1`, tenantID, account)
}

// Awaited returns what an account waits to be mailed of, oldest first, and keeps it no longer.
func Awaited(ctx context.Context, tx *db.Tx, tenantID, account string) ([]Change, error) {
	list, err := db.All(ctx, tx, func(scan db.Scan) (Change, error) {
		var c Change
		err := scan(&c.Account, &c.Client, &c.Mandate, &c.Event, &c.Dossier, &c.Object, &c.At)
		return c, err
	}, `delete from news where tenant_id = $1 and account_id = $2 returning account_id, coalesce(client_id, ''), coalesce(mandate_id, ''), event, dossier_id, object_id, at`, tenantID, account)
	slices.SortFunc(list, func(a, b Change) int {
		return cmp.Or(a.At.Compare(b.At.Time), strings.Compare(a.Event, b.Event), strings.Compare(a.Object, b.Object))
	})
	return list, err
}
