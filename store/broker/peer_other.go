//go:build !linux && !darwin && !freebsd

package broker

import (
	"errors"
	"io/fs"
	"net"
	"runtime"

	"github.com/xec-sh/xec-go/store/secret"
)

// errUnchecked is that of a system that does not say who is at the other end.
var errUnchecked = secret.Errorf(secret.General, "%s does not say who connects to one: %w", runtime.GOOS, errors.ErrUnsupported)

func canCheckPeer() error { return errUnchecked }

func checkPeer(*net.UnixConn) error { return errUnchecked }

func isOwn(fs.FileInfo) bool { return false }

func isRefused(error) bool { return false }
