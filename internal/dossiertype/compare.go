package dossiertype

import (
	"encoding/json"
	"reflect"
	"slices"
)

// structure returns the type without its words, and without what holds for all dossiers at once.
func (d Definition) structure() Definition {
	d.Name, d.Explain, d.Portal, d.Threshold, d.Offered = nil, nil, false, 0, false
	d.Statuses, d.Results, d.Documents = slices.Clone(d.Statuses), slices.Clone(d.Results), slices.Clone(d.Documents)
	for i, s := range d.Statuses {
		d.Statuses[i] = Status{Key: s.Key, Portal: s.Portal, Final: s.Final, Term: s.Term}
	}
	for i, r := range d.Results {
		d.Results[i] = Result{Key: r.Key, Retention: r.Retention}
	}
	for i := range d.Documents {
		d.Documents[i].Name, d.Documents[i].Explain = nil, nil
	}
	return d
}

// SameStructure reports whether two types differ in nothing but words and what holds for all dossiers at once, so that
// running dossiers take part in it.
func (d Definition) SameStructure(other Definition) bool {
	return reflect.DeepEqual(d.structure().clean(), other.structure().clean())
}

// clean returns the type as a file has it: what is empty is nil.
func (d Definition) clean() Definition {
	b, err := json.Marshal(d)
	var out Definition
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil { // of a rank that is none: it stays as it is
		return d
	}
	return out
}

// WithWords returns the type with the words of another version for everything that both have.
func (d Definition) WithWords(from Definition) Definition {
	d.Name, d.Explain = from.Name, from.Explain
	d.Portal, d.Threshold, d.Offered = from.Portal, from.Threshold, from.Offered
	d.Statuses, d.Results, d.Documents = slices.Clone(d.Statuses), slices.Clone(d.Results), slices.Clone(d.Documents)
	for i, s := range d.Statuses {
		if n, ok := from.Status(s.Key); ok {
			n.Portal, n.Final, n.Term = s.Portal, s.Final, s.Term
			d.Statuses[i] = n
		}
	}
	for i, r := range d.Results {
		if n, ok := from.Result(r.Key); ok {
			n.Retention = r.Retention
			d.Results[i] = n
		}
	}
	for i, k := range d.Documents {
		if n, ok := from.Document(k.Key); ok {
			d.Documents[i].Name, d.Documents[i].Explain = n.Name, n.Explain
		}
	}
	return d
}

// Change is one thing in which two versions differ.
type Change struct {
	Part Part
	Key  string // of the status, the result or the kind of document, "" for the type itself
	Name Words  // of it
	// Kind is added, removed, moved or changed.
	Kind string
	// Field is what changed: a name of the form of that part.
	Field, From, To string
}

// Compare returns what is other in next, in the order of the page.
func Compare(was, next Definition) []Change {
	out := fields(Change{Name: next.Name}, was.general(), next.general())
	out = append(out, parts(Statuses, was.Statuses, next.Statuses, func(s Status) (string, Words, []pair) { return s.Key, s.Name, s.pairs() })...)
	out = append(out, parts(Results, was.Results, next.Results, func(r Result) (string, Words, []pair) { return r.Key, r.Name, r.pairs() })...)
	return append(out, parts(Documents, was.Documents, next.Documents, func(k DocumentType) (string, Words, []pair) { return k.Key, k.Name, k.pairs() })...)
}

type pair struct{ field, value string }

func fields(c Change, was, next []pair) []Change {
	var out []Change
	for i, n := range next {
		if was[i].value != n.value {
			c.Kind, c.Field, c.From, c.To = "changed", n.field, was[i].value, n.value
			out = append(out, c)
		}
	}
	return out
}

func parts[T any](p Part, was, next []T, of func(T) (string, Words, []pair)) []Change {
	var out []Change
	key := func(x T) string { k, _, _ := of(x); return k }
	at := func(list []T, k string) int { return slices.IndexFunc(list, func(x T) bool { return key(x) == k }) }
	var kept, now []string // in the order of each, what both have
	for _, x := range was {
		if k, name, _ := of(x); at(next, k) < 0 {
			out = append(out, Change{Part: p, Key: k, Name: name, Kind: "removed"})
		} else {
			kept = append(kept, k)
		}
	}
	for _, x := range next {
		k, name, list := of(x)
		i := at(was, k)
		if i < 0 {
			out = append(out, Change{Part: p, Key: k, Name: name, Kind: "added"})
			continue
		}
		now = append(now, k)
		_, _, old := of(was[i])
		out = append(out, fields(Change{Part: p, Key: k, Name: name}, old, list)...)
	}
	if !slices.Equal(kept, now) {
		out = append(out, Change{Part: p, Kind: "moved"})
	}
	return out
}
