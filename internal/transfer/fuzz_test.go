package transfer

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/contatore/contatore/internal/calendar"
)

// FuzzImportRows feeds the readers anything, and then a file that encoding/csv
// wrote of the same.
func FuzzImportRows(f *testing.F) {
	for _, seed := range []string{
		"clientId,response\nada,hi\n", "phone;occurredAt\n+39;2024-01-30 12:00\n", "inputTokens\toutputTokens\n1\t2.0\n\"3", "{\"clientId\":\"ada\",\"price\":1e-3}\n[]\n",
		"[{\"specversion\":\"1.0\",\"data\":{\"model\":null}},5]", "[{", "\xef\xbb\xbfmodel\n\"a\"\"\n\"\n", "\xff\xfe", "\x1f\x8b\x08\x00", "response\r\n\xff\r\n", "{\"occurredAt\":\"x\",\"inputTokens\":\"1.5\"}",
	} {
		f.Add([]byte(seed), "a", " b\r\n", "\"c\",;\t")
	}
	f.Add([]byte{}, "", "", "")
	f.Fuzz(func(t *testing.T, data []byte, a, b, c string) {
		_, rows, err := all(t, bytes.NewReader(data))
		told(t, data, rows)
		if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) { // what is zipped twice is no text after unzipping once
			if len(rows) > len(data) {
				t.Errorf("%d bytes are %d rows", len(data), len(rows))
			}
			var zipped bytes.Buffer
			w := gzip.NewWriter(&zipped)
			_, _ = w.Write(data) // a Buffer takes everything
			_ = w.Close()
			_, unzipped, zippedErr := all(t, &zipped)
			if (err == nil) != (zippedErr == nil) || !slices.Equal(shown(rows), shown(unzipped)) {
				t.Errorf("zipped: %q, %v; plain: %q, %v", shown(unzipped), zippedErr, shown(rows), err)
			}
		}
		records := [][]string{{a, b, c}, {c, string(data), a}, {"", b, ""}}
		for _, delimiter := range ",;\t" {
			var file bytes.Buffer
			w := csv.NewWriter(&file)
			w.Comma = delimiter
			_ = w.WriteAll(append([][]string{{"clientId", "response", "model"}}, records...)) // a Buffer takes everything
			cameBack(t, file.Bytes(), records)
		}
	})
}

// told checks what holds for the rows of any input: they stand in its order,
// and the interpreter has a word on each.
func told(t *testing.T, data []byte, rows []row) {
	t.Helper()
	p := interpreter{workspaceID: "shop", zone: time.UTC}
	if r, err := open(bytes.NewReader(data)); err == nil && r.header != nil {
		columns, err := p.mapping.columns(r.header)
		if err != nil {
			columns = make([]string, len(r.header)) // Import stops at such a header
		}
		p.columns = columns
	}
	line, place := 1, 0
	for _, r := range rows {
		if r.line < line || r.place <= place {
			t.Errorf("line %d, place %d come after %d and %d", r.line, r.place, line, place)
		}
		line, place = r.line, r.place
		in, flaw := p.input(r)
		switch {
		case in.WorkspaceID != "shop":
			t.Errorf("%q goes to the workspace %q", r.text, in.WorkspaceID)
		case r.flaw != "" && flaw != r.flaw:
			t.Errorf("%q: %s; want %s", r.text, flaw, r.flaw)
		case r.flaw == "" && !utf8.ValidString(r.text):
			t.Errorf("%q passes for UTF-8", r.text)
		}
		if in.OccurredAt != nil {
			at, err := stamp(in.OccurredAt.String(), time.UTC)
			if _, judged := in.OccurredAt.Instant(); err != nil || judged != nil && at.Time().Year() <= 9999 {
				t.Errorf("%q tells the time %s, %v, %v", r.text, in.OccurredAt, err, judged)
			}
		}
	}
}

// cameBack checks that a CSV file holds the records, all of them but blank ones.
func cameBack(t *testing.T, file []byte, records [][]string) {
	t.Helper()
	var want [][]string
	size := 0
	for _, cells := range records {
		if text := strings.Join(cells, ""); text != "" {
			want = append(want, cells)
			size = max(size, len(text))
		}
	}
	if size > maxRow/4 { // the quotes double
		return
	}
	header, rows, err := all(t, bytes.NewReader(file))
	if err != nil || len(header) != len(records[0]) || len(rows) != len(want) {
		t.Fatalf("%q has the header %q and %d rows, %v; want %d", file, header, len(rows), err, len(want))
	}
	for i, r := range rows {
		if !slices.Equal(r.cells, want[i]) {
			t.Errorf("%q came back as %q", want[i], r.cells)
		}
		if (r.flaw == "") != utf8.ValidString(r.text) {
			t.Errorf("%q: %s", want[i], r.flaw)
		}
	}
}

