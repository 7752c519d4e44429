package scantest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"voordeur/internal/scan"
	"voordeur/internal/scan/scantest"
)

var _ scan.Scanner = (*scantest.Scanner)(nil)

func TestScannerRefusesTheSignatureAnywhere(t *testing.T) {
	var s scantest.Scanner
	far := strings.Repeat("x", 100<<10)
	for text, want := range map[string]scan.State{
		"":                             scan.Clean,
		far:                            scan.Clean,
		scantest.Signature[1:]:         scan.Clean,
		scantest.Signature:             scan.Found,
		far + scantest.Signature + "x": scan.Found,
	} {
		for name, r := range map[string]io.Reader{
			"whole":         strings.NewReader(text),
			"byte by byte":  iotest.OneByteReader(strings.NewReader(text)),
			"data with EOF": iotest.DataErrReader(strings.NewReader(text)),
		} {
			v, err := s.Scan(t.Context(), r)
			if err != nil || v.State != want || v.Released() != (want == scan.Clean) {
				t.Errorf("%d bytes, %s: %+v, %v, want %s", len(text), name, v, err, want)
			}
		}
	}
}

func TestScannerMisbehavesOnRequest(t *testing.T) {
	var s scantest.Scanner
	down := errors.New("down")
	s.Fail(down)
	if v, err := s.Scan(t.Context(), strings.NewReader("akte")); !errors.Is(err, down) || v.Released() {
		t.Errorf("Fail: %+v, %v", v, err)
	}
	s.Hang()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Scan(ctx, strings.NewReader("akte"))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Hang: %v, want context.Canceled", err)
	}
	s.Recover()
	if v, err := s.Scan(t.Context(), strings.NewReader("akte")); err != nil || v.State != scan.Clean {
		t.Errorf("Recover: %+v, %v", v, err)
	}
	if s.Scans() != 3 {
		t.Errorf("Scans = %d, want 3", s.Scans())
	}
}

func TestBrokenFileHasNoVerdict(t *testing.T) {
	var s scantest.Scanner
	v, err := s.Scan(t.Context(), iotest.ErrReader(io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) || v.Released() {
		t.Errorf("%+v, %v, want the error of the file", v, err)
	}
}
