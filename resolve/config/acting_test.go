package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

// needShell skips a test of commands where there is no shell of Unix.
func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are of Unix")
	}
}

// parts gives what would act, one part a line.
func parts(c *Config) string {
	var lines []string
	for _, p := range c.Subject().Parts {
		digest := ""
		if p.Digest != "" {
			digest = fmt.Sprintf(" %.8s", p.Digest)
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s%s", p.Kind, p.Where, p.Text, digest))
	}
	return strings.Join(lines, "\n")
}

func TestWhatActsInABlock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are of Unix")
	}
	root := t.TempDir()
	t.Setenv("HOME", root)
	write(t, root, map[string]string{"outside/x": "", "p/.xec/secrets/x": "", "p/sub/x": ""})
	for link, to := range map[string]string{"p/out": "../outside", "p/dangling": "../nowhere", "p/in": "sub", "p/.xec/up": "../.."} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for block, acts := range map[string]bool{
		"{}": false, "~": false,
		"{provider: file}": false, "{provider: keyring}": false, "{provider: env}": false,
		"{provider: vault}": true, "{provider: command}": true, "{provider: FILE}": true, "{provider: ''}": true, "{provider: ~}": true, "{provider: [file]}": true, "{provider: {file: file}}": true,
		"{provider: '${vars.p}'}": true,
		// What has no provider changes a part of the person's own block.
		"{vault: {address: http://127.0.0.1}}": true, "{command: {get: [cat]}}": true, "{unknown: 1}": true, "{provider: env, vault: {address: a}}": true,
		"{file: {}}": false, "{file: ~}": false, "{file: [a]}": true, "{file: /tmp}": true, "{file: {mode: 1}}": true, "{file: {directory: ~}}": false, "{file: {directory: [a]}}": true,
		// The default folder, and folders of the project.
		"{file: {directory: '~/.xec/secrets'}}":          false,
		"{file: {directory: '~/.xec/../.xec/secrets/'}}": false,
		"{file: {directory: " + root + "/.xec/secrets}}": false,
		"{file: {directory: .xec/secrets}}":              false,
		"{file: {directory: ./sub/none/yet}}":            false,
		"{file: {directory: " + root + "/p/x}}":          false,
		"{file: {directory: in/x}}":                      false,
		"{file: {directory: in/../x}}":                   false,
		"{file: {directory: ..x}}":                       false,
		"{provider: keyring, file: {directory: .xec/s}}": false,
		"{provider: keyring, keyring: {service: xec}}":   false, "{provider: keyring, keyring: {service: other}}": true, "{keyring: [a]}": true,
		// Anything else.
		"{file: {directory: '~'}}":                 true,
		"{file: {directory: '~/.xec'}}":            true,
		"{file: {directory: '~/.xec/secrets/..'}}": true,
		"{file: {directory: '~/.xec/secrets2'}}":   true,
		"{file: {directory: /tmp/s}}":              true,
		"{file: {directory: ..}}":                  true,
		"{file: {directory: ../outside}}":          true,
		"{file: {directory: sub/../../outside}}":   true,
		"{file: {directory: out}}":                 true,
		"{file: {directory: out/none/yet}}":        true,
		"{file: {directory: dangling}}":            true,
		"{file: {directory: dangling/s}}":          true,
		"{file: {directory: .xec/up/outside}}":     true,
		"{provider: env, file: {directory: /tmp}}": true,
		document: true,
	} {
		for where, text := range map[string]string{"secrets": "secrets: " + block, "profiles.p.secrets": "profiles: {p: {secrets: " + block + "}}"} {
			write(t, root, map[string]string{"p/.xec/config.yaml": text})
			c := mustLoad(t, Options{Dir: filepath.Join(root, "p"), Home: filepath.Join(root, ".xec")})
			got := strings.HasPrefix(parts(c), "provider "+where+": ")
			if got != acts {
				t.Errorf("%s: acts %v, want %v: %s", text, got, acts, parts(c))
			}
			if where == "secrets" {
				_, _, err := c.Acting(trust.Approval{}).Block("")
				if errors.Is(err, secret.Permission) != (acts && !ofOthers[block]) {
					t.Errorf("%s: unapproved: error %v", text, err)
				}
				// Approved it is used, or it is wrong and told so.
				if _, _, err := c.Acting(trust.Once(c.Subject())).Block(""); errors.Is(err, secret.Permission) {
					t.Errorf("%s: approved: error %v", text, err)
				}
			}
		}
	}
}

