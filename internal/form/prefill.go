package form

import "strings"

// Sources are what a form can be filled in from: what is known of the client ("name", "address.city", ...), and
// the answers of an earlier form that is comparable.
type Sources struct {
	Client, Earlier Answers
}

// Offer is an answer that a source has for a field.
type Offer struct {
	Source  string // as the definition names it
	Answers Answers
}

// Offers returns what each source of a question has for it, the best first, in the normal form. What is no good
// answer to the question is not offered.
func (s *State) Offers(f Field, from Sources) []Offer {
	var list []Offer
	for _, source := range f.Question.Prefill {
		given := Answers{}
		old, name := from.Earlier, f.Name
		if key, ok := strings.CutPrefix(source, "client."); ok {
			old, name = from.Client, key
		} else if id, ok := strings.CutPrefix(source, "earlier."); ok {
			name = strings.TrimSuffix(f.Name, f.Question.ID) + id
		}
		for _, part := range append([]string{""}, f.Question.Kind.Parts()...) {
			if part != "" {
				part = "." + part
			}
			if v := old[name+part]; len(v) > 0 {
				given[f.Name+part] = v
			}
		}
		if normal, wrong := f.Question.read(given, f.Name, false, s.today); len(normal) > 0 && len(wrong) == 0 {
			list = append(list, Offer{source, normal})
		}
	}
	return list
}
