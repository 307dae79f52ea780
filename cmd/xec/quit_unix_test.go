//go:build unix

package main

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestQuitWhileItReads: a pipe that nobody writes into, and what else may wait for long.
func TestQuitWhileItReads(t *testing.T) {
	home := homeWith(t, 1)
	for _, args := range []string{"secrets set NEW", "secrets set NEW --file -", "secrets import", "render -", "secrets redact"} {
		cmd := exec.Command(program(t, "xec"), strings.Fields(args)...)
		cmd.Env = cleanEnv(home)
		var told bytes.Buffer
		cmd.Stderr = &told
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // it is asleep when it reads
		cmd.Process.Signal(syscall.SIGQUIT)
		cmd.Wait()
		in.Close()
		if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGQUIT || told.Len() > 0 {
			t.Errorf("xec %s ended with %q and %d bytes of standard error", args, cmd.ProcessState, told.Len())
		}
	}
}

// TestQuitSaysNothing: Ctrl-\ ends xec as it ends others. Go would print what all goroutines
// of the process do.
func TestQuitSaysNothing(t *testing.T) {
	home := homeWith(t, 1)
	for args, want := range map[string]syscall.Signal{
		"secrets export": syscall.SIGQUIT, "secrets delete SERVICE_000000_PASSWORD": syscall.SIGQUIT, "secrets redact": syscall.SIGQUIT,
		"secrets set NEW": syscall.SIGINT, // in raw mode Ctrl-\ is a key, and means what Ctrl-C does
	} {
		cmd := exec.Command(program(t, "xec"), strings.Fields(args)...)
		cmd.Env = append(cleanEnv(home), "TERM=xterm")
		f, err := pty.Start(cmd)
		if err != nil {
			t.Skipf("no terminal: %v", err)
		}
		shown := make(chan []byte)
		go func() {
			b, _ := io.ReadAll(f)
			shown <- b
		}()
		// It is asleep when it asks or reads; before that the signal may meet Go's own start.
		time.Sleep(300 * time.Millisecond)
		f.Write([]byte{0x1c})
		cmd.Wait()
		f.Close()
		text := <-shown
		if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != want {
			t.Errorf("xec %s ended with %q", args, cmd.ProcessState)
		}
		if bytes.Contains(text, []byte("goroutine")) || bytes.Contains(text, []byte("SIGQUIT")) {
			t.Errorf("xec %s told of its goroutines", args)
		}
	}
}
