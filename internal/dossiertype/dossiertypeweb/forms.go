package dossiertypeweb

import (
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// fresh is the key in the address of what is to be added.
const fresh = "new"

type generalForm struct {
	Version   string `form:"version"`
	NameNL    string `form:"name_nl"`
	NameEN    string `form:"name_en"`
	ExplainNL string `form:"explain_nl"`
	ExplainEN string `form:"explain_en"`
	Portal    string `form:"portal"`
	Threshold string `form:"threshold"`
	Offered   string `form:"offered"`
	Rank      string `form:"rank"`
	Term      string `form:"term"`
	Progress  string `form:"progress"`
	Steps     string `form:"steps"`
}

func generalOf(d dossiertype.Definition) generalForm {
	return generalForm{
		NameNL: d.Name[i18n.NL], NameEN: d.Name[i18n.EN], ExplainNL: d.Explain[i18n.NL], ExplainEN: d.Explain[i18n.EN], Portal: ticked(d.Portal), Threshold: d.Threshold.String(),
		Offered: ticked(d.Offered), Rank: d.Rank.String(), Term: days(d.Term), Progress: string(d.Progress), Steps: strings.Join(d.Steps, "\n"),
	}
}

func (f generalForm) apply(d *dossiertype.Definition) error {
	d.Name, d.Explain = words(f.NameNL, f.NameEN), words(f.ExplainNL, f.ExplainEN)
	d.Portal, d.Offered, d.Progress, d.Term, d.Steps = f.Portal != "", f.Offered != "", dossiertype.Progress(f.Progress), term(f.Term), nil
	d.Threshold, _ = dossiertype.ParseRank(f.Threshold)
	d.Rank, _ = dossiertype.ParseRank(f.Rank)
	for step := range strings.SplitSeq(f.Steps, "\n") {
		if step = strings.TrimSpace(step); step != "" {
			d.Steps = append(d.Steps, step)
		}
	}
	return flawed(d.Check(), dossiertype.General, "")
}

// flawed returns what is wrong with one thing of a type, by the fields of its form.
func flawed(list []dossiertype.Flaw, part dossiertype.Part, key string) error {
	var f errs.Fields
	for _, x := range list {
		if x.Part == part && x.Key == key {
			f = append(f, x.Field)
		}
	}
	return f.Err()
}

func ticked(on bool) string {
	if on {
		return "on"
	}
	return ""
}

func days(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// term reads a number of days; what is none is refused as one that is out of bounds.
func term(s string) int {
	if strings.TrimSpace(s) == "" {
		return 0
	}
	return int(number(s))
}

type statusForm struct {
	Version   string `form:"version"`
	Do        string `form:"do"`
	Place     string `form:"place"`
	NameNL    string `form:"name_nl"`
	NameEN    string `form:"name_en"`
	Portal    string `form:"portal"`
	PublicNL  string `form:"public_nl"`
	PublicEN  string `form:"public_en"`
	TextNL    string `form:"text_nl"`
	TextEN    string `form:"text_en"`
	ExpectsNL string `form:"expects_nl"`
	ExpectsEN string `form:"expects_en"`
	ButtonNL  string `form:"button_nl"`
	ButtonEN  string `form:"button_en"`
	URL       string `form:"url"`
	Colour    string `form:"colour"`
	Final     string `form:"final"`
	Term      string `form:"term"`
}

func statusOf(st dossiertype.Status) statusForm {
	return statusForm{
		NameNL: st.Name[i18n.NL], NameEN: st.Name[i18n.EN], Portal: ticked(st.Portal), PublicNL: st.Public[i18n.NL], PublicEN: st.Public[i18n.EN],
		TextNL: st.Text[i18n.NL], TextEN: st.Text[i18n.EN], ExpectsNL: st.Expects[i18n.NL], ExpectsEN: st.Expects[i18n.EN],
		ButtonNL: st.Button.Label[i18n.NL], ButtonEN: st.Button.Label[i18n.EN], URL: st.Button.URL, Colour: string(st.Colour), Final: ticked(st.Final), Term: days(st.Term),
	}
}

func (f statusForm) status(key string) dossiertype.Status {
	return dossiertype.Status{
		Key: key, Name: words(f.NameNL, f.NameEN), Portal: f.Portal != "", Final: f.Final != "", Public: words(f.PublicNL, f.PublicEN), Text: words(f.TextNL, f.TextEN),
		Expects: words(f.ExpectsNL, f.ExpectsEN), Colour: dossiertype.Colour(f.Colour), Button: dossiertype.Button{Label: words(f.ButtonNL, f.ButtonEN), URL: strings.TrimSpace(f.URL)}, Term: term(f.Term),
	}
}

type resultForm struct {
	Version string `form:"version"`
	Do      string `form:"do"`
	Place   string `form:"place"`
	NameNL  string `form:"name_nl"`
	NameEN  string `form:"name_en"`
	TextNL  string `form:"text_nl"`
	TextEN  string `form:"text_en"`
}

func resultOf(r dossiertype.Result) resultForm {
	return resultForm{NameNL: r.Name[i18n.NL], NameEN: r.Name[i18n.EN], TextNL: r.Text[i18n.NL], TextEN: r.Text[i18n.EN]}
}

func (f resultForm) result(key string) dossiertype.Result {
	return dossiertype.Result{Key: key, Name: words(f.NameNL, f.NameEN), Text: words(f.TextNL, f.TextEN)}
}

type documentForm struct {
	Version         string `form:"version"`
	Do              string `form:"do"`
	Place           string `form:"place"`
	NameNL          string `form:"name_nl"`
	NameEN          string `form:"name_en"`
	ExplainNL       string `form:"explain_nl"`
	ExplainEN       string `form:"explain_en"`
	Deliver         string `form:"deliver"`
	Required        string `form:"required"`
	Confidentiality string `form:"confidentiality"`
}

func documentOf(k dossiertype.DocumentType) documentForm {
	return documentForm{
		NameNL: k.Name[i18n.NL], NameEN: k.Name[i18n.EN], ExplainNL: k.Explain[i18n.NL], ExplainEN: k.Explain[i18n.EN],
		Deliver: ticked(k.Deliver), Required: ticked(k.Required), Confidentiality: k.Rank.String(),
	}
}

// document makes what was typed; a rank that is none is refused as one that is out of bounds.
func (f documentForm) document(key string) dossiertype.DocumentType {
	rank, known := dossiertype.ParseRank(f.Confidentiality)
	if !known && f.Confidentiality != "" {
		rank = -1
	}
	return dossiertype.DocumentType{Key: key, Name: words(f.NameNL, f.NameEN), Explain: words(f.ExplainNL, f.ExplainEN), Deliver: f.Deliver != "", Required: f.Required != "", Rank: rank}
}

// place puts a thing of a type at the place that was typed, or takes it out; what has no readable place stays where it
// is, or stands at the end.
func place[T any](list []T, key func(T) string, x T, at, do string) []T {
	i := slices.IndexFunc(list, func(o T) bool { return key(o) == key(x) })
	list = slices.DeleteFunc(slices.Clone(list), func(o T) bool { return key(o) == key(x) })
	if do == "remove" {
		return list
	}
	if n := int(number(at)); n > 0 {
		i = n - 1
	}
	if i < 0 || i > len(list) {
		i = len(list)
	}
	return slices.Insert(list, i, x)
}

func statusKey(s dossiertype.Status) string { return s.Key }
func resultKey(r dossiertype.Result) string { return r.Key }

func documentKey(k dossiertype.DocumentType) string { return k.Key }

// partView is the form of one thing of a type.
type partView struct {
	t        dossiertype.Type
	key      string
	version  string
	problems []ui.Problem
	conflict string
}

func (p *Pages) generalPage(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	return c.Render(200, generalSheet(c, c.Frame(c.T("type.general")), viewOf(t, ""), generalOf(t.Draft)))
}

func viewOf(t dossiertype.Type, key string) partView {
	return partView{t: t, key: key, version: strconv.FormatInt(t.Version, 10)}
}

func (p *Pages) general(c *web.Ctx, a access.Staff) error {
	var f generalForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	return p.save(c, a, f.Version, "", f.apply, func(code int, v partView) error {
		return c.Render(code, generalSheet(c, titled(c, code, c.T("type.general")), v, f))
	})
}

// save changes the draft, and shows the form again with what was typed when that cannot be.
func (p *Pages) save(c *web.Ctx, a access.Staff, version, key string, change func(*dossiertype.Definition) error, again func(code int, v partView) error) error {
	ctx, id := c.R.Context(), c.Param("type")
	err := p.types.Change(ctx, a, id, number(version), change)
	if err == nil {
		return c.Done(onePathOf(c), "type.saved")
	}
	fields := errs.FieldsOf(err)
	if fields == nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	t, loadErr := p.types.Get(ctx, a, id)
	if loadErr != nil {
		return loadErr
	}
	v := viewOf(t, key)
	if fields == nil {
		v.conflict = c.T("type.conflict")
		return again(409, v)
	}
	v.version, v.problems = version, keyless(c, fields)
	return again(422, v)
}

// The pages of statuses, results and kinds of documents: the address has the key of the thing, or says that one is added.

// among returns the thing of a list with the key, and its place for the form. One that is not there is NotFound.
func among[T any](list []T, of func(T) string, key string) (thing T, at string, err error) {
	i := slices.IndexFunc(list, func(o T) bool { return of(o) == key })
	if i < 0 {
		return thing, "", errs.Missing()
	}
	return list[i], strconv.Itoa(i + 1), nil
}

// part is the form of one thing of a type, as it was posted: its key in the address, its name, its place and what to do with it.
type part struct{ key, name, at, do string }

// put brings the thing that a form makes into the list, and returns its key too: that of a new one is made of its name.
func put[T any](list []T, of func(T) string, f part, thing func(key string) T) ([]T, string, error) {
	key := f.key
	if key == fresh {
		key = dossiertype.KeyOf(f.name)
	}
	_, _, missing := among(list, of, key)
	if f.key == fresh && missing == nil {
		return nil, "", &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "name_nl", Key: "type.name_taken"}}}
	}
	if f.key != fresh && missing != nil {
		return nil, "", missing
	}
	return place(list, of, thing(key), f.at, f.do), key, nil
}

