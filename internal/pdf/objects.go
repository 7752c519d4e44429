package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// ref is the number of an indirect object; 0 is none.
type ref int

func (r ref) String() string { return strconv.Itoa(int(r)) + " 0 R" }

// object is a value, or a stream with the entries of its dictionary.
type object struct {
	value  string
	stream []byte
}

// objects are the indirect objects of a file; the first one has number 1.
type objects struct{ all []object }

func (o *objects) reserve() ref {
	o.all = append(o.all, object{})
	return ref(len(o.all))
}

func (o *objects) set(r ref, value string) { o.all[r-1] = object{value: value} }

func (o *objects) add(value string) ref {
	r := o.reserve()
	o.set(r, value)
	return r
}

// packing says whether a stream is compressed.
type packing bool

// Streams with pictures in JPEG and metadata stay as they are.
const (
	packed packing = true
	asIs   packing = false
)

// stream adds a stream. Entries are those of its dictionary besides length and filter.
func (o *objects) stream(entries string, data []byte, p packing) ref {
	r := o.reserve()
	obj := object{value: entries + fmt.Sprintf(" /Length %d", len(data)), stream: data}
	if p == packed {
		obj = deflated(entries, data)
	}
	o.all[r-1] = obj
	return r
}

func deflated(entries string, data []byte) object {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	// A bytes.Buffer takes everything.
	_, _ = z.Write(data)
	_ = z.Close()
	return object{value: fmt.Sprintf("%s /Filter /FlateDecode /Length %d", entries, b.Len()), stream: b.Bytes()}
}

// perPack is how many objects an object stream holds (7.5.7).
const perPack = 200

// entry is what the cross-reference stream says of an object: its place in the file (kind 1) or
// its object stream and index in it (kind 2) (7.5.8.3).
type entry struct {
	kind  byte
	where int
	index int
}

// sink is the file on its way out: how many bytes it has, their sum, and the first error.
type sink struct {
	w   io.Writer
	n   int
	sum hash.Hash
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
		s.sum.Write(p)
		s.n += len(p)
	}
	return len(p), nil
}

// file writes the file: streams first, then the other objects in object streams.
func (o *objects) file(w io.Writer, root, info ref) error {
	b := &sink{w: w, sum: sha256.New()}
	fmt.Fprint(b, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	entries := make([]entry, len(o.all)+1, len(o.all)+len(o.all)/perPack+3)
	var plain []ref
	for n, obj := range o.all {
		r := ref(n + 1)
		if obj.stream == nil {
			plain = append(plain, r)
			continue
		}
		entries[r] = entry{kind: 1, where: b.n}
		writeStream(b, r, obj)
	}
	for len(plain) > 0 {
		pack := plain[:min(perPack, len(plain))]
		plain = plain[len(pack):]
		holder := len(entries)
		for n, r := range pack {
			entries[r] = entry{kind: 2, where: holder, index: n}
		}
		entries = append(entries, entry{kind: 1, where: b.n})
		o.writePack(b, ref(holder), pack)
	}
	writeCrossReference(b, entries, root, info)
	return b.err
}

func writeStream(b *sink, r ref, obj object) {
	fmt.Fprintf(b, "%d 0 obj\n<<%s>>\nstream\n", int(r), obj.value)
	_, _ = b.Write(obj.stream) // a sink keeps the error
	fmt.Fprint(b, "\nendstream\nendobj\n")
}

func (o *objects) writePack(b *sink, holder ref, pack []ref) {
	var index, body strings.Builder
	for _, r := range pack {
		fmt.Fprintf(&index, "%d %d ", int(r), body.Len())
		body.WriteString(o.all[r-1].value + "\n")
	}
	head := fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(pack), index.Len())
	writeStream(b, holder, deflated(head, []byte(index.String()+body.String())))
}

func writeCrossReference(b *sink, entries []entry, root, info ref) {
	start, self, id := b.n, len(entries), b.sum.Sum(nil)
	entries = append(entries, entry{kind: 1, where: start})
	var table []byte
	for _, e := range entries {
		table = be.AppendUint32(append(table, e.kind), uint32(e.where)) // #nosec G115 -- a document of ours is far below 4 GiB
		table = be.AppendUint16(table, uint16(e.index))                 // #nosec G115 -- at most the number of objects in a stream
	}
	// Object 0 heads the list of free objects.
	table[5], table[6] = 0xFF, 0xFF
	head := fmt.Sprintf("/Type /XRef /Size %d /W [1 4 2] /Root %v /Info %v /ID [<%X> <%X>]", len(entries), root, info, id[:16], id[:16])
	writeStream(b, ref(self), deflated(head, table))
	fmt.Fprintf(b, "startxref\n%d\n%%%%EOF\n", start)
}

// text writes a text string (7.9.2.2): ASCII as it is, all else as UTF-16 with a byte order mark.
func text(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "(" + literal(s) + ")"
	}
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// literal escapes what ends a literal string (7.3.4.2).
var literal = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace
