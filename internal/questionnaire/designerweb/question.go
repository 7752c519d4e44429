package designerweb

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// questionForm is a question or a group. Which fields it has depends on the kind.
type questionForm struct {
	Once      string   `form:"once"`
	Version   string   `form:"version"`
	Kind      string   `form:"kind"`
	Group     string   `form:"group"` // in which it is added
	LabelNL   string   `form:"label_nl"`
	LabelEN   string   `form:"label_en"`
	HelpNL    string   `form:"help_nl"`
	HelpEN    string   `form:"help_en"`
	ExampleNL string   `form:"example_nl"`
	ExampleEN string   `form:"example_en"`
	Required  string   `form:"required"`
	OptionsNL string   `form:"options_nl"`
	OptionsEN string   `form:"options_en"`
	Min       string   `form:"min"`
	Max       string   `form:"max"`
	Decimals  string   `form:"decimals"`
	Regexp    string   `form:"regexp"`
	WordsNL   string   `form:"words_nl"`
	WordsEN   string   `form:"words_en"`
	Prefill   []string `form:"prefill"`
	Repeats   string   `form:"repeats"`
	OneNL     string   `form:"one_nl"`
	OneEN     string   `form:"one_en"`
	Format    string   `form:"format"`
	How       string   `form:"how"`
	Of1       string   `form:"of1"`
	Of2       string   `form:"of2"`
	Of3       string   `form:"of3"`
	Of4       string   `form:"of4"`
	Number    string   `form:"number"`
}

func (in questionForm) posted() posted { return posted{in.Once, in.Version} }

// Whether an answer must be given.
const (
	never     = "no"
	always    = "yes"
	sometimes = "when" // a condition holds, which has a page of its own
)

// questionOf is the form of a question.
func questionOf(c *web.Ctx, q *design.Item) questionForm {
	in := questionForm{
		Kind: string(q.Kind), LabelNL: q.Label[i18n.NL], LabelEN: english(q.Label), HelpNL: q.Help[i18n.NL], HelpEN: english(q.Help),
		ExampleNL: q.Example[i18n.NL], ExampleEN: english(q.Example), Required: requiredOf(q), Min: bound(c, q.Kind, q.Min), Max: bound(c, q.Kind, q.Max),
		Format: q.Format, Prefill: q.Prefill,
	}
	in.OptionsNL, in.OptionsEN = lines(q.Options, i18n.NL), lines(q.Options, i18n.EN)
	if in.OptionsEN == in.OptionsNL {
		in.OptionsEN = ""
	}
	if q.Decimals != nil {
		in.Decimals = strconv.Itoa(*q.Decimals)
	}
	if q.Pattern != nil {
		in.Regexp, in.WordsNL, in.WordsEN = q.Pattern.Regexp, q.Pattern.Words[i18n.NL], english(q.Pattern.Words)
	}
	if r := q.Repeat; r != nil {
		in.Repeats, in.OneNL, in.OneEN, in.Min, in.Max = "on", r.Label[i18n.NL], english(r.Label), count(r.Min), count(r.Max)
	}
	if s, ok := q.Value.Simple(); ok {
		in.How, in.Number = s.How, design.NumberWords(s.Number, c.Texts.Lang())
		for i, to := range []*string{&in.Of1, &in.Of2, &in.Of3, &in.Of4} {
			if i < len(s.Of) {
				*to = s.Of[i]
			}
		}
	}
	return in
}

func requiredOf(q *design.Item) string {
	switch {
	case q.Required == nil || q.Required.When == nil && !q.Required.Always:
		return never
	case q.Required.When != nil:
		return sometimes
	}
	return always
}

