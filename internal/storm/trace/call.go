// Package trace runs a program and sees each of its calls that change a folder, with one count over
// all its threads. Before any of them the program can be killed, or the call can fail or be passed
// over. It is for tests: what it needs of a system it does not have is ErrUnsupported.
package trace

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrUnsupported means that this system lets nobody trace a program in the way that is needed.
var ErrUnsupported = errors.New("trace: this system does not let a test trace a program")

// Kind is what a call does.
type Kind string

// The kinds. Answer is the program's word to whoever waits for it: a write to its standard output.
const (
	Create   Kind = "create" // open a file, which is made when it is not there
	Write    Kind = "write"
	Truncate Kind = "truncate"
	Sync     Kind = "sync"
	Rename   Kind = "rename"
	Link     Kind = "link" // a second name
	Remove   Kind = "remove"
	Mkdir    Kind = "mkdir"
	Answer   Kind = "answer"
)

// Call is one call. Names are relative to the folder, which itself is ".".
type Call struct {
	N      int // its place in the count, from 1
	Kind   Kind
	Path   string
	To     string // the new name, of a Rename or a Link
	Offset int64  // of a Write
	Data   []byte // of a Write or an Answer
	Size   int64  // of a Truncate
	Fresh  bool   // of a Create: the file was not there
	Empty  bool   // of a Create: what is in the file goes
	Folder bool   // of a Sync: it is that of a folder
	// Start and End are moments on one scale for all threads. End is 0 when the program was killed
	// before the call was over.
	Start, End int
	Errno      syscall.Errno
}

// Done reports whether the call was over at a moment and had succeeded.
func (c Call) Done(moment int) bool { return c.End > 0 && c.End <= moment && c.Errno == 0 }

// String tells what the call does, for the message of a test.
func (c Call) String() string {
	switch c.Kind {
	case Rename, Link:
		return fmt.Sprintf("call %d: %s %s to %s", c.N, c.Kind, c.Path, c.To)
	case Write:
		return fmt.Sprintf("call %d: write %d bytes at %d of %s", c.N, len(c.Data), c.Offset, c.Path)
	default:
		return fmt.Sprintf("call %d: %s %s", c.N, c.Kind, c.Path)
	}
}

// Verdict is what becomes of a call: an error number lets it fail with that, unmade.
type Verdict int

// Verdicts beside errors.
const (
	Pass    Verdict = 0  // let it be made
	Kill    Verdict = -1 // kill the program before it is made
	Swallow Verdict = -2 // do not make it, and say that it went well
)

// Fail is the verdict that lets a call fail.
func Fail(errno syscall.Errno) Verdict { return Verdict(errno) }

// Program is what is run.
type Program struct {
	Path   string
	Args   []string // the first is the name of the program
	Env    []string
	Folder string // whose calls are seen; it is there
}

// Trace is what was seen.
type Trace struct {
	Calls  []Call // in the order of their count, without those that were swallowed
	Output string // what the program wrote to its standard output
	Errors string // and to its standard error
	Killed bool
	Exit   int // how it ended, when it was not killed
	Last   int // the last moment
}
