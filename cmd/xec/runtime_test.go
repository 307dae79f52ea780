//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// runtimeOf gives a runtime of scripts for a test: from the folder of npm that
// XEC_TEST_RUNTIMES names, or from PATH. Where "runtimes" is required none may lack.
func runtimeOf(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("XEC_TEST_RUNTIMES"); dir != "" {
		for _, path := range []string{filepath.Join(dir, "node_modules", name, "bin", "node"), filepath.Join(dir, "node_modules", ".bin", name)} {
			if found, err := exec.LookPath(path); err == nil {
				return found
			}
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if machine.Required("runtimes") {
			t.Fatalf("runtimes are required: %v", err)
		}
		t.Skip(err)
	}
	return path
}

// ofJavaScript are the runtimes under which every script is tried. A Node has its version
// in its name, as npm installs it under an alias.
var ofJavaScript = []string{"node20", "node22", "bun", "deno", "tsx", "node"}

// runs reports whether a runtime runs files with an extension.
func runs(name, ext string) bool {
	switch name {
	case "node20", "node":
		return !strings.HasSuffix(ext, "ts")
	case "tsx":
		return strings.HasSuffix(ext, "ts")
	}
	return true
}

// scriptHome is a home with two secrets, and a folder for scripts within it.
func scriptHome(t testing.TB) (home string, secrets values) {
	t.Helper()
	program(t, "xec")
	home = scratch(t)
	secrets = values{"DATABASE_PASSWORD": newValue(), "API_KEY": newValue()}
	if e := runXec(home, secrets.json(), nil, "secrets", "import"); e.status != 0 {
		t.Fatalf("import: status %d", e.status)
	}
	return home, secrets
}

// pathWith is a PATH on which programs of this folder come first.
func pathWith(dir string) string { return "PATH=" + dir + ":" + os.Getenv("PATH") }

// write writes a file into a home.
func writeIn(t testing.TB, home, name, text string) {
	t.Helper()
	path := filepath.Join(home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// requireRun runs xec run with everything it prints in pipes, and no value in it.
func requireRun(t *testing.T, home string, secrets values, status int, args ...string) ended {
	t.Helper()
	e := runXec(home, "", nil, append([]string{"run"}, args...)...)
	if shows(e.stdout, secrets) || shows(e.stderr, secrets) {
		t.Fatalf("run %q: a value is shown", args)
	}
	if e.status != status {
		t.Fatalf("run %q: status %d, want %d\n%s\n%s", args, e.status, status, e.stdout, e.stderr)
	}
	return e
}

// requireOutput is requireRun that compares standard output.
func requireOutput(t *testing.T, home string, secrets values, want string, args ...string) {
	t.Helper()
	if e := requireRun(t, home, secrets, 0, args...); string(e.stdout) != want {
		t.Fatalf("run %q: printed %q, want %q; %s", args, e.stdout, want, e.stderr)
	}
}

// documentScript is the example of the product document.
func documentScript(t *testing.T) string {
	b, err := os.ReadFile("../../fixtures/document/script.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestScriptOfTheDocument runs the example of the product document, unchanged but for its
// address, under each runtime, in each language, whatever kind of package it is in.
func TestScriptOfTheDocument(t *testing.T) {
	home, secrets := scriptHome(t)
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- r.URL.Path + " " + r.Header.Get("Authorization")
	}))
	defer server.Close()
	text := strings.ReplaceAll(documentScript(t), "https://api.example.com", server.URL)
	if !strings.Contains(text, server.URL) || !strings.Contains(text, "secrets.get(") {
		t.Fatal("the example has no address, or asks for no secret")
	}
	shown := text + "console.log(connectionString, apiKey, response.status);\n"
	typed := strings.Replace(shown, "const dbPassword =", "interface Unused { a: string }\nconst dbPassword: string =", 1)
	packages := map[string]string{"plain": "{}", "commonjs": `{"type":"commonjs"}`, "module": `{"type":"module"}`}
	for kind, text := range packages {
		writeIn(t, home, kind+"/package.json", text)
		writeIn(t, home, kind+"/document.js", shown)
		writeIn(t, home, kind+"/document.mjs", shown)
		writeIn(t, home, kind+"/document.ts", typed)
		writeIn(t, home, kind+"/document.mts", typed)
	}
	writeIn(t, home, "unchanged.js", text)
	for _, name := range ofJavaScript {
		t.Run(name, func(t *testing.T) {
			path := runtimeOf(t, name)
			for _, ext := range []string{".js", ".mjs", ".ts", ".mts"} {
				if !runs(name, ext) {
					continue
				}
				for kind := range packages {
					file := kind + "/document" + ext
					requireOutput(t, home, secrets, "postgresql://user:[secret:DATABASE_PASSWORD]@localhost/myapp [secret:API_KEY] 200\n", "--runtime", path, file)
					if <-got != "/data Bearer "+secrets["API_KEY"] {
						t.Errorf("%s: the listener was sent something else", file)
					}
				}
			}
			if runs(name, ".js") {
				requireOutput(t, home, secrets, "", "--runtime", path, "unchanged.js")
				<-got
			}
		})
	}
}

// TestWhatScriptsCanDo is the same under each runtime: the module, all of its functions, and
// what they throw.
func TestWhatScriptsCanDo(t *testing.T) {
	home, secrets := scriptHome(t)
	if e := runXec(home, "\xff\x00\xfe", nil, "secrets", "set", "BINARY"); e.status != 0 {
		t.Fatalf("set: status %d", e.status)
	}
	const calls = `
console.log(secrets === globalThis.secrets, d === secrets, Object.isFrozen(secrets));
console.log((await secrets.list()).join(), await secrets.has("API_KEY"), await secrets.has("NONE"));
for (const call of [() => secrets.get("API_KYE"), () => secrets.get("BINARY"), () => secrets.get("no key"), () => secrets.get(7)]) {
  try { await call(); console.log("given"); } catch (e) { console.log(e instanceof SecretError, e.code, e.message.split("\n")[0]); }
}
console.log((await secrets.getBytes("BINARY")).join());
const many = await Promise.all(Array.from({ length: 50 }, () => secrets.get("API_KEY")));
console.log(many.length, new Set(many).size, many[0].length, process.argv.slice(2).join("|"));
`
	const want = `true true true
API_KEY,BINARY,DATABASE_PASSWORD true false
true not-found secret "API_KYE" not found; did you mean API_KEY?
true invalid secret "BINARY" is not UTF-8 text; secrets.getBytes gives its bytes
true invalid byte 3 of the key is not allowed in one; a key is a letter, then letters, digits, '.', '_' and '-', like API_KEY, database.password, jwt-secret
false undefined the key of a secret is a string
255,0,254
50 1 26 --only|a b|$HOME
`
	imported := "import d, { secrets, SecretError } from \"xec\";\nimport process from \"node:process\";\n" + calls
	writeIn(t, home, "can.mjs", imported)
	writeIn(t, home, "can.ts", "type Unused = string;\n"+imported)
	writeIn(t, home, "can.cjs", "const { default: d, secrets, SecretError } = require(\"xec\");\n(async () => {"+calls+"})();\n")
	for _, name := range ofJavaScript {
		t.Run(name, func(t *testing.T) {
			path := runtimeOf(t, name)
			for _, file := range []string{"can.mjs", "can.ts", "can.cjs"} {
				if runs(name, filepath.Ext(file)) {
					requireOutput(t, home, secrets, want, "--runtime", path, file, "--only", "a b", "$HOME")
				}
			}
		})
	}
}

// TestCommonJSStaysWhatItIs: a script that is CommonJS has what CommonJS has.
func TestCommonJSStaysWhatItIs(t *testing.T) {
	home, secrets := scriptHome(t)
	const text = "#!/usr/bin/env node\nmodule.exports = 1;\nconst path = require('path');\nif (require.main === module) secrets.has('API_KEY').then((h) => console.log(h, path.basename(__filename)));\n"
	for kind, about := range map[string]string{"plain": "{}", "commonjs": `{"type":"commonjs"}`} {
		writeIn(t, home, kind+"/package.json", about)
		writeIn(t, home, kind+"/common.js", text)
	}
	for _, name := range []string{"node20", "node22", "bun", "deno", "node"} {
		t.Run(name, func(t *testing.T) {
			requireOutput(t, home, secrets, "true common.js\n", "--runtime", runtimeOf(t, name), "commonjs/common.js")
			if name != "deno" { // which takes every other package for one of modules
				requireOutput(t, home, secrets, "true common.js\n", "--runtime", runtimeOf(t, name), "plain/common.js")
			}
		})
	}
}

func TestScriptsInPythonAndShell(t *testing.T) {
	home, secrets := scriptHome(t)
	runtimeOf(t, "python3")
	writeIn(t, home, "a.py", `import sys, os, threading, xec_secrets
print(xec_secrets.get("API_KEY"), xec_secrets.list(), xec_secrets.has("NONE"), sys.argv[1:])
for call in (lambda: xec_secrets.get("API_KYE"), lambda: xec_secrets.get("no key")):
    try: call()
    except xec_secrets.SecretError as e: print(e.code, str(e).split(";")[0])
got = []
threads = [threading.Thread(target=lambda: got.append(xec_secrets.get("API_KEY"))) for _ in range(20)]
for t in threads: t.start()
for t in threads: t.join()
pid = os.fork()
if pid == 0:
    os._exit(0 if xec_secrets.get("API_KEY") == got[0] else 1)
print(len(got), len(set(got)), os.waitpid(pid, 0)[1], xec_secrets.get_bytes("API_KEY") == got[0].encode())
`)
	requireOutput(t, home, secrets, `[secret:API_KEY] ['API_KEY', 'DATABASE_PASSWORD'] False ['x', '--only']
not-found secret "API_KYE" not found
invalid byte 3 of the key is not allowed in one
20 1 0 True
`, "a.py", "x", "--only")
	writeIn(t, home, "a.sh", `p=$(xec secrets get API_KEY) || exit
echo "$p $# $1"
xec secrets list
printf rotated-rotated | xec secrets set ROTATED && xec secrets get ROTATED
xec secrets history ROTATED | wc -l
xec secrets get NONE
`)
	e := requireRun(t, home, secrets, 3, "a.sh", "x y")
	if want := "[secret:API_KEY] 1 x y\nAPI_KEY\nDATABASE_PASSWORD\n[secret:ROTATED]1\n"; strings.ReplaceAll(string(e.stdout), " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("printed %q", e.stdout)
	}
	if !e.says(`secret "NONE" not found`) {
		t.Errorf("said %q", e.stderr)
	}
	writeIn(t, home, "bash.sh", "#!/usr/bin/env bash\necho ${BASH_VERSION:+it is bash}\n")
	if _, err := exec.LookPath("bash"); err == nil {
		requireOutput(t, home, secrets, "it is bash\n", "bash.sh")
	}
	writeIn(t, home, "bin/program", "#!/bin/sh\necho program $1 ${XEC_SECRETS_SOCKET:+with secrets}\n")
	requireOutput(t, home, secrets, "program a with secrets\n", "bin/program", "a")
}

func TestScriptsGetOnlyWhatTheRunAllows(t *testing.T) {
	home, secrets := scriptHome(t)
	writeIn(t, home, "a.sh", "xec secrets list; xec secrets get API_KEY; echo; xec secrets get DATABASE_PASSWORD\n")
	e := requireRun(t, home, secrets, 5, "--only", "API_KEY", "a.sh")
	if string(e.stdout) != "API_KEY\n[secret:API_KEY]\n" || !e.says(`xec: secret "DATABASE_PASSWORD" is not among those that this run may use`) {
		t.Errorf("printed %q and %q", e.stdout, e.stderr)
	}
	requireRun(t, home, secrets, 2, "--only", "no key", "a.sh")
	requireRun(t, home, secrets, 2, "--only", "", "a.sh")
}

func TestWhatIsNoScriptIsRefused(t *testing.T) {
	home, secrets := scriptHome(t)
	writeIn(t, home, "a.ts", "console.log(1)\n")
	writeIn(t, home, "a.py", "print(1)\n")
	writeIn(t, home, "folder.js/x", "")
	for _, test := range []struct {
		status int
		says   string
		args   []string
	}{
		{1, "none.js: there is no such file", words("none.js")},
		{1, "./none: there is no such file", words("./none")},
		{1, "folder.js: a folder, not a script", words("folder.js")},
		{2, `--runtime: "node" does not run a.py`, words("--runtime node a.py")},
		{2, "did you mean bun?", words("--runtime bum a.ts")},
		{1, "--runtime: bun: there is no such program here", words("--runtime bun a.ts")},
		{1, "a.ts: nothing here runs TypeScript: Node 22.6 or later, Bun, Deno and tsx do", words("a.ts")},
		{1, "a.py: there is no python3 here", words("a.py")},
		{2, "--param: a.py is a file", words("-p a=b a.py")},
		{2, "unknown flag --since", words("--since a.py")},
		{2, "--mask: it takes", words("--mask=some a.py")},
	} {
		e := runXec(home, "", []string{"PATH=/nonexistent"}, append([]string{"run"}, test.args...)...)
		if e.status != test.status || !e.says(test.says) || shows(e.stderr, secrets) {
			t.Errorf("run %q: status %d, want %d: %s", test.args, e.status, test.status, e.stderr)
		}
	}
	writeIn(t, home, "old/node", "#!/bin/sh\necho v20.1.0\n")
	e := runXec(home, "", []string{pathWith(filepath.Join(home, "old"))}, words("run --runtime node a.ts")...)
	if e.status != 1 || !e.says("TypeScript needs Node 22.6 or later") {
		t.Errorf("an old node: status %d: %s", e.status, e.stderr)
	}
}

func TestATaskWinsOverAFileOfItsName(t *testing.T) {
	home, secrets := scriptHome(t)
	writeIn(t, home, ".xec/config.yaml", "tasks:\n  build.sh: echo the task\n  ./b.sh: echo the other task\n")
	writeIn(t, home, "build.sh", "echo the file\n")
	requireOutput(t, home, secrets, "the task\n", "build.sh")
	requireOutput(t, home, secrets, "the file\n", "./build.sh")
	requireOutput(t, home, secrets, "the other task\n", "./b.sh")
	requireRun(t, home, secrets, 2, "--runtime", "sh", "build.sh")
}

func TestScriptsOfTasksHaveSecrets(t *testing.T) {
	home, secrets := scriptHome(t)
	writeIn(t, home, ".xec/config.yaml", `tasks:
  report:
    steps:
      - script: a.sh
        register: said
      - script: a.sh
        args: [second]
      - command: echo "${said}"
`)
	writeIn(t, home, "a.sh", "echo $1 $(xec secrets get API_KEY)\n")
	requireOutput(t, home, secrets, "second [secret:API_KEY]\n[secret:API_KEY]\n", "--quiet", "report")
	e := requireRun(t, home, secrets, 0, "--quiet", "--only", "DATABASE_PASSWORD", "report")
	if !e.says("is not among those that this run may use") {
		t.Errorf("said %q", e.stderr)
	}
}

// TestDenoKeepsItsTypeScript: what Deno runs by itself it runs with xec too, and its errors
// keep their places.
func TestDenoKeepsItsTypeScript(t *testing.T) {
	home, secrets := scriptHome(t)
	deno := runtimeOf(t, "deno")
	writeIn(t, home, "enum.ts", "enum A { X = 1, Y }\nnamespace N { export const v = 2 }\nclass C { constructor(public p: number) {} }\nconsole.log(A.Y, N.v, new C(3).p);\n")
	requireOutput(t, home, secrets, "2 2 3\n", "--runtime", deno, "enum.ts")
	writeIn(t, home, "wrong.ts", "interface A {\n  a: string;\n}\nconst x: A = { a: 'x' };\n\n  throw new Error('here');\n")
	e := requireRun(t, home, secrets, 1, "--runtime", deno, "wrong.ts")
	if !e.says("wrong.ts") || !e.says(":6:") && !e.says("6") {
		t.Errorf("the error is at another place: %s", e.stderr)
	}
}
