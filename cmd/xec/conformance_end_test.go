//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// observeStatuses is the status of each number with which a program can end.
func observeStatuses(x *between) string {
	var statuses [256]int
	var all sync.WaitGroup
	for part := range runtime.NumCPU() {
		all.Go(func() {
			for n := part; n < len(statuses); n += runtime.NumCPU() {
				cmd := x.command("sh", "-c", fmt.Sprintf("exit %d", n))
				cmd.Stdout = &bytes.Buffer{}
				cmd.Run()
				statuses[n] = cmd.ProcessState.ExitCode()
			}
		})
	}
	all.Wait()
	var seen strings.Builder
	for _, status := range statuses {
		fmt.Fprintf(&seen, "%d\n", status)
	}
	return seen.String()
}

// observeDeaths is what whoever waits sees of a program that a signal ends.
func observeDeaths(x *between) string {
	var seen strings.Builder
	for _, s := range []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGILL, unix.SIGTRAP, unix.SIGABRT, unix.SIGBUS, unix.SIGFPE,
		unix.SIGKILL, unix.SIGUSR1, unix.SIGSEGV, unix.SIGUSR2, unix.SIGPIPE, unix.SIGALRM, unix.SIGTERM} {
		out, status := x.output(x.command("sh", "-c", fmt.Sprintf(`echo "$K"; kill -%d $$`, int(s))))
		fmt.Fprintf(&seen, "%sby a signal %v: %v\n", out, status.Signaled(), status.Signal())
	}
	return seen.String()
}

// hears is a program that says which signals it hears, and ends with 40 after so many.
func hears() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		os.Exit(2)
	}
	heard := make(chan os.Signal, 100)
	signal.Notify(heard)
	fmt.Println("ready")
	for s := range heard {
		if s == syscall.SIGURG { // Go's own
			continue
		}
		fmt.Printf("heard %d\n", int(s.(syscall.Signal)))
		if n--; n == 0 {
			os.Exit(40)
		}
	}
}

// observeSignals is what a program hears of the signals that are sent to the process that
// was started, where no terminal could have sent them.
func observeSignals(x *between) string {
	sent := []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTERM, unix.SIGCONT, unix.SIGWINCH, 40}
	if runtime.GOOS != "linux" {
		sent = sent[:9] // none of real time
	}
	cmd := x.command("hears", fmt.Sprint(len(sent)))
	cmd.SysProcAttr = newSession()
	out := x.piped(cmd)
	var seen strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&seen, lines.Text())
		if len(sent) == 0 {
			continue
		}
		if err := cmd.Process.Signal(sent[0]); err != nil {
			x.Fatal(err)
		}
		sent = sent[1:]
	}
	status := x.ended(cmd)
	fmt.Fprintf(&seen, "heard %d\nstatus %d\n", strings.Count(seen.String(), "heard"), status.ExitStatus())
	return seen.String()
}

// observeBrokenPipe is a program whose reader has read enough.
func observeBrokenPipe(x *between) string {
	out, _ := x.output(x.plain("bash", "-c", `$RUN yes | head -1; echo ${PIPESTATUS[*]}; $RUN sh -c 'while :; do echo "$K"; done' | head -1; echo ${PIPESTATUS[*]}`))
	return out
}

// observeNotStarted is how programs that do not start end. Without xec env(1) starts them,
// whose statuses are those of every program that starts others.
func observeNotStarted(x *between) string {
	x.write("plain", "x", 0o644)
	x.write("uninterpreted", "#!/nonexistent/x\n", 0o755)
	var seen strings.Builder
	for _, test := range [][2]string{
		{"missing", "no-such-program"}, {"no file", "./none"}, {"not executable", "./plain"}, {"a folder", "/"}, {"no interpreter", "./uninterpreted"},
	} {
		cmd := x.command(test[1])
		if len(x.words) == 0 {
			cmd = x.command("env", test[1])
		}
		out, status := x.output(cmd)
		fmt.Fprintf(&seen, "%s %d, says something %v\n", test[0], status.ExitStatus(), out != "")
	}
	if runtime.GOOS == "linux" {
		fmt.Fprintf(&seen, "too much %d\n", x.tooMuch())
	}
	return seen.String()
}

// tooMuch is the status where arguments and environment together are too long. They are
// not before there is a large value among them.
func (x *between) tooMuch() int {
	const script = `ulimit -S -s 512; a=$(head -c 25000 /dev/zero | tr '\0' x); "$@" true $a $a $a`
	if len(x.words) == 0 {
		return x.status(`LARGE=$(head -c 60000 /dev/zero | tr '\0' x); export LARGE; `+script, "env")
	}
	words := slices.Clone(x.words)
	words[slices.Index(words, conformanceKey)] = "LARGE"
	return x.status(script, words...)
}

func (x *between) status(script string, args ...string) int {
	_, status := x.output(x.plain(append([]string{"sh", "-c", script, "sh"}, args...)...))
	return status.ExitStatus()
}

// observeKill is what becomes of a program when the process that was started is killed.
func observeKill(x *between) string {
	seen := ""
	for _, place := range []string{"in a pipe", "on a terminal"} {
		cmd := x.command("sh", "-c", `echo "$K" pid $$ end; exec sleep 1000`)
		pid := 0
		if place == "on a terminal" {
			c := x.console()
			c.start(cmd)
			pid = c.pid()
		} else {
			out := x.piped(cmd)
			var word string
			if _, err := fmt.Fscan(out, &word, &word, &pid); err != nil {
				x.Fatal(err)
			}
		}
		if unix.Kill(pid, 0) != nil {
			x.Fatalf("%s: there is no program", place)
		}
		cmd.Process.Kill()
		cmd.Wait()
		x.until("it is gone", func() bool {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			return err != nil || strings.Contains(string(stat), ") Z ")
		})
		seen += place + ": gone\n"
	}
	return seen
}

// observeFirst is what a program has and does where what was started is process 1: what
// others leave behind is buried, TERM reaches it, its status arrives.
func observeFirst(x *between) string {
	isolated := []string{"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"}
	if err := exec.Command(isolated[0], append(isolated[1:], "true")...).Run(); err != nil {
		if machine.Required("root") {
			x.Fatal(err)
		}
		x.Skip(err)
	}
	run := func(program string) *exec.Cmd {
		return x.plain(append(isolated, x.before("sh", "-c", program)...)...)
	}
	_, status := x.output(run(`exit 7`))
	cmd := run(`trap 'exit 6' TERM; left=$(sh -c 'sh -c : >/dev/null & echo $!'); while [ -e /proc/$left ]; do sleep 0.02; done; echo buried "$K"; while :; do sleep 0.02; done`)
	out := x.piped(cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		x.Fatal(err)
	}
	first := childrenOf(cmd.Process.Pid)
	if len(first) != 1 {
		x.Fatalf("%d children of unshare", len(first))
	}
	unix.Kill(first[0], unix.SIGTERM)
	return fmt.Sprintf("%sstatus %d, then %d\n", line, status.ExitStatus(), x.ended(cmd).ExitStatus())
}

// childrenOf are the processes that a process has started and that live.
func childrenOf(pid int) (pids []int) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for _, field := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(field); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}
