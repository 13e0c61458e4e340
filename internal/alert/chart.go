package alert

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
)

// A chart is drawn at twice the size that it is shown at, for sharp screens. A
// library would draw labels, too, which stand in the letter as text here, for
// 2.7 MB more of program.
const (
	chartWidth, chartHeight = 1104, 300
	// widest and rounded are a bar's width and the radius of its corners.
	widest, rounded = 76.0, 8.0
	// shades are the steps from nothing to a bar's color.
	shades = 16
)

// chart draws each day's cost as a PNG with a transparent ground, in a color
// that can be seen on white and on black; nil where there is nothing to draw.
func chart(days []DayFact) ([]byte, error) {
	var highest float64
	for _, d := range days {
		highest = max(highest, height(d))
	}
	if highest == 0 {
		return nil, nil
	}
	palette := color.Palette{}
	for i := range shades + 1 {
		palette = append(palette, color.NRGBA{0x0d, 0x94, 0x88, uint8(i * 255 / shades)}) //nolint:gosec // at most 255
	}
	line := uint8(len(palette)) //nolint:gosec // 17
	palette = append(palette, color.NRGBA{0x80, 0x90, 0xa4, 0xa0})
	picture := image.NewPaletted(image.Rect(0, 0, chartWidth, chartHeight), palette)
	const ground = chartHeight - 2
	for i := range chartWidth {
		picture.SetColorIndex(i, ground, line)
		picture.SetColorIndex(i, ground+1, line)
	}
	slot := chartWidth / float64(len(days))
	half := max(1, math.Round(min(slot*0.64, widest)/2))
	for i, d := range days {
		drawBar(picture, math.Round((float64(i)+0.5)*slot), half, height(d)/highest*ground, ground)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return out.Bytes(), nil
}

// height is a day's cost as far as pixels need it.
func height(d DayFact) float64 {
	cost, err := strconv.ParseFloat(string(d.Cost), 64)
	if err != nil || cost < 0 || math.IsInf(cost, 0) || math.IsNaN(cost) {
		return 0
	}
	return cost
}

// drawBar draws a bar around x that stands on the ground, with smooth edges.
func drawBar(picture *image.Paletted, x, half, tall float64, ground int) {
	if tall == 0 {
		return
	}
	top, corner := float64(ground)-max(tall, 3), min(rounded, half)
	for py := int(top); py < ground; py++ {
		for px := int(x - half); px <= int(x+half); px++ {
			// How far the pixel's middle is outside of the bar, in pixels: around
			// the corners from the middle of their circles, else from the sides.
			dx, dy := math.Abs(float64(px)+0.5-x)-half, top-float64(py)-0.5
			out := max(dx, dy)
			if dx > -corner && dy > -corner {
				out = math.Hypot(dx+corner, dy+corner) - corner
			}
			if shade := math.Round((0.5 - out) * shades); shade > 0 {
				picture.SetColorIndex(px, py, uint8(min(shade, shades)))
			}
		}
	}
}

// dearest is the day that cost most, the first of several; nil where none cost
// anything.
func dearest(days []DayFact) (top *DayFact) {
	for i := range days {
		if h := height(days[i]); h > 0 && (top == nil || h > height(*top)) {
			top = &days[i]
		}
	}
	return top
}
