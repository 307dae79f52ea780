package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// runtimes are the programs that run scripts, by the extension of those, in the order in
// which they are tried. "project's tsx" is what a project has installed for itself.
var runtimes = map[string][]string{
	".js": {"node", "bun", "deno"}, ".mjs": {"node", "bun", "deno"}, ".cjs": {"node", "bun", "deno"},
	".ts": {projectTSX, "node", "bun", "deno", "tsx"}, ".mts": {projectTSX, "node", "bun", "deno", "tsx"},
	".py": {"python3", "python"},
	".sh": {"sh", "bash", "dash", "zsh", "ksh"},
}

const projectTSX = "the project's tsx"

// isScript reports whether the operand of run is the name of a file.
func isScript(operand string) bool {
	return runtimes[extension(operand)] != nil || strings.ContainsRune(operand, '/') || strings.ContainsRune(operand, filepath.Separator)
}

func extension(file string) string { return strings.ToLower(filepath.Ext(file)) }

// script is a file and what runs it.
type script struct {
	file    string
	runtime string // "" where it is a program itself
	path    string // of the runtime
}

// newScript chooses what runs a file. wanted is the name of a runtime, or a path to one.
func newScript(file, wanted string) (script, error) {
	info, err := os.Stat(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = secret.Errorf(secret.General, "%s: there is no such file", file)
		}
		return script{}, err
	}
	if info.IsDir() {
		return script{}, secret.Errorf(secret.General, "%s: a folder, not a script", file)
	}
	known := runtimes[extension(file)]
	switch {
	case wanted != "":
		return wantedRuntime(file, wanted, known)
	case known == nil:
		return script{file: file}, nil
	case extension(file) == ".sh":
		known = []string{shellOf(file)}
	}
	for _, name := range known {
		if path, err := findRuntime(name, file); err == nil {
			return script{file, name, path}, nil
		}
	}
	return script{}, noRuntime(file)
}

// noRuntime says what could run a file.
func noRuntime(file string) error {
	switch extension(file) {
	case ".ts", ".mts":
		return secret.Errorf(secret.General, "%s: nothing here runs TypeScript: Node 22.6 or later, Bun, Deno and tsx do", file)
	case ".js", ".mjs", ".cjs":
		return secret.Errorf(secret.General, "%s: nothing here runs JavaScript: Node, Bun and Deno do", file)
	case ".py":
		return secret.Errorf(secret.General, "%s: there is no python3 here", file)
	}
	return secret.Errorf(secret.General, "%s: there is no %s here", file, shellOf(file))
}

// wantedRuntime takes the runtime that the person names.
func wantedRuntime(file, wanted string, known []string) (script, error) {
	name := strings.TrimSuffix(filepath.Base(wanted), ".exe")
	known = slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == projectTSX })
	if slices.Contains(known, "node") && !slices.Contains(known, "tsx") {
		known = append(known, "tsx") // which runs JavaScript too, if it is asked to
	}
	if !slices.Contains(known, name) {
		return script{}, notRunBy(file, name, known)
	}
	s := script{file: file, runtime: name}
	var err error
	switch {
	case wanted != name:
		if s.path, err = exec.LookPath(wanted); err == nil && isOldNode(name, s.path, file) {
			err = errOldNode
		}
	case name == "tsx":
		if s.path, err = findRuntime(projectTSX, file); err != nil {
			s.path, err = findRuntime(name, file)
		}
	default:
		s.path, err = findRuntime(name, file)
	}
	if errors.Is(err, errOldNode) {
		return s, secret.Errorf(secret.General, "%s: TypeScript needs Node 22.6 or later, and %s is older; Bun, Deno and tsx run it too", file, wanted)
	}
	if err != nil {
		return s, secret.Errorf(secret.General, "--runtime: %s: there is no such program here", name)
	}
	return s, nil
}

