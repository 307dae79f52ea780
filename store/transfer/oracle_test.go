package transfer_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

// dumpTo is the variable that makes this test binary write its environment to
// a file, each variable with a NUL behind it: the child that sees an export.
const dumpTo = "XEC_TEST_DUMP_TO"

func TestMain(m *testing.M) {
	path := os.Getenv(dumpTo)
	if path == "" {
		os.Exit(m.Run())
	}
	environ := strings.Join(os.Environ(), "\x00") + "\x00"
	if err := os.WriteFile(path, []byte(environ), 0o600); err != nil {
		panic(err)
	}
}

// sourced reads the export $1 in one of two ways, writes the values of the
// names behind it to $2 as the shell sees them, and runs $3, which writes them
// as a child does.
var sourced = map[string]string{
	"eval": `eval "$(cat "$1")"`,
	"dot":  `. "$1"`,
}

func TestShellsReadTheSameBytes(t *testing.T) {
	secrets, classes := hostileStore()
	maps.DeleteFunc(secrets, func(_ string, v secret.Value) bool { return bytes.IndexByte(v.Reveal(), 0) >= 0 })
	file := filepath.Join(t.TempDir(), "export.env")
	if err := os.WriteFile(file, export(t, transfer.WriteEnv, secrets), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"sh", "dash", "bash", "zsh"} {
		for way, read := range sourced {
			for _, locale := range []string{"C", "C.UTF-8"} {
				t.Run(shell+"/"+way+"/"+locale, func(t *testing.T) {
					program := machine.Program(t, "shells", shell)
					inShell, inChild := runShell(t, program, locale, read, file, secrets)
					requireEqual(t, inShell, secrets, classes)
					requireEqual(t, inChild, secrets, classes)
				})
			}
		}
	}
}

// runShell gives the values of secrets' names as the shell and as its child
// see them.
func runShell(t *testing.T, program, locale, read, file string, secrets map[string]secret.Value) (inShell, inChild map[string]secret.Value) {
	t.Helper()
	folder := t.TempDir()
	values, environ := filepath.Join(folder, "values"), filepath.Join(folder, "environ")
	keys := slices.Sorted(maps.Keys(secrets))
	script := []string{read}
	for _, key := range keys {
		script = append(script, fmt.Sprintf(`printf '%%s\0' "$SECRET_%s"`, secret.EnvName(key)))
	}
	text := strings.Join(script, "\n") + "\nexec \"$2\"\n"
	cmd := exec.Command(program, "-c", text, program, file, executable(t))
	cmd.Dir = folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=" + locale, dumpTo + "=" + environ}
	var stderr bytes.Buffer
	out, err := os.Create(values)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v, with %s on stderr", err, digest(stderr.Bytes()))
	}
	if stderr.Len() > 0 {
		t.Errorf("%s on stderr", digest(stderr.Bytes()))
	}
	requireOnly(t, folder, "values", "environ")
	return fromShell(t, values, keys), fromChild(t, environ, keys)
}

// requireOnly fails if a value has run and left a file behind.
func requireOnly(t *testing.T, folder string, names ...string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(names, file.Name()) {
			t.Errorf("a value made the file %s", file.Name())
		}
	}
}

func fromShell(t *testing.T, path string, keys []string) map[string]secret.Value {
	t.Helper()
	parts := split(t, path)
	if len(parts) != len(keys) {
		t.Fatalf("the shell wrote %d values of %d", len(parts), len(keys))
	}
	values := make(map[string]secret.Value)
	for i, key := range keys {
		values[key] = secret.Text(parts[i])
	}
	return values
}

func fromChild(t *testing.T, path string, keys []string) map[string]secret.Value {
	t.Helper()
	byName := make(map[string]string)
	for _, part := range split(t, path) {
		name, value, _ := strings.Cut(part, "=")
		byName[name] = value
	}
	values := make(map[string]secret.Value)
	for _, key := range keys {
		if value, ok := byName["SECRET_"+secret.EnvName(key)]; ok {
			values[key] = secret.Text(value)
		}
	}
	return values
}

// split gives the parts of a file in which each has a NUL behind it.
func split(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\x00")
	return parts[:len(parts)-1]
}

// decode prints, for each key of the JSON file $1, key and value as hex.
const decode = `
import base64, json, sys
for key, value in json.load(open(sys.argv[1], "rb")).items():
    value = base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value.encode()
    print(key, value.hex())
`

func TestPythonReadsTheSameJSON(t *testing.T) {
	python := machine.Program(t, "python3", "python3")
	secrets, classes := hostileStore()
	file := filepath.Join(t.TempDir(), "export.json")
	if err := os.WriteFile(file, export(t, transfer.WriteJSON, secrets), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", decode, file).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]secret.Value)
	for line := range strings.Lines(string(out)) {
		key, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatalf("%s: what Python printed is not hex", key)
		}
		got[key] = secret.New(value)
	}
	requireEqual(t, got, secrets, classes)
}

// encode writes the JSON file $1 again, in Python's way: all that is not ASCII
// as escapes, in pairs where needed.
const encode = `
import json, sys
json.dump(json.load(open(sys.argv[1], "rb")), sys.stdout)
`

func TestJSONOfPythonIsRead(t *testing.T) {
	python := machine.Program(t, "python3", "python3")
	secrets, classes := hostileStore()
	file := filepath.Join(t.TempDir(), "export.json")
	if err := os.WriteFile(file, export(t, transfer.WriteJSON, secrets), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := exec.Command(python, "-c", encode, file).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := transfer.ReadJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, got, secrets, classes)
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
