package pdf_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// place is a piece of marked content.
type place struct {
	page ref
	mcid int
}

// walk visits the structure elements below v, in reading order.
func (r *reader) walk(v any, visit func(self ref, e dict)) {
	self := v.(ref)
	e := r.dict(self)
	visit(self, e)
	kids, _ := e["K"].([]any)
	for _, k := range kids {
		if child, ok := k.(ref); ok {
			if r.dict(child)["P"] != self {
				r.t.Errorf("the parent of %d is not %d", child, self)
			}
			r.walk(child, visit)
		}
	}
}

func (r *reader) top() any { return r.list(r.dict(r.root()["StructTreeRoot"])["K"])[0] }

// owned returns which element the structure tree says a mark or an annotation belongs to.
func (r *reader) owned() (marks map[place]ref, annots map[ref]ref) {
	marks, annots = map[place]ref{}, map[ref]ref{}
	r.walk(r.top(), func(self ref, e dict) {
		kids, _ := e["K"].([]any)
		for _, k := range kids {
			switch k := k.(type) {
			case float64:
				marks[place{e["Pg"].(ref), int(k)}] = self
			case dict:
				if k["Type"] == name("OBJR") {
					annots[k["Obj"].(ref)] = self
				} else {
					marks[place{k["Pg"].(ref), int(k["MCID"].(float64))}] = self
				}
			}
		}
	})
	return marks, annots
}

func TestMarksElementsAndParentTreeAgree(t *testing.T) {
	r := read(t, write(t, everything(t)))
	marks, annots := r.owned()
	nums := r.list(r.dict(r.dict(r.root()["StructTreeRoot"])["ParentTree"])["Nums"])
	keys := map[int]any{}
	for n := 0; n < len(nums); n += 2 {
		if int(nums[n].(float64)) != n/2 {
			t.Fatalf("key %v at %d", nums[n], n/2)
		}
		keys[n/2] = nums[n+1]
	}
	seen := 0
	for _, p := range r.pages() {
		d := r.dict(p)
		if d["Tabs"] != name("S") {
			t.Errorf("page %d: tab order is %v", p, d["Tabs"])
		}
		owners := r.list(keys[int(d["StructParents"].(float64))])
		drawn := r.content(p)
		if len(drawn) != len(owners) {
			t.Errorf("page %d draws %d marks, the parent tree has %d", p, len(drawn), len(owners))
		}
		for n, owner := range owners {
			e := r.dict(owner)
			if marks[place{p, n}] != owner || drawn[n] != e["S"] {
				t.Errorf("mark %d of page %d: %v by parent tree, %v by structure, drawn as %v", n, p, owner, marks[place{p, n}], drawn[n])
			}
			seen++
		}
		links, _ := d["Annots"].([]any)
		for _, a := range links {
			if annots[a.(ref)] == 0 || keys[int(r.dict(a)["StructParent"].(float64))] != annots[a.(ref)] {
				t.Errorf("annotation %v has no owner", a)
			}
			delete(annots, a.(ref))
		}
	}
	if seen != len(marks) || seen < 200 {
		t.Errorf("%d marks on the pages, %d in the structure", seen, len(marks))
	}
	if len(annots) > 0 {
		t.Errorf("annotations on no page: %v", annots)
	}
}

// content returns the tags of a page's marks by MCID. It fails when something is drawn outside of
// marks and artifacts, or when they nest.
func (r *reader) content(page ref) []name {
	var tags []name
	var operands []any
	open := false
	l := &lexer{data: r.get(r.dict(page)["Contents"]).(stream).data}
	for l.skip(); l.pos < len(l.data); l.skip() {
		v := l.value()
		op, ok := v.(error)
		if !ok {
			operands = append(operands, v)
			continue
		}
		switch op.Error() {
		case "BDC", "BMC":
			if open {
				r.t.Fatalf("page %d: a mark inside a mark", page)
			}
			open = true
			if tag := operands[0].(name); tag != "Artifact" {
				if n := int(operands[1].(dict)["MCID"].(float64)); n != len(tags) {
					r.t.Fatalf("page %d: mark %d comes after %d", page, n, len(tags))
				}
				tags = append(tags, tag)
			}
		case "EMC":
			if !open {
				r.t.Fatalf("page %d: a mark ends that did not start", page)
			}
			open = false
		case "Tj", "Do", "S", "f":
			if !open {
				r.t.Fatalf("page %d: %s outside of a mark", page, op)
			}
		}
		operands = nil
	}
	if open {
		r.t.Fatalf("page %d: a mark does not end", page)
	}
	return tags
}

