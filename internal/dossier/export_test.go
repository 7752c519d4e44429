package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/scan"
)

// MoveTo is move for tests of this package.
func (ds *Dossiers) MoveTo(ctx context.Context, tx *db.Tx, s access.Scope, doc Document, state string) error {
	return ds.move(ctx, tx, s, doc, outcome{state: state})
}

// After is the state that follows a verdict, and whether somebody looked.
func After(v scan.Verdict) (state string, scanned bool) {
	to := after(v)
	return to.state, to.scanned
}
