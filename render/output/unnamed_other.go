//go:build !linux

package output

import (
	"errors"
	"os"
)

// openUnnamed says that there are no files without a name here.
func openUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func name(*os.File, string) error { return errors.ErrUnsupported }
