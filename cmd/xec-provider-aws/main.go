// Command xec-provider-aws is the provider aws: it keeps secrets in AWS Secrets Manager, as
// package store/aws says, and speaks with xec as package store/plugin says. xec starts it
// when secrets: provider: aws, or --provider aws, asks for it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/xec-sh/xec-go/cmd/internal/private"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/aws"
	"github.com/xec-sh/xec-go/store/plugin"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, "xec-provider-aws takes no arguments: xec starts it, for --provider aws")
		os.Exit(2)
	}
	private.Keep()
	signal.Ignore(os.Interrupt, syscall.SIGQUIT) // they are for xec, which ends this process when it does not need it
	if err := (&plugin.Server{Open: open, EndsWithInput: true}).Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "xec-provider-aws:", err)
		os.Exit(1)
	}
}

func open(ctx context.Context, settings store.Settings) (store.Store, error) {
	return aws.Open(ctx, settings)
}
