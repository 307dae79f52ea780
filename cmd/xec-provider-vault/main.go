// Command xec-provider-vault is the provider vault: it keeps secrets in HashiCorp Vault or
// OpenBao, as package store/vault says, and speaks with xec as package store/plugin says. xec
// starts it when secrets: provider: vault, or --provider vault, asks for it.
package main

import (
	"context"
	"os"

	"github.com/xec-sh/xec-go/cmd/internal/provider"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/vault"
)

func main() { os.Exit(provider.Run("vault", open)) }

func open(_ context.Context, settings store.Settings) (store.Store, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // there is no token in a file then
	}
	return vault.Open(settings, vault.Outside{Getenv: os.Getenv, Home: home})
}
