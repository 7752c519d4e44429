// Package i18n turns keys into sentences: the texts in nl and en, plurals, dates and sizes. A
// tenant's own labels go before the built-in texts. No sentence stands in code.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Lang is a language the program speaks.
type Lang string

// The languages.
const (
	NL Lang = "nl"
	EN Lang = "en"
)

// Langs lists the languages; the first is the default.
var Langs = []Lang{NL, EN}

// Known reports whether the program speaks l.
func (l Lang) Known() bool { return l == NL || l == EN }

//go:embed texts
var files embed.FS

var builtin = load()

// load reads every file below texts/<lang>; one flat object of key and text per feature.
func load() map[Lang]map[string]string {
	all := map[Lang]map[string]string{}
	for _, l := range Langs {
		all[l] = map[string]string{}
		names, err := fs.Glob(files, path.Join("texts", string(l), "*.json"))
		if err != nil {
			panic(err)
		}
		for _, name := range names {
			b, err := files.ReadFile(name)
			if err != nil {
				panic(err)
			}
			var m map[string]string
			if err := json.Unmarshal(b, &m); err != nil {
				panic(fmt.Sprintf("i18n: %s: %v", name, err))
			}
			for k, v := range m {
				if _, twice := all[l][k]; twice {
					panic(fmt.Sprintf("i18n: %s: key %q stands in two files", name, k))
				}
				all[l][k] = v
			}
		}
	}
	return all
}

// Keys returns every built-in text of a language by key; callers must not change it.
func Keys(l Lang) map[string]string { return builtin[l] }

// Texts speaks one language in one tenant's words. The zero value speaks Dutch.
type Texts struct {
	lang   Lang
	labels map[string]string
}

// For returns the texts of a language with a tenant's labels before the built-in ones.
func For(l Lang, labels map[string]string) *Texts {
	if !l.Known() {
		l = NL
	}
	return &Texts{lang: l, labels: labels}
}

// Lang returns the language spoken.
func (t *Texts) Lang() Lang {
	if t.lang == "" {
		return NL
	}
	return t.lang
}

// T returns the text of key. Args are name, value pairs for the {name} places in the text. A key
// without a text prints itself, and a test finds it.
func (t *Texts) T(key string, args ...any) string {
	s, ok := t.labels[key]
	if !ok {
		if s, ok = builtin[t.Lang()][key]; !ok {
			return key
		}
	}
	return fill(s, args)
}

// N returns the text of key for a number: key.one for 1, else key.other, with {n} filled in.
func (t *Texts) N(key string, n int, args ...any) string {
	if n == 1 {
		key += ".one"
	} else {
		key += ".other"
	}
	return t.T(key, append([]any{"n", n}, args...)...)
}

// fill puts values in the places of a text, {name} for the value after "name"; a place of another name stays.
func fill(s string, args []any) string {
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, _ := strings.Cut(s, "{")
		name, after, place := strings.Cut(rest, "}")
		if !place {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		if v, ok := valueOf(name, args); ok {
			b.WriteString(v)
		} else {
			b.WriteString("{" + name + "}")
		}
		s = after
	}
}

func valueOf(name string, args []any) (string, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return fmt.Sprint(args[i+1]), true
		}
	}
	return "", false
}
