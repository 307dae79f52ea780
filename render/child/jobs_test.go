//go:build unix

package child

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shell is an interactive shell on a terminal. It says its prompt when it has the
// terminal.
func shell(t *testing.T) *console { return shellWith(t, "--noediting") }

func shellWith(t *testing.T, more ...string) *console {
	t.Helper()
	need(t, "bash")
	c := newConsole(t)
	c.dir = t.TempDir()
	cmd := exec.Command("bash", append(append([]string{"--norc", "--noprofile"}, more...), "-i")...)
	cmd.Env = append(os.Environ(), "PS1=prompt:", "ME="+me(t), "HISTFILE=", "DIR="+c.dir)
	c.startCmd(cmd)
	c.expect("prompt:")
	return c
}

// jobs are ways for output in which a program is a job of a shell like any other.
var jobs = map[string]string{
	"session":       "$ME filtered %s",
	"pipe":          "$ME filtered %s | cat",
	"lone terminal": "$ME filtered %s </dev/null",
	"plain":         "$ME plain %s", // what the others are compared with
}

// counting is a program that says that it runs.
const counting = "$ME counts $DIR/end"

func TestCtrlZ(t *testing.T) {
	for name, line := range jobs {
		t.Run(name, func(t *testing.T) { ctrlZ(t, name, line) })
	}
}

func ctrlZ(t *testing.T, name, line string) {
	c := shell(t)
	before := c.modes()
	c.send(fmt.Sprintf(line, counting) + "\r")
	c.expect("at 2")
	for range 2 {
		c.send("\x1a")
		c.expect("Stopped")
		c.expect("prompt:")
		if now := c.modes(); name != "plain" && now != before {
			t.Errorf("%s: the terminal is not as it was: %+v, was %+v", name, now, before)
		}
		c.send("jobs -s | grep -c Stopped\r")
		c.expect("1\r\n")
		c.expect("prompt:")
		c.send("fg\r")
		c.expect("\nat ")
		c.expect("\nat ")
	}
	c.send("\x1a")
	c.expect("Stopped")
	c.expect("prompt:")
	c.send("bg\r")
	c.expect("\nat ")
	c.expect("\nat ")
	c.send("jobs -r | grep -c Running\r")
	c.expect("1\r\n")
	c.send("echo x$((6*7))y\r")
	c.expect("x42y") // the terminal is the shell's
	c.send("fg\r")
	c.expect("\nat ")
	if err := os.WriteFile(filepath.Join(c.dir, "end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.expect("\nover")
	c.expect("prompt:")
	c.send("echo status $?\r")
	if name == "pipe" {
		c.expect("\nstatus 0")
	} else {
		c.expect("\nstatus 9")
	}
	if strings.Contains(c.text(), "\r\r") {
		t.Errorf("%s: output is processed twice", name)
	}
	c.send("exit\r")
}

// TestTakenToTheForegroundAtLast starts a program in the background, where the shell edits
// a line meanwhile: the program is to find the terminal as it is for programs.
func TestTakenToTheForegroundAtLast(t *testing.T) {
	for _, line := range []string{"$ME plain cat", "$ME filtered cat"} {
		c := shellWith(t)
		c.send("(sleep 0.3; exec " + line + ") &\r") // by then the shell edits
		c.expect("prompt:")
		time.Sleep(time.Second)
		c.send("fg\r")
		c.expect("cat )\r\n")
		for range 3 { // it may be stopped first, when it reads in the background
			c.send("hello\r")
			c.expect("hello\r\nhello\r\n")
		}
		c.send("\x04")
		c.expect("prompt:")
		c.send("exit\r")
	}
}
