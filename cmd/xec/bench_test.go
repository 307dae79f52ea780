package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Benchmarks of whole processes. Each pairs a command with what it is measured
// against, in turn, and reports the median of the ratios pair by pair:
//
//	go test ./cmd/xec -run '^$' -bench . -benchtime 20x

// pair is two commands whose times are compared.
type pair struct {
	of, over func() *exec.Cmd
}

func (p pair) run(b *testing.B) {
	var ratios, times []float64
	timed(b, p.of())
	timed(b, p.over())
	for b.Loop() {
		of := timed(b, p.of())
		over := timed(b, p.over())
		ratios = append(ratios, of.Seconds()/over.Seconds())
		times = append(times, float64(of.Microseconds())/1000)
	}
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(median(times), "ms/run")
	b.ReportMetric(0, "ns/op")
}

func timed(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v", cmd.Args, err)
	}
	return time.Since(start)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// xecIn gives a command line of xec in a home folder.
func xecIn(b *testing.B, home string, args ...string) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := exec.Command(program(b, "xec"), args...)
		cmd.Env, cmd.Dir = cleanEnv(home), home
		return cmd
	}
}

func floor(b *testing.B, args ...string) func() *exec.Cmd {
	return func() *exec.Cmd { return exec.Command(program(b, "floor"), args...) }
}

func truePath(b *testing.B) string {
	path, err := exec.LookPath("true")
	if err != nil {
		b.Skip("no program true")
	}
	return path
}

const aKey = "SERVICE_000042_PASSWORD"

func BenchmarkOverFloor(b *testing.B) {
	home := homeWith(b, 100)
	for name, p := range map[string]pair{
		"get":      {xecIn(b, home, "secrets", "get", aKey), floor(b, "derive")},
		"set":      {xecIn(b, home, "secrets", "set", aKey, "--value", "another"), floor(b, "derive")},
		"list":     {xecIn(b, home, "secrets", "list"), floor(b, "derive")},
		"exec":     {xecIn(b, home, "exec", "--", truePath(b)), floor(b, "derive", truePath(b))},
		"noSecret": {xecIn(b, home, "--version"), floor(b)},
	} {
		b.Run(name, p.run)
	}
}

// BenchmarkGrowth compares large stores with one of 100 secrets. TMPDIR decides
// whether on a disk or on tmpfs.
func BenchmarkGrowth(b *testing.B) {
	small := homeWith(b, 100)
	for _, n := range []int{100, 10_000, 100_000} {
		large := homeWith(b, n)
		for name, args := range map[string][]string{
			"get":    {"secrets", "get", aKey},
			"set":    {"secrets", "set", aKey, "--value", "another"},
			"list":   {"secrets", "list"},
			"rekey":  {"secrets", "rekey"},
			"verify": {"secrets", "verify"},
		} {
			if n > 100 {
				b.Run(fmt.Sprintf("%s/%d", name, n), pair{xecIn(b, large, args...), xecIn(b, small, args...)}.run)
			}
			b.Run(fmt.Sprintf("%sMemory/%d", name, n), func(b *testing.B) { peakMemory(b, xecIn(b, large, args...)) })
		}
	}
}

// BenchmarkConfiguration is what a project costs: a configuration of 1,000 lines, for a
// command that only keeps secrets and for one that resolves it.
func BenchmarkConfiguration(b *testing.B) {
	home, project := homeWith(b, 100), b.TempDir()
	var text strings.Builder
	text.WriteString("vars:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  var%d: \"some text with ${secret:%s} and ${env.HOME}\"\n", i, aKey)
	}
	if err := os.Mkdir(filepath.Join(project, ".xec"), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, ".xec", "config.yaml"), []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	inProject := func(args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := xecIn(b, home, args...)()
			cmd.Dir = project
			return cmd
		}
	}
	b.Run("get", pair{inProject("secrets", "get", aKey), xecIn(b, home, "secrets", "get", aKey)}.run)
	b.Run("inspect", pair{inProject("inspect", "vars", "--resolve"), floor(b)}.run)
	b.Run("render", pair{inProject("render"), floor(b, "derive")}.run)
}

