package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// What package syscall does not name of <linux/ptrace.h> and <linux/wait.h>.
const (
	ptraceGetSyscallInfo = 0x420e
	optionExitKill       = 0x100000
	waitAll              = 0x40000000 // also for threads
	waitOwn              = 0x20000000 // but only for children of this very thread
	syscallStop          = syscall.SIGTRAP | 0x80
	noCall               = ^uint64(0)
)

// limit is how long a program may take; then it hangs.
const limit = 2 * time.Minute

// Run runs a program to its end. Decide is asked about each call before it is made, one at a time.
func Run(p Program, decide func(Call) Verdict) (Trace, error) {
	type result struct {
		trace Trace
		err   error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // for ever: a program is traced by one thread, which ends with it
		t, err := run(p, decide)
		done <- result{t, err}
	}()
	r := <-done
	return r.trace, r.err
}

func run(p Program, decide func(Call) Verdict) (Trace, error) {
	folder, err := filepath.EvalSymlinks(p.Folder)
	if err != nil {
		return Trace{}, fmt.Errorf("trace: %w", err)
	}
	out, said, err := collect()
	if err != nil {
		return Trace{}, err
	}
	errOut, complained, err := collect()
	if err != nil {
		return Trace{}, errors.Join(err, out.Close())
	}
	how := &syscall.ProcAttr{Env: p.Env, Files: []uintptr{0, out.Fd(), errOut.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true}}
	pid, err := syscall.ForkExec(p.Path, p.Args, how) // #nosec G204 -- the test's own program
	if err := errors.Join(err, out.Close(), errOut.Close()); err != nil {
		return Trace{}, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	t := &tracer{process: process{pid: pid, folder: folder}, decide: decide, open: map[int]*pending{}}
	hung := time.AfterFunc(limit, func() { _ = syscall.Kill(pid, syscall.SIGKILL) }) // it may have ended
	err = t.follow()
	t.trace.Output, t.trace.Errors = said(), complained()
	if !hung.Stop() {
		err = errors.Join(err, fmt.Errorf("trace: the program hangs: %s", t.trace.Errors))
	}
	return t.trace, err
}

// collect returns the end of a pipe to write to, and what waits for all that was written.
func collect() (w *os.File, all func() string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("trace: %w", err)
	}
	var buf bytes.Buffer
	var read sync.WaitGroup
	read.Go(func() {
		_, _ = io.Copy(&buf, r) // what was read until then is what there is
		_ = r.Close()
	})
	return w, func() string { read.Wait(); return buf.String() }, nil
}

// tracer follows all threads of one program.
type tracer struct {
	process
	decide func(Call) Verdict
	trace  Trace
	count  int
	moment int
	open   map[int]*pending // by thread
}

// pending is a call between its beginning and its end.
type pending struct {
	index   int // in the trace, -1 when it is swallowed
	verdict Verdict
}

// follow returns when the program has ended.
func (t *tracer) follow() (err error) {
	if err := t.attach(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.mem.Close()) }()
	for {
		var status syscall.WaitStatus
		tid, err := syscall.Wait4(-1, &status, waitAll|waitOwn, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("trace: wait: %w", err)
		}
		switch {
		case status.Stopped():
			if err := t.stopped(tid, status); err != nil && !errors.Is(err, syscall.ESRCH) { // killed meanwhile
				return fmt.Errorf("trace: %w", errors.Join(err, syscall.Kill(t.pid, syscall.SIGKILL)))
			}
		case tid == t.pid:
			t.trace.Killed, t.trace.Exit, t.trace.Last = status.Signaled(), status.ExitStatus(), t.moment
			return nil
		}
	}
}

// attach waits until the program stands before its first instruction.
func (t *tracer) attach() error {
	var status syscall.WaitStatus
	_, err := syscall.Wait4(t.pid, &status, waitAll, nil)
	if err == nil && !status.Stopped() {
		return fmt.Errorf("%w: the program ends with %d", ErrUnsupported, status.ExitStatus())
	}
	if err == nil {
		err = syscall.PtraceSetOptions(t.pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|optionExitKill)
	}
	if err == nil {
		t.mem, err = os.Open(fmt.Sprintf("/proc/%d/mem", t.pid))
	}
	if err == nil {
		err = syscall.PtraceSyscall(t.pid, 0)
	}
	if err != nil {
		_ = syscall.Kill(t.pid, syscall.SIGKILL) // it may have ended
		_, gone := syscall.Wait4(t.pid, nil, waitAll, nil)
		return fmt.Errorf("%w: %w", ErrUnsupported, errors.Join(err, gone))
	}
	return nil
}

// stopped lets a thread go on from where it stands.
func (t *tracer) stopped(tid int, status syscall.WaitStatus) error {
	signal := status.StopSignal()
	switch {
	case signal == syscallStop:
		if err := t.atCall(tid); err != nil {
			return err
		}
		signal = 0
	case signal == syscall.SIGTRAP, signal == syscall.SIGSTOP: // a thread was made; a thread begins
		signal = 0
	}
	return syscall.PtraceSyscall(tid, int(signal))
}

func (t *tracer) atCall(tid int) error {
	var s stop
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, ptraceGetSyscallInfo, uintptr(tid), unsafe.Sizeof(s), uintptr(unsafe.Pointer(&s)), 0, 0) // #nosec G103 -- how the call gives it
	switch {
	case errno != 0:
		return errno
	case s.op() == stopEntry:
		return t.begins(tid, &s)
	case s.op() == stopExit:
		return t.ends(tid, s.result())
	}
	return nil
}

func (t *tracer) begins(tid int, s *stop) error {
	c, ok := t.decode(s.number(), s.arguments())
	if !ok {
		return nil
	}
	t.count++
	t.moment++
	c.N, c.Start = t.count, t.moment
	verdict := t.decide(c)
	p := &pending{-1, verdict}
	if verdict != Swallow {
		p.index = len(t.trace.Calls)
		t.trace.Calls = append(t.trace.Calls, c)
	}
	t.open[tid] = p
	if verdict == Pass {
		return nil
	}
	if err := t.unmake(tid); err != nil {
		return err
	}
	if verdict == Kill {
		return syscall.Kill(t.pid, syscall.SIGKILL)
	}
	return nil
}

// unmake has a thread that is about to make a call make none.
func (t *tracer) unmake(tid int) error {
	return change(tid, func(r *syscall.PtraceRegs) { r.Orig_rax = noCall })
}

// answer tells a thread what came of its call.
func answer(tid int, result int64) error {
	return change(tid, func(r *syscall.PtraceRegs) {
		r.Rax = uint64(result) // #nosec G115 -- as the kernel gives an error
	})
}

func change(tid int, f func(*syscall.PtraceRegs)) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	f(&regs)
	return syscall.PtraceSetRegs(tid, &regs)
}

func (t *tracer) ends(tid int, result int64) error {
	p, ok := t.open[tid]
	if !ok {
		return nil
	}
	delete(t.open, tid)
	t.moment++
	switch {
	case p.verdict == Swallow:
		return answer(tid, 0)
	case p.verdict > Pass:
		result = -int64(p.verdict)
		if err := answer(tid, result); err != nil {
			return err
		}
	}
	c := &t.trace.Calls[p.index]
	c.End = t.moment
	switch {
	case result < 0:
		c.Errno = syscall.Errno(-result) // #nosec G115 -- the kernel's number of an error
	case c.Kind == Write:
		c.Data = c.Data[:result]
	}
	return nil
}
