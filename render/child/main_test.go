package child

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// TestMain makes this binary the program that the tests look at: "plain" and "filtered"
// start a command as xec does without and with something to mask.
func TestMain(m *testing.M) {
	if status, is := Helper(os.Args, nil); is {
		os.Exit(status)
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
		case "panicking":
			os.Exit(end(filtered(Filters{Stream: panicking})))
		}
	}
	os.Exit(m.Run())
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
