package dossiertypeweb

import (
	"strings"

	"voordeur/internal/dossiertype"
	"voordeur/internal/web"
)

// standing says whether a type is in use, and in which version.
func standing(c *web.Ctx, t dossiertype.Type) string {
	switch {
	case t.Latest == 0:
		return c.T("type.unused")
	case !t.Current.Portal:
		return c.T("type.in_use_hidden", "n", t.Latest)
	}
	return c.T("type.in_use", "n", t.Latest)
}

// consequence says what taking the draft into use does.
func consequence(c *web.Ctx, v typeView) string {
	switch {
	case v.t.Latest == 0:
		return c.T("type.use_first")
	case v.version:
		return c.T("type.use_version", "n", v.t.Latest+1, "running", v.running)
	}
	return c.T("type.use_words")
}

func discardLabel(c *web.Ctx, t dossiertype.Type) string {
	if t.Latest == 0 {
		return c.T("type.discard_all")
	}
	return c.T("type.discard")
}

func sheetTitle(c *web.Ctx, v partView, one, add string) string {
	if v.key == fresh {
		return add
	}
	return one
}

func onOff(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

// statusMeta says of a status what is not its name.
func statusMeta(c *web.Ctx, st dossiertype.Status) string {
	var out []string
	if !st.Portal {
		out = append(out, c.T("type.meta_hidden"))
	}
	if st.Final {
		out = append(out, c.T("type.meta_final"))
	}
	if st.Term > 0 {
		out = append(out, c.T("type.meta_term", "n", st.Term))
	}
	if text := st.Text.In(c.Texts.Lang()); text != "" && st.Portal {
		out = append(out, text)
	}
	return strings.Join(out, " · ")
}

// resultMeta says of a result what is not its name.
func resultMeta(c *web.Ctx, r dossiertype.Result) string {
	var out []string
	if r.Retention != "" {
		out = append(out, c.T("retention.kept", "term", r.Retention.In(c.Texts)))
	}
	if text := r.Text.In(c.Texts.Lang()); text != "" {
		out = append(out, text)
	}
	return strings.Join(out, " · ")
}

// documentMeta says of a kind of document what is not its name.
func documentMeta(c *web.Ctx, k dossiertype.DocumentType) string {
	out := []string{c.T("type.document_office")}
	if k.Deliver {
		out[0] = c.T("type.document_client")
	}
	if k.Required {
		out = append(out, c.T("type.document_needed"))
	}
	if k.Rank != 0 {
		out = append(out, c.T("rank."+k.Rank.String()))
	}
	return strings.Join(out, " · ")
}
