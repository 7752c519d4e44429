package db

import (
	"encoding/base64"
	"strings"
)

// Key names the last row of a page of a list by moment and id: what the page after it begins with. It is for a link, and says no more than the page did.
func Key(at Time, id string) string {
	v, _ := at.Value()
	return base64.RawURLEncoding.EncodeToString([]byte(v.(string) + "|" + id))
}

// ParseKey reads a key of Key; ok is false of anything else, and the list then begins at its beginning.
func ParseKey(key string) (at Time, id string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	moment, id, found := strings.Cut(string(b), "|")
	if err != nil || !found || at.Scan(moment) != nil {
		return Time{}, "", false
	}
	return at, id, true
}
