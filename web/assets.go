// Package assets is the style sheets, the scripts, the font and the icons, embedded in the program
// and served under addresses that change with their content. Command build makes those in dist.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static dist
var files embed.FS

const manifest = "manifest.json"

type asset struct {
	mediaType     string
	plain, zipped []byte
}

var (
	byURL  = map[string]asset{}
	byName = map[string]string{}
)

func init() {
	each("static", func(name string, b []byte) {
		sum := sha256.Sum256(b)
		end := path.Ext(name)
		built := strings.TrimSuffix(name, end) + "-" + hex.EncodeToString(sum[:5]) + end
		byName[name] = built
		add(built, b)
	})
	each("dist", func(name string, b []byte) {
		if name != manifest {
			add(name, b)
		} else if err := json.Unmarshal(b, &byName); err != nil {
			panic(err)
		}
	})
	for name, built := range byName {
		if _, ok := byURL["/assets/"+built]; !ok {
			panic(fmt.Sprintf("assets: %s should be %s, which is not there", name, built))
		}
	}
}

func each(dir string, do func(name string, b []byte)) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		b, err := files.ReadFile(dir + "/" + e.Name())
		if err != nil {
			panic(err)
		}
		do(e.Name(), b)
	}
}

func add(name string, b []byte) {
	a := asset{plain: b, mediaType: mime.TypeByExtension(path.Ext(name))}
	switch path.Ext(name) {
	case ".woff2":
		a.mediaType = "font/woff2"
	case ".svg":
		a.mediaType += "; charset=utf-8"
	}
	if path.Ext(name) != ".woff2" {
		a.zipped = zip(b)
	}
	byURL["/assets/"+name] = a
}

func zip(b []byte) []byte {
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return z.Bytes()
}

// URL returns the address of an asset; a name that does not exist is a mistake of the program.
func URL(name string) string {
	built, ok := byName[name]
	if !ok {
		panic(fmt.Sprintf("assets: no %q", name))
	}
	return "/assets/" + built
}

// Handler serves the assets below /assets/; anything else there is 404.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.mediaType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.plain
		if a.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // a reader that left needs no answer
		}
	})
}
