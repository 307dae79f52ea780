package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// disk is an ext4 file system in a file. What has reached the file is what has reached
// the disk: a copy of it, taken while it is mounted, is the disk of a machine that lost
// its power at that moment.
type disk struct {
	image, folder, options string
}

// lazyDisk are mount options by which nothing gets to the disk by itself within ten
// minutes, and a rename does not take the data of the file with it.
const lazyDisk = "loop,commit=600,noauto_da_alloc"

// diskIn is a disk in a folder, not made yet.
func diskIn(dir, options string) disk {
	return disk{filepath.Join(dir, "image"), filepath.Join(dir, "disk"), options}
}

// newDisk makes and mounts a disk of some MiB.
func newDisk(t *testing.T, size int64, options string) disk {
	t.Helper()
	d := diskIn(scratch(t), options)
	if err := errors.Join(makeImage(d.image, size<<20), os.Mkdir(d.folder, 0o700), d.mount()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.unmount(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// makeImage leaves nothing for the kernel to do later, of its own accord.
func makeImage(path string, size int64) error {
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, size)); err != nil {
		return err
	}
	return quiet("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", path)
}

func (d disk) mount() error { return quiet("mount", "-o", d.options, d.image, d.folder) }

// unmount is safe to call again. A lazy one is better than none at all.
func (d disk) unmount() error {
	if exec.Command("mountpoint", "-q", d.folder).Run() != nil {
		return nil
	}
	err := quiet("umount", d.folder)
	if err != nil {
		err = errors.Join(err, quiet("umount", "-l", d.folder))
	}
	return err
}

// quiet runs a program that says something only when it fails.
func quiet(argv ...string) error {
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w: %s", argv, err, out)
	}
	return nil
}

// loopMounts returns an error if this machine does not let a test mount a disk.
var loopMounts = sync.OnceValue(func() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("user %d is not root", os.Geteuid())
	}
	dir, err := os.MkdirTemp("", "xec-loop-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := diskIn(dir, lazyDisk)
	return errors.Join(makeImage(d.image, 4<<20), os.Mkdir(d.folder, 0o700), d.mount(), d.unmount())
})

// powerCut takes the power away now, and shows what a machine finds on the disk when it
// starts again: the mount plays the journal.
func (d disk) powerCut(look func(folder string) error) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(d.image), "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	after := diskIn(dir, d.options)
	if err := errors.Join(copyFile(after.image, d.image), os.Mkdir(after.folder, 0o700)); err != nil {
		return err
	}
	if err := after.mount(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, after.unmount()) }()
	return look(after.folder)
}

func copyFile(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// deed is a writing that was run in a home on the disk, and how it ended.
type deed struct {
	writing
	home string // below the disk
	ended
}

// homes makes empty homes that a power cut does not take.
func (d disk) homes(t *testing.T, n int) (names []string) {
	t.Helper()
	for i := range n {
		names = append(names, fmt.Sprintf("home-%d", i))
		if err := os.Mkdir(filepath.Join(d.folder, names[i]), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := quiet("sync", "-f", d.folder); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestPowerCut takes the power away after commands that were acknowledged, and in the
// middle of others: under a process that is killed at a system call, because a disk
// that is copied while it is written to is none that ever was.
func TestPowerCut(t *testing.T) {
	need(t, "loop")
	need(t, "strace")
	moments := 16
	if machine.Required("loop") {
		moments = 100
	}
	if _, err := pinned(); err != nil {
		t.Fatal(err)
	}
	d, paths := newDisk(t, 64, lazyDisk), map[string][]point{}
	var deeds []deed
	var acknowledged, killed, looked int
	start := time.Now()
	for i, home := range d.homes(t, moments) {
		all := writings()
		w := all[i/2%len(all)]
		if paths[w.name] == nil {
			paths[w.name] = w.pathElsewhere(t)
		}
		deed := deed{w, home, d.do(t, w, home, i%2 == 1, paths[w.name])}
		if deed.killed() {
			killed++
		} else {
			acknowledged++
		}
		deeds = append(deeds, deed)
		err := d.powerCut(func(folder string) (err error) {
			for _, each := range lastOf(deeds) {
				looked++
				if wrong := each.verdict(filepath.Join(folder, each.home), each.ended); wrong != nil {
					err = errors.Join(err, fmt.Errorf("%s, acknowledged: %v: %w", each.name, each.status == 0, wrong))
				}
			}
			return err
		})
		if err != nil {
			t.Errorf("power cut %d: %v", i, err)
		}
	}
	if acknowledged < moments/2 || killed < moments/4 {
		t.Errorf("only %d commands were acknowledged and %d killed", acknowledged, killed)
	}
	t.Logf("%d power cuts, %d after acknowledged commands and %d in the middle of others, %d looks at a store, in %v",
		moments, acknowledged, killed, looked, time.Since(start).Round(time.Second))
}

// lastOf are the first deed and the last three: what was written long ago, and just now.
func lastOf(deeds []deed) []deed {
	if len(deeds) <= 4 {
		return deeds
	}
	return append([]deed{deeds[0]}, deeds[len(deeds)-3:]...)
}

// do plants the home on the disk, which is acknowledged and must last too, and runs the
// writing there: to its end, or to a random point of its path.
func (d disk) do(t *testing.T, w writing, home string, cut bool, path []point) ended {
	t.Helper()
	home = filepath.Join(d.folder, home)
	if err := w.plant(home); err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	if cut {
		e, _ := path[rand.IntN(len(path))].strike(w, home, d.image+".trace")
		return e
	}
	e := finish(w.command(home, program(t, "xec")))
	if e.status != 0 {
		t.Fatalf("%s: status %d: %s", w.name, e.status, e.stderr)
	}
	return e
}

// pathElsewhere is the path of the writing in a home in memory.
func (w writing) pathElsewhere(t *testing.T) []point {
	t.Helper()
	path, err := w.path(w.planted(t))
	if err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	return path
}

// TestPowerCutIsNotBlind lets the machine lie: fsync says that it has been done, and has
// not. What xec acknowledges then is lost with the power, in one way or another.
func TestPowerCutIsNotBlind(t *testing.T) {
	need(t, "loop")
	need(t, "strace")
	if _, err := pinned(); err != nil {
		t.Fatal(err)
	}
	for name, when := range map[string]string{"no fsync": "1+", "none of the file": "1", "none of the folder": "2"} {
		t.Run(name, func(t *testing.T) {
			lost, rounds := 0, 0
			d, all := newDisk(t, 64, lazyDisk), writings()
			for i, home := range d.homes(t, len(all)) {
				w := all[i]
				if len(w.seeds) == 0 && when != "1+" {
					continue // the first store is made with more of them
				}
				rounds++
				path := filepath.Join(d.folder, home)
				if err := w.plant(path); err != nil {
					t.Fatal(err)
				}
				spec := "fsync,fdatasync:retval=0:when=" + when
				e := finish(w.command(path, "strace", "-f", "-qq", "--seccomp-bpf", "-o", d.image+".trace",
					"-e", "trace=fsync,fdatasync", "-e", "inject="+spec, filepath.Join(builtFolder, "pinned")))
				if err := w.verdict(path, e); err != nil || e.status != 0 {
					t.Fatalf("%s: status %d, error %v", w.name, e.status, err)
				}
				err := d.powerCut(func(folder string) error { return w.verdict(filepath.Join(folder, home), e) })
				if err != nil {
					lost++
				}
			}
			t.Logf("%d of %d acknowledged writes are lost", lost, rounds)
			if lost == 0 {
				t.Error("the rig sees no loss, so it would see none")
			}
		})
	}
}
