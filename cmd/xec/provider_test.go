//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/storetest"
)

// providerPrograms builds what comes along with xec beside it, where it is looked for.
var providerPrograms = sync.OnceValue(func() error {
	dir, err := built()
	if err != nil {
		return err
	}
	all, err := filepath.Glob("../xec-provider-*")
	if err != nil || len(all) != len(shipped) {
		return fmt.Errorf("%d programs of providers, error %v", len(all), err)
	}
	out, err := exec.Command("go", append([]string{"build", "-o", dir + "/"}, all...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// setup makes what a provider needs, for one test: its block in the project's configuration
// and its variables.
type setup func(t *testing.T, home string) (block string, env []string)

// providerSetups are the providers that can be written to. What is not here skips its test.
var providerSetups = map[string]setup{
	"file":     func(*testing.T, string) (string, []string) { return "{provider: file}", nil },
	"keyring":  keyringSetup,
	"command":  commandSetup,
	"jsonfile": jsonfileSetup,
	"vault":    vaultSetup,
	"vault 1":  vault1Setup,
	"aws":      awsSetup,
}

func commandSetup(t *testing.T, home string) (string, []string) {
	if err := os.Mkdir(filepath.Join(home, "project", "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	return `
  provider: command
  command:
    get: [cat, "kept/{key}"]
    set: [sh, -c, 'cat > "kept/$0"', "{key}"]
    delete: [rm, "kept/{key}"]
    list: [ls, kept]
    keepNewline: true
    exit: {notFound: [1]}`, nil
}

func jsonfileSetup(t *testing.T, home string) (string, []string) {
	need(t, "python3")
	here, err := filepath.Abs("../../fixtures/provider")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("{provider: jsonfile, jsonfile: {file: %q}}", filepath.Join(home, "secrets.json")), []string{"PATH=" + here + ":/usr/bin:/bin:" + os.Getenv("PATH")} // python3 may be a slow one of another place
}

// started starts a server that ends when its standard input does, and gives its first line.
func started(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hold.Close(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// keyringSetup starts a session with an unlocked keyring.
func keyringSetup(t *testing.T, home string) (string, []string) {
	need(t, "keyring")
	run := filepath.Join(home, "runtime")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; echo $DBUS_SESSION_BUS_ADDRESS; cat >/dev/null")
	cmd.Env = cleanEnv(home, "XDG_RUNTIME_DIR="+run)
	address := strings.TrimSpace(string(started(t, cmd)))
	return "{provider: keyring}", []string{"XDG_RUNTIME_DIR=" + run, "DBUS_SESSION_BUS_ADDRESS=" + address}
}

func vaultSetup(t *testing.T, _ string) (string, []string) {
	address, token := startVault(t, "2")
	return fmt.Sprintf("{provider: vault, vault: {address: %q, path: secret/xec}}", address), []string{"VAULT_TOKEN=" + token}
}

func vault1Setup(t *testing.T, _ string) (string, []string) {
	address, token := startVault(t, "1")
	return fmt.Sprintf("{provider: vault, vault: {address: %q, path: secret/xec, version: 1}}", address), []string{"VAULT_TOKEN=" + token}
}

// startVault starts the core of Vault that XEC_TEST_VAULT names, with an engine at secret/.
func startVault(t *testing.T, version string) (address, token string) {
	t.Helper()
	need(t, "vault")
	var server struct{ Address, Token string }
	if err := json.Unmarshal(started(t, exec.Command(os.Getenv("XEC_TEST_VAULT"))), &server); err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) int {
		r, err := http.NewRequest(method, server.Address+"/v1/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Vault-Token", server.Token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		return answer.StatusCode
	}
	ask("POST", "sys/mounts/secret", `{"type":"kv","options":{"version":"`+version+`"}}`)
	probe := map[string]string{"1": "secret/probe", "2": "secret/data/probe"}[version]
	for end := time.Now().Add(time.Minute); ask("GET", probe, "") != 404; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the engine is not mounted")
		}
	}
	return server.Address, server.Token
}

// awsSetup starts moto, which answers as AWS Secrets Manager does.
func awsSetup(t *testing.T, home string) (string, []string) {
	need(t, "aws")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("moto_server", "-H", host, "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("moto_server does not answer")
		}
	}
	return fmt.Sprintf("{provider: aws, aws: {region: us-east-1, endpoint: %q}}", "http://"+address),
		[]string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
}

// inProject is a home with a project whose secrets one provider keeps.
type inProject struct {
	t    *testing.T
	home string
	env  []string
	kept values // what was set, and must not be seen
}

func newProject(t *testing.T, make setup) *inProject {
	t.Helper()
	program(t, "xec")
	if err := providerPrograms(); err != nil {
		t.Fatal(err)
	}
	p := &inProject{t: t, home: scratch(t), kept: values{}}
	if err := os.Mkdir(filepath.Join(p.home, "project"), 0o700); err != nil {
		t.Fatal(err)
	}
	block, env := make(t, p.home)
	p.env = append(env, "XEC_TRUST_CONFIG=1")
	writeIn(t, p.home, "project/.xec/config.yaml", "secrets: "+block+"\nvars:\n  url: \"postgres://u:${secret:DB_PASSWORD}@h\"\ntasks:\n  show: echo \"${secret:DB_PASSWORD}\"\n")
	return p
}

// xec runs it in the project.
func (p *inProject) xec(stdin string, args ...string) ended {
	cmd := commandIn(p.home, stdin, p.env, append([]string{filepath.Join(builtFolder, "xec")}, args...))
	cmd.Dir = filepath.Join(p.home, "project")
	return finish(cmd)
}

// ok runs it, and it must succeed.
func (p *inProject) ok(stdin string, args ...string) string {
	p.t.Helper()
	e := p.xec(stdin, args...)
	if e.status != 0 {
		p.t.Fatalf("%q: status %d: %s", args, e.status, e.stderr)
	}
	if shows(e.stderr, p.kept) {
		p.t.Fatalf("%q: standard error holds a value", args)
	}
	return string(e.stdout)
}

// fails runs it, and it must fail so.
func (p *inProject) fails(status int, says string, args ...string) {
	p.t.Helper()
	e := p.xec("", args...)
	if e.status != status || !e.says(says) {
		p.t.Errorf("%q: status %d, want %d with %q: %s", args, e.status, status, says, e.stderr)
	}
}

func (p *inProject) set(key, value string) {
	p.t.Helper()
	p.kept[key] = value
	p.ok(value, "secrets", "set", key)
}

// TestEverythingWithEveryProvider is the same for each: what a person does with secrets, and
// what a project does.
func TestEverythingWithEveryProvider(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(providerSetups)) {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, providerSetups[name])
			p.keep()
			p.use()
			p.move()
		})
	}
}

// keep is what a person does with secrets.
func (p *inProject) keep() {
	t := p.t
	if got := p.ok("", "secrets", "list"); got != "" {
		t.Errorf("a new one lists %q", got)
	}
	p.fails(3, `secret "DB_PASSWORD" not found`, "secrets", "get", "DB_PASSWORD")
	p.set("DB_PASSWORD", newValue())
	first := p.kept["DB_PASSWORD"]
	p.set("DB_PASSWORD", newValue())
	if p.ok("", "secrets", "get", "DB_PASSWORD") != p.kept["DB_PASSWORD"] {
		t.Error("another value than was set")
	}
	p.fails(3, "did you mean DB_PASSWORD?", "secrets", "get", "DB_PASWORD")
	p.fails(2, "the key", "secrets", "get", "no key")
	if e := p.xec("", "secrets", "history", "DB_PASSWORD", "-o", "json"); e.status == 0 {
		p.ok("", "secrets", "rollback", "DB_PASSWORD")
		if p.ok("", "secrets", "get", "DB_PASSWORD") != first {
			t.Error("another value than the one before")
		}
		p.kept["DB_PASSWORD"] = first
	} else if e.status != 2 || !e.says("keeps no older versions") {
		t.Errorf("history: status %d: %s", e.status, e.stderr)
	}
	p.ok("", "secrets", "generate", "jwt.secret")
	p.fails(2, "jwt.secret", "secrets", "generate", "jwt.secret")
	if got := p.ok("", "secrets", "list"); got != "DB_PASSWORD\njwt.secret\n" {
		t.Errorf("listed %q", got)
	}
	p.fails(3, `secret "NONE" not found`, "secrets", "delete", "--force", "NONE")
	p.ok("", "secrets", "delete", "--force", "--purge", "jwt.secret")
	p.fails(3, `secret "jwt.secret" not found`, "secrets", "get", "jwt.secret")
}

// use is what a project does with them.
func (p *inProject) use() {
	t := p.t
	value := p.kept["DB_PASSWORD"]
	writeIn(t, p.home, "project/a.tmpl", "password=${secret:DB_PASSWORD}\n")
	if p.ok("", "render", "a.tmpl") != "password="+value+"\n" {
		t.Error("rendered otherwise")
	}
	for _, line := range []string{"exec --quiet -- printenv DB_PASSWORD", "run --quiet show"} {
		if got := p.ok("", words(line)...); got != "[secret:DB_PASSWORD]\n" {
			t.Errorf("%s: printed %d bytes that are not the mask", line, len(got))
		}
	}
	if p.ok("", words("exec --no-mask --only DB_PASSWORD -- printenv DB_PASSWORD")...) != value+"\n" {
		t.Error("the child has another value")
	}
	writeIn(t, p.home, "project/a.sh", "xec secrets get DB_PASSWORD; xec secrets list | wc -l\n")
	if got := p.ok("", words("run --quiet a.sh")...); strings.ReplaceAll(got, " ", "") != "[secret:DB_PASSWORD]1\n" {
		t.Errorf("the script printed %d bytes", len(got))
	}
	if got := p.ok("", "inspect", "secrets"); !strings.Contains(got, "DB_PASSWORD") || strings.Contains(got, "unknown") && !strings.Contains(t.Name(), "keyring") {
		t.Errorf("inspected %q", got)
	}
	p.ok("", "doctor")
}

// move is import, export and copy, with values that a careless one would change.
func (p *inProject) move() {
	t := p.t
	for i, v := range storetest.Values() {
		key := fmt.Sprintf("hostile-%d", i)
		path := filepath.Join(p.home, "value")
		if err := os.WriteFile(path, v, 0o600); err != nil {
			t.Fatal(err)
		}
		p.ok("", "secrets", "set", key, "--file", path)
		if p.ok("", "secrets", "get", key) != string(v) {
			t.Errorf("%s came back otherwise", key)
		}
	}
	before := p.xec("", words("secrets export --force")...)
	if before.status != 0 {
		t.Fatalf("export: status %d", before.status)
	}
	if strings.HasSuffix(t.Name(), "/file") {
		return
	}
	name, _, _ := strings.Cut(t.Name()[strings.Index(t.Name(), "/")+1:], "_")
	if got := p.ok("", "secrets", "copy", "--from", name, "--to", "file", "--dry-run"); strings.Count(got, "new ") != len(storetest.Values())+1 {
		t.Errorf("a dry run listed %q", got)
	}
	p.ok("", "secrets", "copy", "--from", name, "--to", "file")
	for _, key := range strings.Fields(p.ok("", "secrets", "list")) {
		p.ok("", "secrets", "delete", "--force", key)
	}
	if got := p.ok("", "secrets", "list"); got != "" {
		t.Errorf("listed %q when all were deleted", got)
	}
	p.ok("", "secrets", "copy", "--from", "file", "--to", name)
	if after := p.xec("", words("secrets export --force")...); string(after.stdout) != string(before.stdout) {
		t.Error("there and back is not the identity")
	}
	if got := p.ok("", "secrets", "copy", "--from", "file", "--to", name, "--dry-run"); got != "" {
		t.Errorf("a second time it would do %q", got)
	}
	p.ok(string(before.stdout), "secrets", "import")
	p.fails(3, "NONE", "secrets", "copy", "--from", "file", "--to", name, "--only", "DB_PASSWORD,NONE")
	p.fails(2, "are the same", "secrets", "copy", "--from", name, "--to", name)
	p.fails(2, "--from and --to name the providers", "secrets", "copy", "--to", name)
}

func TestTheEnvironmentIsAProvider(t *testing.T) {
	p := newProject(t, func(*testing.T, string) (string, []string) {
		return "{provider: env}", []string{"SECRET_DB_PASSWORD=" + "env-value-of-it", "SECRET_EMPTY="}
	})
	p.kept["DB_PASSWORD"] = "env-value-of-it"
	p.use()
	p.fails(5, "only reads", "secrets", "set", "A", "-v", "b")
	p.fails(5, "only reads", "secrets", "delete", "--force", "DB_PASSWORD")
	p.fails(3, `secret "EMPTY" not found`, "secrets", "get", "EMPTY")
	if got := p.ok("", words("secrets copy --from env --to file --dry-run")...); got != "new      DB_PASSWORD\n" {
		t.Errorf("would copy %q", got)
	}
}

func TestAProviderIsNamedForOneCall(t *testing.T) {
	p := newProject(t, commandSetup)
	p.set("DB_PASSWORD", newValue())
	p.fails(3, "not found", "secrets", "get", "DB_PASSWORD", "--provider", "file")
	p.env = append(p.env, "XEC_SECRETS_PROVIDER=file")
	p.fails(3, "not found", "secrets", "get", "DB_PASSWORD")
	if p.ok("", "secrets", "get", "DB_PASSWORD", "--provider", "command") != p.kept["DB_PASSWORD"] {
		t.Error("the flag does not win over the environment")
	}
	p.fails(2, "did you mean vault?", "secrets", "list", "--provider", "vautl")
	p.fails(2, "the name of a provider has lower-case", "secrets", "list", "--provider", "../../bin/sh")
	p.fails(2, "this is for the provider file", "secrets", "keyslot", "list", "--provider", "env")
}

// TestSettingsThatWereNotApprovedAreNotUsed: the name is the person's word, the settings of a
// project that nobody approved are not.
func TestSettingsThatWereNotApprovedAreNotUsed(t *testing.T) {
	p := newProject(t, commandSetup)
	p.set("DB_PASSWORD", newValue())
	p.env = nil
	p.fails(5, "has not been approved", "secrets", "list")
	p.fails(2, "the configuration names no command", "secrets", "list", "--provider", "command")
	p.fails(2, "the settings for command have not been approved, and are not used", "secrets", "list", "--provider", "command")
	p.fails(5, "the settings for command have not been approved", "secrets", "copy", "--from", "command", "--to", "file")
	writeIn(t, p.home, ".xec/config.yaml", "secrets: {command: {get: [printf, 'own-of-{key}']}}\n")
	if got := p.ok("", "secrets", "get", "A", "--provider", "command"); got != "own-of-A" {
		t.Errorf("the person's own settings gave %d bytes", len(got))
	}
}

// TestAPluginEndsBeforeTheChild: a program that this process becomes has no child that it
// does not know.
func TestAPluginEndsBeforeTheChild(t *testing.T) {
	p := newProject(t, jsonfileSetup)
	p.set("DB_PASSWORD", newValue())
	got := p.ok("", "exec", "--no-mask", "--only", "DB_PASSWORD", "--", "python3", "-c", `
import os
try: print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError: print("no child")`)
	if got != "no child\n" {
		t.Errorf("printed %q", got)
	}
}

// TestWhatIsDeletedInVaultIsToldFromWhatIsMissing.
func TestWhatIsDeletedInVaultIsToldFromWhatIsMissing(t *testing.T) {
	var address, token string
	p := newProject(t, func(t *testing.T, _ string) (string, []string) {
		address, token = startVault(t, "2")
		return fmt.Sprintf("{provider: vault, vault: {address: %q}}", address), []string{"VAULT_TOKEN=" + token}
	})
	p.set("DB_PASSWORD", newValue())
	p.set("DB_PASSWORD", newValue())
	for _, act := range []struct{ method, path, body, says string }{
		{"DELETE", "secret/data/xec/DB_PASSWORD", "", "deleted"},
		{"PUT", "secret/destroy/xec/DB_PASSWORD", `{"versions":[2]}`, "destroyed"},
	} {
		r, err := http.NewRequest(act.method, address+"/v1/"+act.path, strings.NewReader(act.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Vault-Token", token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil || answer.StatusCode/100 != 2 {
			t.Fatalf("%s: error %v", act.path, err)
		}
		answer.Body.Close()
		p.fails(3, act.says, "secrets", "get", "DB_PASSWORD")
	}
}

func TestAProviderThatDies(t *testing.T) {
	p := newProject(t, func(t *testing.T, home string) (string, []string) {
		writeIn(t, home, "bin/xec-provider-broken", "#!/bin/sh\nread line\n[ \"$SAYS\" ] && echo \"$SAYS\"\n[ \"$SAYS\" ] && read line; exit 7\n")
		return "{provider: broken}", []string{pathWith(filepath.Join(home, "bin"))}
	})
	env := p.env
	for says, want := range map[string]string{
		"":               "provider broken: it ended: exit status 7",
		"hello":          "provider broken: it answered what is not of the protocol",
		`{"protocol":1}`: "provider broken: it ended: exit status 7",
		`{"protocol":2}`: "it speaks version 2 of the protocol",
		`{"error":{"kind":"permission","message":"log in first","hint":"broken login"}}`: "log in first",
	} {
		p.env = append(slices.Clone(env), "SAYS="+says)
		status := 1
		if strings.Contains(says, "permission") {
			status = 5
		}
		p.fails(status, want, "secrets", "get", "DB_PASSWORD")
	}
}
