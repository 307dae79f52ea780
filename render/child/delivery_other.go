//go:build !linux

package child

import (
	"errors"
	"os"

	"github.com/xec-sh/xec-go/store/secret"
)

// memoryFile says that there is no such thing here.
func memoryFile(secret.Value) (*os.File, error) { return nil, errors.ErrUnsupported }

func inherit(*os.File) error { return nil }

func putAt(int, *os.File) error { return errors.ErrUnsupported }
