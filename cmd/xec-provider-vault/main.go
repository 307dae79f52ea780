// Command xec-provider-vault is the provider vault: it keeps secrets in HashiCorp Vault or
// OpenBao, as package store/vault says, and speaks with xec as package store/plugin says. xec
// starts it when secrets: provider: vault, or --provider vault, asks for it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/xec-sh/xec-go/cmd/internal/private"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/vault"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, "xec-provider-vault takes no arguments: xec starts it, for --provider vault")
		os.Exit(2)
	}
	private.Keep()
	signal.Ignore(os.Interrupt, syscall.SIGQUIT) // they are for xec, which ends this process when it does not need it
	if err := (&plugin.Server{Open: open, EndsWithInput: true}).Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "xec-provider-vault:", err)
		os.Exit(1)
	}
}

func open(_ context.Context, settings store.Settings) (store.Store, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // there is no token in a file then
	}
	return vault.Open(settings, vault.Outside{Getenv: os.Getenv, Home: home})
}
