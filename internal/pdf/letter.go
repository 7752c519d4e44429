package pdf

import "strings"

func (b Letterhead) draw(l *layout) error {
	name := style{font: bold, size: 17, leading: 22, ink: l.doc.Accent}
	left := l.lines(b.Name, name, textWidth*0.58)
	var right []line
	if len(b.Lines) > 0 {
		right = l.lines(strings.Join(b.Lines, "\n"), smallStyle, textWidth*0.38)
	}
	height := max(float64(len(left))*name.leading, float64(len(right))*smallStyle.leading)
	l.need(height + gap)
	top := l.y
	l.flow(l.top.add("P", ""), left, marginSide, name)
	l.y = top
	if len(right) > 0 {
		e := l.top.add("P", "")
		for n, t := range right {
			l.put(e, t, pageWidth-marginSide-t.width(smallStyle.size), top-float64(n)*smallStyle.leading, smallStyle)
		}
	}
	l.y = top - height - gap
	l.page.rule(marginSide, l.y, textWidth, 0.8)
	l.y -= 3 * gap
	return nil
}

func (b Address) draw(l *layout) error {
	lines := l.lines(strings.Join(b.Lines, "\n"), bodyStyle, textWidth/2)
	if len(lines) == 0 {
		return nil
	}
	l.need(float64(len(lines)) * bodyStyle.leading)
	l.flow(l.top.add("P", ""), lines, marginSide, bodyStyle)
	l.y -= 3 * gap
	return nil
}

func (b Signatures) draw(l *layout) error {
	const column = textWidth/2 - 2*gap
	for pair := b.Names; len(pair) > 0; pair = pair[min(2, len(pair)):] {
		deep := 0.0
		names := [2][]line{}
		for n, text := range pair[:min(2, len(pair))] {
			names[n] = l.lines(text, bodyStyle, column)
			deep = max(deep, float64(len(names[n]))*bodyStyle.leading)
		}
		const pen = 48 // points of room to write in
		l.need(pen + deep)
		l.y -= pen
		for n, lines := range names {
			x := marginSide + float64(n)*(column+4*gap)
			if len(lines) == 0 {
				continue
			}
			l.page.rule(x, l.y, column, 0.8)
			e := l.top.add("P", "")
			for k, t := range lines {
				l.put(e, t, x, l.y-float64(k)*bodyStyle.leading, bodyStyle)
			}
		}
		l.y -= deep + gap
	}
	return nil
}
