package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/contatore/contatore/internal/calendar"
)

// all reads every row of a text; the error is what ended it.
func all(t *testing.T, in io.Reader) (header []string, rows []row, err error) {
	t.Helper()
	r, err := open(in)
	if err != nil {
		return nil, nil, err
	}
	for {
		next, err := r.next()
		if errors.Is(err, io.EOF) {
			return r.header, rows, nil
		}
		if err != nil {
			return r.header, rows, r.broken(err)
		}
		rows = append(rows, next)
	}
}

// shown is what the tests compare of a row.
func shown(rows []row) []string {
	var texts []string
	for _, r := range rows {
		text := strings.Join(r.cells, "|")
		switch {
		case r.flaw != "":
			text = "flaw: " + r.text
		case r.cells == nil:
			text = r.text
		}
		texts = append(texts, string(rune('0'+r.line))+" "+text)
	}
	return texts
}

func TestRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in           string
		header, rows []string
	}{
		"empty":              {in: ""},
		"byte order mark":    {"\xef\xbb\xbfa,b\n1,2\n", []string{"a", "b"}, []string{"2 1|2"}},
		"semicolons":         {"a;b\n1,5;2\n", []string{"a", "b"}, []string{"2 1,5|2"}},
		"tabs":               {"\ta\tb\n1\t2\t3", []string{"", "a", "b"}, []string{"2 1|2|3"}},
		"one column":         {"a\nx\n", []string{"a"}, []string{"2 x"}},
		"CRLF, open end":     {"a,b\r\n1,2\r\n3,4", []string{"a", "b"}, []string{"2 1|2", "3 3|4"}},
		"quotes":             {"a,b\n\"1,\"\"x\"\"\r\n2\",3\n4,5\n", []string{"a", "b"}, []string{"2 1,\"x\"\r\n2|3", "4 4|5"}},
		"delimiter in quote": {"\"a,b,c\";d\n1;2\n", []string{"a,b,c", "d"}, []string{"2 1|2"}},
		"quote within":       {"a,b\n5\" disk,2\n", []string{"a", "b"}, []string{"2 5\" disk|2"}},
		"blank lines":        {"\n\na,b\n\n,\n1,2\n\n", []string{"a", "b"}, []string{"6 1|2"}},
		"other width":        {"a,b\n1\n1,2\n1,2,3\n", []string{"a", "b"}, []string{"2 flaw: 1", "3 1|2", "4 flaw: 1,2,3"}},
		"broken quote":       {"a,b\n\"1\"x,2\n3,4\n", []string{"a", "b"}, []string{"2 flaw: \"1\"x,2", "3 3|4"}},
		"unclosed quote":     {"a,b\n\"1,2\n3,4\n", []string{"a", "b"}, []string{"2 flaw: \"1,2", "3 3|4"}},
		"not UTF-8":          {"a,b\n\xff,2\n", []string{"a", "b"}, []string{"2 flaw: \xff,2"}},
		"NDJSON":             {"{\"a\":1}\r\n\n{\"a\":2}", nil, []string{"1 {\"a\":1}", "3 {\"a\":2}"}},
		"array":              {" [\n{\"a\":\"]}\\\"\"}, 5,\n{\"b\":{}}\n]\n", nil, []string{"2 {\"a\":\"]}\\\"\"}", "2 5", "3 {\"b\":{}}"}},
		"empty array":        {"[]", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, in := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in))} {
				header, rows, err := all(t, in)
				if err != nil || !slices.Equal(header, c.header) || !slices.Equal(shown(rows), c.rows) {
					t.Errorf("header %q, rows %q, error %v; want %q, %q", header, shown(rows), err, c.header, c.rows)
				}
			}
		})
	}
}

func TestEqualElementsOnOneLineDiffer(t *testing.T) {
	t.Parallel()
	_, rows, err := all(t, strings.NewReader(`[{"a":1},{"a":1}]`))
	if err != nil || len(rows) != 2 || identity(rows[0]) == identity(rows[1]) {
		t.Errorf("rows %v, error %v: want two with a key each", rows, err)
	}
}

func TestLongRowsAreRejectedAlone(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxRow)
	for name, in := range map[string]string{
		"CSV":    "a\n" + long + "\nlast\n",
		"quote":  "a\n\"" + strings.Repeat("x\n", maxRow) + "last\n",
		"NDJSON": "{}\n{\"a\":\"" + long + "\"}\nlast",
	} {
		_, rows, err := all(t, strings.NewReader(in))
		if err != nil || len(rows) < 2 || rows[len(rows)-1].text != "last" || rows[len(rows)-1].flaw != "" {
			t.Fatalf("%s: %d rows, error %v", name, len(rows), err)
		}
		if flawed := slices.IndexFunc(rows, func(r row) bool { return r.flaw != "" }); flawed < 0 || len(rows[flawed].text) > 256 {
			t.Errorf("%s: the long row is not rejected, or is kept", name)
		}
	}
}

func TestCutInputIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	broken := errors.New("pulled out")
	for name, in := range map[string]string{
		"CSV": "a,b\n1,2\n3,4", "NDJSON": "{\"a\":1}\n{\"a\":2}", "array": "[{\"a\":1},{\"a\":2}",
	} {
		_, rows, err := all(t, io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)))
		want := 1
		if name == "array" {
			want = 2 // its elements end by themselves
		}
		if !errors.Is(err, broken) || len(rows) != want {
			t.Errorf("%s: rows %q, error %v", name, shown(rows), err)
		}
	}
	for _, in := range []string{"[{}", "[{},", "[", "[{}] {}", "[{\"a\":"} {
		if _, _, err := all(t, strings.NewReader(in)); err == nil {
			t.Errorf("%q is taken for whole", in)
		}
	}
}

