package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// canary is a value, and the part of it that looks alike in every encoding that
// leaves letters and digits alone.
const (
	canary     = `c4n4ry5ecretW0rd "$x" #1`
	canaryCore = "c4n4ry5ecretW0rd"
)

// leaks reports whether text holds the canary in any form in which a program might
// print it.
func leaks(text []byte) bool {
	if bytes.Contains(bytes.ToLower(text), []byte(strings.ToLower(canaryCore))) || bytes.Contains(text, []byte(hex.EncodeToString([]byte(canaryCore)))) {
		return true
	}
	for shift := range 3 {
		// The base64 of what lies between whole groups is the same at each alignment.
		inner := base64.RawStdEncoding.EncodeToString([]byte(canaryCore[3-shift : 3-shift+12]))
		if bytes.Contains(text, []byte(inner)) {
			return true
		}
	}
	return false
}

// canaryCase is a command line whose streams must not show the canary, but where it
// is asked for.
type canaryCase struct {
	args   []string
	stdin  string
	env    []string
	spoil  func(home string) error // done before, in a home folder of its own
	status int
	shows  bool // on standard output
}

func canaryCases() []canaryCase {
	args := func(line string) []string { return strings.Fields(line) }
	inStore := func(name string) func(string) string {
		return func(home string) string { return filepath.Join(home, ".xec", "secrets", name) }
	}
	alter := func(path func(string) string) func(string) error {
		return func(home string) error {
			b, err := os.ReadFile(path(home))
			if err != nil {
				return err
			}
			b[min(40, len(b)/2)] ^= 0xff // what every command depends on
			return os.WriteFile(path(home), b, 0o600)
		}
	}
	cases := []canaryCase{
		// Where it is asked for.
		{args: args("secrets get CANARY"), shows: true},
		{args: args("secrets export --force"), shows: true},
		{args: args("secrets export -f env --force"), shows: true},
		{args: args("render ok.tmpl"), shows: true},
		{args: args("render -"), stdin: "${secret:CANARY}", shows: true},
		{args: args("render hex.tmpl"), shows: true},
		{args: args("exec --only CANARY --no-mask -- printenv CANARY"), shows: true},
		{args: args("-c tasks.yaml run --no-mask places"), shows: true},
		{args: args("run --no-mask show.sh"), shows: true},
		{args: args("secrets get CANARY --provider env"), env: []string{"SECRET_CANARY=" + canary}, shows: true},
		{args: args("secrets get CANARY -c command.yaml"), env: []string{"XEC_TRUST_CONFIG=1"}, shows: true},
		// Where it is not.
		{args: args("--help")},
		{args: args("secrets"), status: 2},
		{args: args("secrets list")},
		{args: args("secrets list -o json")},
		{args: args("secrets set CANARY"), stdin: canary + "\n"},
		{args: args("secrets set CANARY --file value")},
		{args: []string{"secrets", "set", "CANARY", "-v", canary}},
		{args: args("secrets generate OTHER --force")},
		{args: args("secrets delete OTHER --force")},
		{args: args("secrets import -f ok.json")},
		{args: args("secrets import -f ok.env --format env")},
		{args: args("render ok.tmpl -o out")},
		{args: args("render ok.tmpl --check")},
		{args: args("exec --only CANARY -- true")},
		{args: args("exec --only CANARY -- printenv CANARY")},
		{args: args("exec --file F=CANARY --stdin CANARY -- sh -c cat")},
		{args: args("secrets redact"), stdin: "a " + canary + " b"},
		{args: args("secrets redact value ok.json")},
		{args: args("run -c tasks.yaml places")},
		{args: args("run -c tasks.yaml together")},
		{args: args("run -c tasks.yaml places --dry-run")},
		{args: args("run -c tasks.yaml quoted"), status: 2},
		{args: args("run -c tasks.yaml wrong"), status: 2},
		{args: []string{"run", "-c", "tasks.yaml", "param", "-p", "n=" + canary}, status: 2},
		{args: args("exec --env-file ok.tmpl -- true")},
		{args: args("run show.sh")},
		{args: []string{"run", "show.sh", canaryCore, "--only", canary}},
		{args: args("run --only OTHER show.sh"), status: 5},
		{args: args("run --dry-run show.sh")},
		{args: args("run -c tasks.yaml script")},
		{args: args("secrets list --provider env"), env: []string{"SECRET_CANARY=" + canary}},
		{args: args("secrets copy --from env --to file --dry-run"), env: []string{"SECRET_CANARY=" + canary + "x"}},
		{args: args("secrets copy --from env --to file"), env: []string{"SECRET_CANARY=" + canary}},
		{args: args("secrets list -c command.yaml"), env: []string{"XEC_TRUST_CONFIG=1"}},
		{args: args("exec -c command.yaml --only CANARY -- printenv CANARY"), env: []string{"XEC_TRUST_CONFIG=1"}},
		{args: args("__complete secrets get C")},
		{args: args("demo")},
		{args: args("config get vars.u --resolve -c vars.yaml")},
		{args: args("config list --resolve -c vars.yaml")},
		{args: args("config list -o json -c vars.yaml")},
		{args: args("config set vars.v x -c vars.yaml")},
		{args: args("config unset vars.v -c vars.yaml")},
		{args: []string{"config", "set", "vars.w", "--json", canary, "-c", "vars.yaml"}, status: 2},
		{args: []string{"config", "get", canary, "-c", "vars.yaml"}, status: 2},
		{args: []string{"config", "set", "vars[" + canary, canary, "-c", "vars.yaml"}, status: 2},
		{args: []string{"config", "set", "vars.u.deeper", canary, "-c", "vars.yaml"}, status: 1},
		{args: args("help security")},
		{args: []string{"help", "references", canary}, status: 2},
		{args: []string{"run", "--help", canary}},
		{args: args("check value ok.yaml ok.toml ok.json ok.env ok.tmpl hex.tmpl")},
		{args: args("doctor")},
		{args: args("doctor -o json")},
		{args: args("secrets list -l")},
		{args: args("secrets history CANARY")},
		{args: args("secrets verify")},
		{args: args("secrets verify -o json")},
		{args: args("secrets keyslot list")},
		{args: args("secrets keyslot add recovery")},
		{args: args("secrets keyslot add passphrase"), env: []string{"XEC_NEW_PASSPHRASE=" + canary}},
		{args: args("secrets rekey"), env: []string{"XEC_PASSPHRASE=" + canary}},
		{args: args("secrets rekey"), env: []string{"XEC_PASSPHRASE_COMMAND=printf " + canaryCore}, status: 4},
		{args: args("secrets keyslot add passphrase"), env: []string{"XEC_PASSPHRASE=" + canaryCore}, status: 4},
		{args: args("secrets keyslot remove passphrase")},
		{args: args("secrets rollback CANARY")},
		{args: args("render ok.yaml ok.toml -o rendered/")},
		{args: args("render --explain ok.yaml ok.toml ok.tmpl")},
		{args: args("render --diff ok.yaml ok.toml ok.tmpl")},
		// What goes wrong.
		{args: []string{"secrets", "keyslot", "add", canaryCore}, status: 2},
		{args: []string{"secrets", "keyslot", "add", "recovery", "--iterations", canaryCore}, status: 2},
		{args: args("render bad.toml"), status: 1},
		{args: args("render bad.yaml"), status: 1},
		{args: args("run --runtime node show.sh"), status: 2},
		{args: []string{"run", "-p", canary, "show.sh"}, status: 2},
		{args: []string{"run", "--runtime", canary, "show.sh"}, status: 2},
		{args: []string{"secrets", "list", "--provider", canary}, status: 2},
		{args: []string{"secrets", "list", "--provider", canaryCore}, status: 2},
		{args: args("secrets set CANARY --provider env"), stdin: canary, env: []string{"SECRET_CANARY=" + canary}, status: 5},
		{args: args("secrets get CANARY --provider env"), env: []string{"SECRET_CANARY=" + strings.Repeat(canary, 5000)}, status: 2},
		{args: args("secrets set CANARY -c command.yaml"), stdin: canary, env: []string{"XEC_TRUST_CONFIG=1"}, status: 1},
		{args: args("secrets delete CANARY --force -c command.yaml"), env: []string{"XEC_TRUST_CONFIG=1"}, status: 1},
		{args: args("check ."), status: 3},
		{args: args("check . -o json"), status: 3},
		{args: args("check . -o sarif"), status: 3},
		{args: args("check --strict bad.toml bad.yaml bad.tmpl bad.env slips.tmpl"), status: 1},
		{args: args("check -c tasks.yaml"), status: 3},
		{args: args("check slips.tmpl"), env: []string{"XEC_PASSPHRASE=" + canary}},
		{args: args("secrets get CANARI"), status: 3},
		{args: args("secrets delete CANARI --force"), status: 3},
		{args: []string{"secrets", "set", "CANARY", canary}, status: 2},
		{args: []string{"secrets", "set", "CANARY", "-S" + canary}, status: 2},
		{args: []string{"secrets", "set", "CANARY", "--" + canary}, status: 2},
		{args: []string{"secrets", "set", "CANARY", "--" + canaryCore}, status: 2},
		{args: []string{"secrets", "set", "1BAD", "-v", canary}, status: 2},
		{args: []string{"secrets", "set", "CANARY", "-v", canary, "--file", "value"}, status: 2},
		{args: []string{"secrets", "set", "CANARY", "-v", strings.Repeat(canary, 5000)}, status: 2},
		{args: args("secrets set CANARY"), stdin: strings.Repeat(canary, 5000), status: 2},
		{args: []string{"secrets", "generate", "OTHER", "--length", canary}, status: 2},
		{args: args("secrets import"), stdin: `{"A": "` + canaryCore + `", "1B": "` + canaryCore + `", "C": ["` + canaryCore + `"]}`, status: 2},
		{args: args("secrets import"), stdin: `{"A": "` + canaryCore + `" "` + canaryCore, status: 2},
		{args: args("secrets import"), stdin: `{"A": "` + canaryCore + `\ud800"}`, status: 2},
		{args: args("secrets import"), stdin: canaryCore, status: 2},
		{args: args("secrets import --format env"), stdin: "A=v\n" + canaryCore + "\n", status: 2},
		{args: args("secrets import --format env"), stdin: "A=\"" + canaryCore, status: 2},
		{args: args("secrets import --format env"), stdin: "A=\"x\" " + canaryCore + "\n", status: 2},
		{args: args("secrets import --format env"), stdin: canaryCore + ".b=\n", status: 2},
		{args: args("render missing.tmpl"), status: 3},
		{args: args("render bad.tmpl"), status: 2},
		{args: args("render binary.tmpl"), status: 2},
		{args: args("render ok.tmpl -o none/out"), status: 1},
		{args: args("exec --only CANARY -- no-such-program"), status: 127},
		{args: args("exec --only CANARY -- ./ok.json"), status: 126},
		{args: args("exec --only BINARY -- true"), status: 2},
		{args: args("exec -- true"), status: 2},
		{args: args("exec --only CANARI -- true"), status: 3},
		{args: args("exec --env PATH=CANARY -- true"), status: 2},
		{args: []string{"exec", "--env", "A=${secret:CANARY|json}${secret:K|nope:-" + canary + "}", "--", "true"}, status: 2},
		{args: []string{"exec", "--env", canary, "--", "true"}, status: 2},
		{args: args("exec --env-file bad.env -- true"), status: 2},
		{args: []string{"exec", "--env", "URL=pg://u:" + canaryCore + "@h/d", "--", "true"}, status: 2},
		{args: []string{"secrets", "set", "CANARY=" + canary}, status: 2},
		{args: []string{"secrets", "set", canary}, status: 2},
		{args: []string{"secrets", "get", "=" + canary}, status: 2},
		{args: []string{"secrets", "CANARY=" + canaryCore}, status: 2},
		{args: []string{canaryCore}, status: 2},
		{args: []string{"help", canaryCore}, status: 2},
		{args: args("secrets get CANARY"), env: []string{"XEC_PASSPHRASE=" + canary}, status: 4},
		{args: args("secrets get CANARY"), env: []string{"XEC_PASSPHRASE=" + canary, "XEC_PASSPHRASE_FILE=value"}, status: 2},
		{args: args("secrets get CANARY"), env: []string{"XEC_PASSPHRASE_COMMAND=printf " + canaryCore}, status: 4},
		{args: args("secrets get CANARY"), env: []string{"XEC_PASSPHRASE_FILE=value"}, status: 4},
	}
	for _, line := range []string{"secrets get CANARY", "secrets set CANARY --file value", "secrets export --force", "render ok.tmpl", "exec --only CANARY -- true"} {
		for _, spoil := range []func(string) error{
			alter(inStore("keyring.enc")), alter(inStore("salt")), alter(inStore("config")), alter(keyFile),
			func(home string) error { return os.Remove(keyFile(home)) },
			func(home string) error { return os.Remove(inStore("salt")(home)) },
		} {
			cases = append(cases, canaryCase{args: args(line), spoil: spoil, status: 4})
		}
		cases = append(cases, canaryCase{args: args(line), spoil: func(home string) error { return os.Chmod(inStore("salt")(home), 0o644) }, status: 5})
	}
	return cases
}

