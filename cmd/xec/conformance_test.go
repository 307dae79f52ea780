//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

// behaviour is what a program has, or what others see of it, with or without xec in
// between.
type behaviour struct {
	name  string // as the README writes it
	needs []string
	// observe gives what is seen.
	observe func(*between) string
	// shows must stand in what is seen without xec: otherwise it would be equal for
	// nothing.
	shows string
}

var behaviours = []behaviour{
	{"exit statuses 0 to 255", nil, observeStatuses, "\n255\n"},
	{"death by a signal, of 15", nil, observeDeaths, "terminated"},
	{"signals sent to it, of 10", nil, observeSignals, "status 40"},
	{"`PROGRAM \\| head -1`", []string{"bash"}, observeBrokenPipe, "141 0"},
	{"no such program, one that cannot run, too much for one", nil, observeNotStarted, "missing 127"},
	{"`kill -9`: it is gone", []string{"linux", "terminal"}, observeKill, "on a terminal: gone"},
	{"as process 1 of a container", []string{"root", "unshare", "linux"}, observeFirst, "buried"},
	{"Ctrl-C in bash and python", []string{"bash", "python3", "terminal"}, observeCtrlC, "counted 2"},
	{"Ctrl-Z, `fg`, `bg`, the terminal's settings after", []string{"bash", "terminal"}, observeJobs, "Stopped"},
	{"`nohup PROGRAM`, `PROGRAM &`", []string{"bash", "terminal"}, observeBackground, "arrived"},
	{"the window's size, and a new one", []string{"terminal"}, observeSize, "44 132"},
	{"which streams are terminals, of 27 mixes", []string{"terminal"}, observeStreams, "0: terminal 1: pipe 2: file"},
	{"`vi` in tmux", []string{"tmux", "vi"}, observeEditor, "inserted"},
	{"`less FILE`, `PROGRAM \\| less` in tmux", []string{"tmux"}, observePager, "(END)"},
	{"every byte of binary output", nil, observeBytes, "all"},
	{"descriptors: `<(…)`, `make -j`, no others", []string{"bash", "terminal"}, observeDescriptors, "the ninth"},
	{"the value in no command line, in no other environment", []string{"root", "linux", "terminal"}, observeLooking, "environment of sh"},
}

// conformanceKey is the key whose value the programs print.
const conformanceKey = "K"

// between is what stands between a program and whoever has started it: nothing, or xec.
type between struct {
	*testing.T
	dir   string   // an empty folder
	words []string // before the program and its arguments
	env   []string // with the words as RUN
	value string
	// want is what is to be seen, "" where that is about to be found out.
	want string
}

// TestNothingInBetween compares what a program has with xec to what it has without, and the
// table of the README with that. XEC_UPDATE_GOLDEN=1 writes the table anew.
func TestNothingInBetween(t *testing.T) {
	home, value := conformanceHome(t)
	only := []string{"xec", "exec", "--only", conformanceKey, "--quiet"}
	masks := strings.NewReplacer(value, "[secret:"+conformanceKey+"]")
	start := func(t *testing.T, words []string, env ...string) *between {
		dir := t.TempDir()
		env = cleanEnv(home, append(env, "PATH="+filepath.Dir(program(t, "xec"))+":"+os.Getenv("PATH"), "RUN="+strings.Join(words, " "),
			"DIR="+dir, "PS1=prompt:", "HISTFILE=", "LC_ALL=C", "TERM=xterm")...)
		return &between{T: t, dir: dir, words: words, env: env, value: value}
	}
	passed := map[string]bool{}
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) {
			for _, name := range b.needs {
				need(t, name)
			}
			want := b.observe(start(t, nil, conformanceKey+"="+value))
			if !strings.Contains(want, b.shows) {
				t.Fatalf("without xec there is no %q in\n%s", b.shows, masks.Replace(want))
			}
			replaced := t.Run("replaced", func(t *testing.T) {
				b.compare(start(t, slices.Concat(only, []string{"--no-mask", "--"})), want, masks)
			})
			masked := t.Run("masked", func(t *testing.T) {
				b.compare(start(t, slices.Concat(only, []string{"--"})), masks.Replace(want), masks)
			})
			passed[b.name] = replaced && masked
		})
	}
	checkConformanceTable(t, passed)
}

// compare compares what is seen with what is to be seen. Without its masks nothing of it
// is shown.
func (b behaviour) compare(x *between, want string, masks *strings.Replacer) {
	x.want = want
	got := b.observe(x)
	if got != want {
		x.Errorf("%s:\n%s\nwithout xec:\n%s", b.name, masks.Replace(got), masks.Replace(want))
	}
}

