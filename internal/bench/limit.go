package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Limit serves on loopback what shows the limit of the machine, until the process ends: "bytes"
// answers every request with a file that it has in memory, and nothing else; "file" gives the file
// by sendfile; "store" keeps what is sent to it in that folder, plain, and answers when it is durable.
func Limit(kind, path string, out io.Writer) error {
	var h http.Handler
	switch kind {
	case "bytes":
		page, err := os.ReadFile(path) // #nosec G304 -- named by the benchmark
		if err != nil {
			return err
		}
		h = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page) // who left needs no answer
		})
	case "file":
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	case "store":
		h = store(path)
	default:
		return fmt.Errorf("bench: no limit %q", kind)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the limit %s listens on %s\n", kind, l.Addr())
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	return s.Serve(l)
}

// store keeps every body in a file of its own, as durable as a document is when it is acknowledged.
type store string

func (dir store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := dir.keep(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (dir store) keep(body io.Reader) (err error) {
	f, err := os.CreateTemp(string(dir), "plain-*")
	if err != nil {
		return err
	}
	defer func() {
		if down := f.Close(); err == nil {
			err = down
		}
	}()
	if _, err := io.Copy(f, body); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Clean(string(dir)))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
