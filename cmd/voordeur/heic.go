package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"voordeur/internal/heic"
)

// heifConvert is libheif's own program.
const heifConvert = "heif-convert"

// turnPhotos is the service that makes JPEG of photos in HEIC, for the programs of this machine that know its socket.
func turnPhotos(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("heic", flag.ContinueOnError)
	flags.SetOutput(out)
	path := flags.String("socket", "", "`PATH` of the socket to listen on; without it systemd passes one")
	tool := flags.String("tool", heifConvert, "the program of libheif that turns a photo")
	if err := flags.Parse(args); err != nil {
		return helped(err)
	}
	service := heic.Service{Tool: *tool, Log: slog.New(slog.NewJSONHandler(os.Stderr, nil))}
	if err := service.Check(); err != nil {
		return fmt.Errorf("%w; Debian has heif-convert in libheif-examples, and prlimit in util-linux", err)
	}
	l, err := socket(*path)
	if err != nil {
		return err
	}
	return service.Serve(ctx, l)
}

// passed is the number of the first socket that systemd passes (sd_listen_fds).
const passed = 3

func socket(path string) (net.Listener, error) {
	if path != "" {
		return net.Listen("unix", path)
	}
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) || os.Getenv("LISTEN_FDS") != "1" {
		return nil, errors.New("say which --socket: systemd passed none")
	}
	f := os.NewFile(passed, "socket")
	defer f.Close()
	return net.FileListener(f)
}

// maxSocket is how long the path of a socket can be (unix(7)).
const maxSocket = 107

// demoPhotos runs the service in the demo's own folder where the machine has what it needs, and returns who asks it; nil
// elsewhere.
func demoPhotos(ctx context.Context, dir string) (*heic.Converter, error) {
	service := heic.Service{Tool: heifConvert, Log: slog.New(slog.NewJSONHandler(os.Stderr, nil))}
	if service.Check() != nil {
		return nil, nil
	}
	path, err := filepath.Abs(filepath.Join(dir, "heic"))
	if err != nil {
		return nil, err
	}
	if len(path) > maxSocket {
		service.Log.Warn("photos in HEIC are not taken: the name of the folder is too long for a socket in it", "dir", dir)
		return nil, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // of a demo that was ended
		return nil, err
	}
	l, err := socket(path)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := service.Serve(ctx, l); err != nil {
			service.Log.Error("photos are not turned any more", "err", err)
		}
	}()
	return heic.New("unix:" + path)
}
