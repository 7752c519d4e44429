// Package scan asks whether a file carries malware. A file is neither shown nor announced before
// its verdict is in.
package scan

import (
	"context"
	"io"
)

// State is the outcome of a scan, as rows store it.
type State string

// The states.
const (
	Clean       State = "clean"
	Found       State = "found"       // the scanner knows what is in it
	Unscannable State = "unscannable" // the scanner can never look at all of it: the file is too large
	Unscanned   State = "unscanned"   // no scanner is configured
)

// Verdict is what a scanner says of a file.
type Verdict struct {
	State  State
	Reason string // in the scanner's words, for staff; only when Found or Unscannable
}

// Released reports whether the file may be shown: it is clean, or the operator chose to have no
// scanner. The zero Verdict is not released.
func (v Verdict) Released() bool { return v.State == Clean || v.State == Unscanned }

// Scanner scans one file at a time per call; several goroutines may call it at once.
type Scanner interface {
	// Scan reads the plain bytes of a file from r, as far as it needs them. An error means that
	// there is no verdict now, be it because of the scanner or of r: the file stays hidden and is
	// scanned again later.
	Scan(ctx context.Context, r io.Reader) (Verdict, error)
}

// Off is the scanner of an installation that has none. Its verdict says so, so that a file that
// nobody looked at never passes for a clean one.
type Off struct{}

// Scan returns Unscanned without reading r.
func (Off) Scan(context.Context, io.Reader) (Verdict, error) {
	return Verdict{State: Unscanned}, nil
}
