package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// dependency is a Go module or an npm package.
type dependency struct {
	Kind     string // golang or npm
	Name     string
	Version  string
	Licences []string // as SPDX names them, all of which hold; empty when unknown
	Shipped  bool     // part of the program, not only of building and testing it
}

// phrases are words that only a licence has, and its name in SPDX.
var phrases = []struct{ name, words string }{
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"BSD-3-Clause", "redistribution and use in source and binary forms, with or without modification"},
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"CC0-1.0", "creative commons legal code cc0 1.0 universal"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"blessing", "the author disclaims copyright to this source code. in place of a legal notice, here is a blessing"},
	// The heads of these, since other licences name them.
	{"GPL-2.0", "gnu general public license version 2, june 1991"},
	{"GPL-3.0", "gnu general public license version 3, 29 june 2007"},
	{"AGPL-3.0", "gnu affero general public license version 3, 19 november 2007"},
	{"LGPL-2.1", "gnu lesser general public license version 2.1, february 1999"},
	{"LGPL-3.0", "gnu lesser general public license version 3, 29 june 2007"},
	{"EUPL", "european union public licence"},
}

// noise is what copies of one licence differ in.
var noise = regexp.MustCompile(`[\s*#/]+`)

// licencesIn returns the licences whose words stand in a text.
func licencesIn(text string) []string {
	text = noise.ReplaceAllString(strings.ToLower(text), " ")
	text = strings.ReplaceAll(text, "license, version", "license version") // as short forms of Apache and MPL have it
	var found []string
	for _, p := range phrases {
		if !strings.Contains(text, p.words) {
			continue
		}
		name := p.name
		if name == "BSD-3-Clause" && !strings.Contains(text, "neither the name") {
			name = "BSD-2-Clause"
		}
		found = append(found, name)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// licenceFile is the name of a file that holds the licence of what it lies beside. A list of third
// parties may name what is not compiled; what is compiled is a module of its own here.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.-].*)?$`)

// licencesOf returns the licences in the root of a module.
func licencesOf(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.Contains(strings.ToLower(e.Name()), "3rd-party") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name())) // #nosec G304 -- a file of that folder
		if err != nil {
			return nil, err
		}
		found = append(found, licencesIn(string(b))...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// list is what allowed.txt says: licences, and dependencies whose licence was read by a person.
type list struct {
	licences []string
	read     map[string]string
}

// parseAllowed reads lines of a licence, or of a dependency, "=" and its licence; what stands after
// "#" explains.
func parseAllowed(text string) list {
	l := list{read: map[string]string{}}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		name, licence, exact := strings.Cut(strings.TrimSpace(line), "=")
		switch {
		case exact:
			l.read[strings.TrimSpace(name)] = strings.TrimSpace(licence)
		case name != "":
			l.licences = append(l.licences, name)
		}
	}
	return l
}

// refuses says why a dependency may not be used, "" when it may.
func (l list) refuses(d dependency) string {
	licences := d.Licences
	if read, found := l.read[d.Name]; found {
		licences = []string{read}
	}
	if len(licences) == 0 {
		return "its licence is unknown"
	}
	for _, name := range licences {
		if !l.allows(name) {
			return fmt.Sprintf("%s is not allowed", name)
		}
	}
	return ""
}

// allows reports whether a licence, or one of those that an npm package offers, is in the list.
func (l list) allows(name string) bool {
	return slices.ContainsFunc(strings.Split(strings.Trim(name, "()"), " OR "), func(one string) bool {
		return slices.Contains(l.licences, strings.TrimSpace(one))
	})
}
