package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/server"
)

func verify(ctx context.Context, args []string, out io.Writer) error {
	h, closeAll, err := opened(ctx, flagSet("verify", out), args, out)
	if err != nil {
		return helped(err)
	}
	return errors.Join(verifyAll(ctx, h, out), closeAll())
}

func verifyAll(ctx context.Context, h *server.House, out io.Writer) error {
	ids, err := h.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	wrong := 0
	for _, id := range ids {
		rep, err := audit.Verify(ctx, h.DB, id, server.JournalMAC(h.Keys))
		if err == nil {
			err = audit.Verified(ctx, h.DB, authn.System(id, "verify"), rep)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d sealed, %d waiting", id, rep.Sealed, rep.Unsealed)
		if rep.Wrong != "" {
			wrong++
			fmt.Fprintf(out, ": WRONG: %s", rep.Wrong)
		}
		fmt.Fprintln(out)
	}
	if wrong > 0 {
		return fmt.Errorf("the journal of %d tenants is not as it was sealed", wrong)
	}
	return nil
}
