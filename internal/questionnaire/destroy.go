package questionnaire

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Destroy removes the questionnaires of a dossier that is destroyed. It is dossier.Dossiers' hook.
func (*Questionnaires) Destroy(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error {
	return tx.ExecAll(ctx, []any{s.Tenant(), dossier},
		`delete from questionnaire_page where tenant_id = $1 and questionnaire_id in (select id from questionnaire where tenant_id = $1 and dossier_id = $2)`,
		`delete from questionnaire where tenant_id = $1 and dossier_id = $2`,
	)
}
