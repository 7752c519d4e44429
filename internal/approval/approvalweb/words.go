package approvalweb

import (
	"voordeur/internal/approval"
	"voordeur/internal/web"
)

// stopped says why a client cannot answer, or not now.
func stopped(c *web.Ctx, q approval.Approval) string {
	switch {
	case q.State == approval.Withdrawn:
		return c.T("approval.withdrawn")
	case q.Closed:
		return c.T("approval.closed")
	case !q.Shown:
		return c.T("approval.gone")
	}
	return c.T("approval.changed")
}

// forWhom says for whom the client answers, and that he does it for another.
func forWhom(c *web.Ctx, q approval.Approval) string {
	if me := c.Scope.Name(); me != q.ClientName {
		return c.T("approval.by", "who", me, "client", q.ClientName)
	}
	return q.ClientName
}

func dueText(c *web.Ctx, q approval.Approval) string {
	if q.Late(c.Now) {
		return c.T("approval.late", "date", c.Texts.Date(q.Due()))
	}
	return c.Texts.Date(q.Due())
}

// answerOf names the text of an answer.
func answerOf(q approval.Approval) string {
	if q.State == approval.Agreed {
		return approval.Agree
	}
	return approval.Refuse
}

func remarkOf(c *web.Ctx, q approval.Approval) string {
	if q.Answer.Remark == "" {
		return c.T("approval.no_remark")
	}
	return q.Answer.Remark
}

// main reports whether to have a code sent is the act of the page.
func (v clientView) main() bool { return !v.sign.App && v.in.Sent == "" }
