package clientweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/identity"
	"voordeur/internal/letter"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const lettersPath = "/letters"

// letterRoutes are the print queue, and letters for the accounts of a client.
func (p *Pages) letterRoutes() []web.Route {
	const one, account = lettersPath + "/{letter}", "/clients/{client}/accounts/{account}"
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: lettersPath, Policy: read, Handler: web.Staff(p.letters)},
		{Method: web.Post, Pattern: lettersPath + "/print", Policy: work, Handler: web.Staff(p.printLetters), Form: batchForm{}},
		{Method: web.Post, Pattern: one + "/print", Policy: work, Handler: web.Staff(p.printLetter)},
		{Method: web.Post, Pattern: one + "/revoke", Policy: work, Handler: web.Staff(p.revokeLetter)},
		{Method: web.Post, Pattern: "/clients/{client}/letters", Policy: work, Handler: web.Staff(p.byLetter), Form: letterForm{}},
		{Method: web.Get, Pattern: account + "/letter", Policy: work, Handler: web.Staff(p.againPage)},
		{Method: web.Post, Pattern: account + "/letter", Policy: work, Handler: web.Staff(p.letterAgain), Form: againForm{}},
		{Method: web.Get, Pattern: account + "/pin", Policy: work, Handler: web.Staff(p.pinPage)},
		{Method: web.Post, Pattern: account + "/pin", Policy: work, Handler: web.Staff(p.pinLetter), Form: againForm{}},
	}
}

// queueView is the print queue: what waits, and a page of what does not.
type queueView struct {
	waiting, past []letter.Row
	more          bool // more wait than are printed at once
	last          letter.Batch
	next          string
	work          bool
	now           time.Time
}

func (v queueView) printAll(c *web.Ctx) string {
	if v.more {
		return c.T("letters.print_oldest", "n", len(v.waiting))
	}
	return c.T("letters.print_all", "n", len(v.waiting))
}

func (p *Pages) letters(c *web.Ctx, a access.Staff) error {
	v := queueView{work: a.Can(access.Work), now: c.Now}
	var err error
	if v.waiting, err = letter.Waiting(c.R.Context(), p.db, a); err != nil {
		return err
	}
	if v.more = len(v.waiting) > letter.MaxBatch; v.more {
		v.waiting = v.waiting[:letter.MaxBatch]
	}
	if v.last, err = letter.LastBatch(c.R.Context(), p.db, a, c.Now); err != nil {
		return err
	}
	before := db.At(c.Now.Add(time.Second))
	if at, err := time.Parse(time.RFC3339Nano, c.Query("before")); err == nil {
		before = db.At(at)
	}
	if v.past, err = letter.Past(c.R.Context(), p.db, a, before, c.Query("id")); err != nil {
		return err
	}
	if len(v.past) > letter.PageSize {
		v.past = v.past[:letter.PageSize]
		last := v.past[len(v.past)-1]
		v.next = web.Link(lettersPath, "before", last.CreatedAt.Format(time.RFC3339Nano), "id", last.ID)
	}
	if err := p.clients.LettersListed(c.R.Context(), a); err != nil {
		return err
	}
	return c.Render(200, lettersPage(c, c.Frame(c.T("letters.title")), v))
}

// printLetter answers with the letter itself. Who printed it can do so again for ten minutes, so that a
// double click and a printer that jams lose nothing.
func (p *Pages) printLetter(c *web.Ctx, a access.Staff) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	content, row, err := letter.Print(c.R.Context(), p.db, t, a, c.Param("letter"))
	if errs.Is(err, errs.Conflict) {
		c.SetFlash(web.Flash{Kind: "error", Key: "letter.not_to_print"})
		return c.See(lettersPath)
	}
	if err != nil {
		return err
	}
	paper, err := letter.Paper(t, p.tenants.URL(t, access.Portal), row, content)
	if err != nil {
		return err
	}
	return answerPaper(c, c.T("letter.file."+row.Kind, "name", row.Name), paper)
}

func answerPaper(c *web.Ctx, name string, paper []byte) error {
	h := c.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", filetype.Disposition("attachment", name+".pdf"))
	c.W.WriteHeader(http.StatusOK)
	_, err := c.W.Write(paper)
	return err
}

// batchForm asks for the letters that wait, or for those that were printed at a moment.
type batchForm struct {
	Again string `form:"again"`
}

// printLetters answers with all letters that wait as one file.
func (p *Pages) printLetters(c *web.Ctx, a access.Staff) error {
	var f batchForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.R.Context()
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	all, err := p.batch(ctx, t, a, f)
	if errs.Is(err, errs.Conflict) {
		c.SetFlash(web.Flash{Kind: "error", Key: "letters.none_left"})
		return c.See(lettersPath)
	}
	if err != nil {
		return err
	}
	papers, err := letter.Papers(t, p.tenants.URL(t, access.Portal), c.Texts, c.Now, all)
	if err != nil {
		return err
	}
	return answerPaper(c, c.T("letters.file", "date", c.Texts.Date(c.Now)), papers)
}

func (p *Pages) batch(ctx context.Context, t *tenant.Tenant, a access.Staff, f batchForm) ([]letter.Filled, error) {
	if f.Again == "" {
		return letter.PrintAll(ctx, p.db, t, a)
	}
	at, err := time.Parse(time.RFC3339Nano, f.Again)
	if err != nil {
		return nil, errs.New(errs.Conflict, "letters.none_left")
	}
	return letter.PrintAgain(ctx, p.db, t, a, db.At(at))
}

func (p *Pages) revokeLetter(c *web.Ctx, a access.Staff) error {
	err := p.ids.RevokeLetter(c.R.Context(), a, c.Param("letter"))
	if errs.Is(err, errs.Conflict) {
		c.SetFlash(web.Flash{Kind: "error", Key: "letter.over"})
		return c.See(lettersPath)
	}
	if err != nil {
		return err
	}
	return c.Done(lettersPath, "letter.revoked_now")
}