// BenchmarkInspectSecrets compares a configuration of 40,000 references with one of 2,500: the
// ratio is that of their sizes, 16, or less.
func BenchmarkInspectSecrets(b *testing.B) {
	home := homeWith(b, 100)
	for name, part := range map[string]string{
		"vars":     "vars:\n/  v%d: ${secret:K%d}\n",
		"tasks":    "tasks:\n/  t%d: {command: \"${secret:K%d}\"}\n",
		"steps":    "tasks: {t: {steps: [\n/  {command: \"echo %d ${secret:K%d}\"},\n/]}}\n",
		"profiles": "profiles:\n/  p%d: {name: \"${secret:K%d}\"}\n",
	} {
		inspect := func(references int) func() *exec.Cmd {
			parts := strings.Split(part+"/", "/")
			text := []byte(parts[0])
			for i := range references {
				text = fmt.Appendf(text, parts[1], i, i)
			}
			path := filepath.Join(b.TempDir(), "config.yaml")
			if err := os.WriteFile(path, append(text, parts[2]...), 0o600); err != nil {
				b.Fatal(err)
			}
			return xecIn(b, home, "inspect", "secrets", "-c", path)
		}
		b.Run(name, pair{inspect(40_000), inspect(2500)}.run)
	}
}

// BenchmarkCheck looks at a project of 10,000 files, one of ten with a reference, over
// looking for it with grep.
func BenchmarkCheck(b *testing.B) {
	home, project := homeWith(b, 100), b.TempDir()
	need(b, "grep")
	filler := strings.Repeat("func main() { fmt.Println(\"some text\", $HOME, map[string]int{}) }\n", 60)
	for i := range 10_000 {
		folder := filepath.Join(project, fmt.Sprintf("folder%d", i/100))
		text := filler
		if i%10 == 0 {
			text += "password: ${secret:" + aKey + "}\n"
		}
		name := filepath.Join(folder, fmt.Sprintf("file%d.txt", i))
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			b.Fatal(err)
		}
	}
	in := func(cmd *exec.Cmd) *exec.Cmd {
		cmd.Dir = project
		return cmd
	}
	pair{
		func() *exec.Cmd { return in(xecIn(b, home, "check", ".")()) },
		func() *exec.Cmd { return in(exec.Command("grep", "-rI", "secret:", ".")) },
	}.run(b)
}

// BenchmarkImport imports 100,000 secrets into a new store.
func BenchmarkImport(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "%c\n  \"SERVICE_%06d_PASSWORD\": \"value-%026d\"", "{,"[min(i, 1)], i, i)
		}
		source := filepath.Join(b.TempDir(), "secrets.json")
		if err := os.WriteFile(source, []byte(text.String()+"\n}\n"), 0o600); err != nil {
			b.Fatal(err)
		}
		fresh := func() *exec.Cmd { return xecIn(b, b.TempDir(), "secrets", "import", "-f", source)() }
		b.Run(fmt.Sprint(n), pair{fresh, floor(b, "derive")}.run)
		b.Run(fmt.Sprintf("memory/%d", n), func(b *testing.B) { peakMemory(b, fresh) })
	}
}

// BenchmarkRender renders 100 MB with 100,000 references, against envsubst and the
// same number of variables; and a file without references, against cat.
func BenchmarkRender(b *testing.B) {
	home := homeWith(b, 100)
	dir := b.TempDir()
	filler := strings.Repeat("some text of a configuration file, of the usual kind\n", 18)
	files := map[string]string{
		"xec.tmpl": filler + "password=${secret:" + aKey + "}\n",
		"env.tmpl": filler + "password=$" + aKey + "\n",
		"plain":    filler + "password=something\n",
	}
	for name, part := range files {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte(part), 100_000), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	render := func(name string) func() *exec.Cmd {
		return xecIn(b, home, "render", filepath.Join(dir, name))
	}
	b.Run("envsubst", func(b *testing.B) {
		if _, err := exec.LookPath("envsubst"); err != nil {
			b.Skip("no envsubst")
		}
		// Into the null device: a pipe's reader would be most of what is measured.
		pair{render("xec.tmpl"), func() *exec.Cmd {
			cmd := exec.Command("envsubst")
			cmd.Env = []string{aKey + "=value"}
			f, err := os.Open(filepath.Join(dir, "env.tmpl"))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { f.Close() })
			cmd.Stdin = f
			return cmd
		}}.run(b)
	})
	b.Run("cat", pair{toPipe(render("plain")), toPipe(func() *exec.Cmd {
		return exec.Command("cat", filepath.Join(dir, "plain"))
	})}.run)
	b.Run("memory", func(b *testing.B) { peakMemory(b, render("xec.tmpl")) })
}

