package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// january exports the sample data of TestExport; args come last.
func january(args ...string) []string {
	return append([]string{"export", "--workspace", "workspace-123", "--start", "2024-01-01", "--end", "2024-01-30"}, args...)
}

func TestExport(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		seeded := invoke(t, at(url), "seed", "--messages", "300", "--end", "2024-01-30").must(t)
		total := strings.TrimSuffix(seeded.out[strings.LastIndex(seeded.out, ", ")+2:], " EUR.\n")

		csv := invoke(t, at(url), january()...).must(t)
		daily := table(t, csv.out)
		if cost := amount(t, daily, "Cost (EUR)"); sum(t, daily, "Messages") != 300 || cost.String() != total {
			t.Errorf("the days sum up to %d and %s, want 300 and %s", sum(t, daily, "Messages"), cost, total)
		}
		each := table(t, invoke(t, at(url), january("--rows", "usage")...).must(t).out)
		if cost := amount(t, each, "Price (EUR)"); len(each) != 300 || cost.String() != total {
			t.Errorf("the usages are %d and cost %s, want 300 and %s", len(each), cost, total)
		}
		for rows, column := range map[string]string{"daily": "cost", "usage": "price"} {
			o := invoke(t, at(url), january("--rows", rows, "--format", "json")...).must(t)
			var envelope struct {
				Success bool
				Data    []map[string]any
				Meta    struct {
					WorkspaceID string
					Period      struct {
						Days       int
						Start, End string
					}
				}
			}
			decoder := json.NewDecoder(strings.NewReader(o.out))
			decoder.UseNumber()
			if err := decoder.Decode(&envelope); err != nil {
				t.Fatal(err)
			}
			var cost money.Total
			for _, row := range envelope.Data {
				number, _ := row[column].(json.Number)
				n, err := money.Parse(number.String())
				if err != nil {
					t.Fatal(err)
				}
				cost = cost.PlusNanos(n)
			}
			if !envelope.Success || cost.String() != total || envelope.Meta.WorkspaceID != "workspace-123" || envelope.Meta.Period.Days != 30 || envelope.Meta.Period.End != "2024-01-30" {
				t.Errorf("%s as JSON costs %s, want %s; %+v", rows, cost, total, envelope.Meta)
			}
		}

		// By variables.
		env := at(url)
		env["CONTATORE_WORKSPACE"], env["CONTATORE_START"], env["CONTATORE_END"] = "workspace-123", "2024-01-01", "2024-01-30"
		if o := invoke(t, env, "export").must(t); o.out != csv.out {
			t.Error("variables give another export")
		}

		// To a file, over an older one whose mode stays.
		dir := t.TempDir()
		file := filepath.Join(dir, "january.csv")
		for _, mode := range []os.FileMode{0o600, 0o644} {
			if o := invoke(t, at(url), january("--output", file)...).must(t); o.out != "" || read(t, file) != csv.out {
				t.Errorf("the file is not what standard output gets; printed %q", o.out)
			}
			if info, err := os.Stat(file); err != nil || info.Mode() != mode {
				t.Errorf("the file has the mode %v, want %v", info.Mode(), mode)
			}
			if err := os.Chmod(file, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		link := filepath.Join(dir, "latest.csv")
		if err := os.Symlink(file, link); err != nil {
			t.Fatal(err)
		}
		invoke(t, at(url), january("--output", link, "--format", "json")...).must(t)
		if target, err := os.Readlink(link); err != nil || target != file || !strings.HasPrefix(read(t, file), "{") {
			t.Errorf("the link leads to %s, %v", target, err)
		}
		if got, want := names(t, dir), []string{"january.csv", "latest.csv"}; !slices.Equal(got, want) {
			t.Errorf("the directory holds %v, want %v", got, want)
		}

		// Into a pipe, which stays one.
		pipe := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := os.OpenFile(pipe, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		invoke(t, at(url), january("--output", pipe)...).must(t)
		if info, err := os.Stat(pipe); err != nil || info.Mode().Type() != os.ModeNamedPipe {
			t.Fatalf("the pipe became a file: %v, %v", info.Mode(), err)
		}
		piped := make([]byte, len(csv.out))
		if _, err := io.ReadFull(out, piped); err != nil || string(piped) != csv.out {
			t.Errorf("the pipe gets another export than standard output, %v", err)
		}
	})
}

func TestExportOfTheLastDays(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		o := invoke(t, at(url), "export", "--workspace", shop, "--format", "json").must(t)
		if !strings.Contains(o.out, `"days":90,`) {
			t.Errorf("without a range it exports %s", o.out)
		}
		if o := invoke(t, at(url), "export", "--workspace", shop).must(t); o.out != "Date,Client Name,Client Phone,Cost (EUR),Messages\r\n" {
			t.Errorf("no usage is exported as %q", o.out)
		}
	})
}