// conformanceHome makes a home with a value that nobody else on this machine has, and with
// a large one.
func conformanceHome(t *testing.T) (home, value string) {
	t.Helper()
	home = homeWith(t, 1)
	random := make([]byte, 12)
	rand.Read(random)
	value = "v-" + hex.EncodeToString(random)
	s := file.Open(file.Options{Dir: filepath.Join(home, ".xec", "secrets"), KeyFile: filepath.Join(home, ".xec", "key")})
	large := strings.Repeat("large", 60<<10/5)
	if err := s.SetBatch(context.Background(), map[string]secret.Value{conformanceKey: secret.Text(value), "LARGE": secret.Text(large)}); err != nil {
		t.Fatal(err)
	}
	return home, value
}

// checkConformanceTable compares the table of the README with what has passed. What was
// skipped here, where a component is missing, is claimed by those who have it.
func checkConformanceTable(t *testing.T, passed map[string]bool) {
	const readme = "../../README.md"
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	const header = "| | replaced by it (`--no-mask`) | masked |\n|---|---|---|\n"
	want := header
	for _, b := range behaviours {
		want += fmt.Sprintf("| %s | ✓ | ✓ |\n", b.name)
		if !passed[b.name] && os.Getenv("XEC_UPDATE_GOLDEN") != "" {
			t.Fatalf("the table is written where all has passed: %s has not", b.name)
		}
	}
	before, rest, found := strings.Cut(string(text), header)
	rows, behind, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatalf("README.md has no table that begins with %s", header)
	}
	if os.Getenv("XEC_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(readme, []byte(before+want+"\n"+behind), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := header + rows + "\n"; got != want {
		t.Errorf("the table of README.md is not what is tested:\n%s\nwant\n%s", got, want)
	}
}

// command is a program behind what stands in between.
func (x *between) command(argv ...string) *exec.Cmd {
	return x.plain(x.before(argv...)...)
}

// before puts before a program what stands in between.
func (x *between) before(argv ...string) []string {
	argv = slices.Concat(x.words, argv)
	if len(x.words) > 0 {
		argv[0] = program(x, argv[0])
	}
	return argv
}

// plain is a program that itself puts $RUN before another.
func (x *between) plain(argv ...string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = x.dir, x.env
	return cmd
}

// path is a file's in the folder.
func (x *between) path(name string) string { return filepath.Join(x.dir, name) }

// write makes a file.
func (x *between) write(name, text string, mode os.FileMode) {
	x.Helper()
	if err := os.WriteFile(x.path(name), []byte(text), mode); err != nil {
		x.Fatal(err)
	}
}

// read gives a file that is there in the end.
func (x *between) read(name string) string {
	x.Helper()
	b, err := os.ReadFile(x.path(name))
	if err != nil {
		x.Fatal(err)
	}
	return string(b)
}

// hanging is when nothing more is expected to happen.
const hanging = 2 * time.Minute

// start starts a command and kills it when the test has ended, or when it hangs.
func (x *between) start(cmd *exec.Cmd) {
	x.Helper()
	cmd.WaitDelay = hanging // for those who keep its pipes
	if err := cmd.Start(); err != nil {
		x.Fatal(err)
	}
	late := time.AfterFunc(hanging, func() { cmd.Process.Kill() })
	x.Cleanup(func() {
		late.Stop()
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
}

// piped starts a command and gives its standard output, which ends in time.
func (x *between) piped(cmd *exec.Cmd) *os.File {
	x.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		x.Fatal(err)
	}
	x.Cleanup(func() { r.Close() })
	defer w.Close()
	cmd.Stdout = w
	x.start(cmd)
	if err := r.SetReadDeadline(time.Now().Add(hanging)); err != nil {
		x.Fatal(err)
	}
	return r
}

// ended gives how a command has ended.
func (x *between) ended(cmd *exec.Cmd) syscall.WaitStatus {
	x.Helper()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.Fatal(err)
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// output is what a command prints into a pipe, and how it ends.
func (x *between) output(cmd *exec.Cmd) (string, syscall.WaitStatus) {
	x.Helper()
	var out bytes.Buffer
	cmd.Stdout = &out
	if cmd.Stderr == nil {
		cmd.Stderr = &out
	}
	x.start(cmd)
	status := x.ended(cmd)
	return out.String(), status
}

// until waits for what comes by itself.
func (x *between) until(what string, is func() bool) {
	x.Helper()
	for deadline := time.Now().Add(hanging); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.Fatalf("in vain: %s", what)
		}
	}
}
