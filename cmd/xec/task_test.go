package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// fragments are commands without references of xec, in which a shell expands and runs all
// that it can.
var fragments = []string{
	`echo $HOME ${HOME} "$HOME" '$HOME'`, `echo ${x:-7} ${x-8} ${x:=9} $x ${x:+10} ${#x} ${x%9} ${x#9} ${x%%*} ${x##*}`, `echo ${x?unset}`, `echo $(echo a; echo b) "$(echo a; echo b)"`,
	"echo `echo a` \"`echo 'b c'`\" `echo \\`echo d\\``", `echo $((1 + 2 * 3)) $((x = 4)) $x "$((x << 2))"`, `echo $# $? "$@" "$*" $1 ${1} ${10}`, `set -- a 'b c'; echo $# "$1" "$2"; for i; do echo "[$i]"; done`,
	`echo a\ b \$HOME \\ \" \' "a\b\$x\\"`, `echo "it's" 'say "hi"' a'b'"c"$'d'`, `printf '%s|' a "b c" 'd  e'; echo`, `echo * ?ome [a-z]* | tr -d '\n' | wc -c | tr -d ' '`, `echo ~ ~/x a~ "~"`, `echo {a,b} {1..3}`,
	"cat <<E\n$HOME $(echo x) `echo y` \\$z\nE", "cat <<'E'\n$HOME $(echo x) \\$z\nE", "cat <<-E\n\ta\n\t\tb\n\tE", "cat <<A; cat <<B\na\nA\nb\nB",
	`case abc in a*) echo 1;; *) echo 2;; esac`, `case "$HOME" in /*) echo abs;; esac`, `if true; then echo t; else echo f; fi`, `i=0; while [ $i -lt 3 ]; do i=$((i+1)); printf $i; done; echo`, `until false; do break; done; echo done`,
	`f() { echo "f $1"; return 3; }; f x; echo $?`, `f() ( exit 4 ); f; echo $?`, `echo a | cat | tr a b`, `true && echo y || echo n; ! false; echo $?`, `(cd / && pwd); { echo g; }`, `x=1 y="2 3" sh -c 'echo $x $y'`, `export Z=z; sh -c 'echo $Z'`,
	`echo err >&2; echo out 2>&1 1>/dev/null | cat`, `exec 3>&1; echo three >&3`, `read a b <<E; echo "$b $a"` + "\n1 2\nE", `echo "${HOME:+set}" ${UNSET_VAR:-"a  b"} "${UNSET_VAR:-'c'}"`, `eval 'echo $((1+1))'`, `trap 'echo bye' EXIT; echo hi`,
	`exit 7`, `false`, `kill -TERM $$`, `nosuchcommand`, `echo "unterminated`, `echo )`, `${`, `echo ${`, `sh -c 'exit 9'`, `set -e; false; echo never`, `set -u; echo $UNSET_VAR`, `: comment # here`, `# only a comment`, `echo '#' a#b #c`,
	`echo $$ | grep -c .`, `echo "$-" | tr -cd c`, `echo ${secret}`, `secret=abcdef; echo "${secret#ab}"`, `echo $secret:KEY $ {secret:KEY}`, `echo '$<secret' '${secret' "$<"`, `echo 'a$b' "a\$b" a$`, `echo "$(cat <<E` + "\nx\nE\n)\"", `echo é "日本" | cat`, "echo a\\\nb", "echo 'a\nb'\techo",
	`test -t 1 && echo tty || echo no`, `IFS=:; x=a:b; echo $x "$x"`, `echo $(( $(echo 2) ** 1 ))`, `alias ll=ls; echo ok`, `cd /; pwd; cd - >/dev/null; echo ok`, `echo a; echo b & wait; echo c`, `command -v sh >/dev/null; echo $?`, `echo "${x:-${y:-$(echo deep)}}"`,
}

// TestCommandsWithoutReferencesRunAsTheyAre compares what a task prints, and how it ends,
// with what the same shell does with the same text.
func TestCommandsWithoutReferencesRunAsTheyAre(t *testing.T) {
	need(t, "shells")
	home := homeWith(t, 1)
	project := filepath.Join(home, "project")
	if err := os.MkdirAll(filepath.Join(project, ".xec"), 0o700); err != nil {
		t.Fatal(err)
	}
	config := "tasks:\n"
	all := wrapped()
	for i, text := range all {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("  f%d: {command: %s}\n", i, quoted)
	}
	if err := os.WriteFile(filepath.Join(project, ".xec", "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(argv ...string) string {
		var out strings.Builder
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir, cmd.Env, cmd.Stdout = project, cleanEnv(home), &out
		_ = cmd.Run()
		return fmt.Sprint(out.String(), cmd.ProcessState)
	}
	for i, text := range all {
		if got, want := run(program(t, "xec"), "run", fmt.Sprint("f", i)), run("/bin/sh", "-c", text); got != want {
			t.Errorf("%s\nas a task: %q\nin a shell: %q", text, got, want)
		}
	}
	t.Logf("%d fragments", len(all))
}

// wrapped are the fragments as they are and within other commands, or a sample of that.
func wrapped() (all []string) {
	wrappers := []string{"%s", "{ %s\n}", "( %s\n)", "if true; then %s\nfi", "f() { %s\n}; f"}
	for i, text := range fragments {
		for j, wrapper := range wrappers {
			if machine.Everything() || (i+j)%len(wrappers) == 0 {
				all = append(all, strings.Replace(wrapper, "%s", text, 1))
			}
		}
	}
	return all
}
