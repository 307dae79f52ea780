//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// observeCtrlC is what Ctrl-C does in the middle of a command: the command ends, and who
// has run it does not.
func observeCtrlC(x *between) string {
	return "bash: " + x.ctrlCInBash() + "python: " + x.ctrlCInPython()
}

func (x *between) ctrlCInBash() string {
	c := x.console()
	cmd := x.command("bash", "--norc", "--noprofile", "--noediting", "-i")
	c.start(cmd)
	c.Expect(prompt)
	c.Send("sh -c 'echo run\"\"ning; exec sleep 1000'\r")
	c.Expect("running")
	c.Send("\x03")
	c.Expect(prompt)
	seen := c.answer(`echo "$K" status $?`)

	// One that counts, so that a key that arrives twice is seen.
	c.Send("sh -c 'n=0; trap \"n=\\$((n+1)); echo ca\\\"\\\"ught \\$n\" INT; echo run\"\"ning; until [ -e end ]; do sleep 0.02; done; echo cou\"\"nted $n; exit 9'\r")
	c.Expect("running")
	for _, text := range []string{"caught 1", "caught 2"} {
		c.Send("\x03")
		c.Expect(text)
	}
	x.write("end", "", 0o600)
	seen += strings.ReplaceAll("counted"+c.expectBetween("counted", prompt), "\r\n", "\n")
	seen += c.answer("echo status $?")
	c.Send("exit 7\r")
	return seen + fmt.Sprintf("status %d\n", x.ended(cmd).ExitStatus())
}

func (x *between) ctrlCInPython() string {
	c := x.console()
	cmd := x.command("python3", "-q", "-i", "-c", "import os, sys, time; sys.ps1 = '>' + '> '")
	cmd.Env = append(cmd.Env, "PYTHON_BASIC_REPL=1")
	c.start(cmd)
	c.Expect(">> ")
	for range 2 {
		// One long sleep is not interrupted by what comes just before it.
		c.Send("print('run' + 'ning'); [time.sleep(0.02) for _ in iter(int, 1)]\r")
		c.Expect("running")
		c.Send("\x03")
		c.Expect("KeyboardInterrupt")
		c.Expect(">> ")
	}
	c.Send("print('value', os.environ['K'], 6*7)\r")
	c.Expect("\n")
	seen := c.Expect(" 42")
	c.Send("raise SystemExit(9)\r")
	return seen + fmt.Sprintf("\nstatus %d\n", x.ended(cmd).ExitStatus())
}

// expectBetween waits for two texts and gives what stands between them.
func (c *console) expectBetween(first, second string) string {
	c.Helper()
	c.Expect(first)
	return c.Expect(second)
}

// counts is a program that says that it runs, until there is a file, and ends with 9. It
// is no shell, which a stop can catch where it waits for a process that it has just made.
func counts() {
	for i := 1; ; i++ {
		if _, err := os.Stat(os.Args[1]); err == nil {
			fmt.Println("over")
			os.Exit(9)
		}
		fmt.Println("at", i)
		time.Sleep(20 * time.Millisecond)
	}
}

// observeJobs is what a shell, and a person, see of a program that is stopped, continued in
// the background and in the foreground.
func observeJobs(x *between) string {
	seen := "cat: " + x.stoppedWhileReading("exec cat -n", "\t")
	seen += "sh: " + x.stoppedWhileReading("while read x; do echo got $x; done; exit 9", "got ")
	return seen + "counts: " + x.continuedInTheBackground() + x.settingsAfter()
}

// settingsAfter is whether a terminal is as it was when a program has ended, where no shell
// puts it back.
func (x *between) settingsAfter() (seen string) {
	const core = 0x80 // what tells that there is one; it would be of the program, and is not of xec
	for _, end := range []string{"exit 3", "kill -SEGV $$", "kill -KILL $$"} {
		c := x.console()
		settings := func() string {
			cmd := x.plain("stty", "-a")
			cmd.Stdin = c.Programs
			out, _ := x.output(cmd)
			return out
		}
		before := settings()
		c.start(x.command("sh", "-c", end))
		status := x.ended(c.cmd)
		seen += fmt.Sprintf("%s: %x, settings the same: %v\n", end, uint32(status)&^core, settings() == before)
	}
	return seen
}

// stoppedWhileReading stops a program that says something before each line that it reads.
func (x *between) stoppedWhileReading(program, says string) string {
	c := x.shell()
	settings := c.answer("stty -a")
	seen := "settings " + settings
	c.Send("$RUN sh -c 'echo be\"\"gun; " + program + "'\r")
	c.Expect("begun")
	for _, line := range []string{"one", "two"} {
		c.Send(line + "\r")
		c.Expect(says + line)
		c.Send("\x1a")
		c.Expect("Stopped")
		c.Expect(prompt)
		seen += fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
		seen += c.answer("jobs")
		c.Send("bg\r") // where it may not read
		c.Expect(prompt)
		x.until("it waits for the terminal", func() bool { return strings.Contains(c.answer("jobs"), "Stopped") })
		c.Send("fg\r")
	}
	c.Send("three\r")
	c.Expect(says + "three")
	c.Send("\x04")
	c.Expect(prompt)
	seen += c.answer("echo status $?")
	return seen + fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
}

// continuedInTheBackground stops a program that prints, and lets it go on there.
func (x *between) continuedInTheBackground() string {
	c := x.shell()
	settings := c.answer("stty -a")
	c.Send("$RUN counts end\r")
	c.Expect("at 2")
	c.Send("\x1a")
	c.Expect("Stopped")
	c.Expect(prompt)
	c.Send("bg\r")
	c.Expect("\nat ")
	c.Expect("\nat ")
	c.Send("echo running=$(jobs -r | grep -c Running)=\r")
	c.Expect("running=1=")
	c.Send("echo x$((6*7))y\r")
	c.Expect("x42y") // the terminal is the shell's
	c.Send("fg\r")
	c.Expect("\nat ")
	x.write("end", "", 0o600)
	c.Expect("\nover")
	c.Expect(prompt)
	seen := c.answer("echo status $?")
	return seen + fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
}

// observeBackground is what a shell has that starts a program in the background, and what
// becomes of one that nohup has started when the terminal is gone.
func observeBackground(x *between) string {
	c := x.shell()
	settings := c.answer("stty -a")
	c.Send("$RUN sh -c 'echo be\"\"gun; until [ -e end ]; do sleep 0.02; done; echo \"$K\" arr\"\"ived; exit 9' &\r")
	c.Expect("begun")
	c.Send("echo x$((6*7))y\r")
	c.Expect("x42y") // the terminal is the shell's
	c.Expect(prompt)
	seen := fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
	x.write("end", "", 0o600)
	seen += c.Expect(" arrived\r\n") + " arrived\n"
	c.Send("wait %1; echo sta\"\"tus=$?=\r")
	return seen + "status " + c.expectBetween("status=", "=") + "\n" + x.hungUp()
}

// hungUp is what a program prints into a pipe that lives on after its terminal.
func (x *between) hungUp() string {
	c := x.shell()
	c.Send("nohup $RUN sh -c 'echo be\"\"gun; until [ -e gone ]; do sleep 0.02; done; echo \"$K\" lives on' </dev/null 2>&1 | (trap '' HUP; tee out) &\r")
	c.Expect("begun")
	c.HangUp()
	x.ended(c.cmd)
	x.write("gone", "", 0o600)
	x.until("it lives on", func() bool { return strings.Contains(x.read("out"), "lives on") })
	return x.read("out")
}
