//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// accessibleWalk goes through the menu line by line: nothing that is typed may need to be
// seen, and no line is written over.
var accessibleWalk = []menuStep{
	{"clear; xec secrets", "Enter", "to be done?"},
	{"se", "Enter", "Which key is to be set?"},
	{"9", "Enter", "does not start with a letter"},
	{"NEW.KEY", "Enter", "Value of NEW.KEY:"},
	{"[value 0]", "Enter", "The same again:"},
	{"[value 0]", "Enter", "NEW.KEY is set"},
	{"y", "Enter", "to be done?"},
	{"set", "Enter", "Which key is to be set?"},
	{"NEW.KEY", "Enter", "exists. Replace"},
	{"", "Enter", "Which key is to be set?"},
	{"", "Enter", "to be done?"},
	{"2", "Enter", "Which secret?"},
	{"nky", "Enter", "1. NEW.KEY"},
	{"1", "Enter", "Show it?"},
	{"yes", "Enter", "[value 0]"},
	{"", "Enter", "Another action?"},
	{"yes", "Enter", "to be done?"},
	{"generate", "Enter", "Which key is to get a random value?"},
	{"RANDOM", "Enter", "Empty is 32."},
	{"", "Enter", "RANDOM is set to 32 random"},
	{"no", "Enter", "Another action?"},
	{"1", "Enter", "to be done?"},
	{"import", "Enter", "Import which file?"},
	{"none", "Enter", "there is no such file"},
	{"in.env", "Enter", "In which format?"},
	{"env", "Enter", "and replace the values of 1 that exist?"},
	{"yes", "Enter", "1 secret new, 1 changed"},
	{"yes", "Enter", "to be done?"},
	{"export", "Enter", "Export into which file?"},
	{"out.json", "Enter", "In which format?"},
	{"json", "Enter", "in plain text into out.json?"},
	{"yes", "Enter", "all secrets are in out.json"},
	{"yes", "Enter", "to be done?"},
	{"list", "Enter", "Found 23 secrets."},
	{"SERVICE_000007_PASSWORD", "Enter", "show its value"},
	{"del", "Enter", "with its older values?"},
	{"yes", "Enter", "is deleted"},
	{"no", "Enter", "prompt:"},
}

// TestMenuLineByLine is the walk with ACCESSIBLE set. All that was written is compared at the
// end, as it can be scrolled back to.
func TestMenuLineByLine(t *testing.T) {
	p, home := menuPane(t, 80, 50, "ACCESSIBLE=1")
	for _, step := range accessibleWalk {
		// Only what the last answer has led to counts, so what was there is scrolled away.
		p.tmux("clear-history")
		p.types(p.filled(step.types))
		if step.keys != "" {
			p.keys(step.keys)
		}
		p.seeLast(step.see)
	}
	p.prompted()
	p.hides()
	p.checkWalked(home)
}

// seeLast waits until a text is to be seen at the end of the screen: behind it is nothing but
// the answers and the place for the next.
func (p *pane) seeLast(text string) {
	p.Helper()
	p.until(text, func(shot string) bool {
		i := strings.LastIndex(shot, text)
		near := i >= 0 && strings.Count(shot[i:], "\n") < 30
		return p.waits(shot) && (near || i >= 0 && strings.Contains(shot, "Enter hides it"))
	})
}

// waits reports whether the last line asks for something.
func (p *pane) waits(shot string) bool {
	shot = strings.TrimRight(shot, "\n")
	last := shot[strings.LastIndexByte(shot, '\n')+1:]
	for _, asks := range []string{"goes back:", ">", "NEW.KEY:", "again:", "prompt:", "Enter hides it"} {
		if strings.HasSuffix(last, asks) {
			return true
		}
	}
	return false
}

// TestMenuOnADumbTerminal: what it shows cannot be taken off again, and that is said before.
func TestMenuOnADumbTerminal(t *testing.T) {
	p, _ := menuPane(t, 80, 50, "TERM=dumb")
	p.line("clear; xec secrets 2>errors")
	p.see("to be done?")
	p.line("get")
	p.see("Which secret?")
	p.line("SERVICE_000001_PASSWORD")
	p.see("Show it?")
	p.line("yes")
	p.see("This terminal cannot take it off the screen again.")
	p.line("no")
	p.see("Another action?")
	p.line("")
	p.see("to be done?")
	p.keys("C-d")
	p.prompted()
	if shot := p.everything(); strings.Contains(shot, "value-0") {
		t.Error("the value is shown")
	}
	if b, err := os.ReadFile(filepath.Join(p.dir, "errors")); err != nil || len(b) > 0 {
		t.Errorf("standard error got %d bytes, error %v: the menu talks on the terminal", len(b), err)
	}
}

// TestMenuTellsErrorsAndGoesOn: a wrong passphrase, then the right one; a file that is no
// JSON; a store without secrets.
func TestMenuTellsErrorsAndGoesOn(t *testing.T) {
	need(t, "tmux")
	p := newPane(t, t.TempDir(), 80, 24)
	p.values = []string{"passphrase-" + hex8(t)}
	if err := os.WriteFile(filepath.Join(p.dir, "bad.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.line("clear; xec secrets; echo left $?.")
	p.see("to be done?")
	p.line("list")
	p.see("there are no secrets yet")
	p.keys("Escape")
	p.see("left 0.")
	p.line(p.filled("clear; XEC_PASSPHRASE=[value 0] xec secrets set KEY --value v; clear; xec secrets"))
	p.see("to be done?")
	p.line("list")
	p.see("Passphrase:")
	p.line("wrong")
	p.see("the passphrase is wrong")
	p.see("Another action?")
	p.line("yes")
	p.see("to be done?")
	p.line("imp")
	p.see("Import which file?")
	p.line("bad.json")
	p.see("In which format?")
	p.line("json")
	p.see("Passphrase:")
	p.line(p.values[0])
	p.see("bad.json:")
	p.see("Another action?")
	p.line("")
	p.see("to be done?")
	p.line("list")
	p.see("Found 1 secret.") // and the passphrase is not asked for again
	p.keys("C-c")
	p.prompted()
}
