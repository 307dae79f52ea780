//go:build unix

package child

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestStreamsAreOfTheSameKind: for every mix of terminal, pipe and file a program sees
// terminals where it sees them without this process, and of the same size.
func TestStreamsAreOfTheSameKind(t *testing.T) {
	kinds := []string{"terminal", "pipe", "file"}
	for i := range 27 {
		mix := [3]string{kinds[i%3], kinds[i/3%3], kinds[i/9]}
		want := seenStreams(t, "plain", mix)
		if n := strings.Count(want, "terminal true, 100 by 30"); n != strings.Count(fmt.Sprint(mix), "terminal") {
			t.Fatalf("%v without a filter: %q", mix, want)
		}
		for _, as := range []string{"filtered", "filtered-always"} {
			if got := seenStreams(t, as, mix); got != want {
				t.Errorf("%v, %s:\n%swant\n%s", mix, as, got, want)
			}
		}
	}
}

// seenStreams is what a program sees of its streams.
func seenStreams(t *testing.T, as string, mix [3]string) string {
	t.Helper()
	dir := t.TempDir()
	c := newConsole(t)
	cmd := exec.Command(me(t), as, me(t), "streams", filepath.Join(dir, "seen"))
	var files [3]*os.File
	for fd, kind := range mix {
		switch kind {
		case "pipe":
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			files[fd] = []*os.File{r, w, w}[fd]
		case "file":
			f, err := os.OpenFile(filepath.Join(dir, fmt.Sprint(fd)), os.O_RDWR|os.O_CREATE, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			files[fd] = f
		default:
			files[fd] = c.Programs
		}
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	c.startCmd(cmd)
	for _, f := range files {
		if f != c.Programs {
			f.Close()
		}
	}
	waited(t, cmd)
	seen, err := os.ReadFile(filepath.Join(dir, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	return string(seen)
}

// TestWhatIsFiltered by kind and mode.
func TestWhatIsFiltered(t *testing.T) {
	const prints = `echo out hunter2; echo err hunter2 >&2`
	dir := t.TempDir()
	for _, mode := range []string{"filtered", "filtered-always"} {
		file, err := os.Create(filepath.Join(dir, mode))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var piped bytes.Buffer
		cmd := exec.Command(me(t), mode, "sh", "-c", prints)
		cmd.Stdout, cmd.Stderr = file, &piped
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if piped.String() != "err "+replaced+"\n" {
			t.Errorf("%s: a pipe gets %q", mode, piped.String())
		}
		got, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if hidden := string(got) == "out "+replaced+"\n"; hidden != (mode == "filtered-always") || len(got) == 0 {
			t.Errorf("%s: a file gets %q", mode, got)
		}
	}
	c := newConsole(t)
	waited(t, c.start(me(t), "filtered", "sh", "-c", prints))
	c.Expect("out " + replaced + "\r\nerr " + replaced + "\r\n")
	lone := newConsole(t)
	cmd := exec.Command(me(t), "filtered", "sh", "-c", prints)
	cmd.Stdin = strings.NewReader("")
	lone.startCmd(cmd)
	waited(t, cmd)
	lone.Expect("out " + replaced + "\r\nerr " + replaced + "\r\n")
	if text := c.Text() + lone.Text(); strings.Contains(text, "\r\r") {
		t.Errorf("output is processed twice: %q", text)
	}
}

func TestPlan(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, test := range map[string]struct {
		mode    Mode
		streams [3]*os.File
		routes  int
		left    []int
	}{
		"never":               {Never, [3]*os.File{null, w, w}, 0, nil},
		"devices":             {Always, [3]*os.File{null, null, null}, 0, nil},
		"nothing there":       {Auto, [3]*os.File{}, 0, nil},
		"files":               {Auto, [3]*os.File{null, file, file}, 0, []int{1, 2}},
		"a file and a pipe":   {Auto, [3]*os.File{null, file, w}, 1, []int{1}},
		"one pipe":            {Auto, [3]*os.File{null, w, w}, 1, nil},
		"files, always":       {Always, [3]*os.File{null, file, file}, 1, nil},
		"file, pipe, always":  {Always, [3]*os.File{null, file, w}, 2, nil},
		"a device and a pipe": {Auto, [3]*os.File{null, null, w}, 1, nil},
	} {
		p := Filters{Mode: test.mode}.Plan(test.streams)
		if len(p.routes) != test.routes || p.Filtered() != (test.routes > 0) || !slices.Equal(p.Left(), test.left) || p.session {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestOneStreamKeepsItsOrder where both are the same.
func TestOneStreamKeepsItsOrder(t *testing.T) {
	cmd := exec.Command(me(t), "filtered", "sh", "-c", `i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done`)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i := range 1000 {
		fmt.Fprintln(&want, i)
	}
	if string(out) != want.String() {
		t.Errorf("another order, in %d bytes", len(out))
	}
}

// TestBrokenPipe: a program whose reader is gone gets to know, whether it writes or waits.
func TestBrokenPipe(t *testing.T) {
	rendertest.Program(t, "sh")
	rendertest.Program(t, "head")
	rendertest.Program(t, "yes")
	for _, line := range []string{`"$1" filtered yes | head -1; echo ${PIPESTATUS[0]}`, `"$1" filtered tail -f /dev/null | true`} {
		if strings.Contains(line, "tail") {
			needProc(t)
		}
		cmd := exec.Command("bash", "-c", line, "bash", me(t))
		rendertest.Program(t, "bash")
		rendertest.Program(t, "tail")
		var out bytes.Buffer
		cmd.Stdout = &out
		starting(t, cmd)
		waited(t, cmd)
		if strings.Contains(line, "yes") && out.String() != "y\n141\n" {
			t.Errorf("%q", out.String())
		}
	}
}

// TestNamedPipeWaitsForItsNextReader, as a program that writes to it does.
func TestNamedPipeWaitsForItsNextReader(t *testing.T) {
	needProc(t)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := os.OpenFile(fifo, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(me(t), "filtered", "sh", "-c", "echo ready >&2; read x; echo later")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	ready, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	starting(t, cmd)
	w.Close()
	expectLine(t, linesOf(ready), "ready")
	first.Close()
	second, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	stdin.Close()
	if got, err := io.ReadAll(second); string(got) != "later\n" {
		t.Errorf("%q, error %v", got, err)
	}
}

// TestEveryByteArrives of what is not to be replaced.
func TestEveryByteArrives(t *testing.T) {
	size := int64(256 << 20)
	if testing.Short() {
		size = 16 << 20
	}
	path := filepath.Join(t.TempDir(), "bytes")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	rand.Read(block)
	want := sha256.New()
	for range size / int64(len(block)) {
		f.Write(block)
		want.Write(block)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(me(t), "copied", "cat", path)
	got := sha256.New()
	cmd.Stdout = got
	if err := cmd.Run(); err != nil || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Errorf("other bytes, error %v", err)
	}
}

// TestLastWordsArrive, which a program writes to a terminal before it ends.
func TestLastWordsArrive(t *testing.T) {
	rendertest.Program(t, "sh")
	for _, stdin := range []io.Reader{nil, strings.NewReader("")} {
		for range 20 {
			c := newConsole(t)
			cmd := exec.Command(me(t), "filtered", "sh", "-c", "printf %3000s%s end .")
			if stdin != nil {
				cmd.Stdin = stdin
			}
			c.startCmd(cmd)
			waited(t, cmd)
			c.Expect("end.")
		}
	}
}

// TestRoomBehindDescriptors: behind those that are given to a program.
func TestRoomBehindDescriptors(t *testing.T) {
	free, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []int{free + 1, 100} { // the free one has no room behind it
		fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, number)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
	}
	unix.Close(free)
	files, release, err := apart([]int{0, 100, 2})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if files[0] != 0 || files[2] != 2 {
		t.Errorf("standard streams become %d and %d", files[0], files[2])
	}
	for fd := files[1] + 1; fd < files[1]+3; fd++ {
		if _, err := unix.FcntlInt(fd, unix.F_GETFD, 0); err != unix.EBADF {
			t.Errorf("%d, behind %d, is in use", fd, files[1])
		}
	}
}

// TestDescriptors: a program has those that it would have without this process.
func TestDescriptors(t *testing.T) {
	needProc(t)
	rendertest.Program(t, "bash")
	for name, line := range map[string]string{
		"pipe":     `exec 9<"$DIR/nine" 5<&9 20<&9; "$ME" $AS bash -c 'read x <&9; echo "$x" >"$DIR/read"; ls /proc/$$/fd >"$DIR/list"' 2>/dev/null | cat`,
		"terminal": `exec 9<"$DIR/nine" 5<&9 20<&9; "$ME" $AS bash -c 'read x <&9; echo "$x" >"$DIR/read"; ls /proc/$$/fd >"$DIR/list"'`,
		"lone":     `exec 9<"$DIR/nine" 3<&9; "$ME" $AS bash -c 'read x <&9; echo "$x" >"$DIR/read"; ls /proc/$$/fd >"$DIR/list"' </dev/null`,
	} {
		var lists []string
		for _, as := range []string{"plain", "filtered"} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "nine"), []byte("the ninth\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("bash", "-c", line)
			cmd.Env = append(os.Environ(), "DIR="+dir, "ME="+me(t), "AS="+as)
			newConsole(t).startCmd(cmd)
			waited(t, cmd)
			read, err := os.ReadFile(filepath.Join(dir, "read"))
			if err != nil || string(read) != "the ninth\n" {
				t.Errorf("%s, %s: 9 gives %q, error %v", name, as, read, err)
			}
			seen, err := os.ReadFile(filepath.Join(dir, "list"))
			if err != nil {
				t.Fatal(err)
			}
			lists = append(lists, string(seen))
		}
		if lists[0] != lists[1] || len(lists[0]) < 10 {
			t.Errorf("%s: descriptors %q, want %q", name, strings.Fields(lists[1]), strings.Fields(lists[0]))
		}
	}
}

// TestResize reaches the program, with the new size in place.
func TestResize(t *testing.T) {
	for name, stdin := range map[string]io.Reader{"session": nil, "lone terminal": strings.NewReader("")} {
		c := newConsole(t)
		cmd := exec.Command(me(t), "filtered", me(t), "sizes")
		if stdin != nil {
			cmd.Stdin = stdin
		}
		c.startCmd(cmd)
		c.Expect("size 100 by 30")
		for _, size := range [][2]int{{120, 40}, {20, 10}} {
			c.Resize(size[0], size[1])
			c.Expect(fmt.Sprintf("size %d by %d", size[0], size[1]))
		}
		if err := cmd.Process.Signal(unix.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if got := waited(t, cmd); got.Signal() != unix.SIGTERM {
			t.Errorf("%s: status %x", name, uint32(got))
		}
	}
}

// TestWhatIsLeftBehind: a pipe is passed on until the last writer has gone, a terminal
// until the program has.
func TestWhatIsLeftBehind(t *testing.T) {
	rendertest.Program(t, "sh")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const leave = `(read x <&3; echo later hunter2) & echo now; exit 5`
	cmd := exec.Command(me(t), "filtered", "sh", "-c", leave)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{r}
	starting(t, cmd)
	lines := linesOf(out)
	expectLine(t, lines, "now")
	w.Close()
	expectLine(t, lines, "later "+replaced)
	if got := waited(t, cmd); got.ExitStatus() != 5 {
		t.Errorf("status %x", uint32(got))
	}

	r, w, err = os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	mark := filepath.Join(t.TempDir(), "mark")
	c := newConsole(t)
	cmd = exec.Command(me(t), "filtered", "sh", "-c", `(read x <&3; echo alive >"$0") & echo now; exit 5`, mark)
	cmd.ExtraFiles = []*os.File{r}
	c.startCmd(cmd)
	c.Expect("now")
	if got := waited(t, cmd); got.ExitStatus() != 5 {
		t.Errorf("status %x", uint32(got))
	}
	w.Close()
	until(t, "what is left lives on", func() bool { _, err := os.Stat(mark); return err == nil })
}

// TestWaitingForPipesCanBeGivenUp by a signal.
func TestWaitingForPipesCanBeGivenUp(t *testing.T) {
	rendertest.Program(t, "sh")
	rendertest.Program(t, "pgrep")
	cmd := exec.Command(me(t), "filtered", "sh", "-c", `sleep 1000 & echo $!; exit 5`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	starting(t, cmd)
	var sleeper int
	if _, err := fmt.Fscan(out, &sleeper); err != nil {
		t.Fatal(err)
	}
	defer unix.Kill(sleeper, unix.SIGKILL)
	// While the program lives the signal would be its own.
	until(t, "the program has ended", func() bool {
		children, err := exec.Command("pgrep", "-P", fmt.Sprint(cmd.Process.Pid)).Output()
		return err != nil && len(children) == 0
	})
	if err := cmd.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := waited(t, cmd); got.ExitStatus() != 5 {
		t.Errorf("status %x", uint32(got))
	}
}
