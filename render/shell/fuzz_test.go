package shell

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// FuzzSplice: what is given has the command's own bytes around variables, and what is not
// is an error with a place.
func FuzzSplice(f *testing.F) {
	for _, s := range spots() {
		f.Add(s.command)
	}
	for _, r := range refusals {
		f.Add(r.command)
	}
	f.Add("A=${0[${secret:Aet:A}.=}") // an assignment of no word
	f.Fuzz(func(t *testing.T, command string) {
		refs := refsIn(command)
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			s, err := Splice([]byte(command), refs, d)
			if err != nil {
				rendertest.RequirePlaced(t, err, command)
				continue
			}
			rest := string(s.Text)
			at := 0
			for _, ref := range refs {
				before, ok := strings.CutPrefix(rest, command[at:ref.Start])
				if !ok {
					t.Fatalf("%q: other text before byte %d", command, ref.Start)
				}
				rest = behindVariable(before, ref, command[ref.Start:ref.End])
				at = ref.End
			}
			if rest != command[at:] {
				t.Fatalf("%q: other text at the end", command)
			}
		}
	})
}

// behindVariable gives what stands behind the variable that text begins with.
func behindVariable(text string, ref Ref, source string) string {
	for _, form := range []string{source, `'"$` + ref.Name + `"$'`, `'"$` + ref.Name + `"'`, `"$` + ref.Name + `"`, "${" + ref.Name + "}", elements(ref)} {
		if behind, ok := strings.CutPrefix(text, form); ok && (form != "" || ref.List) {
			return behind
		}
	}
	return "\x00 no variable"
}

// FuzzWords makes words of pieces. With a variable in them they must be what they are with
// a plain word, and the value in its place: dash is asked for both. No piece runs anything
// but printf, and dash finds no programs.
func FuzzWords(f *testing.F) {
	f.Add("abcd", "a b")
	f.Add("\x08\x00\x09", "$(touch pwn)")
	f.Add("\x01\x08\x01\x02\x08\x02\x03\x08\x04", "'\"\\")
	f.Add("\x05\x08\x06\x01\x07\x08\x06\x01", "*")
	pieces := []string{"a", `"`, `'`, "$(printf %s ", ")", "${none:-", "}", "${x#", "${secret:K}", " ", `\\`, "`printf %s ", "`", "${x}", "x", "*", "#", "~", "\n", "<<E\n", "\nE\n"}
	f.Fuzz(func(t *testing.T, program, value string) {
		if len(program) > 40 || strings.ContainsAny(value, "\x00") || strings.HasSuffix(value, "\n") || strings.Contains(value, plainWord) {
			t.Skip()
		}
		dash, err := exec.LookPath("dash")
		if err != nil {
			t.Skip("dash is not there")
		}
		command := "IFS=; set -f; printf '[%s]' " // a substitution without quotes splits and matches what it gives
		for _, b := range []byte(program) {
			command += pieces[int(b)%len(pieces)]
		}
		value = "v" + value // no name of a program, an option or a path
		s, err := splice(command, Sh)
		if err != nil || len(s.Refs) == 0 || len(s.Refs) != len(refsIn(command)) {
			t.Skip()
		}
		want, wantErr := ask(t, dash, []byte(strings.ReplaceAll(command, "${secret:K}", plainWord)), "")
		got, gotErr := ask(t, dash, s.Text, value)
		if (wantErr == nil) != (gotErr == nil) || got != strings.ReplaceAll(want, plainWord, value) {
			t.Errorf("%q: %d bytes of %q, want those of %q (%v, %v)", command, len(got), s.Text, want, gotErr, wantErr)
		}
	})
}

// plainWord needs no quotes anywhere.
const plainWord = "vZq9"

func ask(t *testing.T, shell string, script []byte, value string) (string, error) {
	t.Helper()
	cmd := exec.Command(shell, "-c", string(script))
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=/nonexistent", "x=xx"}
	for i := range 40 {
		cmd.Env = append(cmd.Env, nameOf(i)+"="+value)
	}
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	err := cmd.Run()
	return stdout.String(), err
}
