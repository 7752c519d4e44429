package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// node is a value of a JSON text. A definition is read from nodes and not by struct tags, for a refusal names
// the page and the question, and a key that is unknown or stands twice must be found.
type node struct {
	kind    byte // one of { [ s n b 0
	members []member
	items   []*node
	text    string // of a string or a number
	yes     bool
}

type member struct {
	key   string
	value *node
}

// maxDepth is how deep objects and lists may stand in each other: conditions in words never come near.
const maxDepth = 40

var errDeep = errors.New("form: too deep")

// twice is the key that stands twice.
type twice string

func (t twice) Error() string { return "form: " + string(t) + " stands twice" }

type tree struct{ dec *json.Decoder }

// readTree reads one JSON value and nothing behind it. The line and column are of where it went wrong.
func readTree(source []byte) (n *node, line, column int, err error) {
	d := &tree{json.NewDecoder(bytes.NewReader(source))}
	d.dec.UseNumber()
	if n, err = d.value(0); err == nil {
		if _, more := d.dec.Token(); more != io.EOF {
			err = errors.New("form: something stands behind the definition")
		}
	}
	line, column = position(source, d.dec.InputOffset())
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, column = position(source, s.Offset)
	}
	return n, line, column, err
}

func position(source []byte, offset int64) (line, column int) {
	before := source[:min(int(offset), len(source))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

func (d *tree) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	t, err := d.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return d.object(depth)
		}
		return d.list(depth)
	case string:
		return &node{kind: 's', text: t}, nil
	case json.Number:
		return &node{kind: 'n', text: t.String()}, nil
	case bool:
		return &node{kind: 'b', yes: t}, nil
	}
	return &node{kind: '0'}, nil
}

func (d *tree) object(depth int) (*node, error) {
	n, seen := &node{kind: '{'}, map[string]bool{}
	for d.dec.More() {
		t, err := d.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string) // the decoder takes nothing else
		if seen[key] {
			return nil, twice(key)
		}
		seen[key] = true
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, member{key, v})
	}
	_, err := d.dec.Token()
	return n, err
}

func (d *tree) list(depth int) (*node, error) {
	n := &node{kind: '['}
	for d.dec.More() {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, v)
	}
	_, err := d.dec.Token()
	return n, err
}
