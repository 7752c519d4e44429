package server

import (
	"errors"
	"io"
	"net/http"

	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/web"
)

// maxReports is how much a provider of text messages may report at once, in bytes.
const maxReports = 256 << 10

// reported takes in what the provider of text messages reports. Whoever knows the address is the
// provider, and for anybody else there is none. One provider sends for all organisations, so that any
// portal takes its reports. What is no report of ours is confirmed too: it would only come again.
func (a *App) reported(c *web.Ctx) error {
	if a.Callback == nil || a.Callback.Provider == nil || !a.Callback.Known(c.Param("secret")) {
		return errs.Missing()
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.W, c.R.Body, maxReports))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &errs.Error{Kind: errs.TooLarge, Err: err}
	}
	if err != nil {
		return err
	}
	list, err := a.Callback.Provider.Reports(body)
	if err != nil {
		a.Log.Info("a report of text messages that is none", "err", err)
	}
	for _, r := range list {
		if err := notify.Reported(c.R.Context(), a.DB, r); err != nil {
			return err
		}
	}
	c.W.WriteHeader(http.StatusNoContent)
	return nil
}
