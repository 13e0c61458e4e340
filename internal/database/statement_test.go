package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// cells is a row of every kind of column.
type cells struct {
	text   string
	some   *string
	number int64
	maybe  *int64
	yes    bool
}

func (c cells) String() string {
	text := fmt.Sprintf("%q %d %v", c.text, c.number, c.yes)
	if c.some != nil {
		text += fmt.Sprintf(" some %q", *c.some)
	}
	if c.maybe != nil {
		text += fmt.Sprintf(" maybe %d", *c.maybe)
	}
	return text
}

func columns(rows []cells) []database.Column {
	var (
		texts   []string
		somes   []*string
		numbers []int64
		maybes  []*int64
		yeses   []bool
	)
	for _, r := range rows {
		texts, somes, numbers, maybes, yeses = append(texts, r.text), append(somes, r.some), append(numbers, r.number), append(maybes, r.maybe), append(yeses, r.yes)
	}
	return []database.Column{texts, somes, numbers, maybes, yeses}
}

const everyKind = `
-- name: echo
SELECT text, perhaps, number, maybe, yes FROM {{rows: text text, perhaps text, number bigint, maybe bigint, yes boolean}} ORDER BY number, text

-- A comment that belongs to none.

-- name: make
CREATE TABLE cells (text text, perhaps text, number bigint, maybe bigint, yes boolean, batch text)

-- name: insert
INSERT INTO cells (text, perhaps, number, maybe, yes, batch)
SELECT text, perhaps, number, maybe, yes, $1 FROM {{rows: text text, perhaps text, number bigint, maybe bigint, yes boolean}} WHERE true
-- A comment within.
AND $2 = $2

-- name: stored
SELECT text, perhaps, number, maybe, yes FROM cells WHERE batch = $1 ORDER BY number, text
`

