package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedRenderLeavesNothing: half an output holds values.
func TestInterruptedRenderLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	home := homeWith(t, 100)
	// The last files of many have names before they are whole, by which it can be seen that
	// they are being written.
	templates := filepath.Join(home, "templates")
	last := filepath.Join(templates, "z")
	err := os.Mkdir(templates, 0o700)
	for i := range 201 {
		err = errors.Join(err, os.WriteFile(filepath.Join(templates, fmt.Sprint(i)), []byte("${secret:"+aKey+"}\n"), 0o600))
	}
	if err := errors.Join(err, os.WriteFile(last, []byte("${secret:"+aKey+"}\n"), 0o600), os.Truncate(last, 1<<30)); err != nil {
		t.Fatal(err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		folder := t.TempDir()
		cmd := exec.Command(program(t, "xec"), "render", templates, "-o", filepath.Join(folder, "out"))
		cmd.Env = cleanEnv(home)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for {
			if found, err := filepath.Glob(filepath.Join(folder, "out", ".z.*")); err == nil && len(found) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		interrupted(t, cmd, signal)
		if left := filesIn(t, folder); len(left) > 0 {
			t.Errorf("%v: %d files are left", signal, len(left))
		}
	}
}

// TestInterruptedDemoLeavesNothing interrupts the demo after its first line.
func TestInterruptedDemoLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	tmp := t.TempDir()
	cmd := exec.Command(program(t, "xec"), "demo")
	cmd.Env = append(cleanEnv(t.TempDir()), "TMPDIR="+tmp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('$'); err != nil {
		t.Fatal(err)
	}
	interrupted(t, cmd, syscall.SIGTERM)
	if left := filesIn(t, tmp); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// TestUnreadDemoLeavesNothing: nobody reads the demo any more, from its begin on or after some
// of its lines.
func TestUnreadDemoLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	for _, lines := range []int{0, 1, 3, 9} {
		tmp := t.TempDir()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program(t, "xec"), "demo")
		cmd.Env = append(cleanEnv(t.TempDir()), "TMPDIR="+tmp)
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		in := bufio.NewReaderSize(r, 16)
		for range lines {
			if _, err := in.ReadString('\n'); err != nil {
				t.Error(err)
			}
		}
		r.Close()
		cmd.Wait()
		if got := cmd.ProcessState.String(); got != "signal: broken pipe" {
			t.Errorf("read %d lines: ended with %q", lines, got)
		}
		if left := filesIn(t, tmp); len(left) > 0 {
			t.Errorf("read %d lines: %d files are left", lines, len(left))
		}
	}
}

// interrupted sends a signal, of which the process must die.
func interrupted(t *testing.T, cmd *exec.Cmd, signal syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if got, want := cmd.ProcessState.String(), "signal: "+signal.String(); got != want {
		t.Errorf("ended with %q, want %q", got, want)
	}
}

func filesIn(t *testing.T, folder string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestInterruptedCommandEnds: a command of the configuration is in a group of its own,
// which the terminal's Ctrl-C does not reach.
func TestInterruptedCommandEnds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	folder := t.TempDir()
	text := "vars: {a: \"${cmd:touch started; sleep 1; touch alive}\"}\n"
	if err := errors.Join(os.Mkdir(filepath.Join(folder, ".xec"), 0o700), os.WriteFile(filepath.Join(folder, ".xec", "config.yaml"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t, "xec"), "render")
	cmd.Dir, cmd.Env = folder, append(cleanEnv(t.TempDir()), "XEC_TRUST_CONFIG=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for len(filesIn(t, folder)) < 2 {
		time.Sleep(time.Millisecond)
	}
	interrupted(t, cmd, syscall.SIGINT)
	time.Sleep(1500 * time.Millisecond)
	if left := filesIn(t, folder); len(left) != 2 {
		t.Errorf("there are %d files: the command went on", len(left))
	}
}
