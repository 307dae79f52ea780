package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
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
	odd := strings.ContainsFunc(name, func(c rune) bool { return c > '~' || !isNameByte(byte(c)) && !strings.ContainsRune("-.+", c) })
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

// shell refuses the references in the script of a shell: the first operand, if there is an
// option c.
func (r *reading) shell(args []*syntax.Word) {
	runs := false
	for i := 0; i < len(args); i++ {
		text, whole := static(args[i])
		switch {
		case text == "" && !whole:
			r.behindUnknown(args[i:], runs)
			return
		case whole && (text == "-" || text == "--"):
			r.script(args[i+1:], runs)
			return
		case len(text) < 2 || text[0] != '-' && text[0] != '+':
			r.script(args[i:], runs)
			return
		}
		r.refuse(args[i], &inOption)
		taken := takes(text)
		r.refuseAll(args[min(i+1, len(args)):min(i+1+taken, len(args))], &inOption)
		i += taken
		runs = runs || runsCode(text)
	}
}

// runsCode reports whether an option of a shell has it run its operand.
func runsCode(option string) bool {
	if strings.HasPrefix(option, "--") {
		return strings.Contains(option, "command")
	}
	return containsByte(option, 'c') || containsByte(option, 'C')
}

// takes is how many arguments an option of a shell takes.
func takes(option string) int {
	switch {
	case option == "--rcfile", option == "--init-file":
		return 1
	case strings.HasPrefix(option, "--"):
		return 0
	}
	return strings.Count(option, "o") + strings.Count(option, "O")
}

// script looks at the operands of a shell.
func (r *reading) script(args []*syntax.Word, runs bool) {
	if runs && len(args) > 0 {
		r.refuse(args[0], &asCode)
	}
	r.refuseSubstituted(args)
}

// behindUnknown looks at the arguments of a shell from one on that may be an option.
func (r *reading) behindUnknown(args []*syntax.Word, runs bool) {
	if runs {
		r.refuseAll(args, &asCode)
	}
	r.refuseAll(args[1:], &inOption)
	if ref, ok := r.whole(args[0]); ok && r.refs[ref].List {
		r.refuse(args[0], &inOption)
	}
	r.refuseSubstituted(args[:1])
}

// interpreter refuses the references in the program that an option hands over.
func (r *reading) interpreter(args []*syntax.Word, flags string) {
	for i, w := range args {
		text, whole := static(w)
		switch {
		case whole && (text == "-m" || text == "--"), whole && isScript(text):
			return
		case whole && (text == "--eval" || text == "--print" || text == "--run"), text == "eval" && i == 0:
			r.refuseAll(next(args, i), &asProgram)
		case strings.HasPrefix(text, "--"):
			if strings.HasPrefix(text, "--eval=") || strings.HasPrefix(text, "--print=") {
				r.refuse(w, &asProgram)
			}
		case len(text) > 1 && text[0] == '-':
			r.flag(args, i, flags, &asProgram)
		}
	}
}

// isScript reports whether a word is the file of a program, behind which all is its own.
func isScript(text string) bool {
	return text != "" && text[0] != '-' && (containsByte(text, '/') || path.Ext(text) != "")
}

// flag refuses the argument of an option, if it is one of flags.
func (r *reading) flag(args []*syntax.Word, i int, flags string, why *refusal) {
	text, _ := static(args[i])
	at := strings.IndexAny(text, flags)
	if at < 0 {
		return
	}
	r.refuse(args[i], why)
	if at == len(text)-1 || strings.ContainsAny(text[len(text)-1:], flags) {
		r.refuseAll(next(args, i), why)
	}
}

// flagged refuses the arguments of one option, wherever it stands.
func (r *reading) flagged(args []*syntax.Word, flags string, why *refusal) {
	for i, w := range args {
		text, _ := static(w)
		switch {
		case text == "--command":
			r.refuseAll(next(args, i), why)
		case strings.HasPrefix(text, "--command="):
			r.refuse(w, why)
		case len(text) > 1 && text[0] == '-' && text[1] != '-':
			r.flag(args, i, flags, why)
		}
	}
}

// ssh refuses the references in the command for the other machine, and in those options
// that are commands here.
func (r *reading) ssh(args []*syntax.Word) {
	for _, w := range args {
		text, _ := static(w)
		option := strings.TrimPrefix(text, "-o")
		if strings.Contains(strings.ToLower(option), "command") || option == "" && strings.HasPrefix(text, "-o") {
			r.refuse(w, &asCode)
		}
	}
	if host := hostOf(args); host < len(args) {
		r.refuseAll(args[host+1:], &remote)
	}
}

// hostOf gives the number of the operand of ssh that is the other machine.
func hostOf(args []*syntax.Word) int {
	for i := 0; i < len(args); i++ {
		text, whole := static(args[i])
		switch {
		case whole && text == "--":
			return i + 1
		case len(text) < 2 || text[0] != '-':
			return i
		case whole && containsByte("BbcDEeFIiJLlmOoPpQRSWw", text[len(text)-1]):
			i++
		}
	}
	return len(args)
}
