package trace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// What package syscall does not name.
const (
	sysRenameat2 = 316
	atFdCwd      = -100
	longestPath  = 4096
)

// process reads what a stopped program means by the arguments of a call.
type process struct {
	pid    int
	mem    *os.File
	folder string // without symbolic links, as the kernel names it
}

type arguments [6]uint64

// decode returns the call that a thread is about to make. ok is false when it changes nothing below
// the folder.
func (p *process) decode(nr uint64, a arguments) (c Call, ok bool) {
	switch nr {
	case syscall.SYS_WRITE:
		if a[0] == 1 {
			return Call{Kind: Answer, Path: "stdout", Data: p.bytes(a[1], a[2])}, true
		}
		return p.onFile(a[0], func() Call { return Call{Kind: Write, Offset: p.position(a[0]), Data: p.bytes(a[1], a[2])} })
	case syscall.SYS_PWRITE64:
		return p.onFile(a[0], func() Call { return Call{Kind: Write, Offset: int64(a[3]), Data: p.bytes(a[1], a[2])} }) // #nosec G115 -- an offset in a file
	case syscall.SYS_FTRUNCATE:
		return p.onFile(a[0], func() Call { return Call{Kind: Truncate, Size: int64(a[1])} }) // #nosec G115 -- the size of a file
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		return p.onFile(a[0], func() Call { return Call{Kind: Sync, Folder: p.isFolder(a[0])} })
	default:
		return p.decodeName(nr, a)
	}
}

// decodeName decodes the calls that take names.
func (p *process) decodeName(nr uint64, a arguments) (c Call, ok bool) {
	here := uint64(1<<64 + atFdCwd)
	switch nr {
	case syscall.SYS_OPEN:
		return p.create(here, a[0], a[1])
	case syscall.SYS_OPENAT:
		return p.create(a[0], a[1], a[2])
	case syscall.SYS_RENAME:
		return p.renamed(Rename, here, a[0], here, a[1])
	case syscall.SYS_RENAMEAT, sysRenameat2:
		return p.renamed(Rename, a[0], a[1], a[2], a[3])
	case syscall.SYS_LINK:
		return p.renamed(Link, here, a[0], here, a[1])
	case syscall.SYS_LINKAT:
		return p.renamed(Link, a[0], a[1], a[2], a[3])
	case syscall.SYS_UNLINK, syscall.SYS_RMDIR:
		return p.onName(here, a[0], Remove)
	case syscall.SYS_UNLINKAT:
		return p.onName(a[0], a[1], Remove)
	case syscall.SYS_MKDIR:
		return p.onName(here, a[0], Mkdir)
	case syscall.SYS_MKDIRAT:
		return p.onName(a[0], a[1], Mkdir)
	}
	return Call{}, false
}

func (p *process) onFile(fd uint64, decode func() Call) (Call, bool) {
	path, ok := p.below(p.opened(fd))
	if !ok {
		return Call{}, false
	}
	c := decode()
	c.Path = path
	return c, true
}

func (p *process) onName(dir, name uint64, kind Kind) (Call, bool) {
	path, ok := p.below(p.named(dir, name))
	return Call{Kind: kind, Path: path}, ok
}

func (p *process) create(dir, name, flags uint64) (Call, bool) {
	if flags&syscall.O_CREAT == 0 {
		return Call{}, false
	}
	c, ok := p.onName(dir, name, Create)
	if !ok {
		return c, false
	}
	_, err := os.Lstat(filepath.Join(p.folder, c.Path))
	c.Fresh, c.Empty = err != nil, flags&syscall.O_TRUNC != 0
	return c, true
}

func (p *process) renamed(kind Kind, dir, name, toDir, toName uint64) (Call, bool) {
	c, ok := p.onName(dir, name, kind)
	to, also := p.below(p.named(toDir, toName))
	c.To = to
	return c, ok && also
}

// opened returns the name of an open file, or of the folder that the program is in, or "".
func (p *process) opened(fd uint64) string {
	n := int32(fd) // #nosec G115 -- as the kernel takes it
	link := fmt.Sprintf("/proc/%d/fd/%d", p.pid, n)
	if n == atFdCwd {
		link = fmt.Sprintf("/proc/%d/cwd", p.pid)
	}
	name, err := os.Readlink(link)
	if err != nil {
		return ""
	}
	return name
}

func (p *process) isFolder(fd uint64) bool {
	info, err := os.Stat(p.opened(fd))
	return err == nil && info.IsDir()
}

// named returns the whole name of one that is meant from an open folder.
func (p *process) named(dir, name uint64) string {
	b := p.bytes(name, longestPath)
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return ""
	}
	path := string(b[:end])
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(p.opened(dir), path)
}

// below returns a name relative to the folder, if it is there. A file without a name any more is not:
// what happens to it nobody sees again.
func (p *process) below(path string) (string, bool) {
	if path == p.folder {
		return ".", true
	}
	name, ok := strings.CutPrefix(path, p.folder+"/")
	return name, ok && !strings.HasSuffix(name, " (deleted)")
}

// position returns where an open file is written next.
func (p *process) position(fd uint64) int64 {
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", p.pid, fd))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(info)) {
		if pos, found := strings.CutPrefix(line, "pos:"); found {
			n, _ := strconv.ParseInt(strings.TrimSpace(pos), 10, 64) // the kernel writes a number
			return n
		}
	}
	return 0
}

// bytes reads the program's memory, as far as there is any.
func (p *process) bytes(at, n uint64) []byte {
	b := make([]byte, n)
	got, _ := p.mem.ReadAt(b, int64(at)) // #nosec G115 -- an address of the program; a name ends before the memory does
	return b[:got]
}

// stop is what PTRACE_GET_SYSCALL_INFO tells: struct ptrace_syscall_info of <linux/ptrace.h>.
type stop [88]byte

const (
	stopEntry = 1
	stopExit  = 2
)

func (s *stop) op() byte          { return s[0] }
func (s *stop) word(n int) uint64 { return binary.LittleEndian.Uint64(s[24+8*n:]) }
func (s *stop) number() uint64    { return s.word(0) }
func (s *stop) result() int64     { return int64(s.word(0)) } // #nosec G115 -- the kernel's own signed result

func (s *stop) arguments() (a arguments) {
	for n := range a {
		a[n] = s.word(n + 1)
	}
	return a
}
