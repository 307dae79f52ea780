package shell

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// spot is a place for a reference to the key K. NUL ends what the command writes, which is
// the value with before and behind around it. E is a variable with the value.
type spot struct {
	name, command  string
	before, behind string
	answer         string // what is written, if it is not the value
	not            string // dialects that do not have it
	slow           bool   // for shells, with the largest values
}

func spots() []spot {
	return []spot{
		{name: "bare", command: `printf '%s\0' ${secret:K}`},
		{name: "part of a word", command: `printf '%s\0' a${secret:K}b`, before: "a", behind: "b"},
		{name: "behind text that is quoted", command: `printf '%s\0' 'a '${secret:K}" b"\$`, before: "a ", behind: " b$"},
		{name: "behind a variable", command: `x=X; printf '%s\0' "$x${secret:K}$x"$x${secret:K}$x`, answer: "X\x01XX\x01X"},
		{name: "double quotes", command: `printf '%s\0' "a ${secret:K}b"`, before: "a ", behind: "b"},
		{name: "double quotes, what zsh calls modifiers", command: `printf '%s\0' "${secret:K}:h[1]"`, behind: ":h[1]"},
		{name: "single quotes", command: `printf '%s\0' '$x "${secret:K}"\'`, before: `$x "`, behind: `"\`},
		{name: "single quotes, twice", command: `printf '%s\0' '${secret:K}${secret:K}'`, answer: "\x01\x01"},
		{name: "ANSI quotes", command: `printf '%s\0' $'a\t\'${secret:K}\x41'`, before: "a\t'", behind: "A", not: "sh"},
		{name: "a substitution", command: `printf '%s\0' "$(printf %s ${secret:K}; echo .)"`, behind: "."},
		{name: "a substitution, nested quotes", command: `printf '%s\0' "$(printf %s "a ${secret:K} $(printf %s 'b ${secret:K}'; echo .)"; echo .)"`, answer: "a \x01 b \x01.."},
		{name: "backticks", command: "x=`printf %s ${secret:K}; echo .`; printf '%s\\0' \"$x\"", behind: "."},
		{name: "backticks, all quotes", command: "x=`printf %s \"${secret:K}\"'${secret:K}'; echo .`; printf '%s\\0' \"$x\"", answer: "\x01\x01."},
		{name: "backticks in double quotes", command: "printf '%s\\0' \"`printf %s ${secret:K}; echo .`\"", behind: "."},
		{name: "backticks in double quotes, all quotes", command: "printf '%s\\0' \"`printf %s \"${secret:K}\"'${secret:K}'; echo .`\"", answer: "\x01\x01."},
		{name: "a here-document", command: "cat <<EOF\na \"'${secret:K}'\"\nEOF\nprintf '\\0'", before: `a "'`, behind: "'\"\n"},
		{name: "a here-document with tabs", command: "cat <<-EOF\n\ta\n\t${secret:K}\n\tEOF\nprintf '\\0'", before: "a\n", behind: "\n"},
		{name: "a here-document, a default", command: "cat <<EOF\n${none:-a ${secret:K}}\nEOF\nprintf '\\0'", before: "a ", behind: "\n"},
		{name: "a here-document, a substitution", command: "cat <<EOF\n$(printf %s ${secret:K}; echo .)\nEOF\nprintf '\\0'", behind: ".\n"},
		{name: "a here-string", command: `cat <<<${secret:K}; printf '\0'`, behind: "\n", not: "sh"},
		{name: "an assignment", command: `x=${secret:K}; printf '%s\0' "$x"`},
		{name: "an assignment, part of it", command: `x=~/a:${secret:K}:~; printf '%s\0' "$x"`, before: "/home/a:", behind: ":/home"},
		{name: "an assignment before a command", command: `X=${secret:K} sh -c 'printf "%s\0" "$X"'`},
		{name: "an exported one", command: `export X=${secret:K}; printf '%s\0' "$X"`},
		{name: "a local one", command: `f() { local x=${secret:K}; printf '%s\0' "$x"; }; f`},
		{name: "a declared one", command: `declare -r -x x${N}=${secret:K}; declare y=${secret:K}; printf '%s\0' "$y"`, not: "sh bash zsh"},
		{name: "a case word", slow: true, command: `case ${secret:K} in "$E") printf 'yes\0' ;; *) printf 'no\0' ;; esac`, answer: "yes"},
		{name: "a case pattern", slow: true, command: `case $E in ${secret:K}) printf 'yes\0' ;; *) printf 'no\0' ;; esac`, answer: "yes"},
		{name: "a case pattern is text", slow: true, command: `case x$E.z in ${secret:K} | x${secret:K}z) printf 'no\0' ;; *) printf 'yes\0' ;; esac`, answer: "yes"},
		{name: "a function", command: `f() { printf '%s\0' ${secret:K}"$1"; }; f b`, behind: "b"},
		{name: "an argument of a function", command: `f() { printf '%s\0' "${#}$1"; }; f ${secret:K}`, before: "1"},
		{name: "a pipeline", command: `printf %s ${secret:K} | { cat; printf '\0'; }`},
		{name: "a loop", command: `for x in ${secret:K}; do printf '%s\0' "$x"; done`},
		{name: "a condition", command: `if [ ${secret:K} = "$E" ] && ! [ x${secret:K} = "$E" ]; then printf 'yes\0'; else printf 'no\0'; fi`, answer: "yes"},
		{name: "a while", command: `while printf '%s\0' ${secret:K}; do break; done`},
		{name: "a subshell", command: `(printf '%s\0' ${secret:K})`},
		{name: "a group", command: `{ printf '%s\0' ${secret:K}; }`},
		{name: "positional parameters", command: `set -- ${secret:K}; printf '%s\0' "${#}$1"`, before: "1"},
		{name: "a default, quoted", command: `printf '%s\0' "${none:-a ${secret:K}}"`, before: "a "},
		{name: "a default, quoted twice", command: `printf '%s\0' "${none:-"a ${secret:K}"}"`, before: "a "},
		{name: "a default, bare", command: `printf '%s\0' ${none:-${secret:K}}`},
		{name: "a default, bare, quotes in it", command: `printf '%s\0' ${none:-"a ${secret:K}"'${secret:K}'}`, answer: "a \x01\x01"},
		{name: "an alternative", command: `y=y; printf '%s\0' "${y+${secret:K}}"`},
		{name: "a default that is assigned", command: `unset x; : "${x:=${secret:K}}"; printf '%s\0' "$x"`},
		{name: "a prefix", slow: true, command: `x=a${E}b; printf '%s\0' "${x#a${secret:K}}${x#"a${secret:K}"}"${x#a${secret:K}}`, answer: "bbb"},
		{name: "a suffix", slow: true, command: `x=a${E}b; printf '%s\0' "${x%%${secret:K}b}"${x%${secret:K}b}`, answer: "aa"},
		{name: "a prefix is text", slow: true, command: `x=ab; printf '%s\0' "${x#a*${secret:K}.}"`, answer: "ab"},
		{name: "the name of a program", command: `env printf '%s\0' ${secret:K}`},
		{name: "an array, all of it", command: `a=(x ${secret:K} "y${secret:K}"); for x in "${a[@]}"; do printf %s "$x"; done; printf '\0'`, answer: "x\x01y\x01", not: "sh"},
		{name: "a map", command: `typeset -A m; m=([k]=${secret:K}); printf '%s\0' "${m[k]}"`, not: "sh"},
		{name: "[[ ]], the left side", slow: true, command: `[[ ${secret:K} == "$E" && -n ${secret:K} ]] && printf 'yes\0'`, answer: "yes", not: "sh"},
		{name: "[[ ]], the right side", slow: true, command: `[[ $E == ${secret:K} && x$E.z != x${secret:K}z ]] && printf 'yes\0'`, answer: "yes", not: "sh"},
		{name: "[[ ]], a regular expression", slow: true, command: `[[ $E =~ ^${secret:K}$ ]] && printf 'yes\0'`, answer: "yes", not: "sh zsh"},
		{name: "a process substitution", command: `cat <(printf %s ${secret:K}); printf '\0'`, not: "sh"},
		{name: "not in a comment", command: "# ${secret:K} '\nprintf '%s\\0' ${secret:K} # ${secret:K}\n"},
		{name: "arguments of a script", command: `sh -c 'printf "%s\0" "$1"' sh ${secret:K}`},
	}
}

