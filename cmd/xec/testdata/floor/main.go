// Command floor is the least that a command of xec can cost: it starts cobra, and
// with "derive" it derives one key as a store does; with a program behind that, it
// is then replaced by it. The benchmarks of cmd/xec compare with it.
package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"os"
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
	if cmd.Execute() != nil {
		os.Exit(1)
	}
}
