package transfer

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/secret"
)

// TestNothingRunsUnderAWideLocale: bash under GBK took the last byte of "€" and
// the backslash behind it for one character, so that the quote closed and the rest
// of the value ran.
func TestNothingRunsUnderAWideLocale(t *testing.T) {
	dir := t.TempDir()
	locale := filepath.Join(dir, "zh_CN.GBK")
	if out, err := exec.Command("localedef", "-f", "GBK", "-i", "zh_CN", locale).CombinedOutput(); err != nil {
		machine.Lacking(t, "locales", fmt.Errorf("no GBK locale can be made: %w\n%s", err, out))
	}
	for _, value := range []string{"€\";touch ran;\"", "€`touch ran`", "€$(touch ran)", "€€$(touch ran)", "€€€`touch ran`", "a€€\\\";touch ran;\"", "\x81\\\";touch ran;\""} {
		var text bytes.Buffer
		if err := WriteEnv(&text, map[string]secret.Value{"K": secret.Text(value)}); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("bash", "-c", `eval "$(cat)"`)
		cmd.Dir, cmd.Stdin = dir, &text
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LOCPATH=" + dir, "LC_ALL=zh_CN.GBK"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("bash: %v, %d bytes of output", err, len(out))
		}
		if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
			t.Fatal("a part of the value ran")
		}
	}
}
