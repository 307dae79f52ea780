//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	xec "github.com/xec-sh/xec-go"
)

// example is a command of the README with the output that the README shows.
type example struct {
	line    int
	command string
	want    string
}

// TestReadmeIsTrue runs every command of the README, in its order, in one home
// folder, with the xec that its own commands install.
func TestReadmeIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	work, home, bin := t.TempDir(), t.TempDir(), t.TempDir()
	user := append(cleanEnv(home), "PATH="+bin+":"+os.Getenv("PATH"))
	commands, examples := 0, 0
	for _, b := range fences(string(text)) {
		switch b.kind {
		case "sh":
			for i, command := range strings.Split(strings.TrimSpace(b.body), "\n") {
				commands++
				runInRepository(t, b.line+i, command, bin)
			}
		case "console":
			for _, e := range b.examples() {
				examples++
				cmd := exec.Command("sh", "-c", e.command)
				cmd.Dir, cmd.Env = work, user
				out, _ := cmd.CombinedOutput() // a status that matters is shown
				if string(out) != e.want {
					t.Errorf("README.md:%d: %s\nprints\n%s\nand not\n%s", e.line, e.command, out, e.want)
				}
			}
		case "text":
		case "js":
			if b.body != documentScript(t) {
				t.Errorf("README.md:%d: not the script that is tried under every runtime", b.line)
			}
		case "yaml":
			checkBlock(t, b, append(user, "XEC_TRUST_CONFIG=1"))
		default:
			t.Errorf("README.md:%d: a block of kind %q is not tested", b.line, b.kind)
		}
	}
	if commands != 3 || examples < 20 {
		t.Errorf("%d commands and %d examples were found", commands, examples)
	}
}

// checkBlock gives xec a secrets block, whose settings must be some: its service is not there.
func checkBlock(t *testing.T, b fence, env []string) {
	t.Helper()
	dir := t.TempDir()
	writeIn(t, dir, ".xec/config.yaml", b.body)
	cmd := exec.Command("xec", "secrets", "get", "NONE")
	cmd.Path, _ = exec.LookPath(program(t, "xec"))
	cmd.Dir, cmd.Env = dir, append(env, "PATH=/nonexistent")
	out, err := cmd.CombinedOutput()
	told := strings.Contains(string(out), "config.yaml:") && !strings.Contains(string(out), "there is no program xec-provider-vault")
	if err == nil || told || strings.Contains(string(out), "approved") {
		t.Errorf("README.md:%d: error %v: %s", b.line, err, out)
	}
}

// runInRepository runs a command that is given without its output.
func runInRepository(t *testing.T, line int, command, bin string) {
	switch command {
	case "go test ./...": // this test is a part of it
		return
	case "go run ./cmd/xec demo":
		out := inRepository(t, line, command)
		want, err := os.ReadFile("../../golden/demo.txt")
		if err != nil {
			t.Fatal(err)
		}
		if out != string(want) {
			t.Errorf("README.md:%d: %s: not as in golden/demo.txt:\n%s", line, command, out)
		}
	default:
		inRepository(t, line, command, "GOBIN="+bin)
	}
}

func inRepository(t *testing.T, line int, command string, more ...string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), more...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("README.md:%d: %s: %v\n%s", line, command, err, stderr.String())
	}
	return string(out)
}

// fence is a block of code of a Markdown text.
type fence struct {
	kind string
	line int // of the first line of its body
	body string
}

func fences(text string) (blocks []fence) {
	var open *fence
	for i, line := range strings.SplitAfter(text, "\n") {
		kind, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open == nil:
			open = &fence{kind: kind, line: i + 2}
		case isFence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.body += line
		}
	}
	return blocks
}

// examples gives the commands of a console block: "$ " before each, "> " before the
// further lines of one, and what it prints below.
func (f fence) examples() (all []example) {
	for i, line := range strings.SplitAfter(f.body, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		more, isMore := strings.CutPrefix(line, "> ")
		if line == ">\n" {
			more, isMore = "\n", true
		}
		switch last := len(all) - 1; {
		case isCommand:
			all = append(all, example{f.line + i, command, ""})
		case last < 0:
			all = append(all, example{f.line + i, fmt.Sprintf("echo %q is no command; exit 1", line), ""})
		case isMore && all[last].want == "":
			all[last].command += more
		default:
			all[last].want += line
		}
	}
	return all
}

// TestDemoLeavesNothingBehind: neither in the folder for temporary files, nor in
// that of the person.
func TestDemoLeavesNothingBehind(t *testing.T) {
	home, tmp := t.TempDir(), t.TempDir()
	cmd := exec.Command(program(t, "xec"), "demo")
	cmd.Env = append(cleanEnv(home), "TMPDIR="+tmp, "TMP="+tmp, "TEMP="+tmp, "XEC_HOME_DIR="+filepath.Join(home, "x"), "XEC_PASSPHRASE=p")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, folder := range []string{home, tmp} {
		left, err := os.ReadDir(folder)
		if err != nil || len(left) > 0 {
			t.Errorf("%d files are left, error %v", len(left), err)
		}
	}
}

// TestEnvironmentIsAllOfIt: the table of the README, which is xec help environment, has the
// variables that the sources name, and no others.
func TestEnvironmentIsAllOfIt(t *testing.T) {
	quoted := regexp.MustCompile(`"XEC_[A-Z_]*[A-Z]"`)
	listed := regexp.MustCompile("(?m)^\\| `(XEC_[A-Z_]+)`")
	named := map[string]bool{}
	for _, folder := range []string{".", "../../render", "../../resolve", "../../store"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, name := range quoted.FindAllString(string(text), -1) {
				named[strings.Trim(name, `"`)] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range listed.FindAllStringSubmatch(section(xec.Readme, "Environment"), -1) {
		if !named[row[1]] {
			t.Errorf("the README has %s, which no source names", row[1])
		}
		delete(named, row[1])
	}
	for name := range named {
		t.Errorf("the README does not have %s", name)
	}
}
