package message

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/notify"
)

// ListAsClient returns what List returns for the client's account of a preview: what is unread is
// unread for him. Nothing becomes read.
func (ms *Messages) ListAsClient(ctx context.Context, a access.Staff, p dossier.Preview) ([]Message, error) {
	return db.All(ctx, ms.db, scanMessage, selectMessage+clientSees+newestFirst, a.Scope().Tenant(), p.Account, p.Dossier.ID, p.Party.ID)
}

// stands is identity.Stands of a message to a client, which nobody takes back.
func (ms *Messages) stands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	return dossier.Reads(ctx, tx, tenantID, c, access.SeeMessages)
}
