package federationweb

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/saml"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// samlForm is a connection by SAML as it is typed; the other party's metadata may come as a file instead.
type samlForm struct {
	Version      string `form:"version"`
	Name         string `form:"name"`
	Level        string `form:"level"`
	Metadata     string `form:"metadata"`
	EntityID     string `form:"entity_id"`
	Services     string `form:"services"`
	ServiceIndex string `form:"service_index"`
	ServiceName  string `form:"service_name"`
	Signed       string `form:"signed"`
	Roots        string `form:"roots"`
	Logout       string `form:"logout"`
	Enabled      string `form:"enabled"`

	TechnicalName  string `form:"technical_name"`
	TechnicalMail  string `form:"technical_mail"`
	TechnicalPhone string `form:"technical_phone"`
	OfficeName     string `form:"administrative_name"`
	OfficeMail     string `form:"administrative_mail"`
	OfficePhone    string `form:"administrative_phone"`
}

func (f samlForm) draft() federation.SAMLDraft {
	return federation.SAMLDraft{
		Name: f.Name, Level: f.Level, Metadata: f.Metadata, Roots: f.Roots, EntityID: f.EntityID, Services: f.Services, ServiceIndex: f.ServiceIndex, ServiceName: f.ServiceName,
		Signed: f.Signed, Logout: f.Logout != "", Enabled: f.Enabled != "",
		Contacts: map[string]saml.Contact{
			federation.Technical:      {Name: f.TechnicalName, Mail: f.TechnicalMail, Phone: f.TechnicalPhone},
			federation.Administrative: {Name: f.OfficeName, Mail: f.OfficeMail, Phone: f.OfficePhone},
		},
	}
}

// receive reads a form into dest, and returns what is in its files, one after the other. All of it stays in memory: a
// private key is written nowhere before it is sealed.
func receive(c *web.Ctx, dest any) (files []byte, err error) {
	if kind, _, err := mime.ParseMediaType(c.R.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return nil, web.Bind(c, dest)
	}
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, web.MaxForm)
	if err := c.R.ParseMultipartForm(2 * web.MaxForm); err != nil { // more than the body has, so that no file goes to the disk
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, &errs.Error{Kind: errs.TooLarge, Err: err}
		}
		return nil, &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
	}
	for _, head := range c.R.MultipartForm.File["file"] {
		file, err := head.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		if len(b) > 0 {
			files = append(append(files, b...), '\n')
		}
	}
	return files, web.Bind(c, dest)
}

// samlView is a connection by SAML with what was typed of it.
type samlView struct {
	con      federation.Connection
	sides    federation.Sides
	version  int64
	in       federation.SAMLDraft
	once     string
	problems []ui.Problem
	general  string
}

// complete adds what a page of the connection shows besides.
func (p *Pages) complete(c *web.Ctx, v *samlView) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	v.once = web.OnceKey()
	v.sides, err = p.parties.Sides(t, v.con)
	return err
}

func titled(c *web.Ctx, status int, title string) ui.Frame {
	if status != http.StatusOK {
		title = c.T("page.error_title", "title", title)
	}
	return c.Frame(title)
}

func (p *Pages) showSAML(c *web.Ctx, status int, v samlView) error {
	if err := p.complete(c, &v); err != nil {
		return err
	}
	return c.Render(status, samlPage(c, titled(c, status, v.con.Name), v))
}

func (p *Pages) changeSAML(c *web.Ctx, a access.Staff, con federation.Connection) error {
	var f samlForm
	file, err := receive(c, &f)
	if err != nil {
		return err
	}
	if len(file) > 0 {
		f.Metadata = web.Clean(string(file))
	}
	d, version := f.draft(), number(f.Version)
	err = p.parties.ChangeSAML(c.R.Context(), a, con.ID, version, d)
	switch {
	case errs.FieldsOf(err) != nil:
		return p.showSAML(c, 422, samlView{con: con, version: version, in: d, problems: ui.Problems(c.Texts, err)})
	case errs.Is(err, errs.Conflict):
		return p.showSAML(c, 409, samlView{con: con, version: con.Version, in: d, general: c.T("error.changed_meanwhile")})
	case err != nil:
		return err
	}
	return c.Done(listPath+"/"+con.ID, "connection.saved", "name", d.Name)
}