// document is the block of the product document, with the settings of all providers.
const document = "{provider: file, file: {directory: '~/.xec/secrets'}, keyring: {service: xec}, vault: {address: 'https://vault.example.com', path: secret/xec}}"

// ofOthers are blocks that act with another provider than the one they name.
var ofOthers = map[string]bool{
	document: true, "{provider: env, file: {directory: /tmp}}": true, "{provider: env, vault: {address: a}}": true,
	"{vault: {address: http://127.0.0.1}}": true, "{command: {get: [cat]}}": true, "{unknown: 1}": true, "{keyring: [a]}": true,
}

// TestSettingsOfOtherProviders: they need no approval, and are not given without one.
func TestSettingsOfOtherProviders(t *testing.T) {
	for project, want := range map[string]map[string]bool{ // for a provider: whether it needs approval
		strings.Replace(document, "~/.xec/secrets", ".xec/s", 1):            {"": false, "keyring": false, "vault": true, "env": false, "aws": false},
		"{vault: {address: evil}, file: {directory: /evil}}":                {"": true, "file": true, "vault": true, "env": false},
		"{provider: vault, vault: {address: evil}, command: {get: [evil]}}": {"": true, "vault": true, "command": true, "aws": false},
	} {
		for named, needs := range want {
			c := load(t, "secrets: "+project)
			b, _, err := c.Acting(trust.Approval{}).Block(named)
			if errors.Is(err, secret.Permission) != needs {
				t.Errorf("%s as %q: error %v, needs approval %v", project, named, err, needs)
			}
			if err != nil && b != (Block{}) {
				t.Errorf("%s as %q: a block with an error", project, named)
			}
			if b.Directory != "" && b.Provider != "file" {
				t.Errorf("%s as %q: %s", project, named, b.Directory)
			}
			b, _, err = c.Acting(trust.Once(c.Subject())).Block(named)
			if err != nil || named != "" && b.Provider != named || !reflect.DeepEqual(b.Settings, c.Root.Get("secrets").Get(b.Provider)) {
				t.Errorf("%s as %q: approved: %s, error %v", project, named, b.Provider, err)
			}
		}
	}
}

// TestThePersonsOwnBlock: what a project adds to it acts as if it stood there alone.
func TestThePersonsOwnBlock(t *testing.T) {
	const person = "secrets: {provider: vault, vault: {address: https://mine}, file: {directory: /mine}}\nprofiles: {mine: {secrets: {provider: command}}}"
	for project, test := range map[string]struct {
		refused  bool
		provider string
	}{
		"{}":                                     {false, "vault"},
		"{name: p}":                              {false, "vault"},
		"{secrets: ~}":                           {false, ""},
		"{secrets: {}}":                          {false, "vault"},
		"{secrets: {provider: file}}":            {false, "file"},
		"{secrets: {file: {}}}":                  {false, "vault"},
		"{secrets: {file: {directory: .xec/s}}}": {false, "vault"},
		"{secrets: {vault: {address: http://evil}}}":           {true, "vault"},
		"{secrets: {vault: {token: x}}}":                       {true, "vault"},
		"{secrets: {vault: ~}}":                                {true, "vault"},
		"{secrets: {command: {get: [evil]}}}":                  {false, "vault"},
		"{profiles: {p: {secrets: {vault: {address: evil}}}}}": {false, "vault"},
		"{vars: {x: '${cmd:touch x}'}}":                        {false, "vault"},
		"{vars: {x: '${cmd:touch x}'}, secrets: {file: {}}}":   {false, "vault"},
	} {
		opt := options(t, project)
		opt.Home = filepath.Join(t.TempDir(), ".xec")
		write(t, opt.Home, map[string]string{"config.yaml": person})
		c := mustLoad(t, opt)
		b, ok, err := c.Acting(trust.Approval{}).Block("")
		if errors.Is(err, secret.Permission) != test.refused || err == nil && (b.Provider != test.provider || ok != (test.provider != "")) {
			t.Errorf("%s: %q, error %v, want %+v", project, b.Provider, err, test)
		}
	}
	for profile, want := range map[string]bool{"mine": false, "p": true} {
		opt := options(t, "profiles: {p: {extends: mine, secrets: {command: {get: [evil]}}}}")
		opt.Home, opt.Profile = filepath.Join(t.TempDir(), ".xec"), profile
		write(t, opt.Home, map[string]string{"config.yaml": person})
		if _, _, err := mustLoad(t, opt).Acting(trust.Approval{}).Block(""); errors.Is(err, secret.Permission) != want {
			t.Errorf("profile %s: error %v", profile, err)
		}
	}
}

