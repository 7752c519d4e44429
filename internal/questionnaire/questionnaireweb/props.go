package questionnaireweb

import (
	"voordeur/internal/questionnaire"
	"voordeur/internal/web"
)

// to says to whom a questionnaire was sent.
func to(c *web.Ctx, q questionnaire.Questionnaire) string {
	if q.Account == "" {
		return q.ClientName
	}
	return c.T("questionnaire.to_one", "name", q.AccountName, "client", q.ClientName)
}

// state says how far a questionnaire is, with its last day while it can be filled in.
func state(c *web.Ctx, q questionnaire.Questionnaire) string {
	switch {
	case q.Expired:
		return c.T("questionnaire.state.expired")
	case q.Asked() && !q.Due.IsZero():
		return c.T("questionnaire.state."+q.State) + ". " + until(c, q)
	}
	return c.T("questionnaire.state." + q.State)
}

// until says the last day on which a questionnaire can be filled in, "" for no end.
func until(c *web.Ctx, q questionnaire.Questionnaire) string {
	if q.Due.IsZero() {
		return ""
	}
	return c.T("questionnaire.until", "date", c.Texts.ShortDate(q.Due))
}

// over says why a questionnaire is not filled in any more.
func over(f *questionnaire.Filling) string {
	if f.Questionnaire.State == questionnaire.Withdrawn {
		return "questionnaire.withdrawn"
	}
	if f.Expired {
		return "questionnaire.expired"
	}
	return "questionnaire.closed"
}
