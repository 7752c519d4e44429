package request

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes what was asked of clients, and what the office said of documents of a dossier that is destroyed. It is dossier.Dossiers' hook.
func (*Requests) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	return tx.ExecAll(ctx, []any{s.Tenant(), dossier},
		`delete from request_document where tenant_id = $1 and item_id in (select id from request_item where tenant_id = $1 and dossier_id = $2)`,
		`delete from request_item where tenant_id = $1 and dossier_id = $2`,
		`delete from request where tenant_id = $1 and dossier_id = $2`,
		`delete from required_document where tenant_id = $1 and dossier_id = $2`,
	)
}
