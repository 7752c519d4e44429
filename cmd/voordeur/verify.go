package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/backup"
	"voordeur/internal/db"
	"voordeur/internal/server"
)

func verify(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("verify", out)
	documents := flags.Bool("documents", false, "also read every document, as stored and decrypted, and compare it with its row")
	h, closeAll, err := opened(ctx, flags, args, out)
	if err != nil {
		return helped(err)
	}
	err = verifyAll(ctx, h, out)
	if *documents {
		err = errors.Join(err, verifyDocuments(ctx, h, out))
	}
	return errors.Join(err, closeAll())
}

func verifyAll(ctx context.Context, h *server.House, out io.Writer) error {
	ids, err := h.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	wrong := 0
	for _, id := range ids {
		rep, err := verifyJournal(ctx, h, id)
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

// verifyJournal recomputes one moment of a journal, as the program may be sealing, and notes it.
func verifyJournal(ctx context.Context, h *server.House, id string) (rep audit.Report, err error) {
	err = h.DB.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
		rep, err = audit.Verify(ctx, s, id, server.JournalMAC(h.Keys))
		return err
	})
	if err == nil {
		err = audit.Verified(ctx, h.DB, authn.System(id, "verify"), rep)
	}
	return rep, err
}

func verifyDocuments(ctx context.Context, h *server.House, out io.Writer) error {
	var rep backup.Report
	if err := (backup.House{DB: h.DB, Store: h.Store, Keys: h.Keys}).Documents(ctx, &rep); err != nil {
		return err
	}
	fmt.Fprintf(out, "documents: %d files of %s are as their rows say\n", rep.Files, size(rep.Bytes))
	if wrong(out, rep); !rep.Sound() {
		return fmt.Errorf("%d files are not as their rows say", len(rep.Wrong)+rep.More)
	}
	return nil
}
