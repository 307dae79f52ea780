// Package provider is what the programs of providers have in common: each is a store that
// answers xec on its standard streams, as package store/plugin says.
package provider

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/xec-sh/xec-go/cmd/internal/private"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/plugin"
)

// Run is the whole of the program of the provider name, and gives its exit code.
func Run(name string, open func(context.Context, store.Settings) (store.Store, error)) int {
	program := plugin.Prefix + name
	if len(os.Args) > 1 {
		fmt.Fprintf(os.Stderr, "%s takes no arguments: xec starts it, for --provider %s\n", program, name)
		return 2
	}
	private.Keep()
	signal.Ignore(os.Interrupt, syscall.SIGQUIT) // they are for xec, which ends this process when it does not need it
	if err := (&plugin.Server{Open: open, EndsWithInput: true}).Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
		return 1
	}
	return 0
}