func keyFile(home string) string { return filepath.Join(home, ".xec", "key") }

// canaryFiles lie in the working folder.
var canaryFiles = map[string]string{
	"tasks.yaml": `tasks:
  places:
    env: {E: "${secret:CANARY}"}
    steps:
      - |
        x=${secret:CANARY}; y="a ${secret:CANARY}"; z='b ${secret:CANARY}'
        echo "$x" "$(echo ${secret:CANARY} | cat)" <<X
        ${secret:CANARY}
        X
        case ${secret:CANARY} in ${secret:CANARY}) sh -c true;; esac
        f() { printf '%s\n' "$1"; }; f ${secret:CANARY}; test -n "$E" && true
      - {command: "echo ${secret:CANARY}", register: out}
      - {command: "echo ${out}", when: "${secret:CANARY} != ''"}
  together: {parallel: ["echo ${secret:CANARY}", "echo ${secret:CANARY} >&2", {command: "echo ${secret:CANARY}", timeout: 1m}]}
  quoted: "cat <<'E'\n${secret:CANARY}\nE\n"
  wrong: {command: "echo ${secret:CANARY}", when: "${secret:CANARY} < 3"}
  script: {script: show.sh, args: [a]}
  param: {params: {n: {type: number}}, command: "echo ${params.n}"}
`,
	"show.sh":      "xec secrets get CANARY || exit\necho\nxec secrets get CANARY | xec secrets set COPY && xec secrets get COPY\n",
	"command.yaml": "secrets: {provider: command, command: {get: [sh, -c, 'cat value', '{key}'], list: [echo, CANARY], set: [sh, -c, 'exit 3', '{key}'], delete: [sh, -c, 'exit 1', '{key}']}}\n",
	"vars.yaml":    "vars:\n  u: \"pg://u:${secret:CANARY|url}@h ${secret:CANARY}\"\n",
	"value":        canary,
	"ok.yaml":      "a: ${secret:CANARY}\nb: |\n  ${secret:CANARY}\n",
	"ok.toml":      "a = ${secret:CANARY}\nb = '${secret:CANARY}'\n",
	"bad.yaml":     "a: ${secret:CANARY}\nb: [" + canaryCore + "\n",
	"bad.toml":     "a = ${secret:CANARY}\nb = " + canaryCore + "\n",
	"ok.json":      `{"IMPORTED": "` + canaryCore + `"}`,
	"ok.env":       `SECRET_IMPORTED="` + canaryCore + `"`,
	"ok.tmpl":      "A='${secret:CANARY}'\n",
	"hex.tmpl":     "${secret:CANARY|hex} ${secret:CANARY|base64}\n",
	"missing.tmpl": "${secret:CANARY} ${secret:CANARI}\n",
	"bad.tmpl":     "${secret:CANARY@x} ${secret:A|nope:-" + canaryCore + "}\n" + canaryCore + " ${secret:B:-" + canaryCore + "${x}\n",
	"slips.tmpl":   "${SECRET:CANARY:-" + canaryCore + "} {{secret:CANARY:-" + canaryCore + "}} ${secret:CANARY:-" + canaryCore + "\n",
	"binary.tmpl":  "${secret:CANARY} ${secret:BINARY|json}\n",
	"bad.env":      "A=" + canaryCore + "\n" + canaryCore + "\n",
}

