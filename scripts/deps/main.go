// Command deps tells what the program is made of: `deps check` compares the licence of every Go
// module and npm package with those in allowed.txt, `deps sbom` writes a bill of materials as
// CycloneDX JSON. It runs from the root of the repository and needs no network once modules are there.
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
)

// allowed is the one list of the licences that a dependency may have.
//
//go:embed allowed.txt
var allowed string

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "deps:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "check":
		return check(out)
	case len(args) == 2 && args[0] == "sbom":
		return sbom(args[1], out)
	}
	return errors.New("usage: deps check, or deps sbom VERSION")
}

// check names every dependency whose licence is unknown or not allowed.
func check(out io.Writer) error {
	all, err := everything()
	if err != nil {
		return err
	}
	may, wrong := parseAllowed(allowed), 0
	for _, d := range all {
		if why := may.refuses(d); why != "" {
			wrong++
			fmt.Fprintf(out, "%s %s: %s\n", d.Name, d.Version, why)
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d dependencies may not be used: see scripts/deps/allowed.txt", wrong, len(all))
	}
	fmt.Fprintf(out, "the licences of all %d dependencies are allowed\n", len(all))
	return nil
}
