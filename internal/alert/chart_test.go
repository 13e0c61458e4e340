package alert_test

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"github.com/contatore/contatore/internal/alert"
)

// Bars are as high as their days are dear, on a transparent ground.
func TestChart(t *testing.T) {
	t.Parallel()
	for _, costs := range [][]int{{1}, {0, 5, 10, 0, 2, 7, 10}, make([]int, 31), make([]int, 366)} {
		highest := 0
		days := make([]alert.DayFact, len(costs))
		for i := range days {
			if len(costs) > 7 {
				costs[i] = i * 7 % 31
			}
			highest = max(highest, costs[i])
			days[i].Cost = alert.Amount(fmt.Sprintf("%d.000000001", costs[i]))
			if costs[i] == 0 {
				days[i].Cost = "0"
			}
		}
		drawn, err := alert.Chart(days)
		if err != nil {
			t.Fatal(err)
		}
		again, err := alert.Chart(days)
		if err != nil || !bytes.Equal(drawn, again) {
			t.Errorf("%d days are drawn in two ways, %v", len(days), err)
		}
		picture, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		size := picture.Bounds().Size()
		if len(drawn) > 16<<10 || size.X < 1000 || size.Y < 200 {
			t.Errorf("%d days make %v and %d bytes", len(days), size, len(drawn))
		}
		const line = 2
		for i, cost := range costs {
			x, tall := (2*i+1)*size.X/(2*len(costs)), 0
			for y := range size.Y - line {
				if _, _, _, a := picture.At(x, y).RGBA(); a > 0x7fff {
					tall++
				}
			}
			if want := cost * (size.Y - line) / highest; tall < want-2 || tall > want+2 {
				t.Errorf("of %d days, day %d is %d high, want %d", len(days), i, tall, want)
			}
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	t.Parallel()
	for _, days := range [][]alert.DayFact{nil, {}, {{Cost: "0"}, {Cost: ""}, {Cost: "-3"}, {Cost: "NaN"}, {Cost: "1e999"}, {Cost: "twelve"}}} {
		if drawn, err := alert.Chart(days); drawn != nil || err != nil {
			t.Errorf("%v: %d bytes, %v", days, len(drawn), err)
		}
	}
}
