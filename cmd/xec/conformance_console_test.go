//go:build unix

package main

import (
	"os/exec"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/render/child/consoletest"
)

// console is a terminal, and what was started on it.
type console struct {
	*between
	*consoletest.Console
	cmd *exec.Cmd
}

// prompt is what shells of these tests say when they have the terminal.
const prompt = "prompt:"

func (x *between) console() *console {
	x.Helper()
	return &console{between: x, Console: consoletest.New(x)}
}

// shell is an interactive bash on a terminal.
func (x *between) shell() *console {
	x.Helper()
	c := x.console()
	c.start(x.plain("bash", "--norc", "--noprofile", "--noediting", "-i"))
	c.Expect(prompt)
	return c
}

// start starts a command on it.
func (c *console) start(cmd *exec.Cmd) {
	c.Helper()
	c.Attach(cmd)
	c.cmd = cmd
	c.between.start(cmd)
}

// answer is what a command prints that the shell runs.
func (c *console) answer(command string) string {
	c.Helper()
	c.Send(command + "\r")
	c.Expect("\n") // the echo
	return strings.ReplaceAll(c.Expect(prompt), "\r\n", "\n")
}

// pid waits for the number that a program says: pid N end.
func (c *console) pid() int {
	c.Helper()
	c.Expect("pid ")
	pid, err := strconv.Atoi(c.Expect(" end"))
	if err != nil {
		c.Fatal(err)
	}
	return pid
}