// BenchmarkRenderText renders 100 MB of text in this process, over the floor: a search for the
// next reference, and a copy.
func BenchmarkRenderText(b *testing.B) {
	reference, value := []byte("${secret:KEY}"), []byte("a value of some length")
	line := append(bytes.Repeat([]byte("some text of a configuration file, of the usual kind\n"), 18), reference...)
	text := bytes.Repeat(append(line, '\n'), 100_000)
	want := bytes.ReplaceAll(text, reference, value)
	path := filepath.Join(b.TempDir(), "text")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	var took [2]time.Duration
	out := make([]byte, 0, len(text)+1)
	for b.Loop() {
		start := time.Now()
		rest, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		out = out[:0]
		for n := bytes.Index(rest, reference); n >= 0; n = bytes.Index(rest, reference) {
			out, rest = append(append(out, rest[:n]...), value...), rest[n+len(reference):]
		}
		out = append(out, rest...)
		took[0] += time.Since(start)
		start = time.Now()
		in, err := (&app{}).openInput(path)
		if err != nil {
			b.Fatal(err)
		}
		s := textSource{input: in, found: true, trap: noWarning, warn: noWarning}
		got := bytes.NewBuffer(out[:0])
		if err := s.write(got, func(*resolve.Reference) (secret.Value, error) { return secret.New(value), nil }); err != nil {
			b.Fatal(err)
		}
		s.Close()
		took[1] += time.Since(start)
		if !bytes.Equal(got.Bytes(), want) {
			b.Fatalf("%d bytes, want %d", got.Len(), len(want))
		}
	}
	b.SetBytes(int64(len(text)))
	b.ReportMetric(float64(took[1])/float64(took[0]), "×floor")
}

// BenchmarkMask compares a program whose output is masked with the same program: its
// start, 256 MiB of a log into a pipe, and the peak of memory with many secrets.
func BenchmarkMask(b *testing.B) {
	home, path := homeWith(b, 100), filepath.Join(b.TempDir(), "log")
	line := "time=2026-11-26T01:02:03Z level=info msg=\"a line of the usual length\" path=/api/v1/users status=200 took=12ms\n"
	log := strings.Repeat(line, (256<<20)/len(line))
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		b.Fatal(err)
	}
	masked := xecIn(b, home, "exec", "--all", "--quiet", "--", "cat", path)
	if out, err := masked().Output(); err != nil || string(out) != log {
		b.Fatalf("%d bytes, error %v, want %d", len(out), err, len(log))
	}
	b.Run("start", pair{toPipe(xecIn(b, home, "exec", "--all", "--", truePath(b))), toPipe(xecIn(b, home, "exec", "--all", "--no-mask", "--", truePath(b)))}.run)
	b.Run("cat", pair{toPipe(masked), toPipe(func() *exec.Cmd { return exec.Command("cat", path) })}.run)
	b.Run("redact", pair{toPipe(xecIn(b, home, "secrets", "redact", path)), toPipe(func() *exec.Cmd { return exec.Command("cat", path) })}.run)
	many := homeWith(b, 1000)
	b.Run("memory", func(b *testing.B) { peakMemory(b, xecIn(b, many, "secrets", "redact", path)) })
}

// BenchmarkTask compares the start of the first command of a task with that of the same
// shell command without xec, and 100 steps at once with as many in a shell.
func BenchmarkTask(b *testing.B) {
	need(b, "shells")
	home := homeWith(b, 100)
	config := "tasks:\n  one: test -n \"${secret:" + aKey + "}\"\n  many:\n    steps:\n      - parallel:\n" + strings.Repeat("          - test -n \"${secret:"+aKey+"}\"\n", 100)
	project := filepath.Join(home, "project")
	if err := os.MkdirAll(filepath.Join(project, ".xec"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, ".xec", "config.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	run := func(task string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := xecIn(b, home, "run", task)()
			cmd.Dir = project
			return cmd
		}
	}
	shell := func(script string) func() *exec.Cmd {
		sh, err := exec.LookPath("sh")
		if err != nil {
			b.Skip(err)
		}
		return floor(b, "derive", "--", sh, "-c", script)
	}
	b.Run("one", pair{run("one"), shell("test -n x")}.run)
	b.Run("many", pair{run("many"), shell(`i=0; while [ $i -lt 100 ]; do sh -c 'test -n x' & i=$((i+1)); done; wait`)}.run)
}

// toPipe makes standard output a pipe that is read and dropped.
func toPipe(command func() *exec.Cmd) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := command()
		cmd.Stdout = struct{ io.Writer }{io.Discard}
		return cmd
	}
}

