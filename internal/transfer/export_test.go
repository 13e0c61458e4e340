package transfer_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/transfer"
)

const sample = `clientId,occurredAt,price,kind,model,inputTokens,outputTokens
ada,2024-01-30 00:00:00,0.1,message,=cmd|' /C calc'!A0,,
ada,2024-01-30 23:59:59.999999,0.000000001,message,,1,0
bruno,2024-01-30 12:00:00,0.1,image,,,
bruno,2024-01-31 09:30:00,2,message,"a ""b"", c",3,4
`

func TestExportDaily(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.bring(t, strings.NewReader(sample), transfer.ImportOptions{})
		if got, want := d.taken(t, transfer.ExportOptions{}), "Date,Client Name,Client Phone,Cost (EUR),Messages\r\n"+
			"2024-01-30,Ada Bianchi,+393331112222,0.100000001,2\r\n"+
			"2024-01-30,\"'=HYPERLINK(\"\"evil\"\")\",,0.1,1\r\n"+
			"2024-01-31,\"'=HYPERLINK(\"\"evil\"\")\",,2,1\r\n"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if got, want := d.taken(t, transfer.ExportOptions{Format: transfer.JSON}), `{"success":true,"data":[
{"date":"2024-01-30","clientId":"ada","clientName":"Ada Bianchi","clientPhone":"+393331112222","cost":0.100000001,"messages":2},
{"date":"2024-01-30","clientId":"bruno","clientName":"=HYPERLINK(\"evil\")","clientPhone":null,"cost":0.1,"messages":1},
{"date":"2024-01-31","clientId":"bruno","clientName":"=HYPERLINK(\"evil\")","clientPhone":null,"cost":2,"messages":1}
],"meta":{"workspaceId":"shop","period":{"days":60,"start":"2024-01-01","end":"2024-02-29"},"timeZone":"Europe/Rome","currency":"EUR","generatedAt":"2024-02-15T12:00:00Z"}}
`; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestExportUsage(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.bring(t, strings.NewReader(sample), transfer.ImportOptions{})
		text := d.taken(t, transfer.ExportOptions{Rows: transfer.Usage})
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"Created At|Client Id|Client Name|Client Phone|Kind|Model|Input Tokens|Output Tokens|Price (EUR)",
			"2024-01-30T00:00:00+01:00|ada|Ada Bianchi|+393331112222|message|'=cmd|' /C calc'!A0|||0.1",
			"2024-01-30T12:00:00+01:00|bruno|'=HYPERLINK(\"evil\")||image||||0.1",
			"2024-01-30T23:59:59.999999+01:00|ada|Ada Bianchi|+393331112222|message||1|0|0.000000001",
			"2024-01-31T09:30:00+01:00|bruno|'=HYPERLINK(\"evil\")||message|a \"b\", c|3|4|2",
		}
		if len(rows) != len(want) || rows[0][0] != "Id" {
			t.Fatalf("%q", rows)
		}
		for i, row := range rows {
			if got := strings.Join(row[1:], "|"); got != want[i] {
				t.Errorf("row %d is %s, want %s", i, got, want[i])
			}
		}
		var answer struct {
			Success bool
			Data    []struct {
				ID, CreatedAt, ClientID, Kind string
				Model                         *string
				OutputTokens                  *int
				Price                         json.Number
			}
		}
		if err := json.Unmarshal([]byte(d.taken(t, transfer.ExportOptions{Rows: transfer.Usage, Format: transfer.JSON})), &answer); err != nil || !answer.Success {
			t.Fatalf("%v, %+v", err, answer)
		}
		if len(answer.Data) != 4 || answer.Data[0].ID != rows[1][0] || answer.Data[3].CreatedAt != "2024-01-31T09:30:00+01:00" || *answer.Data[3].OutputTokens != 4 || answer.Data[2].Price != "0.000000001" || answer.Data[1].Model != nil {
			t.Errorf("%+v", answer)
		}
	})
}

