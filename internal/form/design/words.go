package design

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Name is a question or group as a condition in words calls it; one that is not there, by its id.
func (f *Form) Name(id string, l i18n.Lang) string {
	if s, ok := f.Find(id); ok {
		return s.Item.Label.In(l)
	}
	return id
}

// CondWords says a condition as people would: „Heeft u kinderen?” is „Ja” en „Hoeveel?” is meer dan 2.
func (f *Form) CondWords(c *Cond, t *i18n.Texts) string {
	switch c.Op {
	case "all", "any":
		if len(c.Parts) == 1 {
			return f.CondWords(c.Parts[0], t)
		}
		parts := make([]string, len(c.Parts))
		for i, p := range c.Parts {
			parts[i] = f.partWords(p, t)
		}
		return strings.Join(parts, " "+t.T("design.join."+c.Op)+" ")
	case "not":
		if p := c.Parts[0].bare(); p.Answer != "" {
			return f.compared("design.unless."+p.opWord(), p, t)
		}
		return t.T("design.unless.it", "condition", f.partWords(c.Parts[0], t))
	}
	return f.compared("design.when."+c.opWord(), c, t)
}

// partWords is a condition within another: between brackets when it has parts itself.
func (f *Form) partWords(c *Cond, t *i18n.Texts) string {
	words := f.CondWords(c, t)
	if c.bare().lists() {
		return "(" + words + ")"
	}
	return words
}

// bare is a condition without the lists around it that have nothing else.
func (c *Cond) bare() *Cond {
	for c.lists() && len(c.Parts) == 1 {
		c = c.Parts[0]
	}
	return c
}

// opWord is the comparison as the texts call it.
func (c *Cond) opWord() string {
	switch {
	case c.Op == "answered" && string(c.Value) == "false":
		return "empty"
	case c.Op == "atLeast":
		return "at_least"
	case c.Op == "atMost":
		return "at_most"
	}
	return c.Op
}

func (f *Form) compared(key string, c *Cond, t *i18n.Texts) string {
	return t.T(key, "question", f.Name(c.Answer, t.Lang()), "value", f.valueWords(c, t))
}

// valueWords is with what an answer is compared.
func (f *Form) valueWords(c *Cond, t *i18n.Texts) string {
	s := plain(c.Value)
	spot, ok := f.Find(c.Answer)
	if !ok {
		return s
	}
	switch q := spot.Item; q.Kind {
	case form.YesNo, form.Declaration:
		if s == "yes" {
			return t.T("design.quoted", "text", t.T("form.answer.yes"))
		}
		return t.T("design.quoted", "text", t.T("form.answer.no"))
	case form.Choice, form.Choices:
		for _, o := range q.Options {
			if o.Value == s {
				return t.T("design.quoted", "text", o.Label.In(t.Lang()))
			}
		}
	case form.Number, form.Amount, form.Computed:
		return NumberWords(s, t.Lang())
	case form.Date:
		return DayWords(s, t)
	case form.Country:
		for _, o := range form.Countries(t.Lang()) {
			if o.Value == s {
				return o.Label.In(t.Lang())
			}
		}
	}
	return t.T("design.quoted", "text", s)
}

// ExprWords says what is computed.
func (f *Form) ExprWords(e *Expr, t *i18n.Texts) string {
	switch e.Op {
	case "number":
		return NumberWords(plain(e.Number), t.Lang())
	case "answer":
		return t.T("design.quoted", "text", f.Name(e.ID, t.Lang()))
	case "total":
		return t.T("design.computes.total", "question", f.Name(e.ID, t.Lang()))
	case "count":
		return t.T("design.computes.count", "question", f.Name(e.ID, t.Lang()))
	case "if":
		return t.T("design.computes.if", "condition", f.CondWords(e.When, t), "then", f.ExprWords(e.Parts[0], t), "else", f.ExprWords(e.Parts[1], t))
	}
	parts := make([]string, len(e.Parts))
	for i, p := range e.Parts {
		if parts[i] = f.ExprWords(p, t); len(p.Parts) > 0 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, map[string]string{"sum": " + ", "product": " × ", "difference": " − "}[e.Op])
}

// plain is a JSON number or string without quotes.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// text is a JSON string.
func text(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil { // strings have no such error
		panic(err)
	}
	return b
}

// NumberWords writes a number of a definition as people of a language type it.
func NumberWords(s string, l i18n.Lang) string {
	if l == i18n.NL {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

var number = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`)

// ReadNumber reads a number as people type it: 1234,5 or 1234.5.
func ReadNumber(s string) (json.RawMessage, bool) {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	if !number.MatchString(s) {
		return nil, false
	}
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "-", s[1:]
	}
	front, rest, point := strings.Cut(digits, ".")
	if front = strings.TrimLeft(front, "0"); front == "" { // JSON has no 007
		front = "0"
	}
	if point {
		front += "." + rest
	}
	return json.RawMessage(sign + front), true
}

var (
	fixedDay = regexp.MustCompile(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$`)
	// sinceToday is today, or so long before or after it, in Dutch, English, or as a file has it.
	sinceToday = regexp.MustCompile(`^(?:today|vandaag)(?: *([+-]) *([0-9]{1,4}) *(d|dag|dagen|day|days|m|maand|maanden|month|months|y|j|jaar|year|years))?$`)
	relative   = regexp.MustCompile(`^today([+-])([0-9]{1,4})([dmy])$`)
)

// DayWords writes a day of a definition as people type it: 31-12-2026, or „vandaag - 18 jaar”.
func DayWords(s string, t *i18n.Texts) string {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day.Format("02-01-2006")
	}
	if s == "today" {
		return t.T("design.today")
	}
	m := relative.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	n, _ := strconv.Atoi(m[2])
	return t.T("design.today") + " " + m[1] + " " + t.N("design.span."+map[string]string{"d": "days", "m": "months", "y": "years"}[m[3]], n)
}

// ReadDay reads what DayWords writes, in any language.
func ReadDay(s string) (json.RawMessage, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if f := fixedDay.FindStringSubmatch(s); f != nil {
		day, err := time.Parse("2-1-2006", f[1]+"-"+f[2]+"-"+f[3])
		return text(day.Format(time.DateOnly)), err == nil
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return text(s), true
	}
	f := sinceToday.FindStringSubmatch(strings.ReplaceAll(s, "−", "-"))
	if f == nil {
		return nil, false
	}
	if f[1] == "" {
		return text("today"), true
	}
	unit := f[3][:1]
	if unit == "j" {
		unit = "y"
	}
	return text("today" + f[1] + f[2] + unit), true
}