func TestWhereABlockLeads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are of Unix")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	for block, want := range map[string]string{
		"{}": "", "{file: {directory: ''}}": "", "{file: {directory: ~}}": "", "{file: {directory: '~'}}": home, "{file: {directory: '~/s'}}": home + "/s", "{file: {directory: /a/../b}}": "/b",
		"{file: {directory: s}}": "PROJECT/s", "{file: {directory: '~s'}}": "PROJECT/~s",
	} {
		c := load(t, "secrets: "+block)
		b, _, err := c.Acting(trust.Once(c.Subject())).Block("")
		if got := strings.Replace(b.Directory, c.Dir(), "PROJECT", 1); err != nil || got != want {
			t.Errorf("%s: %s, error %v, want %s", block, got, err, want)
		}
	}
}

// TestAShellsOwnBracketsHideNoCommand: what a configuration reads as one reference that is not
// of the grammar is in a task's command a shell's, with a command in it.
func TestAShellsOwnBracketsHideNoCommand(t *testing.T) {
	for command, want := range map[string]string{
		"echo ${x${cmd:touch x}}":            "command tasks.t: touch x",
		"echo ${x:-${cmd:touch x}} ${cmd:b}": "command tasks.t: b\ncommand tasks.t: touch x",
		"echo ${cmd:touch x} ${#x}":          "command tasks.t: touch x",
		`echo ${x\${cmd:touch x}}`:           "",
	} {
		c := load(t, "tasks: {t: '"+command+"'}")
		if got := parts(c); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", command, got, want)
		}
		problems := 0
		e := Evaluator{Config: c, Acting: c.Acting(trust.Approval{}), Problem: func(_ Place, _ string, err error) {
			if errors.Is(err, secret.Permission) {
				problems++
			}
		}}
		e.NeedCommand("tasks.t", c.Root.Get("tasks").Get("t"))
		if acts := want != ""; acts != (problems > 0) {
			t.Errorf("%s: unapproved: %d problems", command, problems)
		}
	}
}

func TestASubjectIsAllThatActs(t *testing.T) {
	opt := options(t, `
vars: {a: "x ${cmd:./tool --x} ${cmd:git rev-parse HEAD}", "b.c": ["${cmd:cat 'a file' ..hidden}"], literal: "\\${cmd:no}", s: "${secret:K:-cmd}"}
tasks: {t: {command: "${cmd:sub/tool}"}}
unknown: "${cmd:unknown}"
profiles: {p: {vars: {d: "${cmd:./tool}"}, secrets: {provider: vault, vault: {address: "http://h", tls: {url: "u"}}}}}
secrets: {provider: command, command: {get: [./tool, sub/tool, "op://x"]}}
`)
	write(t, opt.Dir, map[string]string{"tool": "1", "sub/tool": "2", "a file": "3", "..hidden": "4"})
	opt.Home = filepath.Join(t.TempDir(), ".xec")
	write(t, opt.Home, map[string]string{"config.yaml": "vars: {own: \"${cmd:own}\"}\nsecrets: {provider: command}"})
	c := mustLoad(t, opt)
	const want = `command vars.a: ./tool --x
program vars.a: tool 6b86b273
command vars.a: git rev-parse HEAD
command vars["b.c"][0]: cat 'a file' ..hidden
program vars["b.c"][0]: ..hidden 4b227777
program vars["b.c"][0]: a file 4e074085
command tasks.t.command: sub/tool
program tasks.t.command: sub/tool d4735e3a
command unknown: unknown
command profiles.p.vars.d: ./tool
provider secrets: {"command":{"get":["./tool","sub/tool","op://x"]},"provider":"command"}
provider profiles.p.secrets: {"provider":"vault","vault":{"address":"http://h","tls":{"url":"u"}}}
address profiles.p.secrets.vault.address: http://h
address profiles.p.secrets.vault.tls.url: u`
	if got := parts(c); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if still := load(t, "vars: {a: \"\\\\${cmd:x}\", b: \"${env.A:-cmd:x}\"}"); len(still.Subject().Parts) > 0 {
		t.Errorf("acts: %s", parts(still))
	}
	if none := mustLoad(t, Options{Dir: t.TempDir(), Home: opt.Home}); len(none.Subject().Parts) > 0 {
		t.Errorf("without a project acts: %s", parts(none))
	}
}

