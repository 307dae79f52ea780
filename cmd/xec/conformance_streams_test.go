//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// observeSize is what a program sees of its terminal's size.
func observeSize(x *between) string {
	return x.seenSizes("", true) + x.seenSizes(" </dev/null", false)
}

// seenSizes is what a program says whenever it hears of a new size. Where it has not all of
// the terminal it may hear of one twice, and once before it is there: once is false.
func (x *between) seenSizes(streams string, once bool) string {
	os.Remove(x.path("end"))
	c := x.console()
	c.start(x.plain("sh", "-c", `exec $RUN sh -c 'trap "stty size <&1" WINCH; stty size <&1; until [ -e end ]; do sleep 0.02; done; echo "value $K over"'`+streams))
	seen := c.Expect("\r\n") + "\n"
	for _, size := range [][2]int{{132, 44}, {20, 10}} {
		c.Resize(size[0], size[1])
		text := fmt.Sprintf("%d %d\r\n", size[1], size[0])
		if before := c.Expect(text); once {
			seen += before
		}
		seen += text
	}
	x.write("end", "", 0o600)
	if before := c.Expect("value "); once {
		seen += before
	}
	return seen + c.Expect(" over") + fmt.Sprintf("\nstatus %d\n", x.ended(c.cmd).ExitStatus())
}

// observeStreams is what a program sees of its streams, of every mix.
func observeStreams(x *between) string {
	var seen strings.Builder
	kinds := []string{"terminal", "pipe", "file"}
	for i := range 27 {
		mix := [3]string{kinds[i%3], kinds[i/3%3], kinds[i/9]}
		fmt.Fprintf(&seen, "0: %s 1: %s 2: %s\n%s", mix[0], mix[1], mix[2], x.seenStreams(mix))
	}
	return seen.String()
}

// seenStreams is what isatty(3), tty(1) and stty(1) say. The name of a terminal may be
// another.
func (x *between) seenStreams(mix [3]string) string {
	const program = `exec 7<&0 8<&1 9<&2
for fd in 7 8 9; do
	if test -t $fd; then is=$is' yes'; else is=$is' no'; fi
	case $(tty <&$fd) in /dev/*) name=$name' terminal' ;; *) name=$name' none' ;; esac
	if test -t $fd; then size=$size', '$(stty size <&$fd); fi
done
echo "$is:$name$size" >seen`
	c := x.console()
	cmd := x.command("sh", "-c", program)
	var files [3]*os.File
	for fd, kind := range mix {
		files[fd] = c.stream(kind, fd)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	c.start(cmd)
	for _, f := range files {
		if f != c.Programs {
			f.Close()
		}
	}
	x.ended(cmd)
	return x.read("seen")
}

// stream is one of a kind, for the number that it gets.
func (c *console) stream(kind string, fd int) *os.File {
	c.Helper()
	if kind == "terminal" {
		return c.Programs
	}
	if kind == "file" {
		f, err := os.OpenFile(c.path(fmt.Sprint(fd)), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			c.Fatal(err)
		}
		return f
	}
	r, w, err := os.Pipe()
	if err != nil {
		c.Fatal(err)
	}
	if fd == 0 {
		c.Cleanup(func() { w.Close() })
		return r
	}
	c.Cleanup(func() { r.Close() })
	return w
}

// observeBytes is whether every byte arrives, of a quarter of a gigabyte, and of a whole
// one where everything is tested.
func observeBytes(x *between) string {
	size := int64(256 << 20)
	if machine.Everything() {
		size = 1 << 30
	}
	cmd := x.command("cat")
	sent, arrived := sha256.New(), sha256.New()
	counted := &counter{w: arrived}
	cmd.Stdin = io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), sent)
	cmd.Stdout = counted
	x.start(cmd)
	status := x.ended(cmd)
	return fmt.Sprintf("all of %d bytes: %v, the same: %v, status %d\n", size, counted.n == size, bytes.Equal(sent.Sum(nil), arrived.Sum(nil)), status.ExitStatus())
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return c.w.Write(b)
}

// observeDescriptors is which descriptors a program has, and what stands behind them.
func observeDescriptors(x *between) string {
	x.write("nine", "the ninth\n", 0o600)
	seen := ""
	for _, streams := range []string{"", " | cat", " </dev/null", " 2>/dev/null"} {
		c := x.console()
		c.start(x.plain("bash", "-c", `exec 9<nine; for n in 6 8 {10..40..2}; do eval "exec $n<&9"; done; $RUN sh -c 'read x <&9; echo "$x" >seen; ls /dev/fd/ >>seen'`+streams))
		x.ended(c.cmd)
		seen += "with" + streams + ":\n" + x.read("seen")
	}
	return seen + x.seenDiff() + x.seenJobserver()
}

// seenDiff is what diff tells of two descriptors of the shell.
func (x *between) seenDiff() string {
	out, status := x.output(x.plain("bash", "-c", `$RUN diff <(echo a; echo same) <(echo same; echo b)`))
	return fmt.Sprintf("%sstatus %d\n", out, status.ExitStatus())
}

// seenJobserver is what a make says that another has started, with a pipe for its jobs.
func (x *between) seenJobserver() string {
	if _, err := exec.LookPath("make"); err != nil {
		return ""
	}
	x.write("Makefile", "all:\n\t+@$$RUN $(MAKE) --no-print-directory below\nbelow: a b\na b:\n\t@echo made\n", 0o600)
	words := []string{"make", "-j2"}
	if exec.Command("make", "--jobserver-style=pipe", "--version").Run() == nil {
		words = append(words, "--jobserver-style=pipe") // before 4.4 there was no other
	}
	out, status := x.output(x.plain(words...))
	return fmt.Sprintf("%sstatus %d\n", out, status.ExitStatus())
}

// observeLooking is where the value stands while a program runs in a pipe and on a
// terminal, in command lines and environments of all processes.
func observeLooking(x *between) string {
	seen := map[string]bool{}
	for _, terminal := range []bool{false, true} {
		os.Remove(x.path("end"))
		cmd := x.command("sh", "-c", `sh -c 'until [ -e end ]; do sleep 0.02; done'; exit 0`)
		if terminal {
			x.console().start(cmd)
		} else {
			cmd.Stdout = &bytes.Buffer{}
			x.start(cmd)
		}
		// From before there is a program until it has run for some time.
		for rounds := 0; rounds < 50; {
			lookAround(x.value, seen)
			if seen["environment of sleep"] {
				rounds++
			}
			time.Sleep(time.Millisecond)
		}
		x.write("end", "", 0o600)
		x.ended(cmd)
	}
	var places []string
	for place := range seen {
		places = append(places, place+"\n")
	}
	slices.Sort(places)
	return strings.Join(places, "")
}

// lookAround notes where a text stands in what the system tells of processes.
func lookAround(text string, seen map[string]bool) {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		before, _ := os.ReadFile(p + "/cmdline")
		environment, _ := os.ReadFile(p + "/environ")
		after, _ := os.ReadFile(p + "/cmdline")
		name, _, _ := strings.Cut(string(before), "\x00")
		if bytes.Contains(before, []byte(text)) {
			seen["command line of "+name] = true
		}
		// One that has become another program in the meantime, or is about to, has no name
		// to go by.
		if bytes.Contains(environment, []byte(text)) && bytes.Equal(before, after) && name != "" {
			seen["environment of "+name] = true
		}
	}
}
