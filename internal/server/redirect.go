package server

import (
	"net/http"

	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Redirect answers whoever comes without TLS. A browser that asks for a page is sent on to the same
// page of the same tenant; anything else is refused, so that nothing goes on being sent in the clear
// without anybody noticing.
func (a *App) Redirect() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w, id: db.RandomID()}
		headers(rec.Header(), false)
		if !reads(rec, r) {
			return
		}
		t, side, err := a.Tenants.ByHost(r.Context(), r.Host)
		switch {
		case errs.Is(err, errs.NotFound):
			http.Error(rec, "421 unknown host", http.StatusMisdirectedRequest)
		case err != nil:
			a.broken(rec, err)
		default:
			http.Redirect(rec, r, a.Tenants.URL(t, side)+r.URL.RequestURI(), http.StatusPermanentRedirect)
		}
	})
}
