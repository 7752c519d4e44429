package eidsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/i18n"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// question is what a party asks a provider, whatever the protocol.
type question struct {
	provider Provider
	levels   []level        // that it has, lowest first
	least    level          // below this nobody may be let in
	wrongs   []Misbehaviour // what the protocol can do wrong
	answered bool           // the party has had an answer before
	origins  []string       // where the answer goes
}

// choice is what the visitor wants the answer to be.
type choice struct {
	person    Person
	level     level
	wrong     Misbehaviour
	cancelled bool
}

// The fields of the page. They lie beside the parameters of the question in the same form.
const (
	fieldAct    = "act" // login, logout, cancel or a language
	fieldLang   = "lang"
	fieldPerson = "person"
	fieldLevel  = "level"
	fieldWrong  = "wrong"
)

// choose returns what the visitor chose. When he has not yet, it answers with the page and reports false.
func (s *Sim) choose(w http.ResponseWriter, r *http.Request, q question) (choice, bool) {
	act := r.PostForm.Get(fieldAct)
	if act == "cancel" {
		return choice{cancelled: true}, true
	}
	t := texts(r)
	var c choice
	var list []ui.Problem
	if act == "login" {
		if c, list = chosen(r.PostForm, q, t); len(list) == 0 {
			return c, true
		}
	}
	status := http.StatusOK
	if len(list) > 0 {
		status = http.StatusUnprocessableEntity
	}
	w.Header().Set("Content-Security-Policy", policy(strings.Join(q.origins, " ")))
	show(w, r, status, chooseView(t, q, formOf(r, q, t, list), list))
	return choice{}, false
}

func chosen(posted url.Values, q question, t *i18n.Texts) (choice, []ui.Problem) {
	c := choice{wrong: Misbehaviour(posted.Get(fieldWrong))}
	var list []ui.Problem
	miss := func(field, key string) { list = append(list, ui.Problem{Field: field, Text: t.T(key)}) }

	people, offered := At(q.provider), q.offered()
	if i := slices.IndexFunc(people, func(p Person) bool { return p.ID == posted.Get(fieldPerson) }); i >= 0 {
		c.person = people[i]
	} else {
		miss(fieldPerson, "eidsim.who_missing")
	}
	if i := slices.IndexFunc(offered, func(l level) bool { return l.value == posted.Get(fieldLevel) }); i >= 0 {
		c.level = offered[i]
	} else {
		miss(fieldLevel, "eidsim.level_missing")
	}
	switch {
	case c.wrong != "" && !slices.Contains(q.wrongs, c.wrong):
		miss(fieldWrong, "eidsim.wrong_missing")
	case c.wrong == Replayed && !q.answered:
		miss(fieldWrong, "eidsim.no_last")
	case c.wrong == LowLevel:
		c.level = q.below()
	}
	return c, list
}

// offered are the levels that are high enough.
func (q question) offered() []level { return q.levels[max(0, slices.Index(q.levels, q.least)):] }

// below is the level below those that are high enough, or none.
func (q question) below() level {
	if i := slices.Index(q.levels, q.least); i > 0 {
		return q.levels[i-1]
	}
	return level{}
}

// form is the page's form, with everything typed still there.
type form struct {
	action               string
	hidden               []ui.Option // the parameters of a question that was posted
	person, level, wrong ui.Field
	open                 bool
	other                i18n.Lang
}

// formWith is a form with what can be wrong with the answer, and nothing to choose besides.
func formWith(r *http.Request, t *i18n.Texts, wrongs []Misbehaviour, list []ui.Problem) form {
	posted := r.PostForm
	f := form{action: r.URL.RequestURI(), other: i18n.NL, open: posted.Get(fieldWrong) != ""}
	if t.Lang() == i18n.NL {
		f.other = i18n.EN
	}
	ours := []string{fieldAct, fieldLang, fieldPerson, fieldLevel, fieldWrong}
	for name, values := range posted {
		if !slices.Contains(ours, name) {
			f.hidden = append(f.hidden, ui.Option{Label: name, Value: values[0]})
		}
	}
	slices.SortFunc(f.hidden, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	f.wrong = ui.Field{Name: fieldWrong, Label: t.T("eidsim.wrong"), Hint: t.T("eidsim.fold_lead"), Error: ui.ErrorOf(list, fieldWrong)}
	f.wrong.Options = []ui.Option{{Label: t.T("eidsim.wrong.nothing")}}
	for _, m := range wrongs {
		f.wrong.Options = append(f.wrong.Options, ui.Option{Value: string(m), Label: t.T("eidsim.wrong." + string(m)), Chosen: posted.Get(fieldWrong) == string(m)})
	}
	return f
}

func formOf(r *http.Request, q question, t *i18n.Texts, list []ui.Problem) form {
	posted := r.PostForm
	f := formWith(r, t, q.wrongs, list)
	f.person = ui.Field{Name: fieldPerson, Label: t.T("eidsim.who"), Error: ui.ErrorOf(list, fieldPerson)}
	for i, p := range At(q.provider) {
		on := posted.Get(fieldPerson) == p.ID || i == 0 && posted.Get(fieldAct) == ""
		f.person.Options = append(f.person.Options, ui.Option{Value: p.ID, Label: label(t, p), Chosen: on})
	}
	f.level = ui.Field{Name: fieldLevel, Label: t.T("eidsim.level"), Error: ui.ErrorOf(list, fieldLevel)}
	for _, l := range q.offered() {
		f.level.Options = append(f.level.Options, ui.Option{Value: l.value, Label: t.T("eidsim.level." + l.key), Chosen: posted.Get(fieldLevel) == l.value})
	}
	return f
}

// label is a person's name with the number by which he is known, and for whom he acts.
func label(t *i18n.Texts, p Person) string {
	name := p.Name()
	if p.Company != "" {
		name = t.T("eidsim.acts_for", "name", name, "company", p.Company)
	}
	name += " – " + p.Number()
	if p.Branch != "" {
		name += ", " + t.T("eidsim.branch", "branch", p.Branch)
	}
	return name
}

// texts are in the language that the visitor chose here, or else the party that sent him, or his browser.
func texts(r *http.Request) *i18n.Texts {
	for _, l := range []string{r.PostForm.Get(fieldAct), r.PostForm.Get(fieldLang), r.Form.Get("ui_locales"), r.Header.Get("Accept-Language")} {
		if known := web.Wants(strings.ReplaceAll(l, " ", ",")); known != "" {
			return i18n.For(known, nil)
		}
	}
	return i18n.For(i18n.NL, nil)
}

// policy is the Content-Security-Policy of a page. A browser follows the answer to a form only to the origins
// that are named.
func policy(answers string) string {
	return "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' " + answers
}

// origin is the part of an address that a policy names.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = page.Render(r.Context(), w) // a visitor who left needs no page
}

// refuse answers a question that has no trustworthy place to answer to.
func refuse(w http.ResponseWriter, r *http.Request, key string) {
	t := texts(r)
	show(w, r, http.StatusBadRequest, messageView(t, t.T("eidsim.stopped"), t.T(key), ""))
}

// inside are those who have a session with DigiD at some party.
func (s *Sim) inside() []Person {
	return slices.DeleteFunc(At(DigiD), func(p Person) bool { return len(s.open(p)) == 0 })
}

// home lists who there is, and who is logged in.
func (s *Sim) home(w http.ResponseWriter, r *http.Request) {
	show(w, r, http.StatusOK, homeView(texts(r), s.inside()))
}
