package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"voordeur/internal/world"
)

// seed fills a tenant with made-up dossiers, to measure with.
func seed(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("seed", out)
	dossiers := flags.Int("dossiers", 1000, "how many dossiers to make")
	tenantID := flags.String("tenant", "", "id of the tenant to fill")
	force := flags.Bool("force", false, "also when the tenant has dossiers of its own; they stay as they are")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	if *tenantID == "" {
		return errors.New("seed: --tenant is missing")
	}
	h, closeAll, err := house(ctx, c)
	if err != nil {
		return err
	}
	b := world.Builder{DB: h.DB, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Approvals: h.Approvals, Mandates: h.Mandates}
	err = b.Seed(ctx, *tenantID, *dossiers, *force)
	if errors.Is(err, world.ErrInUse) {
		err = fmt.Errorf("%w: made-up ones among them cannot be taken out again; --force does it all the same", err)
	}
	if err == nil {
		_, err = fmt.Fprintf(out, "%d dossiers in %s\n", *dossiers, *tenantID)
	}
	return errors.Join(err, closeAll())
}
