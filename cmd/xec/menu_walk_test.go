//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pane is a window of tmux with a shell in it, driven by its keys and read as text.
type pane struct {
	*testing.T
	dir    string   // the working folder of the shell
	env    []string // what tmux is started with
	values []string // which no message shows
}

// newPane starts a shell in a window of a size.
func newPane(t *testing.T, home string, width, height int, env ...string) *pane {
	t.Helper()
	need(t, "tmux")
	p := &pane{T: t, dir: t.TempDir()}
	p.env = cleanEnv(home, append([]string{"PATH=" + filepath.Dir(program(t, "xec")) + ":" + os.Getenv("PATH"),
		"PS1=prompt:", "HISTFILE=", "LC_ALL=C.UTF-8", "TERM=xterm"}, env...)...)
	p.tmux("-f", "/dev/null", "start-server", ";", "set", "-g", "exit-empty", "off")
	t.Cleanup(func() { p.command("kill-server").Run() })
	shell := append([]string{"new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "env"}, env...)
	p.tmux(append(shell, "bash", "--norc", "--noprofile", "--noediting", "-i")...)
	p.prompted()
	return p
}

func (p *pane) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-S", "tmux"}, args...)...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

func (p *pane) tmux(args ...string) string {
	p.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.Fatalf("tmux %s: %v", args[0], err)
	}
	return string(out)
}

// keys presses keys by their names.
func (p *pane) keys(names ...string) { p.Helper(); p.tmux(append([]string{"send-keys"}, names...)...) }

// types types a text.
func (p *pane) types(text string) { p.Helper(); p.tmux("send-keys", "-l", text) }

// line types a line.
func (p *pane) line(text string) { p.Helper(); p.types(text); p.keys("Enter") }

// text is what is to be seen, without what differs from run to run.
func (p *pane) text() string { return p.normal(p.tmux("capture-pane", "-p")) }

// everything is what can be scrolled back to as well, on both screens.
func (p *pane) everything() string {
	p.Helper()
	all := p.tmux("capture-pane", "-p", "-J", "-S", "-")
	if saved, err := p.command("capture-pane", "-p", "-J", "-a", "-S", "-").Output(); err == nil {
		all += string(saved)
	}
	return all
}

var (
	drawn  = regexp.MustCompile(`(?m)^[A-Za-z0-9]{32}$`)
	blanks = regexp.MustCompile(`(?m) +$`)
)

func (p *pane) normal(shot string) string {
	for i, value := range p.values {
		shot = strings.ReplaceAll(shot, value, fmt.Sprintf("[value %d]", i))
	}
	shot = drawn.ReplaceAllString(shot, "[32 random characters]")
	return strings.TrimRight(blanks.ReplaceAllString(shot, ""), "\n") + "\n"
}

// until waits for something to be seen.
func (p *pane) until(what string, is func(shot string) bool) string {
	p.Helper()
	for deadline := time.Now().Add(hanging); ; time.Sleep(10 * time.Millisecond) {
		shot := p.text()
		if is(shot) {
			return shot
		}
		if time.Now().After(deadline) {
			p.Fatalf("no %s in\n%s", what, shot)
		}
	}
}

// see waits until a text is to be seen.
func (p *pane) see(text string) {
	p.Helper()
	p.until(fmt.Sprintf("%q", text), func(shot string) bool { return strings.Contains(shot, text) })
}

// prompted waits for the shell.
func (p *pane) prompted() {
	p.Helper()
	p.until("prompt", prompts)
}

// prompts reports whether the shell waits for a command.
func prompts(shot string) bool {
	shot = strings.TrimRight(shot, "\n")
	return shot[strings.LastIndexByte(shot, '\n')+1:] == "prompt:"
}

// hides checks that no value is to be seen or scrolled back to.
func (p *pane) hides() {
	p.Helper()
	all := p.everything()
	for i, value := range p.values {
		if strings.Contains(all, value) {
			p.Errorf("value %d is to be seen, or scrolled back to", i)
		}
	}
}

// menuStep is what is typed, and what is then to be seen: whatever else is there is in the
// golden file.
type menuStep struct {
	types string
	keys  string // by name, behind what is typed
	see   string
}

// menuWalk goes through all of the menu. "[value 0]" is the first value of the pane.
var menuWalk = []menuStep{
	{"xec secrets", "Enter", "quit"},
	{"set", "Enter", "Which key is to be set?"},
	{"9", "", "does not start with a letter"},
	{"", "C-u", ">\n\n"},
	{"a=b", "", "byte 2 of the key"},
	{"", "C-u", ">\n\n"},
	{"NEW.KEY", "Enter", "Value of NEW.KEY:"},
	{"[value 0]", "Enter", "The same again:"},
	{"another", "Enter", "the two values differ"},
	{"", "Enter", "what is to be done?"},
	{"set", "Enter", "Which key is to be set?"},
	{"NEW.KEY", "Enter", "Value of NEW.KEY:"},
	{"[value 0]", "Enter", "The same again:"},
	{"[value 0]", "Enter", "NEW.KEY is set"},
	{"y", "Enter", "what is to be done?"},
	{"set", "Enter", "Which key is to be set?"},
	{"NEW.KEY", "Enter", "NEW.KEY exists"},
	{"n", "Enter", "what is to be done?"},
	{"get", "Enter", "Search:"},
	{"nky", "", "* NEW.KEY"},
	{"", "Enter", "The value of NEW.KEY is hidden. Show it?"},
	{"y", "Enter", "[value 0]"},
	{"", "Enter", "Another action?"},
	{"y", "Enter", "what is to be done?"},
	{"gen", "Enter", "Which key is to get a random value?"},
	{"RANDOM", "Enter", "How many characters"},
	{"x", "", "a number from 1 to 4096"},
	{"", "BSpace", "> 32\n\n\n"},
	{"", "Enter", "RANDOM is set to 32 random"},
	{"y", "Enter", "[32 random characters]"},
	{"", "Enter", "Another action?"},
	{"y", "Enter", "what is to be done?"},
	{"imp", "Enter", "Import which file?"},
	{"none", "", "there is no such file"},
	{"", "C-u", ">\n\n"},
	{"in.env", "Enter", "In which format?"},
	{"", "Enter", "Set 2 secrets, and replace the values"},
	{"y", "Enter", "1 secret new, 1 changed"},
	{"y", "Enter", "what is to be done?"},
	{"exp", "Enter", "Export into which file?"},
	{"no/out.json", "", "there is no such folder"},
	{"", "C-u", ">\n\n"},
	{"out.json", "Enter", "In which format?"},
	{"json", "Enter", "Export all secrets in plain text into"},
	{"y", "Enter", "all secrets are in out.json"},
	{"y", "Enter", "what is to be done?"},
	{"list", "Enter", "Found 23 secrets."},
	{"", "PageDown", "and"},
	{"service007", "", "* SERVICE_000007_PASSWORD"},
	{"", "Enter", "show its value"},
	{"del", "Enter", "Delete SERVICE_000007_PASSWORD"},
	{"y", "Enter", "is deleted"},
	{"y", "Enter", "what is to be done?"},
	{"delete", "Enter", "Which secret is to be deleted?"},
	{"nosuch", "", "none"},
	{"", "Escape", "what is to be done?"},
	{"", "Up", "* set"},
	{"", "End", "* quit"},
	{"", "Enter", "prompt:"},
}

// TestMenuWalk goes through all entries of the menu, and compares every screen with those
// of golden/menu.
func TestMenuWalk(t *testing.T) {
	for _, mode := range []struct {
		name          string
		width, height int
		env           []string
	}{
		{"80x24", 80, 24, nil},
		{"40x20", 40, 20, []string{"NO_COLOR=1"}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			p, home := menuPane(t, mode.width, mode.height, mode.env...)
			golden := filepath.Join("../../golden/menu", mode.name+".txt")
			p.compare(golden, func(want []string) (got []string) {
				for i, step := range menuWalk {
					p.types(p.filled(step.types))
					if step.keys != "" {
						p.keys(step.keys)
					}
					got = append(got, p.settled(step.see, nth(want, i)))
				}
				return got
			})
			p.hides()
			p.checkWalked(home)
			if colors := p.tmux("capture-pane", "-p", "-e", "-S", "-"); mode.env != nil && strings.Contains(colors, "\x1b[") {
				t.Error("there are colours with NO_COLOR")
			}
		})
	}
}

