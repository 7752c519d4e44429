package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/db"
	"voordeur/internal/move"
)

const blobsHelp = `
voordeur blobs move --from A --to B copies the documents from a folder to a bucket or back, and reads
each at B to compare it with its row. It may run while the program serves from A, may be stopped at
any moment, and goes on where it was when it is run again. Then:
  1. stop the program and run it once more: that copies what came meanwhile
  2. set VOORDEUR_BLOBS to B and start the program
  3. when you are content, run it with --remove: it reads each document at B and removes it from A
VOORDEUR_S3_... say how to reach the bucket, whichever of the two it is.
`

// blobs moves documents between a folder and a bucket.
func blobs(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "move" {
		args = args[1:]
	} else if len(args) == 0 || args[0] != "--help" && args[0] != "-h" {
		return errors.New("blobs: say voordeur blobs move; --help tells more")
	}
	flags := flagSet("blobs", out)
	from := flags.String("from", "", "where the documents are: a folder, or s3://BUCKET/PREFIX")
	to := flags.String("to", "", "where they go")
	remove := flags.Bool("remove", false, "remove from --from what is at --to, once nothing is served from there")
	c, err := configured(flags, args, out)
	if err != nil {
		if help := helped(err); help != nil {
			return help
		}
		_, err = fmt.Fprint(out, blobsHelp)
		return err
	}
	if *from == "" || *to == "" || blob.IsS3(*from) == blob.IsS3(*to) {
		return errors.New("blobs move: --from and --to are a folder and a bucket (s3://BUCKET/PREFIX), or a bucket and a folder")
	}
	if *remove && blob.Same(c.Blobs, *from) {
		return fmt.Errorf("blobs move: VOORDEUR_BLOBS is still %s; set it to %s first, so that nothing is served from where documents go away", *from, *to)
	}
	if !blob.IsS3(*from) {
		if _, err := os.Stat(*from); err != nil { // opening would make it
			return fmt.Errorf("blobs move: %w", err)
		}
	}
	return moveDocuments(ctx, c, journey{*from, *to, *remove}, out)
}

// journey is what blobs move was asked.
type journey struct {
	from, to string
	remove   bool
}

// unused refuses a store that a program has open.
func unused(c config.Config, address string) error {
	c.Blobs = address
	if lockless(c) {
		return nil
	}
	release, err := alone(c)
	if err != nil {
		return fmt.Errorf("stop the program that serves from %s: %w", address, err)
	}
	return release()
}

func moveDocuments(ctx context.Context, c config.Config, j journey, out io.Writer) (err error) {
	if j.remove {
		if err := unused(c, j.from); err != nil {
			return err
		}
	}
	from, err := openDocuments(c, j.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := openDocuments(c, j.to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	d, err := db.Open(ctx, c.DB, db.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	m := move.Documents{DB: d, From: from, To: to, Say: func(form string, args ...any) { fmt.Fprintf(out, form+"\n", args...) }}
	if j.remove {
		did, err := m.Remove(ctx)
		fmt.Fprintf(out, "%d documents removed from %s\n", did.Removed, j.from)
		return err
	}
	did, err := m.Copy(ctx)
	fmt.Fprintf(out, "%d documents of %s copied and compared, %d were there already\n", did.Copied, size(did.Bytes), did.There)
	return err
}