func TestExportFilterAndRange(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.bring(t, strings.NewReader(sample), transfer.ImportOptions{})
		for name, c := range map[string]struct {
			opt  transfer.ExportOptions
			rows int
		}{
			"client":        {transfer.ExportOptions{Rows: transfer.Usage, Filter: &analytics.Filter{ClientIds: []string{"ada"}}}, 2},
			"kind":          {transfer.ExportOptions{Rows: transfer.Usage, Filter: &analytics.Filter{Kinds: []string{"image"}}}, 1},
			"hour":          {transfer.ExportOptions{Rows: transfer.Usage, Filter: &analytics.Filter{Hours: []int{0, 9}}}, 2},
			"hour, daily":   {transfer.ExportOptions{Filter: &analytics.Filter{Hours: []int{9, 12}}}, 2},
			"weekday":       {transfer.ExportOptions{Rows: transfer.Usage, Filter: &analytics.Filter{Weekdays: []calendar.Weekday{2}}}, 1},
			"nobody":        {transfer.ExportOptions{Filter: &analytics.Filter{ClientIds: []string{"nobody"}}}, 0},
			"one day":       {transfer.ExportOptions{Rows: transfer.Usage, Range: days(t, "2024-01-30", "2024-01-30")}, 3},
			"last 90 days":  {transfer.ExportOptions{Rows: transfer.Usage, Range: &calendar.RangeInput{}}, 4},
			"last 16 days":  {transfer.ExportOptions{Rows: transfer.Usage, Range: &calendar.RangeInput{LastDays: new(16)}}, 1},
			"before it all": {transfer.ExportOptions{Range: days(t, "2023-01-01", "2023-12-31")}, 0},
		} {
			if got := strings.Count(d.taken(t, c.opt), "\r\n") - 1; got != c.rows {
				t.Errorf("%s: %d rows, want %d", name, got, c.rows)
			}
		}
		empty := d.taken(t, transfer.ExportOptions{Format: transfer.JSON, Range: days(t, "2023-01-01", "2023-01-01")})
		var answer struct{ Data []any }
		if err := json.Unmarshal([]byte(empty), &answer); err != nil || answer.Data == nil || len(answer.Data) != 0 {
			t.Errorf("an empty export is %s, %v", empty, err)
		}
	})
}

// TestExportPages goes over the boundaries of the pages in which usages are
// read, with many at one instant.
func TestExportPages(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		const n = 6000
		d.bring(t, strings.NewReader(many(n)), transfer.ImportOptions{})
		seen := map[string]bool{}
		last := ""
		rows, err := csv.NewReader(strings.NewReader(d.taken(t, transfer.ExportOptions{Rows: transfer.Usage}))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if place := row[1] + row[0]; place <= last || seen[row[0]] {
				t.Fatalf("%s follows %s", place, last)
			} else {
				last, seen[row[0]] = place, true
			}
		}
		if len(seen) != n {
			t.Errorf("%d usages, want %d", len(seen), n)
		}
	})
}

// full is a disk that takes so many bytes.
type full struct{ room int }

var errFull = errors.New("the disk is full")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestExportRefusalsAndFailures(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.bring(t, strings.NewReader(many(3000)), transfer.ImportOptions{})
		begun := errors.New("stop")
		for name, c := range map[string]struct {
			opt  transfer.ExportOptions
			code fault.Code
		}{
			"no such workspace": {transfer.ExportOptions{WorkspaceID: "other"}, fault.WorkspaceNotFound},
			"format":            {transfer.ExportOptions{WorkspaceID: shop, Format: "xml"}, fault.InvalidParameter},
			"rows":              {transfer.ExportOptions{WorkspaceID: shop, Rows: "weekly"}, fault.InvalidParameter},
			"filter":            {transfer.ExportOptions{WorkspaceID: shop, Filter: &analytics.Filter{Hours: []int{24}}}, fault.Invalid},
			"range":             {transfer.ExportOptions{WorkspaceID: shop, Range: days(t, "2024-02-01", "2024-01-01")}, fault.InvalidRange},
			"begin":             {transfer.ExportOptions{WorkspaceID: shop, Begin: func(transfer.Meta) error { return begun }}, fault.Internal},
		} {
			var out strings.Builder
			err := transfer.Export(d.ctx, &out, d.book, c.opt, now)
			if fault.CodeOf(err) != c.code || out.Len() > 0 {
				t.Errorf("%s: %v, with %d bytes written", name, err, out.Len())
			}
		}
		for _, format := range []transfer.Format{transfer.CSV, transfer.JSON} {
			err := transfer.Export(d.ctx, &full{room: 100_000}, d.book, transfer.ExportOptions{WorkspaceID: shop, Rows: transfer.Usage, Format: format}, now)
			if !errors.Is(err, errFull) {
				t.Errorf("%s on a full disk: %v", format, err)
			}
		}
	})
}

func TestFileName(t *testing.T) {
	t.Parallel()
	m := transfer.Meta{WorkspaceID: "a:b/\"é\n.-_9Z", Period: transfer.Period{Start: calendar.DateOf(2024, 1, 1), End: calendar.DateOf(2024, 1, 30)}}
	if got, want := m.FileName(transfer.JSON), "usage-a_b____.-_9Z-2024-01-01-2024-01-30.json"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
