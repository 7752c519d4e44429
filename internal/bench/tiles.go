package bench

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"voordeur/internal/db"
)

// tiles measures the other look of a client's list, which a municipality has, against the list of rows (P2). The
// organisation changes its mind for as long as that takes.
func (r *run) tiles(ctx context.Context, dialect db.Dialect, s *stage, list sample) error {
	if err := s.admin.overview(ctx, "on"); err != nil {
		return err
	}
	tiles := s.big.asks("client tiles", "/dossiers")
	found, err := interleave(ctx, r.Config, []target{tiles})
	if back := s.admin.overview(ctx, ""); err == nil {
		err = back
	}
	if err != nil {
		return err
	}
	r.report.Add(costRow("P2", tiles.name, dialect, found[tiles.name], list, "list", 1.5))
	return nil
}

var (
	inputs    = regexp.MustCompile(`<input ([^>]*)>`)
	textareas = regexp.MustCompile(`(?s)<textarea ([^>]*)>(.*?)</textarea>`)
	attribute = regexp.MustCompile(`(\w+)(?:="([^"]*)")?`)
)

// overview sets whether clients have tiles, "on", or rows, "", and leaves what else stands on the page as it is.
func (p *person) overview(ctx context.Context, tiles string) error {
	const path = "/settings/dossiers"
	page, err := p.get(ctx, path)
	if err != nil {
		return err
	}
	form := filled(page)
	form.Set("tiles", tiles)
	status, err := p.enter(ctx, path, form)
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("bench: %s answers %d", path, status)
	}
	return err
}

// filled is what a browser would send of the forms of a page as they stand.
func filled(page string) url.Values {
	form := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		a := attributes(m[1])
		_, ticked := a["checked"]
		if kind := a["type"]; ticked || kind != "checkbox" && kind != "radio" {
			form.Add(a["name"], a["value"])
		}
	}
	for _, m := range textareas.FindAllStringSubmatch(page, -1) {
		form.Add(attributes(m[1])["name"], strings.TrimPrefix(html.UnescapeString(m[2]), "\n"))
	}
	form.Del("")
	return form
}

func attributes(tag string) map[string]string {
	all := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}
