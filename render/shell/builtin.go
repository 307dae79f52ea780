package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// builtin looks at the arguments of a command of the shell's own, and reports whether it
// is one. Such a command has no command line that others could see.
func (r *reading) builtin(name string, args []*syntax.Word) bool {
	switch name {
	case "command", "builtin", "exec", "noglob", "nocorrect", "-":
		if rest := behindOptions(args[1:]); len(rest) > 0 && !asks(args[1:]) {
			r.arguments(rest)
		}
	case "eval", "trap", "compgen", "complete", "bind", "fc", "emulate", "sched", "zle", "zstyle", "bindkey", "compctl",
		"repeat", "functions", "coproc", "jobs", "history", "enable":
		r.refuseAll(args[1:], &asCode)
	case "let":
		r.refuseAll(args[1:], &arithmetic)
	case "read", "unset", "getopts", "mapfile", "readarray", "vared", "zparseopts", "integer", "float", "nameref", "getln",
		"wait", "zregexparse", "zformat":
		r.refuseAll(args[1:], &asName)
	case "declare", "typeset", "local", "export", "readonly":
		r.declaration(args)
	case "break", "continue", "exit", "return", "shift", "ulimit", "limit", "umask", "bye", "logout":
		if r.dialect == Zsh {
			r.refuseAll(args[1:], &asNumber)
		}
	case "test", "[":
		r.test(args[1:])
	case "printf":
		r.printf(args[1:])
	case "print":
		r.print(args)
		return r.dialect == Zsh
	case "set":
		r.set(args[1:])
	case ".", "source":
		r.refuseSubstituted(args[1:])
	case "echo", ":", "true", "false", "cd", "pushd", "popd", "dirs", "pwd", "type", "hash", "kill", "shopt", "setopt",
		"unsetopt", "alias", "unalias", "times", "caller", "help", "suspend", "disown", "bg", "fg", "[[", "whence", "where", "chdir":
	default:
		return r.unknown(name, args)
	}
	return true
}

// unknown refuses the arguments of those commands of zsh of which little is known.
func (r *reading) unknown(name string, args []*syntax.Word) bool {
	if r.dialect != Zsh {
		return false
	}
	switch name {
	case "autoload", "compcall", "compcomparguments", "compadd", "compset", "compdescribe", "compfiles", "compgroups",
		"compquote", "comptags", "comptry", "compvalues", "disable", "echotc", "echoti", "private", "pushln", "r",
		"rehash", "ttyctl", "unfunction", "unhash", "unlimit", "zcompile", "zmodload", "log", "zpty", "zselect", "zsystem",
		"sysread", "syswrite", "strftime", "ztcp", "zsocket", "zftp", "zprof", "zstat":
		r.refuseAll(args[1:], &unknownUse)
		return true
	}
	return false
}

// behindOptions skips the options of a command that runs another one.
func behindOptions(args []*syntax.Word) []*syntax.Word {
	for len(args) > 0 {
		text, _ := static(args[0])
		if text == "" || text[0] != '-' || text == "-" {
			break
		}
		args = args[1:]
		if text == "-a" && len(args) > 0 {
			args = args[1:]
		}
		if text == "--" {
			break
		}
	}
	return args
}

// asks reports whether an option has command say what a name means.
func asks(args []*syntax.Word) bool {
	text, _ := static(args[0])
	return strings.HasPrefix(text, "-") && strings.ContainsAny(text, "vV")
}

// begins reports whether a word begins with a reference or something else that is not
// known, so that it may be an option.
func begins(w *syntax.Word) bool {
	text, whole := static(w)
	return text == "" && !whole
}

// set: a value of -A in zsh is the name of an array.
func (r *reading) set(args []*syntax.Word) {
	for _, w := range args {
		text, whole := static(w)
		switch {
		case whole && (text == "--" || text == "-"):
			return
		case begins(w):
			r.refuse(w, &inFlags)
		case !whole && (text[0] == '-' || text[0] == '+'), r.dialect == Zsh:
			r.refuse(w, &inFlags)
		case whole && (text[0] != '-' && text[0] != '+'):
			return
		}
	}
}

// test: what follows an operator that takes a name or a number, or stands where an
// operator could, is evaluated by one shell or another.
func (r *reading) test(args []*syntax.Word) {
	for i, w := range args {
		if ref, ok := r.whole(w); ok && r.refs[ref].List {
			r.refuse(w, &inOperator)
		}
		if i > 0 && begins(args[i-1]) && begins(w) {
			r.refuse(w, &inOperator)
		}
		text, _ := static(w)
		switch {
		case text == "-v", text == "-R":
			r.refuseAll(next(args, i), &asName)
		case r.dialect == Zsh && text == "-t":
			r.refuseAll(next(args, i), &asNumber)
		case r.dialect == Zsh && isComparison(text):
			r.refuseAll(args[max(0, i-1):i], &asNumber)
			r.refuseAll(next(args, i), &asNumber)
		}
	}
}

func next(args []*syntax.Word, i int) []*syntax.Word {
	return args[min(i+1, len(args)):min(i+2, len(args))]
}

func isComparison(text string) bool {
	switch text {
	case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}

// printf: -v takes a name, and some conversions of zsh a number.
func (r *reading) printf(args []*syntax.Word) {
	for len(args) > 0 {
		text, whole := static(args[0])
		if text == "--" && whole {
			args = args[1:]
			break
		}
		if text == "-v" && whole {
			r.refuseAll(next(args, 0), &asName)
			args = args[min(2, len(args)):]
			continue
		}
		if begins(args[0]) && len(args) > 1 || strings.HasPrefix(text, "-v") {
			r.refuseAll(args, &inFormat)
			return
		}
		break
	}
	if len(args) == 0 {
		return
	}
	for _, ref := range r.direct(args[0]) {
		r.warn(ref, formatNotice, inFormat.hint)
	}
	format, whole := static(args[0])
	if r.dialect == Zsh && (!whole || !onlyTexts(format)) {
		r.refuseAll(args[1:], &asNumber)
	}
}

// onlyTexts reports whether a format has no conversions of numbers and no widths that are
// arguments.
func onlyTexts(format string) bool {
	for {
		_, behind, ok := strings.Cut(format, "%")
		if !ok {
			return true
		}
		behind = strings.TrimLeft(behind, "-+ #0123456789.")
		if behind == "" || !strings.ContainsRune("sbqc%", rune(behind[0])) {
			return false
		}
		format = behind[1:]
	}
}

// print of zsh has options that take a name, or expand their arguments.
func (r *reading) print(args []*syntax.Word) {
	if r.dialect != Zsh {
		return
	}
	for _, w := range args[1:] {
		text, whole := static(w)
		switch {
		case whole && (text == "-" || text == "--"):
			return
		case text == "" && whole, text != "" && text[0] != '-':
			return
		case !whole || strings.Trim(text[1:], "rnlNRcoi") != "":
			r.refuseAll(args[1:], &inFlags)
			return
		}
	}
}
