package approvalweb

import (
	"errors"
	"math"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

func (p *Pages) list(c *web.Ctx, a access.Client) error {
	waiting, err := p.approvals.Waiting(c.R.Context(), a)
	if err != nil {
		return err
	}
	answered, err := p.approvals.Answered(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, listPage(c, c.Frame(c.T("nav.approvals")), waiting, answered))
}

// answerForm is an answer as it was posted. Do is what is asked for: a code by text message or on a call, or else to send it.
type answerForm struct {
	Choice  string `form:"choice"`
	Remark  string `form:"remark"`
	Code    string `form:"code"`
	PIN     string `form:"pin"`
	Sent    string `form:"sent"`    // a code went out
	Resumed string `form:"resumed"` // typed before a session ended
	Do      string `form:"do"`
}

// The buttons beside the one that sends an answer.
const (
	doText = "code"
	doCall = "call"
)

func (f answerForm) answer() approval.Answer {
	return approval.Answer{Choice: f.Choice, Remark: f.Remark, Signature: identity.Signature{Code: f.Code, PIN: f.PIN}}
}

// clientView is an approval as its client sees it.
type clientView struct {
	q        approval.Approval
	opened   *db.Time
	sign     identity.Signing
	in       answerForm
	news     string // of a code that was sent
	problems []ui.Problem
	general  string
}

// choices are the two answers.
func (v clientView) choices(c *web.Ctx) []ui.Option {
	return []ui.Option{
		{Value: approval.Agree, Label: c.T("approval.agree"), Hint: c.T("approval.agree_hint"), Icon: "circle-check", Chosen: v.in.Choice == approval.Agree},
		{Value: approval.Refuse, Label: c.T("approval.refuse"), Hint: c.T("approval.refuse_hint"), Icon: "x", Chosen: v.in.Choice == approval.Refuse},
	}
}

// codeHint says which code is typed.
func (v clientView) codeHint(c *web.Ctx) string {
	switch {
	case v.in.Sent == doCall || v.in.Sent != "" && v.sign.Landline:
		return c.T("code.call_hint")
	case v.in.Sent != "":
		return c.T("code.sms_hint")
	}
	return c.T("code.hint")
}

// sendLabel is what the button that sends a code is called.
func (v clientView) sendLabel(c *web.Ctx) string {
	switch {
	case v.in.Sent != "":
		return c.T("code.send_again")
	case v.sign.Landline:
		return c.T("code.way.call", "number", v.sign.Number)
	}
	return c.T("approval.send_code", "number", v.sign.Number)
}

func (p *Pages) clientPage(c *web.Ctx, a access.Client) error {
	var v clientView
	if c.Query("resume") != "" {
		parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
		if err != nil {
			return err
		}
		for _, f := range parked.Fields {
			switch f[0] {
			case "choice":
				v.in.Choice = f[1]
			case "remark":
				v.in.Remark = f[1]
			}
			v.in.Resumed = "1"
		}
	}
	return p.show(c, a, 200, v)
}

// show shows what waits with its form, and what was answered as the declaration that it is.
func (p *Pages) show(c *web.Ctx, a access.Client, code int, v clientView) error {
	var err error
	if v.q, v.opened, err = p.approvals.Read(c.R.Context(), a, c.Param("dossier"), c.Param("approval")); err != nil {
		return err
	}
	if v.q.Waits() {
		if v.sign, err = p.approvals.ToSign(c.R.Context(), a); err != nil {
			return err
		}
	}
	title := v.q.Kind
	if code >= 400 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(code, onePage(c, c.Frame(title), v))
}

// answer sends a code, or the answer. What is wrong comes back with all that was typed, but for codes.
func (p *Pages) answer(c *web.Ctx, a access.Client) error {
	var f answerForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if f.Do == doText || f.Do == doCall {
		return p.sendCode(c, a, f)
	}
	err := p.approvals.Declare(c.R.Context(), a, c.Param("dossier"), c.Param("approval"), f.answer())
	if err != nil {
		return p.again(c, a, f, err)
	}
	if f.Resumed != "" {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	return c.Done(c.Path(), "approval.sent."+f.Choice)
}

func (p *Pages) sendCode(c *web.Ctx, a access.Client, f answerForm) error {
	err := p.approvals.SendCode(c.R.Context(), a, c.Param("dossier"), c.Param("approval"), f.answer(), f.Do == doCall)
	if err != nil {
		return p.again(c, a, f, err)
	}
	f.Sent, f.Code, f.PIN = f.Do, "", ""
	v := clientView{in: f, news: "code.sent"}
	if f.Do == doCall {
		v.news = "code.called"
	}
	return p.show(c, a, 200, v)
}

// again shows the form as it was filled in, and why it was not sent.
func (p *Pages) again(c *web.Ctx, a access.Client, f answerForm, err error) error {
	v := clientView{in: f}
	e, _ := errors.AsType[*errs.Error](err)
	switch {
	case errs.FieldsOf(err) != nil:
		v.problems = ui.Problems(c.Texts, err)
		return p.show(c, a, 422, v)
	case errs.Is(err, errs.Conflict):
		v.general = c.T(e.Key, e.Args...)
		return p.show(c, a, 409, v)
	case errs.Is(err, errs.Limited):
		if f.Do != "" && e.Key == "code.just_sent" {
			v.in.Sent = f.Do
		}
		c.W.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
		v.general = c.T(e.Key, e.Args...)
		return p.show(c, a, 429, v)
	}
	return err
}
