package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/xec-sh/xec-go/store/secret"
)

// assigns walks assignments before a command, or without one.
func (r *reading) assigns(all []*syntax.Assign) {
	for _, a := range all {
		r.assign(a)
	}
}

func (r *reading) assign(a *syntax.Assign) {
	if a.Index != nil {
		r.refuse(a.Index, &subscript)
	}
	r.word(a.Value, plain)
	if a.Name != nil && a.Value != nil {
		r.assigned(a.Name.Value, a.Value)
	}
	if a.Array == nil {
		return
	}
	for _, e := range a.Array.Elems {
		if e.Index != nil {
			r.refuse(e.Index, &subscript)
			r.word(e.Value, plain)
		} else if e.Value != nil {
			r.listed([]*syntax.Word{e.Value})
		}
		if a.Name != nil && e.Value != nil {
			r.assigned(a.Name.Value, e.Value)
		}
	}
}

// assigned refuses the references in a word that becomes the value of a variable, if that
// variable's value is evaluated.
func (r *reading) assigned(name string, value *syntax.Word) {
	switch {
	case value == nil || !r.has(value):
	case r.names.numbers[name] || r.names.numbers[anyName]:
		r.refuse(value, &inInteger)
	case isSpecial(name), r.dialect == Zsh && isSpecialInZsh(name):
		r.refuse(value, &inSpecial)
	}
}

// isSpecial reports whether one shell or another evaluates the value of a variable: as a
// number, as a prompt, or as the name of what it runs first.
func isSpecial(name string) bool {
	switch name {
	case "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "BASH_ENV", "ENV", "MAILPATH", "FCEDIT", "BASH_ALIASES", "BASH_CMDS",
		"RANDOM", "SRANDOM", "SECONDS", "OPTIND", "HISTCMD", "LINENO", "BASHPID", "PPID", "UID", "EUID":
		return true
	}
	return false
}

// isSpecialInZsh reports whether zsh does so with a variable that is like others elsewhere.
func isSpecialInZsh(name string) bool {
	switch name {
	case "PROMPT", "PROMPT2", "PROMPT3", "PROMPT4", "RPS1", "RPS2", "RPROMPT", "RPROMPT2", "SPROMPT", "prompt", "POSTEDIT",
		"GID", "EGID", "LINES", "COLUMNS", "TRY_BLOCK_ERROR", "TRY_BLOCK_INTERRUPT", "ZSH_SUBSHELL", "FUNCNEST", "status", "TTYIDLE",
		"SAVEHIST", "SHLVL", "HISTSIZE", "ARGC", "TMOUT", "LISTMAX", "KEYTIMEOUT", "LOGCHECK", "MAILCHECK", "ERRNO", "READNULLCMD", "NULLCMD",
		"aliases", "galiases", "saliases", "functions", "dis_functions", "dis_aliases", "options", "commands",
		"precmd_functions", "preexec_functions", "chpwd_functions", "periodic_functions", "zshexit_functions":
		return true
	}
	return false
}

// declClause walks declare, export and their like.
func (r *reading) declClause(d *syntax.DeclClause) {
	var flags strings.Builder
	known := true
	for _, a := range d.Args {
		if !a.Naked {
			continue
		}
		if a.Index != nil {
			r.refuse(a.Index, &subscript)
		}
		if a.Value == nil {
			continue
		}
		r.word(a.Value, plain)
		r.refuse(a.Value, &asName)
		text, whole := static(a.Value)
		flags.WriteString(flagsIn(text))
		known = known && (whole || text != "" && text[0] != '-' && text[0] != '+')
	}
	for _, a := range d.Args {
		if a.Naked {
			continue
		}
		r.assign(a)
		if a.Value != nil && a.Name != nil {
			r.declared(d.Variant.Value, a.Name.Value, flags.String(), known, a.Value)
		}
	}
}

// flagsIn gives the letters of an option.
func flagsIn(text string) string {
	if len(text) > 1 && (text[0] == '-' || text[0] == '+') {
		return text[1:]
	}
	return ""
}

// numeric are the flags of declarations that have a value evaluated, in one shell or
// another: integers, floats, references to other variables, ties.
const numeric = "inEFT"

// declared refuses the references in the value of a declaration that a shell evaluates.
func (r *reading) declared(command, name, flags string, known bool, value *syntax.Word) {
	switch {
	case !known, strings.ContainsAny(flags, numeric) && command != "export", command == "nameref":
		r.refuse(value, &inInteger)
	case r.dialect == Zsh:
	case strings.ContainsAny(flags, "aA"), r.names.arrays[name], r.names.arrays[anyName]:
		r.refuse(value, &inArray)
	}
}

// declaration walks export and its like where the parser sees a command like others.
func (r *reading) declaration(args []*syntax.Word) {
	command, _ := static(args[0])
	var flags strings.Builder
	known := true
	for _, w := range args[1:] {
		text, whole := static(w)
		if !strings.Contains(text, "=") {
			flags.WriteString(flagsIn(text))
			known = known && (whole || text != "" && text[0] != '-' && text[0] != '+')
		}
	}
	for _, w := range args[1:] {
		text, _ := static(w)
		name, _, assigns := strings.Cut(text, "=")
		name = strings.TrimSuffix(name, "+")
		if !assigns || !secret.IsName(name) {
			r.refuse(w, &asName)
			continue
		}
		r.assigned(name, w)
		r.declared(command, name, flags.String(), known, w)
	}
}
