// Package house holds the rules that keep the program's packages apart.
//
// In come the sources of the whole module; out come failures that name the
// file, the rule and its reason. It must never be imported, nor look at what
// a package does: only at whom it names and what it keeps.
package house

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/contatore/contatore"

// A floor holds the rooms of one rank. A room is a folder with all below it.
type floor struct {
	rooms []string
	// why says what would break if these rooms called upwards, or each other.
	why string
}

// floors are the ranks, the lowest first. A room imports rooms of lower floors
// only; what must be told upwards goes through an interface of the teller.
func floors() []floor {
	return []floor{
		{[]string{"internal/fault"}, "every package makes faults, so this one can know none of them"},
		{[]string{"internal/money", "internal/calendar", "internal/forecast", "internal/crowd", "web"}, "amounts, days, forecasts and who asks together are provable without a database"},
		{[]string{"ent"}, "the tables say what is kept, never what is done with it"},
		{[]string{"internal/database"}, "transactions and dialects are the same whatever is stored, so the package must not learn what a usage is"},
		{[]string{"internal/auth", "internal/workspace", "internal/ledger"}, "three books that are written apart: one that read another's rows would be a second way to them, past its locks"},
		{[]string{"internal/analytics", "internal/budget"}, "figures are folded from what the ledger reads; if they knew how usage gets in, an answer could differ from the book"},
		{[]string{"internal/meter"}, "the single way in: rules about usage stand here, not in the transports above"},
		{[]string{"internal/transfer", "internal/sample", "internal/alert"}, "imports, sample data and alerts are callers of the meter like any other, so the meter works without them"},
		{[]string{"graph", "internal/rest"}, "two encodings of the same values: one that called the other could not be left out or changed alone"},
		{[]string{"internal/server"}, "the only wiring: who is wired can't know the wiring"},
		{[]string{"cmd", "bench"}, "flags and environment are read in one place; nothing can depend on a command line"},
	}
}

// A limit reserves an import for some rooms.
type limit struct {
	path   string // the import, and with it all below
	except string // "" or what below it is free
	rooms  []string
	why    string
}

func limits() []limit {
	return []limit{
		{
			module + "/ent", module + "/ent/scope",
			[]string{"ent", "internal/database", "internal/workspace", "internal/auth", "internal/ledger", "internal/budget", "internal/alert", "graph", "internal/testkit"},
			"rows belong to those who keep the books (and to graph for entgql's connections); others get the keeper's own types, so that a table can change in one room",
		},
		{
			"database/sql", "database/sql/driver", // a value may know how it is stored
			[]string{"ent", "internal/database", "internal/workspace", "internal/auth", "internal/ledger", "internal/budget", "internal/alert", "internal/testkit", "bench"},
			"SQL stands where the records are kept: what is above asks their keeper, so that one statement can be proven for every dialect and every scope",
		},
		{
			"testing", "",
			[]string{"internal/testkit"},
			"the program carries no test code",
		},
		{
			module + "/internal/testkit", "",
			[]string{"internal/testkit"},
			"the program carries no test code",
		},
		{
			module + "/internal/house", "", nil,
			"there is nothing to call in it",
		},
	}
}

// makers build values that nothing can change afterwards.
func makers() []string {
	return []string{
		"errors.New", "fmt.Errorf", "fault.New", "regexp.MustCompile", "strings.NewReplacer",
		"time.Date", "time.FixedZone", "time.Duration", "calendar.DateOf", "database.Statements",
	}
}

// exempt are the package-level variables that may hold state, and why.
func exempt() map[string]string {
	return map[string]string{
		"internal/testkit.postgresServer": "one PostgreSQL a test process: testing gives helpers no other place that all tests of a process share",
	}
}

func TestEveryPackageHasItsFloor(t *testing.T) {
	t.Parallel()
	for dir := range readModule(t) {
		if _, _, ok := roomOf(dir); !ok && dir != "internal/testkit" && dir != "internal/house" {
			t.Errorf("%s stands on no floor: give it one in floors(), and the reason", dir)
		}
	}
}

func TestNoRoomCallsUp(t *testing.T) {
	t.Parallel()
	each := floors()
	for dir, p := range readModule(t) {
		room, rank, ok := roomOf(dir)
		for _, f := range p.files {
			for imported, at := range f.imports {
				other, otherRank, known := roomOf(strings.TrimPrefix(imported, module+"/"))
				if ok && known && room != other && rank <= otherRank {
					t.Errorf("%s: %s imports %s, which is not below it: %s", at, room, other, each[rank].why)
				}
			}
		}
	}
}