type letterForm struct {
	Once     string `form:"once"`
	Name     string `form:"name"`
	UserName string `form:"user_name"`
	Email    string `form:"email"`
	Address  string `form:"address"`
}

func (p *Pages) byLetter(c *web.Ctx, a access.Staff) error {
	var f letterForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	cl, err := p.clients.View(c.R.Context(), a, c.Param("client"))
	if err != nil {
		return err
	}
	role, err := p.roleOfNext(c, a, cl)
	if err != nil {
		return err
	}
	err = p.ids.InviteByLetter(c.R.Context(), a, f.Once, identity.NewLetter{Client: cl.ID, Name: f.Name, UserName: f.UserName, Email: f.Email, Address: f.Address, Role: role})
	if errs.FieldsOf(err) != nil {
		return p.show(c, a, 422, accountForm{Once: f.Once, Name: f.Name, Email: f.Email, UserName: f.UserName, Address: f.Address}, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(lettersPath, "letter.made")
}

// roleOfNext is the role of a client's next account: the first one is the client's own.
func (p *Pages) roleOfNext(c *web.Ctx, a access.Staff, cl client.Client) (access.Role, error) {
	had, err := p.ids.OfClient(c.R.Context(), a, cl.ID)
	if len(had) > 0 {
		return access.RoleExtra, err
	}
	return access.RoleClient, err
}

type againForm struct {
	Once    string `form:"once"`
	Address string `form:"address"`
}

// againView is the account that gets a new letter, of a kind.
type againView struct {
	kind     string
	client   client.Client
	account  identity.Account
	in       againForm
	problems []ui.Problem
}

func (p *Pages) againPage(c *web.Ctx, a access.Staff) error {
	return p.showAgain(c, a, 200, againView{kind: letter.KindLogin, in: againForm{Once: web.OnceKey()}})
}

// pinPage makes a letter with the PIN that links a telephone, where the organisation sends such letters (A22, A25).
func (p *Pages) pinPage(c *web.Ctx, a access.Staff) error {
	return p.showAgain(c, a, 200, againView{kind: letter.KindPIN, in: againForm{Once: web.OnceKey()}})
}

func (p *Pages) showAgain(c *web.Ctx, a access.Staff, status int, v againView) error {
	ctx := c.R.Context()
	var err error
	if v.account, err = p.ids.AccountOf(ctx, a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	if v.kind == letter.KindPIN {
		t, err := p.tenants.Get(ctx, c.Site.Tenant)
		if err != nil {
			return err
		}
		if !t.Settings.SecondFactor.ByPIN() {
			return errs.New(errs.Forbidden, "")
		}
	}
	if v.client, err = p.clients.View(ctx, a, c.Param("client")); err != nil {
		return err
	}
	title := v.title(c)
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, againLetterPage(c, c.Frame(title), v))
}

func (v againView) title(c *web.Ctx) string {
	if v.kind == letter.KindPIN {
		return c.T("pin.letter")
	}
	return c.T("letter.again")
}

func (v againView) path() string {
	if v.kind == letter.KindPIN {
		return "/pin"
	}
	return "/letter"
}

func (p *Pages) letterAgain(c *web.Ctx, a access.Staff) error {
	return p.makeLetter(c, a, letter.KindLogin, p.ids.LetterAgain)
}

func (p *Pages) pinLetter(c *web.Ctx, a access.Staff) error {
	return p.makeLetter(c, a, letter.KindPIN, p.ids.PINLetter)
}

func (p *Pages) makeLetter(c *web.Ctx, a access.Staff, kind string, queue func(ctx context.Context, a access.Staff, client, account, once, address string) error) error {
	var f againForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := queue(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Once, f.Address)
	if errs.FieldsOf(err) != nil {
		return p.showAgain(c, a, 422, againView{kind: kind, in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done(lettersPath, "letter.made")
}

// history says who did what with a letter, and when.
func history(c *web.Ctx, r letter.Row) string {
	parts := []string{c.T("letter.made_by", "date", c.Texts.DateTime(r.CreatedAt.Time), "name", r.CreatedBy)}
	if r.PrintedAt != nil {
		parts = append(parts, c.T("letter.printed_by", "date", c.Texts.DateTime(r.PrintedAt.Time), "name", r.PrintedBy))
	}
	switch {
	case r.EndedAt != nil && r.EndedBy != "":
		parts = append(parts, c.T("letter.ended_by", "date", c.Texts.DateTime(r.EndedAt.Time), "name", r.EndedBy))
	case r.EndedAt != nil:
		parts = append(parts, c.T("letter.ended", "date", c.Texts.DateTime(r.EndedAt.Time)))
	default:
		parts = append(parts, c.T("letter.until", "date", c.Texts.Date(r.ExpiresAt.Time)))
	}
	return strings.Join(parts, " · ")
}

// reachedAt is where an account says that it can be reached, besides its address.
func reachedAt(c *web.Ctx, k identity.Numbers) string {
	var parts []string
	for _, n := range []struct{ key, number string }{{"contact.home", k.Home}, {"contact.mobile", k.Mobile}, {"contact.mobile_private", k.MobilePrivate}} {
		if n.number != "" {
			parts = append(parts, c.T(n.key)+" "+n.number)
		}
	}
	return strings.Join(parts, " · ")
}

// loginOf is what an account logs in with.
func loginOf(acc identity.Account) string {
	if acc.UserName == "" {
		return acc.Email
	}
	if acc.Email == "" {
		return acc.UserName
	}
	return acc.UserName + " · " + acc.Email
}