func TestExportRefusals(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		dir := t.TempDir()
		for _, c := range []struct {
			args []string
			says string
		}{
			{[]string{"--workspace", "nowhere"}, "nowhere"},
			{[]string{"--workspace", "nowhere", "--output", filepath.Join(dir, "x")}, "nowhere"},
			{[]string{"--workspace", shop, "--output", dir}, dir + " can't be written: is a directory"},
			{[]string{"--workspace", shop, "--output", filepath.Join(dir, "missing", "x")}, "directory does not exist"},
		} {
			o := invoke(t, at(url), append([]string{"export"}, c.args...)...)
			o.mustFail(t, failed, c.says)
			if o.out != "" {
				t.Errorf("%v prints %q", c.args, o.out)
			}
		}
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("refused exports left %v", left)
		}
		for _, c := range []struct{ args, says string }{
			{"", "--workspace"},
			{"--workspace shop --start 2024-01-01", "--end"},
			{"--workspace shop --end 2024-01-01", "--start"},
			{"--workspace shop --start 2024-01-02 --end 2024-01-01", "after"},
			{"--workspace shop --start 2000-01-02 --end 2024-01-01", "3660"},
			{"--workspace shop --start 2024-1-2 --end 2024-01-01", "YYYY-MM-DD"},
			{"--workspace shop --start 2024-01-01 --end today", "YYYY-MM-DD"},
			{"--workspace shop --format xml", "csv"},
			{"--workspace shop --rows weekly", "daily"},
		} {
			invoke(t, at(url), append([]string{"export"}, strings.Fields(c.args)...)...).mustFail(t, misuse, c.says, "--help")
		}
	})
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no room is left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestExportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		var errOut strings.Builder
		code := run(t.Context(), []string{"export", "--workspace", shop}, lookup(at(url)), strings.NewReader(""), full{}, &errOut)
		outcome{code, "", errOut.String()}.mustFail(t, failed, "Standard output", "no room is left")
	})
}

func TestAFileIsThereOnlyWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, "old.csv"), filepath.Join(dir, "new.csv")
	write(t, old, "the last one")
	broken := errors.New("broken off")
	for _, name := range []string{old, fresh} {
		err := whole(name, func(w io.Writer) error {
			if _, err := io.WriteString(w, "a part"); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"old.csv"}) || read(t, old) != "the last one" {
		t.Errorf("the directory holds %v", got)
	}
}

// interrupting ends a context with the first thing that is written.
type interrupting struct{ interrupt func() }

func (i interrupting) Write(p []byte) (int, error) {
	i.interrupt()
	return len(p), nil
}

func TestInterruptedExport(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		invoke(t, at(url), "seed", "--messages", "600", "--end", "2024-01-30").must(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var errOut strings.Builder
		code := run(ctx, []string{"export", "--workspace", "workspace-123", "--format", "json", "--start", "2023-11-01", "--end", "2024-12-31"}, lookup(at(url)), strings.NewReader(""), interrupting{cancel}, &errOut)
		outcome{code, "", errOut.String()}.mustFail(t, failed, "Interrupted")
	})
}
