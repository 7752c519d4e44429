package designerweb

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
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
