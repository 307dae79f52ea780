//go:build unix

package child

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// suspends stops itself, and says whether it hears of its continuation a second time.
func suspends() (status int) {
	e := listen()
	e.suspend(unix.SIGTSTP, false)
	select {
	case <-e.continued:
		fmt.Println("continued again")
	case <-time.After(100 * time.Millisecond):
		fmt.Println("continued")
	}
	return 0
}

// cannotStop stops itself where the system does not let it, just when it has been continued
// for something else, and says whether it has waited for that stop to end.
func cannotStop() (status int) {
	e := listen()
	start := time.Now()
	_ = unix.Kill(unix.Getpid(), unix.SIGCONT)
	e.suspend(unix.SIGTTIN, true)
	fmt.Println("waited", time.Since(start) >= stopping)
	return 0
}

// TestLongStopIsContinuedOnce: what is heard of a continuation is heard once, however long
// the stop was. A second time would have the program continued that has been stopped since.
func TestLongStopIsContinuedOnce(t *testing.T) {
	var cmds []*exec.Cmd
	var lines []<-chan string
	for range 20 {
		cmd := exec.Command(me(t), "suspends", "")
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with a parent who could continue it
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		starting(t, cmd)
		cmds, lines = append(cmds, cmd), append(lines, linesOf(out))
	}
	for _, cmd := range cmds {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
			t.Fatalf("status %x, error %v", uint32(status), err)
		}
	}
	time.Sleep(stopping + stopping/4)
	for i, cmd := range cmds {
		if err := cmd.Process.Signal(unix.SIGCONT); err != nil {
			t.Fatal(err)
		}
		expectLine(t, lines[i], "continued")
	}
}

// TestContinuationBeforeAStop is none of that stop, although it may be told during it.
func TestContinuationBeforeAStop(t *testing.T) {
	var lines []<-chan string
	for range 20 {
		cmd := exec.Command(me(t), "cannot-stop", "")
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")       // so that it takes longer
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // so nobody could continue it
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		starting(t, cmd)
		lines = append(lines, linesOf(out))
	}
	for _, l := range lines {
		expectLine(t, l, "waited true")
	}
}
