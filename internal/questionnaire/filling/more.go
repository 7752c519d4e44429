package filling

import (
	"slices"
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// An answer can make further questions of its own page show. Whoever pressed "Volgende" has not seen them: that they
// are open is no mistake of his, and one that need not be answered would otherwise never be asked.

// more are the questions of a page, as its answers make it, that were not on it when it was posted; none for a page that
// does not say what was on it.
func (in *posted) more(page *form.Filled) []form.Field {
	if in.asked == nil || page == nil {
		return nil
	}
	return questions(page, func(f form.Field) bool { return !slices.Contains(in.asked, f.Name) })
}

func questions(page *form.Filled, is func(form.Field) bool) []form.Field {
	return slices.DeleteFunc(page.Fields(), func(f form.Field) bool { return f.Question.Kind == form.Computed || !is(f) })
}

// asked are the names of the questions on the page, for the form to bring back.
func (v pageView) asked() string {
	return names(questions(v.page, func(form.Field) bool { return true }))
}

func names(list []form.Field) string {
	var all []string
	for _, f := range list {
		all = append(all, f.Name)
	}
	return strings.Join(all, " ")
}

// seen are the problems that are not about any of those questions.
func seen(problems []ui.Problem, more []form.Field) []ui.Problem {
	return slices.DeleteFunc(problems, func(p ui.Problem) bool {
		return slices.ContainsFunc(more, func(f form.Field) bool { return about(p, f) })
	})
}

// about reports whether a problem is one of a question, or of a part of its answer.
func about(p ui.Problem, f form.Field) bool {
	name := answerPrefix + f.Name
	return p.Field == name || strings.HasPrefix(p.Field, name+".")
}

// link leads to the first field of a question.
func link(f form.Field) string {
	at := "#" + answerPrefix + f.Name
	if parts := f.Question.Kind.Parts(); len(parts) > 0 {
		at += "." + parts[0]
	}
	return at
}

// asking is the address of a page that was kept and asks for more.
func (p Place) asking(page string, more []form.Field) string {
	return web.Link(p.Href, "page", page, "more", names(more))
}
