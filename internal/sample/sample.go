// Package sample makes up the usage of a shop, to try the program on.
//
// In come a workspace's id, a range of days and a seed; out come the
// workspace, its customers and answers that look like a real shop's, counted
// by the meter like anybody's. The same options give the same answers under
// the same idempotency keys, so that filling twice counts nothing twice. The
// package must never ask what time it is, draw from anything but the seed, or
// make up an answer that lies in the future.
package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

// Options say what to make up.
type Options struct {
	// Workspace is made where it does not exist: Bottega Aurora, in euros and
	// Rome's time. One that exists keeps its name, zone and prices.
	Workspace string
	// Days is how many local days to fill, End the last one of them; MinDate
	// stands for today.
	Days int
	End  calendar.Date
	// Messages is how many answers these days hold; 0: 200 a day. The months
	// before get some as well, fewer a day.
	Messages int
	// Seed chooses the answers.
	Seed uint64
	// Now is the time it is: no answer is later.
	Now time.Time
}

const (
	perDay = 200
	// batch is how many answers are counted in one transaction.
	batch = 1000
)

// Each thing that is drawn has a stream of its own, so that more of one does
// not change another.
const (
	streamShape = iota
	streamRanks
	streamBefore
	streamDays
)

// Fill makes the workspace and its customers and counts their answers;
// customers of these ids that exist are brought back to the sample's data.
// progress is told how many answers are done, and of how many; nil: nobody is.
// The viewer in the context must be one who may do all that. Faults:
// INVALID_RANGE and INVALID of the options, and those of the directory and the
// meter; what was counted before one stands, and the same call goes on.
func Fill(ctx context.Context, m *meter.Meter, d *workspace.Directory, opt Options, progress func(done, total int)) error {
	shop, err := d.Find(ctx, opt.Workspace)
	missing := fault.CodeOf(err) == fault.WorkspaceNotFound
	switch {
	case missing:
		shop = &workspace.Workspace{TimeZone: timeZone}
	case err != nil:
		return fmt.Errorf("sample: %w", err)
	}
	zone, err := calendar.LoadZone(shop.TimeZone)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	p, err := newPlan(opt, zone)
	if err != nil {
		return err
	}
	if missing {
		if shop, err = d.Create(ctx, newShop(opt.Workspace)); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	for i := range people {
		if _, err := d.UpsertCustomer(ctx, opt.Workspace, customer(i)); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	f := filling{
		meter: m, workspaceID: opt.Workspace, prices: shop.Prices, seed: opt.Seed, clients: ranked(opt.Seed), sorts: sorts(),
		progress: progress, total: p.before.answers + p.days.answers,
	}
	if err := f.count(ctx, p.before, streamBefore, fmt.Sprintf("sample:%d:before:", opt.Seed)); err != nil {
		return err
	}
	return f.count(ctx, p.days, streamDays, fmt.Sprintf("sample:%d:", opt.Seed))
}

// filling is one run of Fill.
type filling struct {
	meter       *meter.Meter
	workspaceID string
	prices      money.Prices
	seed        uint64
	clients     weights
	sorts       weights
	progress    func(done, total int)
	done, total int
}

// count counts the answers of a part, batch by batch. An answer's key is its
// number: it is the same answer in every run.
func (f *filling) count(ctx context.Context, p part, stream uint64, key string) error {
	draw := rand.New(rand.NewPCG(f.seed, stream))
	for n := 0; n < p.answers; {
		inputs := make([]meter.Input, 0, batch)
		for ; n < p.answers && len(inputs) < batch; n++ {
			in := f.answer(draw, p.at(draw))
			in.IdempotencyKey = new(key + strconv.Itoa(n+1))
			inputs = append(inputs, in)
		}
		counted, err := f.meter.TrackBatch(ctx, inputs)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		for _, r := range counted.Results {
			if !r.Tracked {
				return fault.New(fault.Conflict, "The workspace %q does not take the sample data: %s", f.workspaceID, *r.Message)
			}
		}
		f.done += len(inputs)
		if f.progress != nil {
			f.progress(f.done, f.total)
		}
	}
	return nil
}

// answer makes up who was answered at that time, and by what.
func (f *filling) answer(draw *rand.Rand, at calendar.Instant) meter.Input {
	client, answered := clientID(f.clients.pick(draw)), answers[f.sorts.pick(draw)]
	stamp := calendar.StampOf(at.String())
	in := meter.Input{WorkspaceID: f.workspaceID, ClientID: &client, Kind: &answered.kind, OccurredAt: &stamp}
	if answered.model != "" {
		in.Model = &answered.model
		in.InputTokens, in.OutputTokens = tokens(draw, answered.input), tokens(draw, answered.output)
	}
	// A workspace that was there before may have no price for a kind.
	if _, listed := f.prices.Of(answered.kind); !listed {
		price := money.DecimalOf(answered.price)
		in.Price = &price
	}
	return in
}

// tokens are seldom many: as a rule less than the mean, now and then a
// multiple of it.
func tokens(draw *rand.Rand, mean int) *int64 {
	return new(int64(mean/10) + int64(draw.ExpFloat64()*float64(mean)))
}
