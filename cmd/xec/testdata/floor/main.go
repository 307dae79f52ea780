// Command floor is the least that a command of xec can cost: it starts cobra, and
// with "derive" it derives one key as a store does; with a program behind that, it
// is then replaced by it. The benchmarks of cmd/xec compare with it. With "measure"
// it runs a program and prints its peak memory in bytes: a large process cannot
// measure a child, because Linux counts the memory of the parent until the exec. With
// "wait" it reads its standard input to the end.
package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	cmd := &cobra.Command{
		Use:  "floor",
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "derive",
		RunE: func(_ *cobra.Command, args []string) error {
			_, err := pbkdf2.Key(sha256.New, "secret", make([]byte, 48), 100_000, 32)
			if err == nil && len(args) > 0 {
				err = syscall.Exec(args[0], args, os.Environ())
			}
			return err
		},
	})
	cmd.AddCommand(&cobra.Command{
		Use:                "measure",
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			child := exec.Command(args[0], args[1:]...)
			if err := child.Run(); err != nil {
				return err
			}
			size := child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
			if runtime.GOOS != "darwin" {
				size <<= 10 // KiB elsewhere
			}
			fmt.Println(size)
			return nil
		},
	})
	cmd.AddCommand(&cobra.Command{
		Use: "wait",
		RunE: func(*cobra.Command, []string) error {
			_, err := io.Copy(io.Discard, os.Stdin)
			return err
		},
	})
	if cmd.Execute() != nil {
		os.Exit(1)
	}
}
