package main

import (
	"context"
	"github.com/xec-sh/xec-go/store"
)

func (a *app) nearestHint(ctx context.Context, s store.Store, key string, err error) error {
	return err
}
