package heic

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"voordeur/internal/picture"
)

const (
	// maxPixels is what a telephone makes at most, and some more: 48 megapixels.
	maxPixels = 64_000_000
	// maxHead is how much of a photo is looked at for the size of its images, which stands before them.
	maxHead = 1 << 20
	// atOnce is how many photos are turned at once.
	atOnce = 2
	// memory is a folder whose files are in memory alone.
	memory = "/dev/shm"
	// limiter is the program of util-linux that bounds another one.
	limiter = "prlimit"
)

// bounds are what a decoder may take before it is stopped: memory, seconds of work, bytes of a file. A photo that needs
// more is broken, or made to do harm.
var bounds = []string{"--as=1500000000", "--cpu=60", "--fsize=200000000", "--core=0", "--"}

// Service turns photos of whoever connects, by a program of libheif.
type Service struct {
	Tool string // heif-convert
	Log  *slog.Logger
}

// Check returns what the machine lacks to turn photos.
func (s Service) Check() error {
	for _, program := range []string{s.Tool, limiter} {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	_, err := os.Stat(memory)
	return err
}

// Serve turns photos until ctx is done.
func (s Service) Serve(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	var g errgroup.Group
	g.SetLimit(atOnce)
	for {
		conn, err := l.Accept()
		if err != nil {
			_ = g.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		g.Go(func() error {
			s.answer(ctx, conn)
			return nil
		})
	}
}

// answer turns one photo. Where the fault is not the photo's it hangs up without a word, and the photo is brought again.
func (s Service) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer time.AfterFunc(answerTime, func() { _ = conn.Close() }).Stop()
	data, err := s.turn(ctx, conn)
	word := fine
	switch {
	case errors.Is(err, picture.ErrBroken):
		word = broken
	case errors.Is(err, picture.ErrTooLarge):
		word = large
	case err != nil:
		s.Log.Warn("a photo was not turned", "err", err)
		return
	}
	if _, err := io.WriteString(conn, word); err == nil {
		_, _ = conn.Write(data)
	}
}

func (s Service) turn(ctx context.Context, photo io.Reader) (data []byte, err error) {
	dir, err := os.MkdirTemp(memory, "photo-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in, out := filepath.Join(dir, "in.heic"), filepath.Join(dir, "out.jpg")
	if err := take(in, photo); err != nil {
		return nil, err
	}
	// #nosec G204 -- the program that the operator named, on files that have our own names
	run := exec.CommandContext(ctx, limiter, slices.Concat(bounds, []string{s.Tool, "-q", "92", in, out})...)
	run.Env, run.Dir = []string{"PATH=" + os.Getenv("PATH")}, dir
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := run.Run(); err != nil {
		if _, ended := errors.AsType[*exec.ExitError](err); ended && ctx.Err() == nil {
			return nil, picture.ErrBroken
		}
		return nil, errors.Join(err, ctx.Err())
	}
	// Of several images in one file each comes by itself, the one to show first.
	data, err = os.ReadFile(out) // #nosec G304 -- our own name
	if errors.Is(err, fs.ErrNotExist) {
		data, err = os.ReadFile(filepath.Join(dir, "out-1.jpg")) // #nosec G304 -- our own name
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, picture.ErrBroken
	}
	if err != nil {
		return nil, err
	}
	return picture.Fit(data, maxPixels)
}

// take writes the photo, unless it says itself that it is too large.
func take(name string, photo io.Reader) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- our own name
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(photo, maxBytes+1))
	if err != nil {
		return err
	}
	head, err := io.ReadAll(io.NewSectionReader(f, 0, maxHead))
	if err != nil {
		return err
	}
	pixels, found := Largest(head)
	switch {
	case n > maxBytes || pixels > maxPixels:
		return picture.ErrTooLarge
	case !found:
		return picture.ErrBroken
	}
	return f.Close()
}
