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
	d := &lines{render.Spliced{Source: document, Masked: render.Mask(document, spans, "Q"), Spans: spans}}
	at := 0
	for line := range bytes.Lines(d.Masked) {
		start, end := at, at+len(line)
		at = end
		within := render.SpansBefore(spans, end)[len(render.SpansBefore(spans, start)):]
		if len(within) == 0 || line[0] == '#' {
			continue
		}
		equals := bytes.IndexByte(line, '=')
		if equals < 0 || within[0].Start < start+equals {
			return nil, render.Refusal(within[0].Start, "a reference cannot be in a name", "it can be in a value: NAME=${secret:KEY}")
		}
		d.Find(start+equals+1, end, func(raw []byte) (char rune, size int) { return rune(raw[0]), 1 })
	}
	return d, nil
}

var _ render.Format = Lines

type lines struct{ render.Spliced }

func (d *lines) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *lines) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, func(text []byte, s render.Splice) error {
		if bytes.ContainsAny(text, "\r\n") {
			return render.Refusal(s.Start, "the value has a line end, and a line cannot", "|base64 has none")
		}
		return nil
	})
}

func (d *lines) write(dst []byte, texts render.Texts) ([]byte, error) {
	return d.Append(dst, 0, len(d.Source), d.Splices, texts.Plain), nil
}

// prove reads the result again. Here the names of all lines are the whole tree; a format
// with a syntax compares values too.
func (d *lines) prove(out []byte, _ render.Texts) error {
	want, got := bytes.Split(d.Source, []byte("\n")), bytes.Split(out, []byte("\n"))
	same := len(want) == len(got)
	for i := 0; same && i < len(want); i++ {
		before, _, _ := bytes.Cut(want[i], []byte("="))
		after, _, _ := bytes.Cut(got[i], []byte("="))
		same = bytes.Equal(before, after)
	}
	if !same {
		return render.Unproved(0)
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
