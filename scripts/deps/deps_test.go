package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil { // where the program runs
		panic(err)
	}
	os.Exit(m.Run())
}

func TestAllDependenciesAreAllowed(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"check"}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestUnknownAndForbiddenLicencesAreRefused(t *testing.T) {
	l := parseAllowed("# remark\nMIT # fine\nApache-2.0\n\nodd = MIT # read by hand\nworse = GPL-3.0\n")
	for _, c := range []struct {
		d       dependency
		refused bool
	}{
		{dependency{Name: "a", Licences: []string{"MIT"}}, false},
		{dependency{Name: "a", Licences: []string{"Apache-2.0", "MIT"}}, false},
		{dependency{Name: "a", Licences: []string{"GPL-3.0", "MIT"}}, true},
		{dependency{Name: "a", Licences: []string{"(GPL-3.0 OR MIT)"}}, false},
		{dependency{Name: "a", Licences: []string{"GPL-3.0 OR LGPL-3.0"}}, true},
		{dependency{Name: "a", Licences: []string{"MIT AND GPL-3.0"}}, true},
		{dependency{Name: "a"}, true},
		{dependency{Name: "odd"}, false},
		{dependency{Name: "worse", Licences: []string{"MIT"}}, true},
	} {
		if got := l.refuses(c.d); (got != "") != c.refused {
			t.Errorf("%+v: %q", c.d, got)
		}
	}
}

func TestLicencesAreKnownByTheirWords(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of\n * charge, to any person obtaining a copy":                                             "MIT",
		"Redistribution and use in source and binary forms, with or without\nmodification":                                             "BSD-2-Clause",
		"Redistribution and use in source and binary forms, with or without modification ... Neither the name of":                      "BSD-3-Clause",
		"   Apache License\n   Version 2.0, January 2004":                                                                              "Apache-2.0",
		"Licensed under the Apache License, Version 2.0. Permission is hereby granted, free of charge, to any person obtaining a copy": "Apache-2.0 MIT",
		"Mozilla Public License Version 2.0 ... \"Secondary License\" means the GNU General Public License, Version 2.0":               "MPL-2.0",
		"GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007":                                                              "AGPL-3.0",
		"Creative Commons Legal Code\n\nCC0 1.0 Universal":                                                                             "CC0-1.0",
		"All rights reserved.": "",
	} {
		if got := strings.Join(licencesIn(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNestedPackagesOfNpm(t *testing.T) {
	got, err := parseLock([]byte(`{"packages": {"": {"version": "1"}, "node_modules/a": {"version": "2", "license": "MIT", "dev": true}, "node_modules/a/node_modules/@x/b": {"version": "3"}}}`), true)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, d := range got {
		if d.Name == "@x/b" && (len(d.Licences) != 0 || !d.Shipped) || d.Name == "a" && (d.Shipped || d.Licences[0] != "MIT") || d.Name == "" {
			t.Errorf("%+v", d)
		}
	}
}

func TestBillOfMaterials(t *testing.T) {
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run([]string{"sbom", "1.2.3"}, out); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two bills of one source differ")
	}
	var b bom
	if err := json.Unmarshal(first.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Metadata.Component.Version != "1.2.3" {
		t.Errorf("%+v", b.Metadata)
	}
	for prefix, scope := range map[string]string{"pkg:golang/modernc.org/sqlite@v": "required", "pkg:golang/github.com/evanw/esbuild@v": "excluded", "pkg:npm/tus-js-client@": "required", "pkg:npm/%40playwright/test@": "excluded"} {
		i := slices.IndexFunc(b.Components, func(c component) bool { return strings.HasPrefix(c.PURL, prefix) })
		if i < 0 || b.Components[i].Scope != scope || len(b.Components[i].Licences) == 0 {
			t.Errorf("%s is not %s in the bill", prefix, scope)
		}
	}
}
