package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// StatusInUse reports whether a dossier of the tenant has the status.
func StatusInUse(ctx context.Context, r db.Reader, s access.Scope, status string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select exists (select 1 from dossier_list where tenant_id = $1 and viewer = 'all' and status = $2)`, s.Tenant(), status)
}
