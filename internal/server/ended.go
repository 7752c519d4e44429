package server

import (
	"net/http"
	"strings"

	"voordeur/internal/web"
)

// ended answers whoever acts by a mandate that does not hold, as what never existed. What he had typed he gets back
// on the page, since there is no address any more to which it can be sent.
func (a *App) ended(rec *recorder, c *web.Ctx) {
	var typed []string
	if c.R.Method == http.MethodPost && !wantsProblem(c.R) {
		fields, _ := typedIn(c, "") // what cannot be read cannot be given back
		for _, name := range []string{"subject", "body"} {
			for _, f := range fields {
				if f[0] == name && f[1] != "" {
					typed = append(typed, f[1])
				}
			}
		}
	}
	a.page(rec, c, reply{http.StatusNotFound, c.T("error.not_found"), c.T("error.not_found.next"), nil, strings.Join(typed, "\n\n")})
}
