package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

const (
	// A batch ends at batchRows rows or batchBytes of their text.
	batchRows  = 1000
	batchBytes = 4 << 20
	// So many batches are counted at once.
	together = 3
	// A refused batch is tried again after firstPause, then after pauses that
	// double up to lastPause.
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// ImportOptions says how to read a file. Only WorkspaceID is needed.
type ImportOptions struct {
	WorkspaceID string
	Mapping     Mapping
	// Customer is the client id that every row goes to; empty: the rows name
	// their clientId or phone.
	Customer string
	// CreateCustomers makes the customers that the workspace lacks, active.
	CreateCustomers bool
	// TimeZone is the IANA name of the zone of stamps without an offset; empty:
	// the workspace's. A local time that a change of the clock skips or repeats
	// gets the offset that time.Date chooses.
	TimeZone string
	// DryRun reads everything and counts nothing: Tracked and Duplicates stay
	// 0, and Rejected are the rows that can't be read.
	DryRun bool
	// Rejects gets the rows that were not counted; nil: nobody does.
	Rejects *Rejects
	// Progress is told after each batch how many bytes of the input, as it
	// lies there, and rows are done; nil: nobody is.
	Progress func(bytes int64, rows int)
	// Patience is how long to try again where the meter has no room or the
	// database is away; 0: a minute.
	Patience time.Duration
}

// Summary counts rows. Rows is the sum of the others, but in a dry run.
type Summary struct {
	Rows, Tracked, Duplicates, Rejected int
	// Cost is that of the rows tracked.
	Cost money.Total
}

// Plus adds the summary of another file.
func (s Summary) Plus(t Summary) Summary {
	return Summary{s.Rows + t.Rows, s.Tracked + t.Tracked, s.Duplicates + t.Duplicates, s.Rejected + t.Rejected, s.Cost.Plus(t.Cost)}
}

// Import counts each row of a CSV, NDJSON or CloudEvents input, gzip or not, a
// batch at a time. The viewer in the context must be one who may track in the
// workspace and, with CreateCustomers, keep its customers.
//
// Repeating an import counts nothing twice. A row without an idempotency key
// gets "import:" with its line and the SHA-256 of line and text, so that its
// identity is the content's, not the file's name, compression or line ends: two
// equal rows of a file are two usages, rows may be appended, and a rejected one
// put right in its place, while all others keep their keys. The price of that:
// rows that are equal and on the same line of two files count once, so what has
// neither a stamp nor anything else of its own needs an idempotencyKey. In a
// JSON array the number of the element stands for the line.
//
// After an error the summary tells what was done; all of it stands, and the
// same import goes on from there. Errors but the context's and those of the
// rejects' writer are faults that say where it stopped.
func Import(ctx context.Context, in io.Reader, m *meter.Meter, workspaces *workspace.Directory, opt ImportOptions) (Summary, error) {
	if opt.Patience == 0 {
		opt.Patience = time.Minute
	}
	found, err := workspaces.Find(ctx, opt.WorkspaceID)
	if err != nil {
		return Summary{}, err
	}
	if opt.TimeZone == "" {
		opt.TimeZone = found.TimeZone
	}
	zone, err := calendar.LoadZone(opt.TimeZone)
	if err != nil {
		return Summary{}, err
	}
	counted := &counter{Reader: in}
	rows, err := open(counted)
	if err != nil {
		return Summary{}, err
	}
	i := importing{
		opt: opt, meter: m, workspaces: workspaces, input: counted,
		interpreter: interpreter{workspaceID: opt.WorkspaceID, customer: opt.Customer, mapping: opt.Mapping, zone: zone.Location()},
	}
	if rows.header != nil {
		if i.columns, err = opt.Mapping.columns(rows.header); err != nil {
			return Summary{}, err
		}
	}
	err = i.run(ctx, rows)
	return i.summary, err
}

// counter counts what was read.
type counter struct {
	io.Reader
	bytes int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes += int64(n)
	return n, err //nolint:wrapcheck // a Reader hands its error on
}

// importing is one run of Import, with the batch in the making. It is read
// while others are counted.
type importing struct {
	interpreter
	opt        ImportOptions
	meter      *meter.Meter
	workspaces *workspace.Directory
	input      *counter
	summary    Summary
	batch
	size int
	// counting are the batches that are being counted, the first one first.
	counting []*batch
}

// batch is of rows; inputs are those of its rows that tell something, in the
// rows' order.
type batch struct {
	rows   []pending
	inputs []meter.Input
	// keys are the rows' own idempotency keys.
	keys map[string]bool
	// bytes are those of the input at its end.
	bytes int64
	// results and err are to be had when done is closed.
	results []*meter.Result
	err     error
	done    chan struct{}
}

// pending is a row that waits for its batch to be counted.
type pending struct {
	row
	// flaw is why it is not among the inputs; empty: it is.
	flaw string
}

func (i *importing) run(ctx context.Context, rows *reader) error {
	for {
		r, err := rows.next()
		if err != nil {
			if err := i.count(ctx); err != nil {
				return err
			}
			if err := i.settle(ctx, 0); err != nil {
				return err
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return rows.broken(err)
		}
		i.add(r)
		if len(i.rows) == batchRows || i.size >= batchBytes {
			if err := i.count(ctx); err != nil {
				return err
			}
		}
	}
}

func (i *importing) add(r row) {
	in, flaw := i.interpreter.input(r)
	if flaw == "" {
		if in.IdempotencyKey == nil {
			key := identity(r)
			in.IdempotencyKey = &key
		} else {
			if i.keys == nil {
				i.keys = map[string]bool{}
			}
			i.keys[*in.IdempotencyKey] = true
		}
		i.inputs = append(i.inputs, in)
	}
	r.cells = nil
	i.rows = append(i.rows, pending{r, flaw})
	i.size += len(r.text)
}

// identity is the idempotency key of a row that has none: see Import.
func identity(r row) string {
	place := strconv.Itoa(r.place)
	sum := sha256.Sum256([]byte(place + "\n" + r.text))
	return "import:" + place + ":" + hex.EncodeToString(sum[:])
}

// count begins to count the batch, as soon as there is room.
func (i *importing) count(ctx context.Context) error {
	most := together - 1
	if i.opt.CreateCustomers || slices.ContainsFunc(i.counting, i.sharesKey) {
		most = 0 // the first row that needs a customer makes it, the first of a key counts
	}
	if err := i.settle(ctx, most); err != nil {
		return err
	}
	b := i.batch
	b.bytes, b.done = i.input.bytes, make(chan struct{})
	i.batch, i.size, i.counting = batch{}, 0, append(i.counting, &b)
	go func() {
		defer close(b.done)
		if b.err = ctx.Err(); b.err == nil && !i.opt.DryRun && len(b.inputs) > 0 {
			b.results, b.err = i.track(ctx, b.inputs)
		}
	}()
	return nil
}

func (i *importing) sharesKey(b *batch) bool {
	for key := range i.keys {
		if b.keys[key] {
			return true
		}
	}
	return false
}

// settle waits until no more than most batches are being counted, and tells
// what became of the others. After an error none is.
func (i *importing) settle(ctx context.Context, most int) (err error) {
	for len(i.counting) > most {
		b := i.counting[0]
		i.counting = i.counting[1:]
		<-b.done
		stopped := b.err
		if stopped != nil {
			stopped = i.stopped(ctx, b)
		} else {
			stopped = i.tell(b)
		}
		if err == nil {
			err = stopped
		}
		if err != nil {
			most = 0
		}
	}
	return err
}

// tell adds a batch that was counted to the summary.
func (i *importing) tell(b *batch) error {
	for _, p := range b.rows {
		i.summary.Rows++
		if p.flaw != "" {
			if err := i.reject(p.row, meter.Invalid, p.flaw); err != nil {
				return err
			}
			continue
		}
		if i.opt.DryRun {
			continue
		}
		result := b.results[0]
		b.results = b.results[1:]
		switch {
		case !result.Tracked:
			if err := i.reject(p.row, *result.Reason, *result.Message); err != nil {
				return err
			}
		case result.Duplicate:
			i.summary.Duplicates++
		default:
			i.summary.Tracked++
			i.summary.Cost = i.summary.Cost.PlusNanos(result.Usage.Price)
		}
	}
	if i.opt.Progress != nil {
		i.opt.Progress(b.bytes, i.summary.Rows)
	}
	if i.opt.Rejects != nil {
		return i.opt.Rejects.flush()
	}
	return nil
}

func (i *importing) reject(r row, reason meter.Reason, message string) error {
	i.summary.Rejected++
	if i.opt.Rejects == nil {
		return nil
	}
	return i.opt.Rejects.write(r.line, reason, message, r.text)
}

// stopped says how far an import got that can't go on.
func (i *importing) stopped(ctx context.Context, b *batch) error {
	if ctx.Err() != nil {
		return fmt.Errorf("import: %w", ctx.Err())
	}
	f := fault.Of(b.err)
	return fault.Wrap(b.err, f.Code, "Stopped before line %d, after %d rows: %s What was counted stands; the same import goes on from there and counts nothing twice.",
		b.rows[0].line, i.summary.Rows, f.Message)
}

// track counts a batch and, where asked to, makes the customers that it lacks
// and counts theirs again.
func (i *importing) track(ctx context.Context, inputs []meter.Input) ([]*meter.Result, error) {
	results, err := i.patiently(ctx, inputs)
	if err != nil || !i.opt.CreateCustomers {
		return results, err
	}
	var again []meter.Input
	var places []int
	refused := map[string]string{}
	for n, r := range results {
		if r.Tracked || *r.Reason != meter.CustomerNotFound {
			continue
		}
		in := inputs[n]
		customer := workspace.CustomerInput{ClientID: in.ClientID, Phone: in.Phone}
		name := text(in.ClientID) + " " + text(in.Phone)
		sentence, seen := refused[name]
		if !seen {
			_, err := retried(ctx, i.opt.Patience, func() (*workspace.Customer, error) {
				return i.workspaces.UpsertCustomer(ctx, i.workspaceID, customer)
			})
			if code := fault.CodeOf(err); err != nil && code != fault.Invalid && code != fault.Conflict {
				return nil, err
			}
			if err != nil {
				sentence = fault.Of(err).Message
			}
			refused[name] = sentence
		}
		if sentence != "" {
			results[n].Message = &sentence
			continue
		}
		again, places = append(again, in), append(places, n)
	}
	if len(again) == 0 {
		return results, nil
	}
	made, err := i.patiently(ctx, again)
	for n, r := range made {
		results[places[n]] = r
	}
	return results, err
}

func text(t *string) string {
	if t == nil {
		return ""
	}
	return *t
}

func (i *importing) patiently(ctx context.Context, inputs []meter.Input) ([]*meter.Result, error) {
	batch, err := retried(ctx, i.opt.Patience, func() (*meter.Batch, error) {
		return i.meter.TrackBatch(context.WithoutCancel(ctx), inputs) // what is begun is ended, so that the summary knows
	})
	if err != nil {
		return nil, err
	}
	return batch.Results, nil
}

// retried tries for so long as there is no room or no database.
func retried[T any](ctx context.Context, patience time.Duration, try func() (T, error)) (T, error) {
	waited := time.Duration(0)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		result, err := try()
		code := fault.CodeOf(err)
		if code != fault.Overloaded && code != fault.Unavailable || waited >= patience {
			return result, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return result, fmt.Errorf("wait: %w", ctx.Err())
		case <-timer.C:
			waited += pause
		}
	}
}

// Rejects writes the rows that were not counted as CSV: line, reason (GraphQL's
// NotTrackedReason), message, row. Several imports may share one, one after
// another.
type Rejects struct{ csv *csvWriter }

// NewRejects begins with the header.
func NewRejects(w io.Writer) (*Rejects, error) {
	r := &Rejects{newCSV(w)}
	r.csv.row("line", "reason", "message", "row")
	if err := r.flush(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Rejects) write(line int, reason meter.Reason, message, text string) error {
	r.csv.row(strconv.Itoa(line), string(reason), message, guarded(strings.ToValidUTF8(text, "\uFFFD")))
	return r.csv.err
}

func (r *Rejects) flush() error {
	if err := r.csv.flush(); err != nil {
		return fault.Wrap(err, fault.Internal, "The rejected rows can't be written.")
	}
	return nil
}