// peakMemory reports the largest resident size of a process.
func peakMemory(b *testing.B, command func() *exec.Cmd) {
	if runtime.GOOS == "windows" {
		b.Skip("Windows does not tell it after a process has ended")
	}
	var peaks []float64
	for b.Loop() {
		cmd := command()
		measured := exec.Command(program(b, "floor"), append([]string{"measure"}, cmd.Args...)...)
		measured.Env, measured.Dir = cmd.Env, cmd.Dir
		out, err := measured.Output()
		if err != nil {
			b.Fatal(err)
		}
		size, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			b.Fatal(err)
		}
		peaks = append(peaks, size/(1<<20))
	}
	b.ReportMetric(median(peaks), "MiB")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRenderSizes renders documents of each format, from 1 KB with ten references to
// 100 MB with 100,000, over cp of the same; what comes out is compared with what should.
func BenchmarkRenderSizes(b *testing.B) {
	home := homeWith(b, 100)
	dir := b.TempDir()
	filler := strings.Repeat("x", 900)
	forms := map[string]struct{ head, record, tail, value string }{
		"txt":  {"", filler + " ${secret:" + aKey + "}\n", "", ""},
		"json": {"[\n", "{\"text\": \"" + filler + "\", \"key\": ${secret:" + aKey + "}},\n", "1]\n", `"`},
		"env":  {"", "TEXT=" + filler + "\nKEY=${secret:" + aKey + "}\n", "", ""},
		"toml": {"", "[[record]]\ntext = '" + filler + "'\nkey = ${secret:" + aKey + "}\n", "", `"`},
		"yaml": {"", "---\ntext: " + filler + "\nkey: ${secret:" + aKey + "}\n", "", ""},
	}
	for _, size := range []struct {
		name string
		n    int
	}{{"1KB", 1}, {"1MB", 1000}, {"50MB", 50_000}, {"100MB", 100_000}} {
		for ending, form := range forms {
			if ending == "yaml" && size.n > 1000 || ending == "toml" && size.n > 50_000 {
				continue // yaml.v3 reads 10 MB a second; TOML is read as a whole, 64 MiB at most
			}
			path := filepath.Join(dir, "in."+ending)
			text := form.head + strings.Repeat(form.record, size.n) + form.tail
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			want := strings.ReplaceAll(text, "${secret:"+aKey+"}", form.value+fmt.Sprintf("value-%026d", 42)+form.value)
			out := filepath.Join(dir, "out."+ending)
			render := xecIn(b, home, "render", path, "-o", out)
			if err := render().Run(); err != nil {
				b.Fatal(err)
			}
			if got, err := os.ReadFile(out); err != nil || string(got) != want {
				b.Fatalf("%s: %d bytes, error %v, want %d bytes", ending, len(got), err, len(want))
			}
			b.Run(ending+"/"+size.name, pair{render, func() *exec.Cmd { return exec.Command("cp", path, out+".copy") }}.run)
			b.Run(ending+"Memory/"+size.name, func(b *testing.B) { peakMemory(b, render) })
		}
	}
}

// BenchmarkSops compares the start of a program with 100 secrets with that by sops, which
// has the same in a file for an age key. XEC_TEST_SOPS names sops, else it is looked for;
// age-keygen lies beside it or on PATH.
func BenchmarkSops(b *testing.B) {
	sops := os.Getenv("XEC_TEST_SOPS")
	if sops == "" {
		sops = "sops"
	}
	sops, err := exec.LookPath(sops)
	if err != nil {
		b.Skip(err)
	}
	keygen, err := exec.LookPath(filepath.Join(filepath.Dir(sops), "age-keygen"))
	if err != nil {
		if keygen, err = exec.LookPath("age-keygen"); err != nil {
			b.Skip(err)
		}
	}
	home := homeWith(b, 100)
	key, file := filepath.Join(home, "age.txt"), filepath.Join(home, "secrets.env")
	if out, err := exec.Command(keygen, "-o", key).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	recipient, err := exec.Command(keygen, "-y", key).Output()
	if err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "SERVICE_%06d_PASSWORD=value-%026d\n", i, i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	env := cleanEnv(home, "SOPS_AGE_KEY_FILE="+key)
	by := func(args ...string) *exec.Cmd {
		cmd := exec.Command(sops, args...)
		cmd.Env, cmd.Dir = env, home
		return cmd
	}
	if out, err := by("encrypt", "-i", "--age", strings.TrimSpace(string(recipient)), file).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	const prints = `test "$SERVICE_000099_PASSWORD" = value-00000000000000000000000099`
	if out, err := by("exec-env", file, prints).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	pair{
		xecIn(b, home, "exec", "--", truePath(b)),
		func() *exec.Cmd { return by("exec-env", file, truePath(b)) },
	}.run(b)
}
