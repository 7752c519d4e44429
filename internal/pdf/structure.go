package pdf

import (
	"fmt"
	"strings"
)

// element is a node of the structure tree (14.7.2).
type element struct {
	kind   string
	attrs  string // further entries of its dictionary
	parent *element
	kids   []kid
	ref    ref
}

// kid is a child element, a piece of marked content on a page, or an annotation on a page.
type kid struct {
	child *element
	page  *page
	mark  int
	annot ref
}

// add returns a new last child.
func (e *element) add(kind, attrs string) *element {
	child := &element{kind: kind, attrs: attrs, parent: e}
	e.kids = append(e.kids, kid{child: child})
	return child
}

// page returns the page of the element's first mark, which its marks elsewhere must name theirs against.
func (e *element) page() *page {
	for _, k := range e.kids {
		if k.child == nil && k.annot == 0 {
			return k.page
		}
	}
	return nil
}

func (e *element) reserve(o *objects) {
	e.ref = o.reserve()
	for _, k := range e.kids {
		if k.child != nil {
			k.child.reserve(o)
		}
	}
}

// write sets the dictionaries of the element and of all below it (14.7.2, table 323).
func (e *element) write(o *objects, parent ref) {
	own := e.page()
	var kids strings.Builder
	for _, k := range e.kids {
		switch {
		case k.child != nil:
			fmt.Fprintf(&kids, " %v", k.child.ref)
			k.child.write(o, e.ref)
		case k.annot != 0:
			fmt.Fprintf(&kids, " <</Type /OBJR /Obj %v /Pg %v>>", k.annot, k.page.ref)
		case k.page == own:
			fmt.Fprintf(&kids, " %d", k.mark)
		default:
			fmt.Fprintf(&kids, " <</Type /MCR /Pg %v /MCID %d>>", k.page.ref, k.mark)
		}
	}
	dict := fmt.Sprintf("<</Type /StructElem /S /%s /P %v", e.kind, parent)
	if own != nil {
		dict += fmt.Sprintf(" /Pg %v", own.ref)
	}
	if kids.Len() > 0 {
		dict += " /K [" + kids.String()[1:] + "]"
	}
	o.set(e.ref, dict+e.attrs+">>")
}

// writeTree writes the structure tree, gives annotations their keys and returns the tree's root. In
// the parent tree, keys from 0 are the pages, each with the owner of every mark; the keys after them
// are the annotations (14.7.4.4).
func writeTree(o *objects, top *element, pages []*page) ref {
	root := o.reserve()
	top.reserve(o)
	top.write(o, root)
	var nums strings.Builder
	for n, p := range pages {
		owners := make([]string, len(p.marks))
		for m, e := range p.marks {
			owners[m] = e.ref.String()
		}
		fmt.Fprintf(&nums, " %d %v", n, o.add("["+strings.Join(owners, " ")+"]"))
	}
	next := len(pages)
	for _, p := range pages {
		for n := range p.annots {
			p.annots[n].key = next
			fmt.Fprintf(&nums, " %d %v", next, p.annots[n].owner.ref)
			next++
		}
	}
	tree := o.add("<</Nums [" + nums.String()[1:] + "]>>")
	o.set(root, fmt.Sprintf("<</Type /StructTreeRoot /K [%v] /ParentTree %v /ParentTreeNextKey %d>>", top.ref, tree, next))
	return root
}
