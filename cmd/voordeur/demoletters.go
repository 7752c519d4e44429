package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/letter"
	"voordeur/internal/server"
)

// lettersEvery is how often the demo looks for letters that were made.
const lettersEvery = 500 * time.Millisecond

// layOutLetters writes every letter that waits to be printed as a PDF file among the demo's outgoing
// mail: whoever tries the demo has no printer and no post.
func layOutLetters(ctx context.Context, h *server.House, dir string) error {
	ids, err := h.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		t, err := h.Tenants.Get(ctx, id)
		if err != nil {
			return err
		}
		papers, err := letter.Specimens(ctx, h.DB, t, h.Tenants.URL(t, access.Portal))
		if err != nil {
			return err
		}
		for _, p := range papers {
			name := filepath.Join(dir, p.Name+".pdf")
			if _, err := os.Stat(name); err == nil {
				continue
			}
			if err := os.WriteFile(name, p.PDF, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// layOut does so until ctx ends.
func layOut(ctx context.Context, h *server.House, dir string) {
	tick := time.NewTicker(lettersEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := layOutLetters(ctx, h, dir); err != nil && ctx.Err() == nil {
				h.Log.Error("letters", "err", err)
			}
		}
	}
}
