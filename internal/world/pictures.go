package world

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"voordeur/internal/pdf"
)

// pen writes words on a picture.
type pen struct {
	on   draw.Image
	face font.Face
	ink  image.Image
}

func newPen(on draw.Image, ttf []byte, size float64, ink color.Color) (pen, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return pen{}, err
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	return pen{on, face, image.NewUniform(ink)}, err
}

func (p pen) write(x, y int, text string) {
	d := font.Drawer{Dst: p.on, Src: p.ink, Face: p.face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

// scanned is a paper as a copier makes it: one grey picture, a little askew, without a text layer.
func scanned(title string, lines ...string) kind {
	return func(k desk) ([]byte, error) {
		sheet := image.NewGray(image.Rect(0, 0, 800, 1131))
		draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
		head, err := newPen(sheet, gobold.TTF, 24, color.Gray{45})
		if err != nil {
			return nil, err
		}
		body, err := newPen(sheet, gomono.TTF, 15, color.Gray{60})
		if err != nil {
			return nil, err
		}
		head.write(88, 136, title)
		y := 200
		for _, line := range strings.Split(k.text(strings.Join(lines, "\n")), "\n") {
			for _, part := range folded(line, 68) {
				body.write(88, y, part)
				y += 23
			}
		}
		scrawl(sheet, 96, y+56)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, askew(sheet, 0.014), &jpeg.Options{Quality: 55}); err != nil {
			return nil, err
		}
		return k.write(title, pdf.Image{Data: b.Bytes(), Alt: "Scan van: " + title, FullPage: true})
	}
}

// folded breaks a line at spaces, so that no part is longer than width.
func folded(line string, width int) []string {
	if len(line) <= width {
		return []string{line} // with its columns
	}
	parts := []string{""}
	for _, w := range strings.Fields(line) {
		at := len(parts) - 1
		switch {
		case parts[at] == "":
			parts[at] = w
		case len(parts[at])+1+len(w) > width:
			parts = append(parts, w)
		default:
			parts[at] += " " + w
		}
	}
	return parts
}

// scrawl is a signature.
func scrawl(on draw.Image, x, y int) {
	for n := range 1800 {
		t := float64(n) / 1800
		px := x + int(190*t+20*math.Cos(31*t))
		py := y + int(24*math.Sin(27*t)*(1-t)+10*math.Sin(64*t))
		draw.Draw(on, image.Rect(px, py, px+2, py+2), image.NewUniform(color.Gray{50}), image.Point{}, draw.Src)
	}
}

// askew turns a picture a little and adds the dirt of a glass plate. The same picture comes out the
// same every time.
func askew(in *image.Gray, angle float64) *image.Gray {
	out := image.NewGray(in.Rect)
	noise := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the grain of a made-up scan
	sin, cos := math.Sincos(angle)
	w, h := in.Rect.Dx(), in.Rect.Dy()
	for y := range h {
		for x := range w {
			fx, fy := float64(x-w/2), float64(y-h/2)
			at := image.Pt(int(fx*cos+fy*sin)+w/2, int(fy*cos-fx*sin)+h/2)
			v := 198 // the lid of the copier
			if at.In(in.Rect) {
				v = int(in.Pix[at.Y*in.Stride+at.X]) - 8 - 10*y/h
			}
			out.Pix[y*out.Stride+x] = uint8(min(255, max(0, v+int(noise.Uint32()>>29)-4))) // #nosec G115 -- held within a byte
		}
	}
	return out
}

// photograph is an identity card as somebody's phone takes it. It is no real document and says so.
func photograph(k desk) ([]byte, error) {
	card := image.NewRGBA(image.Rect(0, 0, 800, 520))
	for y := range 520 {
		for x := range 800 {
			wave := 10 * math.Sin(float64(x+2*y)/23)
			card.SetRGBA(x, y, color.RGBA{uint8(203 + wave), uint8(214 - float64(y)/18), uint8(226 - wave), 255})
		}
	}
	draw.Draw(card, image.Rect(40, 150, 240, 410), image.NewUniform(color.RGBA{150, 158, 168, 255}), image.Point{}, draw.Src)
	portrait(card, 140, 250)
	ink := color.RGBA{35, 45, 70, 255}
	big, err := newPen(card, gobold.TTF, 34, ink)
	if err != nil {
		return nil, err
	}
	small, err := newPen(card, gomono.TTF, 24, ink)
	if err != nil {
		return nil, err
	}
	stamp, err := newPen(card, gobold.TTF, 92, color.RGBA{150, 20, 30, 150})
	if err != nil {
		return nil, err
	}
	big.write(40, 70, "IDENTITEITSKAART (VOORBEELD)")
	small.write(40, 110, "Koninkrijk Nergenland")
	for n, line := range []string{"Naam", strings.ToUpper(surname(k.client.name)), "Geboren", "01 JAN/JAN 1970", "Nummer", "SPECI2026", "Geldig tot", "31 DEC/DEC 2099"} {
		small.write(280, 180+n*31, line)
	}
	stamp.write(190, 480, "SPECIMEN")
	var b bytes.Buffer
	err = jpeg.Encode(&b, onTable(card), &jpeg.Options{Quality: 72})
	return b.Bytes(), err
}

func surname(name string) string {
	if _, last, ok := strings.Cut(name, ". "); ok {
		return last
	}
	return name
}

// portrait is nobody's face.
func portrait(on *image.RGBA, x, y int) {
	grey := color.RGBA{92, 98, 108, 255}
	for dy := -70; dy <= 160; dy++ {
		for dx := -90; dx <= 90; dx++ {
			head := dx*dx*4+dy*dy*3 < 12800
			body := dy > 60 && dx*dx+(dy-160)*(dy-160) < 8100
			if head || body {
				on.SetRGBA(x+dx, y+dy, grey)
			}
		}
	}
}

// onTable lays the card on a wooden table, turned, in the warm light of a lamp.
func onTable(card *image.RGBA) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, 960, 720))
	noise := rand.New(rand.NewPCG(3, 4)) // #nosec G404 -- the grain of a made-up photo
	sin, cos := math.Sincos(-0.06)
	for x := range 960 {
		bend := 3 * math.Sin(float64(x)/136)
		for y := range 720 {
			fx, fy := 1.25*float64(x-480), 1.25*float64(y-360)
			at := image.Pt(int(fx*cos+fy*sin)+400, int(fy*cos-fx*sin)+260)
			grain := 14 * math.Sin(float64(y)/7+bend)
			c := color.RGBA{uint8(142 + grain), uint8(104 + grain*0.8), uint8(72 + grain*0.6), 255}
			if at.In(card.Rect) {
				c = card.RGBAAt(at.X, at.Y)
			} else if at.Sub(image.Pt(14, 16)).In(card.Rect) {
				c = color.RGBA{c.R / 2, c.G / 2, c.B / 2, 255} // its shadow
			}
			light := 1.06 - math.Hypot(fx+250, fy+200)/2600 + float64(noise.Uint32()>>29)/400
			out.SetRGBA(x, y, color.RGBA{shade(c.R, light), shade(c.G, light*0.985), shade(c.B, light*0.94), 255})
		}
	}
	return out
}

func shade(v uint8, by float64) uint8 { return uint8(min(255, max(0, float64(v)*by))) }
