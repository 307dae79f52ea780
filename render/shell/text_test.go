package shell

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// fragments are commands without references: every form of expansion in every kind of
// quotes, and all that the grammar of a dialect has besides.
func fragments(d Dialect) (all []string) {
	expansions := []string{
		"$x", "${x}", "$1", "${10}", "$@", "$*", "$#", "$?", "$-", "$$", "$!", "$0", "${#x}", "${#}", "${x-w}", "${x:-w}", "${x=w}", "${x:=w}", "${x?w}",
		"${x:?w w}", "${x+w}", "${x:+w}", "${x#w}", "${x##*/}", "${x%w}", "${x%%.*}", "${x:-${y:-$z}}", "${x:-$(echo w)}", "$(echo w)", "$(echo \"$x\")", "`echo w`",
		"`echo \\`echo w\\``", "$((1+2))", "$((x*(y-1)))", "$(($(echo 1)+1))", "~/x", "*.c", "[a-z]?", "\\$x", "\\\"", "a\\ b", "$", "a$", "é", "${x:-}",
	}
	if d != Sh {
		expansions = append(expansions, "${x/a/b}", "${x//a/b}", "${x:1}", "${x:1:2}", "${x[1]}", "${x[@]}", "${#x[@]}", "$'a\\n'", "<(echo w)", "{a,b}", "{1..3}", "$((x**2))")
	}
	if d == Bash {
		expansions = append(expansions, "${!x}", "${!x*}", "${x^}", "${x^^}", "${x,}", "${x@Q}", "${x/#a/b}", "${x/%a}", "$\"a\"", "@(a|b)", "$[1+1]")
	}
	if d == Zsh {
		expansions = append(expansions, "${(f)x}", "${x:t}", "${(@)x}", "*(N)", "${=x}", "$x[1]", "$#x")
	}
	for _, e := range expansions {
		for _, form := range []string{"echo %s", `echo "a %s b"`, "x=%s", "cat <<EOF\n%s\nEOF", "echo >%s", "case %s in (a|b) ;; esac", "for i in %s; do :; done"} {
			if form == `echo "a %s b"` && strings.Contains(e, "{x/") {
				continue
			}
			all = append(all, fmt.Sprintf(form, e))
		}
	}
	all = append(all, "", "\n\n", " \t", "# a comment\n", "a; b & c", "a && b || ! c", "a | b | c", "(a; b)", "{ a; b; }", "f() { a; }", "if a; then b; elif c; then d; else e; fi",
		"while a; do b; done", "until a; do b; done <x >y 2>&1", "a \\\n  b", "a 'b\nc'", "cat <<-'EOF'\n\t$x\n\tEOF\n", "a <<A <<B\n1\nA\n2\nB\n", "a 3<>x 4>&- >|y", "A=1 B=2 c", "a=$b;c=d", "a;\r\nb\r\n")
	return all
}

func TestTextWithoutReferencesStays(t *testing.T) {
	for _, d := range []Dialect{Sh, Bash, Zsh} {
		all := fragments(d)
		if len(all) < 300 {
			t.Errorf("%s: only %d fragments", d, len(all))
		}
		for _, f := range all {
			if s, err := Splice([]byte(f), nil, d); err != nil || string(s.Text) != f {
				t.Errorf("%s: %q: got %q, error %v", d, f, s.Text, err)
			}
			source := f + "\necho ${secret:K}"
			if s, err := splice(source, d); err != nil || string(s.Text) != f+"\necho \"$XEC_A\"" {
				t.Errorf("%s: %q with a reference behind: got %q, error %v", d, f, s.Text, err)
			}
		}
	}
}

