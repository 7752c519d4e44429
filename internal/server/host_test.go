package server_test

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/mail/mailtest"
)

const dewit = "c.dewit@post.example"

// mails are the letters to an address, oldest first.
func (h *house) mails(to string) []mailtest.Letter {
	h.t.Helper()
	h.later()
	var all []mailtest.Letter
	for _, l := range mailtest.Outbox(h.t, filepath.Join(h.dir, "outbox")) {
		if l.To == to {
			all = append(all, l)
		}
	}
	return all
}

// unthrottle forgets what was counted, so that a test can ask on.
func (h *house) unthrottle() {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from throttle`)
		return err
	}))
}

// pretences are requests that say to be for another host than the one they reach.
var pretences = map[string]struct {
	host   string
	header http.Header
}{
	"another port":            {host: portal + ":9999"},
	"capitals":                {host: strings.ToUpper(portal)},
	"X-Forwarded-Host":        {header: http.Header{"X-Forwarded-Host": {"evil.example"}}},
	"X-Forwarded-Host, twice": {header: http.Header{"X-Forwarded-Host": {portal, "evil.example"}}},
	"X-Forwarded-Port":        {header: http.Header{"X-Forwarded-Port": {"9999"}}},
	"X-Forwarded-Proto":       {header: http.Header{"X-Forwarded-Proto": {"https"}}},
	"X-Forwarded-Server":      {header: http.Header{"X-Forwarded-Server": {"evil.example"}}},
	"Forwarded":               {header: http.Header{"Forwarded": {`for=192.0.2.1;host=evil.example;proto=https`}}},
	"X-Host":                  {header: http.Header{"X-Host": {"evil.example"}}},
	"X-Original-Host":         {header: http.Header{"X-Original-Host": {"evil.example"}}},
	"X-Original-URL":          {header: http.Header{"X-Original-Url": {"http://evil.example/password"}}},
	"X-Rewrite-URL":           {header: http.Header{"X-Rewrite-Url": {"http://evil.example/password"}}},
	"X-HTTP-Host-Override":    {header: http.Header{"X-Http-Host-Override": {"evil.example"}}},
	"Referer":                 {header: http.Header{"Referer": {"http://evil.example/"}}},
}

// ask asks for a new password as a pretender.
func (h *house) ask(host string, header http.Header) int {
	h.t.Helper()
	h.unthrottle()
	req, err := http.NewRequest("POST", h.http.URL+"/password", strings.NewReader(url.Values{"email": {dewit}}.Encode()))
	must(h.t, err)
	req.Host, req.Header = host, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(h.t, err)
	must(h.t, res.Body.Close())
	return res.StatusCode
}

// token is what differs between two mails with a link.
var token = regexp.MustCompile(`/password/[a-z0-9]+`)

func TestN2_TheLinkIsTheTenantsOwnWhateverTheRequestSays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if status := h.ask(portal, nil); status != 200 {
			t.Fatal(status)
		}
		same := func(l mailtest.Letter) [3]string {
			return [3]string{l.Subject, token.ReplaceAllString(l.Text, "/password/"), token.ReplaceAllString(l.HTML, "/password/")}
		}
		all := h.mails(dewit)
		want := same(all[len(all)-1])
		for _, part := range want[1:] {
			if !strings.Contains(part, "http://"+portal+":8080/password/") {
				t.Fatalf("the mail has no link: %s", part)
			}
		}
		for name, p := range pretences {
			had := len(h.mails(dewit))
			if status := h.ask(cmp.Or(p.host, portal), p.header); status != 200 {
				t.Errorf("%s: %d", name, status)
			}
			all := h.mails(dewit)
			if len(all) != had+1 || same(all[len(all)-1]) != want {
				t.Errorf("%s: %d mails, the last one %q", name, len(all)-had, all[len(all)-1].Text)
			}
		}
		for _, host := range []string{"evil.example", "gemeente.localhost.evil.example", portal + ".evil.example", portal + "@evil.example"} {
			had := len(h.mails(dewit))
			if status := h.ask(host, nil); status != 421 && status != 400 || len(h.mails(dewit)) != had {
				t.Errorf("host %s: %d, and %d mails", host, status, len(h.mails(dewit))-had)
			}
		}
		had := len(h.mails(dewit))
		if status := h.ask("gemeente.localhost", nil); status != 200 || len(h.mails(dewit)) != had {
			t.Errorf("another organisation, which does not know him: %d, and %d mails", status, len(h.mails(dewit))-had)
		}
	})
}
