//go:build unix

package child

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/creack/pty"
)

// BenchmarkStart is a program that does nothing: replacing this process, and beside it
// with its output in a pipe or on a terminal.
func BenchmarkStart(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	start := func(as string, terminal bool) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(path, as, "true")
				if terminal {
					master, err := pty.Start(cmd)
					if err != nil {
						b.Fatal(err)
					}
					io.Copy(io.Discard, master) // until it is hung up
					master.Close()
					if err := cmd.Wait(); err != nil {
						b.Fatal(err)
					}
					continue
				}
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatal(err, out)
				}
			}
		}
	}
	b.Run("replacing/pipe", start("plain", false))
	b.Run("beside/pipe", start("copied", false))
	b.Run("replacing/terminal", start("plain", true))
	b.Run("beside/terminal", start("copied", true))
}

// BenchmarkBytes is a gigabyte through a filter that does nothing.
func BenchmarkBytes(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	const size = 1 << 30
	for _, as := range []string{"plain", "copied"} {
		b.Run(as, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				cmd := exec.Command(path, as, "head", "-c", "1073741824", "/dev/zero")
				out, err := cmd.StdoutPipe()
				if err != nil {
					b.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out}, make([]byte, 256<<10))
				if err := errors.Join(err, cmd.Wait()); err != nil || n != size {
					b.Fatal(n, err)
				}
			}
		})
	}
}