func count(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// lines are the choices of a question, one on a line.
func lines(list []design.Option, l i18n.Lang) string {
	labels := make([]string, len(list))
	for i, o := range list {
		labels[i] = oneLine(o.Label[l])
	}
	return strings.Join(labels, "\n")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// measures is what the bounds of a kind are: "number", "day", "count", or "" for none.
func measures(k form.Kind) string {
	switch k {
	case form.Number, form.Amount:
		return "number"
	case form.Date, form.Period:
		return "day"
	case form.ShortText, form.LongText, form.Choices, form.File, design.Group:
		return "count"
	}
	return ""
}

// bound is a bound as its field shows it.
func bound(c *web.Ctx, k form.Kind, raw json.RawMessage) string {
	if raw == nil {
		return ""
	}
	s := strings.Trim(string(raw), `"`)
	switch measures(k) {
	case "number":
		return design.NumberWords(s, c.Texts.Lang())
	case "day":
		return design.DayWords(s, c.Texts)
	}
	return s
}

// readBound reads a bound as it was typed; one that was not touched stays as the file had it.
func (in questionForm) readBound(c *web.Ctx, f *errs.Fields, name, typed string, was json.RawMessage) json.RawMessage {
	kind := form.Kind(in.Kind)
	typed = strings.TrimSpace(typed)
	if typed == "" || measures(kind) == "" {
		return nil
	}
	if typed == bound(c, kind, was) {
		return was
	}
	switch measures(kind) {
	case "number":
		if raw, ok := design.ReadNumber(typed); ok {
			return raw
		}
		f.Add(name, "form.wrong.number")
	case "day":
		if raw, ok := design.ReadDay(typed); ok {
			return raw
		}
		f.Add(name, "design.wrong.day")
	default:
		if n, err := strconv.Atoi(typed); err == nil && n >= 0 {
			return json.RawMessage(strconv.Itoa(n))
		}
		f.Add(name, "design.wrong.count")
	}
	return nil
}

// apply makes a question what was typed. What the form does not show stays.
func (in questionForm) apply(c *web.Ctx, q *design.Item) error {
	var f errs.Fields
	kind := q.Kind
	q.Label = say(&f, "label", in.LabelNL, in.LabelEN, true)
	if kind != design.Group {
		q.Help = say(&f, "help", in.HelpNL, in.HelpEN, false)
	}
	switch kind {
	case design.Group:
		in.repeat(&f, q)
		return f.Err()
	case form.Computed:
		in.computed(&f, q)
		return f.Err()
	}
	q.Example = say(&f, "example", in.ExampleNL, in.ExampleEN, false)
	switch {
	case in.Required == always:
		q.Required = &design.Required{Always: true}
	case in.Required != sometimes:
		q.Required = nil
	}
	q.Min, q.Max = in.readBound(c, &f, "min", in.Min, q.Min), in.readBound(c, &f, "max", in.Max, q.Max)
	switch kind {
	case form.Choice, form.Choices:
		in.options(&f, q)
	case form.Number:
		q.Decimals = decimals(in.Decimals, q.Decimals)
	case form.ShortText:
		in.pattern(&f, q)
	}
	in.prefill(q)
	return f.Err()
}

// decimals reads how many figures stand behind the comma; what was not touched stays as the file had it.
func decimals(s string, was *int) *int {
	if s == count(was) {
		return was
	}
	n, err := strconv.Atoi(s)
	if err != nil || n == 0 {
		return nil
	}
	return &n
}

// options keeps the values of choices whose words stay, and of those whose words change while none comes or goes: the
// conditions name the values.
func (in questionForm) options(f *errs.Fields, q *design.Item) {
	if strings.TrimSpace(in.OptionsNL) == lines(q.Options, i18n.NL) && strings.TrimSpace(in.OptionsEN) == strings.TrimSpace(questionEnglish(q)) {
		if len(q.Options) < 2 {
			f.Add("options_nl", "design.wrong.options")
		}
		return
	}
	nl, en := typedLines(in.OptionsNL), typedLines(in.OptionsEN)
	if len(en) == 0 {
		en = nl
	}
	switch {
	case len(nl) < 2:
		f.Add("options_nl", "design.wrong.options")
		return
	case len(nl) != len(en):
		f.Add("options_en", "design.wrong.options_differ", "nl", len(nl), "en", len(en))
		return
	}
	was, list := q.Options, make([]design.Option, len(nl))
	taken := map[string]bool{}
	for i, label := range nl {
		list[i].Label = form.Text{i18n.NL: label, i18n.EN: en[i]}
		if j := slices.IndexFunc(was, func(o design.Option) bool { return oneLine(o.Label[i18n.NL]) == label }); j >= 0 && !taken[was[j].Value] {
			list[i].Value = was[j].Value
			taken[was[j].Value] = true
		}
	}
	for i := range list {
		switch {
		case list[i].Value != "":
		case len(was) == len(list) && !taken[was[i].Value]:
			list[i].Value = was[i].Value
		default:
			list[i].Value = freeValue(nl[i], func(v string) bool {
				return taken[v] || slices.ContainsFunc(was, func(o design.Option) bool { return o.Value == v })
			})
		}
		taken[list[i].Value] = true
	}
	q.Options = list
}

func questionEnglish(q *design.Item) string {
	en := lines(q.Options, i18n.EN)
	if en == lines(q.Options, i18n.NL) {
		return ""
	}
	return en
}

func freeValue(label string, taken func(string) bool) string {
	base := design.Slug(label, "keuze")
	value := base
	for n := 2; taken(value); n++ {
		end := "_" + strconv.Itoa(n)
		value = base[:min(len(base), 40-len(end))] + end
	}
	return value
}

func typedLines(s string) []string {
	var list []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = oneLine(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

func (in questionForm) pattern(f *errs.Fields, q *design.Item) {
	if in.Regexp == "" {
		q.Pattern = nil
		return
	}
	q.Pattern = &design.Pattern{Regexp: in.Regexp, Words: say(f, "words", in.WordsNL, in.WordsEN, true)}
}

// prefill keeps the order of the sources that stay, and those that have no box.
func (in questionForm) prefill(q *design.Item) {
	offered := q.Kind.Sources()
	list := slices.DeleteFunc(slices.Clone(q.Prefill), func(s string) bool { return slices.Contains(offered, s) && !slices.Contains(in.Prefill, s) })
	for _, s := range in.Prefill {
		if slices.Contains(offered, s) && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		list = nil
	}
	q.Prefill = list
}

func (in questionForm) repeat(f *errs.Fields, q *design.Item) {
	if in.Repeats == "" {
		q.Repeat = nil
		return
	}
	r := &design.Repeat{Label: say(f, "one", in.OneNL, in.OneEN, true)}
	for _, b := range []struct {
		name, typed string
		to          **int
	}{{"min", in.Min, &r.Min}, {"max", in.Max, &r.Max}} {
		if typed := strings.TrimSpace(b.typed); typed != "" {
			n, err := strconv.Atoi(typed)
			if err != nil || n < 0 {
				f.Add(b.name, "design.wrong.count")
				continue
			}
			*b.to = &n
		}
	}
	q.Repeat = r
}

func (in questionForm) computed(f *errs.Fields, q *design.Item) {
	if in.Format != "number" || q.Format != "" { // without a format it is a number
		q.Format = in.Format
	}
	if q.Decimals = decimals(in.Decimals, q.Decimals); in.Format == "amount" {
		q.Decimals = nil
	}
	if _, simple := q.Value.Simple(); q.Value != nil && !simple {
		return
	}
	s := design.Simple{How: in.How}
	for _, id := range []string{in.Of1, in.Of2, in.Of3, in.Of4} {
		if id != "" {
			s.Of = append(s.Of, id)
		}
	}
	if strings.TrimSpace(in.Number) != "" {
		raw, ok := design.ReadNumber(in.Number)
		if !ok {
			f.Add("number", "form.wrong.number")
			return
		}
		s.Number = string(raw)
	}
	value, ok := s.Expr()
	if !ok {
		f.Add("of1", "design.wrong.sum")
		return
	}
	q.Value = value
}

// questionView is the sheet of a question.
type questionView struct {
	sheetView
	in   questionForm
	spot design.Spot // where it stands; an Item without an id is one that is added
}

func (p *Pages) kinds(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	pg, err := pageOf(c, v.d.Form)
	if err != nil {
		return err
	}
	spot := design.Spot{Page: pg}
	if id := c.Query("group"); id != "" {
		s, ok := v.d.Form.Find(id)
		if !ok || s.Page != pg || s.Item.Kind != design.Group {
			return errs.Missing()
		}
		spot.Group = s.Item
	}
	return c.Render(200, kindsPage(c, c.Frame(c.T("design.add_question")), v, spot))
}

// fresh is the view of a question that is added.
func (p *Pages) fresh(c *web.Ctx, v sheetView, in questionForm) (questionView, error) {
	if !slices.Contains(form.Kinds, form.Kind(in.Kind)) && (form.Kind(in.Kind) != design.Group || in.Group != "") {
		return questionView{}, errs.Missing()
	}
	q := questionView{sheetView: v, in: in, spot: design.Spot{Page: &design.Page{ID: c.Param("key")}, Item: &design.Item{Kind: form.Kind(in.Kind)}}}
	if pg, _ := v.d.Form.Page(c.Param("key")); pg != nil {
		q.spot.Page, q.spot.At = pg, len(pg.Questions)
	}
	if s, ok := v.d.Form.Find(in.Group); ok {
		q.spot.Group, q.spot.At = s.Item, len(s.Item.Questions)
	}
	return q, nil
}

func (p *Pages) addQuestionPage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	if _, err := pageOf(c, v.d.Form); err != nil {
		return err
	}
	kind := c.Query("kind")
	if kind == "" { // it is chosen first
		return c.See(path(v.d) + "/pages/" + c.Param("key") + "/add")
	}
	in := questionForm{Kind: kind, Group: c.Query("group"), Required: always, How: design.Sum, Repeats: "on"}
	q, err := p.fresh(c, v, in)
	if err != nil {
		return err
	}
	return c.Render(200, questionSheet(c, c.Frame(c.T("design.add_question")), q))
}

func (p *Pages) addQuestion(c *web.Ctx, a access.Staff) error {
	var in questionForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	if _, err := p.fresh(c, v, in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		q := &design.Item{Kind: form.Kind(in.Kind)}
		if q.Kind == design.Group {
			q.Questions = []*design.Item{}
		}
		if err := in.apply(c, q); err != nil {
			return "", err
		}
		return q.ID, f.Add(q, c.Param("key"), in.Group)
	}, func(d questionnaire.Draft, _ string) error {
		return c.Done(path(d)+"#page-"+c.Param("key"), "design.question_added")
	}, func(code int, v sheetView) error {
		q, err := p.fresh(c, v, in)
		if err != nil {
			return err
		}
		return c.Render(code, questionSheet(c, titled(c, code, c.T("design.add_question")), q))
	})
}

func (p *Pages) questionPage(c *web.Ctx, a access.Staff) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	s, ok := v.d.Form.Find(c.Param("key"))
	if !ok {
		return errs.Missing()
	}
	return c.Render(200, questionSheet(c, c.Frame(c.T("design.question")), questionView{sheetView: v, in: questionOf(c, s.Item), spot: s}))
}

func (p *Pages) question(c *web.Ctx, a access.Staff) error {
	var in questionForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		s, ok := f.Find(c.Param("key"))
		if !ok {
			return "", errs.Missing()
		}
		in.Kind = string(s.Item.Kind)
		return s.Page.ID, in.apply(c, s.Item)
	}, func(d questionnaire.Draft, page string) error {
		return c.Done(path(d)+"#page-"+page, "design.saved")
	}, func(code int, v sheetView) error {
		q := questionView{sheetView: v, in: in}
		if s, ok := v.d.Form.Find(c.Param("key")); ok {
			q.spot = s
			if code == 409 {
				q.theirs = other(c, in, questionOf(c, s.Item))
			}
		} else { // a colleague took it away: what was typed is still there
			q.spot = design.Spot{Page: &design.Page{}, Item: &design.Item{ID: c.Param("key"), Kind: form.Kind(in.Kind)}}
		}
		return c.Render(code, questionSheet(c, titled(c, code, c.T("design.question")), q))
	})
}