func TestReservedImports(t *testing.T) {
	t.Parallel()
	for dir, p := range readModule(t) {
		for _, f := range p.files {
			for imported, at := range f.imports {
				for _, l := range limits() {
					if within(imported, l.path) && (l.except == "" || !within(imported, l.except)) &&
						!slices.ContainsFunc(l.rooms, func(room string) bool { return within(dir, room) }) {
						t.Errorf("%s: %s may not import %s: %s", at, dir, imported, l.why)
					}
				}
			}
		}
	}
}

// Who reads a package first reads its comment: what enters, what leaves, what
// it must never do.
func TestEveryPackageHasAComment(t *testing.T) {
	t.Parallel()
	for dir, p := range readModule(t) {
		var written, documented int
		for _, f := range p.files {
			if f.generated {
				continue
			}
			written++
			if f.syntax.Doc != nil && strings.TrimSpace(f.syntax.Doc.Text()) != "" {
				documented++
			}
		}
		if written > 0 && documented != 1 {
			t.Errorf("%s has %d package comments in its %d files, want one", dir, documented, written)
		}
	}
}

// Code that runs before main can't be given a clock, a context or an error's
// way out, and runs in every test and command whether wanted or not.
func TestNoInit(t *testing.T) {
	t.Parallel()
	for _, p := range readModule(t) {
		for _, f := range p.files {
			if f.generated {
				continue
			}
			for _, d := range f.syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: no init(): what must happen at start is called by who starts", p.fset.Position(fn.Pos()))
				}
			}
		}
	}
}

// State that belongs to nobody is shared by every test and every request. A
// package-level variable is allowed as the constant that Go can't spell: an
// error, a table, a compiled expression, an embedded file; it gets its value
// where it is declared, from literals or from makers(), and nobody writes to
// it, not even a test.
func TestNoMutableGlobals(t *testing.T) {
	t.Parallel()
	for dir, p := range readModule(t) {
		if len(p.files) == 0 || !slices.ContainsFunc(p.files, func(f file) bool { return !f.generated }) {
			continue
		}
		uses := p.resolve(dir)
		for _, f := range p.files {
			if f.generated {
				continue
			}
			p.eachGlobal(f, func(name *ast.Ident, value ast.Expr, embedded bool) {
				if exempt()[dir+"."+name.Name] != "" || name.Name == "_" || embedded {
					return
				}
				if value == nil || !fixed(value) {
					t.Errorf("%s: %s is a package-level variable that is not a constant in all but name: hand it to who needs it, or make it a function", p.fset.Position(name.Pos()), name.Name)
				}
			})
		}
		for _, f := range append(slices.Clone(p.files), p.tests...) {
			if f.generated {
				continue
			}
			eachWrite(f.syntax, func(target *ast.Ident) {
				switch object := uses[target].(type) {
				case *types.Var:
					if object.Parent() == object.Pkg().Scope() && !strings.HasSuffix(p.fset.Position(object.Pos()).Filename, "_test.go") {
						t.Errorf("%s: the package-level variable %s is written to, or its address taken", p.fset.Position(target.Pos()), target.Name)
					}
				case *types.PkgName:
					t.Errorf("%s: a variable of package %s is written to: it belongs to every user of that package", p.fset.Position(target.Pos()), object.Imported().Path())
				}
			})
		}
	}
}

// roomOf returns the room of a folder of the module and its rank.
func roomOf(dir string) (room string, rank int, ok bool) {
	for rank, f := range floors() {
		for _, room := range f.rooms {
			if within(dir, room) {
				return room, rank, true
			}
		}
	}
	return "", 0, false
}

func within(dir, room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }

// A pkg is a folder's Go files; tests, external ones too, stand apart because
// they come from above: they may call whom they like.
type pkg struct {
	fset         *token.FileSet
	files, tests []file
}

type file struct {
	syntax    *ast.File
	generated bool
	imports   map[string]token.Position
}

