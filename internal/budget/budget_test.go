package budget_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/budget"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is that of the tenth day of a leap year's February, in UTC.
var noon = time.Date(2024, 2, 10, 12, 0, 0, 0, time.UTC)

// shop is a workspace with the customers anna and bruno.
type shop struct {
	*ledger.Book
	db *database.DB
}

func open(t *testing.T, db *database.DB, zone string) shop {
	t.Helper()
	ctx := scope.All(t.Context())
	d := workspace.Open(db, func() time.Time { return noon })
	if _, err := d.Create(ctx, workspace.CreateInput{ID: new("shop"), Name: "Shop", TimeZone: &zone}); err != nil {
		t.Fatal(err)
	}
	for _, client := range []string{"anna", "bruno"} {
		if _, err := d.UpsertCustomer(ctx, "shop", workspace.CustomerInput{ClientID: &client}); err != nil {
			t.Fatal(err)
		}
	}
	return shop{ledger.Open(db), db}
}

// count counts an answer of anna's, unless another is named.
func (s shop) count(t *testing.T, at time.Time, price money.Nanos, client ...string) {
	t.Helper()
	u := &ledger.Usage{
		WorkspaceID: "shop", ID: uuid.Must(uuid.NewV7()).String(), ClientID: append(client, "anna")[0], Price: price, Kind: "message",
		CreatedAt: calendar.At(at), RecordedAt: calendar.At(at),
	}
	if _, err := s.Append(t.Context(), []ledger.Ref{{WorkspaceID: "shop", ClientID: u.ClientID}}, func(*ledger.Directory) []*ledger.Usage { return []*ledger.Usage{u} }); err != nil {
		t.Fatal(err)
	}
}

// of is whose budget a text means: nothing is the workspace's own.
func of(client string) budget.Subject {
	if client == "" {
		return budget.Subject{WorkspaceID: "shop"}
	}
	return budget.Subject{WorkspaceID: "shop", ClientID: &client}
}

func (s shop) set(t *testing.T, client, limit string, changes ...func(*budget.Input)) {
	t.Helper()
	in := budget.Input{MonthlyLimit: money.DecimalOf(limit)}
	for _, change := range changes {
		change(&in)
	}
	if err := budget.Set(t.Context(), s.Book, of(client), in, noon); err != nil {
		t.Fatal(err)
	}
}

// text is a budget in words.
func (s shop) text(t *testing.T, client string, now time.Time) string {
	t.Helper()
	b, err := budget.Of(t.Context(), s.Book, of(client), now)
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		return "none"
	}
	return fmt.Sprintf("%s %v %s v%d: %s spent, %s left, %v %%",
		b.MonthlyLimit, b.Thresholds, b.Enforcement, b.Version, b.Spent, b.Remaining, b.Percent)
}

func TestBudget(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		s := open(t, db, "Europe/Rome")
		want := func(client, expected string) {
			t.Helper()
			if got := s.text(t, client, noon); got != expected {
				t.Errorf("%q: %s, want %s", client, got, expected)
			}
		}
		want("", "none")
		s.set(t, "", "3")
		want("", "3 [50 80 100] NOTIFY v1: 0 spent, 3 left, 0 %")
		s.count(t, noon, 2_000_000_000)
		s.count(t, noon.AddDate(0, 0, -20), 2_000_000_000, "bruno")
		want("", "3 [50 80 100] NOTIFY v1: 2 spent, 1 left, 66.66 %")
		want("anna", "none")
		s.set(t, "anna", "2.5", func(in *budget.Input) {
			in.Thresholds, in.Enforcement, in.Version = []int{1000, 1, 90}, new(budget.Block), new(0)
		})
		want("anna", "2.5 [1 90 1000] BLOCK v1: 2 spent, 0.5 left, 80 %")
		s.set(t, "", "0.000000001", func(in *budget.Input) { in.Thresholds = []int{} })
		want("", "0.000000001 [] NOTIFY v2: 2 spent, 0 left, 2e+11 %")
		s.set(t, "bruno", "0")
		want("bruno", "0 [50 80 100] NOTIFY v1: 0 spent, 0 left, 100 %")
		for _, removed := range []bool{true, false} {
			if got, err := budget.Remove(t.Context(), s.Book, of("anna")); got != removed || err != nil {
				t.Errorf("removed %v, %v", got, err)
			}
		}
		want("anna", "none")
		for _, client := range []string{"", "zoe"} {
			_, err := budget.Remove(t.Context(), s.Book, budget.Subject{WorkspaceID: "shop", ClientID: &client})
			if fault.CodeOf(err) != fault.CustomerNotFound {
				t.Errorf("removed the budget of %q: %v", client, err)
			}
		}
		if _, err := budget.Of(t.Context(), s.Book, budget.Subject{WorkspaceID: "nowhere"}, noon); fault.CodeOf(err) != fault.WorkspaceNotFound {
			t.Error(err)
		}
	})
}