func (p *Pages) actQuestion(c *web.Ctx, a access.Staff) error {
	var in actForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, in.posted(), func(f *design.Form) (string, error) {
		id := c.Param("key")
		if _, ok := f.Find(id); !ok {
			return "", errs.Missing()
		}
		switch in.Do {
		case remove:
			return "", f.Remove(id)
		case copying:
			return f.Copy(id)
		case moving:
			page, group, _ := strings.Cut(in.To, "/")
			return id, f.MoveTo(id, page, group)
		}
		f.Move(id, steps[in.Do])
		return id, nil
	}, func(d questionnaire.Draft, id string) error {
		s, ok := d.Form.Find(id)
		switch {
		case in.Do == copying:
			return c.Done(path(d)+"/questions/"+id, "design.copied")
		case in.Do == remove || !ok:
			return c.Done(path(d), "design.removed")
		}
		return c.Done(path(d)+"/questions/"+id, "design.moved", "n", s.At+1, "page", s.Page.Title.In(c.Texts.Lang()))
	}, p.notDone(c, a))
}

// options of the sheet.

// places are the pages and groups to which a question can be moved, without the one where it stands.
func places(c *web.Ctx, f *design.Form, s design.Spot) []ui.Option {
	var list []ui.Option
	l := c.Texts.Lang()
	for i, pg := range f.Pages {
		if pg != s.Page || s.Group != nil {
			list = append(list, ui.Option{Value: pg.ID, Label: c.T("design.place_page", "n", i+1, "name", pg.Title.In(l))})
		}
		for _, g := range pg.Questions {
			if g.Kind == design.Group && g != s.Group && s.Item.Kind != design.Group {
				list = append(list, ui.Option{Value: pg.ID + "/" + g.ID, Label: c.T("design.place_group", "n", i+1, "name", g.Label.In(l))})
			}
		}
	}
	return list
}

