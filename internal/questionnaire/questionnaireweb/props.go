package questionnaireweb

import (
	"slices"
	"strings"

	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// intros are what stands above the questions; that of the form only on its first page.
func (v pageView) intros(c *web.Ctx) []string {
	var list []string
	if v.number() == 1 {
		list = append(list, v.f.Definition.Intro.In(c.Texts.Lang()))
	}
	return append(list, v.page.Page.Intro.In(c.Texts.Lang()))
}

// told is what is wrong with the page, each with the question that it is about: many have the same problem.
func (v pageView) told(c *web.Ctx) []ui.Problem {
	list := slices.Clone(v.problems)
	for _, f := range v.page.Fields() {
		name := answerPrefix + f.Name
		for i, p := range list {
			if p.Field == name || strings.HasPrefix(p.Field, name+".") {
				list[i].Text = f.Question.Label.In(c.Texts.Lang()) + ": " + p.Text
			}
		}
	}
	return list
}

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

func describedFile(u ui.Field, id string) string {
	if u.Error != "" {
		return id + "-hint " + id + "-error"
	}
	return id + "-hint"
}
