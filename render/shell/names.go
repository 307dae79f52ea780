package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// anyName stands for a name that is not in the command as it is.
const anyName = ""

// names is what a command says about names, wherever it does.
type names struct {
	functions map[string]bool
	arrays    map[string]bool
	numbers   map[string]bool // and names for other variables
	aliases   bool
	comments  []*syntax.Comment
}

func namesOf(file *syntax.File) names {
	n := names{functions: map[string]bool{}, arrays: map[string]bool{}, numbers: map[string]bool{}}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.Comment:
			n.comments = append(n.comments, &syntax.Comment{Hash: node.Hash, Text: node.Text})
		case *syntax.FuncDecl:
			n.define(node)
		case *syntax.Assign:
			if node.Name != nil && (node.Array != nil || node.Index != nil) {
				n.arrays[node.Name.Value] = true
			}
		case *syntax.DeclClause:
			n.declare(node)
		case *syntax.CallExpr:
			n.call(node.Args)
		}
		return true
	})
	return n
}

func (n *names) define(f *syntax.FuncDecl) {
	if f.Name != nil {
		n.functions[f.Name.Value] = true
	}
	for _, name := range f.Names {
		n.functions[name.Value] = true
	}
}

func (n *names) declare(d *syntax.DeclClause) {
	flags := ""
	var all []string
	for _, a := range d.Args {
		switch {
		case a.Name != nil:
			all = append(all, a.Name.Value)
		case a.Value != nil:
			text, whole := static(a.Value)
			flags += flagsIn(text)
			if !whole {
				text = anyName
			}
			all = append(all, text)
		}
	}
	n.mark(d.Variant.Value, flags, all)
}

// mark notes the attributes that a declaration gives to names.
func (n *names) mark(command, flags string, all []string) {
	isNumber := strings.ContainsAny(flags, numeric) && command != "export" || command == "nameref" || command == "integer" || command == "float"
	isArray := strings.ContainsAny(flags, "aA")
	for _, name := range all {
		if flagsIn(name) != "" {
			continue
		}
		n.numbers[name] = n.numbers[name] || isNumber
		n.arrays[name] = n.arrays[name] || isArray
	}
}

func (n *names) call(args []*syntax.Word) {
	for len(args) > 0 {
		name, whole := static(args[0])
		if !whole {
			return
		}
		switch name {
		case "command", "builtin", "exec", "noglob", "nocorrect", "-":
			args = args[1:]
			continue
		case "alias":
			n.aliases = n.aliases || len(args) > 1
		case "mapfile", "readarray", "read":
			n.mark(name, "a", texts(args[1:]))
		case "declare", "typeset", "local", "readonly", "export", "integer", "float", "nameref":
			all := texts(args[1:])
			flags := ""
			for i, text := range all {
				flags += flagsIn(text)
				all[i], _, _ = strings.Cut(text, "=")
			}
			n.mark(name, flags, all)
		}
		return
	}
}

// texts gives the text of each word, anyName for those that have none of their own.
func texts(args []*syntax.Word) (all []string) {
	for _, w := range args {
		text, whole := static(w)
		if !whole && !strings.Contains(text, "=") {
			text = anyName
		}
		all = append(all, text)
	}
	return all
}

// static gives the text of a word up to what a shell expands, and whether that is all of
// it.
func static(w *syntax.Word) (text string, whole bool) {
	var out strings.Builder
	whole = appendStatic(&out, w.Parts, false)
	return out.String(), whole
}

func appendStatic(out *strings.Builder, parts []syntax.WordPart, inQuotes bool) bool {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			unescape(out, part.Value, inQuotes)
		case *syntax.SglQuoted:
			if part.Dollar {
				return false
			}
			out.WriteString(part.Value)
		case *syntax.DblQuoted:
			if !appendStatic(out, part.Parts, true) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// unescape takes the backslashes of a literal away.
func unescape(out *strings.Builder, text string, inQuotes bool) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && !(inQuotes && !strings.ContainsRune("$`\"\\", rune(text[i+1]))) {
			i++
		}
		out.WriteByte(text[i])
	}
}

func containsByte(s string, b byte) bool { return strings.IndexByte(s, b) >= 0 }
