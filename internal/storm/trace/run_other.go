//go:build !(linux && amd64)

package trace

// Run needs the system calls of Linux on amd64.
func Run(Program, func(Call) Verdict) (Trace, error) { return Trace{}, ErrUnsupported }
