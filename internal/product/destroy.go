package product

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes the application of a dossier that is destroyed. It is dossier.Dossiers' hook.
func (*Products) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	return tx.ExecAll(ctx, []any{s.Tenant(), dossier},
		`delete from application_page where tenant_id = $1 and application_id in (select id from application where tenant_id = $1 and dossier_id = $2)`,
		`delete from application where tenant_id = $1 and dossier_id = $2`,
	)
}
