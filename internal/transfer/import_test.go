package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/transfer"
)

func answers(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/answers.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// thousandths is an amount.
func thousandths(n int) money.Total { return (money.Nanos(n) * money.Unit / 1000).Total() }

func answersMapping(t *testing.T) transfer.Mapping {
	t.Helper()
	return mapping(t, "When=occurredAt", "Who=clientId", "Model=model", "In=inputTokens", "Out=outputTokens", "Cost=price")
}

// columns are some cells of a CSV text's rows, joined by spaces, sorted.
func columns(t *testing.T, text string, names ...string) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, 0, len(rows))
	for _, row := range rows[1:] {
		var cells []string
		for _, name := range names {
			cells = append(cells, row[slices.Index(rows[0], name)])
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	slices.Sort(lines)
	return lines
}

func TestImportCountsAFile(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		var rejected bytes.Buffer
		rejects, err := transfer.NewRejects(&rejected)
		if err != nil {
			t.Fatal(err)
		}
		text := answers(t)
		var bytesDone int64
		opt := transfer.ImportOptions{Mapping: answersMapping(t), Rejects: rejects, Progress: func(n int64, _ int) { bytesDone = n }}
		if got, want := d.bring(t, strings.NewReader(text), opt), (transfer.Summary{Rows: 8, Tracked: 5, Rejected: 3, Cost: thousandths(131)}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if bytesDone != int64(len(text)) {
			t.Errorf("progress ended at %d bytes of %d", bytesDone, len(text))
		}
		want := []string{
			"2024-01-29T23:59:59.999999+01:00 ada gpt-4o 374 44 0.125",
			"2024-01-30T00:00:00+01:00 ada gpt-4o 396 109 0.005",
			"2024-01-30T00:00:00+01:00 bruno  12 3 0",
			"2024-01-30T00:00:00+01:00 bruno  12 3 0",
			"2024-01-31T09:00:00.5+01:00 ada llama 7 8 0.001",
		}
		counted := func() []string {
			return columns(t, d.taken(t, transfer.ExportOptions{Rows: transfer.Usage}), "Created At", "Client Id", "Model", "Input Tokens", "Output Tokens", "Price (EUR)")
		}
		if got := counted(); !slices.Equal(got, want) {
			t.Errorf("counted %q, want %q", got, want)
		}
		if got, want := columns(t, rejected.String(), "line", "reason"), []string{"7 CUSTOMER_NOT_FOUND", "8 INVALID", "9 INVALID"}; !slices.Equal(got, want) {
			t.Errorf("rejected %q, want %q", got, want)
		}
		for _, row := range []string{"no such client", "price is negative", "occurredAt is not a time"} {
			if !strings.Contains(rejected.String(), row) {
				t.Errorf("the rejects lack %q:\n%s", row, rejected.String())
			}
		}

		// Again: as it is, packed, with other line ends and a row more, and with a
		// rejected row put right.
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		if _, err := zip.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		opt.Rejects, opt.Progress = nil, nil
		for name, again := range map[string]struct {
			in  io.Reader
			new int
		}{
			"as it is":  {strings.NewReader(text), 0},
			"packed":    {&packed, 0},
			"marked":    {strings.NewReader("\xef\xbb\xbf" + text), 0},
			"longer":    {strings.NewReader(text + "\r\n1706612400,ada,,,,,\r\n"), 1},
			"put right": {strings.NewReader(strings.Replace(text, "llama,1,2,-1", "llama,1,2,1", 1)), 1},
		} {
			if got := d.bring(t, again.in, opt); got.Tracked != again.new || got.Duplicates != 5 {
				t.Errorf("%s: %+v, want %d new", name, got, again.new)
			}
		}
		if got := counted(); len(got) != len(want)+2 {
			t.Errorf("after repeats %d usages are counted, want %d", len(got), len(want)+2)
		}
	})
}