func (p *Pages) statusPage(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	key, in := c.Param("key"), statusForm{Portal: "on", Colour: string(dossiertype.Info)}
	if key != fresh {
		st, at, err := among(t.Draft.Statuses, statusKey, key)
		if err != nil {
			return err
		}
		in = statusOf(st)
		in.Place = at
	}
	return c.Render(200, statusSheet(c, c.Frame(c.T("type.status")), viewOf(t, key), in))
}

func (p *Pages) status(c *web.Ctx, a access.Staff) error {
	var f statusForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	key := c.Param("key")
	change := func(d *dossiertype.Definition) error {
		list, k, err := put(d.Statuses, statusKey, part{key, f.NameNL, f.Place, f.Do}, f.status)
		if err != nil {
			return err
		}
		d.Statuses = list
		return flawed(d.Check(), dossiertype.Statuses, k)
	}
	return p.save(c, a, f.Version, key, change, func(code int, v partView) error {
		return c.Render(code, statusSheet(c, titled(c, code, c.T("type.status")), v, f))
	})
}

func (p *Pages) resultPage(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	key, in := c.Param("key"), resultForm{}
	if key != fresh {
		r, at, err := among(t.Draft.Results, resultKey, key)
		if err != nil {
			return err
		}
		in = resultOf(r)
		in.Place = at
	}
	return c.Render(200, resultSheet(c, c.Frame(c.T("type.result")), viewOf(t, key), in))
}