// wayBack goes into the menu, and out of it by Esc alone, one question at a time.
var wayBack = []menuStep{
	{"clear; xec secrets", "Enter", "to be done?"},
	{"list", "Enter", "Found 20 secrets."},
	{"service007", "Enter", "show its value"},
	{"get", "Enter", "is hidden. Show it?"},
	{"", "Escape", "show its value"},
	{"set", "Enter", "exists. Replace its value?"},
	{"", "Escape", "show its value"},
	{"gen", "Enter", "How many characters"},
	{"", "Enter", "exists. Replace its value?"},
	{"", "Escape", "How many characters"},
	{"", "Escape", "show its value"},
	{"", "Escape", "Found 20 secrets."},
	{"", "Escape", "to be done?"},
	{"set", "Enter", "Which key is to be set?"},
	{"AB", "Enter", "Value of AB:"},
	{"", "Escape", "Which key is to be set?"},
	{"", "Escape", "to be done?"},
	{"imp", "Enter", "Import which file?"},
	{"in.env", "Enter", "In which format?"},
	{"", "Enter", "Set 2 secrets?"},
	{"", "Escape", "In which format?"},
	{"", "Escape", "Import which file?"},
	{"", "Escape", "to be done?"},
	{"exp", "Enter", "Export into which file?"},
	{"out.json", "Enter", "In which format?"},
	{"json", "Enter", "in plain text into"},
	{"", "Escape", "In which format?"},
	{"", "Escape", "Export into which file?"},
	{"", "Escape", "to be done?"},
	{"", "Escape", "prompt:"},
}

