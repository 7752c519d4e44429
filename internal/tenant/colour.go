package tenant

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseColour returns a colour as #rrggbb. It takes what people type: with or without #, three
// digits or six, in any case; ok is false for anything else.
func ParseColour(s string) (colour string, ok bool) {
	s = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "#"))
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	if len(s) != 6 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", false
	}
	return "#" + s, true
}

// Contrast returns the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it; of anything
// that is no #rrggbb it takes black.
func Contrast(a, b string) float64 {
	la, lb := channels(a).luminance(), channels(b).luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// rgb is a colour in linear light, each channel from 0 to 1.
type rgb [3]float64

// linear is the light of each value of a channel.
var linear = func() (out [256]float64) {
	for i := range out {
		if c := float64(i) / 255; c <= 0.04045 {
			out[i] = c / 12.92
		} else {
			out[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return out
}()

func channels(colour string) rgb {
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		return rgb{}
	}
	return rgb{linear[n>>16], linear[n>>8&0xff], linear[n&0xff]}
}

func (c rgb) luminance() float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

// hex writes the colour, its channels brought within what a screen shows.
func (c rgb) hex() string {
	const digits = "0123456789abcdef"
	out := [7]byte{'#'}
	for i, v := range c {
		v = min(max(v, 0), 1)
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		n := int(math.Round(v * 255))
		out[1+2*i], out[2+2*i] = digits[n>>4], digits[n&15]
	}
	return string(out[:])
}

// lab is a colour in OKLab, where equal distances look equally large.
type lab struct{ l, a, b float64 }

func (c rgb) lab() lab {
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func (c lab) rgb() rgb {
	l := math.Pow(c.l+0.3963377774*c.a+0.2158037573*c.b, 3)
	m := math.Pow(c.l-0.1055613458*c.a-0.0638541728*c.b, 3)
	s := math.Pow(c.l-0.0894841775*c.a-1.2914855480*c.b, 3)
	return rgb{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
}

// distance is how different two colours look; the hue and its strength, which make a house style
// known, weigh double.
func (c lab) distance(o lab) float64 {
	return math.Sqrt((c.l-o.l)*(c.l-o.l) + 4*(c.a-o.a)*(c.a-o.a) + 4*(c.b-o.b)*(c.b-o.b))
}

// lightSteps and chromaSteps are how finely nearest looks: a step of lightness is one that no eye
// sees.
const (
	lightSteps  = 256
	chromaSteps = 8
)

// nearest returns the colour of the same hue that passes and looks most like the given one; ok is
// false when none passes.
func nearest(colour string, passes func(string) bool) (best string, ok bool) {
	from := channels(colour).lab()
	least := math.Inf(1)
	for i := range lightSteps + 1 {
		for j := range chromaSteps + 1 {
			chroma := float64(j) / chromaSteps
			// Bringing a channel within its bounds moves the colour, so the distance is taken after.
			hex := lab{float64(i) / lightSteps, from.a * chroma, from.b * chroma}.rgb().hex()
			if d := channels(hex).lab().distance(from); d < least && passes(hex) {
				best, least, ok = hex, d, true
			}
		}
	}
	return best, ok
}

// mix returns a colour between two: part 0 is a, part 1 is b, as a browser lays one over the other.
func mix(a, b string, part float64) string {
	na, errA := strconv.ParseUint(strings.TrimPrefix(a, "#"), 16, 32)
	nb, errB := strconv.ParseUint(strings.TrimPrefix(b, "#"), 16, 32)
	if errA != nil || errB != nil {
		return a
	}
	out := "#"
	for _, shift := range []uint{16, 8, 0} {
		ca, cb := float64(na>>shift&0xff), float64(nb>>shift&0xff)
		out += fmt.Sprintf("%02x", int(math.Round(ca+(cb-ca)*part)))
	}
	return out
}