func FuzzRows(f *testing.F) {
	for _, seed := range []string{"a,b\r\n1,2\n\"x\"\"\",\n", "{}\n{", "[{},{\"a\":[]}]", "\x1f\x8b\x08", "a;b\n\"", "\xef\xbb\xbf\ta", "[[],\"\\\"\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, whole, err := all(t, bytes.NewReader(data))
		_, pieces, pieced := all(t, iotest.OneByteReader(bytes.NewReader(data)))
		if (err == nil) != (pieced == nil) || !slices.Equal(shown(whole), shown(pieces)) {
			t.Errorf("by the byte: %q, %v; at once: %q, %v", shown(pieces), pieced, shown(whole), err)
		}
		keys := map[string]bool{}
		for _, r := range whole {
			if key := identity(r); keys[key] {
				t.Errorf("two rows have the key %s", key)
			} else {
				keys[key] = true
			}
		}
	})
}

// FuzzRecord holds the reader against encoding/csv on what that accepts.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{"a,b", "\"a\"\"\n\",", "\r\n", ",", "\"\"", "a\rb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reference := csv.NewReader(strings.NewReader(text))
		want, err := reference.Read()
		if err != nil {
			return
		}
		cells, size, flaw := record([]byte(strings.TrimLeft(text, "\r\n")), ',', true)
		if strings.HasPrefix(text, "\r") {
			return // encoding/csv keeps a lone CR, here it begins a blank line
		}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n") // as encoding/csv does
		}
		if flaw != "" || size == 0 || !slices.Equal(cells, want) {
			t.Errorf("%q: %q, %q; want %q", text, cells, flaw, want)
		}
	})
}

func TestStamp(t *testing.T) {
	t.Parallel()
	rome, err := calendar.LoadZone("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2023-11-16T18:15:46Z":             "2023-11-16T18:15:46Z",
		"2023-11-16 18:15:46.6805900":      "2023-11-16T17:15:46.68059Z",
		"2023-11-16T18:15:46,6805999999":   "2023-11-16T17:15:46.680599Z",
		"2023-11-16 18:15:46.680590+02:00": "2023-11-16T16:15:46.68059Z",
		"2023-11-16 18:15:46 +0200":        "2023-11-16T16:15:46Z",
		"2023-11-16 18:15:46-05":           "2023-11-16T23:15:46Z",
		"2023-11-16 18:15:46 UTC":          "2023-11-16T18:15:46Z",
		"2023-11-16t18:15:46z":             "2023-11-16T18:15:46Z",
		"2023-11-16 18:15":                 "2023-11-16T17:15:00Z",
		" 2023-11-16 ":                     "2023-11-15T23:00:00Z",
		"20231116":                         "2023-11-15T23:00:00Z",
		"2023-07-16":                       "2023-07-15T22:00:00Z",
		"2023-11-16 18:15:46.1234567891":   "2023-11-16T17:15:46.123456Z",
		"1700158546":                       "2023-11-16T18:15:46Z",
		"1700158546.6805909":               "2023-11-16T18:15:46.68059Z",
		"1700158546680":                    "2023-11-16T18:15:46.68Z",
		"1700158546680.5999":               "2023-11-16T18:15:46.680599Z",
		"1700158546680599":                 "2023-11-16T18:15:46.680599Z",
		"1700158546680599999":              "2023-11-16T18:15:46.680599Z",
		"0":                                "1970-01-01T00:00:00Z",
		"2023-03-26 02:30:00":              "2023-03-26T01:30:00Z", // skipped
		"2023-10-29 02:30:00":              "2023-10-29T01:30:00Z", // twice
	} {
		if got, err := stamp(text, rome.Location()); err != nil || got.String() != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "yesterday", "2023-02-30", "16/11/2023", "2023-11-16 25:00:00", "2023-11-16T18:15:60Z", "1e9", "-5", "1.2.3", "999999999999999999999999999", strings.Repeat("1", 65)} {
		if got, err := stamp(text, time.UTC); err == nil {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}

func FuzzStamp(f *testing.F) {
	for _, seed := range []string{"2023-11-16 18:15:46.6805900", "1700158546.5", "20231116", "2023-11-16T18:15:46+02:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := stamp(text, time.UTC)
		if err != nil || at.Time().Year() > 9999 {
			return
		}
		if again, err := stamp(at.String(), time.UTC); err != nil || again != at {
			t.Errorf("%q is %s, which is %s, %v", text, at, again, err)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+39333", "a,b", "\"", " x", "\r\n", "@", "-1", "é"} {
		f.Add(seed, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, cells := range [][]string{{guarded(a)}, {guarded(a), guarded(b), ""}} {
			var out strings.Builder
			w := newCSV(&out)
			w.row(cells...)
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
			read := csv.NewReader(strings.NewReader(out.String()))
			got, err := read.ReadAll()
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n") // as encoding/csv does
			}
			if err != nil || len(got) != 1 || !slices.Equal(got[0], cells) {
				t.Errorf("%q came back as %q, %v", cells, got, err)
			}
			if !strings.HasSuffix(out.String(), "\r\n") {
				t.Errorf("%q does not end in CRLF", out.String())
			}
		}
		if cell := guarded(a); cell != a && cell != "'"+a {
			t.Errorf("%q was changed to %q", a, cell)
		} else if cell != "" && strings.IndexAny(cell, "=+-@\t\r") == 0 && strings.Trim(cell, "+0123456789") != "" {
			t.Errorf("a spreadsheet would run %q", cell)
		}
	})
}
