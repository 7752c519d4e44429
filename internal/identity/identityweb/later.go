package identityweb

import (
	"errors"
	"strconv"
	"time"

	"voordeur/internal/errs"
	"voordeur/internal/web"
)

// later says in a header when a form that is limited may be sent again.
func later(c *web.Ctx, err error) {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.RetryAfter > 0 {
		c.W.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
}
