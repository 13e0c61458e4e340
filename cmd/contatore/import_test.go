package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/testkit"
)

// ours is the small file of this repository: 6 good rows, a negative price, a
// bad time and a client id that is none.
const ours = "testdata/answers.csv"

// bring is an import of it into the shop; args come last.
func bring(args ...string) []string {
	return append([]string{
		"import", "--workspace", shop, "--create-customers", "--map", "When=occurredAt", "--map", "Who=clientId", "--map", "Model=model",
		"--map", "In=inputTokens", "--map", "Out=outputTokens", "--map", "Cost=price",
	}, args...)
}

// usages are the shop's in those years, as export writes them.
func usages(t *testing.T, url string) []map[string]string {
	t.Helper()
	return table(t, invoke(t, at(url), "export", "--workspace", shop, "--rows", "usage", "--start", "2023-01-01", "--end", "2024-12-31").must(t).out)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var to bytes.Buffer
	zip := gzip.NewWriter(&to)
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return to.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		dir := t.TempDir()

		// Nothing is counted in a dry run, which can't tell what the database
		// would refuse.
		dry := invoke(t, at(url), bring("--dry-run", ours)...)
		dry.mustFail(t, failed, "1 of 9 rows", "--rejects")
		if want := "9 rows: 8 can be read, 1 rejected, nothing counted\n"; dry.out != want {
			t.Errorf("a dry run prints %q, want %q", dry.out, want)
		}
		if n := len(usages(t, url)); n != 0 {
			t.Errorf("a dry run counted %d answers", n)
		}

		rejects := filepath.Join(dir, "rejects.csv")
		o := invoke(t, at(url), bring("--rejects", rejects, ours)...)
		o.mustFail(t, failed, "3 of 9 rows", rejects)
		if want := "9 rows: 6 counted, 0 repeated, 3 rejected, 0.131000001 EUR\n"; o.out != want {
			t.Errorf("import prints %q, want %q", o.out, want)
		}
		rows := usages(t, url)
		if tokens, cost := []int{sum(t, rows, "Input Tokens"), sum(t, rows, "Output Tokens")}, amount(t, rows, "Price (EUR)"); len(rows) != 6 || !slices.Equal(tokens, []int{1764, 230}) || cost.String() != "0.131000001" {
			t.Errorf("%d answers of %v tokens and %s", len(rows), tokens, cost)
		}
		if first := rows[0]; first["Created At"] != "2024-01-29T23:59:59.5+01:00" || first["Client Id"] != "ada" || first["Model"] != "gpt-4o" {
			t.Errorf("the first answer is %v", first)
		}

		// The rejects say which row, why, and let no spreadsheet run it.
		text := read(t, rejects)
		if !strings.HasPrefix(text, "line,reason,message,row\r\n") {
			t.Errorf("the rejects begin %q", text)
		}
		for i, want := range []struct{ line, reason, message, row string }{
			{"7", "INVALID", "price is negative", "2024-01-30T12:00:00Z,ada,gpt-4o,1,2,-1"},
			{"8", "INVALID", "occurredAt is not a time", "yesterday,ada,gpt-4o,1,2,"},
			{"9", "CUSTOMER_NOT_FOUND", "clientId must be", "2024-01-31T08:00:00+05:30,\"=cmd|' /C calc'!A0\",gpt-4o,1,2,"},
		} {
			if got := table(t, text)[i]; got["line"] != want.line || got["reason"] != want.reason || !strings.Contains(got["message"], want.message) || got["row"] != want.row {
				t.Errorf("rejected %v, want %v", got, want)
			}
		}

		// Once more, from elsewhere, packed, and from standard input.
		zipped := filepath.Join(dir, "any name")
		write(t, zipped, packed(t, read(t, ours)))
		for name, again := range map[string]outcome{
			"again":           invoke(t, at(url), bring(ours)...),
			"packed":          invoke(t, at(url), bring(zipped)...),
			"standard input":  invokeWith(t, read(t, ours), at(url), bring("-")...),
			"packed input":    invokeWith(t, packed(t, read(t, ours)), at(url), bring("-")...),
			"another's lines": invokeWith(t, strings.ReplaceAll(read(t, ours), "\n", "\r\n"), at(url), bring("-")...),
		} {
			again.mustFail(t, failed, "3 of 9 rows")
			if want := "9 rows: 0 counted, 6 repeated, 3 rejected, 0 EUR\n"; again.out != want {
				t.Errorf("%s prints %q, want %q", name, again.out, want)
			}
		}
		if n := len(usages(t, url)); n != 6 {
			t.Errorf("%d answers after repeats", n)
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}

func TestImportOfSeveralFiles(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		dir := t.TempDir()
		first, second := filepath.Join(dir, "a.ndjson"), filepath.Join(dir, "b.json")
		write(t, first, `{"clientId":"ada","kind":"image","price":"0.25","occurredAt":"2024-01-30T10:00:00Z"}`+"\n"+`{"clientId":"ada","price":-1}`+"\n")
		write(t, second, `{"specversion":"1.0","type":"llm.answer","source":"/bot","id":"KEY-1","time":"2024-01-30T12:00:00Z","subject":"bruno","data":{"model":"gpt-4o","outputTokens":2,"price":0.5}}`)
		rejects := filepath.Join(dir, "rejects.csv")
		args := []string{"import", "--workspace", shop, "--create-customers", "--rejects", rejects, first, "-", second}
		o := invokeWith(t, "clientId,occurredAt\nada,2024-01-30\n", at(url), args...)
		o.mustFail(t, failed, "1 of 4 rows")
		if want := "4 rows: 3 counted, 0 repeated, 1 rejected, 0.755 EUR\n"; o.out != want {
			t.Errorf("import prints %q, want %q", o.out, want)
		}
		if got := table(t, read(t, rejects)); len(got) != 1 || got[0]["line"] != "2" {
			t.Errorf("rejected %v", got)
		}

		// A file that can't be read stops the import, and says which it was.
		write(t, second, `[{"clientId":"ada"},`)
		invoke(t, at(url), "import", "--workspace", shop, first, second).mustFail(t, failed, second, "cut off")
	})
}

