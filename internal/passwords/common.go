package passwords

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// list is the sorted Sums of common passwords; scripts/commonpasswords makes it anew.
//
//go:embed common.bin
var list []byte

// sumSize is how many bytes of a hash are kept: one in nine million passwords is taken for a common
// one by chance.
const sumSize = 5

// Sum is what the list keeps of a password.
func Sum(password string) [sumSize]byte {
	full := sha256.Sum256([]byte(Fold(password)))
	return [sumSize]byte(full[:sumSize])
}

// Fold is the form in which passwords are compared with words: capitals are no other password.
func Fold(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// Listed is how many passwords the list has.
func Listed() int { return len(list) / sumSize }

func listed(s string) bool {
	sum, low, high := Sum(s), 0, Listed()
	for low < high {
		mid := (low + high) / 2
		switch bytes.Compare(list[mid*sumSize:(mid+1)*sumSize], sum[:]) {
		case 0:
			return true
		case -1:
			low = mid + 1
		default:
			high = mid
		}
	}
	return false
}

// manual is the example of the notary's manual (N4), which must be accepted although it is on the list.
const manual = "Abcdefg1"

// shortUnit is up to how many characters something repeated is no password, listed or not.
const shortUnit = 4

// common reports whether many people have the password: it is on the list, or something on the list
// over and over.
func common(password string) bool {
	if password == manual {
		return false
	}
	s := []rune(Fold(password))
	if listed(string(s)) {
		return true
	}
	u := unit(s)
	return len(u) < len(s) && (len(u) <= shortUnit || listed(string(u)))
}

// unit is the shortest beginning that, repeated, gives the whole.
func unit(s []rune) []rune {
	for n := 1; n <= len(s)/2; n++ {
		if slices.Equal(s[n:], s[:len(s)-n]) {
			return s[:n]
		}
	}
	return s
}

// What must be left of a password once the words in it are taken out.
const (
	leastWord    = 4
	leastOwn     = 5
	leastOwnLong = 8
)

// product are words that stand on the page where the password is chosen.
var product = []string{"wachtwoord", "password", "welkom", "welcome", "portaal", "portal", "klantenportaal"}

// own reports whether a password is words that everybody knows, with little else.
func own(password string, words []string, least int) bool {
	s := strings.Join(strings.Fields(Fold(password)), "") // spaces do not keep words apart
	rest := s
	for _, w := range known(words) {
		rest = strings.ReplaceAll(rest, w, "")
	}
	return rest != s && utf8.RuneCountInString(rest) < least
}

// known are the words to look for, longest first: each whole, and in its parts.
func known(words []string) []string {
	all := slices.Clone(product)
	for _, w := range words {
		parts := strings.FieldsFunc(Fold(w), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		all = append(append(all, parts...), strings.Join(parts, ""))
	}
	all = slices.DeleteFunc(all, func(w string) bool { return utf8.RuneCountInString(w) < leastWord })
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}
