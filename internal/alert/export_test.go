package alert

import "time"

// Hurried has jobs looked for every few milliseconds, and attempts made after
// these pauses.
func Hurried(opt Options, schedule ...time.Duration) Options {
	opt.poll, opt.schedule = 5*time.Millisecond, schedule
	return opt
}
