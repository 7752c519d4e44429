// Package heictest runs the service of photos in a test.
package heictest

import (
	"context"
	_ "embed"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"

	"voordeur/internal/heic"
)

// Corner is a photo of 64 by 48 that is red at its left upper corner, and Turned the same one stored on its side: the
// file says that it is to be turned a quarter to the left.
var (
	//go:embed corner.heic
	Corner []byte
	//go:embed turned.heic
	Turned []byte
)

// Start runs the service with the real program of libheif for as long as the test lasts.
func Start(t testing.TB) *heic.Converter {
	t.Helper()
	service := heic.Service{Tool: "heif-convert", Log: slog.New(slog.DiscardHandler)}
	if err := service.Check(); err != nil {
		t.Skipf("%v; scripts/install-test-tools installs heif-convert", err)
	}
	dir, err := os.MkdirTemp("", "heic") // the name of a test is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	c, err := heic.New("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
