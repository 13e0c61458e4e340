package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// asProgram makes the test binary be the program, for the tests that need a
// process of its own.
const asProgram = "CONTATORE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// outcome is what a command line left behind.
type outcome struct {
	code     int
	out, err string
}

// invoke runs one command line with these variables and nothing on standard
// input.
func invoke(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	return invokeWith(t, "", env, args...)
}

func invokeWith(t *testing.T, in string, env map[string]string, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	code := run(t.Context(), args, lookup(env), strings.NewReader(in), &out, &errOut)
	return outcome{code, out.String(), errOut.String()}
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// must fails the test where the command did not end well.
func (o outcome) must(t *testing.T) outcome {
	t.Helper()
	if o.code != done {
		t.Fatalf("exit code %d\n%s%s", o.code, o.out, o.err)
	}
	return o
}

// mustFail fails the test where the command did not end with this code and one
// line on standard error that holds every one of these words.
func (o outcome) mustFail(t *testing.T, code int, words ...string) {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\n%s%s", o.code, code, o.out, o.err)
	}
	if strings.Count(o.err, "\n") != 1 {
		t.Errorf("standard error is not one line:\n%s", o.err)
	}
	for _, w := range words {
		if !strings.Contains(o.err, w) {
			t.Errorf("standard error lacks %q: %s", w, o.err)
		}
	}
}

func TestVersionNamesGo(t *testing.T) {
	t.Parallel()
	if o := invoke(t, nil, "version").must(t); !strings.HasPrefix(o.out, "contatore ") || !strings.Contains(o.out, "commit ") || !strings.Contains(o.out, "go1.") {
		t.Errorf("version prints %q", o.out)
	}
}

func TestHelpShowsFlagsAndVariables(t *testing.T) {
	t.Parallel()
	for command, flags := range map[string][]string{
		"serve":          {"--addr", "--database-url", "--admin-key", "--cors-origin", "--smtp-url", "--mail-from", "--webhook-allow", "--public-url", "--demo", "--no-migrate"},
		"migrate":        {"--database-url", "--dry-run"},
		"seed":           {"--database-url", "--workspace", "--days", "--end", "--seed", "--messages"},
		"import":         {"--database-url", "--workspace", "--map", "--customer", "--create-customers", "--time-zone", "--dry-run", "--rejects"},
		"export":         {"--database-url", "--workspace", "--start", "--end", "--format", "--rows"},
		"rollup verify":  {"--database-url", "--workspace"},
		"rollup rebuild": {"--database-url", "--workspace"},
		"keys create":    {"--database-url", "--role", "--workspace", "--name", "--expires"},
		"keys list":      {"--database-url", "--workspace"},
		"keys revoke":    {"--database-url"},
	} {
		o := invoke(t, nil, append(strings.Fields(command), "--help")...).must(t)
		for _, flag := range flags {
			if !strings.Contains(o.out, flag) || !strings.Contains(o.out, "$"+variable(strings.TrimPrefix(flag, "--"))) {
				t.Errorf("%s --help lacks %s or its variable:\n%s", command, flag, o.out)
			}
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		env  map[string]string
		says string
	}{
		{"", nil, "serve"},
		{"fly", nil, "fly"},
		{"serve --port 1", nil, "--port"},
		{"serve --admin-key short", nil, "16"},
		{"serve", map[string]string{"CONTATORE_ADMIN_KEY": "short"}, "16"},
		{"serve --cors-origin *", nil, "CORS origin"},
		{"serve --cors-origin https://a.example/path", nil, "CORS origin"},
		{"serve --webhook-allow localhost", nil, "--webhook-allow"},
		{"serve", map[string]string{"CONTATORE_WEBHOOK_ALLOW": "10.0.0.0/8,nowhere"}, "nowhere"},
		{"serve --public-url meter.example.com", nil, "--public-url"},
		{"serve --smtp-url smtp://mail.example.com", nil, "--mail-from"},
		{"serve --alert-patience -1s", nil, "--alert-patience"},
		{"import", nil, "file"},
		{"seed --end soon", nil, "YYYY-MM-DD"},
		{"seed --days many", nil, "--days"},
		{"seed", map[string]string{"CONTATORE_SEED": "-1"}, "seed"},
		{"keys create", nil, "--role"},
		{"keys create --role KING", nil, "ADMIN"},
		{"migrate", map[string]string{"CONTATORE_DRY_RUN": "perhaps"}, "dry-run"},
	} {
		invoke(t, c.env, strings.Fields(c.args)...).mustFail(t, misuse, c.says, "--help")
	}
}

func TestFlagWinsOverVariable(t *testing.T) {
	t.Parallel()
	env := map[string]string{"CONTATORE_DATABASE_URL": "mysql://nowhere"}
	invoke(t, env, "migrate").mustFail(t, failed, "sqlite://PATH")
	invoke(t, env, "migrate", "--database-url", "sqlite://"+t.TempDir()+"/c.db").must(t)
}

func TestInterruptedBeforeItBegan(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut bytes.Buffer
	code := run(ctx, []string{"migrate", "--database-url", "sqlite://" + t.TempDir() + "/c.db"}, lookup(nil), strings.NewReader(""), &out, &errOut)
	outcome{code, out.String(), errOut.String()}.mustFail(t, failed)
}
