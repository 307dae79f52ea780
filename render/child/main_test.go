//go:build unix

package child

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"
)

// TestMain makes this binary the program that the tests look at: "plain" and "filtered"
// start a command as xec does without and with something to mask.
func TestMain(m *testing.M) {
	if status, is := onAnotherThread(func() (int, bool) { return Helper(os.Args, limited) }); is {
		syscall.Exit(status) // without the second that the race detector takes
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	if len(os.Args) == 2 && os.Args[1] == "sizes" {
		sizes()
	}
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "plain":
			os.Exit(end(command().Exec()))
		case "filtered":
			os.Exit(end(filtered(Filters{Stream: replacing})))
		case "filtered-always":
			os.Exit(end(filtered(Filters{Stream: replacing, Mode: Always})))
		case "copied":
			os.Exit(end(filtered(Filters{Stream: copying})))
		case "private", "lifting":
			private()
			undo := limited()
			os.Exit(end(filtered(Filters{Stream: replacing, Lift: func() func() {
				undo()
				return func() { undo = limited() }
			}})))
		case "hears":
			os.Exit(hears(os.Args[2]))
		case "counts":
			os.Exit(counts(os.Args[2]))
		case "streams":
			os.Exit(streams(os.Args[2]))
		case "suspends":
			os.Exit(suspends())
		case "cannot-stop":
			os.Exit(cannotStop())
		case "panicking":
			os.Exit(end(filtered(Filters{Stream: panicking})))
		}
	}
	os.Exit(m.Run())
}

// onAnotherThread calls f on a thread that is not the first of this process, as Go may do.
func onAnotherThread(f func() (int, bool)) (status int, is bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, is = f()
	}()
	<-done
	return status, is
}

func command() Command {
	return Command{Argv: os.Args[2:], Env: os.Environ(), Streams: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}}
}

func filtered(f Filters) error {
	c := command()
	plan := f.Plan(c.Streams)
	if !plan.Filtered() {
		return c.Exec()
	}
	return c.Run(plan)
}

// end is the end of the application.
func end(err error) (status int) {
	if err == nil {
		return 0
	}
	exit, ok := err.(*ExitError)
	if !ok {
		fmt.Fprintln(os.Stderr, "xec:", err)
		return 1
	}
	if exit.Err != nil {
		fmt.Fprintln(os.Stderr, "xec:", exit.Err)
	}
	exit.Raise()
	return exit.Status
}

// The word that replacing replaces.
const (
	word     = "hunter2"
	replaced = "[masked]"
)

// replacer replaces a word. It keeps back a line that has not ended only while it ends
// with a part of the word.
type replacer struct {
	mu   sync.Mutex
	dst  io.Writer
	kept []byte
}

func replacing(dst io.Writer) io.WriteCloser { return &replacer{dst: dst} }

func (r *replacer) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := bytes.ReplaceAll(append(r.kept, b...), []byte(word), []byte(replaced))
	keep := 0
	for n := 1; n < len(word); n++ {
		if bytes.HasSuffix(text, []byte(word[:n])) {
			keep = n
		}
	}
	r.kept = bytes.Clone(text[len(text)-keep:])
	if _, err := r.dst.Write(text[:len(text)-keep]); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (r *replacer) Close() error {
	_, err := r.dst.Write(r.kept)
	return err
}

// copier passes everything on.
type copier struct{ io.Writer }

func copying(dst io.Writer) io.WriteCloser { return copier{dst} }

func (copier) Close() error { return nil }

// panicker panics at its name.
type panicker struct{ io.Writer }

func panicking(dst io.Writer) io.WriteCloser { return panicker{dst} }

func (p panicker) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "panic") {
		panic("as asked")
	}
	return p.Writer.Write(b)
}

func (panicker) Close() error { return nil }

// hears says which signals it hears, and ends with 40 after so many.
func hears(count string) (status int) {
	n, err := strconv.Atoi(count)
	if err != nil {
		return 2
	}
	heard := make(chan os.Signal, 100)
	signal.Notify(heard)
	signal.Reset(syscall.SIGURG, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
	fmt.Println("ready")
	for s := range heard {
		if s == syscall.SIGURG {
			continue
		}
		fmt.Printf("heard %d\n", int(s.(syscall.Signal)))
		if n--; n == 0 {
			break
		}
	}
	return 40
}

// counts says that it runs, until there is a file, and ends with 9. It is no shell, which
// a stop can catch where it waits for a process that it has just made.
func counts(until string) (status int) {
	for i := 1; ; i++ {
		if _, err := os.Stat(until); err == nil {
			fmt.Println("over")
			return 9
		}
		fmt.Println("at", i)
		time.Sleep(20 * time.Millisecond)
	}
}

// streams writes down which of its standard streams are terminals, and their sizes.
func streams(path string) (status int) {
	var text strings.Builder
	for fd := range 3 {
		width, height, _ := term.GetSize(fd)
		fmt.Fprintf(&text, "%d: terminal %v, %d by %d\n", fd, term.IsTerminal(fd), width, height)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return 1
	}
	return 0
}

// sizes says the size of its terminal, now and whenever it changes.
func sizes() {
	changed := make(chan os.Signal, 10)
	signal.Notify(changed, syscall.SIGWINCH)
	for {
		width, height, _ := term.GetSize(1)
		fmt.Printf("size %d by %d\n", width, height)
		<-changed
	}
}
