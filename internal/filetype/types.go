// Package filetype decides which files may come in, and how they may go out: what a file is by
// its name and its bytes together, a name that is safe to store and show, and the header with
// which it is downloaded.
package filetype

import (
	"slices"
	"strings"
)

// Type is a kind of file that the program knows.
type Type struct {
	Extension string // lower case, without the dot
	MediaType string // to serve it with, always together with nosniff
	Label     string // text key of the word that users read, "filetype.pdf"
	inline    bool
}

// Inline reports whether a browser may show the file in the page: PDF, and images that can be
// encoded anew. Everything else is an attachment, and the zero Type as well.
func (t Type) Inline() bool { return t.inline }

// All returns the known types by extension, for whoever sets a policy.
func All() []Type {
	all := make([]Type, len(known))
	for i, k := range known {
		all[i] = k.Type
	}
	return all
}

// Lookup returns the type of an extension, in any case, without the dot.
func Lookup(extension string) (Type, bool) {
	k, ok := lookup(extension)
	return k.Type, ok
}

func lookup(extension string) (kind, bool) {
	extension = strings.ToLower(extension)
	i := slices.IndexFunc(known, func(k kind) bool { return k.Extension == extension })
	if i < 0 {
		return kind{}, false
	}
	return known[i], true
}

// kind is a type with the contents that files of its extension may have, as mimetype names them.
type kind struct {
	Type
	contents []string
}

const (
	ooxml = "application/vnd.openxmlformats-officedocument."
	oasis = "application/vnd.oasis.opendocument."
	// ole is any old Office file of which the directory lies past its head.
	ole  = "application/x-ole-storage"
	tabs = "text/tab-separated-values"
	// mail is a text that begins with one of some headers: not every saved mail does, and a letter
	// with "From:" above it does as well.
	mail = "message/rfc822"
)

// known has no SVG, HTML or script: they run in a browser, and no office needs them. Documents
// with macros (docm, xlsm) are absent too.
var known = []kind{
	plain("bmp", "image/bmp", "image"),
	plain("csv", "text/csv", "csv", "text/csv", "text/plain", tabs),
	plain("doc", "application/msword", "word", "application/msword", ole),
	plain("docx", ooxml+"wordprocessingml.document", "word"),
	plain("eml", mail, "mail", mail, "text/plain"),
	inline("gif", "image/gif"),
	plain("heic", "image/heic", "photo", "image/heic", "image/heic-sequence", "image/heif"),
	plain("heif", "image/heif", "photo", "image/heif", "image/heif-sequence", "image/heic"),
	inline("jpeg", "image/jpeg"),
	inline("jpg", "image/jpeg"),
	plain("msg", "application/vnd.ms-outlook", "mail", "application/vnd.ms-outlook", ole),
	plain("odp", oasis+"presentation", "presentation"),
	plain("ods", oasis+"spreadsheet", "spreadsheet"),
	plain("odt", oasis+"text", "text_document"),
	{Type{"pdf", "application/pdf", "filetype.pdf", true}, []string{"application/pdf"}},
	inline("png", "image/png"),
	plain("ppt", "application/vnd.ms-powerpoint", "powerpoint", "application/vnd.ms-powerpoint", ole),
	plain("pptx", ooxml+"presentationml.presentation", "powerpoint"),
	plain("rtf", "application/rtf", "text_document", "text/rtf"),
	plain("tif", "image/tiff", "image"),
	plain("tiff", "image/tiff", "image"),
	plain("txt", "text/plain", "text", "text/plain", "text/csv", tabs, mail),
	inline("webp", "image/webp"),
	plain("xls", "application/vnd.ms-excel", "excel", "application/vnd.ms-excel", ole),
	plain("xlsx", ooxml+"spreadsheetml.sheet", "excel"),
	plain("xml", "application/xml", "xml", "text/xml"),
	plain("zip", "application/zip", "zip"),
}

// plain is a type that is only ever downloaded; without contents they are the media type alone.
func plain(extension, media, label string, contents ...string) kind {
	if len(contents) == 0 {
		contents = []string{media}
	}
	return kind{Type{extension, media, "filetype." + label, false}, contents}
}

func inline(extension, media string) kind {
	return kind{Type{extension, media, "filetype.image", true}, []string{media}}
}
