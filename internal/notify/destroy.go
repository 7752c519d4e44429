package notify

import (
	"context"
	"fmt"

	"voordeur/internal/db"
)

// Destroy removes every mark, notice and mail to come of a dossier that is destroyed.
func Destroy(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	err := tx.ExecAll(ctx, []any{tenantID, dossier},
		`delete from unread where tenant_id = $1 and dossier_id = $2`,
		`delete from notice where tenant_id = $1 and dossier_id = $2`,
		`delete from news where tenant_id = $1 and dossier_id = $2`,
	)
	if err != nil {
		return fmt.Errorf("notify: destroy: %w", err)
	}
	return nil
}
