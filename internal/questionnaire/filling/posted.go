package filling

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// answerPrefix begins the names of the fields with answers, so that no question is taken for a field of the page.
const answerPrefix = "a."

// posted is a page as it came in.
type posted struct {
	once, page, do string
	version        int64
	resumed        bool
	asked          []string // the questions that were on it, nil when it does not say
	typed          form.Answers
}

func newPosted() *posted { return &posted{typed: form.Answers{}} }

func (in *posted) set(name, value string) {
	switch name {
	case "once":
		in.once = value
	case "page":
		in.page = value
	case "do":
		in.do = value
	case "version":
		in.version, _ = strconv.ParseInt(value, 10, 64) // a tampered one is a page that was saved meanwhile
	case "asked":
		in.asked = append([]string{}, strings.Fields(value)...)
	case "resumed":
		in.resumed = value != ""
	default:
		if name, ok := strings.CutPrefix(name, answerPrefix); ok {
			in.typed[name] = append(in.typed[name], value)
		}
	}
}

// receive reads the form with its files as they stream in; a file that cannot come is a problem of its question.
func (p Place) receive(c *web.Ctx) (*posted, []ui.Problem, error) {
	in := newPosted()
	var problems []ui.Problem
	err := c.Parts(in.set, func(field, name string, body io.Reader) error {
		problem, err := p.file(c, in, field, name, body)
		problems = append(problems, problem...)
		return err
	})
	return in, problems, err
}

// Typed returns what was typed in a form of these pages that cannot be kept any more, without files.
func Typed(c *web.Ctx) ([]string, error) {
	in, _, err := Place{}.receive(c)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(in.typed)) {
		for _, v := range in.typed[name] {
			if strings.TrimSpace(v) != "" {
				list = append(list, v)
			}
		}
	}
	return list, nil
}

// file takes in one file as an answer to its question.
func (p Place) file(c *web.Ctx, in *posted, field, name string, body io.Reader) ([]ui.Problem, error) {
	answer, ok := strings.CutPrefix(field, answerPrefix)
	switch {
	case !ok || p.Receive == nil:
		return nil, nil
	case len(in.typed[answer]) >= form.MaxFiles:
		return []ui.Problem{{Field: field, Text: name + ": " + c.T("form.wrong.many", "max", form.MaxFiles)}}, nil
	}
	id, err := p.Receive(name, body)
	if err == nil {
		in.typed[answer] = append(in.typed[answer], id)
		return nil, nil
	}
	text := ui.FileProblem(c.Texts, name, err)
	if text == "" {
		return nil, err
	}
	return []ui.Problem{{Field: field, Text: text}}, nil
}

// repeats does what the buttons of a group that repeats ask, and reports whether one was pressed: "add.child" adds one at the
// end, "drop.child.2" takes the second away.
func (in *posted) repeats(d *form.Definition) bool {
	act, rest, _ := strings.Cut(in.do, ".")
	group, at, _ := strings.Cut(rest, ".")
	g := d.Group(group)
	if g == nil || g.Repeat == nil || act != "add" && act != "drop" {
		return false
	}
	n, err := strconv.Atoi(in.typed.First(group))
	if err != nil {
		n = g.Repeat.Min
	}
	switch k, err := strconv.Atoi(at); {
	case act == "add":
		n = min(n+1, g.Repeat.Max)
	case err == nil && k >= 1 && k <= n && n > g.Repeat.Min:
		in.drop(group, k, n)
		n--
	}
	in.typed[group] = []string{strconv.Itoa(n)}
	return true
}

// drop takes away repeat k of n: those behind it move up.
func (in *posted) drop(group string, k, n int) {
	moved := form.Answers{}
	for name, v := range in.typed {
		for i := k; i <= n; i++ {
			prefix := fmt.Sprintf("%s.%d.", group, i)
			rest, ok := strings.CutPrefix(name, prefix)
			if !ok {
				continue
			}
			delete(in.typed, name)
			if i > k {
				moved[fmt.Sprintf("%s.%d.%s", group, i-1, rest)] = v
			}
		}
	}
	for name, v := range moved {
		in.typed[name] = v
	}
}