// want is what a spot writes for a value.
func (s spot) want(value string) string {
	if s.answer != "" {
		return strings.ReplaceAll(s.answer, "\x01", value)
	}
	return s.before + value + s.behind
}

// values are hostile ones that an environment can hold.
func values() (all []hostile.Kind) {
	for _, k := range hostile.Kinds() {
		if !strings.Contains(k.Value, "\x00") && (len(k.Value) < 1000 || k.Name == "largest, binary") { // one large value is enough of them
			all = append(all, k)
		}
	}
	return append(all,
		hostile.Kind{Name: "a star", Value: "*"},
		hostile.Kind{Name: "a pattern", Value: "[!x]?*"},
		hostile.Kind{Name: "an extended pattern", Value: "@(a|b)*(N)"},
		hostile.Kind{Name: "a subscript", Value: "a[$(touch pwn)]"},
		hostile.Kind{Name: "an array", Value: "($(touch pwn))"},
		hostile.Kind{Name: "a function", Value: "() { :; }; touch pwn"},
		hostile.Kind{Name: "the end of a here-document", Value: "\nEOF\ntouch pwn\n"},
		hostile.Kind{Name: "the end of all quotes", Value: "'\"`)}]];;esac\ntouch pwn\n"},
		hostile.Kind{Name: "an own variable", Value: "$XEC ${XEC}"},
		hostile.Kind{Name: "an expansion with flags", Value: "${(e)E} ${E@P} $((a[$(touch pwn)]))"},
	)
}

