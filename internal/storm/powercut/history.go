// Package powercut tells what a power cut may leave of a folder, from what a program did to it: what
// was written is safe once a sync of the file that began after it has ended, and a name once one of
// its folder has. Of all else a disk may have kept anything.
package powercut

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"

	"voordeur/internal/storm/trace"
)

// Files are those of a folder by their names in it. A folder in it is there as nil.
type Files map[string][]byte

// node is a file or folder under whatever name.
type node struct {
	folder bool
	start  []byte
}

// never is a moment that does not come.
const never = math.MaxInt

// span is when a change took place and from when on it is safe.
type span struct {
	start, end int
	safe       int
	lost       int // when a sync failed that should have made it safe: then nobody tries again
}

func (s span) safeAt(moment int) bool { return s.safe <= moment }

// openAt reports whether nobody can tell what the disk has kept of it.
func (s span) openAt(moment int) bool { return s.start <= moment && moment < s.safe && moment < s.lost }

// naming gives names, all of one folder, to nodes; nil takes a name away.
type naming struct {
	span
	folder string
	names  map[string]*node
}

// writing changes what is in a file: it gets data at an offset, or a size.
type writing struct {
	span
	file   *node
	offset int64
	data   []byte
	resize bool // to offset
}

// History is what a program did to a folder.
type History struct {
	start    map[string]*node
	namings  []*naming
	writings []*writing
	last     int
}

// Of reads a history from what a program did to files that were all safe.
func Of(start Files, seen trace.Trace) (*History, error) {
	h := &History{start: map[string]*node{}, last: seen.Last}
	for name, content := range start {
		h.start[name] = &node{folder: content == nil, start: content}
	}
	now := maps.Clone(h.start)
	now["."] = &node{folder: true}
	for _, c := range seen.Calls {
		if c.End == 0 || c.Errno != 0 && c.Kind != trace.Sync {
			continue // it changed nothing, or the program never saw its end
		}
		if err := h.add(now, c); err != nil {
			return nil, fmt.Errorf("powercut: %v: %w", c, err)
		}
	}
	slices.SortStableFunc(h.namings, func(a, b *naming) int { return cmp.Compare(a.end, b.end) })
	slices.SortStableFunc(h.writings, func(a, b *writing) int { return cmp.Compare(a.end, b.end) })
	return h, nil
}

// add notes a call. Now are the names as the program sees them.
func (h *History) add(now map[string]*node, c trace.Call) error {
	s := span{c.Start, c.End, never, never}
	switch c.Kind {
	case trace.Answer:
	case trace.Create, trace.Mkdir:
		return h.create(now, c, s)
	case trace.Remove:
		delete(now, c.Path)
		h.name(s, path.Dir(c.Path), map[string]*node{c.Path: nil})
	case trace.Rename, trace.Link:
		n, err := at(now, c.Path)
		if err != nil {
			return err
		}
		if now[c.To] = n; c.Kind == trace.Link {
			h.name(s, path.Dir(c.To), map[string]*node{c.To: n})
			return nil
		}
		delete(now, c.Path)
		h.rename(s, c, n)
	case trace.Write, trace.Truncate:
		n, err := at(now, c.Path)
		if err != nil {
			return err
		}
		w := &writing{span: s, file: n, offset: c.Offset, data: c.Data}
		if c.Kind == trace.Truncate {
			w.offset, w.resize = c.Size, true
		}
		h.writings = append(h.writings, w)
	case trace.Sync:
		return h.sync(now, c)
	}
	return nil
}

func at(now map[string]*node, name string) (*node, error) {
	n := now[name]
	if n == nil {
		return nil, fmt.Errorf("nobody made %s", name)
	}
	return n, nil
}

func (h *History) create(now map[string]*node, c trace.Call, s span) error {
	if now[c.Path] == nil {
		now[c.Path] = &node{folder: c.Kind == trace.Mkdir}
		h.name(s, path.Dir(c.Path), map[string]*node{c.Path: now[c.Path]})
	} else if c.Fresh {
		return fmt.Errorf("%s was there", c.Path)
	}
	if c.Empty {
		h.writings = append(h.writings, &writing{span: s, file: now[c.Path], resize: true})
	}
	return nil
}

func (h *History) name(s span, folder string, names map[string]*node) {
	h.namings = append(h.namings, &naming{s, folder, names})
}

// rename is one change within a folder, and one of each of two folders: one may be safe before the
// other.
func (h *History) rename(s span, c trace.Call, n *node) {
	from, to := path.Dir(c.Path), path.Dir(c.To)
	if from == to {
		h.name(s, to, map[string]*node{c.Path: nil, c.To: n})
		return
	}
	h.name(s, to, map[string]*node{c.To: n})
	h.name(s, from, map[string]*node{c.Path: nil})
}

// sync makes safe what ended before it began, or loses it.
func (h *History) sync(now map[string]*node, c trace.Call) error {
	n, err := at(now, c.Path)
	if err != nil {
		return err
	}
	for _, change := range h.namings {
		if change.folder == c.Path {
			change.cover(c)
		}
	}
	for _, change := range h.writings {
		if change.file == n {
			change.cover(c)
		}
	}
	return nil
}

func (s *span) cover(c trace.Call) {
	switch {
	case s.end > c.Start || s.safe != never || s.lost != never:
	case c.Errno != 0:
		s.lost = c.Start
	default:
		s.safe = c.End
	}
}
