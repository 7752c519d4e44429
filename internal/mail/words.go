package mail

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// words writes the pieces as escaped HTML. It is no templ component because that puts spaces
// between pieces, so that "{name}," would read "Jan ,".
func words(pieces []piece) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range pieces {
			escaped := templ.EscapeString(p.text)
			if p.name != "" && validURL(p.text) {
				escaped = `<a class="link" href="` + escaped + `" style="color:#0b5394;overflow-wrap:anywhere;">` + escaped + `</a>`
			}
			b.WriteString(strings.ReplaceAll(escaped, "\n", "<br>"))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
