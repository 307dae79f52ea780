package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
