package dossiertype

import (
	"fmt"
	"slices"
)

// Rank is how confidential a dossier or a document is. It is compared as a number: what stands above a threshold is
// not shown (ZGW, vertrouwelijkheidaanduiding; D28-D30).
type Rank int

// The ranks, from the least confidential to the most.
const (
	Public Rank = iota + 1
	Restricted
	Internal
	CaseConfidential
	Confidential
	Private
	Secret
	TopSecret
)

// rankNames are the names of the standard, which files use.
var rankNames = []string{"openbaar", "beperkt_openbaar", "intern", "zaakvertrouwelijk", "vertrouwelijk", "confidentieel", "geheim", "zeer_geheim"}

// Ranks are all ranks in order.
var Ranks = []Rank{Public, Restricted, Internal, CaseConfidential, Confidential, Private, Secret, TopSecret}

// Known reports whether it is one of the ranks.
func (r Rank) Known() bool { return r >= Public && r <= TopSecret }

// String returns the standard's name.
func (r Rank) String() string {
	if !r.Known() {
		return ""
	}
	return rankNames[r-1]
}

// ParseRank returns the rank with a name of the standard.
func ParseRank(name string) (Rank, bool) {
	i := slices.Index(rankNames, name)
	return Rank(i + 1), i >= 0
}

// MarshalText writes the standard's name.
func (r Rank) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the standard's name.
func (r *Rank) UnmarshalText(b []byte) error {
	got, ok := ParseRank(string(b))
	if !ok {
		return fmt.Errorf("dossiertype: no confidentiality %q", b)
	}
	*r = got
	return nil
}
