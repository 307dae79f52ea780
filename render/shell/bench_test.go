package shell

import (
	"strings"
	"testing"
)

func BenchmarkSplice(b *testing.B) {
	const line = `docker run -e K="${secret:K}" image 'a ${secret:J}' "$(cat x | grep ${secret:I})"` + "\n"
	for name, command := range map[string]string{"line": line, "thousand lines": strings.Repeat(line, 1000)} {
		b.Run(name, func(b *testing.B) {
			refs := refsIn(command)
			b.SetBytes(int64(len(command)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Splice([]byte(command), refs, Bash); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
