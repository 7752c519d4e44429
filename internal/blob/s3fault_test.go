package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"voordeur/internal/errs"
)

type fault func(w http.ResponseWriter, r *http.Request) bool

// at has a fault happen to one kind of request, always or to the first few.
func at(kind string, times int, f fault) fault {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) bool {
		if kindOf(r) != kind || times > 0 && int(n.Add(1)) > times {
			return false
		}
		return f(w, r)
	}
}

func says(status int, code string) fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		refuse(w, status, code)
		return true
	}
}

func garbage(status int) fault {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html>\x00 <not & xml"))
		return true
	}
}

// hangs answers nothing until whoever asked is gone. A body that was not read keeps that from being
// seen.
func hangs(_ http.ResponseWriter, r *http.Request) bool {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return true
}

// resets ends the connection in the middle of the request.
func resets(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }

// loses says that all went well.
func loses(w http.ResponseWriter, r *http.Request) bool {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("ETag", `"lost"`)
	return true
}

// passingFaults are over when they are tried again.
var passingFaults = map[string]fault{
	"500": says(500, "InternalError"), "503": says(503, "SlowDown"), "429": says(429, "TooManyRequests"), "garbage": garbage(502),
	"hang": hangs, "reset": resets, "damaged on its way": says(400, "XAmzContentSHA256Mismatch"),
}

var lastingFaults = map[string]fault{
	"no access": says(403, "AccessDenied"), "clock": says(403, "RequestTimeTooSkewed"), "wrong key": says(403, "SignatureDoesNotMatch"),
	"no bucket": says(404, "NoSuchBucket"), "full": says(507, "InsufficientStorage"), "moved": says(301, "PermanentRedirect"),
}

func down(t *testing.T, what string, err error) {
	t.Helper()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Unavailable || e.Key != "file.store_down" || e.RetryAfter <= 0 || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: err = %v, want unavailable", what, err)
	}
	if err != nil && strings.Contains(err.Error(), "very secret") {
		t.Errorf("%s: the error tells the secret", what)
	}
}

// Every request of an upload fails in every way: nothing is acknowledged that is not there.
func TestS3NothingIsAcknowledgedThatIsNotThere(t *testing.T) {
	small, large := strings.Repeat("x", 1000), strings.Repeat("y", 2*doublePart+5)
	kinds := []struct{ kind, text string }{{"put", small}, {"head", small}, {"begin", large}, {"part", large}, {"complete", large}, {"head", large}}
	if testing.Short() {
		kinds = kinds[4:] // an upload in parts to its end
	}
	for _, c := range kinds {
		for _, faults := range []map[string]fault{passingFaults, lastingFaults} {
			for what, f := range faults {
				t.Run(c.kind+" "+what, func(t *testing.T) {
					t.Parallel()
					d, s := newDouble(t)
					d.fault = at(c.kind, 0, f)
					_, err := s.Put(t.Context(), "t1", strings.NewReader(c.text))
					down(t, what, err)
					d.heal()
					left(t, d, s)
				})
			}
		}
		for what, f := range passingFaults {
			if c.kind == "head" && what == "damaged on its way" {
				continue // nothing was on its way
			}
			t.Run(c.kind+" "+what+" once", func(t *testing.T) {
				t.Parallel()
				d, s := newDouble(t)
				d.fault = at(c.kind, 1, f)
				info := mustPut(t, s, "t1", c.text)
				if got, err := read(s, "t1", info.Key); err != nil || got != c.text {
					t.Errorf("read %d bytes, %v", len(got), err)
				}
			})
		}
	}
}

// left looks that what a failure left is collected.
func left(t *testing.T, d *double, s *S3) {
	t.Helper()
	if _, err := Collect(t.Context(), s, "t1", time.Now().Add(time.Hour), func(context.Context, string) (bool, error) { return false, nil }); err != nil {
		t.Error(err)
	}
	if held := d.held(); len(held) > 0 {
		t.Errorf("left behind: %v", held)
	}
}