func TestAChangeNeedsANewApproval(t *testing.T) {
	opt := options(t, `vars: {a: "${cmd:./tool}", b: c}`)
	path := ".xec/config.yaml"
	write(t, opt.Dir, map[string]string{"tool": "1"})
	approval := trust.Once(mustLoad(t, opt).Subject())
	for name, test := range map[string]struct {
		file, text string
		covered    bool
	}{
		"a program":             {"tool", "2", false},
		"a program as before":   {"tool", "1", true},
		"what does not act":     {path, `vars: {a: "${cmd:./tool}", b: d, more: "${secret:K}"}`, true},
		"a command":             {path, `vars: {a: "${cmd:./tool x}", b: c}`, false},
		"a command elsewhere":   {path, `vars: {b: "${cmd:./tool}"}`, false},
		"one command more":      {path, `vars: {a: "${cmd:./tool}", b: "${cmd:x}"}`, false},
		"a block that acts":     {path, "vars: {a: \"${cmd:./tool}\"}\nsecrets: {provider: x}", false},
		"a block that does not": {path, "vars: {a: \"${cmd:./tool}\"}\nsecrets: {provider: env}", true},
	} {
		write(t, opt.Dir, map[string]string{path: `vars: {a: "${cmd:./tool}", b: c}`})
		write(t, opt.Dir, map[string]string{test.file: test.text})
		if got := approval.Covers(mustLoad(t, opt).Subject()); got != test.covered {
			t.Errorf("%s: covered %v, want %v", name, got, test.covered)
		}
		write(t, opt.Dir, map[string]string{"tool": "1"})
	}
}

// TestALinkIsAnotherProject: commands run where the project lies, so an approval is for
// the project there, however its file is reached.
func TestALinkIsAnotherProject(t *testing.T) {
	needShell(t)
	root := t.TempDir()
	write(t, root, map[string]string{"approved/.xec/config.yaml": "vars: {a: \"${cmd:make}\"}", "evil/Makefile": "", "folder/Makefile": "", "named/x": ""})
	for link, to := range map[string]string{
		"evil/.xec/config.yaml": filepath.Join(root, "approved/.xec/config.yaml"), "folder/.xec": filepath.Join(root, "approved/.xec"),
		"named/ci.yaml": filepath.Join(root, "approved/.xec/config.yaml"), "link": filepath.Join(root, "approved"),
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(root, link)), 0o700), os.Symlink(to, filepath.Join(root, link))); err != nil {
			t.Fatal(err)
		}
	}
	approval := trust.Once(mustLoad(t, Options{Dir: filepath.Join(root, "approved")}).Subject())
	for _, test := range []struct {
		dir, file string
		covered   bool
	}{
		{"approved", "", true},
		{"approved/.xec", "", true},
		{"link", "", true},
		{"evil", "link/.xec/config.yaml", true},
		{"evil", "", false},
		{"folder", "", false},
		{"approved", "named/ci.yaml", false},
	} {
		opt := Options{Dir: filepath.Join(root, test.dir)}
		if test.file != "" {
			opt.File = filepath.Join(root, test.file)
		}
		if got := approval.Covers(mustLoad(t, opt).Subject()); got != test.covered {
			t.Errorf("%s %s: covered %v, want %v", test.dir, test.file, got, test.covered)
		}
	}
}

// run resolves x in a project of a command, in a world that has approved it.
func run(t *testing.T, command string) (string, error) {
	t.Helper()
	return runFor(t, command, 10*time.Second)
}

