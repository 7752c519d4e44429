package approval

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes what clients were asked to approve in a dossier that is destroyed, and what they declared. It is
// dossier.Dossiers' hook.
func (*Approvals) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	_, err := tx.Exec(ctx, `delete from approval where tenant_id = $1 and dossier_id = $2`, s.Tenant(), dossier)
	return err
}
