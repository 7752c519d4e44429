// Command write puts the hostile files in a folder, for the browser tests: 0, 1, 2 and so on, and
// names.json with the name that each is sent under. A browser test takes the folder away again.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"voordeur/internal/inspect/hostile"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: write FOLDER")
	}
	var names []string
	for n, f := range hostile.Files() {
		if err := os.WriteFile(filepath.Join(args[0], strconv.Itoa(n)), []byte(f.Data), 0o600); err != nil {
			return err
		}
		names = append(names, f.Name)
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(args[0], "names.json"), list, 0o600)
}
