package xec_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/xec-sh/xec-go/"

// border is an import that a part of the house may not have, and why.
type border struct {
	from, to string
	except   string
	why      string
}

var borders = []border{
	{"resolve", "render", "", "resolve finds references and render places values; cmd hands one's results to the other, so that each can be proved alone"},
	{"resolve", "store", "store/secret", "resolve asks a func for values, so that it works with every provider and in tests without one"},
	{"resolve", "cmd", "", "cmd is the application; nothing imports it"},
	{"render", "resolve", "", "render is given references that were found, so that a format can be proved without a grammar"},
	{"render", "store", "store/secret", "render is given values; it never fetches one"},
	{"render", "cmd", "", "cmd is the application; nothing imports it"},
	{"store", "resolve", "", "a stored value is data and never looked through for references"},
	{"store", "render", "", "a store hands out bytes; encoding them for a place is render's work"},
	{"store", "cmd", "", "cmd is the application; nothing imports it"},
	{"store/secret", "store", "store/secret", "secret is the one leaf that all share, so it imports nothing of xec"},
}

// TestBorders holds the law of DESIGN: resolve, render and store do not know each
// other.
func TestBorders(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sources(t) {
		for _, path := range f.imports() {
			local, ours := strings.CutPrefix(path, module)
			for _, b := range borders {
				if !f.test && within(f.path, b.from) {
					seen[b.from] = true
				}
				if ours && !f.test && within(f.path, b.from) && within(local, b.to) && !(b.except != "" && within(local, b.except)) {
					t.Errorf("%s imports %s: %s", f.path, local, b.why)
				}
			}
		}
	}
	for _, b := range borders {
		if !seen[b.from] {
			t.Errorf("no source was found below %s", b.from)
		}
	}
}

// networked are packages that speak to a network.
var networked = []string{"net/http", "net/rpc", "net/smtp", "crypto/tls", "github.com/hashicorp/vault", "github.com/aws/", "google.golang.org/grpc"}

// TestCommandHasNoNetwork looks at all that the program links.
func TestCommandHasNoNetwork(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/xec").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 50 {
		t.Fatalf("only %d dependencies", len(deps))
	}
	for _, dep := range deps {
		for _, n := range networked {
			if strings.HasPrefix(dep, n) {
				t.Errorf("cmd/xec links %s: its start-up would be paid on every command, and a program that holds the store and cannot speak to a network is worth having", dep)
			}
		}
	}
}

// processWide are names that only the application may use.
var processWide = map[string]string{
	"Args": "arguments", "Exit": "an exit", "Stdin": "a stream", "Stdout": "a stream", "Stderr": "a stream",
}

// TestOnlyTheApplicationTouchesTheProcess keeps packages free of hidden inputs and
// outputs.
func TestOnlyTheApplicationTouchesTheProcess(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || within(f.path, "cmd") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if what := processWide[sel.Sel.Name]; ok && pkg.Name == "os" && what != "" {
				t.Errorf("%s uses os.%s: %s of the process belongs to cmd, which hands it on as a field", f.path, sel.Sel.Name, what)
			}
			return true
		})
	}
}

// TestNoInit keeps start-up free of work that the command may not need.
func TestNoInit(t *testing.T) {
	for _, f := range sources(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init: every command would pay for it; do the work where it is needed", f.path)
			}
		}
	}
}

// TestEveryPackageHasADoc: the package doc is the specification of what it owns.
func TestEveryPackageHasADoc(t *testing.T) {
	docs := map[string]int{}
	for _, f := range sources(t) {
		dir := filepath.Dir(f.path)
		if f.test {
			continue
		}
		docs[dir] += 0
		if f.syntax.Doc != nil {
			docs[dir]++
		}
	}
	for dir, n := range docs {
		if n != 1 {
			t.Errorf("%s has %d package docs, want one: it says what the package promises, and a stranger must find it in one place", dir, n)
		}
	}
}

type source struct {
	path   string
	test   bool
	syntax *ast.File
}

func (f source) imports() (paths []string) {
	for _, i := range f.syntax.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, path)
	}
	return paths
}

// isModule reports whether a folder is a module of its own: a tool of the tests, which
// nothing of the house can import.
func isModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// sources parses every Go file of the house.
func sources(t *testing.T) (files []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			if err == nil && e.IsDir() && path != "." && (strings.HasPrefix(e.Name(), ".") || isModule(path)) {
				return filepath.SkipDir
			}
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		files = append(files, source{filepath.ToSlash(path), strings.HasSuffix(path, "_test.go"), syntax})
		return err
	})
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	return files
}

// within reports whether path is folder or below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
