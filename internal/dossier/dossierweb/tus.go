package dossierweb

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/web"
)

// tusVersion is the version of the tus protocol spoken here, with its extensions creation and
// termination (https://tus.io/protocols/resumable-upload).
const tusVersion = "1.0.0"

const piece = "application/offset+octet-stream"

// uploads are the addresses of files that come in pieces, on both faces. A client's file waits for
// what it goes with (N24, D41); an employee's with a category becomes a document once it is whole.
func (p *Pages) uploads() []web.Route {
	const all, one = "/dossiers/{dossier}/uploads", "/dossiers/{dossier}/uploads/{upload}"
	var routes []web.Route
	for _, policy := range []access.Policy{access.PortalWith(access.UploadDocuments), access.OfficeWith(access.Work)} {
		routes = append(routes,
			web.Route{Method: web.Post, Pattern: all, Policy: policy, Handler: tus(p.begin)},
			web.Route{Method: http.MethodHead, Pattern: one, Policy: policy, Handler: tus(p.offset), Streams: true},
			web.Route{Method: http.MethodPatch, Pattern: one, Policy: policy, Handler: tus(p.take), Streams: true},
			web.Route{Method: http.MethodDelete, Pattern: one, Policy: policy, Handler: tus(p.drop)},
		)
	}
	return routes
}

// tus answers a sender that speaks another version with 412, as the protocol says.
func tus(h web.Handler) web.Handler {
	return func(c *web.Ctx) error {
		c.W.Header().Set("Tus-Resumable", tusVersion)
		if c.R.Header.Get("Tus-Resumable") != tusVersion {
			c.W.Header().Set("Tus-Version", tusVersion)
			c.W.WriteHeader(http.StatusPreconditionFailed)
			return nil
		}
		return h(c)
	}
}

func (p *Pages) begin(c *web.Ctx) error {
	size, err := strconv.ParseInt(c.R.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return errs.New(errs.Invalid, "upload.no_length")
	}
	meta := metadata(c.R.Header.Get("Upload-Metadata"))
	u, err := p.dossiers.Begin(c.R.Context(), c.Scope, c.Param("dossier"),
		dossier.NewUpload{FileName: meta["filename"], Size: size, Category: dossier.Category(meta["category"]), Type: meta["type"]})
	if err != nil {
		return err
	}
	c.W.Header().Set("Location", c.At(c.R.URL.EscapedPath())+"/"+u.ID)
	c.W.WriteHeader(http.StatusCreated)
	return nil
}

// metadata reads "key base64, key base64"; what cannot be read counts as absent.
func metadata(header string) map[string]string {
	out := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if b, err := base64.StdEncoding.DecodeString(v); err == nil {
			out[k] = string(b)
		}
	}
	return out
}

func (p *Pages) offset(c *web.Ctx) error {
	u, err := p.dossiers.Resume(c.R.Context(), c.Scope, c.Param("dossier"), c.Param("upload"))
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	c.W.WriteHeader(http.StatusOK)
	return nil
}

func (p *Pages) take(c *web.Ctx) error {
	if c.R.Header.Get("Content-Type") != piece {
		c.W.WriteHeader(http.StatusUnsupportedMediaType)
		return nil
	}
	offset, err := strconv.ParseInt(c.R.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return errs.New(errs.Conflict, "upload.offset")
	}
	u, err := p.dossiers.Append(c.R.Context(), c.Scope, c.Param("dossier"), c.Param("upload"), offset, c.R.Body)
	if err != nil {
		return err
	}
	c.W.Header().Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	c.W.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *Pages) drop(c *web.Ctx) error {
	if err := p.dossiers.Drop(c.R.Context(), c.Scope, c.Param("dossier"), c.Param("upload")); err != nil {
		return err
	}
	c.W.WriteHeader(http.StatusNoContent)
	return nil
}
