package file

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
)

// TestWhatCannotBeReadIsNamed has the disk fail below a record.
func TestWhatCannotBeReadIsNamed(t *testing.T) {
	err := Open(made(t, "KEY")).read(ctx, func(n *snapshot) error {
		return n.lookUp([]string{"KEY"}, func(e format.Entry, offset int64) error {
			n.file.Close()
			_, err := n.newestValue(e, offset)
			return err
		})
	})
	if err == nil || !strings.HasPrefix(err.Error(), "KEY: ") {
		t.Errorf("%v", err)
	}
}
