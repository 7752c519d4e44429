package dbtest

import (
	"runtime"
	"syscall"
	"testing"
	"unsafe"
)

// Calls are system calls that a test lets fail.
type Calls []uintptr

// What SQLite does to the disk. The other files of the program are written by other calls.
var (
	Writes = Calls{syscall.SYS_PWRITE64}
	Syncs  = Calls{syscall.SYS_FSYNC, syscall.SYS_FDATASYNC}
)

// What is missing in package syscall of <linux/prctl.h> and <linux/seccomp.h>.
const (
	prSetSeccomp    = 22
	prSetNoNewPrivs = 38
	seccompFilter   = 2
	seccompErrno    = 0x00050000
	seccompAllow    = 0x7fff0000
)

// Failing runs f on a thread of its own on which the calls fail with errno, as a full or broken disk
// makes them. The thread ends with f; the rest of the process notices nothing.
func Failing(t testing.TB, calls Calls, errno syscall.Errno, f func()) {
	t.Helper()
	refused, ended := syscall.Errno(0), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // for ever: the thread does not outlive the filter
		if refused = install(calls, errno); refused == 0 {
			f()
		}
	}()
	<-ended
	if refused != 0 {
		t.Skipf("this system lets no thread filter its system calls: %v", refused)
	}
}

// install gives the thread a filter of system calls.
func install(calls Calls, errno syscall.Errno) syscall.Errno {
	program := []syscall.SockFilter{{Code: syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS}} // the call's number
	for _, nr := range calls {
		program = append(program,
			syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, Jf: 1, K: uint32(nr)},
			syscall.SockFilter{Code: syscall.BPF_RET | syscall.BPF_K, K: seccompErrno | uint32(errno)})
	}
	program = append(program, syscall.SockFilter{Code: syscall.BPF_RET | syscall.BPF_K, K: seccompAllow})
	if _, _, err := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); err != 0 {
		return err
	}
	filter := syscall.SockFprog{Len: uint16(len(program)), Filter: &program[0]}                                       // #nosec G115 -- a handful of instructions
	_, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, prSetSeccomp, seccompFilter, uintptr(unsafe.Pointer(&filter))) // #nosec G103 -- how the call takes it
	return err
}