func TestTextIsNoShellsText(t *testing.T) {
	for command, offset := range map[string]int{
		"echo ${secret:K} 'a":              17,
		"if x; then ${secret:K}":           0,
		"echo ${secret:K} \"$(x":           18,
		"a\n) ${secret:K}":                 2,
		"cat <<${secret:K}\n":              6,
		"f${secret:K}() { :; }":            0,
		"echo ${secret:K} \x00":            17,
		"for ${secret:K} in a; do :; done": 0,
	} {
		_, err := splice(command, Sh)
		rendertest.RequireError(t, err, offset, secret.General)
		if strings.Contains(err.Error(), "secret:") || strings.Contains(err.Error(), "AAA") {
			t.Errorf("%q: the error quotes text: %v", command, err)
		}
	}
	if _, err := splice("echo \xff ${secret:K}", Bash); err == nil || err.Error() != "byte 5: text that is not UTF-8" {
		t.Errorf("error %v", err)
	}
	if _, err := splice("a=(1); echo ${secret:K}", Sh); err == nil || err.Error() != "byte 2: not a command that sh can read: bash has this" {
		t.Errorf("error %v", err)
	}
}

// TestShMayBeDashOrBash: what they read differently carries nothing.
func TestShMayBeDashOrBash(t *testing.T) {
	for _, command := range []string{`echo $'${secret:K}'`, `echo $'\'' ${secret:K} \'`} {
		_, err := splice(command, Sh)
		rendertest.RequireError(t, err, strings.Index(command, "${secret"), secret.Invalid)
		if !strings.Contains(err.Error(), "sh may be dash or bash") {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestLists(t *testing.T) {
	for command, want := range map[string]string{
		"f ${secret:L3} x":                       `f "$XEC_A_1" "$XEC_A_2" "$XEC_A_3" x`,
		"f ${secret:L1}":                         `f "$XEC_A_1"`,
		"f ${secret:L0} x":                       `f  x`,
		"f x>y ${secret:L0}":                     `f x>y `,
		"${secret:L2}":                           `"$XEC_A_1" "$XEC_A_2"`,
		"for x in ${secret:L2}; do f; done":      `for x in "$XEC_A_1" "$XEC_A_2"; do f; done`,
		"for x in ${secret:L0}; do f; done":      `for x in ; do f; done`,
		"f \"$(f ${secret:L2} ${secret:K})\"":    `f "$(f "$XEC_A_1" "$XEC_A_2" "$XEC_B")"`,
		"f `f ${secret:L2}`":                     "f `f \"$XEC_A_1\" \"$XEC_A_2\"`",
		"A=1 ${secret:L1} b <<E\n${secret:K}\nE": "A=1 \"$XEC_A_1\" b <<E\n${XEC_B}\nE",
	} {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			if s, err := splice(command, d); err != nil || string(s.Text) != want {
				t.Errorf("%s: %s: got %q, error %v", d, command, s.Text, err)
			}
		}
	}
	for command, want := range map[string]string{"a=(${secret:L2} x)": `a=("$XEC_A_1" "$XEC_A_2" x)`, "a=(${secret:L0})": `a=()`} {
		for _, d := range []Dialect{Bash, Zsh} {
			if s, err := splice(command, d); err != nil || string(s.Text) != want {
				t.Errorf("%s: %s: got %q, error %v", d, command, s.Text, err)
			}
		}
	}
}

// TestShellsSeeTheElementsOfAList asks shells.
func TestShellsSeeTheElementsOfAList(t *testing.T) {
	const command = `f() { for x in ${secret:L3}; do printf '%s\0' "$x"; done; printf '%s\0' "$#" "$@"; }; f x ${secret:L3}`
	elements := []string{"a b", "*", "$(touch pwn)'\""}
	want := slices.Concat(elements, []string{"4", "x"}, elements)
	for _, shell := range shells {
		s, err := splice(command, shell.dialect)
		if err != nil {
			t.Fatal(err)
		}
		env := []string{}
		for _, name := range []string{"XEC_A", "XEC_B"} {
			for i, e := range elements {
				env = append(env, fmt.Sprintf("%s_%d=%s", name, i+1, e))
			}
		}
		if got := run(t, shell.command, s.Text, env); !slices.Equal(got, want) {
			t.Errorf("%s: other elements arrive", shell.command)
		}
	}
}

func TestNamesOfVariables(t *testing.T) {
	ref := func(name string, list bool) []Ref {
		return []Ref{{Span: render.Span{Start: 5, End: 16}, Name: name, List: list, Len: 2}}
	}
	const command = "echo ${secret:K} $K1 ${A_1} BK"
	for _, name := range []string{"K1", "A_1"} {
		_, err := Splice([]byte(command), ref(name, false), Sh)
		rendertest.RequireError(t, err, strings.Index(command, name), secret.Invalid)
	}
	_, err := Splice([]byte(command), ref("A", true), Sh)
	rendertest.RequireError(t, err, strings.Index(command, "A_1"), secret.Invalid)
	for _, name := range []string{"", "1A", "A-B", "A B", "$A", "é"} {
		if _, err := Splice([]byte(command), ref(name, false), Sh); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
	for _, name := range []string{"B", "A", "K", "_", "XEC_1"} {
		if name == "K" {
			continue // it is in the reference
		}
		if _, err := Splice([]byte(command), ref(name, false), Sh); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestReferencesOutOfOrder(t *testing.T) {
	for _, spans := range [][]render.Span{{{Start: -1, End: 9}}, {{Start: 5, End: 99}}, {{Start: 5, End: 8}}, {{Start: 9, End: 5}}, {{Start: 8, End: 16}, {Start: 5, End: 9}}} {
		var refs []Ref
		for _, s := range spans {
			refs = append(refs, Ref{Span: s, Name: "A"})
		}
		_, err := Splice([]byte("echo ${secret:K}"), refs, Sh)
		rendertest.RequirePlaced(t, err, "echo ${secret:K}")
	}
}

func TestSourceIsLeftAlone(t *testing.T) {
	source := []byte("echo ${secret:K} # ${secret:J}")
	s, err := Splice(source, refsIn(string(source)), Sh)
	if err != nil || !slices.Equal(s.Refs, []int{0}) {
		t.Fatalf("references %v, error %v", s.Refs, err)
	}
	clear(s.Text)
	if string(source) != "echo ${secret:K} # ${secret:J}" {
		t.Error("the command was changed")
	}
}

// TestLongAndDeepText: it is read or refused, and neither takes long nor ends the program.
func TestLongAndDeepText(t *testing.T) {
	read := 0
	for _, d := range []Dialect{Sh, Bash, Zsh} {
		for _, piece := range []string{`"`, `'`, "`", "\\`", "(", "$(", "{ ", "if ", "while ", "${x:-", `"$(`, "((", "$((", "! ", "[[ ( ", "a|", "a&&", "a;", "#", "\n# a\n", "x=(", "<(", "a[", "case a in a) ", "f() ", "<<E ", "a <<E\nE\n", "\\", "$", "$x", "${x}", "'a'", "\"a\" ", "time ", "for x do ", "{a,", "@(", "1+", "é"} {
			deep := strings.Repeat(piece, 1000)
			sources := []string{deep + "${secret:K}", deep + "\necho ${secret:K}", "echo ${secret:K}\n" + deep}
			if d == Bash && strings.ContainsAny(piece, "([{") {
				sources = append(sources, "(("+strings.Repeat(piece, 4000)+"${secret:K}", strings.Repeat(piece, MaxCommand/len(piece)-20)+"${secret:K}")
			}
			for _, source := range sources {
				if _, err := splice(source, d); err == nil {
					read++
				} else {
					rendertest.RequirePlaced(t, err, source)
				}
			}
		}
		long := bytes.Repeat([]byte(`"${secret:K}" `), 1<<20/14)
		_, err := Splice(long, refsIn(string(long)), d)
		var placed *render.PlacedError
		if !errors.As(err, &placed) || placed.Offset != MaxCommand {
			t.Errorf("a megabyte: error %v", err)
		}
	}
	if read < 20 {
		t.Errorf("only %d were read", read)
	}
	many := "echo" + strings.Repeat(` a"${secret:K}"'${secret:K}'`, MaxCommand/30)
	if s, err := splice(many, Sh); err != nil || len(s.Refs) != 2*(MaxCommand/30) {
		t.Errorf("many references: %d, error %v", len(s.Refs), err)
	}
}
