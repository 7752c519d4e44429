package bench

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"voordeur/internal/world"
)

// person is somebody logged in on one host of a program.
type person struct {
	on      *process
	host    string
	cookies map[string]string
}

func (p *person) do(ctx context.Context, method, path string, headers map[string]string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.on.addr+path, body)
	if err != nil {
		return nil, err
	}
	req.Host = p.host
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	req.Header.Set("Cookie", p.cookie())
	return (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(req)
}

func (p *person) cookie() string {
	var list []string
	for k, v := range p.cookies {
		list = append(list, k+"="+v)
	}
	return strings.Join(list, "; ")
}

// get returns a page.
func (p *person) get(ctx context.Context, path string) (string, error) {
	return p.answer(ctx, http.MethodGet, path, nil, nil)
}

// answer returns what is answered to a request that succeeds.
func (p *person) answer(ctx context.Context, method, path string, headers map[string]string, body io.Reader) (string, error) {
	res, err := p.do(ctx, method, path, headers, body)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("bench: %s%s answers %s", p.host, path, res.Status)
	}
	return string(b), err
}

// enter posts a form of a log-in and keeps what the answer says of him.
func (p *person) enter(ctx context.Context, path string, form url.Values) (int, error) {
	res, err := p.do(ctx, http.MethodPost, path, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	p.keep(res)
	return res.StatusCode, drain(res)
}

// keep keeps the cookies of an answer.
func (p *person) keep(res *http.Response) {
	for _, c := range res.Cookies() {
		p.cookies[c.Name] = c.Value
	}
}

// logIn logs in with the password of the demo and, where one is asked for, a code.
func logIn(ctx context.Context, on *process, face, tenant, email string) (*person, error) {
	p := &person{on: on, host: hostOf(face, tenant), cookies: map[string]string{}}
	status, err := p.enter(ctx, "/login", url.Values{"email": {email}, "password": {world.Password}})
	if err != nil || status != http.StatusSeeOther || face != "office" {
		return p, p.refused(err, status, email)
	}
	for range 3 { // a code serves once: a run just before may have used this half minute's
		code, err := totp.GenerateCode(world.TOTP, time.Now())
		if err != nil {
			return p, err
		}
		if status, err = p.enter(ctx, "/login/code", url.Values{"code": {code}}); err != nil || status == http.StatusSeeOther {
			return p, p.refused(err, status, email)
		}
		select {
		case <-ctx.Done():
			return p, ctx.Err()
		case <-time.After(time.Until(time.Now().Truncate(30 * time.Second).Add(30 * time.Second))):
		}
	}
	return p, p.refused(nil, status, email)
}

func (p *person) refused(err error, status int, email string) error {
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("answered %d", status)
	}
	if err != nil {
		return fmt.Errorf("bench: %s at %s: %w", email, p.host, err)
	}
	return nil
}

// asks is a page of his as a target.
func (p *person) asks(name, path string, headers ...string) target {
	return target{name, &p.on.subject, request(p.host, path, p.cookie(), headers...)}
}

var nextPage = regexp.MustCompile(`href="([^"]*[?&;]after=[^"]*)"`)

// page returns the address of the n-th page of a list that is full, or of the last one before it.
func (p *person) page(ctx context.Context, path string, n int) (string, error) {
	full := ""
	for range n {
		body, err := p.get(ctx, path)
		if err != nil {
			return "", err
		}
		m := nextPage.FindStringSubmatch(body)
		if m == nil {
			break
		}
		full, path = path, html.UnescapeString(m[1])
	}
	if full == "" {
		return "", fmt.Errorf("bench: %s is shorter than a page", path)
	}
	return full, nil
}
