package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"voordeur/internal/db"
)

const mb = 1_000_000

// letters is a text of that many megabytes, made as it is read.
type letters struct{ left int64 }

var line = bytes.Repeat([]byte("De koper en de verkoper verklaren het volgende te zijn overeengekomen.\n"), 1000)

func (l *letters) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), l.left)], line)
	l.left -= int64(n)
	return n, nil
}

// seedDossier is the address of the i-th dossier that was made.
func seedDossier(i int) string {
	return "/dossiers/seeddossier" + strconv.Itoa(100_000_000_000_000+i)
}

// upload sends a text in one piece, as the browser's component does, and returns its id and how long
// the bytes took. With a tab it becomes a document there; else it waits for its message.
func (p *person) upload(ctx context.Context, dossier, name, tab string, size int64) (id string, took time.Duration, err error) {
	at, err := p.announce(ctx, dossier, name, tab, size)
	if err != nil {
		return "", 0, err
	}
	start := time.Now()
	err = p.piece(ctx, at, size)
	return filepath.Base(at), time.Since(start), err
}

// announce begins an upload and returns its address.
func (p *person) announce(ctx context.Context, dossier, name, tab string, size int64) (string, error) {
	b64 := base64.StdEncoding.EncodeToString
	res, err := p.do(ctx, http.MethodPost, dossier+"/uploads", map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Length": strconv.FormatInt(size, 10),
		"Upload-Metadata": "filename " + b64([]byte(name)) + ",category " + b64([]byte(tab)),
	}, nil)
	if err != nil {
		return "", err
	}
	err = drain(res)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("bench: an upload to %s is answered with %s", dossier, res.Status)
	}
	return res.Header.Get("Location"), err
}

// piece sends all of an upload.
func (p *person) piece(ctx context.Context, at string, size int64) error {
	res, err := p.do(ctx, http.MethodPatch, at, map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
	}, &letters{size})
	if err != nil {
		return err
	}
	err = drain(res)
	if err == nil && res.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("bench: a piece is answered with %s", res.Status)
	}
	return err
}

// put sends the same to the plain store.
func put(ctx context.Context, addr string, size int64) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+addr+"/", &letters{size})
	if err != nil {
		return 0, err
	}
	start := time.Now()
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, err
	}
	return time.Since(start), res.Body.Close()
}

