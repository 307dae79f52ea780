package dotenv

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// variable is a line of the file that shells read.
type variable struct {
	name, what string
	value      string // that the shell must see
}

// shellFile renders one document with every value that an environment can hold in every
// place that a shell can read.
func shellFile(t *testing.T) (file []byte, all []variable) {
	t.Helper()
	var source strings.Builder
	values := map[int]string{} // by where the reference starts
	for _, p := range places() {
		for _, k := range hostile.Kinds() {
			if p.alone || strings.Contains(k.Value, "\x00") {
				continue
			}
			v := variable{fmt.Sprintf("V%d", len(all)), p.name + ": " + k.Name, p.prefix + k.Value + p.suffix}
			source.WriteString(strings.Replace(p.before, "NAME", v.name, 1))
			values[source.Len()+rendertest.Find(p.scalar)[0].Start] = k.Value
			source.WriteString(p.scalar + p.behind)
			all = append(all, v)
		}
	}
	return renderWith(t, source.String(), values), all
}

// renderWith renders source with a value for each reference, by where it starts.
func renderWith(t *testing.T, source string, values map[int]string) []byte {
	t.Helper()
	spans := rendertest.Find(source)
	d, err := Format(parse)([]byte(source), spans)
	if err != nil {
		t.Fatal(err)
	}
	file, err := d.Render(func(ref int) secret.Value {
		value, ok := values[spans[ref].Start]
		if !ok {
			t.Errorf("no value for reference %d", ref)
		}
		return secret.Text(value)
	})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestShellsReadEveryValue(t *testing.T) {
	file, all := shellFile(t)
	for _, shell := range []string{"sh", "dash", "bash", "zsh"} {
		for _, locale := range []string{"C", "C.UTF-8"} {
			t.Run(shell+"/"+locale, func(t *testing.T) {
				got := source(t, shell, locale, file, all)
				if len(got) != len(all) {
					t.Fatalf("the shell wrote %d values of %d", len(got), len(all))
				}
				for i, v := range all {
					if got[i] != v.value {
						t.Errorf("%s: the shell has %d bytes, and not the %d of the document", v.what, len(got[i]), len(v.value))
					}
				}
				t.Logf("%d variables", len(all))
			})
		}
	}
}

// TestShellsReadMixedTextAsBefore: quotes within a bare value stay what they are.
func TestShellsReadMixedTextAsBefore(t *testing.T) {
	var text strings.Builder
	var all []variable
	for i, test := range [][2]string{{`-Dpw="${secret:K}" `, "-Dpw=v:/@1"}, {`x\ ${secret:K}`, "x v:/@1"}, {`a'b c'${secret:K}`, "ab cv:/@1"}, {`${secret:K}\;`, "v:/@1;"}, {`~x/${secret:K}"$E"`, "~x/v:/@1"}} {
		all = append(all, variable{fmt.Sprintf("V%d", i), test[0], test[1]})
		fmt.Fprintf(&text, "V%d=%s\n", i, test[0])
	}
	out, _, err := rendertest.Render(Format(parse), text.String(), "v:/@1")
	if err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"sh", "dash", "bash"} { // zsh wants to know who ~x is
		for i, got := range source(t, shell, "C", []byte(out), all) {
			if got != all[i].value {
				t.Errorf("%s: %s is %q", shell, all[i].what, got)
			}
		}
	}
}

// source gives the values of variables as a shell sees them that has read file.
func source(t *testing.T, shell, locale string, file []byte, all []variable) []string {
	t.Helper()
	program := machine.Program(t, "shells", shell)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "file"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("set -a; . ./file\n")
	for _, v := range all {
		fmt.Fprintf(&script, "printf '%%s\\0' \"$%s\"\n", v.name)
	}
	cmd := exec.Command(program, "-s")
	cmd.Dir, cmd.Stdin = folder, strings.NewReader(script.String())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=" + locale}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v, with %d bytes on stderr", err, stderr.Len())
	}
	if stderr.Len() > 0 {
		t.Errorf("%d bytes on stderr", stderr.Len())
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("a value has run: %d files, error %v", len(files), err)
	}
	parts := strings.Split(stdout.String(), "\x00")
	return parts[:len(parts)-1]
}

// TestShellsExpandTheDocumentsOwnText: what the document expands is expanded still, and
// nothing of a value.
func TestShellsExpandTheDocumentsOwnText(t *testing.T) {
	text := "U=user\nA=\"$U/${U}:${secret:K}@$U\"\nB=$U/${U}:${secret:K}@$U\nC='$U${secret:K}'\nD=\"${secret:K}$(echo x)\"\nE=\\${secret:K}\nF=${U}${secret:K}\n"
	const value = "er:h$U`touch ran`$(touch ran)}\\"
	values := map[int]string{}
	for _, span := range rendertest.Find(text) {
		values[span.Start] = value
	}
	file := renderWith(t, text, values)
	all := []variable{
		{"A", "", "user/user:" + value + "@user"},
		{"B", "", "user/user:" + value + "@user"},
		{"C", "", "$U" + value},
		{"D", "", value + "x"},
		{"E", "", "${secret:K}"},
		{"F", "", "user" + value},
	}
	for _, shell := range []string{"sh", "dash", "bash", "zsh"} {
		t.Run(shell, func(t *testing.T) {
			for i, got := range source(t, shell, "C.UTF-8", file, all) {
				if got != all[i].value {
					t.Errorf("%s: %d bytes, want %d", all[i].name, len(got), len(all[i].value))
				}
			}
		})
	}
}

// TestTextThatAShellCouldExpandIsRefused tries random texts before a reference: either
// there is an error, or every shell sees the value as it is behind what it makes of the
// text.
func TestTextThatAShellCouldExpandIsRefused(t *testing.T) {
	texts := textsBefore()
	var all []variable
	var file bytes.Buffer
	refused := 0
	const value = "hU1_x:h[0]`touch ran`$(touch ran);}"
	file.WriteString("U=user Ux=wrong UhU1_x=wrong\n")
	for _, text := range texts {
		v := variable{name: fmt.Sprintf("V%d", len(all)), what: text}
		source := v.name + "=\"" + text + "${secret:K}\"\n"
		d, err := Format(parse)([]byte(source), rendertest.Find(source))
		if err != nil || len(d.Refs()) == 0 {
			continue
		}
		out, err := d.Render(func(int) secret.Value { return secret.Text(value) })
		if err != nil {
			refused++
			continue
		}
		file.Write(out)
		all = append(all, v)
	}
	if len(all) < 100 || refused < 100 {
		t.Errorf("%d texts were rendered, %d refused", len(all), refused)
	}
	for _, shell := range []string{"sh", "dash", "bash", "zsh"} {
		t.Run(shell, func(t *testing.T) {
			for i, got := range source(t, shell, "C.UTF-8", file.Bytes(), all) {
				if !strings.HasSuffix(got, value) {
					t.Errorf("behind %q the value is another", all[i].what)
				}
			}
		})
	}
}

// textsBefore gives all texts of up to three pieces.
func textsBefore() (texts []string) {
	pieces := []string{"", "$", "$U", "${U}", "${U", "{", "}", "(", "x", ":", "[", "é", `\\`, `\$`, "\\`", `\"`, "\\\n", "/", "#", "1", " "}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				texts = append(texts, a+b+c)
			}
		}
	}
	return texts
}

var _ render.Format = Format(parse)
