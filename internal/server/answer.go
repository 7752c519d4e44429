package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/bulkhead"
	"voordeur/internal/errs"
	"voordeur/internal/web"
)

var statuses = map[errs.Kind]int{
	errs.NotFound: http.StatusNotFound, errs.Forbidden: http.StatusForbidden, errs.Unauthenticated: http.StatusUnauthorized,
	errs.Invalid: http.StatusUnprocessableEntity, errs.Conflict: http.StatusConflict, errs.TooLarge: http.StatusRequestEntityTooLarge,
	errs.Unproved: http.StatusForbidden,
	errs.Limited:  http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable, errs.Internal: http.StatusInternalServerError,
}

var kindKeys = map[errs.Kind]string{
	errs.NotFound: "error.not_found", errs.Forbidden: "error.forbidden", errs.Unauthenticated: "error.unauthenticated", errs.Invalid: "error.invalid",
	errs.Unproved: "error.unproved",
	errs.Conflict: "error.conflict", errs.TooLarge: "error.too_large", errs.Limited: "error.limited", errs.Unavailable: "error.unavailable", errs.Internal: "error.internal",
}

// laterAgain is when to try again what is busy, unless the error itself knows.
const laterAgain = time.Minute

// answer is the one place that turns an error into a page or, for a program that asks, into a
// problem (RFC 9457). What is missing and what is not yours get the same bytes.
func (a *App) answer(rec *recorder, c *web.Ctx, err error) {
	e := meaning(err)
	if e.Kind == errs.Internal || e.Kind == errs.Unavailable {
		level := slog.LevelError
		switch {
		case c.R.Context().Err() == context.Canceled: // the visitor left, which breaks what was under way
			level = slog.LevelInfo
		case errors.Is(err, bulkhead.ErrBusy): // meant so
			level = slog.LevelWarn
		}
		a.Log.Log(c.R.Context(), level, "answer", "id", rec.id, "route", rec.pattern, "err", err)
	}
	if rec.wrote { // the page broke off half-way; a second one below it helps nobody
		return
	}
	if e.Kind == errs.Unauthenticated && (c.R.Method == http.MethodGet || c.R.Method == http.MethodHead) && !wantsProblem(c.R) {
		next := c.Address()
		if next == "/" {
			next = ""
		}
		http.Redirect(rec, c.R, web.Link("/login", "next", next), http.StatusSeeOther)
		return
	}
	if e.Kind == errs.Limited || e.Kind == errs.Unavailable {
		wait := cmp.Or(e.RetryAfter, laterAgain)
		rec.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	a.page(rec, c, words(c, e, rec.id))
}

// meaning returns what an error means for the user. A page that took too long is a busy server; a
// visitor who left is nobody's fault and reads no answer.
func meaning(err error) *errs.Error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &errs.Error{Kind: errs.Unavailable, Err: err}
	}
	return &errs.Error{Kind: errs.Internal, Err: err}
}

// reply is an error in the user's language.
type reply struct {
	Status int            `json:"status"`
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Fields []fieldProblem `json:"fields,omitempty"`
	Typed  string         `json:"-"` // what was written and can no longer be sent
}

type fieldProblem struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func words(c *web.Ctx, e *errs.Error, id string) reply {
	key := kindKeys[e.Kind]
	r := reply{Status: statuses[e.Kind], Title: c.T(key), Detail: c.T(key+".next", "id", id)}
	if e.Key != "" {
		r.Detail = c.T(e.Key, e.Args...)
	}
	if e.Key == "error.disk_full" || e.Key == "file.disk_full" {
		r.Status = http.StatusInsufficientStorage
	}
	for _, f := range e.Fields {
		r.Fields = append(r.Fields, fieldProblem{f.Name, c.T(f.Key, f.Args...)})
	}
	return r
}

// wantsProblem reports whether a program asks: one that says so, or an upload in parts (tus).
func wantsProblem(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, problemType) || strings.Contains(accept, "text/event-stream") || r.Header.Get("Tus-Resumable") != ""
}

const problemType = "application/problem+json"

func (a *App) page(rec *recorder, c *web.Ctx, r reply) {
	var err error
	if wantsProblem(c.R) {
		rec.Header().Set("Content-Type", problemType)
		rec.WriteHeader(r.Status)
		err = json.NewEncoder(rec).Encode(r)
	} else {
		// The page is written even when the deadline of the request is what went wrong.
		c.R = c.R.WithContext(context.WithoutCancel(c.R.Context()))
		err = c.Render(r.Status, whole(c, r))
	}
	if err != nil {
		a.Log.Error("answer", "id", rec.id, "err", err)
	}
}
