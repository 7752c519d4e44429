package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/identity"
)

// memoryDisk is a folder where waiting for the disk costs nothing.
const memoryDisk = "/dev/shm"

// copied starts the program over a copy of the small installation, to be written in.
func (r *run) copied(ctx context.Context, dialect db.Dialect, dir string) (*stage, error) {
	of, err := r.data.seeded(ctx, dialect, r.Few)
	if err != nil {
		return nil, err
	}
	in, err := r.data.copied(ctx, dialect, r.Few, dir)
	if err != nil {
		return nil, err
	}
	if err := told(ctx, in); err != nil {
		return nil, err
	}
	return r.open(ctx, in, of)
}

// told lets every client get a mail of each message, as the goal counts one.
func told(ctx context.Context, in installation) error {
	h, closeAll, err := house(ctx, in)
	if err != nil {
		return err
	}
	err = h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update account set notify = $1 where face = 'portal'`, identity.GroupMessages+" "+identity.GroupDocuments)
		return err
	})
	return errors.Join(err, closeAll())
}

// writes measures P8: messages with an attachment, and looks.
func (r *run) writes(ctx context.Context, dialect db.Dialect) error {
	if err := r.looks(ctx, dialect); err != nil {
		return err
	}
	if dialect == db.Postgres {
		return r.messages(ctx, dialect, r.work, "on disk", 500)
	}
	if err := r.messages(ctx, dialect, r.work, "on disk", 0); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(memoryDisk, "voordeur-bench-*")
	if err != nil {
		return err
	}
	// The goal is that of a database that does not wait for the disk at each commit. The program has
	// no such setting, so the disk is one for which nobody waits.
	return errors.Join(r.messages(ctx, dialect, dir, "disk that costs nothing", 1500), os.RemoveAll(dir))
}

// messages sends as many messages as the slices take of time, each with a file that was uploaded
// before, and counts only what was acknowledged.
func (r *run) messages(ctx context.Context, dialect db.Dialect, dir, on string, goal float64) error {
	s, err := r.copied(ctx, dialect, filepath.Join(dir, "messages"))
	if err != nil {
		return err
	}
	defer s.stop()
	n := max(r.Conns, int(400*r.Slice.Seconds())*r.Rounds)
	ids := make([]string, n)
	if err := r.each(n, func(i int) (err error) {
		ids[i], _, err = s.admin.upload(ctx, seedDossier(i%r.Few), "bijlage.txt", "", 4000)
		return err
	}); err != nil {
		return err
	}
	before, err := s.cpu()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := r.each(n, func(i int) error {
		return s.admin.send(ctx, seedDossier(i%r.Few), ids[i])
	}); err != nil {
		return err
	}
	took := time.Since(start)
	after, err := s.cpu()
	if err != nil {
		return err
	}
	r.report.Add(Row{
		ID: "P8", Name: "messages with attachment, " + on, Database: string(dialect), Unit: "/s", Ours: float64(n) / took.Seconds(), Goal: goal,
		CPU: (after - before).Seconds() * 1000 / float64(n),
	})
	return nil
}

// send sends a message with a file that waits for it.
func (p *person) send(ctx context.Context, dossier, upload string) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{{"once", upload}, {"subject", "De akte"}, {"body", strings.Repeat("Hierbij ontvangt u de akte. ", 20)}, {"upload", upload}} {
		_ = w.WriteField(field[0], field[1]) // a buffer takes everything
	}
	_ = w.Close()
	res, err := p.do(ctx, http.MethodPost, dossier+"/messages/new", map[string]string{"Content-Type": w.FormDataContentType()}, &b)
	if err != nil {
		return err
	}
	err = drain(res)
	if err == nil && res.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("bench: a message is answered with %s", res.Status)
	}
	return err
}

// each does something n times, over as many connections as there are.
func (r *run) each(n int, do func(i int) error) error {
	var next atomic.Int64
	failed := make(chan error, r.Conns)
	var all sync.WaitGroup
	for range r.Conns {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed // nil when nothing failed
}

// nothing is a list that is empty: dossiers of a status that there is not.
const nothing = "/dossiers?status=nergens"

// looks measures how many looks are durable in a second, by a list that has nothing else to show.
func (r *run) looks(ctx context.Context, dialect db.Dialect) error {
	s, err := r.copied(ctx, dialect, filepath.Join(r.work, "looks"))
	if err != nil {
		return err
	}
	defer s.stop()
	c := r.Config
	c.Conns *= 4
	found, err := interleave(ctx, c, []target{s.admin.asks("looks", nothing)})
	if err != nil {
		return err
	}
	w := pageRow("P8", "durable looks, pages of nothing else", dialect, found["looks"])
	w.Goal = 2000
	r.report.Add(w)
	return nil
}
