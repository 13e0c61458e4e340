package database

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/lib/pq"
)

// Statement is one named SQL text for every dialect. Its scalar parameters are
// $1, $2, …; {{rows: name type, …}} stands for many rows handed over at once,
// as a relation named rows with those columns. The types are PostgreSQL's.
//
// On PostgreSQL the relation is unnest of one array a column, on SQLite
// json_each of one text: either way the text and the number of parameters do
// not depend on the number of rows, so that it is planned once.
type Statement struct {
	name             string
	postgres, sqlite string
	columns          int
}

var (
	rowsMacro = regexp.MustCompile(`\{\{rows:([^}]*)\}\}`)
	parameter = regexp.MustCompile(`\$(\d+)`)
)

// Statements reads SQL texts, each after a line "-- name: x", and panics where
// the text is not of that form: the texts are part of the program.
func Statements(text string) map[string]*Statement {
	found := map[string]*Statement{}
	var name string
	var body strings.Builder
	add := func() {
		if name != "" {
			found[name] = NewStatement(name, strings.TrimSpace(body.String()))
		}
		body.Reset()
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if next, ok := strings.CutPrefix(line, "-- name: "); ok {
			add()
			name = strings.TrimSpace(next)
		} else if !strings.HasPrefix(line, "--") {
			body.WriteString(line + "\n")
		}
	}
	add()
	return found
}

// NewStatement reads one text, whose name is for errors. It panics as
// Statements does.
func NewStatement(name, text string) *Statement {
	s := &Statement{name: name, postgres: text, sqlite: text}
	macro := rowsMacro.FindStringSubmatch(text)
	if macro == nil {
		return s
	}
	scalars := 0
	for _, p := range parameter.FindAllStringSubmatch(text, -1) {
		var n int
		if _, err := fmt.Sscan(p[1], &n); err != nil {
			panic(fmt.Sprintf("database: statement %s: %v", name, err))
		}
		scalars = max(scalars, n)
	}
	var names, arrays, values []string
	for i, column := range strings.Split(macro[1], ",") {
		words := strings.Fields(column)
		if len(words) != 2 {
			panic(fmt.Sprintf("database: statement %s: column %q is not a name and a type", name, column))
		}
		names = append(names, words[0])
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", scalars+1+i, words[1]))
		values = append(values, fmt.Sprintf("value->>%d AS %s", i, words[0]))
	}
	s.columns = len(names)
	s.postgres = strings.Replace(text, macro[0],
		fmt.Sprintf("unnest(%s) AS rows(%s)", strings.Join(arrays, ", "), strings.Join(names, ", ")), 1)
	s.sqlite = strings.Replace(text, macro[0],
		fmt.Sprintf("(SELECT %s FROM json_each($%d)) AS rows", strings.Join(values, ", "), scalars+1), 1)
	return s
}

// Column is one column of the rows of a statement: a slice of string, *string,
// int64, *int64 or bool. All columns of a call are of one length. Texts must
// be valid UTF-8.
type Column any

