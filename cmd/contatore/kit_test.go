package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

const shop = "shop"

// at names the database of commands.
func at(url string) map[string]string { return map[string]string{"CONTATORE_DATABASE_URL": url} }

// invokeUntil is invokeWith under a context of the test's.
func invokeUntil(ctx context.Context, in io.Reader, env map[string]string, args ...string) outcome {
	var out, errOut bytes.Buffer
	code := run(ctx, args, lookup(env), in, &out, &errOut)
	return outcome{code, out.String(), errOut.String()}
}

// newShop makes a workspace without customers, in euros and Rome's time.
func newShop(t *testing.T, url string) {
	t.Helper()
	db := testkit.Open(t, url, database.Options{})
	ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
	if _, err := workspace.Open(db, time.Now).Create(ctx, workspace.CreateInput{ID: new(shop), Name: "Shop", TimeZone: new("Europe/Rome")}); err != nil {
		t.Fatal(err)
	}
}

// count counts what a query answers, one number.
func count(t *testing.T, db *database.DB, query string) int {
	t.Helper()
	rows, err := db.Reader().Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// table is a CSV text: its rows by the header's names.
func table(t *testing.T, text string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	list := make([]map[string]string, 0, len(rows))
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, name := range rows[0] {
			named[name] = row[i]
		}
		list = append(list, named)
	}
	return list
}

// sum adds a column up.
func sum(t *testing.T, rows []map[string]string, column string) int {
	t.Helper()
	total := 0
	for _, row := range rows {
		if row[column] == "" {
			continue
		}
		n, err := strconv.Atoi(row[column])
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

// amount adds a column of money up.
func amount(t *testing.T, rows []map[string]string, column string) money.Total {
	t.Helper()
	var total money.Total
	for _, row := range rows {
		n, err := money.Parse(row[column])
		if err != nil {
			t.Fatalf("%q %v", row[column], err)
		}
		total = total.PlusNanos(n)
	}
	return total
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// names lists a directory.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, 0, len(entries))
	for _, e := range entries {
		list = append(list, e.Name())
	}
	slices.Sort(list)
	return list
}
