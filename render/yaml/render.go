package yaml

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Render implements render.Document.
func (t *template) Render(value func(ref int) secret.Value) ([]byte, error) {
	texts, err := t.texts(value)
	if err != nil {
		return nil, err
	}
	at := func(h hole) string { return texts[h.span] }
	var changes []change
	for _, s := range t.scalars {
		if s.node.ShortTag() == "!!binary" && !isBase64(t.decoded(s, at)) {
			return nil, notBase64(t.words.spans[s.holes[0].span].Start)
		}
		changes = append(changes, t.encode(s, at)...)
	}
	out := apply(t.source, changes)
	return out, t.prove(out, at)
}

// texts gives what stands in each hole.
func (t *template) texts(value func(ref int) secret.Value) (map[int]string, error) {
	texts := map[int]string{}
	for _, s := range t.scalars {
		for _, h := range s.holes {
			span := t.words.spans[h.span]
			if h.literal() {
				texts[h.span] = string(t.source[span.Start:span.End])
				continue
			}
			v := value(h.span).Reveal()
			if !validText(v) {
				err := secret.Errorf(secret.Invalid, "the value is not UTF-8, so no YAML holds it")
				return nil, &render.PlacedError{Offset: span.Start, Err: secret.WithHint(err, "|base64 makes text of any bytes")}
			}
			texts[h.span] = string(v)
		}
	}
	return texts, nil
}

// isBase64 reports whether text is what !!binary says, with blanks and line ends in it.
func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return err == nil
}

func notBase64(offset int) error {
	err := secret.Errorf(secret.Invalid, "the tag !!binary says base64, and with the value the scalar is none")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "${secret:KEY|base64}")}
}

// apply makes changes that do not overlap.
func apply(source []byte, changes []change) []byte {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.start, b.start) })
	size := len(source)
	for _, c := range changes {
		size += len(c.text) - (c.end - c.start)
	}
	out := make([]byte, 0, max(size, 0))
	done := 0
	for _, c := range changes {
		out = append(out, source[done:c.start]...)
		out = append(out, c.text...)
		done = c.end
	}
	return append(out, source[done:]...)
}

// prove reads what was rendered and compares it with the template.
func (t *template) prove(out []byte, value values) error {
	nodes, err := parse(out)
	if err != nil || len(nodes) != len(t.nodes) {
		return t.unproved(0)
	}
	p := prover{t: t, value: value, scalars: map[*yamlv3.Node]*scalar{}}
	for _, s := range t.scalars {
		p.scalars[s.node] = s
	}
	for i := range nodes {
		if !p.same(t.nodes[i], nodes[i]) {
			return t.unproved(p.last)
		}
	}
	return nil
}

// unproved is the error for a document that came out with another tree than it has.
func (t *template) unproved(offset int) error {
	err := secret.Errorf(secret.Invalid, "the value cannot stand here without changing the document around it")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "put double quotes around the scalar")}
}

// prover compares trees.
type prover struct {
	t       *template
	value   values
	scalars map[*yamlv3.Node]*scalar
	last    int // offset of the last scalar with references that was compared
}

// same reports whether got is want with the values put in.
func (p *prover) same(want, got *yamlv3.Node) bool {
	text := want.Value
	if s := p.scalars[want]; s != nil {
		text = p.t.decoded(s, p.value)
		p.last = s.start
	}
	if want.Kind != got.Kind || text != got.Value || want.Anchor != got.Anchor || want.ShortTag() != got.ShortTag() || len(want.Content) != len(got.Content) {
		return false
	}
	if want.Kind == yamlv3.AliasNode {
		return true
	}
	for i := range want.Content {
		if !p.same(want.Content[i], got.Content[i]) {
			return false
		}
	}
	return true
}
