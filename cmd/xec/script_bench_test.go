//go:build unix

package main

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkScript compares the start of a script that asks for one secret with that of the
// same Node without xec, once plain and once behind the derivation of a key, which is what
// the store costs; and measures a get through the broker, in a script that asks 1,000 times.
func BenchmarkScript(b *testing.B) {
	for _, name := range []string{"node20", "node22", "bun"} {
		node := runtimeOf(b, name)
		home := homeWith(b, 100)
		writeIn(b, home, "one.js", "secrets.get('"+aKey+"').then(() => {});\n")
		writeIn(b, home, "none.js", "\n")
		one := toPipe(xecIn(b, home, "run", "--quiet", "--runtime", node, "one.js"))
		none := func() *exec.Cmd {
			cmd := exec.Command(node, "none.js")
			cmd.Dir = home
			return cmd
		}
		b.Run(name+"/start", pair{one, toPipe(none)}.run)
		b.Run(name+"/startDerived", pair{one, toPipe(floor(b, "derive", "--", node, home+"/none.js"))}.run)
		writeIn(b, home, "many.js", `(async () => {
  const times = [];
  for (let i = 0; i < 1000; i++) {
    const start = process.hrtime.bigint();
    await secrets.get("`+aKey+`");
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  console.log(times.sort((a, b) => a - b)[500]);
})();
`)
		b.Run(name+"/get", func(b *testing.B) {
			var medians []float64
			for b.Loop() {
				cmd := xecIn(b, home, "run", "--quiet", "--no-mask", "--runtime", node, "many.js")()
				out, err := cmd.Output()
				if err != nil {
					b.Fatal(err)
				}
				us, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
				if err != nil {
					b.Fatal(err)
				}
				medians = append(medians, us)
			}
			b.ReportMetric(median(medians), "us/get")
			b.ReportMetric(0, "ns/op")
		})
	}
}