// A store that says yes and does something else.
func TestS3AWordIsNotTaken(t *testing.T) {
	for what, spoil := range map[string]func(d *double){
		"loses":       func(d *double) { d.fault = at("put", 0, loses) },
		"loses parts": func(d *double) { d.fault = at("complete", 0, loses) },
		"cuts":        func(d *double) { d.change = func(b []byte) []byte { return b[:len(b)-1] } },
		"adds":        func(d *double) { d.change = func(b []byte) []byte { return append(b, 0) } },
		"alters": func(d *double) {
			d.change = func(b []byte) []byte {
				b[len(b)/2] ^= 1
				return b
			}
		},
	} {
		for _, n := range []int{1000, 2*doublePart + 5} {
			d, s := newDouble(t)
			spoil(d)
			if what == "loses" && n > doublePart || what == "loses parts" && n < doublePart {
				continue
			}
			_, err := s.Put(t.Context(), "t1", bytes.NewReader(make([]byte, n)))
			down(t, what+" "+strconv.Itoa(n), err)
			d.heal()
			left(t, d, s)
		}
	}
}

// The answer to the last request of an upload is lost, and the store has done it.
func TestS3AnUploadWhoseAnswerWasLostIsThere(t *testing.T) {
	for kind, n := range map[string]int{"put": 1000, "complete": 2*doublePart + 5} {
		d, s := newDouble(t)
		d.fault = at(kind, 1, func(w http.ResponseWriter, r *http.Request) bool {
			body, _ := io.ReadAll(r.Body)
			d.mu.Lock()
			defer d.mu.Unlock()
			d.answer(nowhere{http.Header{}}, r, body)
			panic(http.ErrAbortHandler)
		})
		info := mustPut(t, s, "t1", strings.Repeat("x", n))
		if got, err := read(s, "t1", info.Key); err != nil || len(got) != n {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
}

type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// tampers gives the right answer and then does something to it.
func tampers(d *double, change func(h http.Header, status int, body []byte) (int, []byte)) fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		rec := &recorded{header: http.Header{}, status: 200}
		d.mu.Lock()
		d.answer(rec, r, nil)
		d.mu.Unlock()
		status, body := change(rec.header, rec.status, rec.body.Bytes())
		for k, v := range rec.header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return true
	}
}

type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }
func (r *recorded) WriteHeader(status int)      { r.status = status }

// readFaults are answers to a read that are not what was asked for.
func readFaults(d *double) map[string]fault {
	change := func(f func(h http.Header, b []byte) []byte) fault {
		return tampers(d, func(h http.Header, status int, body []byte) (int, []byte) {
			body = f(h, body)
			h.Set("Content-Length", strconv.Itoa(len(body)))
			return status, body
		})
	}
	return map[string]fault{
		"cut off":         tampers(d, func(_ http.Header, status int, b []byte) (int, []byte) { return status, b[:len(b)/2] }),
		"shorter":         change(func(_ http.Header, b []byte) []byte { return b[:len(b)/2] }),
		"longer":          change(func(_ http.Header, b []byte) []byte { return append(b, 0) }),
		"empty":           change(func(http.Header, []byte) []byte { return nil }),
		"altered":         change(func(_ http.Header, b []byte) []byte { b[len(b)/2] ^= 1; return b }),
		"another range":   change(func(h http.Header, b []byte) []byte { h.Set("Content-Range", "bytes 7-10/100"); return b }),
		"no range":        change(func(h http.Header, b []byte) []byte { h.Del("Content-Range"); return b }),
		"a range of none": change(func(h http.Header, b []byte) []byte { h.Set("Content-Range", "bytes */0"); return b }),
		"slow drip": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Range", "bytes 0-99/100")
			w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusPartialContent)
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(20 * time.Millisecond)
			}
			return true
		},
	}
}

// Whatever a store answers, a document comes whole or as an error.
func TestS3ADocumentIsWholeOrAnError(t *testing.T) {
	key := tenantKey(t)
	plain := sample(700_000)
	run := func(name string, make func(d *double) fault, passes bool) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, s := newDouble(t)
			v := NewVault(s)
			stored, err := v.Put(t.Context(), "t1", key, bytes.NewReader(plain))
			if err != nil {
				t.Fatal(err)
			}
			for _, where := range []string{"at its end", "inside"} {
				for _, times := range []int{0, 1} {
					if where == "at its end" {
						d.fault = at("get", times, make(d))
					}
					c, err := v.Open(t.Context(), "t1", key, stored)
					var got []byte
					if where == "inside" {
						d.mu.Lock()
						d.fault = at("get", times, make(d))
						d.mu.Unlock()
					}
					if err == nil {
						got, err = io.ReadAll(c)
						err = errors.Join(err, c.Close())
					}
					switch whole := bytes.Equal(got, plain); {
					case times == 0 && err == nil, err == nil && !whole:
						t.Errorf("%s, %d times: %d bytes and no error", where, times, len(got))
					case times == 0 && errors.Is(err, fs.ErrNotExist):
						t.Errorf("%s: it is said not to exist: %v", where, err)
					case times == 1 && passes && err != nil:
						t.Errorf("%s, once: %v", where, err)
					}
					if !bytes.HasPrefix(plain, got) {
						t.Errorf("%s: bytes that are not the document's", where)
					}
					d.heal()
				}
			}
		})
	}
	for name := range readFaults(nil) {
		run(name, func(d *double) fault { return readFaults(d)[name] }, name != "altered")
	}
	if testing.Short() {
		return // the answers without a document go the same way as those of an upload
	}
	for name, f := range passingFaults {
		run(name, func(*double) fault { return f }, true)
	}
	for name, f := range lastingFaults {
		run(name, func(*double) fault { return f }, false)
	}
}

