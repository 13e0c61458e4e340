// Command contatore meters the answers of language models.
//
// In come a command line, the environment and the standard streams; out come
// an exit code, what the command prints, and on failure one line on standard
// error. Each command has its file, which reads options and calls the package
// that does the work; a command must never do it itself.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/server"
)

// The exit codes.
const (
	done   = 0
	failed = 1
	misuse = 2
)

func main() {
	spendMemory(os.LookupEnv)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

// spendMemory lets garbage lie until there is three times as much of it as of
// what is used, where Go would clean up at once as much: counting makes little
// but garbage, and cleaning was a quarter of its time. From 96 MiB on it is
// tidier: with SQLite's caches and the program itself, which Go does not count,
// that is 200. The variables GOGC and GOMEMLIMIT win.
func spendMemory(lookup func(string) (string, bool)) {
	if _, given := lookup("GOGC"); !given {
		debug.SetGCPercent(300)
	}
	if _, given := lookup("GOMEMLIMIT"); !given {
		debug.SetMemoryLimit(96 << 20)
	}
}

// commands are all there are.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve HTTP: the dashboard, GraphQL, REST."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Seed    seedCommand    `cmd:"" help:"Fill a workspace with sample data; the same seed gives the same data."`
	Import  importCommand  `cmd:"" help:"Count usage from files: CSV, NDJSON or CloudEvents, gzip or not. Safe to repeat."`
	Export  exportCommand  `cmd:"" help:"Write a workspace's usage as CSV or JSON."`
	Copy    copyCommand    `cmd:"" help:"Bring everything into another, empty database: from SQLite to PostgreSQL or back."`
	Rollup  rollupCommand  `cmd:"" help:"Prove the rollups, or make them anew."`
	Keys    keysCommand    `cmd:"" help:"API keys."`
	Version versionCommand `cmd:"" help:"Print version, commit and Go version."`
}

// shell is what a command gets of the world.
type shell struct {
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
	now      func() time.Time
	random   io.Reader
}

// run runs one command line, without the program's name, and returns the exit
// code. It reads no other environment than lookup's.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), in io.Reader, out, errOut io.Writer) int {
	helped := false
	parser, err := kong.New(&commands{},
		kong.Name("contatore"),
		kong.Description("Contatore meters the answers of language models: track, price, analyse.\n\nEvery option is also an environment variable, shown beside it; the flag wins."),
		kong.Writers(out, errOut),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		kong.ValueFormatter(describe),
		kong.Resolvers(environment(lookup)),
		kong.Vars{"default_database": defaultDatabase},
	)
	if err != nil {
		return complain(errOut, fmt.Errorf("command line: %w", err), failed)
	}
	line, err := parser.Parse(args)
	switch {
	case helped:
		return done
	case err != nil:
		return complain(errOut, usage(err), misuse)
	}
	sh := &shell{in: in, out: out, err: errOut, log: logger(errOut), now: time.Now, random: rand.Reader}
	line.BindTo(ctx, (*context.Context)(nil))
	if err := line.Run(sh); err != nil {
		return sh.fail(ctx, err)
	}
	return done
}

// usage turns what is wrong with a command line into a sentence.
func usage(err error) error {
	where := "contatore"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		where = parse.Context.Selected().FullPath()
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return fmt.Errorf("%s See %s --help", f.Message, where)
	}
	return fmt.Errorf("%s; see %s --help", strings.TrimSuffix(err.Error(), "."), where)
}

// silent is a failure about which everything is said already.
type silent struct{}

func (silent) Error() string { return "failed" }

// fail tells people what went wrong and what to do, and the log why.
func (sh *shell) fail(ctx context.Context, err error) int {
	f := fault.Of(err)
	switch {
	case errors.As(err, &silent{}):
		return failed
	case ctx.Err() != nil && f.Code == fault.Internal:
		return complain(sh.err, errors.New("Interrupted; what was done so far stands, and the same command goes on from there."), failed)
	case f.Code == fault.Internal:
		sh.log.Error("failed", "error", err)
	}
	return complain(sh.err, errors.New(f.Message), failed)
}

func complain(w io.Writer, err error, code int) int {
	fmt.Fprintf(w, "contatore: %s\n", strings.Join(strings.Fields(err.Error()), " "))
	return code
}

// logger writes text for a person at a terminal and JSON for everything else.
func logger(w io.Writer) *slog.Logger {
	if isTerminal(w) {
		return slog.New(server.LogHandler(slog.NewTextHandler(w, nil)))
	}
	return slog.New(server.LogHandler(slog.NewJSONHandler(w, nil)))
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "CONTATORE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// describe is a flag's line in --help.
func describe(value *kong.Value) string {
	if value.Flag == nil || value.Flag.Name == "help" {
		return value.Help
	}
	return fmt.Sprintf("%s [$%s]", value.Help, variable(value.Flag.Name))
}

// environment gives a flag that is not on the command line its variable's
// value; an empty one counts as unset.
func environment(lookup func(string) (string, bool)) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == "help" {
			return nil, nil
		}
		text, ok := lookup(variable(flag.Name))
		if !ok || text == "" {
			return nil, nil
		}
		return text, nil
	})
}