func TestImportByVariables(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		env := at(url)
		env["CONTATORE_WORKSPACE"] = shop
		env["CONTATORE_MAP"] = `When=occurredAt,Cost\, net=price`
		env["CONTATORE_CUSTOMER"] = "all"
		env["CONTATORE_CREATE_CUSTOMERS"] = "true"
		env["CONTATORE_TIME_ZONE"] = "Asia/Kathmandu"
		if o := invokeWith(t, "When,\"Cost, net\"\n2024-01-30 12:00,0.5\n", env, "import", "-").must(t); o.out != "1 row: 1 counted, 0 repeated, 0 rejected, 0.5 EUR\n" || o.err != "" {
			t.Errorf("import prints %q, %q", o.out, o.err)
		}
		if rows := usages(t, url); len(rows) != 1 || rows[0]["Client Id"] != "all" || rows[0]["Created At"] != "2024-01-30T07:15:00+01:00" {
			t.Errorf("counted %v", rows)
		}
	})
}

func TestImportRefusals(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		dir := t.TempDir()
		loop := filepath.Join(dir, "loop")
		if err := os.Symlink(loop, loop); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "answers.csv")
		write(t, file, "clientId\nada\n")
		missing := filepath.Join(dir, "missing.csv")
		for _, c := range []struct {
			args []string
			says []string
		}{
			{[]string{"--workspace", shop, file, missing}, []string{"There is no file " + missing}},
			{[]string{"--workspace", shop, file, dir}, []string{dir + " is a directory"}},
			{[]string{"--workspace", shop, loop}, []string{loop + " can't be read: too many"}},
			{[]string{"--workspace", "nowhere", file}, []string{`no workspace "nowhere"`, "createWorkspace", "contatore seed"}},
			{[]string{"--workspace", shop, "--rejects", file, file}, []string{file, "--rejects"}},
			{[]string{"--workspace", shop, "--rejects", dir, file}, []string{dir + " can't be written: is a directory"}},
			{[]string{"--workspace", shop, "--rejects", filepath.Join(missing, "x"), file}, []string{"its directory does not exist"}},
			{[]string{"--workspace", shop, "--map", "cost=price", file}, []string{`no column "cost"`, `"clientId"`}},
		} {
			o := invoke(t, at(url), append([]string{"import"}, c.args...)...)
			o.mustFail(t, failed, c.says...)
			if o.out != "" {
				t.Errorf("%v prints %q", c.args, o.out)
			}
		}
		if n := len(usages(t, url)); n != 0 || read(t, file) != "clientId\nada\n" {
			t.Errorf("refused imports counted %d answers", n)
		}
		for _, c := range []struct{ args, says string }{
			{"-", "--workspace"},
			{"--workspace shop", "file"},
			{"--workspace shop --map Cost -", "COLUMN=field"},
			{"--workspace shop --map Cost=cost -", "outputTokens"},
			{"--workspace shop --time-zone Mars/Olympus -", "Mars/Olympus"},
		} {
			invoke(t, at(url), append([]string{"import"}, strings.Fields(c.args)...)...).mustFail(t, misuse, c.says, "--help")
		}
	})
}

// stalling gives its text, then calls stalled and keeps its reader waiting
// until the test ends.
type stalling struct {
	io.Reader
	stalled func()
	end     <-chan struct{}
}

