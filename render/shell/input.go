package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// runsInput reports whether a command, or a part of it, runs what it reads from its
// standard input.
func (r *reading) runsInput(n syntax.Node) (runs bool) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 && readsCode(call.Args) {
			runs = true
		}
		return !runs
	})
	return runs
}

// refuseInput refuses the references in what is fed to a command that runs it.
func (r *reading) refuseInput(all []*syntax.Redirect) {
	for _, d := range all {
		switch d.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			if d.Hdoc != nil {
				r.refuse(d.Hdoc, &asInput)
			}
		case syntax.WordHdoc:
			r.refuse(d.Word, &asInput)
		case syntax.RdrIn:
			r.refuseSubstituted([]*syntax.Word{d.Word})
		}
	}
}

// readsCode reports whether a simple command runs its standard input.
func readsCode(args []*syntax.Word) bool {
	through := runsOthers(args[0])
	for i, w := range args {
		text, whole := static(w)
		if whole && (i == 0 || through) && programReads(path.Base(text), args[i+1:]) {
			return true
		}
	}
	return false
}

// programReads reports whether a program with these arguments runs its standard input.
func programReads(name string, args []*syntax.Word) bool {
	switch name {
	case "xargs", "parallel":
		return runsArgument(args)
	case "ssh":
		return sshReads(args)
	case "at", "batch", "crontab", "su":
		return true
	case "make", "gmake", "bmake", "just":
		return fileIsInput(args, "file", "makefile", "justfile")
	case "awk", "gawk", "mawk", "nawk", "sed", "gsed":
		return fileIsInput(args, "file")
	case "sudo", "doas":
		return slices.ContainsFunc(args, func(w *syntax.Word) bool {
			text, _ := static(w)
			return text == "-s" || text == "-i"
		})
	case ".", "source":
		return len(args) > 0 && isInput(args[0])
	case "command", "builtin", "exec", "noglob", "nocorrect":
		rest := behindOptions(args)
		return len(rest) > 0 && readsCode(rest)
	}
	return isShell(name) && shellReads(args) || isInterpreter(name) != "" && interpreterReads(name, args)
}

// isInput reports whether a word is the path of the standard input.
func isInput(w *syntax.Word) bool {
	text, whole := static(w)
	return !whole || isInputPath(text)
}

func isInputPath(text string) bool {
	return text == "-" || strings.HasPrefix(text, "/dev/stdin") || strings.HasPrefix(text, "/dev/fd/") || strings.HasPrefix(text, "/proc/")
}

// fileIsInput reports whether the option f, or a long one of some names, has a program take
// what it carries out from the standard input.
func fileIsInput(args []*syntax.Word, names ...string) bool {
	for i, w := range args {
		text, whole := static(w)
		file, is := fileIn(text, names)
		switch {
		case !is:
		case !whole:
			if file == "" || file[0] == '/' {
				return true
			}
		case isInputPath(file), file == "" && slices.ContainsFunc(next(args, i), isInput):
			return true
		}
	}
	return false
}

// fileIn reports whether a word is the option f, or a long one of some names, which may be cut
// short, and gives the file that stands in it, "" if that is the next word.
func fileIn(text string, names []string) (file string, is bool) {
	if name, long := strings.CutPrefix(text, "--"); long {
		name, file, _ = strings.Cut(name, "=")
		return file, name != "" && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, name) })
	}
	if !strings.HasPrefix(text, "-") {
		return "", false
	}
	_, file, is = strings.Cut(text, "f")
	return file, is
}

// shellReads reports whether a shell with these arguments reads its script from the
// standard input.
func shellReads(args []*syntax.Word) bool {
	for i := 0; i < len(args); i++ {
		text, whole := static(args[i])
		switch {
		case text == "" || !whole && (text[0] == '-' || text[0] == '+'):
			return true
		case text == "-" || text == "--":
			return i+1 == len(args) || isInput(args[i+1])
		case text[0] != '-' && text[0] != '+':
			return isInput(args[i])
		case runsCode(text):
			return false
		case !strings.HasPrefix(text, "--") && containsByte(text, 's'):
			return true
		}
		i += takes(text)
	}
	return true
}

// interpreterReads reports whether an interpreter with these arguments reads its program
// from the standard input: it has no operand, nor an option that is a program.
func interpreterReads(name string, args []*syntax.Word) bool {
	for _, w := range args {
		text, whole := static(w)
		switch {
		case text == "-" || whole && isInput(w):
			return true
		case text == "" || text[0] != '-' || isProgramOption(name, text):
			return false
		}
	}
	return true
}

// isProgramOption reports whether an option hands a program to an interpreter, or names one:
// -m of Python.
func isProgramOption(name, option string) bool {
	if long, is := strings.CutPrefix(option, "--"); is {
		long, _, _ = strings.Cut(long, "=")
		return long == "eval" || long == "print" || long == "run"
	}
	letters := isInterpreter(name)
	if letters == "c" {
		letters += "m"
	}
	for i := range option {
		switch {
		case containsByte(letters, option[i]):
			return true
		case containsByte("rIMmWX", option[i]): // the rest is its argument
			return false
		}
	}
	return false
}

// runsArgument reports whether what xargs appends would be run by a shell.
func runsArgument(args []*syntax.Word) bool {
	for _, w := range args {
		text, _ := static(w)
		if name := path.Base(text); isShell(name) || isInterpreter(name) != "" || name == "ssh" || name == "eval" {
			return true
		}
	}
	return false
}

// sshReads reports whether the shell of the other machine, or one that it starts, runs the
// standard input.
func sshReads(args []*syntax.Word) bool {
	host := hostOf(args)
	if host+1 >= len(args) {
		return true
	}
	var command strings.Builder
	for _, w := range args[host+1:] {
		text, _ := static(w)
		command.WriteString(text + " ")
	}
	fields := strings.Fields(command.String())
	for i, f := range fields {
		if isShell(path.Base(f)) && !(i+1 < len(fields) && len(fields[i+1]) > 1 && fields[i+1][0] == '-' && runsCode(fields[i+1])) {
			return true
		}
	}
	return false
}