// number reads a version; nobody has 0, so that the form comes back.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// keyForm is an act on a key. It has no type on its routes, and what was typed of a key never comes back; the names of its
// fields say so to whoever keeps what was typed until somebody has proved himself anew.
type keyForm struct {
	Version string `form:"version"`
	Once    string `form:"once"`
	Key     string `form:"secret_key"`
	Line    string `form:"secret_line"`
}

// ofSAML returns a connection whose keys are ours.
func (p *Pages) ofSAML(c *web.Ctx, a access.Staff) (federation.Connection, error) {
	con, err := p.parties.Get(c.R.Context(), a, c.Param("connection"))
	if err == nil && con.Protocol != federation.BySAML {
		err = errs.Missing()
	}
	return con, err
}

func (p *Pages) keys(c *web.Ctx, a access.Staff) error {
	con, err := p.ofSAML(c, a)
	if err != nil {
		return err
	}
	return p.showKeys(c, 200, samlView{con: con})
}

func (p *Pages) showKeys(c *web.Ctx, status int, v samlView) error {
	if err := p.complete(c, &v); err != nil {
		return err
	}
	return c.Render(status, keysPage(c, titled(c, status, c.T("keys.title")), v))
}

func (p *Pages) askSwitch(c *web.Ctx, a access.Staff) error {
	con, err := p.ofSAML(c, a)
	if err != nil {
		return err
	}
	v := samlView{con: con}
	if err := p.complete(c, &v); err != nil {
		return err
	}
	if v.sides.Next == nil {
		return c.See(keysPath(con))
	}
	return c.Render(200, switchPage(c, c.Frame(c.T("keys.switch")), v))
}

// keyed is an act on the keys as it came.
type keyed struct {
	id, once string
	version  int64
	pem      []byte
}

// keyAct makes a route of one act on the keys, which says done.
func (p *Pages) keyAct(path, done string, act func(c *web.Ctx, a access.Staff, in keyed) error) web.Route {
	return web.Route{Method: web.Post, Pattern: onePath + "/keys" + path, Policy: manage, Recent: within, Handler: web.Staff(func(c *web.Ctx, a access.Staff) error {
		con, err := p.ofSAML(c, a)
		if err != nil {
			return err
		}
		var f keyForm
		files, err := receive(c, &f)
		if err != nil {
			return err
		}
		err = act(c, a, keyed{con.ID, f.Once, number(f.Version), append([]byte(f.Key+f.Line+"\n"), files...)})
		switch {
		case errs.FieldsOf(err) != nil:
			return p.showKeys(c, 422, samlView{con: con, problems: ui.Problems(c.Texts, err)})
		case errs.Is(err, errs.Conflict):
			return p.showKeys(c, 409, samlView{con: con, general: c.T("error.changed_meanwhile")})
		case err != nil:
			return err
		}
		return c.Done(keysPath(con), done)
	})}
}

func keysPath(con federation.Connection) string { return listPath + "/" + con.ID + "/keys" }

// keyRoutes are the addresses of our keys.
func (p *Pages) keyRoutes() []web.Route {
	f := p.parties
	return []web.Route{
		{Method: web.Get, Pattern: onePath + "/keys", Policy: manage, Recent: within, Handler: web.Staff(p.keys)},
		{Method: web.Get, Pattern: onePath + "/keys/switch", Policy: manage, Recent: within, Handler: web.Staff(p.askSwitch)},
		p.keyAct("/prepare", "keys.prepared", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.PrepareKey(c.R.Context(), a, in.id, in.version, in.once)
		}),
		p.keyAct("/bring", "keys.brought", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.BringKey(c.R.Context(), a, in.id, in.version, in.once, in.pem)
		}),
		p.keyAct("/switch", "keys.switched", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.SwitchKey(c.R.Context(), a, in.id, in.version, in.once)
		}),
		p.keyAct("/drop", "keys.dropped", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.DropKey(c.R.Context(), a, in.id, in.version, in.once)
		}),
		p.keyAct("/line", "keys.line_set", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.SetLine(c.R.Context(), a, in.id, in.version, in.once, in.pem)
		}),
		p.keyAct("/line/remove", "keys.line_dropped", func(c *web.Ctx, a access.Staff, in keyed) error {
			return f.DropLine(c.R.Context(), a, in.id, in.version, in.once)
		}),
	}
}
