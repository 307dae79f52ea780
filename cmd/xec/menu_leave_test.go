//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// menuPlace is a question of the menu, and how a person gets there.
type menuPlace struct {
	name  string
	steps []menuStep
}

// begun starts the menu, whose process then tells its number.
var begun = menuStep{"clear; sh -c 'echo $$ >pid; exec xec secrets'", "Enter", "to be done?"}

var menuPlaces = []menuPlace{
	{"menu", []menuStep{begun}},
	{"search", []menuStep{begun, {"get", "Enter", "Search:"}}},
	{"field", []menuStep{begun, {"set", "Enter", "Which key is to be set?"}, {"AB", "", "> AB"}}},
	{"value", []menuStep{begun, {"set", "Enter", "Which key is to be set?"}, {"AB", "Enter", "Value of AB:"}, {"half of a", "", ""}}},
	{"question", []menuStep{begun, {"get", "Enter", "Search:"}, {"NEW", "Enter", "Show it?"}}},
	{"shown", []menuStep{begun, {"get", "Enter", "Search:"}, {"NEW", "Enter", "Show it?"}, {"y", "Enter", "[value 0]"}}},
}

// placesWithout are the same where nothing is drawn.
var placesWithout = []menuPlace{
	{"menu", []menuStep{begun}},
	{"value", []menuStep{begun, {"set", "Enter", "Which key is to be set?"}, {"AB", "Enter", "Value of AB:"}}},
	{"shown", []menuStep{begun, {"get", "Enter", "Which secret?"}, {"NEW.KEY", "Enter", "Show it?"}, {"yes", "Enter", "[value 0]"}}},
}

// TestMenuLeavesTheTerminal compares the terminal's settings, and what is to be seen, before
// and after each way out of each question.
func TestMenuLeavesTheTerminal(t *testing.T) {
	for _, mode := range []struct {
		name   string
		places []menuPlace
		env    []string
	}{
		{"drawn", menuPlaces, nil},
		{"accessible", placesWithout, []string{"ACCESSIBLE=1"}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			p, home := menuPane(t, 80, 24, mode.env...)
			setNew := exec.Command(program(t, "xec"), "secrets", "set", "NEW.KEY", "--value", p.values[0])
			setNew.Env = cleanEnv(home)
			if err := setNew.Run(); err != nil {
				t.Fatal(err)
			}
			before := p.settings()
			for i, place := range mode.places {
				p.leavesAfter(place, before, "130", func() { p.keys("C-c") })
				p.leavesAfter(place, before, "143", func() { p.kill("TERM") })
				if i%2 == 0 {
					p.leavesAfter(place, before, "129", func() { p.kill("HUP") })
				}
				if mode.env == nil {
					p.leavesAfter(place, before, "0", p.escapes)
				}
			}
			p.hides()
		})
	}
}

// leavesAfter goes to a place, and out of it by a way.
func (p *pane) leavesAfter(place menuPlace, before, status string, way func()) {
	p.Helper()
	for _, step := range place.steps {
		p.types(p.filled(step.types))
		if step.keys != "" {
			p.keys(step.keys)
		}
		p.see(step.see)
	}
	way()
	p.prompted()
	p.line("s=$?; clear; echo left $s.")
	p.see("left " + status + ".")
	if after := p.settings(); after != before {
		p.Errorf("%s, status %s: the terminal's settings are\n%s\nand not\n%s", place.name, status, after, before)
	}
}

// settings are those of the terminal, and whether it shows its ordinary screen with a cursor
// and wraps lines.
func (p *pane) settings() string {
	p.Helper()
	path := filepath.Join(p.dir, "settings")
	os.Remove(path)
	p.line("stty -a >settings.new; mv settings.new settings")
	var text []byte
	for deadline := time.Now().Add(hanging); ; time.Sleep(10 * time.Millisecond) {
		var err error
		if text, err = os.ReadFile(path); err == nil {
			break
		}
		if time.Now().After(deadline) {
			p.Fatal("no settings of the terminal")
		}
	}
	p.prompted()
	return string(text) + p.tmux("display-message", "-p", "alternate #{alternate_on}, cursor #{cursor_flag}, wrap #{wrap_flag}")
}

// escapes presses Esc until the shell is there.
func (p *pane) escapes() {
	p.Helper()
	for shot := p.text(); !prompts(shot); {
		p.keys("Escape")
		before := shot
		shot = p.until("other question", func(now string) bool {
			return now != before && (prompts(now) || strings.Contains(now, "Esc goes back"))
		})
	}
}

// kill sends a signal to the process that the menu is.
func (p *pane) kill(signal string) {
	p.Helper()
	pid, err := os.ReadFile(filepath.Join(p.dir, "pid"))
	if err != nil {
		p.Fatal(err)
	}
	if err := exec.Command("kill", "-"+signal, strings.TrimSpace(string(pid))).Run(); err != nil {
		p.Fatalf("kill: %v", err)
	}
}

