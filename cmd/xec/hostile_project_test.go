package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
)

// hostileProject is a folder as it comes with git clone. In its texts MARK is a file that
// must not appear, and ADDRESS a listener that must not hear anything.
type hostileProject struct {
	config string            // .xec/config.yaml
	files  map[string]string // others
	// spoil is done when the files are there. home is that of the person.
	spoil func(t *testing.T, home, project string)
	need  string // a component
	env   string // of every command
	dir   string // where the commands run, below the project
	flags string // for every command
	// statuses are those of projectCommands, in their order.
	statuses string
}

// projectCommands are the commands that read a project.
var projectCommands = []struct {
	line  string
	shows bool // the canary, where it succeeds and the project refers to it
}{
	{"render", true}, {"render --check", false},
	{"inspect", false}, {"inspect --resolve", false}, {"inspect secrets", false},
	{"exec -- true", false},
	{"secrets get CANARY", true}, {"secrets set NEW", false}, {"secrets list", false}, {"secrets export --force", true},
	{"config trust", false},
	{"__complete secrets get C", false},
}

// Statuses that many projects share.
const (
	whenItActs       = "55 050 0 0000 5 0" // what render needs would act
	whenItActsInExec = "55 050 5 0000 5 0" // and what exec needs too
	whenItRedirects  = "55 000 5 5555 5 0" // the secrets block would act
	whenRefused      = "55 050 5 0000 5 0" // others may have written the file
	whenUnreadable   = "11 111 1 1111 1 0"
	whenHarmless     = "00 000 0 0000 0 0"
	whenItExplodes   = "11 010 2 0000 0 0" // it explodes when it is resolved, and refers to no secret
)

// canaryRef is a reference to the canary, so that exec and render have something to do.
const canaryRef = "\ns: {k: \"${secret:CANARY}\"}\n"