func TestElementsStandWhereTheyMay(t *testing.T) {
	parents := map[name][]name{
		"Document": {""}, "P": {"Document"}, "L": {"Document"}, "LI": {"L"}, "Lbl": {"LI"}, "LBody": {"LI"},
		"Table": {"Document"}, "Caption": {"Table"}, "THead": {"Table"}, "TBody": {"Table"}, "TR": {"THead", "TBody"}, "TH": {"TR"}, "TD": {"TR"},
		"Figure": {"Document"}, "Link": {"P"}, "H1": {"Document"}, "H2": {"Document"}, "H3": {"Document"},
	}
	r := read(t, write(t, everything(t)))
	found := map[name]int{}
	r.walk(r.top(), func(self ref, e dict) {
		kind := e["S"].(name)
		found[kind]++
		parent, _ := r.dict(e["P"])["S"].(name)
		if !slices.Contains(parents[kind], parent) {
			t.Errorf("%s in %q", kind, parent)
		}
		attrs, _ := e["A"].(dict)
		switch kind {
		case "TH":
			if s := attrs["Scope"]; s != name("Row") && s != name("Column") {
				t.Errorf("TH with scope %v", s)
			}
		case "L":
			if attrs["ListNumbering"] == nil {
				t.Error("L without numbering")
			}
		case "Figure":
			if e["Alt"] == "" || len(attrs["BBox"].([]any)) != 4 {
				t.Errorf("Figure %v", e)
			}
		}
	})
	for kind := range parents {
		if found[kind] == 0 {
			t.Errorf("no %s in a document with everything", kind)
		}
	}
	if found["TR"] != 2+1+62 || found["LI"] != 5 || found["Link"] != 1 {
		t.Errorf("found %v", found)
	}
}

func TestCatalogSaysWhatReadersNeed(t *testing.T) {
	r := read(t, write(t, everything(t)))
	c := r.root()
	if c["Lang"] != "nl" || r.dict(c["MarkInfo"])["Marked"] != true || r.dict(c["ViewerPreferences"])["DisplayDocTitle"] != true {
		t.Errorf("catalog: %v", c)
	}
	meta := r.get(c["Metadata"]).(stream)
	if meta.dict["Filter"] != nil {
		t.Error("the metadata is compressed")
	}
	for _, want := range []string{"Nota van afrekening (concept) – De Wit</rdf:li>", "<pdfuaid:part>1<", "2026-11-02T09:30:00Z"} {
		if !strings.Contains(string(meta.data), want) {
			t.Errorf("no %s in the metadata", want)
		}
	}
	info := r.dict(r.trailer["Info"])
	if decode(info["Title"].(string)) != "Nota van afrekening (concept) – De Wit" || info["CreationDate"] != "D:20261102093000+00'00'" {
		t.Errorf("info: %v", info)
	}
	outline := r.dict(c["Outlines"])
	first := r.dict(outline["First"])
	if outline["Count"] != 4.0 || first["Title"] != "Nota van afrekening" || first["Count"] != 3.0 {
		t.Errorf("outline: %v, %v", outline, first)
	}
	second := r.dict(first["First"])
	if r.dict(second["First"])["Title"] != "Bedragen" || r.dict(second["Next"])["Title"] != "Ondertekening" {
		t.Errorf("below the first heading: %v", second)
	}
}

func TestLinkHasTextTargetAndBoxes(t *testing.T) {
	r := read(t, write(t, everything(t)))
	found := 0
	for _, p := range r.pages() {
		links, _ := r.dict(p)["Annots"].([]any)
		for _, a := range links {
			found++
			d := r.dict(a)
			if d["F"] != 4.0 || !strings.HasPrefix(d["Contents"].(string), "Naar het portaal") || len(d["QuadPoints"].([]any))%8 != 0 {
				t.Errorf("annotation %v", d)
			}
			if uri := r.dict(d["A"])["URI"]; uri != "https://delinde.example/portaal?a=(1)&b=2" {
				t.Errorf("link to %v", uri)
			}
		}
	}
	if found == 0 {
		t.Error("no link")
	}
}

func decode(s string) string {
	if !strings.HasPrefix(s, "\xFE\xFF") {
		return s
	}
	var units []uint16
	for n := 2; n+1 < len(s); n += 2 {
		units = append(units, uint16(s[n])<<8|uint16(s[n+1]))
	}
	return fmt.Sprint(string(utf16.Decode(units)))
}
