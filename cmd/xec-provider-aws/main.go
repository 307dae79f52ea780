// Command xec-provider-aws is the provider aws: it keeps secrets in AWS Secrets Manager, as
// package store/aws says, and speaks with xec as package store/plugin says. xec starts it
// when secrets: provider: aws, or --provider aws, asks for it.
package main

import (
	"context"
	"os"

	"github.com/xec-sh/xec-go/cmd/internal/provider"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/aws"
)

func main() { os.Exit(provider.Run("aws", open)) }

func open(ctx context.Context, settings store.Settings) (store.Store, error) {
	return aws.Open(ctx, settings)
}
