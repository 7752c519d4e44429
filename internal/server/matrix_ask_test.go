package server_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"voordeur/internal/access"
)

// ask sends the row's request and looks in the answer for what the actor must not see.
func (p *probe) ask(a *actor, wild, fields map[string]string) reply {
	p.t.Helper()
	return p.askAt(a, wild, fields, "")
}

// askAt is ask with another query than the row's.
func (p *probe) askAt(a *actor, wild, fields map[string]string, way string) reply {
	p.t.Helper()
	p.asked++
	path := wildcard.ReplaceAllStringFunc(strings.TrimSuffix(p.route.Pattern, "{$}"), func(m string) string {
		if id := wild[wildcard.FindStringSubmatch(m)[1]]; id != "mine" {
			return id
		}
		return p.link
	})
	query, form := p.fill(p.row.query, wild), p.fill(p.row.form, wild)
	for name, id := range fields {
		if _, ok := p.row.inQuery[name]; ok {
			query.Set(name, id)
		} else {
			form.Set(name, id)
		}
	}
	if way != "" {
		path += way
	} else if len(query) > 0 {
		path += "?" + query.Encode()
	}
	path = a.base + path
	body, kind := p.body(form)
	if p.row.body != "" {
		body = strings.NewReader(p.row.body)
	}
	req := httptest.NewRequest(p.route.Method, path, body)
	req.Host = p.host
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(p.row.header); i += 2 {
		req.Header.Set(p.row.header[i], p.row.header[i+1])
	}
	if a.cookie != "" {
		req.AddCookie(&http.Cookie{Name: "session", Value: a.cookie})
	}
	rec := httptest.NewRecorder()
	p.handler.ServeHTTP(rec, req)
	r := reply{rec.Code, rec.Header(), rec.Body.String()}
	p.betrays(a, r)
	return r
}

func (p *probe) body(form url.Values) (io.Reader, string) {
	p.t.Helper()
	if !p.row.multi {
		if p.route.Method == http.MethodPost && len(p.row.header) == 0 {
			return strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
		}
		return nil, ""
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, list := range form {
		for _, v := range list {
			must(p.t, w.WriteField(k, v))
		}
	}
	if p.row.file != "" {
		part, err := w.CreateFormFile("file", "stuk.pdf")
		must(p.t, err)
		_, err = io.WriteString(part, p.row.file)
		must(p.t, err)
	}
	must(p.t, w.Close())
	return &b, w.FormDataContentType()
}

// fill puts values in the places of a row's fields.
func (p *probe) fill(pairs []string, wild map[string]string) url.Values {
	p.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		value := pairs[i+1]
		switch value {
		case "<once>":
			value = fmt.Sprintf("k%05d", p.fresh)
		case "<new>":
			value = fmt.Sprintf("nieuw%d@post.example", p.fresh)
		case "<email>":
			value = p.emailOf(wild["account"])
		case "<EMAIL>":
			value = strings.ToUpper(p.emailOf(wild["account"]))
		case "<handler>":
			value = p.account("behandelaar@" + p.domain)
		case "<client>":
			value = p.clientOf("c.dewit@post.example")
		case "<settings>":
			value = p.list(`select cast(version as text) from tenant where id = $1`, p.id)[0]
		case "<version>":
			value = "1"
			if had := p.list(`select cast(version as text) from dossier where tenant_id = $1 and id = $2`, p.id, wild["dossier"]); len(had) > 0 {
				value = had[0]
			} else if had := p.list(`select cast(version as text) from form_draft where tenant_id = $1 and id = $2`, p.id, wild["design"]); len(had) > 0 {
				value = had[0]
			} else if had := p.list(`select cast(version as text) from dossier_type where tenant_id = $1 and id = $2`, p.id, wild["type"]); len(had) > 0 {
				value = had[0]
			}
		}
		v.Add(pairs[i], value)
	}
	return v
}

// emailOf is the address of an account of this tenant, of the other one, or of nobody.
func (p *probe) emailOf(account string) string {
	p.t.Helper()
	return append(p.list(`select email from account where tenant_id in ($1, $2) and id = $3 order by case when tenant_id = $1 then 0 else 1 end`, p.id, p.other.id, account), "niemand@post.example")[0]
}

// mark begins the marks that things bear (see site.mark). No secret in base64 holds it by chance.
const mark = "Z~"

// hidden follows it in the name of what a client must not see. Three letters stand in some compressed
// page by chance.
const hidden = "verborgen"

// The marks of things in any answer.
var (
	dossierMark = regexp.MustCompile(mark + `([NT])(\d\d)x`)
	tenantMark  = regexp.MustCompile(mark + `([NT])(?:c(\d\d)|p(\d\d)|a|m) `)
)

// betrays looks for marks of what the actor must not see.
func (p *probe) betrays(a *actor, r reply) {
	p.t.Helper()
	text := r.body
	for _, list := range r.header {
		text += "\n" + strings.Join(list, "\n")
	}
	role := p.roleOn(a, p.face)
	if p.face == access.Docs { // the ticket shows what its owner sees
		a = p.holder()
		role = a.role
	}
	for _, m := range dossierMark.FindAllStringSubmatch(text, -1) {
		id := strings.Repeat("0", 24) + m[2]
		p.check(mark+m[1] == p.letter() && p.truth.sees(a, role, id), "%s: %s sees something of dossier %s of tenant %s", p, a.name, m[2], m[1])
	}
	for _, m := range tenantMark.FindAllStringSubmatch(text, -1) {
		p.check(mark+m[1] == p.letter() && role != "", "%s: %s sees a name of tenant %s", p, a.name, m[1])
		if m[2] != "" && p.face == access.Portal {
			p.check(strings.HasSuffix(a.client, m[2]) || p.named(a, text, m[0]), "%s: %s sees the name of client %s", p, a.name, m[2])
		}
		p.check(m[3] == "" || strings.HasSuffix(a.account, m[3]), "%s: %s sees what account %s typed", p, a.name, m[3])
	}
	p.check(p.face == access.Office && !p.row.preview || !strings.Contains(text, mark+hidden), "%s: %s sees what is not published", p, a.name)
}

// journalled returns the number of entries in the site's journal.
func (p *probe) journalled() int {
	p.t.Helper()
	n := 0
	must(p.t, p.raw.QueryRow(`select count(*) from journal where tenant_id = $1`, p.id).Scan(&n))
	return n
}

// entriesFrom returns what the journal got after the first n entries, as "event actor".
func (p *probe) entriesFrom(n int) []string {
	p.t.Helper()
	return p.list(`select event || ' ' || actor_id from journal where tenant_id = $1 order by at, id limit 100 offset $2`, p.id, n)
}
