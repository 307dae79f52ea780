//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// completed are lines as they are typed before Tab, and what they are behind it, but for
// blanks.
var completed = [][2]string{
	{"xec comp", "xec completion"},
	{"xec secrets gen", "xec secrets generate"},
	{"xec secrets keyslot add rec", "xec secrets keyslot add recovery"},
	{"xec completion fi", "xec completion fish"},
	{"xec help refer", "xec help references"},
	{"xec secrets get DATA", "xec secrets get DATABASE_PASSWORD"},
	{"xec s rm api", "xec s rm api.key"},
	{"xec exec --only api.key,DATA", "xec exec --only api.key,DATABASE_PASSWORD"},
	{"xec exec --env X=DATA", "xec exec --env X=DATABASE_PASSWORD"},
	{"xec secrets generate K --char", "xec secrets generate K --charset"},
	{"xec secrets export --format e", "xec secrets export --format env"},
	{"xec render --format do", "xec render --format dotenv"},
	{"xec inspect ta", "xec inspect ta"}, // targets and tasks
	{"xec inspect tar", "xec inspect targets"},
	{"xec inspect --profile prod", "xec inspect --profile production"},
	{"xec secrets --provider key", "xec secrets --provider keyring"},
	{"xec secrets --provider oth", "xec secrets --provider other"}, // a program on PATH
	{"xec secrets copy --from va", "xec secrets copy --from vault"},
	{"xec secrets copy --from file --to a", "xec secrets copy --from file --to aws"},
	{"xec run dep", "xec run deploy"},
	{"xec run deploy --env", "xec run deploy --environment"},
	{"xec run deploy --environment prod", "xec run deploy --environment production"},
	{"xec run deploy -p env", "xec run deploy -p environment="},
	{"xec run deploy -p environment=st", "xec run deploy -p environment=staging"},
	{"xec run --runtime den", "xec run --runtime deno"},
	{"xec run rep", "xec run report.ts"},
	{"xec run report.ts da", "xec run report.ts data.json"},
	{"xec render app.e", "xec render app.env.tmpl"},
	{"xec secrets import -f da", "xec secrets import -f data.json"},
	{"xec exec --env-file app", "xec exec --env-file app.env.tmpl"},
}

// completingShells are started as a person has them who did what xec completion --help says.
var completingShells = map[string]struct {
	need string
	argv []string
	rc   string
}{
	"bash": {"bash-completion", []string{"bash", "--noprofile", "--rcfile", "rc", "-i"},
		"PS1=prompt:\n. " + bashCompletion + "\nsource <(xec completion bash)\n"},
	"zsh": {"zsh", []string{"sh", "-c", "ZDOTDIR=$PWD exec zsh -d -i"},
		"PS1=prompt:\nunsetopt prompt_sp\nautoload -U compinit\ncompinit -u\nsource <(xec completion zsh)\n"},
	"fish": {"fish", []string{"fish", "--no-config", "-C", "source rc"},
		"set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction fish_prompt; echo -n prompt:; end\nxec completion fish | source\n"},
}

// TestCompletionInShells presses Tab in real shells.
func TestCompletionInShells(t *testing.T) {
	need(t, "tmux")
	home := homeWith(t, 0)
	for _, key := range []string{"DATABASE_PASSWORD", "api.key"} {
		cmd := exec.Command(program(t, "xec"), "secrets", "set", key, "--value", "v")
		cmd.Env = cleanEnv(home)
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for name, shell := range completingShells {
		t.Run(name, func(t *testing.T) {
			need(t, shell.need)
			p := newPane(t, home, 100, 30)
			p.project(map[string]string{
				"rc": shell.rc, ".zshrc": shell.rc,
				"report.ts": "", "data.json": "{}", "app.env.tmpl": "",
				"bin/xec-provider-other": "",
				".xec/config.yaml": `
profiles: {production: {}, testing: {}}
targets: {}
tasks:
  build: make
  deploy:
    params:
      - {name: environment, values: [staging, production]}
      - {name: replicas, type: integer}
    command: echo
`,
			})
			p.line("clear; PATH=$PWD/bin:$PATH exec " + inShell(shell.argv))
			p.prompted()
			for _, line := range completed {
				p.completes(line[0], line[1])
			}
		})
	}
}

// inShell is a command line of a shell.
func inShell(argv []string) (line string) {
	for _, arg := range argv {
		line += " '" + arg + "'"
	}
	return line
}

// project makes files in the folder of the pane.
func (p *pane) project(files map[string]string) {
	p.Helper()
	for name, text := range files {
		path := filepath.Join(p.dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700))
		if err != nil {
			p.Fatal(err)
		}
	}
}

// completes types a line, presses Tab, and waits for what it should be then.
func (p *pane) completes(typed, want string) {
	p.Helper()
	for deadline := time.Now().Add(hanging); !prompts(p.text()); time.Sleep(10 * time.Millisecond) {
		p.keys("C-u", "C-l")
		if time.Now().After(deadline) {
			p.Fatalf("before %q there is no prompt, but\n%s", typed, p.text())
		}
	}
	p.types(typed)
	p.see("prompt:" + typed)
	p.keys("Tab")
	p.until(want, func(shot string) bool {
		return strings.Contains(strings.ReplaceAll(shot, `\,`, ","), "prompt:"+want) // bash quotes more than it needs to
	})
}
