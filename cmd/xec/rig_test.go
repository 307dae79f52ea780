package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What the rigs share: tests that run xec as a whole process, do harm to it in the
// middle of a write, and look at what is left with the ordinary program. crash_test.go
// makes system calls fail and kills; powercut_test.go takes the power away; in
// crowd_test.go many processes write at once; diskleak_test.go searches a disk.
//
// Values and keys are random in every run. No message of a test holds one.

// writing is a command that changes a store. The rigs run all of writings().
type writing struct {
	name string
	// seeds are imported one after the other into an empty home: what the command finds.
	// A key in two of them has an older value. Without seeds there is no store.
	seeds []values
	// prepare does what seeds cannot. Nil does nothing.
	prepare func(home string) error

	argv  []string
	stdin string
	env   []string // more environment for the command alone
	// change makes, of the values that the store held, those that it holds afterwards.
	// Nil leaves them.
	change func(values)

	// open is the environment in which the store is opened, also by the command.
	open []string
	// check looks at more than values; acknowledged tells that the command ended with 0.
	// Nil has nothing to say.
	check func(home string, acknowledged bool) error
}

// values are what a store holds, by key.
type values map[string]string

// writings are all commands that write, with keys and values of their own at each call.
func writings() []writing {
	key, old, value := newKey(), newValue(), newValue()
	setKey := func(v values) { v[key] = value }
	some, large, imported, passphrase := manyValues(40), largeValues(12), manyValues(30), newValue()
	overwriting := with(imported, key, value)
	return []writing{
		{name: "first set", argv: words("secrets set", key), stdin: value, change: setKey},
		{name: "first set, passphrase", argv: words("secrets set", key), stdin: value, change: setKey,
			open: []string{"XEC_PASSPHRASE=" + passphrase}},
		{name: "set a new key", seeds: []values{some}, argv: words("secrets set", key), stdin: value, change: setKey},
		{name: "set an old key", seeds: []values{with(some, key, old)}, argv: words("secrets set", key), stdin: value, change: setKey},
		{name: "set in a large store", seeds: []values{with(large, key, old)}, argv: words("secrets set", key), stdin: value, change: setKey},
		{name: "delete", seeds: []values{with(some, key, old)}, argv: words("secrets delete --force", key),
			change: func(v values) { delete(v, key) }},
		{name: "import", seeds: []values{with(some, key, old)}, argv: words("secrets import"), stdin: overwriting.json(),
			change: func(v values) { maps.Copy(v, overwriting) }},
		{name: "rollback", seeds: []values{with(some, key, value), {key: old}}, argv: words("secrets rollback", key), change: setKey},
		{name: "rekey", seeds: []values{some, with(some, key, old)}, argv: words("secrets rekey")},
		{name: "rekey a large store", seeds: []values{large}, argv: words("secrets rekey --iterations 100001")},
		{name: "keyslot add", seeds: []values{some}, argv: words("secrets keyslot add passphrase"),
			env: []string{"XEC_NEW_PASSPHRASE=" + passphrase}, check: opensBy(passphrase, true)},
		{name: "keyslot remove", seeds: []values{some}, argv: words("secrets keyslot remove passphrase"),
			prepare: func(home string) error {
				e := runXec(home, "", []string{"XEC_NEW_PASSPHRASE=" + passphrase}, words("secrets keyslot add passphrase")...)
				if e.status != 0 {
					return fmt.Errorf("keyslot add: status %d", e.status)
				}
				return nil
			}, check: opensBy(passphrase, false)},
	}
}

// opensBy checks after an acknowledged command whether a passphrase opens the store.
func opensBy(passphrase string, want bool) func(home string, acknowledged bool) error {
	return func(home string, acknowledged bool) error {
		e := runXec(home, "", []string{"XEC_PASSPHRASE=" + passphrase}, words("secrets list")...)
		if acknowledged && (e.status == 0) != want {
			return fmt.Errorf("by the passphrase the store opens with status %d", e.status)
		}
		return nil
	}
}

// writingNamed is one of them.
func writingNamed(t *testing.T, name string) writing {
	t.Helper()
	all := writings()
	i := slices.IndexFunc(all, func(w writing) bool { return w.name == name })
	if i < 0 {
		t.Fatalf("there is no writing %q", name)
	}
	return all[i]
}

// words splits a command line and adds more arguments as they are.
func words(line string, more ...string) []string { return append(strings.Fields(line), more...) }

// newValue is a random value that does not occur by chance.
func newValue() string { return strings.ToLower(rand.Text()) }

func newKey() string { return "K" + rand.Text() }

func manyValues(n int) values {
	v := values{}
	for range n {
		v[newKey()] = newValue()
	}
	return v
}

