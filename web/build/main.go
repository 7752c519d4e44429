// Command build makes web/dist of the style sheets and scripts in web/css and web/ts: bundled,
// minified and named after their content, so that they can be kept for ever. The same sources give
// the same bytes. The result is committed, so that building the program needs no Node.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	log.SetFlags(0)
	if err := build("web"); err != nil {
		log.Fatal(err)
	}
}

// browsers are the oldest that the scripts and styles are written for.
var browsers = []api.Engine{
	{Name: api.EngineChrome, Version: "111"},
	{Name: api.EngineFirefox, Version: "115"},
	{Name: api.EngineSafari, Version: "16.4"},
}

func build(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	entries, err := entryPoints(dir)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: dir, Outdir: "dist", Outbase: ".",
		EntryPoints: entries, Bundle: true, Splitting: true, Format: api.FormatESModule,
		Engines: browsers, Platform: api.PlatformBrowser, Define: map[string]string{"process.env.NODE_ENV": `"production"`},
		MinifySyntax: true, MinifyWhitespace: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsEndOfFile,
		EntryNames: "[name]-[hash]", ChunkNames: "[name]-[hash]", AssetNames: "[name]-[hash]",
		Loader:   map[string]api.Loader{".woff2": api.LoaderFile},
		Metafile: true, LogLevel: api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("%d errors", len(result.Errors))
	}
	var meta metafile
	if err := json.Unmarshal([]byte(result.Metafile), &meta); err != nil {
		return err
	}
	files, err := meta.extra(dir)
	if err != nil {
		return err
	}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return replace(filepath.Join(dir, "dist"), files)
}

// entryPoints are what pages ask for by name: every sheet at the top of css, whose parts lie in
// folders below it, and the one script, which loads the others when a page needs them.
func entryPoints(dir string) ([]string, error) {
	css, err := filepath.Glob(filepath.Join(dir, "css", "*.css"))
	if err != nil {
		return nil, err
	}
	return append(css, filepath.Join(dir, "ts", "boot.ts")), nil
}

// metafile is what esbuild tells of its work, as far as it is used here.
type metafile struct {
	Inputs  map[string]struct{} `json:"inputs"`
	Outputs map[string]struct {
		EntryPoint string              `json:"entryPoint"`
		Inputs     map[string]struct{} `json:"inputs"`
	} `json:"outputs"`
}

// extra returns the manifest, which names the built file for each name that pages ask for, and the
// licences of the packages that went in.
func (m metafile) extra(dir string) (map[string][]byte, error) {
	names := map[string]string{}
	for output, o := range m.Outputs {
		name := o.EntryPoint
		if name == "" && len(o.Inputs) == 1 && !strings.HasSuffix(output, ".js") {
			for input := range o.Inputs { // a font
				name = input
			}
		}
		if name != "" {
			base := filepath.Base(name)
			if plain, script := strings.CutSuffix(base, ".ts"); script {
				base = plain + ".js"
			}
			names[base] = filepath.Base(output)
		}
	}
	manifest, err := json.MarshalIndent(names, "", "  ")
	if err != nil {
		return nil, err
	}
	licences, err := m.licences(dir)
	return map[string][]byte{"manifest.json": append(manifest, '\n'), "LICENSES.txt": licences}, err
}

// licences is the licence of every package, which its authors ask to go with their work; packages
// with the same one share its text.
func (m metafile) licences(dir string) ([]byte, error) {
	var texts []string
	covered := map[string][]string{}
	for _, name := range m.packages() {
		text, err := licence(dir, name)
		if err != nil {
			return nil, err
		}
		if covered[text] == nil {
			texts = append(texts, text)
		}
		covered[text] = append(covered[text], name)
	}
	var out []byte
	for _, text := range texts {
		out = fmt.Appendf(out, "%s\n\n%s\n\n", strings.Join(covered[text], "\n"), text)
	}
	return out, nil
}

// packages are the names of the packages that went in, in order.
func (m metafile) packages() []string {
	var names []string
	for input := range m.Inputs {
		_, rest, found := strings.Cut(input, "node_modules/")
		if !found {
			continue
		}
		parts := strings.SplitN(rest, "/", 3)
		name := parts[0]
		if strings.HasPrefix(name, "@") {
			name += "/" + parts[1]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func licence(dir, name string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "node_modules", name, "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"))
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%s has no licence", name)
	}
	text, err := os.ReadFile(found[0])
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")), err
}

// replace makes dist hold these files and no others.
func replace(dist string, files map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(dist, "*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, stays := files[filepath.Base(path)]; !stays {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	err = os.MkdirAll(dist, 0o755) // #nosec G301 -- the repository is for all to read
	if err != nil {
		return err
	}
	for name, b := range files {
		err := os.WriteFile(filepath.Join(dist, name), b, 0o644) // #nosec G306 -- the repository is for all to read
		if err != nil {
			return err
		}
	}
	return nil
}
