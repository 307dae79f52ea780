package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/xec-sh/xec-go/store/secret"
)

// program looks at the command line of a program: others can see it, and some programs run
// a part of it. Those are found behind others too, as in sudo sh -c.
func (r *reading) program(args []*syntax.Word) {
	r.warnDirect(args, "the value stands on the command line of "+shown(args[0])+", where every user of the machine can read it")
	if _, whole := static(args[0]); !whole {
		r.unknownProgram(args[1:])
	}
	through := runsOthers(args[0])
	for i, w := range args {
		text, whole := static(w)
		name, rest := path.Base(text), args[i+1:]
		switch {
		case whole && (i == 0 || through):
			if r.runner(name, rest) {
				return
			}
		case whole && isShell(name) && len(rest) > 0 && isCodeOption(rest[0]):
			r.shell(rest)
		}
	}
}

// unknownProgram takes a program whose name is not in the command for a shell, if it is
// called as one: $SHELL -c.
func (r *reading) unknownProgram(args []*syntax.Word) {
	for i, w := range args {
		text, whole := static(w)
		switch {
		case whole && isCodeOption(w):
			r.refuseAll(next(args, i), &asCode)
			return
		case text == "" || text[0] != '-':
			return
		}
	}
}

// isCodeOption reports whether a word is a shell's option c.
func isCodeOption(w *syntax.Word) bool {
	text, _ := static(w)
	return len(text) > 1 && text[0] == '-' && text[1] != '-' && runsCode(text)
}

// runsOthers reports whether a program runs what stands behind it on its command line.
func runsOthers(w *syntax.Word) bool {
	text, whole := static(w)
	if !whole {
		return true
	}
	switch path.Base(text) {
	case "sudo", "doas", "env", "nohup", "time", "nice", "ionice", "chrt", "taskset", "timeout", "gtimeout", "stdbuf", "setsid",
		"xargs", "find", "fd", "chroot", "unshare", "nsenter", "sshpass", "busybox", "toybox", "strace", "ltrace",
		"caffeinate", "docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "incus", "systemd-run", "systemd-inhibit",
		"machinectl", "op", "aws-vault", "chamber", "doppler", "dotenv", "direnv", "entr", "watchexec", "ssh-agent",
		"runuser", "setpriv", "gosu", "su-exec", "tini", "dumb-init", "catchsegv", "faketime", "flock", "script", "xec":
		return true
	}
	return false
}

// shown is the name of a program for a message. A name that is none could be anything, and
// is not shown.
func shown(w *syntax.Word) string {
	text, whole := static(w)
	name := path.Base(text)
	odd := strings.ContainsFunc(name, func(c rune) bool { return c > '~' || !secret.IsNameByte(byte(c)) && !strings.ContainsRune("-.+", c) })
	if !whole || odd || name == "" || len(name) > 32 {
		return "a program"
	}
	return name
}

// runner refuses what a program of some name would run of its arguments, and reports
// whether that is all that there is to say of them.
func (r *reading) runner(name string, args []*syntax.Word) (done bool) {
	switch {
	case isShell(name):
		r.shell(args)
	case isInterpreter(name) != "":
		r.interpreter(args, isInterpreter(name))
	}
	switch name {
	case "awk", "gawk", "mawk", "nawk", "sed", "gsed":
		r.filter(args)
	case "env":
		r.environment(args)
	case "eval", "trap", "watch", "parallel":
		r.refuseAll(args, &asCode)
		return true
	case "ssh", "slogin", "autossh", "mosh":
		r.ssh(args)
		return true
	case "su", "runuser", "script", "flock":
		r.flagged(args, "c", &asCode)
	}
	return false
}

// filter refuses the references in the program of awk or sed: what follows -e, or, without
// that and -f, the first word that is no option.
func (r *reading) filter(args []*syntax.Word) {
	given := false
	for i := 0; i < len(args); i++ {
		text, _ := static(args[i])
		switch {
		case text == "-f" || text == "--file" || strings.HasPrefix(text, "--file="):
			given = true
			i++
		case text == "-e" || text == "--expression" || text == "--source":
			given = true
			r.refuseAll(next(args, i), &asFilter)
			i++
		case text == "-F" || text == "-v":
			i++
		case strings.HasPrefix(text, "-") && len(text) > 1:
		default:
			if !given {
				r.refuseAll(args[i:i+1], &asFilter)
			}
			return
		}
	}
}

// environment refuses the references in variables that the shell behind env evaluates.
func (r *reading) environment(args []*syntax.Word) {
	for _, w := range args {
		text, _ := static(w)
		if name, _, ok := strings.Cut(text, "="); ok {
			r.assigned(name, w)
		}
	}
}

func isShell(name string) bool {
	switch name {
	case "sh", "bash", "dash", "zsh", "ash", "ksh", "ksh93", "mksh", "lksh", "oksh", "pdksh", "yash", "fish", "csh", "tcsh", "rbash", "rksh", "posh", "hush":
		return true
	}
	return false
}

// isInterpreter gives the letters of the options whose argument an interpreter runs.
func isInterpreter(name string) string {
	name = strings.TrimRight(name, "0123456789.")
	switch name {
	case "python", "pypy":
		return "c"
	case "perl":
		return "eE"
	case "ruby", "bun", "osascript", "lua", "luajit", "Rscript":
		return "e"
	case "node", "nodejs":
		return "ep"
	case "php":
		return "rBRE"
	}
	return ""
}
