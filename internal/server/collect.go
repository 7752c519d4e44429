package server

import (
	"context"
	"errors"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/product"
)

const (
	// collectEvery is how often files that nothing uses are looked for.
	collectEvery = 24 * time.Hour
	// orphanAge spares a file whose row is not committed yet; no upload takes that long.
	orphanAge = 24 * time.Hour
	// unsentAge is how long a file waits for the message that it was uploaded for.
	unsentAge = 48 * time.Hour
)

// Collector deletes what was uploaded and never sent, and the files that no row names: a crash
// leaves one when it comes between the bytes and the row.
type Collector struct {
	app      *App
	store    blob.Store
	dossiers *dossier.Dossiers
	products *product.Products
	// uses are the features that keep files. What none of them knows is deleted, so every feature
	// that stores a file stands here.
	uses []func(ctx context.Context, tenantID, key string) (bool, error)
}

// Run collects in every tenant and returns how many uploads and files are gone.
func (c *Collector) Run(ctx context.Context) (uploads, files int, err error) {
	now := c.app.DB.Clock().Now()
	ids, err := c.app.Tenants.IDs(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, id := range ids {
		if _, err := c.products.Expire(ctx, id); err != nil {
			return uploads, files, err
		}
		n, err := c.dossiers.Expire(ctx, id, db.At(now.Add(-unsentAge)))
		uploads += n
		if err != nil {
			return uploads, files, err
		}
		n, err = blob.Collect(ctx, c.store, id, now.Add(-orphanAge), func(ctx context.Context, key string) (bool, error) {
			return c.used(ctx, id, key)
		})
		files += n
		if err != nil {
			return uploads, files, err
		}
	}
	return uploads, files, nil
}

func (c *Collector) used(ctx context.Context, tenantID, key string) (bool, error) {
	for _, uses := range c.uses {
		if used, err := uses(ctx, tenantID, key); used || err != nil {
			return used, err
		}
	}
	return false, nil
}

// Loop collects at once and then every day, until ctx ends.
func (c *Collector) Loop(ctx context.Context) {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	for {
		uploads, files, err := c.Run(ctx)
		switch {
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			c.app.Log.Error("collect", "err", err)
		default:
			c.app.Log.Info("collected", "uploads", uploads, "files", files)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
