//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// exampleStatus is that of examples which do not end with 0 here, and why.
var exampleStatus = map[string]int{
	"xec secrets":                                                              2, // a menu, on a terminal
	"xec secrets set DATABASE_PASSWORD":                                        2, // standard input is empty
	"xec secrets delete OLD_API_KEY":                                           2, // it asks, and there is no terminal
	"xec secrets export > secrets-backup.json":                                 2, // it asks
	"xec config trust --revoke":                                                1, // nothing has been approved
	"xec secrets redact --fail-on-leak dist/*.js > /dev/null":                  1, // there is a leak
	"xec secrets copy --from file --to vault --dry-run":                        1, // there is no Vault
	"xec secrets copy --from file --to vault --only DATABASE_PASSWORD,API_KEY": 1,
}

// exampleShell is the shell of an example, where that is not sh.
var exampleShell = map[string]string{
	`xec completion zsh > "${fpath[1]}/_xec"`:                    "zsh",
	"source <(xec completion bash)":                              "bash",
	"xec completion powershell | Out-String | Invoke-Expression": "", // for PowerShell alone
}

// otherPrograms are those that examples name and do not depend on: what they are given is read.
var otherPrograms = []string{"openssl", "psql", "npm", "docker", "kubectl", "pass", "tsx", "server", "migrate", "xec-provider-vault"}

const otherProgram = `#!/bin/sh
case $0 in
*/pass) echo value ;;
*/xec-provider-*) exit 1 ;;
*) cat >/dev/null ;;
esac
`

// TestEveryExampleRuns runs the examples of every command as they are written, each in a home
// and a project of its own that have what it names.
func TestEveryExampleRuns(t *testing.T) {
	count := 0
	seen := map[string]bool{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			if line = strings.TrimSpace(line); line != "" && !seen[line] {
				seen[line] = true
				count++
				t.Run(line, func(t *testing.T) { runExample(t, line) })
			}
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRootCommand(newApp(), nil))
	for line := range exampleStatus {
		if !seen[line] {
			t.Errorf("%q is no example any more", line)
		}
	}
	if count < 50 {
		t.Errorf("only %d examples", count)
	}
}

func runExample(t *testing.T, line string) {
	shell, special := exampleShell[line]
	switch {
	case special && shell == "":
		t.Skip("it is for another system")
	case special:
		need(t, shell)
	default:
		shell = "sh"
	}
	work, env := exampleProject(t)
	prepare := func(args ...string) {
		cmd := exec.Command(program(t, "xec"), args...)
		cmd.Dir, cmd.Env = work, env
		if err := cmd.Run(); err != nil {
			t.Fatalf("xec %s: %v", strings.Join(args[:2], " "), err)
		}
	}
	prepare("secrets", "import", "-f", "secrets.json")
	switch {
	case strings.Contains(line, "rollback"):
		for range 4 {
			prepare("secrets", "generate", "DATABASE_PASSWORD", "--force")
		}
	case strings.Contains(line, "keyslot remove"):
		prepare("secrets", "keyslot", "add", "passphrase")
	}
	cmd := exec.Command(shell, "-c", line)
	cmd.Dir, cmd.Env = work, env
	cmd.SysProcAttr = newSession() // without a terminal to ask on
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != exampleStatus[line] {
		t.Errorf("status %d, want %d, and %d bytes: %.200s", got, exampleStatus[line], len(out), firstLine(out))
	}
}

// firstLine is what xec says; the rest may hold values.
func firstLine(out []byte) string {
	for _, line := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(line, "xec: ") {
			return line
		}
	}
	return ""
}

// exampleProject makes a project that has all that the examples name.
func exampleProject(t *testing.T) (work string, env []string) {
	t.Helper()
	work = t.TempDir()
	home := t.TempDir()
	files := map[string]string{
		"secrets.json":      `{"DATABASE_PASSWORD": "example-password", "API_KEY": "example-api-key", "OLD_API_KEY": "old", "TLS_KEY": "key", "REGISTRY_TOKEN": "token"}`,
		".env":              "SECRET_API_KEY=another\n",
		"key.pem":           "a key\n",
		"build.log":         "example-api-key\n",
		"dist/app.js":       "'example-api-key'\n",
		".env.tmpl":         "PASSWORD=${secret:DATABASE_PASSWORD}\n",
		"app.env.tmpl":      "PASSWORD=${secret:DATABASE_PASSWORD}\n",
		"compose.yaml.tmpl": "password: ${secret:DATABASE_PASSWORD}\n",
		"deploy.yaml":       "password: ${secret:DATABASE_PASSWORD}\n",
		"deploy/a.tmpl":     "${secret:DATABASE_PASSWORD}\n",
		"report.ts":         "",
		".xec/config.yaml": `
vars: {DATABASE_URL: "pg://app:${secret:DATABASE_PASSWORD|url}@db", API_ENDPOINT: "https://example.com"}
targets: {hosts: {}}
profiles: {production: {vars: {A: b}}}
tasks:
  deploy:
    params: [{name: env, default: staging}]
    steps: [{command: "echo ${params.env}"}, {command: echo}]
`,
	}
	for name, text := range files {
		path := filepath.Join(work, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(work, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range otherPrograms {
		dir := bin
		if slices.Contains([]string{"server", "migrate"}, name) {
			dir = work
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(otherProgram), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	functions := filepath.Join(home, "functions") // of zsh
	for _, dir := range []string{functions, filepath.Join(home, ".config", "fish", "completions")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := bin + ":" + filepath.Dir(program(t, "xec")) + ":" + os.Getenv("PATH")
	return work, append(cleanEnv(home), "PATH="+path, "XEC_NEW_PASSPHRASE=new", "SHELL=/bin/sh", "EDITOR=true", "FPATH="+functions)
}