func runFor(t *testing.T, command string, limit time.Duration) (string, error) {
	t.Helper()
	c := load(t, "x: |-\n  ${cmd:"+command+"}\n")
	e, _ := world{approved: true}.evaluator(c)
	e.Acting.time = limit
	n, err := e.Resolve(ctx, "x", c.Root.Get("x"))
	if err != nil {
		return "", err
	}
	return string(n.Value().Reveal()), nil
}

func TestCommands(t *testing.T) {
	needShell(t)
	t.Parallel()
	for command, want := range map[string]string{
		"echo a b":                     "a b",
		"printf 'a\\n\\r\\n\\n'":       "a",
		"printf ' a \\n b '":           " a \n b ",
		"printf 'a\\0b\\377'":          "a\x00b\xff",
		"true":                         "",
		"cat; echo end":                "end",
		"printf '\\044{secret:S\\175'": "${secret:S}",
		"echo out; echo err >&2":       "out",
		"ls -A":                        ".xec",
		"sleep 30 & echo started":      "started",
	} {
		got, err := run(t, command)
		if err != nil || got != want {
			t.Errorf("%s: %q, error %v, want %q", command, got, err, want)
		}
	}
	for command, want := range map[string]string{
		"exit 3":          "f:2:3: x: the command failed: exit status 3",
		"kill -TERM $$":   "f:2:3: x: the command failed: signal: terminated",
		"no-such-program": "f:2:3: x: the command failed: exit status 127",
	} {
		if _, err := run(t, command); err == nil || err.Error() != want || secret.KindOf(err) != secret.General {
			t.Errorf("%s: error %v, want %s", command, err, want)
		}
	}
}

func TestCommandsHaveLimits(t *testing.T) {
	needShell(t)
	t.Parallel()
	for command, want := range map[string]string{
		"yes": "f:2:3: x: the command prints more than 1 MiB",
		"trap '' PIPE; while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 2>/dev/null; done": "f:2:3: x: the command prints more than 1 MiB",
		"head -c 1048577 /dev/zero":      "f:2:3: x: the command prints more than 1 MiB",
		"sleep 60":                       "f:2:3: x: the command has not ended within 500ms",
		"sleep 60 | sleep 60":            "f:2:3: x: the command has not ended within 500ms",
		"trap '' TERM INT HUP; sleep 60": "f:2:3: x: the command has not ended within 500ms",
	} {
		limit := 500 * time.Millisecond
		if strings.Contains(want, "MiB") {
			limit = 20 * time.Second
		}
		start := time.Now()
		_, err := runFor(t, command, limit)
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", command, err, want)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: took %v", command, took)
		}
	}
	if got, err := run(t, "head -c 1048576 /dev/zero"); err != nil || len(got) != 1<<20 {
		t.Errorf("1 MiB: %d bytes, error %v", len(got), err)
	}
}

// TestAnEndOfTimeIsOneForAll: what a command has started does not go on.
func TestAnEndOfTimeIsOneForAll(t *testing.T) {
	needShell(t)
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alive")
	runFor(t, "sh -c 'sleep 1; touch "+file+"' & wait", 200*time.Millisecond)
	time.Sleep(1500 * time.Millisecond)
	if _, err := os.Stat(file); err == nil {
		t.Error("a process went on")
	}
}

func TestCommandsEndWithTheirContext(t *testing.T) {
	needShell(t)
	t.Parallel()
	c := load(t, `x: "${cmd:sleep 60}"`)
	e, _ := world{approved: true}.evaluator(c)
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := e.Resolve(short, "", c.Root); err == nil || time.Since(start) > time.Minute {
		t.Errorf("error %v after %v", err, time.Since(start))
	}
}

func TestACommandRunsOnce(t *testing.T) {
	needShell(t)
	c := load(t, `vars: {a: "${cmd:echo x >> log; wc -l < log}", b: "${cmd:echo x >> log; wc -l < log}${vars.a}"}
env: {A: "${vars.a}", B: "-${vars.b}"}`)
	e, _ := world{approved: true}.evaluator(c)
	if _, err := e.Resolve(ctx, "", c.Root); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(c.Dir(), "log"))
	if err != nil || !bytes.Equal(log, []byte("x\n")) {
		t.Errorf("it ran %d times, error %v", bytes.Count(log, []byte("x")), err)
	}
}

