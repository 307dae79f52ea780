package shell

import (
	"bytes"
	"strconv"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Ref is a reference in a command: where it stands, and the variable that carries its
// value.
type Ref struct {
	render.Span
	// Name is that of the variable in the environment of the shell.
	Name string
	// List says that the value is a list of Len elements, carried by the variables
	// Name_1 to Name_Len.
	List bool
	Len  int
	// Secret says that nobody else may see the value, so that there are warnings about it.
	Secret bool
}

// MaxCommand is the longest command, in bytes: Linux hands a program no longer argument.
const MaxCommand = 128<<10 - 1

// maxBrackets is how many (, [ and { a command may have besides its references: each may be
// a level deeper, and the parser calls itself a dozen times for a level of arithmetic.
const maxBrackets = 10_000

// Script is a command that is ready for a shell.
type Script struct {
	// Text is the command. Only the bytes of its references differ.
	Text []byte
	// Refs are the numbers of the references whose variables it has, ascending. The others
	// stand in comments.
	Refs     []int
	Warnings []Warning // ascending
}

// Warning is about a reference whose value others may see, or may read as something else.
type Warning struct {
	Ref     int // its number
	Offset  int // its place in the command
	Message string
	Hint    string
}

// Splice puts variables in the places of the references of a command, which are in its
// order and none within another. An error is a *[render.PlacedError].
func Splice(command []byte, refs []Ref, dialect Dialect) (Script, error) {
	if len(refs) == 0 {
		return Script{Text: bytes.Clone(command)}, nil
	}
	if err := check(command, refs); err != nil {
		return Script{}, err
	}
	readings, err := read(command, refs, dialect)
	if err != nil {
		return Script{}, err
	}
	first := readings[0]
	script := Script{Text: first.splice(command), Refs: first.used(), Warnings: first.warnings}
	for _, r := range readings {
		if err := r.prove(script.Text); err != nil {
			return Script{}, err
		}
	}
	return script, nil
}

// read reads a command in each of the languages that its shell may have. All must see the
// same places.
func read(command []byte, refs []Ref, dialect Dialect) (all []*reading, err error) {
	masked := mask(command, refs)
	if brackets(masked)-len(refs) > maxBrackets {
		return nil, hinted(refs[0].Start, "the command has too many brackets to be read", "put it into a script, and the values into its env:")
	}
	for i, language := range dialect.languages() {
		r, err := newReading(command, masked, refs, dialect, language)
		if err != nil && i > 0 {
			return nil, ambiguous(refs[0].Start) // the parser may know less than the shell
		}
		if err == nil {
			err = r.error()
		}
		if err != nil {
			return nil, err
		}
		if i > 0 {
			if n := differs(all[0].places, r.places); n >= 0 {
				return nil, ambiguous(refs[n].Start)
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// brackets counts what could nest.
func brackets(text []byte) int {
	return bytes.Count(text, []byte("(")) + bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{"))
}

// differs gives the number of the first place that is another one, or -1.
func differs(a, b []place) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// mask gives a copy of command in which each reference is the expansion of a variable, so
// that its length and all offsets stay.
func mask(command []byte, refs []Ref) []byte {
	masked := bytes.Clone(command)
	for _, ref := range refs {
		body := masked[ref.Start:ref.End]
		for i := range body {
			body[i] = 'A'
		}
		body[0], body[1], body[len(body)-1] = '$', '{', '}'
	}
	return masked
}

// splice gives the command with variables in the places of its references.
func (r *reading) splice(command []byte) (out []byte) {
	at := 0
	for i, ref := range r.refs {
		out = append(out, command[at:ref.Start]...)
		if r.places[i] == comment {
			out = append(out, command[ref.Start:ref.End]...)
		} else {
			out = append(out, r.places[i].text(ref)...)
		}
		at = ref.End
	}
	return append(out, command[at:]...)
}

// used gives the numbers of the references that are not in comments.
func (r *reading) used() (all []int) {
	for i, p := range r.places {
		if p != comment {
			all = append(all, i)
		}
	}
	return all
}

// text is what stands for a reference in a place.
func (p place) text(ref Ref) string {
	switch p {
	case double:
		return "${" + ref.Name + "}"
	case single:
		return `'"$` + ref.Name + `"'`
	case ansi:
		return `'"$` + ref.Name + `"$'`
	case words:
		return elements(ref)
	}
	return `"$` + ref.Name + `"`
}

// elements is a word for each element of a list.
func elements(ref Ref) string {
	var text []byte
	for i := range ref.Len {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(text, `"$`+ref.element(i)+`"`...)
	}
	return string(text)
}

// element is the name of the variable of an element.
func (ref Ref) element(i int) string { return ref.Name + "_" + strconv.Itoa(i+1) }

// minRef is the length of the shortest reference: ${a}.
const minRef = 4

// check looks at what the parser does not see.
func check(command []byte, refs []Ref) error {
	end := 0
	for _, ref := range refs {
		if ref.Start < end || ref.End > len(command) || ref.End-ref.Start < minRef || ref.Len < 0 {
			return render.Errorf(max(0, min(ref.Start, len(command))), secret.General, "a reference that is out of order")
		}
		end = ref.End
		if !secret.IsName(ref.Name) {
			return render.Errorf(ref.Start, secret.General, "the variable of a reference has no name")
		}
		if at := mentioned(command, ref.Name, ref.List); at >= 0 {
			return hinted(at, "the command has a variable by the name of xec's own", "call it otherwise")
		}
	}
	if len(command) > MaxCommand {
		return hinted(MaxCommand, "the command is longer than a shell can be given", "put it into a script, and the values into its env:")
	}
	if at := bytes.IndexByte(command, 0); at >= 0 {
		return render.Errorf(at, secret.General, "a NUL byte, which no shell can be given")
	}
	return nil
}

// mentioned gives the offset of a name in a command, or of the name of an element of its
// list, or -1.
func mentioned(command []byte, name string, list bool) int {
	for from := 0; ; {
		at := bytes.Index(command[from:], []byte(name))
		if at < 0 {
			return -1
		}
		at += from
		from = at + len(name)
		before := at > 0 && secret.IsNameByte(command[at-1])
		behind := from < len(command) && secret.IsNameByte(command[from]) && !(list && command[from] == '_')
		if !before && !behind {
			return at
		}
	}
}

// hinted makes an error of kind Invalid with a hint.
func hinted(offset int, message, hint string) error {
	err := secret.WithHint(secret.Errorf(secret.Invalid, "%s", message), "%s", hint)
	return &render.PlacedError{Offset: offset, Err: err}
}

func ambiguous(offset int) error {
	return hinted(offset, "sh may be dash or bash, which read this place as different ones", "give the text around the reference another form, or say which with shell:")
}