// largeValues have 60 KiB each, so that a write of the store takes many system calls.
func largeValues(n int) values {
	v := manyValues(n)
	for key, text := range v {
		v[key] = strings.Repeat(text, 60<<10/len(text))
	}
	return v
}

// with is a copy of v in which key has a value.
func with(v values, key, value string) values {
	v = maps.Clone(v)
	v[key] = value
	return v
}

func (v values) json() string {
	b, _ := json.Marshal(v) // strings always marshal
	return string(b)
}

// before and after are what the store holds when the command begins and when it is done.
func (w writing) before() values {
	all := values{}
	for _, seed := range w.seeds {
		maps.Copy(all, seed)
	}
	return all
}

func (w writing) after() values {
	all := w.before()
	if w.change != nil {
		w.change(all)
	}
	return all
}

// plant makes in an empty home what the command finds.
func (w writing) plant(home string) error {
	for _, seed := range w.seeds {
		if e := runXec(home, seed.json(), w.open, words("secrets import")...); e.status != 0 {
			return fmt.Errorf("import: status %d", e.status)
		}
	}
	if w.prepare != nil {
		return w.prepare(home)
	}
	return nil
}

// command is the writing itself, by a program of that name and what stands before it.
func (w writing) command(home string, before ...string) *exec.Cmd {
	return commandIn(home, w.stdin, slices.Concat(w.open, w.env), append(before, w.argv...))
}

// ended is how a process came to its end.
type ended struct {
	status         int // -1: by a signal
	stdout, stderr []byte
}

func commandIn(home, stdin string, env, argv []string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = home, cleanEnv(home, env...), strings.NewReader(stdin)
	return cmd
}

// runXec runs the ordinary program in a home; it has been built by then.
func runXec(home, stdin string, env []string, args ...string) ended {
	return finish(commandIn(home, stdin, env, append([]string{filepath.Join(builtFolder, "xec")}, args...)))
}

// finish runs a command to its end.
func finish(cmd *exec.Cmd) ended { return finishAfter(cmd, func() {}) }