func TestEscGoesBackOneQuestion(t *testing.T) {
	p, _ := menuPane(t, 80, 24)
	for _, step := range wayBack {
		p.types(step.types)
		p.keys(step.keys)
		p.see(step.see)
	}
}

// menuPane starts a pane with a store of 20 secrets, and a file to import.
func menuPane(t *testing.T, width, height int, env ...string) (p *pane, home string) {
	t.Helper()
	need(t, "tmux")
	home = homeWith(t, 20)
	p = newPane(t, home, width, height, env...)
	p.values = []string{"first-" + hex8(t), "imported-" + hex8(t)}
	text := "SECRET_NEW.KEY='" + p.values[1] + "'\nSECRET_IMPORTED=" + p.values[1] + "\n"
	if err := os.WriteFile(filepath.Join(p.dir, "in.env"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p, home
}

func hex8(t *testing.T) string {
	t.Helper()
	v := draw(8, charsets["hex"])
	return string(v.Reveal())
}

// filled puts values into what is typed.
func (p *pane) filled(text string) string {
	for i, value := range p.values {
		text = strings.ReplaceAll(text, fmt.Sprintf("[value %d]", i), value)
	}
	return text
}

func nth(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// settled waits for a screen: the one that is wanted, or else one with a text that no longer
// changes.
func (p *pane) settled(see, want string) string {
	p.Helper()
	last, same := "", 0
	for deadline := time.Now().Add(hanging); ; time.Sleep(10 * time.Millisecond) {
		shot := p.text()
		if same++; shot != last {
			last, same = shot, 0
		}
		if shot == want || strings.Contains(shot, see) && want == "" && same >= 20 || strings.Contains(shot, see) && same >= 500 {
			return shot
		}
		if time.Now().After(deadline) {
			p.Fatalf("no %q in\n%s", see, shot)
		}
	}
}

// compare compares screens with those of a golden file.
func (p *pane) compare(golden string, walk func(want []string) []string) {
	p.Helper()
	const between = "--------\n"
	var want []string
	if os.Getenv("XEC_UPDATE_GOLDEN") == "" {
		text, err := os.ReadFile(golden)
		if err != nil {
			p.Fatal(err)
		}
		want = strings.Split(string(text), between)
	}
	got := walk(want)
	if want == nil {
		if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(strings.Join(got, between)), 0o644)); err != nil {
			p.Fatal(err)
		}
	}
	for i := range max(len(got), len(want)) {
		if want != nil && nth(got, i) != nth(want, i) {
			p.Fatalf("%s: screen %d is\n%s\nand not\n%s", golden, i+1, nth(got, i), nth(want, i))
		}
	}
}

// checkWalked asks the commands what the menu has done.
func (p *pane) checkWalked(home string) {
	p.Helper()
	xec := func(args ...string) string {
		cmd := exec.Command(program(p, "xec"), args...)
		cmd.Env = cleanEnv(home)
		out, err := cmd.Output()
		if err != nil {
			p.Errorf("xec %s: %v", strings.Join(args, " "), err)
		}
		return string(out)
	}
	if xec("secrets", "get", "NEW.KEY") != p.values[1] || xec("secrets", "get", "IMPORTED") != p.values[1] {
		p.Error("the values that were imported are not there")
	}
	if n := len(xec("secrets", "get", "RANDOM")); n != 32 {
		p.Errorf("the random value has %d characters", n)
	}
	keys := strings.Fields(xec("secrets", "list"))
	if len(keys) != 22 || strings.Contains(strings.Join(keys, " "), "SERVICE_000007") {
		p.Errorf("%d keys are left", len(keys))
	}
	info, err := os.Stat(filepath.Join(p.dir, "out.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		p.Errorf("the export: %v, error %v", info, err)
	}
}
