package main

import (
	"errors"
	"io/fs"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store/secret"
)

// Exit codes.
const (
	exitDone = iota
	exitGeneral
	exitInvalid
	exitNotFound
	exitEncryption
	exitPermission
)

// exitCode is the one place where an error becomes a number.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	var exit *child.ExitError
	if errors.As(err, &exit) {
		return exit.Status
	}
	switch secret.KindOf(err) {
	case secret.Invalid:
		return exitInvalid
	case secret.NotFound:
		return exitNotFound
	case secret.Encryption:
		return exitEncryption
	case secret.Permission:
		return exitPermission
	}
	if errors.Is(err, fs.ErrPermission) {
		return exitPermission
	}
	return exitGeneral
}
