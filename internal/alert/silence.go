package alert

import (
	"context"
	"fmt"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/ledger"
)

const (
	// A shorter silence may be answers that come a little late; a longer one was
	// told, or the shop is closed.
	leastSilence, mostSilence = hour, week
	// silentWeeks are those that tell what is usual.
	silentWeeks = 4
	// missing is how many messages must usually have come by now. Where they
	// come independently of each other, a silence in place of 12 is the chance
	// of 6 in a million, and of 2 in 100,000 where no more than four weeks tell
	// how many they usually are; but a shop has a hundred pauses a day, each
	// of which could be one, and is less regular than that.
	missing = 12
)

// silence tells of a workspace that always has usage in this hour and has
// none: a flow that broke. A public holiday looks the same.
func (v *visit) silence(ctx context.Context) error {
	since, until := v.last.CreatedAt.QuarterStart()+calendar.Quarter, v.now.QuarterStart()
	if silent := until - since; silent < leastSilence || silent > mostSilence {
		return nil
	}
	once := fmt.Sprintf("%s %s", Silent, since)
	if told, err := v.told(ctx, once); told || err != nil {
		return err
	}
	var weeks [silentWeeks]int64
	err := v.book.Snapshot(ctx, func(s *ledger.Snapshot) error {
		for i := range weeks {
			span := calendar.Span{From: v.earlier(since, i+1), To: v.earlier(until, i+1)}
			err := s.Quarters(ctx, ledger.Scope{Account: v.account}, []calendar.Span{span}, false, func(slice ledger.Slice) error {
				if slice.At >= span.From && slice.At < span.To {
					weeks[i] += slice.Messages
				}
				return nil
			})
			if err != nil || weeks[i] == 0 {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("silence: %w", err)
	}
	if usual, broken := missed(weeks); broken {
		v.tell(Silent, once, "", Facts{Since: since.In(v.account.Zone), ExpectedMessages: usual})
	}
	return nil
}

// earlier is the same time of the same weekday so many weeks before, by the
// clock's face.
func (v *visit) earlier(at calendar.Instant, weeks int) calendar.Instant {
	return calendar.At(at.Time().In(v.account.Zone.Location()).AddDate(0, 0, -7*weeks))
}

// missed is how many messages there usually are, and whether their absence is
// a fault, by what the same stretch of each week before held.
func missed(weeks [silentWeeks]int64) (usual float64, broken bool) {
	always := true
	for _, messages := range weeks {
		usual += float64(messages) / silentWeeks
		always = always && messages > 0
	}
	return usual, always && usual >= missing
}