func TestS3ALostObjectDoesNotExist(t *testing.T) {
	d, s := newDouble(t)
	info := mustPut(t, s, "t1", "akte")
	clear(d.objects)
	if _, err := read(s, "t1", info.Key); !errors.Is(err, fs.ErrNotExist) || errs.Is(err, errs.Unavailable) {
		t.Errorf("err = %v, want fs.ErrNotExist", err)
	}
}

func TestS3ACollectionThatCannotListDeletesNothing(t *testing.T) {
	for what, f := range map[string]fault{"500": says(500, "InternalError"), "garbage": garbage(200), "no access": says(403, "AccessDenied"), "hang": hangs} {
		for _, kind := range []string{"list", "uploads"} {
			t.Run(kind+" "+what, func(t *testing.T) {
				t.Parallel()
				d, s := newDouble(t)
				mustPut(t, s, "t1", "akte")
				d.fault = at(kind, 0, f)
				_, err := Collect(t.Context(), s, "t1", time.Now().Add(time.Hour), func(context.Context, string) (bool, error) { return false, nil })
				down(t, what, err)
				if len(d.held()) != 1 {
					t.Errorf("%v is held", d.held())
				}
			})
		}
	}
}

func TestS3ReasonsAreInWords(t *testing.T) {
	d, s := newDouble(t)
	for code, words := range map[string]string{"AccessDenied": "policy", "RequestTimeTooSkewed": "clock", "NoSuchBucket": "no such bucket", "InsufficientStorage": "is full"} {
		d.fault = says(400, code)
		if _, err := s.Put(t.Context(), "t1", strings.NewReader("x")); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", code, err, words)
		}
	}
}

// A server whose certificate nobody vouches for gets nothing.
func TestS3VerifiesCertificates(t *testing.T) {
	d := &double{objects: map[string]thing{}}
	server := httptest.NewUnstartedServer(d)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	s, err := openS3(S3Config{Address: "s3://documents", Endpoint: server.URL, Region: "us-east-1", AccessKey: "voordeur", SecretKey: "very secret", PathStyle: true}, doublePart, hasty)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Put(t.Context(), "t1", strings.NewReader("akte"))
	down(t, "a certificate of nobody", err)
	if len(d.asked) > 0 {
		t.Errorf("it was asked: %v", d.asked)
	}
}

// A temporary folder that is full is a full disk, and no fault of the store.
func TestS3AFullTemporaryFolderIsUnavailable(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a disk of some kilobytes is mounted, which root alone may do")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("this machine mounts no tmpfs: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	t.Setenv("TMPDIR", dir)
	d, s := newDouble(t)
	_, err := s.Put(t.Context(), "t1", &zeros{n: doublePart / 2})
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Unavailable || e.Key != "file.disk_full" {
		t.Errorf("err = %v", err)
	}
	if len(d.held()) != 0 {
		t.Errorf("held: %v", d.held())
	}
	mustPut(t, s, "t1", "akte") // what was full is empty again
}

// Whether a bucket can be used is known soon, also when it says nothing.
func TestS3Answers(t *testing.T) {
	d, s := newDouble(t)
	if err := s.Answers(t.Context()); err != nil {
		t.Error(err)
	}
	for _, f := range []fault{hangs, says(404, "NoSuchBucket"), says(403, "AccessDenied"), resets} {
		d.mu.Lock()
		d.fault = f
		d.mu.Unlock()
		down(t, "answers", s.Answers(t.Context()))
	}
}

func TestS3LeavesWhoIsGone(t *testing.T) {
	d, s := newDouble(t)
	d.fault = hangs
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := s.Put(ctx, "t1", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
