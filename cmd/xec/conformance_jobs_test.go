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
	c.expect(prompt)
	c.send("sh -c 'echo run\"\"ning; exec sleep 1000'\r")
	c.expect("running")
	c.send("\x03")
	c.expect(prompt)
	seen := c.answer(`echo "$K" status $?`)

	// One that counts, so that a key that arrives twice is seen.
	c.send("sh -c 'n=0; trap \"n=\\$((n+1)); echo ca\\\"\\\"ught \\$n\" INT; echo run\"\"ning; until [ -e end ]; do sleep 0.02; done; echo cou\"\"nted $n; exit 9'\r")
	c.expect("running")
	for _, text := range []string{"caught 1", "caught 2"} {
		c.send("\x03")
		c.expect(text)
	}
	x.write("end", "", 0o600)
	seen += strings.ReplaceAll("counted"+c.expectBetween("counted", prompt), "\r\n", "\n")
	seen += c.answer("echo status $?")
	c.send("exit 7\r")
	return seen + fmt.Sprintf("status %d\n", x.ended(cmd).ExitStatus())
}

func (x *between) ctrlCInPython() string {
	c := x.console()
	cmd := x.command("python3", "-q", "-i", "-c", "import os, sys, time; sys.ps1 = '>' + '> '")
	cmd.Env = append(cmd.Env, "PYTHON_BASIC_REPL=1")
	c.start(cmd)
	c.expect(">> ")
	for range 2 {
		// One long sleep is not interrupted by what comes just before it.
		c.send("print('run' + 'ning'); [time.sleep(0.02) for _ in iter(int, 1)]\r")
		c.expect("running")
		c.send("\x03")
		c.expect("KeyboardInterrupt")
		c.expect(">> ")
	}
	c.send("print('value', os.environ['K'], 6*7)\r")
	c.expect("\n")
	seen := c.expect(" 42")
	c.send("raise SystemExit(9)\r")
	return seen + fmt.Sprintf("\nstatus %d\n", x.ended(cmd).ExitStatus())
}

// expectBetween waits for two texts and gives what stands between them.
func (c *console) expectBetween(first, second string) string {
	c.Helper()
	c.expect(first)
	return c.expect(second)
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
			cmd.Stdin = c.slave
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
	c.send("$RUN sh -c 'echo be\"\"gun; " + program + "'\r")
	c.expect("begun")
	for _, line := range []string{"one", "two"} {
		c.send(line + "\r")
		c.expect(says + line)
		c.send("\x1a")
		c.expect("Stopped")
		c.expect(prompt)
		seen += fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
		seen += c.answer("jobs")
		c.send("bg\r") // where it may not read
		c.expect(prompt)
		x.until("it waits for the terminal", func() bool { return strings.Contains(c.answer("jobs"), "Stopped") })
		c.send("fg\r")
	}
	c.send("three\r")
	c.expect(says + "three")
	c.send("\x04")
	c.expect(prompt)
	seen += c.answer("echo status $?")
	return seen + fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
}

// continuedInTheBackground stops a program that prints, and lets it go on there.
func (x *between) continuedInTheBackground() string {
	c := x.shell()
	settings := c.answer("stty -a")
	c.send("$RUN counts end\r")
	c.expect("at 2")
	c.send("\x1a")
	c.expect("Stopped")
	c.expect(prompt)
	c.send("bg\r")
	c.expect("\nat ")
	c.expect("\nat ")
	c.send("echo running=$(jobs -r | grep -c Running)=\r")
	c.expect("running=1=")
	c.send("echo x$((6*7))y\r")
	c.expect("x42y") // the terminal is the shell's
	c.send("fg\r")
	c.expect("\nat ")
	x.write("end", "", 0o600)
	c.expect("\nover")
	c.expect(prompt)
	seen := c.answer("echo status $?")
	return seen + fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
}

// observeBackground is what a shell has that starts a program in the background, and what
// becomes of one that nohup has started when the terminal is gone.
func observeBackground(x *between) string {
	c := x.shell()
	settings := c.answer("stty -a")
	c.send("$RUN sh -c 'echo be\"\"gun; until [ -e end ]; do sleep 0.02; done; echo \"$K\" arr\"\"ived; exit 9' &\r")
	c.expect("begun")
	c.send("echo x$((6*7))y\r")
	c.expect("x42y") // the terminal is the shell's
	c.expect(prompt)
	seen := fmt.Sprintf("settings the same: %v\n", c.answer("stty -a") == settings)
	x.write("end", "", 0o600)
	seen += c.expect(" arrived\r\n") + " arrived\n"
	c.send("wait %1; echo sta\"\"tus=$?=\r")
	return seen + "status " + c.expectBetween("status=", "=") + "\n" + x.hungUp()
}

// hungUp is what a program prints into a pipe that lives on after its terminal.
func (x *between) hungUp() string {
	c := x.shell()
	c.send("nohup $RUN sh -c 'echo be\"\"gun; until [ -e gone ]; do sleep 0.02; done; echo \"$K\" lives on' </dev/null 2>&1 | (trap '' HUP; tee out) &\r")
	c.expect("begun")
	c.slave.Close()
	c.master.Close()
	x.ended(c.cmd)
	x.write("gone", "", 0o600)
	x.until("it lives on", func() bool { return strings.Contains(x.read("out"), "lives on") })
	return x.read("out")
}
