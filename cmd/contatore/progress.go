package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows on a terminal how far a long command is; elsewhere nothing.
type progress struct {
	out         io.Writer
	title, unit string
	bar         *progressbar.ProgressBar
}

func (sh *shell) progress(title, unit string) *progress {
	p := &progress{title: title, unit: unit}
	if isTerminal(sh.err) {
		p.out = sh.err
	}
	return p
}

// at shows that done of total are done; a total below 1 is not known.
func (p *progress) at(done, total int) {
	if p.out == nil {
		return
	}
	if total < 1 {
		total = -1
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(p.title), progressbar.OptionSetItsString(p.unit),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(total > 0))
	}
	_ = p.bar.Set(done) // a terminal that is gone shows nothing
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish() // a terminal that is gone shows nothing
		p.bar = nil
	}
}
