package server

import (
	"context"

	"voordeur/internal/bounce"
	"voordeur/internal/notify"
)

// Bounces takes in reports of mail that did not arrive.
func (a *App) Bounces() bounce.Office { return bounces{a} }

type bounces struct{ app *App }

// Tenants implements bounce.Office.
func (b bounces) Tenants(ctx context.Context) ([]string, error) { return b.app.Tenants.IDs(ctx) }

// Returned implements bounce.Office.
func (b bounces) Returned(ctx context.Context, tenantID, id string, r bounce.Report) error {
	return notify.Returned(ctx, b.app.DB, tenantID, id, r)
}
