package main

import (
	"encoding/json"
	"io"
	"strings"
)

// What follows is CycloneDX 1.6, as much of it as we fill in.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string     `json:"type"`
	Ref      string     `json:"bom-ref"`
	Name     string     `json:"name"`
	Version  string     `json:"version"`
	PURL     string     `json:"purl,omitempty"`
	Scope    string     `json:"scope,omitempty"`
	Licences []licensed `json:"licenses,omitempty"`
}

type licensed struct {
	Licence    *licenceID `json:"license,omitempty"`
	Expression string     `json:"expression,omitempty"`
}

type licenceID struct {
	ID string `json:"id"`
}

// sbom writes the bill of materials: what ships is required, what builds and tests is excluded. It
// holds no time and no serial number, so that one source gives one file.
func sbom(version string, out io.Writer) error {
	all, err := everything()
	if err != nil {
		return err
	}
	b := bom{
		Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{component{Type: "application", Ref: "voordeur", Name: "voordeur", Version: version}},
	}
	may := parseAllowed(allowed)
	for _, d := range all {
		if read, found := may.read[d.Name]; found {
			d.Licences = []string{read}
		}
		b.Components = append(b.Components, componentOf(d))
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

func componentOf(d dependency) component {
	// A scope of npm (@name) is the one thing in a name that a package URL writes otherwise.
	purl := "pkg:" + d.Kind + "/" + strings.Replace(d.Name, "@", "%40", 1) + "@" + d.Version
	c := component{Type: "library", Ref: purl, Name: d.Name, Version: d.Version, PURL: purl, Scope: "excluded"}
	if d.Shipped {
		c.Scope = "required"
	}
	if len(d.Licences) == 1 && !strings.Contains(d.Licences[0], " ") {
		c.Licences = []licensed{{Licence: &licenceID{d.Licences[0]}}}
	} else if len(d.Licences) > 0 {
		c.Licences = []licensed{{Expression: strings.Join(d.Licences, " AND ")}}
	}
	return c
}