// What is spent is never rounded up to the whole.
func TestAlmostSpent(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.SQLite(t, database.Options{}), "UTC")
	s.set(t, "", "1")
	s.count(t, noon, 999_999_999)
	if got := s.text(t, "", noon); !strings.Contains(got, "0.000000001 left, 99.99 %") {
		t.Error(got)
	}
	s.count(t, noon, 1)
	if got := s.text(t, "", noon); !strings.Contains(got, "0 left, 100 %") {
		t.Error(got)
	}
}

func TestSetChecksTheInput(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.SQLite(t, database.Options{}), "UTC")
	for _, c := range []struct {
		in       budget.Input
		field    string
		sentence string
	}{
		{budget.Input{MonthlyLimit: money.DecimalOf("")}, "input.monthlyLimit", "monthlyLimit is not a decimal number"},
		{budget.Input{MonthlyLimit: money.DecimalOf("ten")}, "input.monthlyLimit", "monthlyLimit is not a decimal number"},
		{budget.Input{MonthlyLimit: money.DecimalOf("-0.000000001")}, "input.monthlyLimit", "monthlyLimit is negative"},
		{budget.Input{MonthlyLimit: money.DecimalOf("0.0000000001")}, "input.monthlyLimit", "monthlyLimit has more than 9 fractional digits"},
		{budget.Input{MonthlyLimit: money.DecimalOf("9223372036.854775808")}, "input.monthlyLimit", "monthlyLimit is too large"},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Thresholds: []int{50, 0}}, "input.thresholds.1", "A threshold must be 1 to 1000 percent."},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Thresholds: []int{1001}}, "input.thresholds.0", "A threshold must be 1 to 1000 percent."},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Thresholds: []int{-5}}, "input.thresholds.0", "A threshold must be 1 to 1000 percent."},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Thresholds: []int{80, 50, 80}}, "input.thresholds.2", "The threshold 80 is listed twice."},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Thresholds: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, "input.thresholds", "There are 11 thresholds; at most 10 are possible."},
		{budget.Input{MonthlyLimit: money.DecimalOf("1"), Version: new(-1)}, "input.version", "version is negative"},
	} {
		for _, subject := range []budget.Subject{of(""), of("anna")} {
			err := budget.Set(t.Context(), s.Book, subject, c.in, noon)
			if f := fault.Of(err); err == nil || f.Code != fault.Invalid || f.Field != c.field || !strings.HasPrefix(f.Message, c.sentence) {
				t.Errorf("%+v: %+v", c.in, f)
			}
		}
	}
	good := budget.Input{MonthlyLimit: money.DecimalOf("9223372036.854775807"), Thresholds: []int{1000, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	if err := budget.Set(t.Context(), s.Book, of(""), good, noon); err != nil {
		t.Error(err)
	}
	if got := s.text(t, "", noon); !strings.HasPrefix(got, "9223372036.854775807 [1 2 3 4 5 6 7 8 9 1000] NOTIFY v1: 0 spent") {
		t.Error(got)
	}
	for client, code := range map[string]fault.Code{"zoe": fault.CustomerNotFound, "": fault.CustomerNotFound} {
		err := budget.Set(t.Context(), s.Book, budget.Subject{WorkspaceID: "shop", ClientID: &client}, good, noon)
		if fault.CodeOf(err) != code {
			t.Errorf("%q: %v", client, err)
		}
	}
}

// Of two who edit what they both saw, the second is told.
func TestTwoEditors(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		s := open(t, db, "UTC")
		s.set(t, "", "1")
		errs := make(chan error, 2)
		for _, limit := range []string{"2", "3"} {
			go func() {
				errs <- budget.Set(context.WithoutCancel(t.Context()), s.Book, of(""), budget.Input{MonthlyLimit: money.DecimalOf(limit), Version: new(1)}, noon)
			}()
		}
		first, second := <-errs, <-errs
		if first != nil {
			first, second = second, first
		}
		f := fault.Of(second)
		if first != nil || second == nil || f.Code != fault.Conflict || f.Field != "input.version" || f.Message != "Somebody changed this budget since: its version is 2." {
			t.Errorf("%v and %v", first, second)
		}
	})
}