// TestMenuIsSuspended: after Ctrl-Z the shell has its terminal, and after fg the question is
// there again.
func TestMenuIsSuspended(t *testing.T) {
	p, _ := menuPane(t, 80, 24)
	before := p.settings()
	for _, c := range []struct {
		place menuPlace
		again string
		stop  func()
	}{
		{menuPlaces[0], "to be done?", func() { p.keys("C-z") }},
		{menuPlaces[1], "Search:", func() { p.keys("C-z") }},
		{menuPlaces[3], "Value of AB:", func() { p.keys("C-z") }},
	} {
		for _, step := range c.place.steps {
			p.types(step.types)
			if step.keys != "" {
				p.keys(step.keys)
			}
			p.see(step.see)
		}
		c.stop()
		p.see("Stopped")
		p.prompted()
		if got := p.settings(); got != before {
			t.Errorf("%s: while it is stopped the terminal's settings are\n%s\nand not\n%s", c.place.name, got, before)
		}
		p.line("clear; fg")
		p.see(c.again)
		p.escapes()
		if got := p.settings(); got != before {
			t.Errorf("%s: afterwards the terminal's settings are\n%s\nand not\n%s", c.place.name, got, before)
		}
	}
}

// TestMenuIsDrawnAgain: after a stop that it could not hear of.
func TestMenuIsDrawnAgain(t *testing.T) {
	p, _ := menuPane(t, 80, 24)
	before := p.settings()
	p.line(begun.types)
	p.see(begun.see)
	drawn := p.text()
	p.kill("STOP")
	p.see("Stopped")
	p.line("fg")
	p.until("menu", func(shot string) bool { return shot == drawn })
	p.types("quit")
	p.see("> quit")
	p.keys("Enter")
	p.prompted()
	if got := p.settings(); got != before {
		t.Errorf("afterwards the terminal's settings are\n%s\nand not\n%s", got, before)
	}
}

// TestMenuValueStaysNowhere shows a long value in all ways: also where the terminal has no
// other screen than the one that it keeps lines of.
func TestMenuValueStaysNowhere(t *testing.T) {
	for _, mode := range []struct {
		name string
		env  []string
		set  string
	}{
		{"drawn", nil, "on"},
		{"one screen", nil, "off"},
		{"accessible", []string{"XEC_ACCESSIBLE=1"}, "on"},
		{"accessible on one screen", []string{"XEC_ACCESSIBLE=1"}, "off"},
	} {
		t.Run(mode.name, func(t *testing.T) {
			p, home := menuPane(t, 40, 20, mode.env...)
			p.tmux("set", "-g", "alternate-screen", mode.set)
			p.setLong(home)
			p.line("clear; xec secrets")
			p.see("to be done?")
			p.line("get")
			p.see("SERVICE_000012")
			p.line("LONG")
			p.see("Show it?")
			p.line("yes")
			p.see("[value 16]")
			p.keys("Space")
			p.see("[value 33]")
			p.keys("End")
			p.see("[value 59]")
			if mode.set == "on" { // a terminal keeps the lines of its one screen that no longer fit
				p.tmux("resize-window", "-x", "60", "-y", "15")
				p.until("smaller page", func(shot string) bool { return strings.Count(shot, "[value") == 12 })
			}
			p.keys("Enter")
			p.see("Another action?")
			p.hides()
			p.line("no")
			p.prompted()
			p.hides()
		})
	}
}

// setLong sets a value of 60 lines, which are the values of the pane.
func (p *pane) setLong(home string) {
	p.Helper()
	p.values = nil
	for i := range 60 {
		p.values = append(p.values, fmt.Sprintf("line-%02d-%s", i, hex8(p.T)))
	}
	cmd := exec.Command(program(p, "xec"), "secrets", "set", "LONG")
	cmd.Env, cmd.Stdin = cleanEnv(home), strings.NewReader(strings.Join(p.values, "\n")+"\n\n")
	if err := cmd.Run(); err != nil {
		p.Fatal(err)
	}
}

// TestAHiddenPromptStaysHidden, whoever stops it: a shell puts settings of its own, in which
// what is typed would be shown.
func TestAHiddenPromptStaysHidden(t *testing.T) {
	p, _ := menuPane(t, 80, 24)
	for _, signal := range []string{"TSTP", "STOP"} {
		typed, question := newValue(), "Value of AFTER."+signal+":"
		p.line("clear; sh -c 'echo $$ >pid; exec xec secrets set AFTER." + signal + "'")
		p.see(question)
		p.kill(signal)
		p.see("Stopped")
		p.line("clear; fg")
		p.until(question, func(shot string) bool { // and not what stood there before
			return strings.Contains(shot, question) && !strings.Contains(shot, "Stopped")
		})
		p.types(typed)
		p.keys("Enter")
		p.see("The same again:")
		p.types(typed)
		p.keys("Enter")
		p.prompted()
		if strings.Contains(p.everything(), typed) {
			t.Errorf("after %s what was typed is shown", signal)
		}
	}
}