func hostileProjects() map[string]hostileProject {
	const cmd = `"${cmd:touch MARK}"`
	projects := map[string]hostileProject{
		"commands in vars":              {config: "vars: {a: " + cmd + "}" + canaryRef, statuses: whenItActs},
		"commands in env":               {config: "env: {A: " + cmd + "}" + canaryRef, statuses: whenItActsInExec},
		"commands in targets":           {config: "targets: {hosts: {web: {host: " + cmd + "}}}" + canaryRef, statuses: whenItActs},
		"commands in scripts":           {config: "scripts: {a: " + cmd + "}\ncommands: [" + cmd + "]" + canaryRef, statuses: whenItActs},
		"commands in an unknown key":    {config: "surprise: [[[" + cmd + "]]]" + canaryRef, statuses: whenItActs},
		"commands in tasks":             {config: "tasks: {a: {command: " + cmd + "}}" + canaryRef, statuses: "00 050 0 0000 5 0"},
		"commands in another profile":   {config: "profiles: {p: {vars: {a: " + cmd + "}, env: {A: " + cmd + "}}}" + canaryRef, statuses: "00 000 0 0000 5 0"},
		"commands in the profile":       {config: "profiles: {p: {vars: {a: " + cmd + "}, env: {A: " + cmd + "}}}" + canaryRef, env: "XEC_PROFILE=p", statuses: whenItActsInExec},
		"commands in an extended one":   {config: "profiles: {p: {extends: q}, q: {env: {A: " + cmd + "}}}" + canaryRef, flags: "--profile p", statuses: whenItActsInExec},
		"a command in a default":        {config: `vars: {a: "${vars.x:-${cmd:touch MARK}}"}` + canaryRef, statuses: "22 022 2 0000 0 0"},
		"a command in another's":        {config: `vars: {a: "${secret:NONE:-cmd:touch MARK}", b: "\\${cmd:touch MARK}", c: "${env.NONE:-$(touch MARK)}"}` + canaryRef, statuses: whenHarmless},
		"a command that others lead to": {config: "vars: {a: '${vars.b}', b: [{c: " + cmd + "}]}\nenv: {A: 'x${vars.a[0].c}'}" + canaryRef, statuses: whenItActsInExec},
		"a command behind an alias":     {config: "x: &x {a: " + cmd + "}\nenv: {<<: *x}" + canaryRef, statuses: whenItActsInExec},
		"a command behind a tag":        {config: "env: {A: !text " + cmd + "}" + canaryRef, statuses: whenItActsInExec},
		"values that look like more":    {config: `vars: {a: "${secret:NESTED}", b: "x ${secret:NESTED}${vars.a}"}` + "\nenv: {A: '${vars.b}'}\n", statuses: whenHarmless},

		"a server":                             {config: "secrets: {provider: vault, vault: {address: 'http://ADDRESS', path: secret/xec}}" + canaryRef, statuses: whenItRedirects},
		"a server of another kind":             {config: "secrets: {provider: aws, aws: {endpoint: 'http://ADDRESS', region: us-east-1}}" + canaryRef, statuses: whenItRedirects},
		"a server, in the profile":             {config: "profiles: {p: {secrets: {provider: vault, vault: {address: 'http://ADDRESS'}}}}" + canaryRef, env: "XEC_PROFILE=p", statuses: whenItRedirects},
		"a server, in another profile":         {config: "profiles: {p: {secrets: {provider: vault, vault: {address: 'http://ADDRESS'}}}}" + canaryRef, statuses: "00 000 0 0000 5 0"},
		"a server that is not used":            {config: "secrets: {vault: {address: 'http://ADDRESS'}}" + canaryRef, statuses: "00 000 0 0000 5 0"},
		"a server that is overruled":           {config: "secrets: {provider: vault, vault: {address: 'http://ADDRESS'}}" + canaryRef, flags: "--provider file", statuses: "00 000 0 0000 5 0"},
		"a command for each key":               {config: "secrets: {provider: command, command: {get: [touch, MARK], list: [touch, MARK], set: [touch, MARK]}}" + canaryRef, statuses: whenItRedirects},
		"a provider that it brings":            {config: "secrets: {provider: evil}" + canaryRef, files: map[string]string{"xec-provider-evil": "#!/bin/sh\ntouch MARK\n"}, env: "PATH=.:/usr/bin:/bin", statuses: whenItRedirects},
		"a store elsewhere":                    {config: "secrets: {provider: file, file: {directory: ../elsewhere}}" + canaryRef, statuses: whenItRedirects},
		"a store in the home folder":           {config: "secrets: {file: {directory: '~'}}" + canaryRef, statuses: whenItRedirects},
		"a store behind a link":                {config: "secrets: {file: {directory: store}}" + canaryRef, spoil: linkIn("store", "../elsewhere"), statuses: whenItRedirects},
		"a store behind a link to nothing yet": {config: "secrets: {file: {directory: store/s}}" + canaryRef, spoil: linkIn("store", "/tmp/xec-nowhere"), statuses: whenItRedirects},

		"a link for a file": {
			files: map[string]string{"other.yaml": "env: {A: " + cmd + "}" + canaryRef}, spoil: linkIn(".xec/config.yaml", "../other.yaml"), statuses: whenItActsInExec,
		},
		"a link to nothing":               {spoil: linkIn(".xec/config.yaml", "nothing"), statuses: whenUnreadable},
		"a file of another user":          {config: canaryRef, need: "root", spoil: givenAway(".xec/config.yaml"), statuses: whenRefused},
		"a folder of another user":        {config: canaryRef, need: "root", spoil: givenAway(".xec"), statuses: whenRefused},
		"a file for everybody":            {config: canaryRef, spoil: modeIn(".xec/config.yaml", 0o666), statuses: whenRefused},
		"a folder for everybody":          {config: canaryRef, spoil: modeIn(".xec", 0o777), statuses: whenRefused},
		"a file for everybody, that acts": {config: "env: {A: " + cmd + "}" + canaryRef, spoil: modeIn(".xec/config.yaml", 0o606), statuses: whenItActsInExec},

		"a word for itself": {
			config: "trusted: true\ntrust: {approved: true, digest: '*'}\nXEC_TRUST_CONFIG: 1\nenv: {A: " + cmd + ", XEC_TRUST_CONFIG: '1'}" + canaryRef,
			files:  map[string]string{".env": "XEC_TRUST_CONFIG=1\nXEC_HOME_DIR=.xec\n", ".envrc": "export XEC_TRUST_CONFIG=1\n", ".xec/.env": "XEC_TRUST_CONFIG=1\n"},
			spoil:  ownRegistry, statuses: "55 050 2 0000 5 0",
		},
		"a word for what it starts":       {config: "env: {XEC_TRUST_CONFIG: '1'}" + canaryRef, statuses: "00 000 2 0000 0 0"},
		"another home for what it starts": {config: "env: {XEC_HOME_DIR: .xec}" + canaryRef, statuses: "00 000 2 0000 0 0"},
		"a library for what it starts":    {config: "env: {LD_PRELOAD: ./evil.so}" + canaryRef, statuses: "00 000 2 0000 0 0"},
		"a name that is none":             {config: "env: {\"A\\e[2J\": x}" + canaryRef, statuses: "00 000 2 0000 0 0"},
		"a change behind an approval": {
			config: "env: {A: '${cmd:true}'}" + canaryRef, statuses: whenItActsInExec,
			spoil: approvedThen(".xec/config.yaml", "env: {A: "+cmd+"}"+canaryRef),
		},
		"a program that changed": {
			config: "env: {A: '${cmd:./tool}'}" + canaryRef, files: map[string]string{"tool": "#!/bin/sh\ntrue\n"}, statuses: whenItActsInExec,
			spoil: approvedThen("tool", "#!/bin/sh\ntouch MARK\n"),
		},
		"a program that was not there": {
			config: "env: {A: '${cmd:if test -f x/tool; then sh x/tool; fi}'}" + canaryRef, files: map[string]string{"x/y": ""}, statuses: whenItActsInExec,
			spoil: approvedThen("x/tool", "touch MARK\n"),
		},
		"a link to what was approved": {
			config: "env: {A: '${cmd:sh ./tool.sh}'}" + canaryRef, files: map[string]string{"other/Makefile": "", "other/tool.sh": "touch MARK\n"}, dir: "other", statuses: whenItActsInExec,
			spoil: func(t *testing.T, home, project string) {
				approve(t, home, project)
				linkIn("other/.xec", "../.xec")(t, home, project)
			},
		},

		"a syntax error":              {config: "vars: {a: [c4n4ry" + "5ecretW0rd" + canaryRef, statuses: whenUnreadable},
		"a FIFO":                      {spoil: fifoIn, statuses: whenUnreadable},
		"a folder":                    {files: map[string]string{".xec/config.yaml/x": ""}, statuses: whenUnreadable},
		"names with escapes":          {config: "\"\\e]0;x\\a\": \"\\e[2J\"\nvars: {\"\\e[2J\\n\\r\": \"\\e[2J ${vars.\\e}\", b: '${vars.none}'}\nenv: {B: '${secret:NONE}'}\n", statuses: "22 022 3 0000 0 0"},
		"names of rings with escapes": {config: "vars: {\"\\e[2J\\nxec: fine\": {a: '${vars.b}'}, b: '${vars.b}'}\n", statuses: whenItExplodes},
	}
	for name, text := range projectBombs() {
		projects[name] = text
	}
	elsewhere := projects["commands in env"]
	elsewhere.dir, elsewhere.flags, elsewhere.files = "far/away", "-c ../../.xec/config.yaml", map[string]string{"far/away/x": ""}
	projects["one that is named from elsewhere"] = elsewhere
	return projects
}

