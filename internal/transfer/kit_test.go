package transfer_test

import (
	"context"
	"crypto/rand"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/transfer"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is noon of the tests' today, in UTC.
var now = time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC)

const shop = "shop"

// desk is a workspace in Rome with the customers ada and bruno, and idle, who
// is inactive.
type desk struct {
	ctx       context.Context
	book      *ledger.Book
	meter     *meter.Meter
	directory *workspace.Directory
}

func newDesk(t *testing.T, db *database.DB) *desk {
	t.Helper()
	d := &desk{
		ctx:       auth.With(t.Context(), auth.Viewer{Role: auth.Admin}),
		book:      ledger.Open(db),
		directory: workspace.Open(db, clock),
	}
	d.meter = meter.Start(d.book, meter.Options{Now: clock, Random: rand.Reader})
	t.Cleanup(func() {
		if err := d.meter.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := d.directory.Create(d.ctx, workspace.CreateInput{ID: new(shop), Name: "Shop", TimeZone: new("Europe/Rome")}); err != nil {
		t.Fatal(err)
	}
	d.customer(t, workspace.CustomerInput{ClientID: new("ada"), Name: new("Ada Bianchi"), Phone: new("+393331112222")})
	d.customer(t, workspace.CustomerInput{ClientID: new("bruno"), Name: new("=HYPERLINK(\"evil\")")})
	d.customer(t, workspace.CustomerInput{ClientID: new("idle"), ActiveChatbot: new(false)})
	return d
}

func clock() time.Time { return now }

func (d *desk) customer(t *testing.T, in workspace.CustomerInput) {
	t.Helper()
	if _, err := d.directory.UpsertCustomer(d.ctx, shop, in); err != nil {
		t.Fatal(err)
	}
}

// bring imports and wants no error.
func (d *desk) bring(t *testing.T, in io.Reader, opt transfer.ImportOptions) transfer.Summary {
	t.Helper()
	opt.WorkspaceID = shop
	summary, err := transfer.Import(d.ctx, in, d.meter, d.directory, opt)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return summary
}

// taken exports January and February and wants no error.
func (d *desk) taken(t *testing.T, opt transfer.ExportOptions) string {
	t.Helper()
	var out strings.Builder
	opt.WorkspaceID = shop
	if opt.Range == nil {
		opt.Range = days(t, "2024-01-01", "2024-02-29")
	}
	if err := transfer.Export(d.ctx, &out, d.book, opt, now); err != nil {
		t.Fatalf("export: %v", err)
	}
	return out.String()
}

func days(t *testing.T, start, end string) *calendar.RangeInput {
	t.Helper()
	from, err := calendar.ParseDate(start)
	if err != nil {
		t.Fatal(err)
	}
	to, err := calendar.ParseDate(end)
	if err != nil {
		t.Fatal(err)
	}
	return &calendar.RangeInput{StartDate: &from, EndDate: &to}
}

func mapping(t *testing.T, entries ...string) transfer.Mapping {
	t.Helper()
	m, err := transfer.ParseMapping(entries)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
