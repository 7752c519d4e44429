package pdf

import (
	"regexp"
	"slices"
	"strings"
)

// amount is a cell that stands right: a number, an amount of money or a share.
var amount = regexp.MustCompile(`^(€ ?)?[-–+]?(€ ?)?[\d.,:]*\d([.,]-)?( ?%| ?m²)?$`)

// measure decides how wide the columns are and which of them stand right.
func (g *grid) measure() {
	count := len(g.Rows[0])
	least, natural := make([]float64, count), make([]float64, count)
	g.right = make([]bool, count)
	texts := g.Rows
	if len(g.Head) > 0 {
		texts = append([][]string{g.Head}, texts...)
	}
	for n := range count {
		g.right[n] = g.numbers(n)
		for _, r := range texts {
			l := g.fonts.shape(r[n], bold)
			natural[n] = max(natural[n], l.width(headStyle.size)+2*padding)
			if amount.MatchString(r[n]) {
				least[n] = max(least[n], l.width(headStyle.size)+2*padding)
			} else {
				least[n] = max(least[n], l.widestWord(headStyle.size)+2*padding)
			}
		}
	}
	g.widths = share(least, natural, g.right, len(g.Head) > 0)
}

// numbers reports whether a column has nothing but numbers and amounts.
func (g *grid) numbers(column int) bool {
	if len(g.Head) == 0 || column == 0 && g.RowHeaders {
		return false
	}
	found := false
	for _, r := range g.Rows {
		s := strings.TrimSpace(r[column])
		if s != "" && !amount.MatchString(s) {
			return false
		}
		found = found || s != ""
	}
	return found
}

// share divides the width of the text over columns that are at least and naturally so wide. What
// is left over goes to columns of words when the table is to fill the width.
func share(least, natural []float64, right []bool, fill bool) []float64 {
	widths := slices.Clone(natural)
	left, words := textWidth-sum(natural), 0.0
	for n, w := range natural {
		if !right[n] {
			words += w
		}
	}
	switch slack := textWidth - sum(least); {
	case left >= 0 && fill && words > 0:
		for n := range widths {
			if !right[n] {
				widths[n] += left * natural[n] / words
			}
		}
	case left >= 0 && fill:
		scale(widths, textWidth/sum(natural))
	case left < 0 && slack <= 0:
		copy(widths, least)
		scale(widths, textWidth/sum(least))
	case left < 0:
		for n := range widths {
			widths[n] = least[n] + slack*(natural[n]-least[n])/(sum(natural)-sum(least))
		}
	}
	return widths
}

func sum(all []float64) float64 {
	s := 0.0
	for _, v := range all {
		s += v
	}
	return s
}

func scale(all []float64, by float64) {
	for n := range all {
		all[n] *= by
	}
}