// shells are those of each dialect; the locales are split among them.
var shells = []struct {
	command string
	dialect Dialect
	locales []string
}{
	{"sh", Sh, []string{"C"}},
	{"dash", Sh, []string{"C.UTF-8"}},
	{"bash --posix", Sh, []string{"C"}},
	{"bash", Bash, []string{"C.UTF-8"}},
	{"zsh", Zsh, []string{"C.UTF-8"}},
}

func TestEveryValueArrivesAtEveryPlace(t *testing.T) {
	all := values()
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=/home"}
	for i, v := range all {
		env = append(env, fmt.Sprintf("E_%d=%s", i, v.Value))
	}
	for _, shell := range shells {
		t.Run(shell.command, func(t *testing.T) {
			if shell.command == "sh" && isSame(t, "sh", "dash") {
				t.Skip("sh is dash")
			}
			var script bytes.Buffer
			var wants, names []string
			for _, s := range spots() {
				if slices.Contains(strings.Fields(s.not), shell.dialect.String()) {
					continue
				}
				text := spliceAs(t, s.command, shell.dialect)
				for i, v := range all {
					if s.slow && len(v.Value) > 1000 {
						continue
					}
					fmt.Fprintf(&script, "E=$E_%d XEC=$E_%d\n%s\n", i, i, text)
					wants, names = append(wants, s.want(v.Value)), append(names, s.name+": "+v.Name)
				}
			}
			for _, locale := range shell.locales {
				got := run(t, shell.command, script.Bytes(), append(env, "LC_ALL="+locale))
				if len(got) != len(wants) {
					t.Fatalf("%s: %d answers, want %d", locale, len(got), len(wants))
				}
				for i, want := range wants {
					if got[i] != want {
						t.Errorf("%s: %s: %d bytes, want %d", locale, names[i], len(got[i]), len(want))
					}
				}
			}
		})
	}
}

// isSame reports whether two programs are the same file.
func isSame(t *testing.T, a, b string) bool {
	t.Helper()
	infoA, errA := os.Stat(rendertest.Program(t, a))
	infoB, errB := os.Stat(rendertest.Program(t, b))
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// spliceAs splices a command with the variable XEC for each reference.
func spliceAs(t *testing.T, command string, d Dialect) []byte {
	t.Helper()
	var refs []Ref
	for _, span := range rendertest.Find(command) {
		refs = append(refs, Ref{Span: span, Name: "XEC"})
	}
	s, err := Splice([]byte(command), refs, d)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return s.Text
}

// run gives what a shell writes, part by part. Nothing else may come of it.
func run(t *testing.T, shell string, script []byte, env []string) []string {
	t.Helper()
	args := strings.Fields(shell)
	folder := t.TempDir()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, script, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(rendertest.Program(t, args[0]), append(args[1:], file)...)
	cmd.Dir, cmd.Env = folder, env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%v, with %d bytes on stderr", err, stderr.Len())
	}
	if stderr.Len() > 0 {
		t.Errorf("%d bytes on stderr", stderr.Len())
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("a value has run: %d files, error %v", len(files), err)
	}
	parts := strings.Split(stdout.String(), "\x00")
	return parts[:len(parts)-1]
}

// TestFilesHaveTheNameOfTheValue: a value is the name of a file, and no pattern for one.
func TestFilesHaveTheNameOfTheValue(t *testing.T) {
	const command = `: >f${secret:K}; : >>"f${secret:K}"; : <f${secret:K}; (cd ./d${secret:K}) 2>/dev/null || [ -f 'f${secret:K}' ] && rm f${secret:K} && printf 'yes\0'`
	var values []hostile.Kind
	for _, k := range hostile.Kinds() {
		if len(k.Value) < 200 && !strings.ContainsAny(k.Value, "/\x00") {
			values = append(values, k)
		}
	}
	for _, shell := range shells {
		text := spliceAs(t, command, shell.dialect)
		var script bytes.Buffer
		var env []string
		for i, k := range values {
			env = append(env, fmt.Sprintf("E_%d=%s", i, k.Value))
			fmt.Fprintf(&script, "XEC=$E_%d\n%s\n", i, text)
		}
		if got := run(t, shell.command, script.Bytes(), append(env, "PATH="+os.Getenv("PATH"))); len(got) != len(values) {
			t.Errorf("%s: %d of %d", shell.command, len(got), len(values))
		}
	}
}
