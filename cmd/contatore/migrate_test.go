package main

import (
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{})
		tables := "SELECT count(*) FROM sqlite_master"
		if db.Dialect() == database.Postgres {
			tables = "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace"
		}

		// Before it nothing else works, and it is said what to do.
		for _, command := range []string{"export --workspace shop", "import --workspace shop -", "rollup verify", "keys list"} {
			invoke(t, at(url), strings.Fields(command)...).mustFail(t, failed, "contatore migrate")
		}

		plan := invoke(t, at(url), "migrate", "--dry-run").must(t)
		for _, statement := range []string{"CREATE TABLE", "usages", "client_days"} {
			if !strings.Contains(plan.out, statement) {
				t.Errorf("the plan lacks %s:\n%s", statement, plan.out)
			}
		}
		if n := count(t, db, tables); n != 0 {
			t.Errorf("a dry run made %d tables and indexes", n)
		}

		if o := invoke(t, at(url), "migrate").must(t); o.out != "The schema is now up to date.\n" {
			t.Errorf("migrate prints %q", o.out)
		}
		if n := count(t, db, tables); n < strings.Count(plan.out, "CREATE TABLE") {
			t.Errorf("migrate made %d tables and indexes", n)
		}
		if o := invoke(t, at(url), "migrate", "--dry-run").must(t); o.out != "" {
			t.Errorf("there is still to run: %q", o.out)
		}
		if o := invoke(t, at(url), "migrate").must(t); o.out != "The schema is up to date.\n" {
			t.Errorf("migrate again prints %q", o.out)
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}

func TestDatabaseThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for url, says := range map[string]string{
		"contatore.db":                     "sqlite://PATH",
		"mysql://root@localhost/x":         "sqlite://PATH",
		"sqlite://":                        "path",
		"sqlite://" + t.TempDir() + "/a/b": "",
		"postgres://nobody:hush-hush@127.0.0.1:1/none?sslmode=disable": "",
	} {
		o := invoke(t, at(url), "migrate")
		if o.code != failed || !strings.HasPrefix(lastLine(o.err), "contatore: ") || !strings.Contains(o.err, says) {
			t.Errorf("%s: exit code %d, %q", url, o.code, o.err)
		}
		if strings.Contains(o.err, "hush-hush") {
			t.Errorf("the password is told: %q", o.err)
		}
	}
}

func lastLine(text string) string {
	text = strings.TrimSuffix(text, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}
