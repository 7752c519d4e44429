package note

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes the notes of a dossier that is destroyed. It is dossier.Dossiers' hook.
func (*Notes) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	_, err := tx.Exec(ctx, `delete from note where tenant_id = $1 and dossier_id = $2`, s.Tenant(), dossier)
	return err
}
