package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// crowd is a number of processes that use one store at once.
type crowd struct {
	writers, sets int // each writer sets keys of its own, one after the other
	imported      int // keys of one import, in the middle of it all
	readers       int // each reads until the writers are done
}

// crowdSize is the crowd that a store must bear, or a part of it where the machine
// promises nothing.
func crowdSize() crowd {
	if machine.Everything() {
		return crowd{writers: 16, sets: 50, imported: 200, readers: 8}
	}
	return crowd{writers: 8, sets: 6, imported: 40, readers: 3}
}

// crowdAlso are more command lines that run once in the middle of the crowd, and change
// no value.
var crowdAlso = [][]string{{"secrets", "rekey"}}

// gathering is a crowd at work.
type gathering struct {
	t    *testing.T
	home string

	mu    sync.Mutex
	done  values // what was acknowledged
	reads atomic.Int64
}

// set does a write that must succeed, and takes note of what it set.
func (g *gathering) set(v values, stdin string, argv ...string) {
	if e := runXec(g.home, stdin, nil, argv...); e.status != 0 {
		g.t.Errorf("%s: status %d: %s", argv[1], e.status, e.stderr)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.Copy(g.done, v)
}

// acknowledged gives one of the keys that have been set, its value, and how many
// there are at least.
func (g *gathering) acknowledged() (key, value string, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, value = range g.done { // a random one
		break
	}
	return key, value, len(g.done)
}

// look reads what was acknowledged: one key, and the list.
func (g *gathering) look() error {
	key, value, n := g.acknowledged()
	got := runXec(g.home, "", nil, "secrets", "get", key)
	if got.status != 0 || string(got.stdout) != value {
		return fmt.Errorf("get: status %d, %d bytes: %s", got.status, len(got.stdout), got.stderr)
	}
	list := runXec(g.home, "", nil, "secrets", "list")
	if lines := strings.Count(string(list.stdout), "\n"); list.status != 0 || lines < n {
		return fmt.Errorf("list: status %d, %d keys and there must be %d: %s", list.status, lines, n, list.stderr)
	}
	g.reads.Add(2)
	return nil
}

// TestCrowd lets many processes read and write one store at once: nothing that was
// acknowledged may be lost, and nobody who reads may meet an error.
func TestCrowd(t *testing.T) {
	size := crowdSize()
	w := writing{name: "crowd", seeds: []values{manyValues(1)}}
	g := &gathering{t: t, home: w.planted(t), done: w.before()}
	start := time.Now()
	var writers, readers sync.WaitGroup
	for range size.writers {
		writers.Go(func() {
			for range size.sets {
				key, value := newKey(), newValue()
				g.set(values{key: value}, value, "secrets", "set", key)
			}
		})
	}
	writers.Go(func() {
		v := manyValues(size.imported)
		g.set(v, v.json(), "secrets", "import")
	})
	for _, argv := range crowdAlso {
		writers.Go(func() { g.set(nil, "", argv...) })
	}
	ended := make(chan bool)
	for range size.readers {
		readers.Go(func() { g.lookUntil(ended) })
	}
	writers.Wait()
	close(ended)
	readers.Wait()
	g.requireAll(1 + size.writers*size.sets + size.imported)
	t.Logf("%d keys by %d writers and an import, %d reads beside it, in %v",
		len(g.done), size.writers, g.reads.Load(), time.Since(start).Round(time.Second))
}

func (g *gathering) lookUntil(ended <-chan bool) {
	for {
		select {
		case <-ended:
			return
		default:
		}
		if err := g.look(); err != nil {
			g.t.Error(err)
			return
		}
	}
}

// requireAll wants everything that was acknowledged in the store, n keys, and no trace
// of a writer.
func (g *gathering) requireAll(n int) {
	g.t.Helper()
	now, err := contents(g.home, nil)
	if err != nil || len(g.done) != n || !maps.Equal(now, g.done) {
		g.t.Errorf("%d keys of %d were acknowledged: %s, error %v", len(g.done), n, difference(now, g.done, g.done), err)
	}
	if left := leftovers(g.home); len(left) > 0 {
		g.t.Errorf("%q are left", left)
	}
}

// TestCrowdMakesTheFirstStore lets many processes make a store where there is none, all
// at the same moment: one of them makes it, and the others write into it.
func TestCrowdMakesTheFirstStore(t *testing.T) {
	times, writers := 4, 8
	if machine.Everything() {
		times, writers = 20, 24
	}
	program(t, "xec")
	start := time.Now()
	for range times {
		g := &gathering{t: t, home: scratch(t), done: values{}}
		if err := g.setAtOnce(writers); err != nil {
			t.Fatal(err)
		}
		g.requireAll(writers)
		for _, one := range []string{"secrets*/salt", "key", ".key*"} {
			found, err := filepath.Glob(filepath.Join(g.home, ".xec", one))
			if want := 1 - strings.Count(one, "."); err != nil || len(found) != want {
				t.Errorf("%d files are %s, want %d, error %v", len(found), one, want, err)
			}
		}
	}
	t.Logf("%d times %d processes in %v", times, writers, time.Since(start).Round(time.Second))
}

// setAtOnce starts processes that wait for their values, and then hands all of them out.
func (g *gathering) setAtOnce(writers int) error {
	var gates []io.WriteCloser
	var running sync.WaitGroup
	all := slices.Collect(maps.Keys(manyValues(writers)))
	var started sync.WaitGroup
	started.Add(writers)
	errs := make([]error, writers)
	for i, key := range all {
		cmd := commandIn(g.home, "", nil, []string{filepath.Join(builtFolder, "xec"), "secrets", "set", key})
		cmd.Stdin = nil
		gate, err := cmd.StdinPipe()
		if err != nil {
			return err
		}
		gates = append(gates, gate)
		running.Go(func() {
			if e := finishAfter(cmd, started.Done); e.status != 0 {
				errs[i] = fmt.Errorf("status %d: %s", e.status, e.stderr)
			}
		})
	}
	started.Wait()
	time.Sleep(50 * time.Millisecond) // until they read
	for i, gate := range gates {
		value := newValue()
		g.done[all[i]] = value
		io.WriteString(gate, value)
		gate.Close()
	}
	running.Wait()
	return errors.Join(errs...)
}
