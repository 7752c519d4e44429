package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// subject is an empty Store with what its tests must see of it.
type subject struct {
	Store
	again func(*testing.T) Store    // opens the same store once more
	held  func(*testing.T) []string // names all that it keeps, unfinished or not
}

// testStore holds a Store to what the interface promises. What it promises beyond that is in the
// tests of its own.
func testStore(t *testing.T, open func(*testing.T) subject) {
	for name, test := range map[string]func(*testing.T, subject){
		"round trip":    keepsWhatItTook,
		"same bytes":    givesTheSameBytesANewKey,
		"tenants apart": keepsTenantsApart,
		"delete twice":  deletesTwice,
		"names":         refusesNamesThatLeadOut,
		"many at once":  takesManyAtOnce,
		"broken stream": leavesNothingOfABrokenStream,
		"ranges":        readsAtAnyOffset,
		"list stops":    stopsListingWhenTold,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func mustPut(t *testing.T, s Store, tenant, text string) Info {
	t.Helper()
	info, err := s.Put(t.Context(), tenant, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func read(s Store, tenant, key string) (string, error) {
	r, err := s.Open(context.Background(), tenant, key)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	return string(b), errors.Join(err, r.Close())
}

func keys(t *testing.T, s Store, tenant string) []string {
	t.Helper()
	var all []string
	err := s.List(t.Context(), tenant, func(key string, _ time.Time) error {
		all = append(all, key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func keepsWhatItTook(t *testing.T, s subject) {
	for _, text := range []string{"", "akte", strings.Repeat("x", 3*copyBuffer+1)} {
		info := mustPut(t, s, "t1", text)
		if info.Size != int64(len(text)) || info.Sum != sha256.Sum256([]byte(text)) {
			t.Errorf("%d bytes: info %+v", len(text), info)
		}
		if got, err := read(s.again(t), "t1", info.Key); err != nil || got != text {
			t.Errorf("%d bytes: read %d, %v", len(text), len(got), err)
		}
	}
}

func givesTheSameBytesANewKey(t *testing.T, s subject) {
	a, b := mustPut(t, s, "t1", "akte"), mustPut(t, s, "t1", "akte")
	if a.Key == b.Key {
		t.Error("two puts share a key")
	}
}

func keepsTenantsApart(t *testing.T, s subject) {
	a := mustPut(t, s, "t1", "akte")
	mustPut(t, s, "t2", "brief")

	if _, err := read(s, "t2", a.Key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another tenant reads: %v, want fs.ErrNotExist", err)
	}
	if err := s.Delete(t.Context(), "t2", a.Key); err != nil {
		t.Fatal(err)
	}
	if got, err := read(s, "t1", a.Key); err != nil || got != "akte" {
		t.Errorf("another tenant deleted it: %q, %v", got, err)
	}
	if got := keys(t, s, "t1"); !slices.Equal(got, []string{a.Key}) {
		t.Errorf("List = %v, want %v", got, a.Key)
	}
	if got := keys(t, s, "t3"); got != nil {
		t.Errorf("List of a tenant without blobs = %v", got)
	}
}

func deletesTwice(t *testing.T, s subject) {
	info := mustPut(t, s, "t1", "akte")
	for range 2 {
		if err := s.Delete(t.Context(), "t1", info.Key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := read(s, "t1", info.Key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Delete: %v, want fs.ErrNotExist", err)
	}
}

func refusesNamesThatLeadOut(t *testing.T, s subject) {
	info := mustPut(t, s, "t1", "akte")
	for _, tenant := range []string{"", ".", "..", "../t1", "t1/x", "t1\x00", "é", strings.Repeat("a", 65)} {
		if _, err := s.Put(t.Context(), tenant, strings.NewReader("x")); err == nil {
			t.Errorf("Put takes tenant %q", tenant)
		}
		if _, err := s.Open(t.Context(), tenant, info.Key); err == nil {
			t.Errorf("Open takes tenant %q", tenant)
		}
	}
	for _, key := range []string{"", "..", "../../tmp", strings.ToUpper(info.Key), info.Key + "0", "../" + info.Key} {
		if _, err := s.Open(t.Context(), "t1", key); err == nil {
			t.Errorf("Open takes key %q", key)
		}
		if err := s.Delete(t.Context(), "t1", key); err == nil {
			t.Errorf("Delete takes key %q", key)
		}
	}
	if got := s.held(t); len(got) != 1 {
		t.Errorf("kept: %v, want one", got)
	}
}

func takesManyAtOnce(t *testing.T, s subject) {
	const n = 64
	infos := make([]Info, n)
	var all sync.WaitGroup
	for i := range infos {
		all.Go(func() {
			var err error
			if infos[i], err = s.Put(t.Context(), fmt.Sprint("t", i%3), strings.NewReader(fmt.Sprint("akte ", i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, info := range infos {
		if got, err := read(s, fmt.Sprint("t", i%3), info.Key); err != nil || got != fmt.Sprint("akte ", i) {
			t.Errorf("blob %d reads %q, %v", i, got, err)
		}
	}
	if got := s.held(t); len(got) != n {
		t.Errorf("%d kept, want %d", len(got), n)
	}
}

func leavesNothingOfABrokenStream(t *testing.T, s subject) {
	cut := io.MultiReader(bytes.NewReader(make([]byte, 2*copyBuffer)), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := s.Put(t.Context(), "t1", cut); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want that of the stream", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, "t1", strings.NewReader("akte")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	if got := s.held(t); got != nil {
		t.Errorf("left behind: %v", got)
	}
}

func readsAtAnyOffset(t *testing.T, s subject) {
	text := strings.Repeat("0123456789", copyBuffer/5)
	r, err := s.Open(t.Context(), "t1", mustPut(t, s, "t1", text).Key)
	if err != nil {
		t.Fatal(err)
	}
	size := r.Size()
	for _, at := range []int64{size - 5, 7, copyBuffer - 3, 0, size, size + 1} {
		want := text[min(at, size):min(at+10, size)]
		b := make([]byte, 10)
		n, err := r.ReadAt(b, at)
		if string(b[:n]) != want || n < len(b) && err != io.EOF || n == len(b) && err != nil && err != io.EOF {
			t.Errorf("at %d of %d: %q, %v, want %q", at, size, b[:n], err, want)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func stopsListingWhenTold(t *testing.T, s subject) {
	mustPut(t, s, "t1", "akte")
	mustPut(t, s, "t1", "brief")
	stop, n := errors.New("enough"), 0
	err := s.List(t.Context(), "t1", func(string, time.Time) error {
		n++
		return stop
	})
	if err != stop || n != 1 {
		t.Errorf("List = %v after %d blobs, want what fn returned after one", err, n)
	}
}
