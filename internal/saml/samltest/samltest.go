// Package samltest is an identity provider of SAML for tests that is not ours: SimpleSAMLphp, whose signatures, addresses
// and words nobody here wrote.
package samltest

import (
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// How a provider answers.
const (
	ByArtifact = "artifact"
	ByForm     = "post"
)

// Its people, and the password of all of them.
const (
	Resident  = "aylin" // whose number is 999990019, at the level Midden
	Low       = "laag"  // the same one, at the level Basis
	Canceller = "stop"
	Password  = "geheim"
)

// Provider is one that runs for a test.
type Provider struct {
	URL      string
	Metadata []byte
	dir      string
	t        testing.TB
}

// New starts one, from the folder of a package below internal; it stops with the test. A machine without it skips the test.
func New(t testing.TB, by string) *Provider {
	t.Helper()
	if _, err := exec.LookPath("php"); err != nil {
		t.Skip("PHP is not installed: scripts/install-test-tools does so")
	}
	if _, err := os.Stat("/usr/share/simplesamlphp/www"); err != nil {
		t.Skip("SimpleSAMLphp is not installed: scripts/install-test-tools does so")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	must(t, l.Close())
	p := &Provider{URL: "http://" + address, dir: t.TempDir(), t: t}
	server := exec.CommandContext(t.Context(), "../../scripts/simplesamlphp", address, p.dir, by) // #nosec G204 -- of this test
	must(t, server.Start())
	t.Cleanup(func() { _ = server.Wait() }) // the end of the context kills it
	for range 300 {
		if p.Metadata, err = get(p.URL + "/saml2/idp/metadata.php"); err == nil {
			return p
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("SimpleSAMLphp does not answer: ", err)
	return nil
}

func get(address string) ([]byte, error) {
	res, err := http.Get(address) // #nosec G107 -- of this test
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	return io.ReadAll(res.Body)
}

// Trust lets it read our metadata.
func (p *Provider) Trust(ours []byte) {
	p.t.Helper()
	must(p.t, os.WriteFile(filepath.Join(p.dir, "sp.xml"), ours, 0o600))
}

// Browser follows the provider about, and stops where it comes back to us.
type Browser struct {
	t    testing.TB
	http *http.Client
}

// Browser returns one that knows nothing yet.
func (p *Provider) Browser() Browser {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	must(p.t, err)
	return Browser{p.t, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), p.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// Page is what a browser has before it, or where it goes next.
type Page struct {
	At   *url.URL
	Body string
}

// LogIn reports whether it asks who somebody is.
func (p Page) LogIn() bool { return strings.Contains(p.Body, `name="password"`) }

var (
	action = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// Form returns where the page's form goes, and what is in it already.
func (p Page) Form() (string, url.Values) {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.Body, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	if m := action.FindStringSubmatch(p.Body); m != nil {
		if to, err := p.At.Parse(html.UnescapeString(m[1])); err == nil {
			return to.String(), form
		}
	}
	return p.At.String(), form
}

// Open goes to an address.
func (b Browser) Open(address string) Page {
	b.t.Helper()
	return b.see(b.http.Get(address))
}

// Submit presses the button of a page's form, as it is.
func (b Browser) Submit(p Page) Page {
	b.t.Helper()
	return b.see(b.http.PostForm(p.Form()))
}

// LogIn fills in who somebody is on a page that asks, and returns what comes of it.
func (b Browser) LogIn(p Page, name, password string) Page {
	b.t.Helper()
	if !p.LogIn() {
		b.t.Fatalf("no page to log in: %s %s", p.At, p.Body)
	}
	to, form := p.Form()
	form.Set("username", name)
	form.Set("password", password)
	return b.see(b.http.PostForm(to, form))
}

func (b Browser) see(res *http.Response, err error) Page {
	b.t.Helper()
	must(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(b.t, err)
	if to, err := res.Location(); err == nil {
		return Page{At: to}
	}
	return Page{At: res.Request.URL, Body: string(body)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
