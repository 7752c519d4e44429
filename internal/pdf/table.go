package pdf

// padding is the space around the text of a cell, in points.
const padding = 4

// grid is a table on its way to the pages.
type grid struct {
	*layout
	Table
	widths []float64
	right  []bool
	head   []cell
}

// cell is the text of a cell, broken into lines.
type cell struct {
	owner *element
	lines []line
	style style
}

func (t Table) draw(l *layout) error {
	g := &grid{layout: l, Table: t}
	g.measure()
	table := l.top.add("Table", "")
	g.start(table)
	if len(t.Head) > 0 {
		row := table.add("THead", "").add("TR", "")
		for n, text := range t.Head {
			g.head = append(g.head, g.cell(row.add("TH", scope("Column")), text, headStyle, n))
		}
		g.row(g.head)
		for n := range g.head {
			g.head[n].owner = nil // from here on the head is repeated as an artifact
		}
	}
	body := table.add("TBody", "")
	for n, texts := range t.Rows {
		g.row(g.bodyRow(body.add("TR", ""), texts, t.Total && n == len(t.Rows)-1))
	}
	l.y -= gap + padding
	return nil
}

// start draws the caption, on a page that has room for the head and a row as well.
func (g *grid) start(table *element) {
	var lines []line
	if g.Caption != "" {
		lines = g.lines(g.Caption, boldStyle, textWidth)
	}
	g.need(float64(len(lines))*boldStyle.leading + 6*cellStyle.leading)
	if len(lines) > 0 {
		g.flow(table.add("Caption", ""), lines, marginSide, boldStyle)
		g.y -= gap / 2
	}
}

func (g *grid) bodyRow(row *element, texts []string, total bool) []cell {
	cells := make([]cell, len(texts))
	for n, text := range texts {
		kind, attrs, st := "TD", "", cellStyle
		if n == 0 && g.RowHeaders {
			kind, attrs = "TH", scope("Row")
		}
		if total || n == 0 && g.RowHeaders && len(g.Head) == 0 {
			st = headStyle
		}
		cells[n] = g.cell(row.add(kind, attrs), text, st, n)
	}
	if total {
		if g.height(cells) > g.room() {
			g.nextPage()
		}
		g.page.rule(marginSide, g.y, sum(g.widths), 1)
	}
	return cells
}

func scope(s string) string { return " /A <</O /Table /Scope /" + s + ">>" }

func (g *grid) cell(owner *element, text string, st style, column int) cell {
	return cell{owner: owner, lines: g.lines(text, st, g.widths[column]-2*padding), style: st}
}

// row draws a row on the page, on the next one, or over several when it is taller than a page.
func (g *grid) row(cells []cell) {
	height, head := g.height(cells), g.height(g.head)
	if height > g.room() && height+head <= pageHeight-marginTop-marginBottom {
		g.nextPage()
	}
	count := 1
	for _, c := range cells {
		count = max(count, len(c.lines))
	}
	for from := 0; from < count; {
		fit := int((g.room() - 2*padding) / cells[0].style.leading)
		if fit < 1 && !g.fresh() {
			g.nextPage()
			continue
		}
		to := min(count, from+max(fit, 1))
		g.slice(cells, from, to)
		if from = to; from < count {
			g.nextPage()
		}
	}
}

// nextPage starts a page with the head of the table repeated as an artifact, unless the head takes
// most of a page itself.
func (g *grid) nextPage() {
	g.newPage()
	if len(g.head) == 0 || g.head[0].owner != nil || g.height(g.head) > g.room()/2 {
		return
	}
	g.ground(g.height(g.head))
	g.page.artifact("", func() {
		for n, c := range g.head {
			for k, t := range c.lines {
				g.page.show(t, g.x(n, t, c.style), c.style.baseline(g.y-padding-float64(k)*c.style.leading), c.style)
			}
		}
	})
	g.y -= g.height(g.head)
}

// slice draws lines from..to of every cell.
func (g *grid) slice(cells []cell, from, to int) {
	height := float64(to-from)*cells[0].style.leading + 2*padding
	if len(g.head) > 0 && cells[0].owner == g.head[0].owner {
		g.ground(height)
	}
	for n, c := range cells {
		for k := from; k < min(to, len(c.lines)); k++ {
			t := c.lines[k]
			g.put(c.owner, t, g.x(n, t, c.style), g.y-padding-float64(k-from)*c.style.leading, c.style)
		}
	}
	g.y -= height
	if len(g.Head) > 0 {
		g.page.rule(marginSide, g.y, sum(g.widths), 0.4)
	}
}

func (g *grid) ground(height float64) {
	g.page.fill(box{marginSide, g.y - height, marginSide + sum(g.widths), g.y})
}

// height returns how tall a row is; no cells have no height.
func (g *grid) height(cells []cell) float64 {
	if len(cells) == 0 {
		return 0
	}
	count := 1
	for _, c := range cells {
		count = max(count, len(c.lines))
	}
	return float64(count)*cells[0].style.leading + 2*padding
}

// x returns where a line starts in its column.
func (g *grid) x(column int, t line, st style) float64 {
	x := marginSide + sum(g.widths[:column])
	if g.right[column] {
		return x + g.widths[column] - padding - t.width(st.size)
	}
	return x + padding
}
