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

	"github.com/xec-sh/xec-go/render/rendertest"
)

// shell is an interactive shell on a terminal. It says its prompt when it has the
// terminal.
func shell(t *testing.T) *console { return shellWith(t, "--noediting") }

func shellWith(t *testing.T, more ...string) *console {
	t.Helper()
	rendertest.Program(t, "bash")
	c := newConsole(t)
	c.dir = t.TempDir()
	cmd := exec.Command("bash", append(append([]string{"--norc", "--noprofile"}, more...), "-i")...)
	cmd.Env = append(os.Environ(), "PS1=prompt:", "ME="+me(t), "HISTFILE=", "DIR="+c.dir)
	c.startCmd(cmd)
	c.Expect("prompt:")
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
	c.Send(fmt.Sprintf(line, counting) + "\r")
	c.Expect("at 2")
	for range 2 {
		c.Send("\x1a")
		c.Expect("Stopped")
		c.Expect("prompt:")
		if now := c.modes(); name != "plain" && now != before {
			t.Errorf("%s: the terminal is not as it was: %+v, was %+v", name, now, before)
		}
		c.Send("jobs -s | grep -c Stopped\r")
		c.Expect("1\r\n")
		c.Expect("prompt:")
		c.Send("fg\r")
		c.Expect("\nat ")
		c.Expect("\nat ")
	}
	c.Send("\x1a")
	c.Expect("Stopped")
	c.Expect("prompt:")
	c.Send("bg\r")
	c.Expect("\nat ")
	c.Expect("\nat ")
	c.Send("jobs -r | grep -c Running\r")
	c.Expect("1\r\n")
	c.Send("echo x$((6*7))y\r")
	c.Expect("x42y") // the terminal is the shell's
	c.Send("fg\r")
	c.Expect("\nat ")
	if err := os.WriteFile(filepath.Join(c.dir, "end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Expect("\nover")
	c.Expect("prompt:")
	c.Send("echo status $?\r")
	if name == "pipe" {
		c.Expect("\nstatus 0")
	} else {
		c.Expect("\nstatus 9")
	}
	if strings.Contains(c.Text(), "\r\r") {
		t.Errorf("%s: output is processed twice", name)
	}
	c.Send("exit\r")
}

// TestTakenToTheForegroundAtLast starts a program in the background, where the shell edits
// a line meanwhile: the program is to find the terminal as it is for programs.
func TestTakenToTheForegroundAtLast(t *testing.T) {
	for _, line := range []string{"$ME plain cat", "$ME filtered cat"} {
		c := shellWith(t)
		c.Send("(sleep 0.3; exec " + line + ") &\r") // by then the shell edits
		c.Expect("prompt:")
		time.Sleep(time.Second)
		c.Send("fg\r")
		c.Expect("cat )\r\n")
		for range 3 { // it may be stopped first, when it reads in the background
			c.Send("hello\r")
			c.Expect("hello\r\nhello\r\n")
		}
		c.Send("\x04")
		c.Expect("prompt:")
		c.Send("exit\r")
	}
}
