package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
)

// Step is a step of the progress list (N19).
type Step struct {
	ID, Title string
	DoneAt    *db.Time
}

// Progress returns a dossier's steps in order; the caller has loaded the dossier for his actor.
func (ds *Dossiers) Progress(ctx context.Context, s access.Scope, d Dossier) ([]Step, error) {
	return db.All(ctx, ds.db, func(scan db.Scan) (Step, error) {
		var st Step
		err := scan(&st.ID, &st.Title, &st.DoneAt)
		return st, err
	}, `select id, title, done_at from progress_step where tenant_id = $1 and dossier_id = $2 order by position`, s.Tenant(), d.ID)
}

func addSteps(ctx context.Context, tx *db.Tx, tenantID, dossier string, titles []string) error {
	for n, title := range titles {
		_, err := tx.Exec(ctx, `insert into progress_step (tenant_id, id, dossier_id, position, title) values ($1, $2, $3, $4, $5)`,
			tenantID, tx.NewID(), dossier, n, title)
		if err != nil {
			return err
		}
	}
	return nil
}

// Tick marks a step done or not done (N19). What is so already stays.
func (ds *Dossiers) Tick(ctx context.Context, a access.Staff, dossier, step string, done bool) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := ForWork(ctx, tx, a, dossier); err != nil {
			return err
		}
		var at *db.Time
		if done {
			now := tx.Now()
			at = &now
		}
		was, err := db.One(ctx, tx, db.Value[bool], `select done_at is not null from progress_step where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), dossier, step)
		if err != nil || was == done {
			return err
		}
		if _, err := tx.Exec(ctx, `update progress_step set done_at = $4 where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), dossier, step, at); err != nil {
			return err
		}
		if err := Touch(ctx, tx, s.Tenant(), dossier); err != nil {
			return err
		}
		event := "progress.undone"
		if done {
			event = "progress.done"
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: dossier, Objects: []audit.Object{{Kind: "step", ID: step}}})
	})
}