func TestTheEnvironmentOfCommandsIsGiven(t *testing.T) {
	needShell(t)
	t.Setenv("XEC_PASSPHRASE", "s3cret")
	c := load(t, `x: "${cmd:/usr/bin/env}"`)
	for _, environ := range [][]string{{"A=b"}, {}, nil} {
		e, _ := world{approved: true}.evaluator(c)
		e.Acting.Environ = environ
		n, err := e.Resolve(ctx, "x", c.Root.Get("x"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(n.Value().Reveal())) {
			if name, _, _ := strings.Cut(line, "="); name != "A" && name != "PWD" && name != "_" && name != "SHLVL" && name != "OLDPWD" {
				t.Errorf("of %q a command has %s", environ, name)
			}
		}
	}
}

func TestNothingActsWithoutApproval(t *testing.T) {
	needShell(t)
	opt := options(t, `x: "${cmd:touch project}"`)
	opt.Home = filepath.Join(t.TempDir(), ".xec")
	write(t, opt.Home, map[string]string{"config.yaml": `own: "${cmd:echo own}"`})
	c := mustLoad(t, opt)
	for name, acting := range map[string]*Acting{"none": nil, "unapproved": c.Acting(trust.Approval{}), "another's": c.Acting(trust.Once(load(t, `x: "${cmd:touch project}"`).Subject()))} {
		e, wrong := world{}.evaluator(c)
		e.Acting = acting
		e.Need("x", c.Root.Get("x"))
		if _, err := e.Resolve(ctx, "x", c.Root.Get("x")); len(*wrong) != 1 || !errors.Is(err, secret.Permission) || secret.Hint(err) == "" {
			t.Errorf("%s: wrong %q, error %v", name, *wrong, err)
		}
		n, err := e.Resolve(ctx, "own", c.Root.Get("own"))
		if acting == nil && !errors.Is(err, secret.Permission) || acting != nil && (err != nil || shown(n) != `"own"`) {
			t.Errorf("%s: the person's own command: error %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(c.Dir(), "project")); err == nil {
		t.Error("it acted")
	}
}

func TestABlockThatIsWrongIsRefused(t *testing.T) {
	for block, want := range map[string]string{
		"{provider: [file]}":                       "secrets.provider: not the name of a provider",
		"{file: /some/dir}":                        "secrets.file: not a map of settings",
		"{directory: /x}":                          "secrets.directory: not a map of settings",
		"{file: {dir: /x}}":                        "secrets.file.dir: there is no such setting; directory is the one there is",
		"{file: {directory: [a]}}":                 "secrets.file.directory: not the path of a folder",
		"{file: {directory: '${env.HOME}/q'}}":     "secrets.file.directory: a secrets block takes no references",
		"{file: {directory: '${vars.d|nothing}'}}": "secrets.file.directory: a secrets block takes no references",
	} {
		c := load(t, "secrets: "+block)
		if _, _, err := c.Acting(trust.Once(c.Subject())).Block(""); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", block, err, want)
		}
	}
}

func TestProgramsThatACommandNamesArePartOfIt(t *testing.T) {
	root := t.TempDir()
	for command, want := range map[string]string{
		"./run.sh": "run.sh", `"$PWD/run.sh"`: "run.sh", "cd sub && ./in.sh": "sub/in.sh", "env -C sub ./in.sh": "sub/in.sh",
		"sh r*.sh": "run.sh", "'./a b.sh'": "a b.sh", "F=run.sh; sh $F": "run.sh", "cat <run.sh": "run.sh",
	} {
		write(t, root, map[string]string{
			"p/run.sh": "x", "p/a b.sh": "x", "p/sub/in.sh": "x",
			"p/.xec/config.yaml": "vars:\n  a: >-\n    ${cmd:" + command + "}\n",
		})
		c := mustLoad(t, Options{Dir: filepath.Join(root, "p")})
		if got := parts(c); !strings.Contains(got, "program vars.a: "+want) {
			t.Errorf("%s: %s is no part of it: %s", command, want, got)
		}
	}
}