func (s *stalling) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	s.stalled()
	<-s.end
	return 0, io.ErrUnexpectedEOF
}

func TestInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		// Long rows, far more than the program reads ahead, so that some of them
		// are counted when the input stalls.
		const n = 2500
		var text strings.Builder
		text.WriteString("clientId,occurredAt,price,response\n")
		for i := range n {
			fmt.Fprintf(&text, "ada,2024-01-30 12:%02d:%02d,0.001,%s\n", i/60, i%60, strings.Repeat("Ciao! ", 40))
		}
		args := []string{"import", "--workspace", shop, "--create-customers", "-"}
		ctx, interrupt := context.WithCancel(t.Context())
		end := make(chan struct{})
		defer close(end)
		o := invokeUntil(ctx, &stalling{strings.NewReader(text.String()), interrupt, end}, at(url), args...)
		o.mustFail(t, failed, "Interrupted", "goes on")

		o = invokeWith(t, text.String(), at(url), args...).must(t)
		var counted, repeated int
		if _, err := fmt.Sscanf(o.out, "2500 rows: %d counted, %d repeated, 0 rejected", &counted, &repeated); err != nil {
			t.Fatalf("%q: %v", o.out, err)
		}
		if repeated == 0 || counted == 0 || counted+repeated != n {
			t.Errorf("%d counted, %d repeated: the interrupted import did not count a part", counted, repeated)
		}
		if rows := usages(t, url); len(rows) != n || amount(t, rows, "Price (EUR)").String() != "2.5" {
			t.Errorf("%d answers of %s", len(rows), amount(t, rows, "Price (EUR)"))
		}
	})
}

// shared names the folder with files that are no part of the repository;
// without it the folder is looked for beside the repository.
const sharedVariable = "CONTATORE_TEST_SHARED"

// trace finds Microsoft's Azure LLM inference trace 2023, conversation service
// (CC-BY 4.0).
func trace(t *testing.T) (path string, ok bool) {
	t.Helper()
	const name = "data/AzureLLMInferenceTrace_conv.csv"
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	places := []string{os.Getenv(sharedVariable)}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		places = append(places, filepath.Join(dir, "shared"))
	}
	for _, place := range places {
		path := filepath.Join(place, name)
		if _, err := os.Stat(path); place != "" && err == nil {
			return path, true
		}
	}
	t.Logf("%s is not on this machine: a small file of our own stands in for it", name)
	return "testdata/trace.csv", false
}

func TestImportTrace(t *testing.T) {
	t.Parallel()
	path, found := trace(t)

	// The file, folded by other code.
	rows, err := csv.NewReader(strings.NewReader(read(t, path))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	answers, tokens := len(rows)-1, [2]int{}
	for _, row := range rows[1:] {
		for i := range tokens {
			n, err := strconv.Atoi(row[i+1])
			if err != nil {
				t.Fatal(err)
			}
			tokens[i] += n
		}
	}
	thousandths := 5 * answers
	cost := strings.TrimRight(fmt.Sprintf("%d.%03d", thousandths/1000, thousandths%1000), "0")
	if found && (answers != 19_366 || cost != "96.83") {
		t.Errorf("the trace has %d answers that cost %s, want 19366 and 96.83", answers, cost)
	}

	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		args := []string{
			"import", "--workspace", shop, "--customer", "azure", "--create-customers",
			"--map", "TIMESTAMP=occurredAt", "--map", "ContextTokens=inputTokens", "--map", "GeneratedTokens=outputTokens", path,
		}
		want := fmt.Sprintf("%d rows: %d counted, 0 repeated, 0 rejected, %s EUR\n", answers, answers, cost)
		if o := invoke(t, at(url), args...).must(t); o.out != want || o.err != "" {
			t.Errorf("import prints %q, %q, want %q", o.out, o.err, want)
		}
		counted := usages(t, url)
		if got := [2]int{sum(t, counted, "Input Tokens"), sum(t, counted, "Output Tokens")}; len(counted) != answers || got != tokens {
			t.Errorf("%d answers of %v tokens, want %d of %v", len(counted), got, answers, tokens)
		}
		if got := amount(t, counted, "Price (EUR)"); got.String() != cost {
			t.Errorf("they cost %s, want %s", got, cost)
		}
		daily := table(t, invoke(t, at(url), "export", "--workspace", shop, "--start", "2023-11-01", "--end", "2023-11-30").must(t).out)
		if got := amount(t, daily, "Cost (EUR)"); sum(t, daily, "Messages") != answers || got.String() != cost {
			t.Errorf("by day they are %d and cost %s", sum(t, daily, "Messages"), got)
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}