// QueryRows runs a statement that answers rows. columns are those of its
// {{rows}}, none where it has none; scalars its $1, $2, ….
func (tx *Tx) QueryRows(ctx context.Context, s *Statement, columns []Column, scalars ...any) (*sql.Rows, error) {
	query, args, err := s.bind(tx.Dialect(), columns, scalars)
	if err != nil {
		return nil, err
	}
	rows, err := tx.query(ctx, tx.prepared(ctx, s), query, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return rows, nil
}

// ExecRows runs a statement that answers none; it returns how many rows it
// changed.
func (tx *Tx) ExecRows(ctx context.Context, s *Statement, columns []Column, scalars ...any) (int64, error) {
	query, args, err := s.bind(tx.Dialect(), columns, scalars)
	if err != nil {
		return 0, err
	}
	result, err := tx.exec(ctx, tx.prepared(ctx, s), query, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return changed, nil
}

// pool is connections, and the statements that run so often that they shall be
// parsed and planned once a connection.
type pool struct {
	*sql.DB
	mu sync.Mutex
	// waiting are to be prepared when a transaction begins; no lock is needed
	// to see that there are none.
	waiting []string
	any     atomic.Bool
	// prepared keeps a *sql.Stmt by its text.
	prepared sync.Map
}

// Hot has statements prepared from the next transaction on.
func (db *DB) Hot(statements map[string]*Statement) {
	for _, s := range statements {
		text := s.text(db.dialect)
		db.writer.want(text)
		if db.reader != db.writer && !mutates(text) {
			db.reader.want(text)
		}
	}
}

func (p *pool) want(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, text)
	p.any.Store(true)
}

// prepare readies the statements that wait, before the caller has a
// connection: within a transaction it would want a second one. Where that
// fails, as it does without a schema, they run unprepared, and the next
// transaction tries again.
func (p *pool) prepare(ctx context.Context) {
	if !p.any.Load() || !p.mu.TryLock() { // who comes second doesn't wait
		return
	}
	defer p.mu.Unlock()
	for len(p.waiting) > 0 {
		text := p.waiting[0]
		if _, twice := p.prepared.Load(text); !twice {
			prepared, err := p.PrepareContext(ctx, text)
			if err != nil {
				return
			}
			p.prepared.Store(text, prepared)
		}
		p.waiting = p.waiting[1:]
	}
	p.any.Store(false)
}

// prepared is the statement as its connection knows it, nil where it doesn't.
// One that is new to the connection is prepared there on the way.
func (tx *Tx) prepared(ctx context.Context, s *Statement) *sql.Stmt {
	p := tx.db.writer
	if tx.readOnly {
		p = tx.db.reader
	}
	found, ok := p.prepared.Load(s.text(tx.db.dialect))
	if !ok {
		return nil
	}
	prepared, _ := found.(*sql.Stmt)
	if t, ok := tx.on.(*sql.Tx); ok {
		return t.StmtContext(ctx, prepared)
	}
	return prepared
}

func (s *Statement) text(d Dialect) string {
	if d == Postgres {
		return s.postgres
	}
	return s.sqlite
}

func (s *Statement) bind(d Dialect, columns []Column, scalars []any) (query string, args []any, err error) {
	if len(columns) != s.columns {
		return "", nil, fmt.Errorf("%s: %d columns for %d", s.name, len(columns), s.columns)
	}
	// PostgreSQL would fill a short column up with nulls.
	for _, c := range columns {
		if n, first := reflect.ValueOf(c).Len(), reflect.ValueOf(columns[0]).Len(); n != first {
			return "", nil, fmt.Errorf("%s: columns of %d and %d rows", s.name, first, n)
		}
	}
	args = append(args, scalars...)
	if d == Postgres {
		for _, c := range columns {
			args = append(args, array(c))
		}
	} else if len(columns) > 0 {
		text, err := jsonRows(columns)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", s.name, err)
		}
		args = append(args, text)
	}
	return s.text(d), args, nil
}

// array hands a column to PostgreSQL; pq.Array alone would take pointers one
// by one through reflection.
func array(c Column) any {
	switch c := c.(type) {
	case []*string:
		return pq.Array(nullable(c, func(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }))
	case []*int64:
		return pq.Array(nullable(c, func(n int64) sql.NullInt64 { return sql.NullInt64{Int64: n, Valid: true} }))
	default:
		return pq.Array(c)
	}
}

func nullable[T, N any](in []*T, some func(T) N) []N {
	out := make([]N, len(in))
	for i, v := range in {
		if v != nil {
			out[i] = some(*v)
		}
	}
	return out
}

// jsonRows turns columns of one length into the text [[row 0], [row 1], …].
func jsonRows(columns []Column) (string, error) {
	rows := reflect.ValueOf(columns[0]).Len()
	out := make([]byte, 0, 2+rows*16*len(columns))
	out = append(out, '[')
	for r := range rows {
		if r > 0 {
			out = append(out, ',')
		}
		for i, c := range columns {
			out = append(out, "[,"[min(i, 1)])
			switch c := c.(type) {
			case []string:
				out = appendText(out, c[r])
			case []*string:
				out = appendOr(out, c[r], appendText)
			case []int64:
				out = strconv.AppendInt(out, c[r], 10)
			case []*int64:
				out = appendOr(out, c[r], func(out []byte, n int64) []byte { return strconv.AppendInt(out, n, 10) })
			case []bool:
				out = strconv.AppendBool(out, c[r])
			default:
				return "", fmt.Errorf("a column of %T", c)
			}
		}
		out = append(out, ']')
	}
	return string(append(out, ']')), nil
}

func appendOr[T any](out []byte, v *T, appendTo func([]byte, T) []byte) []byte {
	if v == nil {
		return append(out, "null"...)
	}
	return appendTo(out, *v)
}

// appendText writes a text as JSON. Most have nothing to escape.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // texts never fail
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

// Storable reports a text that every database can hold: valid UTF-8 without a
// NUL character.
func Storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// Among compares a column with a list, to follow the column in a text:
// parameter is the name of the one that List made.
func (d Dialect) Among(parameter string) string {
	if d == Postgres {
		return "= ANY(" + parameter + ")"
	}
	return "IN (SELECT value FROM json_each(" + parameter + "))"
}

// List is a list of texts as one parameter.
func (d Dialect) List(values []string) any {
	if d == Postgres {
		return pq.Array(values)
	}
	text, _ := json.Marshal(values) // texts never fail
	return string(text)
}
