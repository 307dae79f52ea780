package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// blow is what happens at a system call instead of it.
type blow struct {
	name   string
	inject string // as strace says it
	calls  []string
}

var (
	// reading and changing are the calls by which a store is read and changed; naming are
	// those of the latter that a file system which may only be read refuses; asking are
	// all others that can fail. A name that a machine does not know is skipped.
	reading  = []string{"read", "pread64"}
	naming   = []string{"openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat"}
	changing = append([]string{"write", "pwrite64", "fsync", "fdatasync", "ftruncate", "close"}, naming...)
	asking   = []string{"flock", "newfstatat", "fstat", "statx", "getdents64"}

	kill   = blow{"SIGKILL", "signal=KILL", slices.Concat(reading, changing)}
	noRoom = blow{"ENOSPC", "error=ENOSPC", slices.Concat(reading, changing)}
	blows  = []blow{
		kill, noRoom,
		{"EIO", "error=EIO", slices.Concat(reading, changing, asking)},
		{"EDQUOT", "error=EDQUOT", slices.Concat(reading, changing)},
		{"EROFS", "error=EROFS", naming},
	}
)

// point is the moment of a blow: the k-th time that a thread makes a call.
type point struct {
	blow
	call string
	k    int
}

func (p point) String() string { return fmt.Sprintf("%s at %s number %d", p.name, p.call, p.k) }

// strike runs the writing under strace, with the blow at that point. hit is false if the
// program ended before it came there. The file trace is made and removed.
func (p point) strike(w writing, home, trace string) (e ended, hit bool) {
	defer os.Remove(trace)
	spec := "?" + p.call
	argv := []string{"strace", "-f", "-qq", "-e", "signal=none", "-o", trace, "-e", "trace=" + spec,
		"-e", fmt.Sprintf("inject=%s:%s:when=%d", spec, p.inject, p.k)}
	if p.inject != kill.inject { // faster, but then strace sends no signals
		argv = append(argv, "--seccomp-bpf")
	}
	e = finish(w.command(home, append(argv, filepath.Join(builtFolder, "pinned"))...))
	b, _ := os.ReadFile(trace)
	return e, e.killed() || bytes.Contains(b, []byte("(INJECTED)"))
}

// path are the points that a run of the writing passes from where it first looks into
// the home's store, one for each call of its main thread.
func (w writing) path(home string) (points []point, err error) {
	trace := home + ".trace"
	defer os.Remove(trace)
	calls := "?" + strings.Join(kill.calls, ",?")
	e := finish(w.command(home, "strace", "-f", "-qq", "-e", "signal=none", "-o", trace, "-e", "trace="+calls, filepath.Join(builtFolder, "pinned")))
	if e.status != 0 {
		return nil, fmt.Errorf("status %d: %s", e.status, e.stderr)
	}
	b, err := os.ReadFile(trace)
	begun, seen := false, map[string]int{}
	main, _, _ := bytes.Cut(b, []byte(" "))
	for line := range bytes.Lines(b) {
		thread, rest, _ := strings.Cut(string(line), " ")
		call, _, ok := strings.Cut(strings.TrimLeft(rest, " "), "(")
		if !ok || thread != string(main) || !slices.Contains(kill.calls, call) {
			continue
		}
		seen[call]++
		if begun = begun || bytes.Contains(line, []byte(filepath.Join(home, ".xec"))); begun {
			points = append(points, point{kill, call, seen[call]})
		}
	}
	if err == nil && (seen["fsync"]+seen["fdatasync"] < 2 || len(points) < 20) {
		err = fmt.Errorf("only %d system calls, %d of them fsync", len(points), seen["fsync"])
	}
	return points, err
}

// outcomes counts how the commands of a rig ended.
type outcomes struct {
	mu                           sync.Mutex
	points, killed, failed, done int
	next, losses                 int
}

func (o *outcomes) add(e ended) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.points++
	switch {
	case e.killed():
		o.killed++
	case e.status == 0:
		o.done++
	default:
		o.failed++
	}
}

func (o *outcomes) lose(t *testing.T, format string, args ...any) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.losses++
	t.Errorf(format, args...)
}

func (o *outcomes) String() string {
	return fmt.Sprintf("%d points: %d killed, %d failed, %d done in spite of it; %d next writes; %d losses",
		o.points, o.killed, o.failed, o.done, o.next, o.losses)
}

// crash is the sweep of one writing.
type crash struct {
	writing
	*outcomes
	from, folder string // the planted home, and where its copies lie
}

// inCopy lets do its work in a copy of the home, which is removed then.
func (c crash) inCopy(t *testing.T, do func(home string)) {
	t.Helper()
	folder, err := os.MkdirTemp(c.folder, "")
	home := filepath.Join(folder, "home")
	if err == nil {
		defer os.RemoveAll(folder)
		err = copyHome(home, c.from)
	}
	if err != nil {
		t.Error(err)
		return
	}
	do(home)
}

// try strikes once, and judges. It gives false when the blow did not fall.
func (c crash) try(t *testing.T, p point) (hit bool) {
	c.inCopy(t, func(home string) {
		var e ended
		e, hit = p.strike(c.writing, home, home+".trace")
		if hit {
			c.add(e)
		} else if e.status != 0 {
			c.lose(t, "%s: untouched, and status %d: %s", p, e.status, e.stderr)
		}
		c.judge(t, home, e, p.String(), hit && p.k%16 == 0)
	})
	return hit
}

