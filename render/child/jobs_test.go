//go:build unix

package child

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell is an interactive shell on a terminal. It says its prompt when it has the
// terminal.
func shell(t *testing.T) *console {
	t.Helper()
	need(t, "bash")
	c := newConsole(t)
	c.dir = t.TempDir()
	cmd := exec.Command("bash", "--norc", "--noprofile", "--noediting", "-i")
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