func (p *Pages) result(c *web.Ctx, a access.Staff) error {
	var f resultForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	key := c.Param("key")
	change := func(d *dossiertype.Definition) error {
		list, k, err := put(d.Results, resultKey, part{key, f.NameNL, f.Place, f.Do}, f.result)
		if err != nil {
			return err
		}
		d.Results = list
		return flawed(d.Check(), dossiertype.Results, k)
	}
	return p.save(c, a, f.Version, key, change, func(code int, v partView) error {
		return c.Render(code, resultSheet(c, titled(c, code, c.T("type.result")), v, f))
	})
}

func (p *Pages) documentPage(c *web.Ctx, a access.Staff) error {
	t, err := p.types.Get(c.R.Context(), a, c.Param("type"))
	if err != nil {
		return err
	}
	key, in := c.Param("key"), documentForm{Deliver: "on"}
	if key != fresh {
		k, at, err := among(t.Draft.Documents, documentKey, key)
		if err != nil {
			return err
		}
		in = documentOf(k)
		in.Place = at
	}
	return c.Render(200, documentSheet(c, c.Frame(c.T("type.document")), viewOf(t, key), in))
}

func (p *Pages) document(c *web.Ctx, a access.Staff) error {
	var f documentForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	key := c.Param("key")
	change := func(d *dossiertype.Definition) error {
		list, k, err := put(d.Documents, documentKey, part{key, f.NameNL, f.Place, f.Do}, f.document)
		if err != nil {
			return err
		}
		d.Documents = list
		return flawed(d.Check(), dossiertype.Documents, k)
	}
	return p.save(c, a, f.Version, key, change, func(code int, v partView) error {
		return c.Render(code, documentSheet(c, titled(c, code, c.T("type.document")), v, f))
	})
}

// options of the forms.

func ranks(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, r := range dossiertype.Ranks {
		out = append(out, ui.Option{Value: r.String(), Label: c.T("rank." + r.String()), Chosen: r.String() == chosen})
	}
	return out
}

// documentRanks are the ranks of what a client adds: that of its dossier, or one of its own.
func documentRanks(c *web.Ctx, chosen string) []ui.Option {
	return append([]ui.Option{{Label: c.T("type.rank_of_dossier"), Chosen: chosen == ""}}, ranks(c, chosen)...)
}

func ways(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, w := range dossiertype.Ways {
		out = append(out, ui.Option{Value: string(w), Label: c.T("type.progress." + string(w)), Chosen: string(w) == chosen})
	}
	return out
}

func colours(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, k := range dossiertype.Colours {
		out = append(out, ui.Option{Value: string(k), Label: c.T("type.colour." + string(k)), Chosen: string(k) == chosen})
	}
	return out
}

func yes(label, chosen string) []ui.Option {
	return []ui.Option{{Value: "on", Label: label, Chosen: chosen != ""}}
}
