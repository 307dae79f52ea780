package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// large are documents of some MiB, with a reference in each of their records.
func large(record string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, record, i, strings.Repeat("x", 1000))
	}
	return b.String()
}

// TestLargeDocumentsAreReadInParts and come out as if they were read at once; what is
// wrong in a late part has its place in the whole, and then nothing is written.
func TestLargeDocumentsAreReadInParts(t *testing.T) {
	home := t.TempDir()
	for key, value := range map[string]string{"KEY": `p@ss "w'ord`, "BINARY": "\xff"} {
		cmd := exec.Command(program(t, "xec"), "secrets", "set", key)
		cmd.Env, cmd.Stdin = cleanEnv(home), strings.NewReader(value)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v, %d bytes", err, len(out))
		}
	}
	for name, test := range map[string]struct{ head, record, tail, becomes, bad, badPlace string }{
		"large.json": {"[\n", "{\"id\": %d, \"text\": \"%s\", \"key\": ${secret:KEY}},\n", "1]\n", `"p@ss \"w'ord"`, "\"${secret:BINARY}\",\n", ":4002:2: "},
		"large.env":  {"", "TEXT_%d=\"%s\n\"\nKEY=${secret:KEY}\n", "", `"p@ss \"w'ord"`, "B-D=${secret:KEY}\nWRONG\n", ":12002:6: "},
		"large.yaml": {"", "---\nid: %d\ntext: %s\nkey: ${secret:KEY}\n", "", `'p@ss "w''ord'`, "---\nkey: ${secret:BINARY}\n", ":16002:6: "},
	} {
		t.Run(name, func(t *testing.T) {
			records := large(test.record, 4000)
			path := filepath.Join(home, name)
			write := func(text string) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(test.head + records + test.tail)
			out, err := inHome(t, home, "render", path)
			want := strings.ReplaceAll(test.head+records+test.tail, "${secret:KEY}", test.becomes)
			if err != nil || string(out) != want {
				t.Errorf("%d bytes, error %v, want %d bytes", len(out), err, len(want))
			}
			write(test.head + records + test.bad + test.tail)
			cmd := exec.Command(program(t, "xec"), "render", path)
			cmd.Env = cleanEnv(home)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if out, err := cmd.Output(); err == nil || len(out) > 0 || !strings.Contains(stderr.String(), name+test.badPlace) {
				t.Errorf("%d bytes, error %v, said %.200q, want a place of %s", len(out), err, stderr.String(), test.badPlace)
			}
		})
	}
}
