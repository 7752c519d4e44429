package notify

import (
	"context"
	"fmt"

	"voordeur/internal/db"
)

// Destroy removes every mark, notice and mail to come of a dossier that is destroyed.
func Destroy(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	_, err := tx.Exec(ctx, `delete from unread where tenant_id = $1 and dossier_id = $2`, tenantID, dossier)
	if err == nil {
		_, err = tx.Exec(ctx, `delete from notice where tenant_id = $1 and dossier_id = $2`, tenantID, dossier)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `delete from news where tenant_id = $1 and dossier_id = $2`, tenantID, dossier)
	}
	if err != nil {
		return fmt.Errorf("notify: destroy: %w", err)
	}
	return nil
}