// projectBombs are projects that are small, and large when they are read or resolved.
func projectBombs() map[string]hostileProject {
	const most = 2 << 20
	repeat := strings.Repeat
	laughs, lists, texts, leading := "a0: &a0 [x, x]\n", "vars:\n  a0: [x, x]\n", "vars:\n  a0: xx\n", "vars:\n"
	for i := range 60 {
		laughs += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
		lists += fmt.Sprintf("  a%d: [\"${vars.a%d}\", \"${vars.a%d}\"]\n", i+1, i, i)
		texts += fmt.Sprintf("  a%d: ${vars.a%d}${vars.a%d}\n", i+1, i, i)
		leading += fmt.Sprintf("  a%d: ${vars.a%d.a.a}\n", i, (i+1)%60)
	}
	return map[string]hostileProject{
		"an alias bomb":                {config: laughs, statuses: whenUnreadable},
		"a merge bomb":                 {config: strings.NewReplacer("[x, x]", "{x: x}", "[", "{<<: [", "]", "]}").Replace(laughs), statuses: whenUnreadable},
		"a self-alias":                 {config: "vars: &a {a: *a}", statuses: whenUnreadable},
		"10,000 levels of flow lists":  {config: repeat("[", 10_000) + repeat("]", 10_000), statuses: whenUnreadable},
		"10,000 levels of flow maps":   {config: repeat("{a: ", 10_000) + repeat("}", 10_000), statuses: whenUnreadable},
		"10,000 levels of blocks":      {config: repeat("- ", 10_000) + "x", statuses: whenUnreadable},
		"10,000 levels of keys":        {config: repeat("? ", 10_000) + "x", statuses: whenUnreadable},
		"more than 2 MiB":              {config: "a: " + repeat("x", most), statuses: whenUnreadable},
		"2 MiB of brackets":            {config: repeat("[", most), statuses: whenUnreadable},
		"a long text, many aliases":    {config: "a: &a " + repeat("x", 3<<20) + "\nb:\n" + repeat("- *a\n", 50_000), statuses: whenUnreadable},
		"20,000 commands":              {config: "vars: {a: \"" + repeat("${cmd:touch MARK}", 20_000) + "\"}", statuses: "55 050 2 0000 5 0"},
		"2 MiB of references":          {config: "vars:\n  a: x\n  b: " + repeat("${vars.a}", most/10), statuses: "00 000 2 0000 0 0"},
		"2 MiB of mistakes":            {config: "vars:\n  a: " + repeat("${x@}", most/6), statuses: "22 022 2 0000 0 0"},
		"texts that double":            {config: texts, statuses: whenItExplodes},
		"lists that double":            {config: lists, statuses: whenItExplodes},
		"a long text, many references": {config: "vars:\n  a: " + repeat("x", 1<<20) + "\n  b:\n" + repeat("    - ${vars.a}\n", 50_000), statuses: whenItExplodes},
		"a path through itself":        {config: "vars: {a: '${vars.a.x}'}", statuses: whenItExplodes},
		"a ring of paths":              {config: leading, statuses: whenItExplodes},
	}
}