// notRunBy says that a runtime does not run a file, and what does.
func notRunBy(file, name string, known []string) error {
	var all []string
	for _, names := range runtimes {
		all = append(all, names...)
	}
	slices.Sort(all)
	err := secret.Errorf(secret.Invalid, "--runtime:%s does not run %s", word(name), file)
	near := resolve.Nearest(name, all)
	switch {
	case len(known) == 0:
		return secret.WithHint(err, "%s is a program of its own", file)
	case near != "" && near != name:
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return secret.WithHint(err, "%s run it", strings.Join(known, ", "))
}

// errOldNode is that of a Node that does not know TypeScript.
var errOldNode = errors.New("it does not run TypeScript")

// findRuntime gives the path of a runtime that can run a file.
func findRuntime(name, file string) (string, error) {
	if name == projectTSX {
		return findInProject("tsx", filepath.Dir(file))
	}
	path, err := exec.LookPath(name)
	if err == nil && isOldNode(name, path, file) {
		return "", errOldNode
	}
	return path, err
}

// isOldNode reports whether a runtime is a Node that does not run a file because that is
// TypeScript.
func isOldNode(name, path, file string) bool {
	return name == "node" && strings.HasSuffix(extension(file), "ts") && !nodeVersion(path).runsTypeScript()
}

// findInProject gives a program that a project has installed in its node_modules.
func findInProject(name, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if path, err := exec.LookPath(filepath.Join(dir, "node_modules", ".bin", name)); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fs.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
}

// nodeRelease is a version of Node.
type nodeRelease struct{ major, minor int }

// nodeVersion asks a Node for its version; the zero one is none that was told.
func nodeVersion(path string) (v nodeRelease) {
	out, err := exec.Command(path, "--version").Output()
	if err == nil {
		fmt.Sscanf(string(out), "v%d.%d", &v.major, &v.minor)
	}
	return v
}

func (v nodeRelease) runsTypeScript() bool { return v.major > 22 || v.major == 22 && v.minor >= 6 }

// needsFlag reports whether it does so only if it is asked to.
func (v nodeRelease) needsFlag() bool {
	return v.major == 22 && v.minor < 18 || v.major == 23 && v.minor < 6
}

// shellOf gives the shell that the first line of a script asks for, sh if it asks for none.
func shellOf(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return "sh"
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 256).ReadSlice('\n')
	words := strings.Fields(strings.TrimPrefix(string(line), "#!"))
	if !strings.HasPrefix(string(line), "#!") || len(words) == 0 {
		return "sh"
	}
	name := filepath.Base(words[0])
	if name == "env" && len(words) > 1 {
		name = words[len(words)-1]
	}
	if slices.Contains(runtimes[".sh"], name) {
		return name
	}
	return "sh"
}

// argv gives the arguments that run a script; preload is the folder of what a runtime loads
// before it.
func (s script) argv(preload string, args []string) []string {
	file := s.file
	if !strings.ContainsRune(file, filepath.Separator) && !strings.ContainsRune(file, '/') {
		file = "." + string(filepath.Separator) + file // else bun, and a shell, may take it for another name
	}
	load := fileURL(filepath.Join(preload, "preload.mjs"))
	var argv []string
	switch s.runtime {
	case "":
		argv = []string{file}
	case "node":
		argv = []string{s.path, "--import", load, file}
		if strings.HasSuffix(extension(file), "ts") && nodeVersion(s.path).needsFlag() {
			argv = slices.Insert(argv, 1, "--experimental-strip-types", "--disable-warning=ExperimentalWarning")
		}
	case "bun":
		argv = []string{s.path, "run", "--preload", filepath.Join(preload, "bun.mjs"), file}
	case "deno":
		argv = []string{s.path, "run", "--allow-all", "--preload", filepath.Join(preload, "preload.mjs"), file}
	case "tsx", projectTSX:
		argv = []string{s.path, "--import", load, file}
		if node, err := exec.LookPath("node"); err == nil {
			if loader := tsxLoader(s.path); loader != "" { // one process less, and its exit status as it is
				argv = []string{node, "--import", fileURL(loader), "--import", load, file}
			}
		}
	default:
		argv = []string{s.path, file}
	}
	return append(argv, args...)
}

// tsxLoader gives what makes a Node of tsx, "" where it is laid out in another way.
func tsxLoader(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	loader := filepath.Join(filepath.Dir(real), "loader.mjs")
	if _, err := os.Stat(loader); err != nil {
		return ""
	}
	return loader
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}