// FuzzCSVWriter reads what the writer wrote, with encoding/csv and with the
// import.
func FuzzCSVWriter(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+39333", "+39 333", "-1", "@x", "\t", "\r", "\r\n", "\n", "a\rb", "a,b", "\"", "\"\"", " x", "x\u00a0", "\xff", "é", "'=x"} {
		f.Add(seed, "x", "")
		f.Add("x", seed, seed)
	}
	quoted := regexp.MustCompile(`"(?:[^"]|"")*"`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		records := [][]string{{a, b, c}, {guarded(c), guarded(a), guarded(b)}, {"", c, ""}}
		var out bytes.Buffer
		w := newCSV(&out)
		w.row("clientId", "response", "model")
		for _, cells := range records {
			w.row(cells...)
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		// Some readers end a line at either character.
		bare := quoted.ReplaceAllString(out.String(), "")
		for _, end := range []string{"\r", "\n", "\r\n"} {
			if n := strings.Count(bare, end); n != 1+len(records) {
				t.Errorf("%d rows have %d line ends %q outside of quotes: %q", 1+len(records), n, end, out.String())
			}
		}
		cameBack(t, out.Bytes(), records)
		got, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(got) != 1+len(records) {
			t.Fatalf("%q came back as %q, %v", records, got, err)
		}
		for i, cells := range records {
			for j, cell := range cells {
				if want := strings.ReplaceAll(cell, "\r\n", "\n"); got[i+1][j] != want { // as encoding/csv does
					t.Errorf("%q came back as %q", cell, got[i+1][j])
				}
			}
		}
		harmless := regexp.MustCompile(`^(?:[^=+\-@\t\r]|[+\d]*$)`)
		for _, text := range []string{a, b, c} {
			if cell := guarded(text); !harmless.MatchString(cell) {
				t.Errorf("a spreadsheet would run %q", cell)
			} else if cell != text && (cell != "'"+text || harmless.MatchString(text)) {
				t.Errorf("%q was changed to %q", text, cell)
			}
		}
	})
}

// FuzzStampInZones holds stamps against RFC 3339, exact numbers and the local
// times that a zone's clock shows.
func FuzzStampInZones(f *testing.F) {
	names := []string{"UTC", "Europe/Rome", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"}
	for i, seed := range []string{"2023-11-16 18:15:46.6805900", "2023-11-16T18:15:46Z", "2023-11-16t18:15:46.5+05:45", "1700158546.5", "12345.67", ".5", "5.", "20231116", "20231399", "99999999999", "100000000000", "1700158546680599999", ""} {
		f.Add(seed, byte(i), int64(1_700_158_546_680_599))
	}
	f.Add("x", byte(1), int64(1_698_539_400_000_000)) // an hour that comes twice
	number := regexp.MustCompile(`^(?:\d+\.?\d*|\.\d+)$`)
	f.Fuzz(func(t *testing.T, text string, place byte, micros int64) {
		zone, err := time.LoadLocation(names[int(place)%len(names)])
		if err != nil {
			t.Fatal(err)
		}
		got, err := stamp(text, zone)
		if err != nil && (got != 0 || !errors.Is(err, errStamp)) {
			t.Errorf("%q: %s, %v", text, got, err)
		}
		if want, instant := calendar.ParseInstant(text); instant == nil && (err != nil || got != want) {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
		text = strings.TrimSpace(text)
		if day, notADay := time.ParseInLocation("20060102", text, zone); notADay == nil {
			if err != nil || got != calendar.At(day) {
				t.Errorf("%q is %s, %v; want the start of %s", text, got, err, day)
			}
		} else if number.MatchString(text) && len(text) <= 64 {
			if want, ok := counted(text); ok != (err == nil) || ok && got != want {
				t.Errorf("%q is %s, %v; want %s, %t", text, got, err, want, ok)
			}
		}
		const layout = "2006-01-02 15:04:05.999999"
		at := time.UnixMicro(micros % (1 << 57)).In(zone)
		if at.Year() < 0 || at.Year() > 9999 {
			return
		}
		local := at.Format(layout)
		read, err := stamp(local, zone)
		if again := read.Time().In(zone).Format(layout); err != nil || again != local {
			t.Errorf("%s is read as %s, %v", local, again, err)
		}
	})
}

// counted is the instant of a number of seconds; of milli-, micro- or
// nanoseconds where it has over 11, 14 or 17 digits before the point.
func counted(text string) (calendar.Instant, bool) {
	count, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	whole, _, _ := strings.Cut(text, ".")
	units := big.NewRat(1_000_000, 1)
	switch digits := len(strings.TrimLeft(whole, "0")); {
	case digits > 17:
		units = big.NewRat(1, 1000)
	case digits > 14:
		units = big.NewRat(1, 1)
	case digits > 11:
		units = big.NewRat(1000, 1)
	}
	count.Mul(count, units)
	micros := new(big.Int).Div(count.Num(), count.Denom())
	return calendar.Instant(micros.Int64()), micros.IsInt64()
}

// Eight characters may be a number with a point as well as a day.
func TestStampOfEightCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"12345.67": "1970-01-01T03:25:45.67Z", "20231116": "2023-11-16T00:00:00Z", "20231399": "1970-08-23T03:49:59Z", ".1234567": "1970-01-01T00:00:00.123456Z"} {
		if got, err := stamp(text, time.UTC); err != nil || got.String() != want {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}
}
