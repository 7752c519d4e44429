package dossiertypeweb

import (
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
	Messages  string `form:"messages"`
	Told      string `form:"told"`
	Retention string `form:"retention"`
	Keep      string `form:"keep"`
	Steps     string `form:"steps"`
}

func generalOf(d dossiertype.Definition) generalForm {
	keep, retention := retentionOf(d.Retention)
	return generalForm{
		Retention: retention, Keep: keep,
		NameNL: d.Name[i18n.NL], NameEN: d.Name[i18n.EN], ExplainNL: d.Explain[i18n.NL], ExplainEN: d.Explain[i18n.EN], Portal: ticked(d.Portal), Threshold: d.Threshold.String(),
		Offered: ticked(d.Offered), Rank: d.Rank.String(), Term: days(d.Term), Progress: string(d.Progress), Messages: string(d.Messages), Told: string(d.Told), Steps: strings.Join(d.Steps, "\n"),
	}
}

func (f generalForm) apply(d *dossiertype.Definition) error {
	d.Name, d.Explain = dossiertype.Say(f.NameNL, f.NameEN), dossiertype.Say(f.ExplainNL, f.ExplainEN)
	d.Portal, d.Offered, d.Progress, d.Term, d.Steps = f.Portal != "", f.Offered != "", dossiertype.Progress(f.Progress), term(f.Term), nil
	d.Messages, d.Told = dossiertype.Messages(f.Messages), dossiertype.Told(f.Told)
	d.Threshold, _ = dossiertype.ParseRank(f.Threshold)
	d.Rank, _ = dossiertype.ParseRank(f.Rank)
	for step := range strings.SplitSeq(f.Steps, "\n") {
		if step = strings.TrimSpace(step); step != "" {
			d.Steps = append(d.Steps, step)
		}
	}
	d.Retention = readRetention(f.Retention, f.Keep)
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

func statusOf(st dossiertype.Status, at string) statusForm {
	return statusForm{
		Place: at, NameNL: st.Name[i18n.NL], NameEN: st.Name[i18n.EN], Portal: ticked(st.Portal), PublicNL: st.Public[i18n.NL], PublicEN: st.Public[i18n.EN],
		TextNL: st.Text[i18n.NL], TextEN: st.Text[i18n.EN], ExpectsNL: st.Expects[i18n.NL], ExpectsEN: st.Expects[i18n.EN],
		ButtonNL: st.Button.Label[i18n.NL], ButtonEN: st.Button.Label[i18n.EN], URL: st.Button.URL, Colour: string(st.Colour), Final: ticked(st.Final), Term: days(st.Term),
	}
}

func (f statusForm) posted() posted { return posted{f.Version, f.NameNL, f.Place, f.Do} }

func (f statusForm) thing(key string) dossiertype.Status {
	return dossiertype.Status{
		Key: key, Name: dossiertype.Say(f.NameNL, f.NameEN), Portal: f.Portal != "", Final: f.Final != "", Public: dossiertype.Say(f.PublicNL, f.PublicEN), Text: dossiertype.Say(f.TextNL, f.TextEN),
		Expects: dossiertype.Say(f.ExpectsNL, f.ExpectsEN), Colour: dossiertype.Colour(f.Colour), Button: dossiertype.Button{Label: dossiertype.Say(f.ButtonNL, f.ButtonEN), URL: strings.TrimSpace(f.URL)}, Term: term(f.Term),
	}
}

type resultForm struct {
	Version   string `form:"version"`
	Do        string `form:"do"`
	Place     string `form:"place"`
	NameNL    string `form:"name_nl"`
	NameEN    string `form:"name_en"`
	TextNL    string `form:"text_nl"`
	TextEN    string `form:"text_en"`
	Retention string `form:"retention"`
	Keep      string `form:"keep"`
}

func resultOf(r dossiertype.Result, at string) resultForm {
	keep, retention := retentionOf(r.Retention)
	return resultForm{Retention: retention, Keep: keep, Place: at, NameNL: r.Name[i18n.NL], NameEN: r.Name[i18n.EN], TextNL: r.Text[i18n.NL], TextEN: r.Text[i18n.EN]}
}

func (f resultForm) posted() posted { return posted{f.Version, f.NameNL, f.Place, f.Do} }

func (f resultForm) thing(key string) dossiertype.Result {
	return dossiertype.Result{Key: key, Name: dossiertype.Say(f.NameNL, f.NameEN), Text: dossiertype.Say(f.TextNL, f.TextEN), Retention: readRetention(f.Retention, f.Keep)}
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

func documentOf(k dossiertype.DocumentType, at string) documentForm {
	return documentForm{
		Place: at, NameNL: k.Name[i18n.NL], NameEN: k.Name[i18n.EN], ExplainNL: k.Explain[i18n.NL], ExplainEN: k.Explain[i18n.EN],
		Deliver: ticked(k.Deliver), Required: ticked(k.Required), Confidentiality: k.Rank.String(),
	}
}

func (f documentForm) posted() posted { return posted{f.Version, f.NameNL, f.Place, f.Do} }

// thing makes what was typed; a rank that is none is refused as one that is out of bounds.
func (f documentForm) thing(key string) dossiertype.DocumentType {
	rank, known := dossiertype.ParseRank(f.Confidentiality)
	if !known && f.Confidentiality != "" {
		rank = -1
	}
	return dossiertype.DocumentType{Key: key, Name: dossiertype.Say(f.NameNL, f.NameEN), Explain: dossiertype.Say(f.ExplainNL, f.ExplainEN), Deliver: f.Deliver != "", Required: f.Required != "", Rank: rank}
}

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

// messages are what can become of what clients write: what the organisation chose, or something else for this type.
func messages(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, m := range append([]dossiertype.Messages{""}, dossiertype.MessageModes...) {
		out = append(out, ui.Option{Value: string(m), Label: valueOf(c, "messages", string(m)), Chosen: string(m) == chosen})
	}
	return out
}

func tellings(c *web.Ctx, chosen string) []ui.Option {
	var out []ui.Option
	for _, t := range dossiertype.Tellings {
		out = append(out, ui.Option{Value: string(t), Label: valueOf(c, "told", string(t)), Chosen: string(t) == chosen})
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
