package identityweb

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// elsewhereRoutes are the way to another party and back. A log-in begins with a link: a form that is answered with
// the address of another party is stopped by Content-Security-Policy.
func (p *Pages) elsewhereRoutes() []web.Route {
	const one = "/login/{connection}"
	return []web.Route{
		{Method: web.Get, Pattern: one, Policy: access.AnyFace, Handler: p.leave},
		{Method: web.Get, Pattern: one + "/return", Policy: access.AnyFace, Handler: p.comeBack},
		{Method: web.Get, Pattern: one + "/out", Policy: access.AnyFace, Handler: p.out},
		{Method: web.Post, Pattern: one + "/return", Policy: access.AnyFace, Handler: p.posted, Form: postedForm{}, Foreign: true},
		{Method: web.Get, Pattern: one + "/metadata", Policy: access.AnyFace, Handler: p.metadata},
		{Method: web.Get, Pattern: one + "/bye", Policy: access.AnyFace, Handler: p.bye},
		{Method: web.Get, Pattern: one + "/logout", Policy: access.AnyFace, Handler: p.saidBye},
		{Method: web.Post, Pattern: one + "/logout", Policy: access.AnyFace, Handler: p.ended, Form: overForm{}, Foreign: true},
	}
}

// awayCookie binds who comes back to the browser that left. It stays while the browser is open: two windows can
// both be away.
const awayCookie = "away"

func (p *Pages) leave(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	in := federation.Going{Purpose: federation.ToLogin, Next: c.Query("next"), Scope: c.Scope, Secret: c.Cookie(awayCookie)}
	switch why := c.Query("why"); why {
	case federation.ToConfirm, federation.ToLink:
		in.Purpose = why
	}
	gone, err := p.parties.Go(c.R.Context(), t, c.Site.Face, c.Param("connection"), in)
	switch {
	case errors.Is(err, eid.ErrAway):
		return p.notLetIn(c, federation.Arrival{Purpose: in.Purpose, Next: in.Next, Connection: gone.Connection}, err)
	case err != nil:
		return err
	}
	c.SetCookie(awayCookie, gone.Secret, 0)
	return p.onwards(c, gone, c.T("elsewhere.onwards_lead", "name", gone.Connection.Called()))
}

// onwards has the browser go to another party: by its address, or by the button of a page where it takes none. Where the
// form of that page may end is left open but for the scheme, since the other party sends the browser on.
func (p *Pages) onwards(c *web.Ctx, gone federation.Gone, lead string) error {
	h := c.W.Header()
	if gone.Request == "" {
		h.Set("Location", gone.URL)
		c.W.WriteHeader(303)
		return nil
	}
	to, err := url.Parse(gone.URL)
	if err != nil {
		return err
	}
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "form-action 'self'", "form-action "+to.Scheme+":", 1))
	return c.Render(200, onwardsPage(c, c.Frame(c.T("elsewhere.onwards", "name", gone.Connection.Called())), gone, lead))
}

// postedForm is what a browser brings from a party that speaks SAML and hands out no artifacts.
type postedForm struct {
	Response string `form:"SAMLResponse"`
	Relay    string `form:"RelayState"`
}

// posted takes an answer from another site, whose form brings no cookie, and has the browser come once more, with its own.
func (p *Pages) posted(c *web.Ctx) error {
	var f postedForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	con, err := p.parties.Post(c.R.Context(), t, c.Site.Face, c.Param("connection"), f.Relay, f.Response)
	if err != nil {
		return err
	}
	return c.See(web.Link("/login/"+con.ID+"/return", "RelayState", f.Relay))
}

// metadata is what a party that speaks SAML reads of us.
func (p *Pages) metadata(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	data, err := p.parties.Metadata(c.R.Context(), t, c.Site.Face, c.Param("connection"))
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, err = c.W.Write(data)
	return err
}

func (p *Pages) comeBack(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	a, err := p.parties.Take(c.R.Context(), t, c.Site.Face, c.Param("connection"), federation.Back{Query: c.R.URL.Query(), Secret: c.Cookie(awayCookie), Scope: c.Scope})
	switch {
	case federation.Refusal(err) != "":
		return p.notLetIn(c, a, err)
	case err != nil:
		return err
	}
	switch a.Purpose {
	case federation.ToConfirm:
		c.SetCookie(sessionCookie, a.Token, 0)
		return c.See(a.Next)
	case federation.ToLink:
		return c.Done("/profile", "elsewhere.linked", "name", a.Connection.Called())
	}
	return p.enter(c, a.Outcome, a.Next)
}

// notLetIn says on the page from which somebody left why he is where he was. The address that he came back to
// has secrets in it, and this one has none.
func (p *Pages) notLetIn(c *web.Ctx, a federation.Arrival, err error) error {
	key := "elsewhere." + federation.Refusal(err)
	if federation.Refusal(err) == "refused" && a.Connection.Means == federation.DigiD {
		key = "elsewhere.refused_digid"
	}
	kind := "error"
	if errors.Is(err, eid.ErrCancelled) {
		kind = "info"
	}
	c.SetFlash(web.Flash{Kind: kind, Key: key, Args: []any{"name", a.Connection.Called()}})
	switch a.Purpose {
	case federation.ToConfirm:
		return c.See(web.Link("/confirm", "next", a.Next))
	case federation.ToLink:
		return c.See("/profile")
	}
	return c.See(web.Link("/login", "next", a.Next))
}

