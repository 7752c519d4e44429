package storm

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	vmail "voordeur/internal/mail"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
)

// What lies in the folder of a house.
const (
	keyName   = "key"
	dbName    = "voordeur.db"
	blobsName = "blobs"
)

// house is the program over a folder, as its own start opens it but for what listens and what works
// in the background: what it does is asked of it.
type house struct {
	*server.House
	now  *clock.Manual
	disk *blob.Disk
}

// openHouse opens a folder at a time, and makes in it what is not there yet.
func openHouse(dir, smtp string, now time.Time) (*house, error) {
	h := &house{now: clock.NewManual(now)}
	var err error
	if h.disk, err = blob.OpenDisk(filepath.Join(dir, blobsName)); err != nil {
		return nil, err
	}
	d, err := db.Open(context.Background(), filepath.Join(dir, dbName), db.Options{Clock: h.now})
	if err != nil {
		return nil, errors.Join(err, h.disk.Close())
	}
	if h.House, err = furnish(d, h.disk, dir, smtp); err != nil {
		return nil, errors.Join(err, d.Close(), h.disk.Close())
	}
	return h, nil
}

func furnish(d *db.DB, disk *blob.Disk, dir, smtp string) (*server.House, error) {
	if err := d.Migrate(context.Background()); err != nil {
		return nil, err
	}
	keys, err := masterKey(filepath.Join(dir, keyName))
	if err != nil {
		return nil, err
	}
	return wire(d, keys, disk, smtp)
}

func masterKey(file string) (*crypt.Keyring, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := crypt.CreateKeyFile(file); err != nil {
			return nil, err
		}
	}
	return crypt.OpenKeyFile(file)
}

func wire(d *db.DB, keys *crypt.Keyring, store blob.Store, smtp string) (*server.House, error) {
	sender, err := vmail.NewSMTP(vmail.SMTPConfig{Addr: smtp, TLS: vmail.PlainText})
	if err != nil {
		return nil, err
	}
	return server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: store, Sender: sender, Scanner: scan.Off{}, Origin: tenant.Origin{Scheme: "http"}, Log: slog.New(slog.DiscardHandler),
	})
}

func (h *house) close() error { return errors.Join(h.DB.Close(), h.disk.Close()) }

// RoundTrip asks the house without a network.
func (h *house) RoundTrip(req *http.Request) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if req.Body != nil {
		body = req.Body
	}
	asked := httptest.NewRequest(req.Method, req.URL.RequestURI(), body)
	asked.Host, asked.Header = req.URL.Host, req.Header
	answer := httptest.NewRecorder()
	h.Handler().ServeHTTP(answer, asked)
	return answer.Result(), nil
}
