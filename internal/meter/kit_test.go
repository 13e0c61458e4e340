package meter_test

import (
	"context"
	"crypto/rand"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the server's clock in every test, with more digits than are kept.
var now = time.Date(2024, 2, 15, 12, 0, 0, 123456789, time.UTC)

func clock() time.Time { return now }

// shop is a workspace where an image costs 0.02, a free answer nothing and a
// message what it costs anywhere. ada can be tracked, by phone too; idle has
// the chatbot off. "other" is a workspace of others, with an ada of its own.
type shop struct {
	ctx  context.Context
	db   *database.DB
	book *ledger.Book
	*meter.Meter
	// line is told of every statement.
	line *line
}

func open(t *testing.T, url string, opt meter.Options) *shop {
	t.Helper()
	s := reopen(t, url, opt)
	d := workspace.Open(s.db, clock)
	for _, id := range []string{"shop", "other"} {
		if _, err := d.Create(s.ctx, workspace.CreateInput{ID: &id, Name: "Shop", Prices: []workspace.PriceInput{
			{Kind: "image", Price: money.DecimalOf("0.02")}, {Kind: "free", Price: money.DecimalOf("0")},
		}}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []workspace.CustomerInput{
			{ClientID: new("ada"), Phone: new("+393331234567")},
			{ClientID: new("idle"), Phone: new("+393330000000"), ActiveChatbot: new(false)},
		} {
			if _, err := d.UpsertCustomer(s.ctx, id, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// reopen is another process on a database that open has filled.
func reopen(t *testing.T, url string, opt meter.Options) *shop {
	t.Helper()
	s := &shop{ctx: auth.With(t.Context(), auth.Viewer{Role: auth.Admin}), line: &line{}}
	s.db = testkit.Open(t, url, database.Options{OnStatement: s.line.pass})
	s.book = ledger.Open(s.db)
	if opt.Now == nil {
		opt.Now = clock
	}
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	s.Meter = meter.Start(s.book, opt)
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// each runs fn on a shop of both databases.
func each(t *testing.T, opt meter.Options, fn func(t *testing.T, s *shop)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) { fn(t, open(t, url, opt)) })
}

// as is a context of a key of that role, of the workspace "shop" alone.
func as(t *testing.T, role auth.Role) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Viewer{Role: role, WorkspaceID: "shop"})
}

// answer is a good one of ada's.
func answer(change ...func(*meter.Input)) meter.Input {
	in := meter.Input{WorkspaceID: "shop", ClientID: new("ada")}
	for _, c := range change {
		c(&in)
	}
	return in
}

func keyed(key string) meter.Input {
	return answer(func(in *meter.Input) { in.IdempotencyKey = &key })
}

func price(text string) func(*meter.Input) {
	return func(in *meter.Input) { in.Price = new(money.DecimalOf(text)) }
}

func occurred(text string) func(*meter.Input) {
	return func(in *meter.Input) { in.OccurredAt = new(calendar.StampOf(text)) }
}

// track wants no error.
func (s *shop) track(t *testing.T, in meter.Input) *meter.Result {
	t.Helper()
	r, err := s.Track(s.ctx, in)
	if err != nil {
		t.Fatalf("track: %v", err)
	}
	return r
}

// counted is how many usages of the workspace "shop" stand; its rollups must
// say the same.
func (s *shop) counted(t *testing.T) int {
	t.Helper()
	n := 0
	rows, err := s.db.Reader().Query(t.Context(), "SELECT COUNT(*) FROM usages WHERE workspace_id = 'shop' AND voided_at IS NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if err := s.book.Verify(t.Context(), "shop", func(d ledger.Difference) { t.Errorf("rollups differ: %+v", d) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// fate is a result in a word: TRACKED, DUPLICATE or the reason.
func fate(r *meter.Result) string {
	switch {
	case r.Duplicate:
		return "DUPLICATE"
	case r.Tracked:
		return "TRACKED"
	default:
		return string(*r.Reason)
	}
}

func message(r *meter.Result) string {
	if r.Message == nil {
		return ""
	}
	return *r.Message
}

func wantFault(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Errorf("error %v of code %q, want %s", err, got, code)
	}
}

// line is where a test holds the statements up.
type line struct {
	mu   sync.Mutex
	held chan struct{}
	open chan struct{}
	told func(statement string)
}

// tell has every statement told from now on.
func (l *line) tell(told func(statement string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = told
}

// hold stops the next statements until release. held gets one value when the
// first one stands.
func (l *line) hold() (held <-chan struct{}, release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.open = make(chan struct{}, 1), make(chan struct{})
	open := l.open
	return l.held, sync.OnceFunc(func() { close(open) })
}

func (l *line) pass(_ context.Context, statement string) {
	l.mu.Lock()
	held, open, told := l.held, l.open, l.told
	l.mu.Unlock()
	if told != nil {
		told(statement)
	}
	if open == nil {
		return
	}
	select {
	case held <- struct{}{}:
	default:
	}
	<-open
}

// outcome is what a caller got.
type outcome struct {
	*meter.Result
	err error
}

// send tracks in the background.
func (s *shop) send(ctx context.Context, in meter.Input) <-chan outcome {
	got := make(chan outcome, 1)
	go func() {
		r, err := s.Track(ctx, in)
		got <- outcome{r, err}
	}()
	return got
}

// busy sends one answer and returns when its commit stands before its first
// statement, where it stays until release.
func (s *shop) busy(t *testing.T) (first <-chan outcome, release func()) {
	t.Helper()
	held, release := s.line.hold()
	t.Cleanup(release)
	first = s.send(s.ctx, answer())
	<-held
	return first, release
}

// patience is far longer than anything here takes: what isn't there by then
// never comes.
const patience = 20 * time.Second

// waiting returns when that many events wait for a commit: a call that has
// joined the line tells nobody else.
func (s *shop) waiting(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for s.Depth() != n {
		if ctx.Err() != nil {
			t.Fatalf("%d events wait, want %d", s.Depth(), n)
		}
		runtime.Gosched()
	}
}

// refused wants one answer to be turned away at once, with that fault.
func (s *shop) refused(t *testing.T, code fault.Code) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	_, err := s.Track(ctx, answer())
	wantFault(t, err, code)
	if ctx.Err() != nil {
		t.Errorf("an answer to be refused with %s was kept waiting", code)
	}
}

// want receives a result without an error.
func want(t *testing.T, got <-chan outcome, fates ...string) {
	t.Helper()
	o := <-got
	if o.err != nil {
		t.Errorf("track: %v", o.err)
	} else if f := fate(o.Result); !strings.Contains(strings.Join(fates, " "), f) {
		t.Errorf("%s (%s), want %v", f, message(o.Result), fates)
	}
}

// run changes what others keep.
func run(t *testing.T, s *shop, statement string, args ...any) {
	t.Helper()
	if err := s.db.Write(t.Context(), func(tx *database.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
