package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// everything returns all Go modules and npm packages that building, testing and running need.
func everything() ([]dependency, error) {
	all, err := modules()
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{"web", "e2e"} {
		packages, err := npm(filepath.Join(dir, "package-lock.json"))
		if err != nil {
			return nil, err
		}
		all = append(all, packages...)
	}
	slices.SortFunc(all, func(a, b dependency) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return slices.CompactFunc(all, func(a, b dependency) bool { return a.Name == b.Name && a.Version == b.Version }), nil
}

// modules returns the Go modules from which something is compiled.
func modules() ([]dependency, error) {
	shipped, err := modulesOf("./cmd/voordeur")
	if err != nil {
		return nil, err
	}
	needed, err := modulesOf("-test", "./...", "tool")
	if err != nil {
		return nil, err
	}
	var list []dependency
	for name, m := range needed {
		licences, err := licencesOf(m.Dir)
		if err != nil {
			return nil, err
		}
		_, ships := shipped[name]
		list = append(list, dependency{Kind: "golang", Name: name, Version: m.Version, Licences: licences, Shipped: ships})
	}
	return list, nil
}

type module struct{ Path, Version, Dir string }

// modulesOf asks Go which modules the packages come from.
func modulesOf(packages ...string) (map[string]module, error) {
	args := append([]string{"list", "-deps", "-json=Module"}, packages...)
	cmd := exec.Command("go", args...) // #nosec G204 -- the packages are the constants above
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	found := map[string]module{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *module }
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if p.Module != nil && p.Module.Version != "" { // our own has none
			found[p.Module.Path] = *p.Module
		}
	}
}

// npm returns the packages of a lock file. Of those in web what is bundled is not told apart from
// what bundles it: both count as shipped.
func npm(lock string) ([]dependency, error) {
	b, err := os.ReadFile(lock) // #nosec G304 -- one of two constants
	if err != nil {
		return nil, err
	}
	return parseLock(b, strings.HasPrefix(lock, "web"))
}

func parseLock(b []byte, shipped bool) ([]dependency, error) {
	var file struct {
		Packages map[string]struct {
			Version string
			License string
			Dev     bool
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, err
	}
	var list []dependency
	for path, p := range file.Packages {
		if path == "" { // our own
			continue
		}
		i := strings.LastIndex(path, "node_modules/")
		d := dependency{Kind: "npm", Name: path[i+len("node_modules/"):], Version: p.Version, Shipped: shipped && !p.Dev}
		if p.License != "" {
			d.Licences = []string{p.License}
		}
		list = append(list, d)
	}
	return list, nil
}