func scan(rows *sql.Rows, err error) ([]cells, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []cells
	for rows.Next() {
		var c cells
		if err := rows.Scan(&c.text, &c.some, &c.number, &c.maybe, &c.yes); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

// What is handed over as rows comes back as it was, read at once or stored.
func TestRowsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	odd := []string{
		"", " ", "plain", "it's", `"quoted"`, `back\slash`, `\u0041`, "{a,b}", "{}", "NULL", "null", "(1,2)", "a,b", "$1", "{{rows: a text}}", "--", "%s",
		"line\nbreak", "tab\t", "\r", "\x01\x1f\x7f", "<&>", "\u2028\u2029", "perché", "日本語", "🛍\U0001F468\u200D\U0001F469\u200D\U0001F467", "\uFFFD", "\uFEFF", "\U0010FFFF",
		"123", "1e5", "0x10", "true", "[1]", `{"a":1}`, strings.Repeat("long ", 10_000),
	}
	numbers := []int64{
		math.MinInt64, math.MinInt64 + 1, -1 << 53, -(1<<53 + 1), -1, 0, 1, 1 << 31, 1<<53 + 1, 999_999_999_999_999_999, math.MaxInt64 - 1, math.MaxInt64,
	}
	var rows []cells
	for i, text := range odd {
		rows = append(rows, cells{text: text, some: new(text), number: int64(i), maybe: new(int64(-i)), yes: i%2 == 0}, cells{text: text, number: int64(-i)})
	}
	for i, n := range numbers {
		rows = append(rows, cells{text: fmt.Sprint("number ", i), number: n, maybe: &n, yes: i%2 == 1})
	}
	slices.SortFunc(rows, func(a, b cells) int {
		if a.number != b.number {
			return map[bool]int{true: -1, false: 1}[a.number < b.number]
		}
		return strings.Compare(a.text, b.text)
	})
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		all := database.Statements(strings.ReplaceAll(everyKind, "ORDER BY number, text", `ORDER BY number, text COLLATE `+
			map[database.Dialect]string{database.SQLite: "binary", database.Postgres: `"C"`}[db.Dialect()]))
		err := db.Write(t.Context(), func(tx *database.Tx) error {
			ctx := t.Context()
			_, err := tx.ExecRows(ctx, all["make"], nil)
			if err != nil {
				return err
			}
			for _, c := range []struct {
				name string
				rows []cells
			}{{"all", rows}, {"one", rows[:1]}, {"none", nil}, {"empty", []cells{}}} {
				echoed, err := scan(tx.QueryRows(ctx, all["echo"], columns(c.rows)))
				if err != nil {
					return err
				}
				changed, err := tx.ExecRows(ctx, all["insert"], columns(c.rows), c.name, "unused")
				if err != nil {
					return err
				}
				if changed != int64(len(c.rows)) {
					t.Errorf("%s: %d rows inserted of %d", c.name, changed, len(c.rows))
				}
				stored, err := scan(tx.QueryRows(ctx, all["stored"], nil, c.name))
				if err != nil {
					return err
				}
				for how, got := range map[string][]cells{"echoed": echoed, "stored": stored} {
					if len(got) != len(c.rows) {
						t.Errorf("%s: %d rows %s, want %d", c.name, len(got), how, len(c.rows))
						continue
					}
					for i := range got {
						if got[i].String() != c.rows[i].String() {
							t.Errorf("%s: %s %.200s, want %.200s", c.name, how, got[i], c.rows[i])
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestManyRows(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		const n = 50_000
		all := database.Statements("-- name: sums\nSELECT count(*), count(DISTINCT text), sum(number), count(maybe) FROM {{rows: text text, number bigint, maybe bigint}}")
		texts, numbers, maybes := make([]string, n), make([]int64, n), make([]*int64, n)
		for i := range n {
			texts[i], numbers[i] = fmt.Sprint("row ", i), int64(i)
			if i%5 == 0 {
				maybes[i] = &numbers[i]
			}
		}
		rows, err := db.Reader().QueryRows(t.Context(), all["sums"], []database.Column{texts, numbers, maybes})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var got [4]int64
			if err := rows.Scan(&got[0], &got[1], &got[2], &got[3]); err != nil {
				t.Fatal(err)
			}
			if want := [4]int64{n, n, n * (n - 1) / 2, n / 5}; got != want {
				t.Errorf("%d, want %d", got, want)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
	})
}

// Columns that don't fit the statement or each other are refused before the
// database is asked: PostgreSQL would fill short ones up with nulls.
func TestColumnsThatDoNotFit(t *testing.T) {
	t.Parallel()
	all := database.Statements("-- name: two\nSELECT a, b FROM {{rows: a text, b bigint}}\n-- name: none\nSELECT 1")
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := &listener{}
		tx := testkit.Open(t, url, database.Options{OnStatement: l.hear}).Reader()
		for _, c := range []struct {
			statement, want string
			columns         []database.Column
		}{
			{"two", "two: 0 columns for 2", nil},
			{"two", "two: 1 columns for 2", []database.Column{[]string{"a"}}},
			{"two", "two: 3 columns for 2", []database.Column{[]string{"a"}, []int64{1}, []int64{1}}},
			{"none", "none: 1 columns for 0", []database.Column{[]string{"a"}}},
			{"two", "two: columns of 2 and 1 rows", []database.Column{[]string{"a", "b"}, []int64{1}}},
			{"two", "two: columns of 1 and 2 rows", []database.Column{[]string{"a"}, []int64{1, 2}}},
			{"two", "two: columns of 0 and 1 rows", []database.Column{[]string{}, []int64{1}}},
			{"two", "two: columns of 1 and 0 rows", []database.Column{[]string{"a"}, []int64(nil)}},
		} {
			_, err := scan(tx.QueryRows(t.Context(), all[c.statement], c.columns))
			if err == nil || err.Error() != c.want {
				t.Errorf("%v: error %v, want %s", c.columns, err, c.want)
			}
			if heard := l.take(); len(heard) != 0 {
				t.Errorf("%v: asked %q", c.columns, heard)
			}
		}
	})
}

// An error names the statement.
func TestStatementErrors(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		all := database.Statements("-- name: odd-one\nSELECT nonsense FROM {{rows: a text}}\n-- name: odd-two\nDELETE FROM nowhere")
		if err := db.Write(t.Context(), func(tx *database.Tx) error {
			_, err := scan(tx.QueryRows(t.Context(), all["odd-one"], []database.Column{[]string{"a"}}))
			return err
		}); err == nil || !strings.HasPrefix(err.Error(), "odd-one: ") {
			t.Errorf("error %v", err)
		}
		if err := db.Write(t.Context(), func(tx *database.Tx) error {
			_, err := tx.ExecRows(t.Context(), all["odd-two"], nil)
			return err
		}); err == nil || !strings.HasPrefix(err.Error(), "odd-two: ") {
			t.Errorf("error %v", err)
		}
	})
}

// Statements that are hot do what others do: before their table is there, with
// a single connection, after it died, and where nothing may be written.
func TestHotStatements(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		var mu sync.Mutex
		told := 0
		db := testkit.Open(t, url, database.Options{MaxConnections: 1, OnStatement: func(_ context.Context, text string) {
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(text, "INTO notes SELECT") {
				told++
			}
		}})
		hot := database.Statements("-- name: add\nINSERT INTO notes SELECT id, text FROM {{rows: id bigint, text text}} WHERE true\n-- name: all\nSELECT text FROM notes WHERE id > $1 ORDER BY id")
		db.Hot(hot)
		db.Hot(hot)
		add := func(id int64, text string) error {
			return db.Write(t.Context(), func(tx *database.Tx) error {
				_, err := tx.ExecRows(t.Context(), hot["add"], []database.Column{[]int64{id}, []string{text}})
				return err
			})
		}
		if err := add(3, "three"); err == nil {
			t.Error("added to a table that isn't there")
		}
		table(t, db)
		if err := add(3, "three"); err != nil {
			t.Error(err)
		}
		if db.Dialect() == database.Postgres {
			if got := text(t, db.Reader(), "SELECT count(*) FROM pg_prepared_statements"); got != "2" {
				t.Errorf("%s statements are prepared, want 2", got)
			}
			pid := text(t, db.Reader(), "SELECT pg_backend_pid()")
			if gone := text(t, testkit.Open(t, url, database.Options{}).Reader(), "SELECT pg_terminate_backend("+pid+", 10000)"); gone != "true" {
				t.Fatal("the connection lives")
			}
		}
		if err := add(4, "four"); err != nil {
			t.Error(err)
		}
		read := func(tx *database.Tx) (string, error) {
			rows, err := tx.QueryRows(t.Context(), hot["all"], nil, 1)
			if err != nil {
				return "", err
			}
			defer rows.Close()
			var words []string
			for rows.Next() {
				var word string
				if err := rows.Scan(&word); err != nil {
					return "", err
				}
				words = append(words, word)
			}
			return strings.Join(words, " "), rows.Err()
		}
		if got, err := read(db.Reader()); got != "two three four" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if err := db.Read(t.Context(), func(tx *database.Tx) error {
			got, err := read(tx)
			if got != "two three four" {
				t.Errorf("%q", got)
			}
			if _, err := tx.ExecRows(t.Context(), hot["add"], []database.Column{[]int64{5}, []string{"five"}}); err == nil {
				t.Error("a reader wrote")
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if told < 3 {
			t.Errorf("told of %d additions, want each", told)
		}
	})
}

// A statement is readied for readers while the writer is busy.
func TestHotStatementsOfReaders(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{})
		table(t, db)
		all := database.Statements("-- name: all\nSELECT text FROM notes")["all"]
		if err := db.Write(t.Context(), func(tx *database.Tx) error {
			db.Hot(map[string]*database.Statement{"all": all})
			return db.Read(t.Context(), func(tx *database.Tx) error {
				rows, err := tx.QueryRows(t.Context(), all, nil)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
				}
				return rows.Err()
			})
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestStatementsPanicOnOddRows(t *testing.T) {
	t.Parallel()
	for _, rows := range []string{"{{rows:}}", "{{rows: a}}", "{{rows: a text,}}", "{{rows: a text b}}", "{{rows: a text, b}}"} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, "statement odd: column") {
					t.Errorf("%s: panic %s", rows, got)
				}
			}()
			database.Statements("-- name: odd\nSELECT 1 FROM " + rows)
		}()
	}
	if found := database.Statements("-- only a comment\n"); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestAmong(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		table(t, db)
		write(t, db, "INSERT INTO notes VALUES (3, 'it''s'), (4, ''), (5, NULL), (6, 'perché')")
		for _, c := range []struct {
			list []string
			want string
		}{
			{[]string{"one"}, "1"},
			{[]string{"two", "one", "two", "none"}, "1 2"},
			{[]string{"it's", ""}, "3 4"},
			{[]string{"perché"}, "6"},
			{[]string{"One"}, ""},
			{[]string{"null"}, ""},
			{[]string{}, ""},
			{nil, ""},
		} {
			d := db.Dialect()
			got := texts(t, db.Reader(), "SELECT id FROM notes WHERE $1 = 'x' AND text "+d.Among("$2")+" ORDER BY id", "x", d.List(c.list))
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q: %q, want %s", c.list, got, c.want)
			}
		}
	})
}
