package storm

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/clock"
	"voordeur/internal/world"
)

const (
	portal = "notaris.localhost"
	office = "kantoor.notaris.localhost"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program is the real binary over a folder of its own.
type program struct {
	t    *testing.T
	bin  string
	dir  string
	db   string // where the database is, when not in the folder
	smtp string
	cmd  *exec.Cmd
	addr string
	log  bytes.Buffer
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "voordeur")
	out, err := exec.Command("go", "build", "-o", bin, "voordeur/cmd/voordeur").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// command is the program with other words than serve, over the same folder.
func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.bin, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "VOORDEUR_ADDR=127.0.0.1:0", "VOORDEUR_DB=" + cmp.Or(p.db, filepath.Join(p.dir, dbName)), "VOORDEUR_BLOBS=" + filepath.Join(p.dir, "blobs"),
		"VOORDEUR_KEY_FILE=" + filepath.Join(p.dir, "key"), "VOORDEUR_ORIGIN_SCHEME=http", "VOORDEUR_SMTP_ADDR=" + p.smtp, "VOORDEUR_SMTP_TLS=none",
	}
	return cmd
}

// start returns when the program listens: its own start must open whatever a kill left.
func (p *program) start() {
	p.t.Helper()
	p.log.Reset()
	p.cmd = p.command("serve")
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	must(p.t, err)
	must(p.t, p.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.t.Fatalf("the program does not start: %v\n%s", err, p.log.String())
	}
	p.addr = strings.TrimSpace(line[strings.LastIndex(line, " ")+1:])
}

// kill ends the program as a power switch would, but for the page cache.
func (p *program) kill() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // says that it was killed
}

// RoundTrip asks the program, wherever it listens by now.
func (p *program) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host = p.addr
	return (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
}

// browser is somebody logged in; his session outlives the program.
type browser struct {
	http.RoundTripper
	host    string
	cookies map[string]string
}

// do returns the status, or 0 when the connection broke: then nobody knows what became of it.
func (b *browser) do(method, path, contentType string, body io.Reader) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+b.host+path, body)
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", contentType)
	for k, v := range b.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := b.RoundTrip(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == "session" || len(b.cookies) == 0 || strings.Contains(path, "/login") {
			b.cookies[c.Name] = c.Value
		}
	}
	return res.StatusCode
}

func (b *browser) get(path string) int { return b.do("GET", path, "", nil) }

func (b *browser) post(path string, pairs ...string) int {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// send posts a form with a file, when it has a name.
func (b *browser) send(path string, fields map[string]string, name string, data []byte) int {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for k, v := range fields {
		_ = w.WriteField(k, v) // a buffer takes everything
	}
	if name != "" {
		part, _ := w.CreateFormFile("file", name)
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return b.do("POST", path, w.FormDataContentType(), &buf)
}

// loginClient logs in to the portal.
func loginClient(t testing.TB, via http.RoundTripper) *browser {
	t.Helper()
	b := &browser{via, portal, map[string]string{}}
	if s := b.post("/login", "email", "c.dewit@post.example", "password", world.Password); s != 303 {
		t.Fatalf("client: %d", s)
	}
	return b
}

// loginStaff logs in to the office.
func loginStaff(t testing.TB, via http.RoundTripper) *browser {
	t.Helper()
	b := &browser{via, office, map[string]string{}}
	b.post("/login", "email", "behandelaar@delinde.example", "password", world.Password)
	code, err := totp.GenerateCode(world.TOTP, clock.System{}.Now())
	must(t, err)
	if s := b.post("/login/code", "code", code); s != 303 {
		t.Fatalf("staff: %d %s", s, fmt.Sprint(b.cookies))
	}
	return b
}
