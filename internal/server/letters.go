package server

import (
	"context"
	"errors"
	"time"

	"voordeur/internal/letter"
)

// wipeEvery is how often letters are wiped that were printed, and ended that are too old.
const wipeEvery = time.Minute

// WipeLetters wipes in every tenant what no letter needs any more.
func (a *App) WipeLetters(ctx context.Context) error {
	ids, err := a.Tenants.IDs(ctx)
	for _, id := range ids {
		err = errors.Join(err, letter.Wipe(ctx, a.DB, id))
	}
	return err
}

func (a *App) wipeLetters(ctx context.Context) {
	tick := time.NewTicker(wipeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.WipeLetters(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error("letters", "err", err)
			}
		}
	}
}