func (v questionView) radio(c *web.Ctx, key, chosen string, values ...string) []ui.Option {
	list := make([]ui.Option, len(values))
	for i, value := range values {
		list[i] = ui.Option{Value: value, Label: c.T(key + "." + value), Chosen: value == chosen}
	}
	return list
}

// numbers are the questions whose answers can be computed with, as far as they stand before this one.
func (v questionView) numbers(c *web.Ctx, chosen string) []ui.Option {
	list := []ui.Option{{Label: c.T("design.nothing"), Chosen: chosen == ""}}
	for s := range v.d.Form.Spots {
		if s.Item.ID == v.spot.Item.ID {
			break
		}
		k := s.Item.Kind
		if k == form.Number || k == form.Amount || k == form.Computed || k == design.Group && s.Item.Repeat != nil {
			list = append(list, ui.Option{Value: s.Item.ID, Label: s.Item.Label.In(c.Texts.Lang()), Chosen: s.Item.ID == chosen})
		}
	}
	return list
}

func (v questionView) sources(c *web.Ctx) []ui.Option {
	var list []ui.Option
	for _, s := range v.spot.Item.Kind.Sources() {
		list = append(list, ui.Option{Value: s, Label: c.T("design.source." + s), Chosen: slices.Contains(v.in.Prefill, s)})
	}
	return list
}