// TestNoValueWhereItWasNotAskedFor stores a canary and runs every command, with and
// without traces, and every way in which one fails.
func TestNoValueWhereItWasNotAskedFor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the children are programs of Unix")
	}
	for _, debug := range []string{"", "secrets", "*"} {
		t.Run("XEC_DEBUG="+debug, func(t *testing.T) {
			home, tmp := canaryHome(t), t.TempDir()
			for _, c := range canaryCases() {
				c.env = append(c.env, "XEC_DEBUG="+debug, "TMPDIR="+tmp)
				if c.spoil != nil {
					own := t.TempDir()
					if err := errors.Join(os.CopyFS(own, os.DirFS(home)), closeToOthers(own), c.spoil(own)); err != nil {
						t.Fatal(err)
					}
					c.run(t, own)
					continue
				}
				c.run(t, home)
			}
			requireNoLeak(t, filepath.Join(home, ".xec"))
			requireNoLeak(t, tmp)
		})
	}
}

// closeToOthers gives a copied store the modes that it needs.
func closeToOthers(home string) error {
	return filepath.WalkDir(filepath.Join(home, ".xec"), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}

// canaryHome is a home folder with the canary in its store; it is also the working
// folder.
func canaryHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	for name, text := range canaryFiles {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range map[string]string{"CANARY": canary, "BINARY": canaryCore + "\x00\xff", "OTHER": "x"} {
		c := canaryCase{args: []string{"secrets", "set", key}, stdin: value}
		if err := c.command(t, home).Run(); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func (c canaryCase) command(t *testing.T, home string) *exec.Cmd {
	cmd := exec.Command(program(t, "xec"), c.args...)
	cmd.Dir, cmd.Env, cmd.Stdin = home, append(cleanEnv(home), c.env...), strings.NewReader(c.stdin)
	return cmd
}

func (c canaryCase) run(t *testing.T, home string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := c.command(t, home)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	name := strings.ReplaceAll(fmt.Sprintf("%.60q", c.args), canaryCore, "…")
	if got := cmd.ProcessState.ExitCode(); got != c.status {
		t.Errorf("%s: status %d, want %d", name, got, c.status)
	}
	if leaks(stdout.Bytes()) != c.shows {
		t.Errorf("%s: standard output shows the value: %v, want %v", name, !c.shows, c.shows)
	}
	if leaks(stderr.Bytes()) {
		t.Errorf("%s: standard error shows the value", name)
	}
	if stderr.Len() == 0 && c.status != 0 {
		t.Errorf("%s: failed without a word", name)
	}
}

// requireNoLeak looks through all files of a folder.
func requireNoLeak(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if leaks(b) {
			t.Errorf("%s holds the value", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLeaksIsNotBlind: the search finds what it looks for.
func TestLeaksIsNotBlind(t *testing.T) {
	for _, form := range []string{
		canary, strings.ToUpper(canary), fmt.Sprintf("%q", canary), fmt.Sprintf("%x", canary), "x" + canary + "y",
		base64.StdEncoding.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte("a" + canary)), base64.URLEncoding.EncodeToString([]byte("ab" + canary)),
	} {
		if !leaks([]byte(form)) {
			t.Errorf("the canary is not found in %d bytes", len(form))
		}
	}
	if leaks([]byte("c4n4ry")) {
		t.Error("found where it is not")
	}
}

// TestNoValueOnACommandLine traces every program that xec starts.
func TestNoValueOnACommandLine(t *testing.T) {
	need(t, "strace")
	need(t, "root") // to anybody else the arguments that a private process hands on are closed
	home := canaryHome(t)
	for _, line := range []string{
		"exec --only CANARY -- sh -c 'sh -c true'", "exec --env-file ok.tmpl -- true", "exec --file F=CANARY --stdin CANARY -- sh -c true", "render ok.tmpl",
		"run -c tasks.yaml places", "run -c tasks.yaml together", "secrets get CANARY", "secrets export --force", "demo",
	} {
		trace := filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command("sh", "-c", "exec strace -f -s 100000 -e trace=execve -o "+trace+" "+program(t, "xec")+" "+line)
		cmd.Dir, cmd.Env = home, cleanEnv(home)
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		b, err := os.ReadFile(trace)
		if err != nil || !bytes.Contains(b, []byte("execve(")) {
			t.Fatalf("%s: nothing was traced, error %v", line, err)
		}
		if leaks(b) {
			t.Errorf("%s: a value stands on a command line", line)
		}
	}
}
