package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/backup"
	"voordeur/internal/db"
	"voordeur/internal/server"
)

func verify(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("verify", out)
	against := flags.String("against", "", "file with what an earlier run printed, kept elsewhere: what was sealed then must still be there")
	documents := flags.Bool("documents", false, "also read every document, as stored and decrypted, and compare it with its row")
	h, closeAll, err := opened(ctx, flags, args, out)
	if err != nil {
		return helped(err)
	}
	earlier, err := heads(*against)
	if err != nil {
		return errors.Join(err, closeAll())
	}
	err = verifyAll(ctx, h, earlier, out)
	if *documents {
		err = errors.Join(err, verifyDocuments(ctx, h, out))
	}
	return errors.Join(err, closeAll())
}

// headLine is what verify prints of a journal.
var headLine = regexp.MustCompile(`(?m)^(\S+): (\d+) sealed, \d+ waiting, root (\S+)`)

// heads reads what an earlier run printed, by tenant.
func heads(file string) (map[string][]audit.Head, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file) // #nosec G304 -- the file that the operator named
	if err != nil {
		return nil, err
	}
	by := map[string][]audit.Head{}
	for _, m := range headLine.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		root, err := base64.StdEncoding.DecodeString(m[3])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		by[m[1]] = append(by[m[1]], audit.Head{Sealed: n, Root: root})
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("%s has no line as verify prints them", file)
	}
	return by, nil
}

func verifyAll(ctx context.Context, h *server.House, earlier map[string][]audit.Head, out io.Writer) error {
	ids, err := h.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	wrong := 0
	for _, id := range ids {
		rep, err := verifyJournal(ctx, h, id, earlier[id])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d sealed, %d waiting, root %s", id, rep.Sealed, rep.Unsealed, base64.StdEncoding.EncodeToString(rep.Root))
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
func verifyJournal(ctx context.Context, h *server.House, id string, earlier []audit.Head) (rep audit.Report, err error) {
	err = h.DB.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
		rep, err = audit.Verify(ctx, s, id, server.JournalMAC(h.Keys), earlier...)
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