// finishAfter does something when the command has been started, and waits for its end.
func finishAfter(cmd *exec.Cmd, started func()) ended {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Start()
	started()
	if err != nil {
		return ended{status: 127, stderr: []byte(err.Error())}
	}
	cmd.Wait()
	return ended{cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
}

func (e ended) killed() bool { return e.status == -1 }

func (e ended) says(text string) bool { return bytes.Contains(e.stderr, []byte(text)) }

// contents gives what the store of a home holds, as the ordinary program reads it without
// a word.
func contents(home string, env []string) (values, error) {
	e := runXec(home, "", env, "secrets", "export", "--force")
	if e.status != 0 {
		return nil, fmt.Errorf("the store does not open: status %d: %s", e.status, e.stderr)
	}
	if len(e.stderr) > 0 {
		return nil, fmt.Errorf("the store opens with a warning: %s", e.stderr)
	}
	v := values{}
	return v, json.Unmarshal(e.stdout, &v)
}

// verdict returns an error if a home is not as a writing that ended so may leave it:
// whole, and with the old values or the new.
func (w writing) verdict(home string, e ended) error {
	before, after := w.before(), w.after()
	if shows(e.stderr, before) || shows(e.stderr, after) {
		return errors.New("standard error holds a value")
	}
	now, err := contents(home, w.open)
	if err != nil {
		return err
	}
	isOld, isNew := maps.Equal(now, before), maps.Equal(now, after)
	switch {
	case !isOld && !isNew:
		return fmt.Errorf("neither the old store nor the new one: %s", difference(now, before, after))
	case e.status == 0 && !isNew:
		return errors.New("a write that was acknowledged is lost")
	case !isOld && e.says("nothing was changed"):
		return errors.New("it says that nothing was changed, and something was")
	case !isOld && !e.killed() && e.status != 0 && !e.says("the change was made"):
		return fmt.Errorf("it changed the store, failed with %d and does not say so: %s", e.status, e.stderr)
	}
	if w.check != nil {
		return w.check(home, e.status == 0)
	}
	return nil
}

// shows reports whether text holds one of the values.
func shows(text []byte, v values) bool {
	for _, value := range v {
		if bytes.Contains(text, []byte(value)) {
			return true
		}
	}
	return false
}

// difference counts keys by what became of them.
func difference(now, before, after values) string {
	var wrong, missing int
	for key := range before {
		text, ok := now[key]
		if _, stays := after[key]; !ok && stays {
			missing++
		} else if ok && text != before[key] && text != after[key] {
			wrong++
		}
	}
	return fmt.Sprintf("%d keys where there were %d and should be %d; %d are missing, %d have a foreign value",
		len(now), len(before), len(after), missing, wrong)
}

// goesOn returns an error if the next write in a home fails, or leaves what an
// interrupted one has left.
func (w writing) goesOn(home string) error {
	now, err := contents(home, w.open)
	if err != nil {
		return err
	}
	key, value := newKey(), newValue()
	if e := runXec(home, value, w.open, "secrets", "set", key); e.status != 0 {
		return fmt.Errorf("the next write fails with %d: %s", e.status, e.stderr)
	}
	then, err := contents(home, w.open)
	if err != nil || !maps.Equal(then, with(now, key, value)) {
		return fmt.Errorf("the next write does harm: %s, error %v", difference(then, now, with(now, key, value)), err)
	}
	if left := leftovers(home); len(left) > 0 {
		return fmt.Errorf("the next write leaves %q", left)
	}
	return nil
}

// leftovers lists what interrupted writers have left behind. A key file that is being
// made may belong to a writer of another store, and stays for an hour.
func leftovers(home string) (left []string) {
	filepath.WalkDir(filepath.Join(home, ".xec"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !strings.HasPrefix(e.Name(), ".key.") &&
			(strings.HasSuffix(e.Name(), ".tmp") || strings.Contains(e.Name(), ".new-")) {
			left = append(left, e.Name())
		}
		return nil
	})
	return left
}

// scratch is a folder in memory, where there is such a place: the rigs that do not
// lose power have no use for a disk.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "xec-rig-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// planted is a home as the writing finds it.
func (w writing) planted(t testing.TB) string {
	t.Helper()
	program(t, "xec")
	home := scratch(t)
	if err := w.plant(home); err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	return home
}

// copyHome copies a planted home to a place that does not exist yet.
func copyHome(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	err := closeToOthers(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// pinned builds the program with its main goroutine bound to one thread, and is else
// the ordinary one: strace counts the calls of each thread for itself, so that the
// k-th call of a program that wanders would be another one in each run.
var pinned = sync.OnceValues(func() (string, error) {
	dir, err := built()
	if err != nil {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	source, overlay, out := filepath.Join(dir, "pin.go"), filepath.Join(dir, "pin.json"), filepath.Join(dir, "pinned")
	replace, _ := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "pin.go"): source}})
	text := "package main\n\nimport \"runtime\"\n\nfunc init() { runtime.LockOSThread() }\n"
	if err := errors.Join(os.WriteFile(source, []byte(text), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		return "", err
	}
	if text, err := exec.Command("go", "build", "-overlay", overlay, "-o", out, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build -overlay: %w\n%s", err, text)
	}
	return out, nil
})

// sideBySide calls do with each of n numbers, as many at once as there are
// processors.
func sideBySide(n int, do func(i int)) {
	numbers := make(chan int)
	var running sync.WaitGroup
	for range min(runtime.NumCPU(), 4) {
		running.Go(func() {
			for i := range numbers {
				do(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	running.Wait()
}

// TestVerdictIsNotBlind: the judge of the rigs finds each kind of damage.
func TestVerdictIsNotBlind(t *testing.T) {
	w := writingNamed(t, "import")
	key := slices.Collect(maps.Keys(w.before()))[0]
	home := w.planted(t)
	ok, failed, killed := ended{}, ended{status: 1}, ended{status: -1}
	unchanged := ended{status: 1, stderr: []byte("nothing was changed")}
	require := func(what string, e ended, good bool) {
		t.Helper()
		if err := w.verdict(home, e); (err == nil) != good {
			t.Errorf("%s: error %v", what, err)
		}
	}
	require("old, and killed", killed, true)
	require("old, and acknowledged", ok, false)
	if e := finish(w.command(home, program(t, "xec"))); e.status != 0 {
		t.Fatalf("status %d", e.status)
	}
	require("new, and acknowledged", ok, true)
	require("new, and killed", killed, true)
	require("new, and said to be old", unchanged, false)
	require("new, and failed", failed, false)
	if e := runXec(home, newValue(), nil, "secrets", "set", key); e.status != 0 {
		t.Fatalf("status %d", e.status)
	}
	require("a foreign value", killed, false)
	if err := os.WriteFile(filepath.Join(home, ".xec", "secrets", ".keyring.enc.1.tmp"), nil, 0o600); err != nil || len(leftovers(home)) != 1 {
		t.Errorf("what is left behind is not seen, error %v", err)
	}
	if err := os.Truncate(filepath.Join(home, ".xec", "secrets", "keyring.enc"), 100); err != nil {
		t.Fatal(err)
	}
	require("damage", killed, false)
}
