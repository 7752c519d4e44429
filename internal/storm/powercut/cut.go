package powercut

import (
	"maps"
	"math/rand/v2"
	"path"
	"strconv"
	"strings"
)

// Mode is what a disk has kept of what was not safe.
type Mode struct {
	Name  string
	names func(*rand.Rand) bool
	data  func(*rand.Rand) part
}

// part is how much of one change of a file there is.
type part int

const (
	none  part = 0
	whole part = -1
	zeros part = -2 // its place, but not its bytes
	// Any other is the size of a sector, of which each is there or not.
)

func yes(*rand.Rand) bool    { return true }
func no(*rand.Rand) bool     { return false }
func coin(r *rand.Rand) bool { return r.IntN(2) == 0 }

func only(p part) func(*rand.Rand) part { return func(*rand.Rand) part { return p } }

// All has kept everything.
var All = Mode{"everything", yes, only(whole)}

// Modes are the ways in which disks keep what was not safe. The last three are left to chance.
var Modes = []Mode{
	{"nothing", no, only(none)},
	{"names alone", yes, only(none)},
	{"names, and zeros for data", yes, only(zeros)},
	{"data alone", no, only(whole)},
	All,
	{"data torn at 512", yes, only(512)},
	{"data torn at 4096", yes, only(4096)},
	{"some names and data", coin, some},
}

func some(r *rand.Rand) part {
	if coin(r) {
		return whole
	}
	return none
}

// image is what is being put together.
type image struct {
	names   map[string]*node
	content map[*node][]byte
	chance  *rand.Rand
	made    strings.Builder // of what: equal images are made of the same
}

// Last is the last moment of the history.
func (h *History) Last() int { return h.last }

// Cut returns what there is after a power cut at a moment. Images with the same key are equal.
func (h *History) Cut(moment int, m Mode, chance *rand.Rand) (f Files, key string) {
	i := h.image(chance)
	for _, c := range h.namings {
		i.rename(c, c.safeAt(moment) || c.openAt(moment) && m.names(chance))
	}
	for _, w := range h.writings {
		switch {
		case w.safeAt(moment):
			i.write(w, whole)
		case w.openAt(moment):
			i.write(w, m.data(chance))
		default:
			i.write(w, none)
		}
	}
	return i.files(), i.made.String()
}

// Seen returns the folder as whoever reads it sees it at the end, safe or not.
func (h *History) Seen() Files {
	i := h.image(nil)
	for _, c := range h.namings {
		i.rename(c, true)
	}
	for _, w := range h.writings {
		i.write(w, whole)
	}
	return i.files()
}

func (h *History) image(chance *rand.Rand) *image {
	return &image{names: maps.Clone(h.start), content: map[*node][]byte{}, chance: chance}
}

func (i *image) rename(c *naming, kept bool) {
	if !kept {
		i.made.WriteByte('-')
		return
	}
	i.made.WriteByte('n')
	for name, n := range c.names {
		if n == nil {
			delete(i.names, name)
		} else {
			i.names[name] = n
		}
	}
}

func (i *image) of(n *node) []byte {
	b, changed := i.content[n]
	if !changed {
		b = append([]byte{}, n.start...)
	}
	return b
}

func (i *image) write(w *writing, p part) {
	switch {
	case p == none:
		i.made.WriteByte('-')
		return
	case w.resize:
		i.made.WriteByte('r')
		i.content[w.file] = sized(i.of(w.file), w.offset)
		return
	}
	b := i.of(w.file)
	end := w.offset + int64(len(w.data))
	if int64(len(b)) < end {
		b = sized(b, end)
	}
	i.content[w.file] = b
	switch p {
	case zeros:
		i.made.WriteByte('0')
	case whole:
		i.made.WriteByte('w')
		copy(b[w.offset:], w.data)
	default:
		i.tear(b, w, int64(p))
	}
}

// tear writes some of the sectors of the file that the data touches.
func (i *image) tear(b []byte, w *writing, sector int64) {
	i.made.WriteString(strconv.FormatInt(sector, 10))
	for from, end := w.offset, w.offset+int64(len(w.data)); from < end; {
		to := min(end, (from/sector+1)*sector)
		if coin(i.chance) {
			i.made.WriteByte('s')
			copy(b[from:to], w.data[from-w.offset:to-w.offset])
		} else {
			i.made.WriteByte('.')
		}
		from = to
	}
}

func sized(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// files leaves out what is in a folder that is not there.
func (i *image) files() Files {
	f := Files{}
	for name, n := range i.names {
		if !i.reached(name) {
			continue
		}
		f[name] = nil
		if !n.folder {
			f[name] = n.start
			if b, changed := i.content[n]; changed {
				f[name] = b
			}
			if f[name] == nil {
				f[name] = []byte{}
			}
		}
	}
	return f
}

func (i *image) reached(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if i.names[dir] == nil {
			return false
		}
	}
	return true
}