// judge looks at what is left, and writes again where something has been left behind, or
// where it is asked to.
func (c crash) judge(t *testing.T, home string, e ended, what string, again bool) {
	t.Helper()
	if err := c.verdict(home, e); err != nil {
		c.lose(t, "%s: %s: %v", c.name, what, err)
		return
	}
	if len(leftovers(home)) == 0 && !again {
		return
	}
	c.mu.Lock()
	c.next++
	c.mu.Unlock()
	if err := c.goesOn(home); err != nil {
		c.lose(t, "%s: %s: %v", c.name, what, err)
	}
}

// measure gives the path of the writing, which must come to its end without a blow.
func (c crash) measure(t *testing.T) (path []point) {
	t.Helper()
	c.inCopy(t, func(home string) {
		var err error
		if path, err = c.path(home); err == nil {
			err = c.verdict(home, ended{})
		}
		if err != nil {
			t.Error(err)
		}
	})
	return path
}

// sweep strikes at every point: for each call at the first, the second and so on, until
// a run passes untouched.
func (c crash) sweep(t *testing.T) {
	var rows []point
	for _, b := range blows {
		for _, call := range b.calls {
			rows = append(rows, point{blow: b, call: call})
		}
	}
	sideBySide(len(rows), func(i int) {
		p := rows[i]
		for p.k = 1; c.try(t, p); p.k++ {
			if p.k == 2000 {
				t.Errorf("%s: no run passes untouched", p)
				return
			}
		}
	})
}

// sample strikes at every fifth point behind the program's start.
func (c crash) sample(t *testing.T, path []point, first int) {
	var some []point
	for i := first % 5; i < len(path); i += 5 {
		some = append(some, path[i], point{noRoom, path[i].call, path[i].k})
	}
	sideBySide(len(some), func(i int) { c.try(t, some[i]) })
}

// TestCrashAtEverySystemCall kills every writing at every system call, and makes every
// call fail in the ways in which a disk fails. The store is the old one or the new one
// then, and opens as it is.
func TestCrashAtEverySystemCall(t *testing.T) {
	need(t, "strace")
	if _, err := pinned(); err != nil {
		t.Fatal(err)
	}
	start, total := time.Now(), 0
	for i, w := range writings() {
		t.Run(w.name, func(t *testing.T) {
			c := crash{w, &outcomes{}, w.planted(t), scratch(t)}
			path := c.measure(t)
			least := len(path) / 5
			if machine.Required("strace") {
				least = len(path) * 4
				c.sweep(t)
			} else {
				c.sample(t, path, i)
			}
			if c.points < least {
				t.Errorf("only %d points", c.points)
			}
			t.Log(c.outcomes)
			total += c.points
		})
	}
	t.Logf("%d points in %v", total, time.Since(start).Round(time.Second))
}

// TestKillAtAnyMoment kills writings from outside: every other one at a moment of its
// whole run, the others while a temporary file shows that the write has begun. They run
// on the disk, where a sync takes its time.
func TestKillAtAnyMoment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a kill there is no signal")
	}
	kills := 40
	if machine.Everything() {
		kills = 500
	}
	start, all, o := time.Now(), writings(), &outcomes{}
	var crashes []crash
	var takes []time.Duration
	for _, w := range all {
		c := crash{w, o, w.planted(t), t.TempDir()}
		crashes, takes = append(crashes, c), append(takes, c.takes(t))
	}
	sideBySide(kills, func(i int) {
		row := i / 2 % len(all)
		within := takes[row]
		for try := range 40 { // sooner and sooner, until one is not too late
			if crashes[row].killOnce(t, i%2 == 1 && try < 20, within) {
				return
			}
			within = max(within*4/5, time.Microsecond)
		}
		t.Errorf("%s: no kill is fast enough", all[row].name)
	})
	if o.next < kills/8 {
		t.Errorf("only %d were killed in the middle of a write", o.next)
	}
	t.Logf("%d kills, %d of them in the middle of a write, and %d that came too late; %d losses, in %v",
		o.killed, o.next, o.done, o.losses, time.Since(start).Round(time.Second))
}

// takes is how long the writing takes.
func (c crash) takes(t *testing.T) (took time.Duration) {
	t.Helper()
	c.inCopy(t, func(home string) {
		start := time.Now()
		if e := finish(c.command(home, program(t, "xec"))); e.status != 0 {
			t.Errorf("%s: status %d: %s", c.name, e.status, e.stderr)
		}
		took = time.Since(start)
	})
	return took
}

// killOnce kills, and judges. It gives false when that came too late.
func (c crash) killOnce(t *testing.T, aimed bool, takes time.Duration) (killed bool) {
	c.inCopy(t, func(home string) {
		e := c.killed(home, aimed, takes)
		c.add(e)
		c.judge(t, home, e, "kill", false)
		killed = e.killed()
	})
	return killed
}

// killed runs the writing and kills it at a random moment: of the time that it takes,
// or, aimed, when a temporary file is there.
func (c crash) killed(home string, aimed bool, takes time.Duration) ended {
	cmd := c.command(home, filepath.Join(builtFolder, "xec"))
	return finishAfter(cmd, func() {
		pause := rand.N(takes)
		if aimed {
			pause = rand.N(takes / 20)
			for end := time.Now().Add(2 * takes); len(leftovers(home)) == 0 && time.Now().Before(end); {
				time.Sleep(20 * time.Microsecond)
			}
		}
		time.Sleep(pause)
		if cmd.Process != nil {
			cmd.Process.Kill()
		}
	})
}
