package database_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

const (
	badURL    = "The database URL is neither sqlite://PATH nor postgres://USER:PASSWORD@HOST/NAME."
	badSQLite = "The SQLite URL must be sqlite:// and a file's path, without parameters."
)

func TestOpenRefusesURLs(t *testing.T) {
	t.Parallel()
	for given, sentence := range map[string]string{
		"":                                      badURL,
		"contatore.db":                          badURL,
		"sqlite:contatore.db":                   badURL,
		"SQLite://contatore.db":                 badURL,
		"mysql://u:hush@h/n":                    badURL,
		"://":                                   badURL,
		"sqlite://":                             badSQLite,
		"sqlite://:memory:":                     badSQLite,
		"sqlite://file::memory:":                badSQLite,
		"sqlite://a.db?mode=memory":             badSQLite,
		"sqlite://a.db?":                        badSQLite,
		"postgres://u:hu%sh@h/n":                badURL,
		"postgres://u:hush@h:port/n":            badURL,
		"postgres://u:hush@[::1/n":              badURL,
		"postgres://u:hush@h /n":                badURL,
		"postgresql://u:hush@h\x00/n":           badURL,
		"postgres://u:hush@h/n?sslmode=perhaps": badURL,
	} {
		db, err := database.Open(t.Context(), given, database.Options{})
		if err == nil {
			t.Errorf("%q is opened", given)
			db.Close()
			continue
		}
		wantFault(t, err, fault.Invalid, sentence)
		if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "hu%sh") {
			t.Errorf("%q: the error %q tells the password", given, err)
		}
	}
}

// Whatever a file may be called, that file is made and no other.
func TestOpenSQLiteByAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"plain.db", "with space.db", "100%.db", "%20.db", "a%3Fb.db", "a#b.db", "perché.db", "a&b=c;d.db", "a+b.db", "a:b.db", `a"b'c.db`, "a\\b.db", "🛍.db", "...",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db, err := database.Open(t.Context(), "sqlite://"+dir+"/"+name, database.Options{})
			if err != nil {
				t.Fatal(err)
			}
			table(t, db)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(files) != 1 || files[0].Name() != name {
				t.Errorf("the folder holds %v", files)
			}
			again := testkit.Open(t, "sqlite://"+dir+"/"+name, database.Options{})
			if got := text(t, again.Reader(), "SELECT text FROM notes WHERE id = 1"); got != "one" {
				t.Errorf("read %q", got)
			}
		})
	}
}

// With four slashes, as some programs want an absolute path, it is the same
// file; a path without a slash starts where the program was started.
func TestOpenSQLiteBySlashes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "contatore.db")
	table(t, testkit.Open(t, "sqlite://"+file, database.Options{}))
	for _, given := range []string{"sqlite:///" + file, "sqlite:////" + file} {
		db := testkit.Open(t, given, database.Options{})
		if got := text(t, db.Reader(), "SELECT count(*) FROM notes"); got != "2" {
			t.Errorf("%s: %s rows", given, got)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, file)
	if err != nil {
		t.Fatal(err)
	}
	db := testkit.Open(t, "sqlite://"+relative, database.Options{})
	if got := text(t, db.Reader(), "SELECT count(*) FROM notes"); got != "2" {
		t.Errorf("%s: %s rows", relative, got)
	}
}

func TestOpenSaysWhatToDoAboutAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(letter, []byte(strings.Repeat("Dear database, you are none. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{
		"a folder that is missing": filepath.Join(dir, "missing", "contatore.db"),
		"a folder":                 dir,
		"a file for a folder":      filepath.Join(letter, "contatore.db"),
		"another kind of file":     letter,
	} {
		_, err := database.Open(t.Context(), "sqlite://"+path, database.Options{})
		t.Log(what)
		wantFault(t, err, fault.Invalid, "The SQLite file "+path+" can't be opened: its folder must exist and be yours to write")
	}
	kept, err := os.ReadFile(letter)
	if err != nil || !strings.HasPrefix(string(kept), "Dear database") {
		t.Errorf("the letter is now %q (%v)", kept, err)
	}
}

func TestOpenSaysWhatToDoAboutPostgreSQL(t *testing.T) {
	t.Parallel()
	right := testkit.EmptyPostgresURL(t)
	change := func(fn func(*url.URL)) string {
		u, err := url.Parse(right)
		if err != nil {
			t.Fatal(err)
		}
		fn(u)
		return u.String()
	}
	// A port on which nobody listens any more.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]struct {
		code     fault.Code
		sentence string
	}{
		change(func(u *url.URL) { u.User = url.UserPassword("contatore", "hush") }): {fault.Invalid, "PostgreSQL refuses the user or the password"},
		change(func(u *url.URL) { u.User = url.UserPassword("nobody", "hush") }):    {fault.Invalid, "PostgreSQL refuses the user or the password"},
		change(func(u *url.URL) { u.Path += "_of_another_name" }):                   {fault.Invalid, "no database of the name"},
		change(func(u *url.URL) { u.RawQuery = "sslmode=require" }):                 {fault.Invalid, "sslmode=disable"},
		"postgres://contatore:hush@" + free + "/n":                                  {fault.Unavailable, "away or too busy"},
	} {
		_, err := database.Open(t.Context(), given, database.Options{})
		wantFault(t, err, want.code, want.sentence)
		if secret, _ := mustParse(t, given).User.Password(); err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q tells the password", err)
		}
	}
}

func mustParse(t *testing.T, given string) *url.URL {
	t.Helper()
	u, err := url.Parse(given)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A server that takes the connection and says nothing holds nobody up for
// longer than the URL's patience.
func TestOpenGivesUpOnASilentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, err = database.Open(t.Context(), "postgres://u:hush@"+listener.Addr().String()+"/n?sslmode=disable&connect_timeout=1", database.Options{})
	wantFault(t, err, fault.Unavailable, "away or too busy")
}

func TestOptionsBoundTheReaders(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{MaxConnections: 1})
		if err := db.Read(t.Context(), func(*database.Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err := tryTexts(ctx, db.Reader(), "SELECT 1")
			wantFault(t, err, fault.Unavailable, "")
			return nil
		}); err != nil {
			t.Error(err)
		}
		if got := text(t, db.Reader(), "SELECT 1"); got != "1" {
			t.Error(got)
		}
	})
}

func TestAClosedDatabaseIsAnError(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		db, err := database.Open(t.Context(), url, database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Ping(t.Context()); err == nil {
			t.Error("it answers")
		}
	})
}
