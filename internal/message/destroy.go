package message

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes the messages of a dossier that is destroyed. It is dossier.Dossiers' hook.
func (*Messages) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	return tx.ExecAll(ctx, []any{s.Tenant(), dossier},
		`delete from message_read where tenant_id = $1 and message_id in (select id from message where tenant_id = $1 and dossier_id = $2)`,
		`delete from message where tenant_id = $1 and dossier_id = $2`,
	)
}
