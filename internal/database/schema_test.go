package database_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"github.com/contatore/contatore/ent/alertattempt"
	"github.com/contatore/contatore/ent/budget"
	"github.com/contatore/contatore/ent/clientday"
	"github.com/contatore/contatore/ent/lateday"
	"github.com/contatore/contatore/ent/migrate"
	"github.com/contatore/contatore/ent/monthcost"
	"github.com/contatore/contatore/ent/usagebucket"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// A relation is a table as sorted lines: "column NAME TYPE [not null]",
// "primary key (…)", "unique (…)", "index (…)"; an index that is no B-tree has
// its kind behind the columns.
type relation []string

// schemaOf reads every table of the database from its own catalogue.
func schemaOf(t *testing.T, db *database.DB) map[string]relation {
	t.Helper()
	columns := `SELECT m.name, 'column ' || p.name || ' ' || p.type || CASE WHEN p."notnull" = 1 THEN ' not null' ELSE '' END
FROM sqlite_master AS m, pragma_table_info(m.name) AS p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	keys := `SELECT m.name, CASE WHEN l.origin = 'pk' THEN 'primary key' WHEN l."unique" = 1 THEN 'unique' ELSE 'index' END ||
' (' || (SELECT group_concat(i.name, ', ' ORDER BY i.seqno) FROM pragma_index_info(l.name) AS i) || ')'
FROM sqlite_master AS m, pragma_index_list(m.name) AS l WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if db.Dialect() == database.Postgres {
		columns = `SELECT table_name, 'column ' || column_name || ' ' || data_type || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
FROM information_schema.columns WHERE table_schema = current_schema`
		keys = `SELECT i.indrelid::regclass, CASE WHEN i.indisprimary THEN 'primary key' WHEN i.indisunique THEN 'unique' ELSE 'index' END || ' (' ||
(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, n)
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) || ')' || CASE WHEN m.amname = 'btree' THEN '' ELSE ' ' || m.amname END
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam WHERE c.relnamespace = current_schema::regnamespace`
	}
	found := map[string]relation{}
	for _, query := range []string{columns, keys} {
		for _, row := range texts(t, db.Reader(), query) {
			name, line, _ := strings.Cut(row, "|")
			if strings.HasPrefix(name, "river_") { // River's own, which stay local
				continue
			}
			found[name] = append(found[name], line)
		}
	}
	for _, lines := range found {
		slices.Sort(lines)
	}
	return found
}

func tables(t *testing.T, db *database.DB) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(schemaOf(t, db)))
}

// same compares table by table, line by line.
func same(t *testing.T, got, want map[string]relation) {
	t.Helper()
	for name := range got {
		if want[name] == nil {
			t.Errorf("a table %s", name)
		}
	}
	for name, lines := range want {
		for _, line := range lines {
			if !slices.Contains(got[name], line) {
				t.Errorf("%s lacks %s", name, line)
			}
		}
		for _, line := range got[name] {
			if !slices.Contains(lines, line) {
				t.Errorf("%s has %s", name, line)
			}
		}
	}
}

// typeOf is the type that a column of ent's model must have.
func typeOf(t *testing.T, d database.Dialect, c *schema.Column) string {
	t.Helper()
	if own := c.SchemaType[string(d)]; own != "" {
		return own
	}
	types := map[field.Type][2]string{ // SQLite's, PostgreSQL's
		field.TypeString: {"TEXT", "text"},
		field.TypeInt64:  {"INTEGER", "bigint"},
		field.TypeInt32:  {"INTEGER", "integer"},
		field.TypeInt:    {"INTEGER", "integer"}, // tokens, which fit 32 bits
		field.TypeBool:   {"INTEGER", "boolean"},
	}
	pair, ok := types[c.Type]
	if !ok {
		t.Fatalf("column %s: no database type for %s", c.Name, c.Type)
	}
	if d == database.SQLite {
		return pair[0]
	}
	return pair[1]
}

func names(columns []*schema.Column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return strings.Join(list, ", ")
}

