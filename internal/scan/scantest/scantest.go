// Package scantest has a scanner for tests that can be told to misbehave.
package scantest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"voordeur/internal/scan"
)

// Signature is what the scanner refuses, anywhere in a file. It is harmless, and no real scanner
// knows it.
const Signature = "VOORDEUR-TEST-MALWARE"

// Reason is the reason with which Signature is refused.
const Reason = "Voordeur.Test"

// Scanner refuses files that hold Signature; all others are clean. The zero value behaves well.
type Scanner struct {
	mu    sync.Mutex
	fault func(context.Context) error
	scans int
}

// Fail makes every scan from now on end with err.
func (s *Scanner) Fail(err error) { s.set(func(context.Context) error { return err }) }

// Hang makes every scan from now on wait until its context ends.
func (s *Scanner) Hang() {
	s.set(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
}

// Recover ends Fail and Hang for the scans that follow.
func (s *Scanner) Recover() { s.set(nil) }

// Scans returns how many scans were begun.
func (s *Scanner) Scans() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scans
}

func (s *Scanner) set(fault func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Scan implements scan.Scanner.
func (s *Scanner) Scan(ctx context.Context, r io.Reader) (scan.Verdict, error) {
	s.mu.Lock()
	s.scans++
	fault := s.fault
	s.mu.Unlock()
	if fault != nil {
		if err := fault(ctx); err != nil {
			return scan.Verdict{}, fmt.Errorf("scantest: %w", err)
		}
	}
	found, err := contains(ctx, r, []byte(Signature))
	if err != nil {
		return scan.Verdict{}, fmt.Errorf("scantest: %w", err)
	}
	if found {
		return scan.Verdict{State: scan.Found, Reason: Reason}, nil
	}
	return scan.Verdict{State: scan.Clean}, nil
}

// contains keeps the end of what it read before, where a signature may have begun.
func contains(ctx context.Context, r io.Reader, sig []byte) (bool, error) {
	buf, kept := make([]byte, 32<<10), 0
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := r.Read(buf[kept:])
		seen := buf[:kept+n]
		if bytes.Contains(seen, sig) {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(buf, seen[max(0, len(seen)-len(sig)+1):])
	}
}
