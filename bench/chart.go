//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// A bar is one line of a chart.
type bar struct {
	label string
	mine  bool
	spread
}

// chart draws events/s at each number of connections and the dashboard's time
// at each size, as bars that grow by powers of ten.
func (b *bench) chart(w io.Writer) {
	type panel struct {
		title string
		bars  []bar
	}
	var panels []panel
	collect := func(row int, of, measure, title string, who ...string) {
		p := panel{title: title}
		for _, name := range who {
			if s := b.figures.samples(row, of, name, measure); len(s) > 0 {
				p.bars = append(p.bars, bar{name, name == ours, spreadOf(s)})
			}
		}
		if len(p.bars) > 0 {
			panels = append(panels, p)
		}
	}
	for _, driver := range []string{"PostgreSQL", "SQLite"} {
		for _, n := range b.Connections {
			what := connectionsCase(driver, n)
			collect(1, what, perSecond, "trackUsage, events/s: "+what, ours, theUsual, graphile, ceiling)
		}
	}
	for _, rows := range b.Sizes {
		collect(3, shown, at(rows), "dashboard, ms (less is better): "+sized(rows), ours, duck, rawSQL, graphile)
	}
	const width, left, right, line = 760, 130, 150, 20
	height := 10
	for _, p := range panels {
		height += line*(len(p.bars)+1) + 12
	}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">
<title>Contatore beside its alternatives; bars grow by powers of ten</title>
<rect width="%d" height="%d" fill="#fff"/>
`, width, height, width, height)
	y := 10
	for _, p := range panels {
		low, high := math.Inf(1), 0.0
		for _, r := range p.bars {
			low, high = min(low, r.low), max(high, r.high)
		}
		floor := math.Pow(10, math.Floor(math.Log10(max(low, 1e-3))-0.3))
		x := func(v float64) float64 {
			return left + (width-left-right)*math.Log(max(v, floor)/floor)/math.Log(max(high, floor*10)/floor)
		}
		fmt.Fprintf(w, `<text x="10" y="%d" font-weight="600" fill="#111">%s</text>`+"\n", y+14, p.title)
		y += line
		for _, r := range p.bars {
			colour := "#9aa5b1"
			if r.mine {
				colour = "#0f766e"
			}
			fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end" fill="#333">%s</text><rect x="%d" y="%d" width="%.1f" height="14" fill="%s"/>`,
				left-8, y+13, strings.ReplaceAll(r.label, "&", "&amp;"), left, y+2, max(1, x(r.median)-left), colour)
			fmt.Fprintf(w, `<path d="M%.1f %dH%.1f" stroke="#111"/><text x="%.1f" y="%d" fill="#333">%s</text>`+"\n", x(r.low), y+9, x(r.high), x(r.high)+6, y+13, number(r.median))
			y += line
		}
		y += 12
	}
	fmt.Fprintln(w, "</svg>")
}