// drain reads an answer to its end, to nowhere.
func drain(res *http.Response) error {
	_, err := io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

// transfers measures P7: a file in and out again, by turns with a plain store and sendfile.
func (r *run) transfers(ctx context.Context, dialect db.Dialect) error {
	if dialect != db.SQLite { // the bytes pass by the database
		return nil
	}
	s, err := r.copied(ctx, dialect, filepath.Join(r.work, "transfers"))
	if err != nil {
		return err
	}
	defer s.stop()
	size := int64(r.File) * mb
	in, err := r.uploads(ctx, s, size)
	if err != nil {
		return err
	}
	out, err := r.downloads(ctx, s, size)
	if err != nil {
		return err
	}
	speed := func(d time.Duration) float64 { return float64(size) / mb / d.Seconds() }
	r.report.Add(Row{ID: "P7", Name: "upload", Unit: "MB/s", Ours: speed(in.ours), Limit: speed(in.limit), Of: "plain store", Goal: 0.75})
	r.report.Add(Row{ID: "P7", Name: "download", Unit: "MB/s", Ours: speed(out.ours), Limit: speed(out.limit), Of: "sendfile", Goal: 0.55})
	return nil
}

// pair is the middle one of what both took in turn.
type pair struct{ ours, limit time.Duration }

// turns runs both by turns, more often than there are rounds by one: the first time warms up.
func (r *run) turns(ours, limit func() (time.Duration, error)) (pair, error) {
	var a, b []time.Duration
	for n := range r.Rounds + 1 {
		took, err := ours()
		if err != nil {
			return pair{}, err
		}
		plain, err := limit()
		if err != nil {
			return pair{}, err
		}
		if n > 0 {
			a, b = append(a, took), append(b, plain)
		}
	}
	return pair{median(a), median(b)}, nil
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func (r *run) uploads(ctx context.Context, s *stage, size int64) (pair, error) {
	dir := filepath.Join(r.work, "plain")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return pair{}, err
	}
	store, err := limit(r.Config, "store", dir)
	if err != nil {
		return pair{}, err
	}
	defer store.stop()
	return r.turns(func() (time.Duration, error) {
		_, took, err := s.admin.upload(ctx, seedDossier(1), "akte.txt", "document", size)
		if err == nil {
			err = s.rest(ctx) // the file is looked into, which is not the sender's time
		}
		return took, err
	}, func() (time.Duration, error) {
		took, err := put(ctx, store.addr, size)
		return took, errors.Join(err, os.RemoveAll(dir), os.MkdirAll(dir, 0o700))
	})
}

var document = regexp.MustCompile(`href="(/dossiers/[a-z0-9]+/documents/[a-z0-9]+)"`)

func (r *run) downloads(ctx context.Context, s *stage, size int64) (pair, error) {
	page, err := s.admin.get(ctx, seedDossier(1)+"?tab=document")
	if err != nil {
		return pair{}, err
	}
	link := document.FindStringSubmatch(page)
	if link == nil {
		return pair{}, errors.New("the file that was uploaded is not there")
	}
	file := filepath.Join(r.work, "plain.txt")
	f, err := os.Create(file) // #nosec G304 -- in a folder of this run
	if err != nil {
		return pair{}, err
	}
	if _, err := io.Copy(f, &letters{size}); err != nil {
		return pair{}, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return pair{}, err
	}
	plain, err := limit(r.Config, "file", file)
	if err != nil {
		return pair{}, err
	}
	defer plain.stop()
	anybody := &person{on: plain, host: "x", cookies: map[string]string{}}
	timed := func(p *person, path string) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			start := time.Now()
			res, err := p.do(ctx, http.MethodGet, path, nil, nil)
			if err == nil && res.ContentLength != size {
				err = fmt.Errorf("bench: %s answers %s, %d bytes", path, res.Status, res.ContentLength)
			}
			if err != nil {
				return 0, err
			}
			err = drain(res)
			return time.Since(start), err
		}
	}
	return r.turns(timed(s.admin, link[1]), timed(anybody, "/"))
}

// rest waits until the program has nothing to do any more.
func (s *stage) rest(ctx context.Context) error {
	const pause, idle = 250 * time.Millisecond, 30 * time.Millisecond
	for {
		before, err := s.cpu()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		after, err := s.cpu()
		if err != nil || after-before < idle {
			return err
		}
	}
}

// crowd measures P10: how much memory many uploads at once take.
func (r *run) crowd(ctx context.Context, dialect db.Dialect) error {
	if dialect != db.SQLite {
		return nil
	}
	s, err := r.copied(ctx, dialect, filepath.Join(r.work, "crowd"))
	if err != nil {
		return err
	}
	defer s.stop()
	pid := s.cmd.Process.Pid
	if err := forgetPeak(pid); err != nil {
		return err
	}
	var all sync.WaitGroup
	failed, now := make(chan error, r.Uploads), make(chan struct{})
	for n := range r.Uploads {
		at, err := s.admin.announce(ctx, seedDossier(n%r.Few), fmt.Sprintf("akte-%d.txt", n), "document", int64(r.Upload)*mb)
		if err != nil {
			return err
		}
		all.Go(func() {
			<-now
			failed <- s.admin.piece(ctx, at, int64(r.Upload)*mb)
		})
	}
	close(now)
	all.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	peak, err := memoryOf(pid, "VmHWM")
	if err != nil {
		return err
	}
	r.report.Add(Row{ID: "P10", Name: fmt.Sprintf("%d uploads of %d MB at once", r.Uploads, r.Upload), Unit: "MB", Ours: float64(peak) / mb, Goal: 300, Most: true})
	return nil
}
