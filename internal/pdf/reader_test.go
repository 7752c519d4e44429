package pdf_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

// The reader below shares no code with the writer: it knows just enough of ISO 32000-1 to read
// files with cross-reference streams back.

type (
	name   string
	ref    int
	dict   map[string]any
	stream struct {
		dict
		data []byte
	}
)

type reader struct {
	t       *testing.T
	data    []byte
	objects map[ref]any
	trailer dict
}

func read(t *testing.T, data []byte) *reader {
	t.Helper()
	r := &reader{t: t, data: data, objects: map[ref]any{}}
	tail := string(data[bytes.LastIndex(data, []byte("startxref"))+len("startxref"):])
	start, err := strconv.Atoi(strings.Fields(tail)[0])
	if err != nil {
		t.Fatalf("startxref: %v", err)
	}
	table := r.at(start).(stream)
	r.trailer = table.dict
	if size := table.dict["Size"].(float64); len(table.data) != int(size)*7 {
		t.Fatalf("Size is %v, the table has %d bytes", size, len(table.data))
	}
	type packed struct{ in, index int }
	inside := map[ref]packed{}
	for n := 0; n*7 < len(table.data); n++ {
		row := table.data[7*n:]
		where, index := int(binary.BigEndian.Uint32(row[1:])), int(binary.BigEndian.Uint16(row[5:]))
		switch row[0] {
		case 1:
			r.objects[ref(n)] = r.at(where)
		case 2:
			inside[ref(n)] = packed{where, index}
		}
	}
	for n, p := range inside {
		r.objects[n] = r.packed(n, ref(p.in), p.index)
	}
	return r
}

func (r *reader) packed(n, in ref, index int) any {
	s := r.objects[in].(stream)
	head := strings.Fields(string(s.data[:int(s.dict["First"].(float64))]))
	if head[2*index] != strconv.Itoa(int(n)) {
		r.t.Fatalf("object %d stands where %s is", n, head[2*index])
	}
	at, _ := strconv.Atoi(head[2*index+1])
	l := &lexer{data: s.data[int(s.dict["First"].(float64))+at:]}
	return l.value()
}

// at reads the object at an offset of the file.
func (r *reader) at(offset int) any {
	l := &lexer{data: r.data, pos: offset}
	for range 3 { // number, generation, obj
		l.word()
	}
	v := l.value()
	d, ok := v.(dict)
	if !ok || !l.literal("stream\n") {
		return v
	}
	size := int(d["Length"].(float64))
	raw := l.data[l.pos : l.pos+size]
	l.pos += size
	if !l.literal("\nendstream") {
		r.t.Fatalf("stream at %d is not %d bytes long", offset, size)
	}
	if d["Filter"] == name("FlateDecode") {
		z, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			r.t.Fatal(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			r.t.Fatal(err)
		}
	}
	return stream{d, raw}
}

// get follows a reference.
func (r *reader) get(v any) any {
	if n, ok := v.(ref); ok {
		x, ok := r.objects[n]
		if !ok {
			r.t.Fatalf("object %d is missing", n)
		}
		return x
	}
	return v
}

func (r *reader) dict(v any) dict {
	d, ok := r.get(v).(dict)
	if !ok {
		r.t.Fatalf("%v is no dictionary but %v", v, r.get(v))
	}
	return d
}

func (r *reader) list(v any) []any {
	a, ok := r.get(v).([]any)
	if !ok {
		r.t.Fatalf("%v is no array", v)
	}
	return a
}

func (r *reader) root() dict { return r.dict(r.trailer["Root"]) }

func (r *reader) pages() []ref {
	var out []ref
	for _, k := range r.list(r.dict(r.root()["Pages"])["Kids"]) {
		out = append(out, k.(ref))
	}
	return out
}

type lexer struct {
	data []byte
	pos  int
}

func (l *lexer) skip() {
	for l.pos < len(l.data) && strings.IndexByte(" \n\r\t", l.data[l.pos]) >= 0 {
		l.pos++
	}
}

func (l *lexer) literal(s string) bool {
	l.skip()
	if s[0] == '\n' {
		for l.data[l.pos-1] == '\n' && l.data[l.pos] != '\n' {
			l.pos--
		}
	}
	if !bytes.HasPrefix(l.data[l.pos:], []byte(s)) {
		return false
	}
	l.pos += len(s)
	return true
}

func (l *lexer) word() string {
	l.skip()
	start := l.pos
	for l.pos < len(l.data) && strings.IndexByte(" \n\r\t/<>[]()", l.data[l.pos]) < 0 {
		l.pos++
	}
	return string(l.data[start:l.pos])
}

// value reads a value; at an operator of a content stream it returns the operator as error.
func (l *lexer) value() any {
	l.skip()
	switch {
	case l.pos >= len(l.data):
		return nil
	case l.literal("<<"):
		d := dict{}
		for !l.literal(">>") {
			key := l.value().(name)
			d[string(key)] = l.value()
		}
		return d
	case l.literal("["):
		a := []any{}
		for !l.literal("]") {
			a = append(a, l.value())
		}
		return a
	case l.literal("/"):
		return name(l.word())
	case l.literal("<"):
		return l.hex()
	case l.literal("("):
		return l.paren()
	}
	return l.atom()
}

func (l *lexer) hex() string {
	w := l.word()
	l.pos++
	var out []byte
	for n := 0; n < len(w); n += 2 {
		v, _ := strconv.ParseUint(w[n:n+2], 16, 8)
		out = append(out, byte(v))
	}
	return string(out)
}

func (l *lexer) paren() string {
	var out []byte
	for ; l.data[l.pos] != ')'; l.pos++ {
		if l.data[l.pos] == '\\' {
			l.pos++
		}
		out = append(out, l.data[l.pos])
	}
	l.pos++
	return string(out)
}

func (l *lexer) atom() any {
	w := l.word()
	switch w {
	case "true", "false":
		return w == "true"
	case "null":
		return nil
	}
	v, err := strconv.ParseFloat(w, 64)
	if err != nil {
		return fmt.Errorf("%s", w)
	}
	back := l.pos
	if l.word() == "0" && l.word() == "R" {
		return ref(v)
	}
	l.pos = back
	return v
}
