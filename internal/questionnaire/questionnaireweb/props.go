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

// over says why a questionnaire is not filled in any more.
func over(f *questionnaire.Filling) string {
	if f.Questionnaire.State == questionnaire.Withdrawn {
		return "questionnaire.withdrawn"
	}
	return "questionnaire.closed"
}