// out offers somebody who has logged out here to do so at the party by which he came: the next at this computer would
// come in there without being asked anything. It is a link, for the reason for which a log-in begins with one.
func (p *Pages) out(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	con, to, err := p.parties.Out(c.R.Context(), t, c.Site.Face, c.Param("connection"), c.Cookie(awayCookie))
	if err != nil {
		return err
	}
	if to == "" || c.Scope.Account() != "" {
		return c.See("/login")
	}
	return c.Render(200, outView(c, c.Frame(c.T("elsewhere.out_page")), con.Called(), to))
}

// bye has a browser log out at a party by SAML. Until there is an answer it may do so again.
func (p *Pages) bye(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	con, err := p.parties.Connection(c.R.Context(), t, c.Site.Face, c.Param("connection"))
	if err != nil {
		return err
	}
	gone, err := p.parties.Bye(c.R.Context(), t, con, c.Cookie(awayCookie))
	switch {
	case errs.Is(err, errs.NotFound):
		return c.See("/login")
	case err != nil:
		return err
	}
	return p.onwards(c, gone, c.T("elsewhere.bye_lead", "name", con.Called()))
}

// saidBye says what came of logging out at a party by SAML; or that party itself says, by the browser, that somebody has
// logged out there.
func (p *Pages) saidBye(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if c.Query("SAMLRequest") != "" {
		return p.end(c, t, federation.Told{Query: c.R.URL.RawQuery})
	}
	con, err := p.parties.SaidBye(c.R.Context(), t, c.Site.Face, c.Param("connection"), federation.Back{Query: c.R.URL.Query(), Raw: c.R.URL.RawQuery, Secret: c.Cookie(awayCookie)})
	said := web.Flash{Kind: "ok", Key: "elsewhere.bye_done", Args: []any{"name", con.Called()}}
	switch {
	case errors.Is(err, federation.ErrPartly):
		said.Kind, said.Key = "warning", "elsewhere.bye_partly"
	case errors.Is(err, eid.ErrRefused):
		said.Kind, said.Key = "warning", "elsewhere.bye_unseen"
	case err != nil:
		return err
	}
	if c.Scope.Account() == "" { // or he has logged in again meanwhile
		c.SetFlash(said)
	}
	return c.See("/login")
}

// overForm is what another party sends when somebody has logged out there, or what a browser brings from it.
type overForm struct {
	Token    string `form:"logout_token"`
	Response string `form:"SAMLResponse"`
	Relay    string `form:"RelayState"`
}

// ended ends what another party says is over. It asks with a signed token or message, and for nobody's session. A browser
// that brings an answer by SAML comes once more, with its cookie.
func (p *Pages) ended(c *web.Ctx) error {
	var told federation.Told
	var f overForm
	var err error
	if kind, _, _ := mime.ParseMediaType(c.R.Header.Get("Content-Type")); kind == "text/xml" {
		told.Message, err = io.ReadAll(http.MaxBytesReader(c.W, c.R.Body, web.MaxForm))
	} else if err = web.Bind(c, &f); err == nil {
		told.Token = f.Token
	}
	if err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if f.Response == "" {
		return p.end(c, t, told)
	}
	con, err := p.parties.PostReply(c.R.Context(), t, c.Site.Face, c.Param("connection"), f.Relay, f.Response)
	if err != nil {
		return err
	}
	return c.See(web.Link("/login/"+con.ID+"/logout", "RelayState", f.Relay))
}

func (p *Pages) end(c *web.Ctx, t *tenant.Tenant, told federation.Told) error {
	reply, err := p.parties.End(c.R.Context(), t, c.Site.Face, c.Param("connection"), told, c.Scope.Origin())
	switch {
	case errs.Is(err, errs.Invalid):
		c.W.WriteHeader(400)
		return nil
	case err != nil:
		return err
	case reply.URL != "":
		c.W.Header().Set("Location", reply.URL)
		c.W.WriteHeader(303)
		return nil
	case reply.Message == nil:
		return nil
	}
	c.W.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, err = c.W.Write(reply.Message)
	return err
}

// wayText is the link by which somebody logs in.
func wayText(c *web.Ctx, con federation.Connection) string {
	if con.Means == federation.EIDAS {
		return c.T("elsewhere.with_eidas")
	}
	return c.T("elsewhere.with", "name", con.Called())
}

// showConfirmElsewhere asks once more who it is, at the party with which the session began.
func (p *Pages) showConfirmElsewhere(c *web.Ctx, t *tenant.Tenant, by, next string, err error) error {
	if err != nil {
		return err
	}
	con, err := p.parties.Connection(c.R.Context(), t, c.Site.Face, by)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return c.Render(200, confirmElsewhereView(c, c.Frame(c.T("confirm.title")), con, next))
}

// staffWays are the blocks of an employee's own page about how he comes in.
func (p *Pages) staffWays(c *web.Ctx) ([]templ.Component, error) {
	elsewhere, err := p.ids.IsElsewhere(c.R.Context(), c.Scope)
	if err != nil || elsewhere {
		return []templ.Component{elsewhereBlock(c)}, err
	}
	keys, err := p.passkeysBlock(c)
	if err != nil {
		return nil, err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return nil, err
	}
	list, err := p.parties.Offered(c.R.Context(), t, access.Office)
	blocks := []templ.Component{passwordBlock(c), keys}
	if len(list) > 0 {
		blocks = append(blocks, linkBlock(c, list))
	}
	return blocks, err
}
