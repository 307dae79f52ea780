package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/toml"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/store/secret"
)

// Another program may write its references otherwise, and keep its values elsewhere: a
// format is given where they stand, and asks for them by their numbers.
func Example() {
	document := []byte("users:   # of the database\n  app: <<vault:app>>\n  root: \"<<vault:root>>\"\n")
	vault := map[string]secret.Value{"app": secret.Text("yes"), "root": secret.Text("a \"b\"\n")}

	var spans []render.Span
	var names []string
	for _, m := range regexp.MustCompile(`<<vault:(\w+)>>`).FindAllSubmatchIndex(document, -1) {
		spans = append(spans, render.Span{Start: m[0], End: m[1]})
		names = append(names, string(document[m[2]:m[3]]))
	}
	d, err := yaml.Format(document, spans)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := d.Render(func(ref int) secret.Value { return vault[names[ref]] })
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// users:   # of the database
	//   app: 'yes'
	//   root: "a \"b\"\n"
	// <nil>
}

// What is done with a value can be told without showing it.
func ExampleExplainer() {
	document := []byte("path = '${secret:PATH}'\nport = ${secret:PORT}\n")
	spans := []render.Span{{Start: 8, End: 22}, {Start: 31, End: 45}}
	d, err := toml.Format(document, spans)
	if err != nil {
		fmt.Println(err)
		return
	}
	values := map[int]secret.Value{0: secret.Text(`C:\it's`)} // that of PORT is not known
	for _, e := range d.(render.Explainer).Explain(func(ref int) (secret.Value, bool) {
		v, known := values[ref]
		return v, known
	}) {
		fmt.Printf("%s: %v\n", document[spans[e.Ref].Start:spans[e.Ref].End], e)
	}
	// Output:
	// ${secret:PATH}: in a literal string, which becomes a basic string
	// ${secret:PORT}: in place of a value
}

// Lines is a whole format: NAME=value on each line, # before comments, and no quotes, so
// that a value with a line end is refused.
func Lines(document []byte, spans []render.Span) (render.Document, error) {
	d := &lines{document: document, spans: spans}
	for i, s := range spans {
		line := document[bytes.LastIndexByte(document[:s.Start], '\n')+1 : s.Start]
		if bytes.HasPrefix(line, []byte("#")) {
			continue
		}
		if !bytes.Contains(line, []byte("=")) {
			return nil, render.Errorf(s.Start, secret.Invalid, "a reference cannot be in a name")
		}
		slashes := len(line) - len(bytes.TrimRight(line, `\`))
		d.holes = append(d.holes, hole{ref: i, start: s.Start - slashes, slashes: slashes})
	}
	return d, nil
}

var _ render.Format = Lines

type lines struct {
	document []byte
	spans    []render.Span
	holes    []hole
}

// hole is a reference with the backslashes before it.
type hole struct{ ref, start, slashes int }

func (d *lines) Refs() (refs []int) {
	for _, h := range d.holes {
		if h.slashes%2 == 0 {
			refs = append(refs, h.ref)
		}
	}
	return refs
}

func (d *lines) Render(value func(ref int) secret.Value) (out []byte, err error) {
	at := 0
	for _, h := range d.holes {
		span := d.spans[h.ref]
		text := d.document[span.Start:span.End]
		if h.slashes%2 == 0 {
			text = value(h.ref).Reveal()
		}
		if bytes.ContainsAny(text, "\r\n") {
			err := secret.Errorf(secret.Invalid, "the value has a line end, and a line cannot")
			return nil, &render.PlacedError{Offset: span.Start, Err: secret.WithHint(err, "|base64 has none")}
		}
		out = append(append(out, d.document[at:h.start]...), bytes.Repeat([]byte(`\`), h.slashes/2)...)
		out, at = append(out, text...), span.End
	}
	out = append(out, d.document[at:]...)
	return out, d.prove(out)
}

// prove reads the result again. Here the names of all lines are the whole tree; a format
// with a syntax compares values too.
func (d *lines) prove(out []byte) error {
	want, got := bytes.Split(d.document, []byte("\n")), bytes.Split(out, []byte("\n"))
	same := len(want) == len(got)
	for i := 0; same && i < len(want); i++ {
		before, _, _ := bytes.Cut(want[i], []byte("="))
		after, _, _ := bytes.Cut(got[i], []byte("="))
		same = bytes.Equal(before, after)
	}
	if !same {
		return render.Errorf(0, secret.Invalid, "the document would be read as another one")
	}
	return nil
}

// A format of one's own, as a function.
func ExampleFormat() {
	document := []byte("# app\nUSER=app\nTOKEN=${secret:TOKEN}\n")
	var format render.Format = Lines
	d, err := format(document, []render.Span{{Start: 21, End: 36}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, value := range []string{"a b=c", "a\nUSER=root"} {
		out, err := d.Render(func(int) secret.Value { return secret.Text(value) })
		fmt.Printf("%s", out)
		var placed *render.PlacedError
		if errors.As(err, &placed) {
			fmt.Println(placed.Offset, placed.Err, "-", secret.Hint(err))
		}
	}
	// Output:
	// # app
	// USER=app
	// TOKEN=a b=c
	// 21 the value has a line end, and a line cannot - |base64 has none
}