func TestImportFormatsAgree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in  string
		opt transfer.ImportOptions
	}{
		"CSV": {in: "idempotencyKey;occurredAt;clientId;kind;inputTokens;outputTokens;price;response\nKEY-1;2024-01-30T12:00:00Z;ada;image;1;2;0.5;Ciao\nKEY-2;1706616001500;ada;;;;;\" \"\n"},
		"NDJSON": {in: `{"idempotencyKey":"KEY-1","occurredAt":"2024-01-30T12:00:00Z","clientId":"ada","kind":"image","inputTokens":1,"outputTokens":"2","price":"0.5","response":"Ciao","other":{}}
{"idempotencyKey":"KEY-2","occurredAt":1706616001500,"clientId":"ada","kind":null,"response":"\u200b"}`},
		"mapped NDJSON": {
			in: `{"idempotencyKey":"KEY-1","at":"2024-01-30T12:00:00Z","clientId":"nobody","kind":"image","in":1,"outputTokens":2,"price":0.50,"occurredAt":"never"}
{"idempotencyKey":"KEY-2","at":1706616001500,"response":""}`,
			opt: transfer.ImportOptions{Mapping: mapping(t, "at=occurredAt", "in=inputTokens"), Customer: "ada"},
		},
		"CloudEvents": {in: `{"specversion":"1.0","type":"llm.answer","source":"/bot","id":"KEY-1","time":"2024-01-30T12:00:00Z","subject":"ada","data":{"kind":"image","inputTokens":1,"outputTokens":2,"price":0.5}}
{"specversion":"1.0","type":"other","source":"/bot","id":"KEY-2","time":"2024-01-30T12:00:01.5Z","subject":"ada","data":{"response":"\n"}}`},
		"CloudEvents batch": {in: `[
{"specversion":"1.0","type":"t","source":"/","id":"KEY-1","time":"2024-01-30T13:00:00+01:00","subject":"ada","data":{"kind":"image","inputTokens":1,"outputTokens":2,"price":0.5}},
{"specversion":"1.0","type":"t","source":"/","id":"KEY-2","subject":"ada","data":{"response":""}}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, func(t *testing.T, db *database.DB) {
				d := newDesk(t, db)
				if got, want := d.bring(t, strings.NewReader(c.in), c.opt), (transfer.Summary{Rows: 2, Tracked: 1, Rejected: 1, Cost: thousandths(500)}); got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
				got := columns(t, d.taken(t, transfer.ExportOptions{Rows: transfer.Usage}), "Created At", "Client Id", "Kind", "Input Tokens", "Output Tokens", "Price (EUR)")
				if want := []string{"2024-01-30T13:00:00+01:00 ada image 1 2 0.5"}; !slices.Equal(got, want) {
					t.Errorf("counted %q, want %q", got, want)
				}
			})
		})
	}
}

// many is a file of n rows, some of them equal.
func many(n int) string {
	var text strings.Builder
	text.WriteString("clientId,occurredAt,price\n")
	for i := range n {
		fmt.Fprintf(&text, "%s,2024-01-30 12:00:%02d,0.001\n", []string{"ada", "bruno"}[i%2], i/100%60)
	}
	return text.String()
}

func TestInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		text := many(3500)
		opt := transfer.ImportOptions{WorkspaceID: shop}

		// The input breaks off in the middle of a row.
		broken := errors.New("pulled out")
		cut := strings.LastIndex(text[:len(text)/2], "\n") + 20
		first, err := transfer.Import(d.ctx, io.MultiReader(strings.NewReader(text[:cut]), iotest.ErrReader(broken)), d.meter, d.directory, opt)
		if !errors.Is(err, broken) || first.Tracked != strings.Count(text[:cut], "\n")-1 {
			t.Fatalf("%+v, %v", first, err)
		}

		// Somebody stops the import after a batch; what was begun then is ended.
		ctx, cancel := context.WithCancel(d.ctx)
		opt.Progress = func(int64, int) { cancel() }
		second, err := transfer.Import(ctx, strings.NewReader(text), d.meter, d.directory, opt)
		if !errors.Is(err, context.Canceled) || second.Duplicates+second.Tracked != second.Rows || second.Rows == 0 {
			t.Fatalf("%+v, %v", second, err)
		}

		opt.Progress = nil
		last := d.bring(t, strings.NewReader(text), opt)
		before := first.Tracked + second.Tracked
		if want := (transfer.Summary{Rows: 3500, Tracked: 3500 - before, Duplicates: before, Cost: thousandths(3500 - before)}); last != want {
			t.Errorf("%+v, want %+v", last, want)
		}
		daily := columns(t, d.taken(t, transfer.ExportOptions{}), "Client Phone", "Cost (EUR)", "Messages")
		if want := []string{" 1.75 1750", "+393331112222 1.75 1750"}; !slices.Equal(daily, want) {
			t.Errorf("daily %q, want %q", daily, want)
		}
	})
}

func TestImportCreatesCustomers(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		text := "clientId,phone,price\nnew,,1\nnew,,1.0\n,+393334445555,1\nidle,,1\nnot an id,,1\nnew,,oops\n"
		got := d.bring(t, strings.NewReader(text), transfer.ImportOptions{CreateCustomers: true})
		if want := (transfer.Summary{Rows: 6, Tracked: 3, Rejected: 3, Cost: thousandths(3000)}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		got = d.bring(t, strings.NewReader(text), transfer.ImportOptions{CreateCustomers: true})
		if want := (transfer.Summary{Rows: 6, Duplicates: 3, Rejected: 3}); got != want {
			t.Errorf("again: %+v, want %+v", got, want)
		}
		got = d.bring(t, strings.NewReader("price\n1\n"), transfer.ImportOptions{Customer: "all", CreateCustomers: true})
		if want := (transfer.Summary{Rows: 1, Tracked: 1, Cost: thousandths(1000)}); got != want {
			t.Errorf("to one: %+v, want %+v", got, want)
		}
	})
}

func TestDryRunCountsNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		opt := transfer.ImportOptions{Mapping: answersMapping(t), DryRun: true, CreateCustomers: true}
		if got, want := d.bring(t, strings.NewReader(answers(t)), opt), (transfer.Summary{Rows: 8, Rejected: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if out := d.taken(t, transfer.ExportOptions{}); strings.Count(out, "\n") != 1 {
			t.Errorf("the book holds %s", out)
		}
	})
}

func TestImportReadsNoFurtherThanItCounts(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		const n = 50_000
		text := many(n)
		done := 0
		opt := transfer.ImportOptions{DryRun: true, Progress: func(read int64, rows int) {
			if ahead := strings.Count(text[:read], "\n") - rows; ahead > 10_000 {
				t.Errorf("at row %d, %d rows are in memory", rows, ahead)
			}
			done = rows
		}}
		if got := d.bring(t, strings.NewReader(text), opt); got.Rows != n || done != n {
			t.Errorf("%+v, progress ended at %d", got, done)
		}
	})
}

func TestRowOfAnotherWorkspaceIsRejected(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		text := "clientId,workspaceId\nada,shop\nada,other\nada,\n"
		if got, want := d.bring(t, strings.NewReader(text), transfer.ImportOptions{}), (transfer.Summary{Rows: 3, Tracked: 2, Rejected: 1, Cost: thousandths(10)}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestImportTimeZone(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.bring(t, strings.NewReader("clientId,occurredAt\nada,2024-01-30 12:00:00\nada,2024-01-30 12:00:00Z\n"), transfer.ImportOptions{TimeZone: "Asia/Kathmandu"})
		got := columns(t, d.taken(t, transfer.ExportOptions{Rows: transfer.Usage}), "Created At")
		if want := []string{"2024-01-30T07:15:00+01:00", "2024-01-30T13:00:00+01:00"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestImportRefusals(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		for name, c := range map[string]struct {
			in   string
			opt  transfer.ImportOptions
			code fault.Code
			says string
		}{
			"no such workspace": {opt: transfer.ImportOptions{WorkspaceID: "other"}, code: fault.WorkspaceNotFound, says: "other"},
			"no such zone":      {opt: transfer.ImportOptions{WorkspaceID: shop, TimeZone: "Mars/Olympus"}, code: fault.Invalid, says: "Mars/Olympus"},
			"no such column": {
				in: "a,b\n1,2\n", opt: transfer.ImportOptions{WorkspaceID: shop, Mapping: mapping(t, "c=price")},
				code: fault.Invalid, says: `"c"; it has "a", "b"`,
			},
			"no column of ours": {in: "a,b\n1,2\n", opt: transfer.ImportOptions{WorkspaceID: shop, Customer: "ada"}, code: fault.Invalid, says: "--map"},
			"two of one":        {in: "price,price\n1,2\n", opt: transfer.ImportOptions{WorkspaceID: shop, Customer: "ada"}, code: fault.Invalid, says: "price"},
			"broken header":     {in: "\"a\"b,c\n", opt: transfer.ImportOptions{WorkspaceID: shop}, code: fault.Invalid, says: "line 1"},
			"UTF-16":            {in: "\xff\xfea\x00", opt: transfer.ImportOptions{WorkspaceID: shop}, code: fault.Invalid, says: "UTF-8"},
			"cut gzip":          {in: "\x1f\x8b\x08\x00", opt: transfer.ImportOptions{WorkspaceID: shop}, code: fault.Invalid, says: "gzip"},
			"cut array":         {in: `[{"clientId":"ada"},`, opt: transfer.ImportOptions{WorkspaceID: shop}, code: fault.Invalid, says: "cut off"},
		} {
			_, err := transfer.Import(d.ctx, strings.NewReader(c.in), d.meter, d.directory, c.opt)
			if fault.CodeOf(err) != c.code || !strings.Contains(fault.Of(err).Message, c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, entry := range []string{"", "price", "=price", "a=cost"} {
			if _, err := transfer.ParseMapping([]string{entry}); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("mapping %q: %v", entry, err)
			}
		}
		for _, entries := range [][]string{{"a=price", "b=price"}, {"a=price", "a=kind"}} {
			if _, err := transfer.ParseMapping(entries); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("mapping %q: %v", entries, err)
			}
		}
		if m := mapping(t, "a=b=price"); m["a=b"] != "price" {
			t.Errorf("a column with = in its name is lost: %v", m)
		}
	})
}

func TestImportSaysHowFarItGot(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		opt := transfer.ImportOptions{WorkspaceID: shop, Patience: 1}
		opt.Progress = func(int64, int) { _ = d.meter.Stop(context.Background()) }
		summary, err := transfer.Import(d.ctx, strings.NewReader(many(9500)), d.meter, d.directory, opt)
		f := fault.Of(err)
		at := fmt.Sprintf("before line %d, after %d rows", summary.Rows+2, summary.Rows)
		if f == nil || f.Code != fault.Unavailable || !strings.Contains(f.Message, at) || !strings.Contains(f.Message, "counts nothing twice") {
			t.Errorf("%v, want %s", err, at)
		}
		n := summary.Rows
		if n < 1000 || n%1000 != 0 || summary.Tracked != n {
			t.Errorf("%+v", summary)
		}
		half := strconv.Itoa(n / 2)
		if counted := columns(t, d.taken(t, transfer.ExportOptions{}), "Messages"); !slices.Equal(counted, []string{half, half}) {
			t.Errorf("%q messages of two clients, the summary has %d", counted, n)
		}
	})
}