// readModule parses the module's packages, by folder.
func readModule(t *testing.T) map[string]*pkg {
	t.Helper()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	packages := map[string]*pkg{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if base := entry.Name(); name != root && (base == "testdata" || base == "node_modules" || base == "dist" || base[0] == '.') {
				return fs.SkipDir
			}
			return nil
		case path.Ext(name) != ".go":
			return nil
		}
		if ok, err := build.Default.MatchFile(filepath.Dir(name), entry.Name()); err != nil || !ok {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		p := packages[dir]
		if p == nil {
			p = &pkg{fset: token.NewFileSet()}
			packages[dir] = p
		}
		syntax, err := parser.ParseFile(p.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{syntax, ast.IsGenerated(syntax), map[string]token.Position{}}
		for _, spec := range syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports[imported] = p.fset.Position(spec.Pos())
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
		} else {
			p.files = append(p.files, f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 10 {
		t.Fatalf("found %d packages only", len(packages))
	}
	return packages
}

// resolve tells what the names in a package's own files mean. Imports stay
// unknown, so types do too; what a name refers to is known all the same.
func (p *pkg) resolve(dir string) map[*ast.Ident]types.Object {
	uses := map[*ast.Ident]types.Object{}
	check := func(files []*ast.File) {
		config := types.Config{Importer: nowhere{}, Error: func(error) {}}
		_, _ = config.Check(path.Join(module, dir), p.fset, files, &types.Info{Uses: uses}) // the errors are about the imports
	}
	var inner, outer []*ast.File
	for _, f := range append(slices.Clone(p.files), p.tests...) {
		if strings.HasSuffix(f.syntax.Name.Name, "_test") {
			outer = append(outer, f.syntax)
		} else {
			inner = append(inner, f.syntax)
		}
	}
	check(inner)
	check(outer)
	return uses
}

type nowhere struct{}

func (nowhere) Import(string) (*types.Package, error) { return nil, errors.New("not loaded") }

// eachGlobal calls fn with each variable that f declares at package level, its
// value (nil: none of its own) and whether it is an embedded file.
func (p *pkg) eachGlobal(f file, fn func(name *ast.Ident, value ast.Expr, embedded bool)) {
	for _, d := range f.syntax.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			embedded := embeds(decl.Doc) || embeds(spec.Doc)
			for i, name := range spec.Names {
				var value ast.Expr
				if len(spec.Values) == len(spec.Names) {
					value = spec.Values[i]
				}
				fn(name, value, embedded)
			}
		}
	}
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// fixed tells whether a value is made of literals and of what makers() make.
func fixed(value ast.Expr) bool {
	switch v := value.(type) {
	case nil, *ast.BasicLit, *ast.Ident, *ast.SelectorExpr, *ast.FuncLit:
		return true
	case *ast.ParenExpr:
		return fixed(v.X)
	case *ast.UnaryExpr:
		return v.Op != token.AND && v.Op != token.ARROW && fixed(v.X)
	case *ast.BinaryExpr:
		return fixed(v.X) && fixed(v.Y)
	case *ast.KeyValueExpr:
		return fixed(v.Key) && fixed(v.Value)
	case *ast.CompositeLit:
		return len(v.Elts) > 0 && !slices.ContainsFunc(v.Elts, func(e ast.Expr) bool { return !fixed(e) })
	case *ast.CallExpr:
		return slices.Contains(makers(), types.ExprString(v.Fun)) && !slices.ContainsFunc(v.Args, func(e ast.Expr) bool { return !fixed(e) })
	}
	return false
}

// eachWrite calls fn with the leftmost name of whatever node writes to, or
// takes the address of.
func eachWrite(node ast.Node, fn func(*ast.Ident)) {
	written := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.Ident:
				fn(x)
				return
			case *ast.ParenExpr:
				e = x.X
			case *ast.IndexExpr:
				e = x.X
			case *ast.SelectorExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.SliceExpr:
				e = x.X
			default:
				return
			}
		}
	}
	ast.Inspect(node, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			for _, e := range s.Lhs {
				written(e)
			}
		case *ast.IncDecStmt:
			written(s.X)
		case *ast.RangeStmt:
			if s.Tok == token.ASSIGN {
				written(s.Key)
				written(s.Value)
			}
		case *ast.UnaryExpr:
			if s.Op == token.AND {
				written(s.X)
			}
		case *ast.CallExpr:
			if name, ok := s.Fun.(*ast.Ident); ok && len(s.Args) > 0 && slices.Contains([]string{"clear", "copy", "delete"}, name.Name) {
				written(s.Args[0])
			}
		}
		return true
	})
}
