package form

import (
	"embed"
	"strings"
)

// Schema is the JSON Schema (2020-12) of a definition, for whoever writes one with an editor. Parse refuses more.
//
//go:embed schema.json
var Schema []byte

//go:embed samples
var sampleFiles embed.FS

// Samples are definitions to begin with, by name: an office imports one and makes it its own.
func Samples() map[string][]byte {
	entries, err := sampleFiles.ReadDir("samples")
	if err != nil {
		panic(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		b, err := sampleFiles.ReadFile("samples/" + e.Name())
		if err != nil {
			panic(err)
		}
		all[strings.TrimSuffix(e.Name(), ".json")] = b
	}
	return all
}
