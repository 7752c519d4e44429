// Package inspect looks into a file before a scanner does: whether it would burst when it is
// unpacked, leads out of its folder, or has parts that act by themselves. It reads a bounded part of
// the file at a time, and believes no size that the file tells of itself.
package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Treatment is what an office does with files that have some part.
type Treatment string

// The treatments; the zero one is Flag.
const (
	Flag   Treatment = "flag"   // staff are told
	Refuse Treatment = "refuse" // the file is not taken
	Allow  Treatment = "allow"  // nothing
)

// Treatments are all of them, in the order of a page.
var Treatments = []Treatment{Flag, Refuse, Allow}

// Rules are an office's own.
type Rules struct {
	Macros   Treatment // programs in Office documents
	External Treatment // parts of Office documents that are fetched from elsewhere
}

// Why a file is refused; each has a text "refusal.…".
const (
	Bomb     = "bomb"     // it unpacks to far more than it is
	Nested   = "nested"   // archives in archives in archives
	Paths    = "paths"    // names that lead out of the folder it is unpacked in
	Forged   = "forged"   // it tells untruths about itself
	Entities = "entities" // XML that defines entities, which can burst and fetch
	Pixels   = "pixels"   // an image too large to decode
	Macros   = "macros"   // by the office's own rules, as External
	External = "external"
)

// What staff are told of; each has a text "flag.…". Macros and External may be flags too.
const (
	Script      = "script"      // a PDF with JavaScript
	Launch      = "launch"      // a PDF that starts a program
	Files       = "files"       // files inside a document
	Action      = "action"      // a PDF that acts when it is opened
	Programs    = "programs"    // an archive with programs or scripts
	Encrypted   = "encrypted"   // nobody can look inside without its password
	Uninspected = "uninspected" // not all of it could be looked at
)

// Report is what an inspection comes to.
type Report struct {
	Refusal string   // "" when the file may come in
	Flags   []string // sorted
}

// look is one inspection: what it has noticed, and how much of its bounds is used up.
type look struct {
	ctx      context.Context
	rules    Rules
	flags    map[string]bool
	unpacked int64 // bytes that archives in this file came to until now
	most     int64 // what they may come to
	parsed   int64 // bytes of XML that were read element by element
}

// refused ends an inspection.
type refused string

func (r refused) Error() string { return "refused: " + string(r) }

// File inspects a file of a media type that package filetype knows. An error means that it could
// not be read; what is wrong with the file is in the report.
func File(ctx context.Context, f io.ReaderAt, size int64, mediaType string, rules Rules) (Report, error) {
	l := &look{ctx: ctx, rules: rules, flags: map[string]bool{}, most: mostUnpacked(size)}
	err := l.file(&source{ctx: ctx, r: f}, size, mediaType)
	why, no := errors.AsType[refused](err)
	if err != nil && !no {
		return Report{}, fmt.Errorf("inspect: %w", err)
	}
	return Report{string(why), slices.Sorted(maps.Keys(l.flags))}, nil
}

func (l *look) file(f *source, size int64, mediaType string) error {
	var err error
	switch {
	case mediaType == "application/zip", strings.HasPrefix(mediaType, "application/vnd.openxmlformats-"), strings.HasPrefix(mediaType, "application/vnd.oasis."):
		err = l.archive(f, size, 1)
	case mediaType == "application/pdf":
		err = l.pdf(io.NewSectionReader(f, 0, size))
	case strings.HasPrefix(mediaType, "image/hei"):
		err = l.heic(io.NewSectionReader(f, 0, size))
	case strings.HasPrefix(mediaType, "image/"):
		err = l.image(io.NewSectionReader(f, 0, size))
	case mediaType == "application/xml":
		err = l.xml(io.NewSectionReader(f, 0, size))
	case mediaType == "application/msword", mediaType == "application/vnd.ms-excel", mediaType == "application/vnd.ms-powerpoint", mediaType == "application/rtf":
		err = l.oldOffice(io.NewSectionReader(f, 0, size))
	}
	if f.err != nil { // whatever a parser made of it, the file could not be read
		return f.err
	}
	return err
}

// note keeps a flag.
func (l *look) note(flag string) { l.flags[flag] = true }

// treat does what the office's rules say of a part.
func (l *look) treat(t Treatment, what string) error {
	switch t {
	case Refuse:
		return refused(what)
	case Allow:
		return nil
	}
	l.note(what)
	return nil
}

// source is the file. It keeps the first error of reading, so that a disk that fails does not pass
// for a broken file.
type source struct {
	ctx context.Context
	r   io.ReaderAt
	err error
}

var errOutside = errors.New("before the start of the file")

// ReadAt implements io.ReaderAt.
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	if at < 0 { // as a file says that tells untruths about itself
		return 0, errOutside
	}
	n, err := s.r.ReadAt(p, at)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
