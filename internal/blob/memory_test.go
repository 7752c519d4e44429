package blob

import (
	"io"
	"runtime"
	"testing"
)

const (
	large     = 64 << 20
	memoryMax = 1 << 20 // per transfer, requirement P7
)

// zeros gives n bytes without having them, and looks at the heap on its way.
type zeros struct {
	n, peak, next int64
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	if z.n <= z.next {
		z.peak = max(z.peak, heap())
		z.next -= large / 8
	}
	n := min(int64(len(p)), z.n)
	clear(p[:n])
	z.n -= n
	return int(n), nil
}

// heap returns the bytes in use after a collection.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

func TestLargeFileNeedsLittleMemory(t *testing.T) {
	v := newVault(t)
	v.put(t, nil) // the folders of the tenant

	src := &zeros{n: large, next: large - 1}
	base, total := heap(), allocated()
	s, err := v.Put(t.Context(), "t1", v.key, src)
	if err != nil {
		t.Fatal(err)
	}
	if got := allocated() - total; got > memoryMax {
		t.Errorf("Put allocated %d bytes in all, want at most %d", got, memoryMax)
	}
	if got := src.peak - base; got > memoryMax {
		t.Errorf("Put held %d bytes, want at most %d", got, memoryMax)
	}

	c, err := v.Open(t.Context(), "t1", v.key, s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	buf := make([]byte, 32<<10)
	base, peak, n := heap(), int64(0), int64(0)
	for next := int64(1); ; {
		got, err := c.Read(buf)
		if n += int64(got); n >= next {
			peak = max(peak, heap())
			next += large / 8
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n != large || peak-base > memoryMax {
		t.Errorf("read %d bytes and held %d, want at most %d", n, peak-base, memoryMax)
	}
}

func BenchmarkVaultPut(b *testing.B) {
	d, err := OpenDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	v, key := NewVault(d), tenantKey(b)
	b.SetBytes(large)
	for b.Loop() {
		s, err := v.Put(b.Context(), "t1", key, &zeros{n: large})
		if err != nil {
			b.Fatal(err)
		}
		if err := v.Delete(b.Context(), "t1", s.Key); err != nil {
			b.Fatal(err)
		}
	}
}