// The program writes what ent declares into what the migrations made. ent can't
// say that a key starts with workspace_id, so here each one-column primary key
// of a table that has the column gets it in front.
func TestEntsModelIsTheDatabases(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		got, want := schemaOf(t, db), map[string]relation{}
		delete(got, "contatore_migrations")
		for _, table := range migrate.Tables {
			var lines relation
			for _, c := range table.Columns {
				line := "column " + c.Name + " " + typeOf(t, db.Dialect(), c)
				if !c.Nullable {
					line += " not null"
				}
				lines = append(lines, line)
			}
			key := names(table.PrimaryKey)
			if strings.HasPrefix(names(table.Columns), "id, workspace_id, ") {
				key = "workspace_id, " + key
			}
			lines = append(lines, "primary key ("+key+")")
			for _, i := range table.Indexes {
				kind := "index"
				if i.Unique {
					kind = "unique"
				}
				lines = append(lines, fmt.Sprintf("%s (%s)", kind, names(i.Columns)))
			}
			want[table.Name] = lines
		}
		// ent reads tables whose keys it can't express as views, and tells no
		// types of them.
		views := map[string][]string{
			usagebucket.Table: usagebucket.Columns, clientday.Table: clientday.Columns, budget.Table: budget.Columns, monthcost.Table: monthcost.Columns,
			alertattempt.Table: alertattempt.Columns, lateday.Table: lateday.Columns,
		}
		for name, columns := range views {
			var lines relation
			for _, c := range columns {
				kind := map[database.Dialect]string{database.SQLite: "INTEGER", database.Postgres: "bigint"}[db.Dialect()]
				switch c {
				case "workspace_id", "client_id", "kind", "model", "thresholds", "enforcement", "answer", "failure":
					kind = map[database.Dialect]string{database.SQLite: "TEXT", database.Postgres: "text"}[db.Dialect()]
				case "delivery_id":
					kind = map[database.Dialect]string{database.SQLite: "TEXT", database.Postgres: "uuid"}[db.Dialect()]
				case "day", "month", "version", "number", "took_ms", "status":
					kind = map[database.Dialect]string{database.SQLite: "INTEGER", database.Postgres: "integer"}[db.Dialect()]
				}
				line := "column " + c + " " + kind
				if c != "ceiling" && c != "status" {
					line += " not null"
				}
				lines = append(lines, line)
			}
			want[name] = lines
		}
		for name, key := range map[string]string{
			usagebucket.Table: "workspace_id, starts_at, kind, model", clientday.Table: "workspace_id, day, client_id",
			budget.Table: "workspace_id, client_id", monthcost.Table: "workspace_id, client_id, month",
			alertattempt.Table: "workspace_id, delivery_id, number", lateday.Table: "workspace_id, day",
		} {
			want[name] = append(want[name], "primary key ("+key+")")
		}
		same(t, got, want)
	})
}

// A cluster distributes the tables by workspace_id: a key that doesn't start
// with it can't be kept there, and asks every worker where it could.
func TestKeysStartWithTheWorkspace(t *testing.T) {
	t.Parallel()
	apart := map[string]string{
		"workspaces":           "its own id is the workspace's, and it is distributed by that",
		"api_keys":             "stays local: a key is looked up by its hash before anyone knows the workspace",
		"contatore_migrations": "stays local: it is about the schema",
	}
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		schema := schemaOf(t, db)
		for name, lines := range schema {
			if apart[name] != "" {
				continue
			}
			var keys int
			for _, line := range lines {
				kind, columns, _ := strings.Cut(line, " (")
				if strings.HasPrefix(kind, "column ") || strings.HasSuffix(columns, " hash") {
					continue
				}
				keys++
				if !strings.HasPrefix(columns, "workspace_id, ") {
					t.Errorf("%s: %s doesn't start with workspace_id", name, line)
				}
			}
			if keys == 0 || !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "primary key (") }) {
				t.Errorf("%s has no primary key", name)
			}
		}
		for name := range apart {
			if schema[name] == nil {
				t.Errorf("there is no table %s", name)
			}
		}
		if !slices.Contains(schema["workspaces"], "primary key (id)") {
			t.Errorf("workspaces: %q", schema["workspaces"])
		}
	})
}

// workspace_id has one type and one order everywhere, and every text in a key
// compares byte by byte, as Go and SQLite do.
func TestTextsInKeysCompareByteByByte(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	if got := text(t, db.Reader(), "SELECT 'a' < 'B'"); got != "true" {
		t.Errorf("this server's own order is byte by byte, so the test proves nothing: %s", got)
	}
	for _, column := range texts(t, db.Reader(), `SELECT DISTINCT i.indrelid::regclass || '.' || a.attname FROM pg_index AS i
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_collation AS o ON o.oid = a.attcollation
WHERE c.relnamespace = current_schema::regnamespace AND o.collname <> 'C' AND c.relname NOT LIKE 'river_%'`) { // River's hold its own names
		t.Errorf("%s is not COLLATE \"C\"", column)
	}
}

// Nothing of one table may hang on another: the workers of a cluster couldn't
// keep it up.
func TestNoForeignKeysOrTriggers(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		query := "SELECT m.name FROM sqlite_master AS m LEFT JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'trigger' OR f.id IS NOT NULL"
		if db.Dialect() == database.Postgres {
			query = "SELECT conname FROM pg_constraint WHERE contype = 'f' UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
		}
		if found := texts(t, db.Reader(), query); len(found) != 0 {
			t.Errorf("the schema has %q", found)
		}
	})
}