func linkIn(name, to string) func(*testing.T, string, string) {
	return func(t *testing.T, _, project string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(project, name)), 0o700), os.Symlink(to, filepath.Join(project, name))); err != nil {
			t.Fatal(err)
		}
	}
}

func modeIn(name string, mode fs.FileMode) func(*testing.T, string, string) {
	return func(t *testing.T, _, project string) {
		if err := os.Chmod(filepath.Join(project, name), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// owned gives a file to another user.
func givenAway(name string) func(*testing.T, string, string) {
	return func(t *testing.T, _, project string) {
		if err := os.Chown(filepath.Join(project, name), 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
}

func fifoIn(t *testing.T, _, project string) {
	if err := errors.Join(os.MkdirAll(filepath.Join(project, ".xec"), 0o700), exec.Command("mkfifo", filepath.Join(project, ".xec", "config.yaml")).Run()); err != nil {
		t.Fatal(err)
	}
}

// subjectOf is what would act in a project.
func subjectOf(t *testing.T, project string) trust.Subject {
	t.Helper()
	c, err := config.Load(config.Options{Dir: project})
	if err != nil {
		t.Fatal(err)
	}
	return c.Subject()
}

// approve approves a project as the person would on a terminal.
func approve(t *testing.T, home, project string) {
	t.Helper()
	if _, err := (trust.Registry{Dir: filepath.Join(home, ".xec", "trust")}).Approve(subjectOf(t, project)); err != nil {
		t.Fatal(err)
	}
}

// approvedThen approves a project and then changes a file of it.
func approvedThen(name, text string) func(*testing.T, string, string) {
	return func(t *testing.T, home, project string) {
		approve(t, home, project)
		text := strings.ReplaceAll(text, "MARK", filepath.Join(home, "MARK"))
		if err := os.WriteFile(filepath.Join(project, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// ownRegistry is a registry that the project brings along, with an approval of itself.
func ownRegistry(t *testing.T, _, project string) {
	if _, err := (trust.Registry{Dir: filepath.Join(project, ".xec", "trust")}).Approve(subjectOf(t, project)); err != nil {
		t.Fatal(err)
	}
}

// listener hears of connections.
type listener struct {
	net.Listener
	heard atomic.Int32
}

func listening(t *testing.T) *listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	heard := &listener{Listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			heard.heard.Add(1)
			c.Close()
		}
	}()
	return heard
}

// stage is a person's home with a project beside it.
type stage struct {
	home, project string
	listener      *listener
}

// mark is the file that must not appear.
func (s stage) mark() string { return filepath.Join(s.home, "MARK") }

func (s stage) happened(t *testing.T) (marks int, connections int32) {
	t.Helper()
	if _, err := os.Lstat(s.mark()); err == nil {
		marks = 1
	}
	return marks, s.listener.heard.Load()
}

// put writes a project down, below a copy of a home that holds the canary.
func (p hostileProject) put(t *testing.T, canaries string, l *listener) stage {
	t.Helper()
	s := stage{home: t.TempDir(), project: filepath.Join(t.TempDir(), "project"), listener: l}
	if err := errors.Join(os.CopyFS(filepath.Join(s.home, ".xec"), os.DirFS(filepath.Join(canaries, ".xec"))), closeToOthers(s.home), os.Mkdir(s.project, 0o700)); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"go.mod": "module project\n"}
	if p.config != "" {
		files[".xec/config.yaml"] = p.config
	}
	for name, text := range p.files {
		files[name] = text
	}
	for name, text := range files {
		text = strings.NewReplacer("MARK", s.mark(), "ADDRESS", l.Addr().String()).Replace(text)
		path := filepath.Join(s.project, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	if p.spoil != nil {
		p.spoil(t, s.home, s.project)
	}
	return s
}

// hostileResult is what became of a command.
type hostileResult struct {
	status         int
	stdout, stderr []byte
	took           time.Duration
}

// run runs a command in a project, without a terminal.
func (p hostileProject) run(t *testing.T, s stage, line string, env ...string) (r hostileResult) {
	t.Helper()
	args := strings.Fields(line)
	if flags := strings.Fields(p.flags); len(flags) > 0 {
		at := 1
		if args[0] == "__complete" {
			at = 2
		}
		args = append(append(append([]string{}, args[:at]...), flags...), args[at:]...)
	}
	cmd := exec.Command(program(t, "xec"), args...)
	cmd.Dir, cmd.Env = filepath.Join(s.project, p.dir), append(cleanEnv(s.home), env...)
	if p.env != "" {
		cmd.Env = append(cmd.Env, p.env)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = strings.NewReader("value"), &stdout, &stderr, newSession()
	start := time.Now()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return hostileResult{cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes(), time.Since(start)}
}

// canariesHome is a home folder whose values must not show, and look like references.
func canariesHome(t *testing.T) string {
	t.Helper()
	home := canaryHome(t)
	nested := canaryCase{args: []string{"secrets", "set", "NESTED"}, stdin: canaryCore + " ${cmd:touch " + filepath.Join(home, "MARK") + "} ${secret:OTHER} $(touch " + filepath.Join(home, "MARK") + ")"}
	if err := nested.command(t, home).Run(); err != nil {
		t.Fatal(err)
	}
	return home
}

// TestHostileProjectsDoNothing runs every command that reads a project in each.
func TestHostileProjectsDoNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the projects are of Unix")
	}
	canaries, l := canariesHome(t), listening(t)
	projects := hostileProjects()
	t.Logf("%d projects, %d commands", len(projects), len(projectCommands))
	for name, p := range projects {
		t.Run(name, func(t *testing.T) {
			if p.need != "" {
				need(t, p.need)
			}
			t.Parallel()
			s := p.put(t, canaries, l)
			before := contentsOf(t, s.project)
			statuses := strings.ReplaceAll(p.statuses, " ", "")
			for i, c := range projectCommands {
				r := p.run(t, s, c.line)
				p.check(t, c.line, r, int(statuses[i]-'0'), c.shows)
				if marks, connections := s.happened(t); marks+int(connections) > 0 {
					t.Fatalf("%s: %d files were made, %d connections", c.line, marks, connections)
				}
				if after := contentsOf(t, s.project); after != before {
					t.Fatalf("%s: the project is another", c.line)
				}
			}
			if _, err := os.Lstat(filepath.Join(canaries, "MARK")); err == nil {
				t.Error("a value acted")
			}
		})
	}
}

func (p hostileProject) check(t *testing.T, line string, r hostileResult, status int, shows bool) {
	t.Helper()
	if r.status != status {
		t.Errorf("%s: status %d, want %d: %.300s", line, r.status, status, r.stderr)
	}
	if r.took > time.Minute {
		t.Errorf("%s: took %v", line, r.took)
	}
	if line == "render" {
		shows = strings.Contains(p.config+p.files["other.yaml"], "secret:CANARY") || strings.Contains(p.config, "secret:NESTED")
	}
	if got := leaks(r.stdout); got != (shows && status == 0) {
		t.Errorf("%s: standard output shows the value: %v", line, got)
	}
	if leaks(r.stderr) {
		t.Errorf("%s: standard error shows the value", line)
	}
	if len(r.stderr) == 0 && status != 0 {
		t.Errorf("%s: failed without a word", line)
	}
	if bytes.ContainsAny(append(r.stdout, r.stderr...), "\x1b\a\r") {
		t.Errorf("%s: a name of the project acts on the terminal", line)
	}
	for said := range bytes.Lines(r.stderr) {
		if !bytes.HasPrefix(said, []byte("xec: ")) && !strings.HasPrefix(line, "__complete") {
			t.Errorf("%s: a line of standard error is not xec's", line)
		}
	}
}

// contentsOf is all that a folder holds.
func contentsOf(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&all, "%s %v %d %v\n", path, info.Mode(), info.Size(), info.ModTime())
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			all.Write(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestHostileProjectsCouldAct: with the person's word they do, so that the test above can
// fail.
func TestHostileProjectsCouldAct(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the projects are of Unix")
	}
	canaries := canariesHome(t)
	projects := hostileProjects()
	for name, line := range map[string]string{
		"commands in vars": "render", "commands in env": "exec -- true", "commands in targets": "render --check", "commands in tasks": "inspect --resolve", "commands in the profile": "exec -- true",
		"commands in scripts": "render", "commands in an unknown key": "render", "a command that others lead to": "exec -- true", "a command behind an alias": "render", "a command behind a tag": "exec -- true",
		"a link for a file": "exec -- true", "a file for everybody, that acts": "render", "a word for itself": "render", "a change behind an approval": "render", "a program that changed": "exec -- true",
		"a program that was not there": "exec -- true", "a link to what was approved": "render", "one that is named from elsewhere": "render", "20,000 commands": "render --check",
	} {
		p, ok := projects[name]
		if !ok {
			t.Fatalf("there is no project %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := p.put(t, canaries, listening(t))
			r := p.run(t, s, line, "XEC_TRUST_CONFIG=1")
			if marks, _ := s.happened(t); r.status != 0 || marks != 1 {
				t.Errorf("%s: status %d, %d files were made: %.300s", line, r.status, marks, r.stderr)
			}
		})
	}
	t.Run("an approval", func(t *testing.T) {
		p := projects["commands in env"]
		s := p.put(t, canaries, listening(t))
		approve(t, s.home, s.project)
		if r := p.run(t, s, "exec -- true"); r.status != 0 {
			t.Errorf("status %d: %.300s", r.status, r.stderr)
		}
		if marks, _ := s.happened(t); marks != 1 {
			t.Error("what is approved does not run")
		}
	})
	t.Run("a connection", func(t *testing.T) {
		l := listening(t)
		if c, err := net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		} else {
			c.Close()
		}
		for deadline := time.Now().Add(5 * time.Second); l.heard.Load() == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it is not heard")
			}
		}
	})
	t.Run("a file in the project", func(t *testing.T) {
		p := hostileProject{config: `vars: {a: "${cmd:touch made}"}`}
		s := p.put(t, canaries, listening(t))
		before := contentsOf(t, s.project)
		if p.run(t, s, "render", "XEC_TRUST_CONFIG=1"); contentsOf(t, s.project) == before {
			t.Error("it is not seen")
		}
	})
}
